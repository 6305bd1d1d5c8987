//! Recorded traffic, where the reference data lies beside the project.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::http::{Headers, Reply};

/// One recorded exchange.
pub(crate) struct Exchange {
    pub(crate) file: PathBuf,
    /// File and number.
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) reply: Reply,
}

/// All recorded exchanges in the order of files and time; none, with a line on stderr, where the reference data is absent.
pub(crate) fn recordings() -> Vec<Exchange> {
    let Some(folder) = shared().map(|shared| shared.join("arm/recordings")) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = children(&folder)
        .iter()
        .flat_map(|area| children(area))
        .collect();
    files.sort();
    files.iter().flat_map(|file| exchanges(file)).collect()
}

/// The folder of reference data; where it is not there, `None`, with a line on stderr.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("VMLOGIN_SHARED").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    // Not `eprintln!`: the test runner would keep it to itself when the test passes.
    writeln!(
        std::io::stderr(),
        "skipped: a test with recorded traffic, since {} is no folder (set VMLOGIN_SHARED)",
        folder.display()
    )
    .expect("stderr takes a line");
    None
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn exchanges(file: &Path) -> Vec<Exchange> {
    let recorded: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    recorded
        .iter()
        .map(|entry| {
            let response = &entry["response"];
            let headers = response["headers"].as_object().unwrap().iter();
            let headers: Headers = headers
                .flat_map(|(name, value)| match value {
                    Value::Array(values) => values
                        .iter()
                        .map(|value| (name, text(value)))
                        .collect::<Vec<_>>(),
                    value => vec![(name, text(value))],
                })
                .collect();
            let body = match &response["body"] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
            Exchange {
                file: file.to_owned(),
                name: format!("{} {}", file.display(), entry["n"]),
                method: text(&entry["request"]["method"]),
                url: text(&entry["request"]["uri"]),
                reply: Reply::new(status, headers, body),
            }
        })
        .collect()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
