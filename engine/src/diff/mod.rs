//! One comparison for all kinds. Only what is declared is compared, by the shape that the kind's schema gives it.

pub mod same;

use crate::plan::Change;
use crate::schema::{Attribute, Class, Schema, Shape, Written};
use crate::value::{Attributes, Value};

/// The differences between declared and live attributes, in the schema's order. An attribute that is not declared, or that is
/// never read back, is not compared; neither is one that the node's arguments say, since by those the two were matched.
pub fn diff(schema: &Schema, declared: &Attributes, live: &Attributes) -> Vec<Change> {
    schema
        .attributes
        .iter()
        .filter(|attribute| attribute.class != Class::WriteOnly)
        .filter(|attribute| attribute.written != Written::Argument)
        .filter(|attribute| is_told(attribute, live))
        .filter_map(|attribute| Some((attribute, declared.get(attribute.name)?)))
        .flat_map(|(attribute, wanted)| {
            let found = live.get(attribute.name).unwrap_or(&Value::Null);
            compare(attribute, wanted, found)
        })
        .collect()
}

/// Whether a difference could be seen. Of what never changes, a live thing that tells nothing is not said to differ: Azure
/// leaves some of it out while a machine does not run. An attribute that is known to be absent is [`Value::Null`].
fn is_told(attribute: &Attribute, live: &Attributes) -> bool {
    attribute.class != Class::CreateOnly || live.contains_key(attribute.name)
}

fn compare(attribute: &Attribute, wanted: &Value, found: &Value) -> Vec<Change> {
    if attribute.shape == Shape::Pairs {
        return compare_pairs(attribute, wanted, found);
    }
    if let (Shape::Reference { .. }, Value::List(wanted)) = (attribute.shape, wanted) {
        return compare_references(attribute, wanted, found);
    }
    if same::same(attribute.shape, wanted, found) {
        return Vec::new();
    }
    vec![change(
        attribute,
        attribute.name.to_owned(),
        found.clone(),
        wanted.clone(),
    )]
}

/// Compares a list of references: it says what has to be there, and what is there besides is somebody else's.
fn compare_references(attribute: &Attribute, wanted: &[Value], found: &Value) -> Vec<Change> {
    let there = match found {
        Value::List(found) => found.as_slice(),
        _ => &[],
    };
    let missing: Vec<Value> = wanted
        .iter()
        .filter(|wanted| {
            !there
                .iter()
                .any(|found| same::same(attribute.shape, wanted, found))
        })
        .cloned()
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let after = Value::List(there.iter().cloned().chain(missing).collect());
    vec![change(
        attribute,
        attribute.name.to_owned(),
        found.clone(),
        after,
    )]
}

/// Compares the declared names one by one; names without a declaration are somebody else's.
fn compare_pairs(attribute: &Attribute, wanted: &Value, found: &Value) -> Vec<Change> {
    let Some(wanted) = wanted.as_map() else {
        return Vec::new();
    };
    wanted
        .iter()
        .filter_map(|(name, value)| {
            let before = found
                .as_map()
                .and_then(|found| same::without_case(found, name))
                .cloned()
                .unwrap_or(Value::Null);
            (before != *value).then(|| {
                change(
                    attribute,
                    format!("{}.{name}", attribute.name),
                    before,
                    value.clone(),
                )
            })
        })
        .collect()
}

fn change(attribute: &Attribute, name: String, before: Value, after: Value) -> Change {
    Change {
        attribute: name,
        class: attribute.class,
        before,
        after,
    }
}
