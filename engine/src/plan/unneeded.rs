//! What comes along with another thing is made only for one that takes it: a machine that exists keeps the network interface
//! that it has, and one that is not there and not made needs none.

use super::decide::makes;
use super::matching::{Matching, Pair};
use crate::diff::same::same;
use crate::inventory::Live;
use crate::schema::{Attribute, Class, Shape};
use crate::value::Value;

/// Why a missing thing that comes along with another is not made, where it is not.
pub(super) fn unneeded(matching: &Matching<'_>, pair: &Pair<'_>) -> Option<String> {
    let bearer = matching.pairs.get(pair.resource.along.as_ref()?)?;
    let name = &bearer.resource.name;
    match bearer.live {
        None if makes(bearer) => unneeded(matching, bearer),
        None => Some(format!("it is not made: `{name}` does not exist")),
        Some(live) => {
            let attributes = bearer.kind.schema().attributes.iter();
            let attribute = attributes
                .filter(|attribute| attribute.class == Class::CreateOnly)
                .find(|attribute| brings(attribute, pair.resource.kind))?;
            let taken = is_taken(attribute, bearer, live);
            (!taken).then(|| {
                format!(
                    "it is not made: `{name}` exists, and its `{}` stays as it is",
                    attribute.name
                )
            })
        }
    }
}

fn brings(attribute: &Attribute, kind: &str) -> bool {
    matches!(attribute.shape, Shape::Reference { kinds, along: Some(_) } if kinds.contains(&kind))
}

fn is_taken(attribute: &Attribute, bearer: &Pair<'_>, live: &Live) -> bool {
    let found = live.attributes.get(attribute.name).unwrap_or(&Value::Null);
    let wanted = bearer.resource.get(attribute.name);
    wanted.is_some_and(|wanted| same(attribute.shape, wanted, found))
}
