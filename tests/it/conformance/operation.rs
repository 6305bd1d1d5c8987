//! One exchange held against one operation of an OpenAPI file.

use serde_json::Value;

use super::Flaw;
use super::paths::Bindings;
use super::row::Row;
use super::schema::{OTHER_CASE, Side, flaws};
use super::specs::{Node, Operation, Specs};

/// What is wrong with a request. One that continues a list carries the options the service put into its link, which are
/// not the caller's.
pub(crate) fn request_flaws(
    specs: &Specs,
    operation: &Operation,
    bindings: &Bindings,
    row: &Row,
    continues: bool,
) -> Vec<Flaw> {
    let parameters = specs.parameters(operation);
    let of = |place: &str| -> Vec<(Node<'_>, &str)> {
        let placed = parameters
            .iter()
            .filter(|parameter| parameter.value["in"] == place);
        placed
            .filter_map(|parameter| Some((*parameter, parameter.value["name"].as_str()?)))
            .collect()
    };
    let mut found = Vec::new();
    for (parameter, name) in of("path") {
        if let Some(value) = bindings.get(name).filter(|value| !value.is_empty()) {
            let flaws = parameter_flaws(specs, parameter, value, &format!("path `{name}`"));
            // Names in addresses compare without regard to case (FACTS.md 2).
            found.extend(
                flaws
                    .into_iter()
                    .filter(|flaw| !flaw.what.ends_with(OTHER_CASE)),
            );
        }
    }
    if !continues {
        found.extend(query_flaws(specs, &of("query"), row));
    }
    for (parameter, name) in of("header") {
        match row.header(name) {
            Some(value) => found.extend(parameter_flaws(
                specs,
                parameter,
                value,
                &format!("header `{name}`"),
            )),
            None if parameter.value["required"] == true => {
                found.push(Flaw::at(format!("header `{name}`"), "is missing"))
            }
            None => {}
        }
    }
    found.extend(body_flaws(
        specs,
        of("body").first().map(|(parameter, _)| *parameter),
        row,
    ));
    found
}

/// What is wrong with an answer: its status, and its body. A status that is not declared is an error answer, for which
/// the files have `default`; below 400 it is wrong.
pub(crate) fn answer_flaws(specs: &Specs, operation: &Operation, row: &Row) -> Vec<Flaw> {
    let node = specs.node(operation);
    let responses = &node.value["responses"];
    let declared = responses.get(row.status.to_string());
    let Some(answer) = declared.or(responses.get("default").filter(|_| row.status >= 400)) else {
        let known: Vec<&str> = responses
            .as_object()
            .into_iter()
            .flatten()
            .map(|(status, _)| status.as_str())
            .collect();
        return vec![Flaw::at(
            "status",
            format!("is {}, declared are {}", row.status, known.join(", ")),
        )];
    };
    let answer = specs.resolve(Node {
        file: node.file,
        value: answer,
    });
    match (answer.value.get("schema"), &row.response) {
        // An answer to HEAD has no body, whatever the files say.
        (_, None) if row.method == "HEAD" => Vec::new(),
        (Some(_), None) => vec![Flaw::at("answer body", "is missing")],
        (None, Some(_)) => vec![Flaw::at("answer body", "is not declared for this status")],
        (None, None) => Vec::new(),
        (Some(schema), Some(body)) => {
            let schema = Node {
                file: answer.file,
                value: schema,
            };
            flaws(specs, schema, body, Side::Answer)
                .into_iter()
                .map(|flaw| flaw.within("answer "))
                .collect()
        }
    }
}

fn query_flaws(specs: &Specs, declared: &[(Node<'_>, &str)], row: &Row) -> Vec<Flaw> {
    let sent = row.query();
    let mut found = Vec::new();
    for (at, (name, value)) in sent.iter().enumerate() {
        let place = format!("query `{name}`");
        if sent[..at].iter().any(|(earlier, _)| earlier == name) {
            found.push(Flaw::at(&place, "is given twice"));
        }
        match declared.iter().find(|(_, known)| known == name) {
            Some((parameter, _)) => found.extend(parameter_flaws(specs, *parameter, value, &place)),
            None => {
                let alike = declared
                    .iter()
                    .find(|(_, known)| known.eq_ignore_ascii_case(name));
                let hint = alike
                    .map(|(_, known)| format!(", which knows `{known}`"))
                    .unwrap_or_default();
                found.push(Flaw::at(
                    place,
                    format!("is not an option of this operation{hint}"),
                ));
            }
        }
    }
    for (parameter, name) in declared {
        if parameter.value["required"] == true && !sent.iter().any(|(sent, _)| sent == name) {
            found.push(Flaw::at(format!("query `{name}`"), "is missing"));
        }
    }
    found
}

fn body_flaws(specs: &Specs, declared: Option<Node<'_>>, row: &Row) -> Vec<Flaw> {
    let (parameter, body) = match (declared, &row.body) {
        (_, None) if row.has_other_body() => return vec![Flaw::at("body", "is no JSON")],
        (None, None) => return Vec::new(),
        (None, Some(_)) => return vec![Flaw::at("body", "is not declared for this operation")],
        (Some(parameter), None) if parameter.value["required"] == true => {
            return vec![Flaw::at("body", "is missing")];
        }
        (Some(_), None) => return Vec::new(),
        (Some(parameter), Some(body)) => (parameter, body),
    };
    let mut found = Vec::new();
    if row
        .header("content-type")
        .is_some_and(|kind| !kind.starts_with("application/json"))
    {
        found.push(Flaw::at("header `content-type`", "is not application/json"));
    }
    let side = if row.method == "PATCH" {
        Side::Update
    } else {
        Side::Create
    };
    found.extend(flaws(
        specs,
        Node {
            file: parameter.file,
            value: &parameter.value["schema"],
        },
        body,
        side,
    ));
    found
}

/// A parameter outside the body is text, which is read as its type says.
fn parameter_flaws(specs: &Specs, parameter: Node<'_>, text: &str, place: &str) -> Vec<Flaw> {
    let value = match parameter.value["type"].as_str() {
        Some("integer") => text.parse::<i64>().map(Value::from).ok(),
        Some("number") => text.parse::<f64>().map(Value::from).ok(),
        Some("boolean") => text.parse::<bool>().map(Value::from).ok(),
        Some("array") => Some(text.split(',').map(Value::from).collect()),
        _ => None,
    };
    let value = value.unwrap_or_else(|| Value::from(text));
    flaws(specs, parameter, &value, Side::Create)
        .into_iter()
        .map(|flaw| Flaw::at(place, flaw.what))
        .collect()
}

#[cfg(test)]
mod tests;
