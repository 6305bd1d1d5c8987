//! A hash of what a decision rests on, so that a later reading can tell whether it still holds.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::diff::same::same;
use crate::inventory::{Health, Live};
use crate::schema::{Attribute, Shape};
use crate::value::{Attributes, Value};

/// Hashes the normalised attributes that the diff read, the stamp and the health; or absence. No etag, time or instance view
/// goes in, so that what does not matter to the decision does not make it stale.
///
/// `attributes` tells the shapes of those that are declared.
pub fn fingerprint(attributes: &[Attribute], declared: &Attributes, live: Option<&Live>) -> String {
    let read = live.map(|live| Read {
        key: &live.key.0,
        attributes: declared
            .iter()
            .map(|(name, wanted)| (name.as_ref(), decided_on(attributes, name, wanted, live)))
            .collect(),
        stamp: live.stamp.as_deref(),
        protected: live.protected,
        health: match live.health {
            Health::Good => "good",
            Health::Busy => "busy",
            Health::Failed { .. } => "failed",
        },
    });
    let text = serde_json::to_vec(&read).expect("values have only text as keys, so they serialise");
    format!("{:x}", Sha256::digest(&text))
}

/// What was decided on. Of a floor that holds, only that it does: what runs above it moves by itself, and lists do not tell it.
fn decided_on<'a>(
    attributes: &[Attribute],
    name: &str,
    wanted: &'a Value,
    live: &'a Live,
) -> &'a Value {
    let found = live.attributes.get(name).unwrap_or(&Value::Null);
    let is_floor = attributes
        .iter()
        .any(|it| it.name == name && it.shape == Shape::Floor);
    if is_floor && same(Shape::Floor, wanted, found) {
        wanted
    } else {
        found
    }
}

#[derive(Serialize)]
struct Read<'a> {
    key: &'a str,
    attributes: Vec<(&'a str, &'a Value)>,
    stamp: Option<&'a str>,
    protected: bool,
    health: &'static str,
}
