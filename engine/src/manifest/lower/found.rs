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
    problems: Vec<(ManifestProblem, Option<Pair>)>,
    /// Their numbers, by their first places.
    places: BTreeMap<Option<Span>, Vec<usize>>,
    beyond: bool,
    /// Clashes told already: a node with several names meets the same one under each.
    pairs: BTreeSet<Pair>,
}

/// The two places of a clash.
type Pair = (Span, Span);

impl Found {
    /// Adds a problem. What a loop makes has the same mistake at every turn, and is told of once.
    pub(super) fn push(&mut self, problem: ManifestProblem) {
        self.add(problem, None);
    }

    fn add(&mut self, problem: ManifestProblem, pair: Option<Pair>) {
        if self.is_flooded() {
            self.beyond = true;
            return;
        }
        let place = problem.labels().first().map(|label| label.span);
        let there = self.places.entry(place).or_default();
        if there.iter().all(|at| self.problems[*at].0 != problem) {
            there.push(self.problems.len());
            self.problems.push((problem, pair));
        }
    }

    /// Adds a problem about two places, unless it was told already.
    pub(super) fn push_pair(&mut self, first: Span, second: Span, problem: ManifestProblem) {
        let pair = (first, second);
        if self.pairs.insert(pair) {
            self.add(problem, Some(pair));
        }
    }

    /// Adds what was found after it in another place, as if it had been found here.
    pub(super) fn join(&mut self, later: Found) {
        for (problem, pair) in later.problems {
            match pair {
                Some((first, second)) => self.push_pair(first, second, problem),
                None => self.push(problem),
            }
        }
        self.beyond |= later.beyond;
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
        let mut problems: Vec<Problem> = self
            .problems
            .into_iter()
            .map(|(problem, _)| problem.into())
            .collect();
        if self.beyond {
            problems.push(cut_short());
        }
        settle(problems)
    }
}
