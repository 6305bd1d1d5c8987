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
