//! What comes along with another thing is made and changed only for one that takes it: a machine that exists keeps the network
//! interface that it has, and one that is not there and not made needs none.

use std::collections::BTreeSet;

use super::decide::makes;
use super::matching::{Matching, Pair};
use crate::address::Address;
use crate::diff::same::same;
use crate::inventory::Live;
use crate::schema::{Attribute, Class, Shape};
use crate::value::Value;

/// Why a thing that comes along with another is left alone, where it is.
pub(super) fn unneeded(
    matching: &Matching<'_>,
    anew: &BTreeSet<&Address>,
    pair: &Pair<'_>,
) -> Option<String> {
    let bearer = matching.pairs.get(pair.resource.along.as_ref()?)?;
    if let Some(why) = unneeded(matching, anew, bearer) {
        return Some(why);
    }
    // A machine that is made anew takes what its node says.
    if anew.contains(&bearer.resource.address) {
        return None;
    }
    let name = &bearer.resource.name;
    let Some(live) = bearer.live else {
        let missing = format!("it is left alone: `{name}` does not exist");
        return (!makes(bearer)).then_some(missing);
    };
    let attributes = bearer.kind.schema().attributes.iter();
    let attribute = attributes
        .filter(|attribute| attribute.class == Class::CreateOnly)
        .find(|attribute| brings(attribute, pair.resource.kind))?;
    let other = format!(
        "it is left alone: `{name}` exists, and its `{}` stays as it is",
        attribute.name
    );
    (!is_taken(attribute, bearer, live)).then_some(other)
}

fn brings(attribute: &Attribute, kind: &str) -> bool {
    matches!(attribute.shape, Shape::Reference { kinds, along: Some(_) } if kinds.contains(&kind))
}

fn is_taken(attribute: &Attribute, bearer: &Pair<'_>, live: &Live) -> bool {
    let found = live.attributes.get(attribute.name).unwrap_or(&Value::Null);
    let wanted = bearer.resource.get(attribute.name);
    wanted.is_some_and(|wanted| same(attribute.shape, wanted, found))
}
