//! What `validate` says of a manifest without problems.

use std::collections::BTreeMap;

use serde::Serialize;
use vmlogin_engine::rule::Finding;
use vmlogin_engine::source::Sources;

use super::{View, foreign, plan_text, pretty};
use crate::session::manifest::Loaded;

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// One line: what the manifest holds.
pub(crate) fn text(loaded: &Loaded) -> String {
    let kinds: Vec<String> = counts(loaded)
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let resources = match kinds.is_empty() {
        true => "no resources".to_owned(),
        false => kinds.join(", "),
    };
    let files = match loaded.files {
        1 => "1 file".to_owned(),
        more => format!("{more} files"),
    };
    format!(
        "valid: estate `{}` in {files}: {resources}\n",
        foreign::line(&loaded.manifest.estate)
    )
}

/// What the rules say.
pub(crate) fn findings(findings: &[Finding], sources: &Sources, view: View) -> String {
    plan_text::findings(findings, sources, view)
}

/// The same as one JSON document; `problems` is empty, and there for readers who ask for it in any case.
pub(crate) fn json(loaded: &Loaded, findings: &[Finding]) -> String {
    pretty(&Document {
        format: FORMAT,
        problems: [],
        findings,
        estate: &loaded.manifest.estate,
        files: loaded.files,
        resources: counts(loaded),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    problems: [(); 0],
    findings: &'a [Finding],
    estate: &'a str,
    files: usize,
    resources: BTreeMap<&'a str, usize>,
}

fn counts(loaded: &Loaded) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for resource in loaded.manifest.resources.values() {
        *counts.entry(resource.kind).or_insert(0) += 1;
    }
    counts
}
