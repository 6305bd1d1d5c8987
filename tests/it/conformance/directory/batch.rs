//! `$batch`: the envelope, and its parts as rows of their own.

use serde_json::{Map, Value};

use super::super::Flaw;
use super::super::row::Row;
use super::bodies::unknown_members;

/// Most parts of one batch (FACTS.md 19).
const BATCH: usize = 20;

/// What is wrong with the envelope.
pub(super) fn batch_flaws(body: &Map<String, Value>) -> Vec<Flaw> {
    let mut found = unknown_members(body, &["requests"], "");
    let Some(requests) = body.get("requests").and_then(Value::as_array) else {
        found.push(Flaw::at("/requests", "is no list of requests"));
        return found;
    };
    if requests.is_empty() || requests.len() > BATCH {
        found.push(Flaw::at(
            "/requests",
            format!("has {} parts, allowed are 1 to {BATCH}", requests.len()),
        ));
    }
    let ids: Vec<Option<&str>> = requests
        .iter()
        .map(|request| request["id"].as_str())
        .collect();
    for (at, request) in requests.iter().enumerate() {
        let place = format!("/requests/{at}");
        let members = ["id", "method", "url", "headers", "body", "dependsOn"];
        found.extend(
            request
                .as_object()
                .map(|request| unknown_members(request, &members, &place))
                .unwrap_or_default(),
        );
        match ids[at] {
            None | Some("") => {
                found.push(Flaw::at(format!("{place}/id"), "is missing or no string"))
            }
            id if ids[..at].contains(&id) => {
                found.push(Flaw::at(format!("{place}/id"), "is given twice"))
            }
            _ => {}
        }
        let others = request["dependsOn"].as_array().into_iter().flatten();
        if others
            .into_iter()
            .any(|other| other.is_null() || !ids.contains(&other.as_str()))
        {
            found.push(Flaw::at(
                format!("{place}/dependsOn"),
                "names no other part",
            ));
        }
    }
    found
}

/// The parts of a batch as rows of their own, with their answers where there are some.
pub(super) fn parts(row: &Row) -> Vec<(String, Result<Row, Flaw>)> {
    let requests = row
        .body
        .as_ref()
        .and_then(|body| body["requests"].as_array());
    let numbered = requests.into_iter().flatten().enumerate();
    numbered
        .map(|(at, request)| (format!("/requests/{at}"), part(row, request)))
        .collect()
}

fn part(row: &Row, request: &Value) -> Result<Row, Flaw> {
    let method = request["method"]
        .as_str()
        .ok_or_else(|| Flaw::at("/method", "is missing or no string"))?;
    let url = request["url"]
        .as_str()
        .filter(|url| url.starts_with('/') && *url != "/$batch");
    let url =
        url.ok_or_else(|| Flaw::at("/url", "is no address below the version, such as `/users`"))?;
    let body = request.get("body").filter(|body| !body.is_null()).cloned();
    if body.is_some() && !has_content_type(&request["headers"]) {
        return Err(Flaw::at(
            "/headers",
            "lacks `Content-Type`, which a part with a body needs",
        ));
    }
    let mut part = row.part(method, format!("/v1.0{url}"), &request["headers"], body);
    let answers = row
        .response
        .as_ref()
        .and_then(|answer| answer["responses"].as_array());
    if let Some(answer) = answers
        .into_iter()
        .flatten()
        .find(|answer| answer["id"] == request["id"])
    {
        part.status = answer["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or_default();
        part.response = answer.get("body").filter(|body| !body.is_null()).cloned();
    }
    Ok(part)
}

fn has_content_type(headers: &Value) -> bool {
    headers
        .as_object()
        .into_iter()
        .flatten()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
}
