//! Recorded traffic of official clients, carried over to the pinned api-versions.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::paths::segments;
use super::super::specs::{Found, Specs};
use super::super::{check_answers, check_log};
use super::real;

#[test]
fn explore() {
    let Some(specs) = real() else { return };
    for (name, rows) in recordings(specs) {
        let log: String = rows.iter().map(|row| format!("{row}\n")).collect();
        for v in check_log(&log, specs) { println!("ASK {name} {v}"); }
        for v in check_answers(&log, specs) { println!("ANS {name} {v}"); }
    }
}

/// What the recordings have of the resources this product is about, row by row, by the recording's name.
fn recordings(specs: &Specs) -> Vec<(String, Vec<Value>)> {
    let root = Specs::find().unwrap().join("../recordings");
    let mut files = Vec::new();
    for folder in ["auth-errors","graph","network","resource-group","role-assignment","user-assigned-identity","vm-extension","vm-identity","vm-lifecycle","vm-login-flow"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    files.into_iter().map(|file| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let recording: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let rows = recording.iter().map(|exchange| as_row(specs, exchange));
        (name, rows.filter(|row| operation(specs, row).is_some_and(|id| !id.starts_with("Deployments_"))).collect())
    }).collect()
}

fn operation(specs: &Specs, row: &Value) -> Option<String> {
    let url = row["url"].as_str().unwrap();
    let used = super::super::operations_used(&row.to_string(), specs);
    let _ = url;
    used.into_keys().next().filter(|id| id != "unknown" && id != "poll")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files)
        } else if path.extension().is_some_and(|e| e == "json") {
            files.push(path)
        }
    }
}

fn as_row(specs: &Specs, exchange: &Value) -> Value {
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let uri = request["uri"].as_str().unwrap();
    let (method, url) = (
        request["method"].as_str().unwrap(),
        uri.splitn(4, '/').nth(3).unwrap_or_default(),
    );
    let url = format!("/{}", url.trim_start_matches('/'));
    json!({
        "n": exchange["n"], "method": method, "url": pinned(specs, method, &url), "headers": request["headers"], "body": request["body"],
        "status": response["status"], "response_headers": response["headers"], "response": response["body"]
    })
}

fn pinned(specs: &Specs, method: &str, url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let Found::OtherVersions(versions) = specs.find_operation(method, &segments(path), "") else {
        return url.to_owned();
    };
    let options = query.split('&').map(|option| match option.split_once('=') {
        Some(("api-version", _)) => format!("api-version={}", versions.first().unwrap()),
        _ => option.to_owned(),
    });
    format!("{path}?{}", options.collect::<Vec<_>>().join("&"))
}
