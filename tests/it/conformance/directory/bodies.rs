//! Bodies of requests to the directory.

use serde_json::{Map, Value};

use super::super::Flaw;
use super::super::row::Row;
use super::batch::batch_flaws;
use super::target::Target;
use super::types::DirectoryTypes;

/// Most ids of one getByIds (FACTS.md 19).
const IDS: usize = 1000;

/// What is wrong with the body of a call, the parts of a batch excepted.
pub(super) fn body_flaws(types: &DirectoryTypes, target: &Target<'_>, row: &Row) -> Vec<Flaw> {
    let body = match (&row.body, row.method.as_str()) {
        (None, _) if row.has_other_body() => return vec![Flaw::at("body", "is no JSON")],
        (None, "GET" | "DELETE") => return Vec::new(),
        (Some(_), "GET" | "DELETE") => {
            return vec![Flaw::at("body", "is not declared for this call")];
        }
        (Some(Value::Object(body)), _) => body,
        (Some(_), _) => return vec![Flaw::at("body", "is no object")],
        (None, _) => return vec![Flaw::at("body", "is missing")],
    };
    match target {
        Target::Collection(entity) | Target::Entity(entity) => types.object_flaws(entity, body, ""),
        Target::GetByIds => ids_flaws(types, body),
        Target::Batch => batch_flaws(body),
        Target::Link => match body.get("@odata.id") {
            Some(Value::String(_)) if body.len() == 1 => Vec::new(),
            _ => vec![Flaw::at("body", "is not `@odata.id` alone")],
        },
        Target::Related => Vec::new(),
    }
}

fn ids_flaws(types: &DirectoryTypes, body: &Map<String, Value>) -> Vec<Flaw> {
    let strings = |name: &str| -> Option<Vec<&str>> {
        body.get(name)?
            .as_array()?
            .iter()
            .map(Value::as_str)
            .collect()
    };
    let mut found = unknown_members(body, &["ids", "types"], "");
    match strings("ids") {
        None => found.push(Flaw::at("/ids", "is no list of ids")),
        Some(ids) if ids.is_empty() || ids.len() > IDS => {
            found.push(Flaw::at(
                "/ids",
                format!("has {} ids, allowed are 1 to {IDS}", ids.len()),
            ));
        }
        Some(_) => {}
    }
    let kinds = strings("types");
    if kinds.is_none() && body.contains_key("types") {
        found.push(Flaw::at("/types", "is no list of types"));
    }
    for kind in kinds.unwrap_or_default() {
        // Partner references are outside types.json; az asks for them (CLIENTS.md 1).
        let known = types.directory_objects().any(|known| known == kind)
            || kind == "directoryObjectPartnerReference";
        if !known {
            found.push(Flaw::at(
                "/types",
                format!("`{kind}` is no kind of directory object"),
            ));
        }
    }
    found
}

/// A flaw for each member that a call does not have.
pub(super) fn unknown_members(
    object: &Map<String, Value>,
    known: &[&str],
    place: &str,
) -> Vec<Flaw> {
    let strangers = object.keys().filter(|name| !known.contains(&name.as_str()));
    strangers
        .map(|name| Flaw::at(format!("{place}/{name}"), "is not a property of this call"))
        .collect()
}
