//! Which part of a manifest a plan is for: `--target` takes what lies beneath it and what that needs, `--exclude` leaves out.

use std::collections::BTreeSet;

use super::Selection;
use crate::address::{Address, Pattern};
use crate::graph::Graph;
use crate::schema::Need;

/// What `--target` and `--exclude` say.
#[derive(Clone, Debug, Default)]
pub struct Selected {
    /// Patterns of `--target`; none means everything.
    pub targets: Vec<Pattern>,
    /// Patterns of `--exclude`.
    pub excludes: Vec<Pattern>,
}

impl Selected {
    /// Reads the patterns as a person typed them; the first that is no address is the error.
    pub fn read(targets: &[String], excludes: &[String]) -> Result<Selected, String> {
        let patterns = |texts: &[String]| -> Result<Vec<Pattern>, String> {
            texts.iter().map(|text| Pattern::parse(text)).collect()
        };
        Ok(Selected {
            targets: patterns(targets)?,
            excludes: patterns(excludes)?,
        })
    }

    /// Whether the address itself is named and not left out. Something that is taken away must be, never merely needed.
    pub fn names(&self, address: &Address) -> bool {
        let covered = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.covers(address));
        (self.targets.is_empty() || covered(&self.targets)) && !covered(&self.excludes)
    }

    /// Patterns that cover no address of the manifest: a slip of the pen, not an empty wish.
    pub fn unmatched<'a>(&'a self, addresses: &[Address]) -> Vec<&'a str> {
        self.targets
            .iter()
            .chain(&self.excludes)
            .filter(|pattern| !addresses.iter().any(|address| pattern.covers(address)))
            .map(Pattern::as_str)
            .collect()
    }

    /// The record for the plan; `None` where everything is selected.
    pub fn record(&self) -> Option<Selection> {
        let texts = |patterns: &[Pattern]| {
            patterns
                .iter()
                .map(|pattern| pattern.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        let selection = Selection {
            targets: texts(&self.targets),
            excludes: texts(&self.excludes),
        };
        (selection != Selection::default()).then_some(selection)
    }

    /// The addresses that a plan is for: the named ones, and what these need to succeed first.
    pub(super) fn of<'a>(&self, graph: &'a Graph) -> BTreeSet<&'a Address> {
        let mut taken = BTreeSet::new();
        // From the last to the first, so that what something needs is met after it.
        for address in graph.order().iter().rev() {
            if self.names(address) || taken.contains(address) {
                taken.insert(address);
                taken.extend(
                    graph
                        .waits_of(address)
                        .iter()
                        .filter(|edge| edge.need == Need::Success)
                        .map(|edge| &edge.on)
                        .filter(|on| !self.excludes.iter().any(|pattern| pattern.covers(on))),
                );
            }
        }
        taken
    }
}
