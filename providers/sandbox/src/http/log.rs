//! The record of what was asked and answered: one line of JSON a request, without secrets.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::reply::Reply;
use super::request::{Body, Request};
use crate::problem::SandboxError;

/// Members whose value never reaches the log.
const SECRET: [&str; 11] = [
    "access_token",
    "adminpassword",
    "client_assertion",
    "client_secret",
    "customdata",
    "id_token",
    "keydata",
    "password",
    "refresh_token",
    "secret",
    "userdata",
];

/// The log file, written line by line.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: Mutex<File>,
}

impl Log {
    /// Opens the file for appending, so that naming the wrong one destroys nothing.
    pub(crate) fn open(path: &Path) -> Result<Log, SandboxError> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map(|file| Log {
                path: path.to_owned(),
                file: Mutex::new(file),
            })
            .map_err(|source| SandboxError::LogNotWritable {
                path: path.to_owned(),
                source,
            })
    }

    /// Writes one row.
    pub(crate) fn row(&self, n: u64, request: &Request, reply: &Reply) -> Result<(), SandboxError> {
        let mut line = row(n, request, reply).to_string();
        line.push('\n');
        self.file
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .write_all(line.as_bytes())
            .map_err(|source| SandboxError::LogNotWritable {
                path: self.path.clone(),
                source,
            })
    }
}

fn row(n: u64, request: &Request, reply: &Reply) -> Value {
    let body = match &request.body {
        Body::Json(value) => value.clone(),
        Body::Form(form) => form
            .iter()
            .map(|(key, value)| (key.clone(), json!(value)))
            .collect::<Map<_, _>>()
            .into(),
        Body::Empty | Body::Other => Value::Null,
    };
    let answered: Map<String, Value> = reply
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    json!({
        "n": n,
        "method": request.method.as_str(),
        "url": request.url,
        "headers": headers(&request.headers),
        "body": without_secrets(body),
        "status": reply.status,
        "response_headers": answered,
        "response": without_secrets(reply.body.clone().unwrap_or(Value::Null)),
    })
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    headers
        .iter()
        .filter(|(name, _)| *name != "authorization")
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), json!(value))
        })
        .collect()
}

fn without_secrets(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let lower = name.to_lowercase();
                let value = match value {
                    value if lower == "protectedsettings" => blanked(value),
                    value if SECRET.contains(&lower.as_str()) => blanked(value),
                    value => without_secrets(value),
                };
                (name, value)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_secrets).collect(),
        other => other,
    }
}

/// Every value replaced, the names kept: which settings were sent is no secret.
fn blanked(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, blanked(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(blanked).collect(),
        Value::Null => Value::Null,
        _ => json!("***"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protected_settings_keep_their_names_only() {
        let body = json!({"properties": {"protectedSettings": {"key": "hunter2", "more": [1]}, "settings": {"a": 1}}});
        assert_eq!(
            without_secrets(body),
            json!({"properties": {"protectedSettings": {"key": "***", "more": ["***"]}, "settings": {"a": 1}}})
        );
    }

    #[test]
    fn a_token_is_blanked_at_any_depth() {
        let body = json!([{"access_token": "e30", "expires_in": 1}]);
        assert_eq!(
            without_secrets(body),
            json!([{"access_token": "***", "expires_in": 1}])
        );
    }
}
