//! How an answer that is no success becomes a fault. The services have many envelopes for one thing; recorded traffic shows
//! every one of those decoded here, but for those marked as reported only.

use serde_json::{Map, Value};

pub use vmlogin_engine::provider::{Fault, FaultKind};

use super::advice;
use crate::http::Reply;

/// A fault without an answer behind it; of its message no more than a screen takes.
pub fn fault(kind: FaultKind, attempted: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault::new(kind, attempted, bounded(message.into(), MESSAGE))
}

/// Reads the fault out of an answer that is no success.
#[must_use]
pub fn from_reply(attempted: &str, reply: &Reply) -> Fault {
    let envelope = reply
        .value()
        .and_then(|body| envelope(&body))
        .unwrap_or_default();
    let message = envelope
        .message
        .clone()
        .unwrap_or_else(|| without_envelope(reply));
    let mut read = fault(
        kind(reply.status, envelope.code.as_deref()),
        attempted,
        message,
    );
    read.status = Some(reply.status);
    read.request_id = reply
        .headers
        .request_id()
        .map(str::to_owned)
        .or(envelope.request_id.clone())
        .map(|id| bounded(id, CODE));
    read.correlation_id = correlation(reply);
    read.help = advice::help(reply.status, &envelope, reply.value().as_ref());
    read.code = envelope.code.map(|code| bounded(code, CODE));
    read
}

/// The id of all that a request set off, as an answer to it tells.
pub(crate) fn correlation(reply: &Reply) -> Option<String> {
    let told = reply.headers.correlation_id();
    told.map(|id| bounded(id.to_owned(), CODE))
}

/// Reads the fault out of an operation that ended badly; `body` is the whole status document.
#[must_use]
pub fn from_operation(attempted: &str, body: &Value, request_id: Option<&str>) -> Fault {
    let envelope = envelope(body).unwrap_or_default();
    let ended = member(body, "status")
        .and_then(Value::as_str)
        .unwrap_or("Failed");
    let message = envelope
        .message
        .clone()
        .unwrap_or_else(|| format!("the operation ended as `{ended}` without saying why"));
    let mut read = fault(kind_of_code(envelope.code.as_deref()), attempted, message);
    read.request_id = request_id
        .map(str::to_owned)
        .or(envelope.request_id.clone())
        .map(|id| bounded(id, CODE));
    read.help = advice::help(0, &envelope, Some(body));
    read.code = envelope
        .code
        .or_else(|| Some(ended.to_owned()))
        .map(|code| bounded(code, CODE));
    read
}

/// The codes under which 404 was recorded for a thing that is not there, or that lies in something that is not there: ARM's own,
/// the providers', and the directory's.
const ABSENT: [&str; 7] = [
    "ResourceNotFound",
    "ResourceGroupNotFound",
    "ParentResourceNotFound",
    "NotFound",
    "RoleAssignmentNotFound",
    "RoleDefinitionDoesNotExist",
    "Request_ResourceNotFound",
];

/// Whether a fault says that the thing does not exist. Only then may it be made, or be taken for gone: a 404 is also what ARM
/// answers for an unknown subscription or API version (`InvalidResourceType`), and a proxy for anything.
pub(crate) fn is_absence(fault: &Fault) -> bool {
    let code = fault.code.as_deref().unwrap_or_default();
    fault.status == Some(404)
        && ABSENT
            .iter()
            .any(|absent| absent.eq_ignore_ascii_case(code))
}

/// The innermost cause that an envelope names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) request_id: Option<String>,
    /// Every code from the outermost inwards: some outer ones decide what may be repeated.
    pub(crate) codes: Vec<String>,
}

/// Finds the error in a body: under `error`, `Error` or `odata.error`, or the body itself.
pub(crate) fn envelope(body: &Value) -> Option<Envelope> {
    let error = ["error", "odata.error"]
        .iter()
        .find_map(|name| member(body, name))
        .unwrap_or(body);
    let object = error.as_object().filter(|object| is_error(object))?;
    let mut envelope = Envelope::default();
    descend(object, 0, &mut envelope);
    Some(envelope)
}

/// A member whatever the case of its name.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}

/// Cuts a text to at most `most` bytes, at a character.
pub(crate) fn bounded(mut text: String, most: usize) -> String {
    if text.len() > most {
        let mut end = most - '…'.len_utf8();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

const MESSAGE: usize = 4096;
const CODE: usize = 256;
/// Deployments nest three deep in what was seen; hostile text could nest for ever.
const DEPTH: usize = 8;

fn descend(error: &Map<String, Value>, depth: usize, found: &mut Envelope) {
    let error_value = |name: &str| {
        error
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .filter(|v| !v.is_null())
    };
    if let Some(code) = error_value("code")
        .and_then(text)
        .filter(|code| !code.is_empty())
    {
        found.codes.push(bounded(code.clone(), CODE));
        found.code = Some(code);
    }
    if let Some(target) = error_value("target").and_then(text) {
        found.target = Some(bounded(target, CODE));
    }
    if found.request_id.is_none() {
        found.request_id = error_value("requestId")
            .or_else(|| error_value("innerError").and_then(|inner| member(inner, "request-id")))
            .and_then(text);
    }
    let message = error_value("message")
        .and_then(text)
        .filter(|message| !message.trim().is_empty());
    let inner = message.as_deref().and_then(error_in_text);
    match (&inner, message) {
        (Some(inner), _) if depth < DEPTH => return descend(inner, depth + 1, found),
        (_, Some(message)) if found.message.is_none() || !is_json(&message) => {
            found.message = Some(bounded(message.trim().to_owned(), MESSAGE));
        }
        _ => {}
    }
    let detail = error_value("details")
        .and_then(Value::as_array)
        .and_then(|details| {
            details
                .iter()
                .filter_map(Value::as_object)
                .find(|detail| is_error(detail))
        });
    if let Some(detail) = detail.filter(|_| depth < DEPTH) {
        descend(detail, depth + 1, found);
    }
}

/// A message that is itself an error document (deployments, deletion of a group).
fn error_in_text(text: &str) -> Option<Map<String, Value>> {
    if !is_json(text) {
        return None;
    }
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    match member(&value, "error").unwrap_or(&value) {
        Value::Object(object) if is_error(object) => Some(object.clone()),
        _ => None,
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn is_error(object: &Map<String, Value>) -> bool {
    object.iter().any(|(key, value)| {
        (key.eq_ignore_ascii_case("code") || key.eq_ignore_ascii_case("message"))
            && text(value).is_some()
    })
}

/// A text, also where OData wraps it as `{"lang", "value"}`.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(_) => member(value, "value")?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// What can be said of an answer that holds no error document: a web page, plain text, nothing.
fn without_envelope(reply: &Reply) -> String {
    let status = reply.status;
    let content = reply.headers.get("content-type").unwrap_or_default();
    // Only as much as can be shown: a page may be long.
    let text = String::from_utf8_lossy(&reply.body[..reply.body.len().min(MESSAGE)]);
    let text = text.trim();
    if text.is_empty() || text == "null" {
        format!("status {status} with an empty body")
    } else if content.contains("html") || text.starts_with('<') {
        format!("status {status} with a web page where JSON was expected")
    } else if text.starts_with(['{', '[']) {
        format!("status {status} with a body that names no error")
    } else {
        text.to_owned()
    }
}

fn kind(status: u16, code: Option<&str>) -> FaultKind {
    match status {
        401 => FaultKind::SignIn,
        403 => FaultKind::Permission,
        404 | 410 => FaultKind::NotFound,
        409 | 412 => FaultKind::Conflict,
        429 | 503 => FaultKind::Throttled,
        408 | 504 => FaultKind::TimedOut,
        500..=599 => FaultKind::Network,
        _ if code == Some("InvalidAuthenticationTokenTenant") => FaultKind::SignIn,
        _ => FaultKind::Rejected,
    }
}

/// Operations end badly under HTTP 200, so only their code tells.
fn kind_of_code(code: Option<&str>) -> FaultKind {
    match code.unwrap_or_default() {
        "AuthorizationFailed" | "LinkedAuthorizationFailed" => FaultKind::Permission,
        "ResourceNotFound" | "ResourceGroupNotFound" | "NotFound" | "ParentResourceNotFound" => {
            FaultKind::NotFound
        }
        "TooManyRequests" => FaultKind::Throttled,
        "VMExtensionProvisioningTimeout" | "OSProvisioningTimedOut" | "VMStartTimedOut" => {
            FaultKind::TimedOut
        }
        "Conflict"
        | "AnotherOperationInProgress"
        | "OperationNotAllowed"
        | "ResourceGroupDeletionBlocked" => FaultKind::Conflict,
        _ => FaultKind::Rejected,
    }
}

#[cfg(test)]
mod tests;
