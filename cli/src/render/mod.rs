//! Text as values: every screen is a pure function from what is known to a `String`. `terminal.rs` writes them.

pub(crate) mod again;
pub(crate) mod checkup;
pub(crate) mod converged;
mod difference;
pub(crate) mod explained;
pub(crate) mod fault;
pub(crate) mod findings;
mod fold;
pub(crate) mod foreign;
pub(crate) mod given;
pub(crate) mod graph;
pub(crate) mod kept;
pub(crate) mod manual;
pub(crate) mod names;
pub(crate) mod paint;
pub(crate) mod pinned;
pub(crate) mod plan_text;
pub(crate) mod problems;
pub(crate) mod progress;
pub(crate) mod prose;
pub(crate) mod refusals;
pub(crate) mod report;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod saved;
pub(crate) mod shown;
mod snippet;
pub(crate) mod stale;
pub(crate) mod traced;
pub(crate) mod validated;
pub(crate) mod written;

use serde::Serialize;

pub(crate) use given::Given;
pub(crate) use paint::Paint;

use crate::args::variables::Unread;

/// How a screen is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Whether it is coloured.
    pub paint: Paint,
    /// How many columns it has.
    pub width: usize,
    /// Whether more is to be said.
    pub verbose: bool,
    /// What the commands that it names are about.
    pub given: Given,
}

/// One JSON document, indented, with a line feed.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    // Our own types with text as keys always become JSON.
    let mut text =
        serde_json::to_string_pretty(document).unwrap_or_else(|error| unreachable!("{error}"));
    text.push('\n');
    foreign::json(&text).into_owned()
}

/// A variable that looks like a flag and is none.
pub(crate) fn unread_variable(unread: &Unread, view: View) -> String {
    let said = format!(
        "`{}` is set, and nothing reads it: {}",
        unread.name, unread.help
    );
    prose::headed(view, 0, "warning:", Paint::changed, &said)
}
