//! The problems found so far, no more of them than anybody could read.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::problem::ManifestProblem;
use crate::problem::{Problem, cut_short, settle};
use crate::source::Span;

/// Beyond this, problems are not kept: a hostile text can hold one in every three bytes.
const MOST_KEPT: usize = 2_000;

/// Problems, and whether there were more.
#[derive(Debug, Default)]
pub(super) struct Found {
    problems: Vec<ManifestProblem>,
    /// Their numbers, by their first places.
    places: BTreeMap<Option<Span>, Vec<usize>>,
    beyond: bool,
    /// Clashes told already: a node with several names meets the same one under each.
    pairs: BTreeSet<(Span, Span)>,
}

impl Found {
    /// Adds a problem. What a loop makes has the same mistake at every turn, and is told of once.
    pub(super) fn push(&mut self, problem: ManifestProblem) {
        if self.is_flooded() {
            self.beyond = true;
            return;
        }
        let place = problem.labels().first().map(|label| label.span);
        let there = self.places.entry(place).or_default();
        if there.iter().all(|at| self.problems[*at] != problem) {
            there.push(self.problems.len());
            self.problems.push(problem);
        }
    }

    /// Adds a problem about two places, unless it was told already.
    pub(super) fn push_pair(&mut self, first: Span, second: Span, problem: ManifestProblem) {
        if self.pairs.insert((first, second)) {
            self.push(problem);
        }
    }

    /// Whether further problems will not be shown, so that no work need go into their hints.
    pub(super) fn is_flooded(&self) -> bool {
        self.problems.len() >= MOST_KEPT
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems in the order in which they are shown, cut where [`settle`] cuts.
    pub(super) fn settled(self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.problems.into_iter().map(Problem::from).collect();
        if self.beyond {
            problems.push(cut_short());
        }
        settle(problems)
    }
}
