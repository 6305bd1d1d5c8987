//! What rules and guards say of themselves: one as a page, all as a list, either as JSON.

use std::fmt::Write;

use serde::Serialize;
use vmlogin_engine::plan::guard::Guard;
use vmlogin_engine::rule::{Card, Needs, Severity};

use super::{Paint, View, pretty, prose};

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// A rule's card, and whether `--allow` can lift it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explained {
    /// What the rule says of itself.
    pub card: &'static Card,
    /// Why it cannot be allowed, where it cannot.
    pub firm: Option<&'static str>,
}

/// Each rule as a page.
pub(crate) fn text(rules: &[Explained], view: View) -> String {
    let pages: Vec<String> = rules.iter().map(|rule| page(rule, view)).collect();
    pages.join("\n")
}

fn page(rule: &Explained, view: View) -> String {
    let card = rule.card;
    let mut page = prose::headed(view, 0, card.id, Paint::heading, card.title);
    let weight = format!(
        "weighs: {}; rests on {}",
        severity(card.severity),
        needs(card.needs)
    );
    page.push_str(&prose::prose(view, 2, &weight));
    for paragraph in card.explanation.split("\n\n") {
        page.push('\n');
        page.push_str(&prose::prose(view, 2, paragraph));
    }
    page.push('\n');
    let source = format!("source: {}, read on {}", card.source, card.checked);
    page.push_str(&prose::prose(view, 2, &source));
    page.push_str(&prose::prose(view, 2, &lifting(rule)));
    page
}

fn lifting(rule: &Explained) -> String {
    let id = rule.card.id;
    match (rule.firm, rule.card.severity) {
        (Some(why), _) => format!("`--allow {id}` is refused: {why}"),
        (None, Severity::Error) => format!("to go on in spite of it: --allow {id}"),
        (None, Severity::Warning) => {
            format!("to let it pass: --allow {id}; to make it an error: --deny {id}")
        }
        (None, Severity::Info) => "it only tells why a step is put off".to_owned(),
    }
}

/// One line a rule.
pub(crate) fn list(rules: &[Explained], view: View) -> String {
    let mut list = heading("rules", rules.len(), view);
    for Explained { card, .. } in rules {
        let id = view.paint.heading(card.id);
        let _ = writeln!(list, "{id}  {:<7}  {}", severity(card.severity), card.title);
    }
    list
}

/// Each guard as a page.
pub(crate) fn guards(guards: &[&Guard], view: View) -> String {
    let pages: Vec<String> = guards.iter().map(|guard| guard_page(guard, view)).collect();
    pages.join("\n")
}

fn guard_page(guard: &Guard, view: View) -> String {
    let mut page = prose::headed(view, 0, guard.name, Paint::heading, guard.title);
    page.push_str(&prose::prose(view, 2, judges(guard)));
    for paragraph in guard.explanation.split("\n\n") {
        page.push('\n');
        page.push_str(&prose::prose(view, 2, paragraph));
    }
    page.push('\n');
    let lift = format!("to lift it: --accept {}", guard.written());
    page.push_str(&prose::prose(view, 2, &lift));
    page
}

fn judges(guard: &Guard) -> &'static str {
    match guard.in_destroy {
        true => "a guard: judges apply and destroy",
        false => "a guard: judges apply, and has no say in a destroy",
    }
}

/// One line a guard.
pub(crate) fn guard_list(guards: &[&Guard], view: View) -> String {
    let longest = guards.iter().map(|guard| guard.name.len()).max();
    let wide = longest.unwrap_or_default();
    let lines = guards.iter().map(|guard| {
        let name = view.paint.heading(&format!("{:wide$}", guard.name));
        format!("{name}  {}\n", guard.title)
    });
    let list: String = lines.collect();
    format!("\n{}{list}", heading("guards", guards.len(), view))
}

fn heading(title: &str, count: usize, view: View) -> String {
    view.paint.heading(&format!("{title} ({count})")) + "\n"
}

/// The same as one JSON document.
pub(crate) fn json(rules: &[Explained], guards: &[&Guard]) -> String {
    pretty(&Document {
        format: FORMAT,
        rules: rules.iter().map(Row::of).collect(),
        guards: guards.iter().map(|guard| GuardRow::of(guard)).collect(),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    rules: Vec<Row<'a>>,
    guards: Vec<GuardRow>,
}

#[derive(Serialize)]
struct GuardRow {
    name: &'static str,
    title: &'static str,
    explanation: &'static str,
    accept: String,
    in_destroy: bool,
}

impl GuardRow {
    fn of(guard: &Guard) -> GuardRow {
        GuardRow {
            name: guard.name,
            title: guard.title,
            explanation: guard.explanation,
            accept: guard.written(),
            in_destroy: guard.in_destroy,
        }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    severity: Severity,
    needs: &'a str,
    explanation: &'a str,
    source: &'a str,
    checked: &'a str,
    not_allowed_because: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(rule: &Explained) -> Row<'a> {
        let card = rule.card;
        Row {
            id: card.id,
            title: card.title,
            severity: card.severity,
            needs: needs(card.needs),
            explanation: card.explanation,
            source: card.source,
            checked: card.checked,
            not_allowed_because: rule.firm,
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn needs(needs: Needs) -> &'static str {
    match needs {
        Needs::Manifest => "the manifest alone",
        Needs::Arm => "Azure Resource Manager",
        Needs::Directory => "the directory",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::PLAIN;

    static CARD: Card = Card {
        id: "VML208",
        title: "another extension failed",
        severity: Severity::Warning,
        needs: Needs::Arm,
        explanation: "One extension at a time.\n\nA failed one may block others.",
        source: "an issue",
        checked: "2026-11-21",
    };

    #[test]
    fn a_page_has_the_weight_the_explanation_the_source_and_the_way_out() {
        let rule = Explained {
            card: &CARD,
            firm: None,
        };
        insta::assert_snapshot!(text(&[rule], PLAIN), @"
        VML208 another extension failed
          weighs: warning; rests on Azure Resource Manager

          One extension at a time.

          A failed one may block others.

          source: an issue, read on 2026-11-21
          to let it pass: --allow VML208; to make it an error: --deny VML208
        ");
        insta::assert_snapshot!(list(&[rule], PLAIN), @"
        rules (1)
        VML208  warning  another extension failed
        ");
    }

    #[test]
    fn a_rule_that_cannot_be_allowed_says_why() {
        let rule = Explained {
            card: &CARD,
            firm: Some("nothing would come of it"),
        };
        assert!(
            text(&[rule], PLAIN)
                .ends_with("`--allow VML208` is refused: nothing would come of it\n")
        );
        assert!(
            json(&[rule], &[]).contains("\"not_allowed_because\": \"nothing would come of it\"")
        );
    }
}
