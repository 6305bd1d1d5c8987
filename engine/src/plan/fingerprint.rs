//! A hash of what a decision rests on, so that a later reading can tell whether it still holds.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::inventory::{Health, Live};
use crate::value::{Attributes, Value};

/// Hashes the normalised attributes that the diff read, the stamp and the health; or absence. No etag, time or instance view
/// goes in, so that what does not matter to the decision does not make it stale.
pub fn fingerprint(declared: &Attributes, live: Option<&Live>) -> String {
    let read = live.map(|live| Read {
        key: &live.key.0,
        attributes: declared
            .keys()
            .map(|name| {
                (
                    name.as_str(),
                    live.attributes.get(name).unwrap_or(&Value::Null),
                )
            })
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
    let hash = Sha256::digest(&text);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Serialize)]
struct Read<'a> {
    key: &'a str,
    attributes: Vec<(&'a str, &'a Value)>,
    stamp: Option<&'a str>,
    protected: bool,
    health: &'static str,
}
