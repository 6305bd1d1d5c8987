//! What the rules say, each with the line of the manifest that it is about.

use std::fmt::Write;

use vmlogin_engine::rule::{Certainty, Finding, Ruling, Severity};
use vmlogin_engine::source::{Sources, Span};

use super::{Paint, View, foreign, prose};

/// The most characters of a manifest's line.
const LONGEST: usize = 100;

/// What the rules say, each with the line of the manifest that it is about; nothing where they are silent.
pub(crate) fn text(findings: &[Finding], sources: &Sources, view: View) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = view
        .paint
        .heading(&format!("findings ({})", findings.len()));
    text.push('\n');
    for each in findings {
        finding(each, sources, view, &mut text);
    }
    text.push('\n');
    text
}

/// The same without a heading, to stand below something else.
pub(crate) fn list(findings: &[Finding], sources: &Sources, view: View) -> String {
    let mut text = String::new();
    for each in findings {
        finding(each, sources, view, &mut text);
    }
    text
}

fn finding(finding: &Finding, sources: &Sources, view: View, text: &mut String) {
    let (word, paint): (_, fn(Paint, &str) -> String) = match (finding.certainty, finding.severity)
    {
        _ if finding.ruling == Some(Ruling::Allowed) => ("- allowed", Paint::changed),
        (Certainty::NotChecked, _) => ("? not checked", Paint::changed),
        (Certainty::Seen, Severity::Error) => ("x error", Paint::removed),
        (Certainty::Seen, Severity::Warning) => ("! warning", Paint::changed),
        (Certainty::Seen, Severity::Info) => ("i info", Paint::plain),
    };
    let message = format!("{} {}", finding.rule, finding.message);
    text.push_str(&prose::headed(view, 2, word, paint, &message));
    match finding.span {
        Some(span) if !sources.name(span.source).is_empty() => {
            let (line, column) = sources.line_column(span);
            let name = foreign::line(sources.name(span.source));
            let code = foreign::line(line_of(sources, span).trim());
            let _ = writeln!(
                text,
                "      {name}:{line}:{column} | {}",
                foreign::clipped(&code, LONGEST)
            );
        }
        _ => text.push_str(&prose::prose(view, 6, &format!("at {}", finding.subject))),
    }
    if let Some(ruling) = finding.ruling {
        text.push_str(&prose::prose(view, 6, &ruled(finding, ruling)));
    }
    if let Some(help) = &finding.help {
        text.push_str(&prose::prose(view, 6, &format!("help: {help}")));
    }
}

/// What the command line made of a finding, in words.
fn ruled(finding: &Finding, ruling: Ruling) -> String {
    let weight = match finding.severity {
        Severity::Error => "an error",
        Severity::Warning => "a warning",
        Severity::Info => "information",
    };
    match ruling {
        Ruling::Allowed => format!("{weight} that `--allow {}` lets pass", finding.rule),
        Ruling::Denied => format!("{weight} because of `--deny {}`", finding.rule),
    }
}

/// What a plan says of the warnings that would keep an apply from beginning.
pub(crate) fn announced(warnings: usize, view: View) -> String {
    if warnings == 0 {
        return String::new();
    }
    let what = format!("`--fail-on warn` fails on {}", counted(warnings));
    prose::headed(view, 0, "note:", Paint::changed, &what)
}

/// The same of an apply, which ends with it.
pub(crate) fn refused(warnings: usize, view: View) -> String {
    let what = format!("`--fail-on warn` stops at {}", counted(warnings));
    let mut screen = prose::headed(view, 0, "refused:", Paint::removed, &what);
    screen.push_str("nothing was done\n");
    screen
}

fn counted(warnings: usize) -> String {
    match warnings {
        1 => "1 warning".to_owned(),
        more => format!("{more} warnings"),
    }
}

fn line_of(sources: &Sources, span: Span) -> &str {
    let (line, _) = sources.line_column(span);
    let lines = sources.lines(span.source);
    let start = lines.get(line - 1).map_or(0, |start| *start as usize);
    let text = sources.text(span.source);
    text.get(start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default()
}
