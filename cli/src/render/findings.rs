//! What the rules say, each with the line of the manifest that it is about.

use std::collections::BTreeMap;
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
    text.push_str(&list(findings, sources, view));
    text.push('\n');
    text
}

/// The same without a heading, to stand below something else.
pub(crate) fn list(findings: &[Finding], sources: &Sources, view: View) -> String {
    let mut text = String::new();
    for group in folded(findings) {
        let (first, others) = match group.as_slice() {
            [first, others @ ..] if others.len() >= FEWEST => (*first, others),
            _ => {
                for each in group {
                    finding(each, sources, view, &mut text);
                }
                continue;
            }
        };
        finding(first, sources, view, &mut text);
        text.push_str(&prose::prose(view, 6, &alike(others)));
    }
    text
}

/// So many that say the same of other things are told in one line; fewer are shown each.
const FEWEST: usize = 2;
/// The most things that such a line names.
const MOST_NAMED: usize = 3;

/// Findings in their order, those together that say the same but for the name of what they are about.
fn folded(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut places: BTreeMap<Sameness, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let place = *places.entry(sameness(finding)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// What has to be the same: everything but the names of the subject.
type Sameness = (
    String,
    Severity,
    Certainty,
    Option<bool>,
    String,
    Option<String>,
);

fn sameness(finding: &Finding) -> Sameness {
    let names: Vec<&str> = finding.subject.segments().collect();
    let nameless = |text: &str| {
        names.iter().fold(text.to_owned(), |text, name| {
            text.replace(&format!("`{name}`"), "``")
                .replace(&format!(" {name}`"), " `")
        })
    };
    (
        finding.rule.clone(),
        finding.severity,
        finding.certainty,
        finding.ruling.map(|ruling| ruling == Ruling::Allowed),
        nameless(&finding.message),
        finding.help.as_deref().map(nameless),
    )
}

/// "and 311 more of the same: at `a`, `b`, `c` and elsewhere".
fn alike(others: &[&Finding]) -> String {
    let named: Vec<&str> = others
        .iter()
        .take(MOST_NAMED)
        .map(|finding| finding.subject.as_str())
        .collect();
    let more = match others.len().saturating_sub(named.len()) {
        0 => "",
        _ => ", …",
    };
    format!(
        "and {} more that say the same: {}{more}",
        others.len(),
        named.join(", ")
    )
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

#[cfg(test)]
mod tests {
    use vmlogin_engine::address::Address;

    use super::super::Given;
    use super::*;

    fn about(machine: &str, help: &str) -> Finding {
        Finding {
            rule: "VML201".to_owned(),
            severity: Severity::Warning,
            subject: Address::new("vm", ["core", "rg-web", machine, "login"]),
            certainty: Certainty::Seen,
            message: format!("`{machine}` is old"),
            help: Some(help.to_owned()),
            ruling: None,
            span: None,
        }
    }

    fn shown(findings: &[Finding]) -> String {
        let view = View {
            paint: Paint { on: false },
            width: 100,
            verbose: false,
            given: Given::NONE,
        };
        list(findings, &Sources::default(), view)
    }

    #[test]
    fn what_is_said_of_many_machines_is_said_once_with_how_many_there_are() {
        let many: Vec<Finding> = (1..=313)
            .map(|number| format!("web{number:03}"))
            .map(|machine| about(&machine, &format!("take `login` out of `vm {machine}`")))
            .collect();
        insta::assert_snapshot!(shown(&many), @"
        ! warning VML201 `web001` is old
            at vm:core/rg-web/web001/login
            help: take `login` out of `vm web001`
            and 312 more that say the same: vm:core/rg-web/web002/login, vm:core/rg-web/web003/login,
              vm:core/rg-web/web004/login, …
        ");
    }

    #[test]
    fn two_or_what_differs_in_more_than_the_name_is_shown_each() {
        let two = [about("a", "wait"), about("b", "wait")];
        assert_eq!(shown(&two).matches("is old").count(), 2);
        let other = [
            about("a", "wait"),
            about("b", "wait"),
            about("c", "upgrade"),
        ];
        assert_eq!(shown(&other).matches("is old").count(), 3);
    }
}
