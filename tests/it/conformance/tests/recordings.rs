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
    let root = Specs::find().unwrap().join("../recordings");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let log = as_log(specs, &file);
        for v in check_log(&log, specs) {
            println!("ASK {name} {v}");
        }
        for v in check_answers(&log, specs) {
            println!("ANS {name} {v}");
        }
    }
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

/// A recording as a log, its api-versions those of the specs where a spec has the path.
fn as_log(specs: &Specs, file: &Path) -> String {
    let recording: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    recording
        .iter()
        .map(|exchange| format!("{}\n", as_row(specs, exchange)))
        .collect()
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
