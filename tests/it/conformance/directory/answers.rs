//! Answers of the directory.

use serde_json::{Map, Value};

use super::super::Flaw;
use super::super::row::Row;
use super::batch::parts;
use super::target::Target;
use super::types::DirectoryTypes;

/// What is wrong with an answer, and with each part of a batch.
pub(crate) fn answer_flaws(types: &DirectoryTypes, row: &Row) -> Vec<Flaw> {
    let Ok(target) = Target::of(types, &row.path()) else {
        return Vec::new();
    };
    let success = target.status(&row.method);
    if row.status < 400 && row.status != success {
        return vec![Flaw::at(
            "status",
            format!("is {}, this call answers {success}", row.status),
        )];
    }
    match &row.response {
        answer if row.status >= 400 => error_flaws(answer.as_ref()),
        None if row.status == 204 => Vec::new(),
        Some(_) if row.status == 204 => vec![Flaw::at("answer body", "is not empty")],
        Some(Value::Object(answer)) => object_answer_flaws(types, &target, row, answer),
        _ => vec![Flaw::at("answer body", "is no object")],
    }
}

fn object_answer_flaws(
    types: &DirectoryTypes,
    target: &Target<'_>,
    row: &Row,
    answer: &Map<String, Value>,
) -> Vec<Flaw> {
    if let Target::Batch = target {
        return batch_answer_flaws(types, row, answer);
    }
    let typed = |object: &Map<String, Value>, otherwise: &str| {
        let named = object.get("@odata.type").and_then(Value::as_str);
        named
            .and_then(|named| named.strip_prefix("#microsoft.graph."))
            .unwrap_or(otherwise)
            .to_owned()
    };
    let entity = target.entity().unwrap_or("directoryObject");
    let one = matches!(target, Target::Entity(_))
        || row.method == "POST" && matches!(target, Target::Collection(_));
    if one {
        return types.object_flaws(&typed(answer, entity), answer, "answer ");
    }
    let Some(values) = answer.get("value").and_then(Value::as_array) else {
        return vec![Flaw::at("answer /value", "is missing or no list")];
    };
    let mut found = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let place = format!("answer /value/{at}");
        match value.as_object() {
            None => found.push(Flaw::at(place, "is no object")),
            Some(object) if entity == "directoryObject" && !object.contains_key("@odata.type") => {
                found.push(Flaw::at(place, "lacks `@odata.type`"));
            }
            Some(object) => {
                found.extend(types.object_flaws(&typed(object, entity), object, &place))
            }
        }
    }
    found
}

fn batch_answer_flaws(types: &DirectoryTypes, row: &Row, answer: &Map<String, Value>) -> Vec<Flaw> {
    let Some(responses) = answer.get("responses").and_then(Value::as_array) else {
        return vec![Flaw::at("answer /responses", "is missing or no list")];
    };
    let asked = parts(row);
    let mut found = Vec::new();
    if responses.len() != asked.len() {
        found.push(Flaw::at(
            "answer /responses",
            format!("has {} parts, asked were {}", responses.len(), asked.len()),
        ));
    }
    for (place, part) in asked {
        let Ok(part) = part else { continue };
        let flaws = if part.status == 0 {
            vec![Flaw::at("answer", "is missing")]
        } else {
            answer_flaws(types, &part)
        };
        found.extend(
            flaws
                .into_iter()
                .map(|flaw| flaw.within(&format!("{place} "))),
        );
    }
    found
}

/// `{"error":{"code","message",…}}` (FACTS.md 19).
fn error_flaws(answer: Option<&Value>) -> Vec<Flaw> {
    let error = answer.map(|answer| &answer["error"]);
    let text = |name: &str| error.is_some_and(|error| error[name].is_string());
    if text("code") && text("message") {
        Vec::new()
    } else {
        vec![Flaw::at("answer /error", "lacks `code` or `message`")]
    }
}
