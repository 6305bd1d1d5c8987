//! What `show` tells of one thing: what the manifest declares beside what is live, and all that bears on it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;
use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Edge;
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::Step;
use vmlogin_engine::rule::Finding;
use vmlogin_engine::schema::Need;
use vmlogin_engine::source::Sources;
use vmlogin_engine::value::{Attributes, Value};

use super::names::Names;
use super::{View, findings, foreign, pretty, prose};

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// One thing, declared or live or both.
#[derive(Clone, Debug)]
pub(crate) struct Shown<'a> {
    /// Its address.
    pub address: &'a Address,
    /// What the manifest says of it.
    pub declared: Option<&'a Resource>,
    /// What Azure says of it.
    pub live: Option<&'a Live>,
    /// What a plan would do.
    pub step: Option<&'a Step>,
    /// What it waits for.
    pub waits: Vec<Edge<'a>>,
    /// What the rules say of it.
    pub findings: Vec<Finding>,
}

/// The most of a value in a table; JSON has all of it.
const LONGEST: usize = 60;

/// One after the other.
pub(crate) fn text(all: &[Shown<'_>], names: &Names<'_>, sources: &Sources, view: View) -> String {
    let each: Vec<String> = all
        .iter()
        .map(|shown| one(shown, names, sources, view))
        .collect();
    each.join("\n")
}

fn one(shown: &Shown<'_>, names: &Names<'_>, sources: &Sources, view: View) -> String {
    let mut screen = String::new();
    let address = foreign::line(shown.address.as_str());
    let _ = writeln!(screen, "{}", view.paint.heading(&address));
    screen.push_str(&prose::prose(view, 2, &state(shown, sources)));
    // Never broken: people copy it.
    if let Some((head, id)) = id(shown) {
        let _ = writeln!(screen, "  {head}: {}", foreign::line(id));
    }
    let mut say = |text: &str| screen.push_str(&prose::prose(view, 2, text));
    if let Some(live) = shown.live {
        say(&match &live.stamp {
            Some(estate) => format!("made by estate `{estate}`"),
            None => "not made by vmlogin: no estate's stamp is on it".to_owned(),
        });
        say(&match &live.health {
            Health::Good => "health: its last operation succeeded".to_owned(),
            Health::Busy => "health: an operation is running on it".to_owned(),
            Health::Failed { message } => format!("health: its last operation failed: {message}"),
        });
        if live.protected {
            say("protected: the live tag keeps it from being deleted");
        }
    }
    table(shown, names, view, &mut screen);
    for edge in &shown.waits {
        let need = match edge.need {
            Need::Success => "waits for",
            Need::End => "waits for the end of",
        };
        let text = format!("{need} {}: {}", edge.on, edge.reason);
        screen.push_str(&prose::prose(view, 2, &text));
    }
    for note in shown.step.iter().flat_map(|step| &step.notes) {
        screen.push_str(&prose::prose(view, 2, &format!("note: {note}")));
    }
    screen.push_str(&findings::list(&shown.findings, sources, view));
    screen
}

/// Its id, or the one that it will have.
fn id<'a>(shown: &'a Shown<'_>) -> Option<(&'static str, &'a str)> {
    match (shown.live, shown.step) {
        (Some(live), _) => Some(("id", &live.id)),
        (None, Some(step)) => Some(("id once it is made", step.id.as_deref()?)),
        (None, None) => None,
    }
}

/// Where it is declared, whether it is live, and what a plan would do.
fn state(shown: &Shown<'_>, sources: &Sources) -> String {
    let declared = match shown.declared {
        None => "not declared".to_owned(),
        Some(resource) => {
            let (line, column) = sources.line_column(resource.span);
            let name = sources.name(resource.span.source);
            format!("declared at {name}:{line}:{column}")
        }
    };
    let live = match shown.live {
        Some(_) => "live",
        None => "not live",
    };
    format!("{declared}; {live}; {}", action(shown))
}

fn action(shown: &Shown<'_>) -> String {
    let Some(step) = shown.step else {
        return "a plan leaves it alone".to_owned();
    };
    if let Some(blocked) = &step.blocked {
        return format!(
            "a plan would {} it, but rule {} blocks that",
            step.action, blocked.rule
        );
    }
    match (&step.hindrance, step.action.writes()) {
        (Some(hindrance), _) => format!(
            "a plan puts it off because {}: {}",
            hindrance.reason, hindrance.help
        ),
        (None, true) => format!("a plan would {} it", step.action),
        (None, false) => "a plan keeps it as it is".to_owned(),
    }
}

/// Attributes side by side; what only one side says has a gap on the other.
fn table(shown: &Shown<'_>, names: &Names<'_>, view: View, screen: &mut String) {
    let cell = |value: Option<&Value>| cell(value, names);
    let declared = shown.declared.map(Resource::values).unwrap_or_default();
    let empty = Attributes::new();
    let live = shown.live.map_or(&empty, |live| &live.attributes);
    let names: BTreeSet<&Cow<'static, str>> = declared.keys().chain(live.keys()).collect();
    let mut rows: Vec<[String; 3]> = vec![["", "declared", "live"].map(str::to_owned)];
    for name in names {
        rows.push([
            name.to_string(),
            cell(declared.get(name)),
            cell(live.get(name)),
        ]);
    }
    let facts = shown.live.iter().flat_map(|of| &of.facts);
    for (name, value) in facts.filter(|(name, value)| live.get(name) != Some(value)) {
        rows.push([format!("({name})"), String::new(), cell(Some(value))]);
    }
    if rows.len() == 1 {
        return;
    }
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    let fits = 4 + first + 2 + second + 2 + width(2) <= view.width;
    for (at, [name, declared, live]) in rows.iter().enumerate() {
        let line = match fits {
            true => format!("    {name:<first$}  {declared:<second$}  {live}"),
            false if at == 0 => continue,
            false => {
                screen.push_str(&prose::prose(view, 4, &format!("{name}:")));
                for (side, value) in [("declared", declared), ("live", live)] {
                    if !value.is_empty() {
                        screen.push_str(&prose::prose(view, 6, &format!("{side}: {value}")));
                    }
                }
                continue;
            }
        };
        let line = line.trim_end();
        let line = if at == 0 {
            view.paint.dim(line)
        } else {
            line.to_owned()
        };
        let _ = writeln!(screen, "{line}");
    }
}

fn cell(value: Option<&Value>, names: &Names<'_>) -> String {
    let text = value.map(|value| names.said(value)).unwrap_or_default();
    let text = foreign::line(&text);
    let length = text.chars().count();
    if text.starts_with("\"/") && length > LONGEST {
        // Of an id the end tells most.
        return text.chars().skip(length + 1 - LONGEST).fold(
            "…".to_owned(),
            |mut text, letter| {
                text.push(letter);
                text
            },
        );
    }
    foreign::clipped(&text, LONGEST).into_owned()
}

/// The same as one JSON document.
pub(crate) fn json(all: &[Shown<'_>], sources: &Sources) -> String {
    pretty(&Document {
        format: FORMAT,
        things: all.iter().map(|shown| Row::of(shown, sources)).collect(),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    things: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    address: &'a Address,
    kind: Option<&'a str>,
    declared: Option<DeclaredRow<'a>>,
    live: Option<LiveRow<'a>>,
    step: Option<&'a Step>,
    waits: Vec<WaitRow<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct DeclaredRow<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    attributes: Attributes,
}

#[derive(Serialize)]
struct LiveRow<'a> {
    id: &'a str,
    stamp: Option<&'a str>,
    protected: bool,
    health: &'a str,
    failure: Option<&'a str>,
    attributes: &'a Attributes,
    facts: &'a Attributes,
}

#[derive(Serialize)]
struct WaitRow<'a> {
    on: &'a Address,
    until: &'a str,
    reason: &'a str,
}

impl<'a> Row<'a> {
    fn of(shown: &'a Shown<'a>, sources: &'a Sources) -> Row<'a> {
        let kind = shown.declared.map(|resource| resource.kind);
        Row {
            address: shown.address,
            kind: kind.or(shown.live.map(|live| live.kind)),
            declared: shown.declared.map(|resource| {
                let (line, column) = sources.line_column(resource.span);
                DeclaredRow {
                    file: sources.name(resource.span.source),
                    line,
                    column,
                    attributes: resource.values(),
                }
            }),
            live: shown.live.map(LiveRow::of),
            step: shown.step,
            waits: shown
                .waits
                .iter()
                .map(|edge| WaitRow {
                    on: edge.on,
                    until: match edge.need {
                        Need::Success => "success",
                        Need::End => "end",
                    },
                    reason: &edge.reason,
                })
                .collect(),
            findings: &shown.findings,
        }
    }
}

impl<'a> LiveRow<'a> {
    fn of(live: &'a Live) -> LiveRow<'a> {
        let (health, failure) = match &live.health {
            Health::Good => ("good", None),
            Health::Busy => ("busy", None),
            Health::Failed { message } => ("failed", Some(message.as_str())),
        };
        LiveRow {
            id: &live.id,
            stamp: live.stamp.as_deref(),
            protected: live.protected,
            health,
            failure,
            attributes: &live.attributes,
            facts: &live.facts,
        }
    }
}
