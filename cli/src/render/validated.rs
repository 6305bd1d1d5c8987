//! What `validate` says of a manifest without problems.

use std::collections::BTreeMap;

use serde::Serialize;
use vmlogin_engine::rule::Finding;
use vmlogin_engine::source::Sources;

use super::{Paint, View, foreign, pretty, prose};
use crate::session::manifest::Loaded;

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// One line: what the manifest holds.
pub(crate) fn text(loaded: &Loaded) -> String {
    let count = loaded.manifest.resources.len();
    let kinds: Vec<String> = counts(loaded)
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    let resources = match count {
        0 => "no resources".to_owned(),
        1 => format!("1 resource ({})", kinds.join(", ")),
        more => format!("{more} resources ({})", kinds.join(", ")),
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

/// Which loops make nothing, since their tables end with the header: an export that failed looks so.
pub(crate) fn empty_tables(loaded: &Loaded, view: View) -> String {
    let mut text = String::new();
    for span in &loaded.empty_tables {
        let whole = loaded.sources.text(span.source);
        let path = whole.get(span.start as usize..span.end as usize);
        let (line, _) = loaded.sources.line_column(*span);
        let said = format!(
            "{}:{line}: the table {} has no rows below its header, so its loop makes nothing",
            loaded.sources.name(span.source),
            path.unwrap_or_default()
        );
        text.push_str(&prose::headed(view, 0, "warning:", Paint::changed, &said));
        let help = "help: fill it, or take the `for` out; grants that earlier rows made go";
        text.push_str(&prose::prose(view, 2, help));
    }
    text
}

/// The same as one JSON document; `problems` is empty, and there for readers who ask for it in any case.
pub(crate) fn json(loaded: &Loaded, findings: &[Finding]) -> String {
    pretty(&Document {
        format: FORMAT,
        problems: [],
        findings: findings
            .iter()
            .map(|finding| Row::of(finding, &loaded.sources))
            .collect(),
        estate: &loaded.manifest.estate,
        files: loaded.files,
        resources: counts(loaded),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    problems: [(); 0],
    findings: Vec<Row<'a>>,
    estate: &'a str,
    files: usize,
    resources: BTreeMap<&'a str, usize>,
}

/// A finding with its place, from 1; columns count characters.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> Row<'a> {
    fn of(finding: &'a Finding, sources: &'a Sources) -> Row<'a> {
        let place = finding.span.map(|span| sources.line_column(span));
        Row {
            finding,
            file: finding.span.map(|span| sources.name(span.source)),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
        }
    }
}

fn counts(loaded: &Loaded) -> BTreeMap<&str, usize> {
    // A list: there are few kinds, and each resource asks for its own.
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for resource in loaded.manifest.resources.values() {
        match counts.iter_mut().find(|(kind, _)| *kind == resource.kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((resource.kind, 1)),
        }
    }
    counts.into_iter().collect()
}
