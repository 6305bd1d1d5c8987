//! `$batch`: up to 20 requests in one. Each part is answered for itself, faults included; the answers come back in
//! reverse, since no order is promised and clients had better not count on one.

use axum::http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::http::request::{Body, Request};
use crate::http::{Audience, Call, with_faults};

const PARTS: usize = 20;

/// `POST /$batch`. The outer answer is 200 whatever the parts say.
pub(super) fn answer(call: &mut Call<'_>) -> Answer {
    let body = call
        .request
        .object()
        .map_err(|_| bad("Invalid batch payload format."))?;
    let Some(parts) = body["requests"].as_array() else {
        return Err(bad("Invalid batch payload format."));
    };
    if parts.len() > PARTS {
        return Err(bad(&format!(
            "Number of batch request steps exceeds the maximum value of {PARTS}."
        )));
    }
    let mut answers: Vec<Value> = Vec::new();
    for part in parts {
        let id = part["id"]
            .as_str()
            .ok_or_else(|| bad("A batch part has no id."))?;
        if answers.iter().any(|it| it["id"] == id) {
            return Err(bad(&format!("The batch part id '{id}' is used twice.")));
        }
        let failed = part["dependsOn"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|needed| {
                answers.iter().any(|it| {
                    it["id"] == *needed && it["status"].as_u64().is_none_or(|it| it >= 400)
                })
            });
        let reply = match failed {
            true => error::directory(
                424,
                "FailedDependency",
                "A request that this one depends on has failed.",
            ),
            false => run(call, part)?,
        };
        answers.push(shown(id, reply));
    }
    answers.reverse();
    Ok(Reply::json(200, json!({"responses": answers})))
}

fn run(call: &mut Call<'_>, part: &Value) -> Result<Reply, Reply> {
    let (Some(method), Some(url)) = (part["method"].as_str(), part["url"].as_str()) else {
        return Err(bad("A batch part has no method or url."));
    };
    let method =
        Method::from_bytes(method.to_uppercase().as_bytes()).map_err(|_| bad("Unknown method."))?;
    let url = format!("/v1.0/{}", url.trim_start_matches('/'));
    if url.contains("$batch") {
        return Err(bad("A batch cannot lie in a batch."));
    }
    let body = match &part["body"] {
        Value::Null => Body::Empty,
        body => Body::Json(body.clone()),
    };
    let request = Request::from_parts(
        method,
        url,
        HeaderMap::new(),
        body,
        call.request.base.clone(),
    );
    let inner = Call {
        world: &mut *call.world,
        request: &request,
        bearer: call.bearer.clone(),
        pace: call.pace,
        doom: None,
    };
    Ok(with_faults(inner, Audience::Directory).unwrap_or_else(|refusal| refusal))
}

fn shown(id: &str, reply: Reply) -> Value {
    let mut headers: Map<String, Value> = reply
        .headers
        .into_iter()
        .map(|(name, value)| {
            let name = if name == "retry-after" {
                "Retry-After".to_owned()
            } else {
                name
            };
            (name, json!(value))
        })
        .collect();
    headers.insert("Content-Type".to_owned(), json!("application/json"));
    json!({"id": id, "status": reply.status, "headers": headers, "body": reply.body})
}

fn bad(message: &str) -> Reply {
    error::directory(400, "BadRequest", message)
}
