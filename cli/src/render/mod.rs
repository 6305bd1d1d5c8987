//! Text as values: every screen is a pure function from what is known to a `String`. `terminal.rs` writes them.

pub mod fault;
pub mod foreign;
pub mod graph;
pub mod paint;
pub mod plan_text;
pub mod problems;
pub mod progress;
pub mod refusals;
pub mod report;
#[cfg(test)]
pub(crate) mod sample;
mod snippet;

use serde::Serialize;

pub use paint::Paint;

/// How a screen is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Whether it is coloured.
    pub paint: Paint,
    /// How many columns it has.
    pub width: usize,
    /// Whether more is to be said.
    pub verbose: bool,
}

/// One JSON document, indented, with a line feed.
pub fn pretty(document: &impl Serialize) -> String {
    // Our own types with text as keys always become JSON.
    let mut text =
        serde_json::to_string_pretty(document).unwrap_or_else(|error| unreachable!("{error}"));
    text.push('\n');
    text
}
