//! The checker held against the real files of `shared/`. Where they are absent these tests say so on stderr and pass.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{Specs, Violation};

mod answers;
mod bad;
mod directory;
mod examples;
mod files;
mod good;
mod recordings;

/// Microsoft's files, read once.
fn real() -> Option<&'static Specs> {
    static REAL: OnceLock<Option<Specs>> = OnceLock::new();
    REAL.get_or_init(|| Specs::find().map(|folder| Specs::load(&folder)))
        .as_ref()
}

/// A row without a body that was answered with an empty 200.
fn row(n: u64, method: &str, url: &str) -> Value {
    json!({
        "n": n, "method": method, "url": url, "headers": {"accept": "application/json"}, "body": null,
        "status": 200, "response_headers": {}, "response": null
    })
}

/// A row with a body.
fn sent(n: u64, method: &str, url: &str, body: Value) -> Value {
    let mut row = row(n, method, url);
    row["headers"]["content-type"] = "application/json".into();
    row["body"] = body;
    row
}

/// NDJSON, as the sandbox writes it.
fn ndjson(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// Each violation on its line.
fn lines(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(Violation::to_string).collect()
}

/// A flaw that evidence is known to have, and why it is the evidence's and not the checker's.
struct Excuse {
    /// `operationId`, or `*`.
    operation: &'static str,
    /// `*` stands for one member, `**` at the end for all below.
    place: &'static str,
    /// How the flaw's wording begins.
    what: &'static str,
    reason: &'static str,
}

impl Excuse {
    fn covers(&self, operation: &str, violation: &Violation) -> bool {
        ["*", operation].contains(&self.operation)
            && violation.what.starts_with(self.what)
            && covers(
                &self.place.split('/').collect::<Vec<_>>(),
                &violation.place.split('/').collect::<Vec<_>>(),
            )
    }
}

fn covers(pattern: &[&str], place: &[&str]) -> bool {
    match (pattern, place) {
        (["**"], _) | ([], []) => true,
        ([first, pattern @ ..], [next, place @ ..]) => {
            (*first == "*" || first == next) && covers(pattern, place)
        }
        _ => false,
    }
}

/// Asserts that each violation has an excuse and each excuse a violation.
#[track_caller]
fn assert_excused(found: &[(String, Violation)], excuses: &[Excuse]) {
    let bare: Vec<String> = found
        .iter()
        .filter(|(operation, violation)| {
            !excuses
                .iter()
                .any(|excuse| excuse.covers(operation, violation))
        })
        .map(|(operation, violation)| format!("{operation} {violation}"))
        .collect();
    assert_eq!(bare, [""; 0]);
    for excuse in excuses {
        let used = found
            .iter()
            .any(|(operation, violation)| excuse.covers(operation, violation));
        assert!(
            used,
            "nothing needs the excuse of {} at {}: {}",
            excuse.operation, excuse.place, excuse.reason
        );
    }
}
