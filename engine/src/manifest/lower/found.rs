//! The problems found so far, no more of them than anybody could read.

use std::collections::BTreeSet;

use crate::manifest::problem::ManifestProblem;
use crate::problem::{CUT_SHORT, MOST_PROBLEMS, Problem, settle};
use crate::source::Span;

/// Beyond this, problems are only counted: a hostile text can hold one in every three bytes.
const MOST_KEPT: usize = 10_000;

/// Problems, and how many more there were.
#[derive(Debug, Default)]
pub(super) struct Found {
    problems: Vec<ManifestProblem>,
    beyond: usize,
    /// Clashes told already: a node with several names meets the same one under each.
    pairs: BTreeSet<(Span, Span)>,
}

impl Found {
    /// Adds a problem.
    pub(super) fn push(&mut self, problem: ManifestProblem) {
        if self.is_flooded() {
            self.beyond += 1;
        } else {
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
        let left_out = self.beyond;
        let mut problems = settle(self.problems.into_iter().map(Problem::from).collect());
        if left_out > 0 {
            let shown = MOST_PROBLEMS - 1;
            problems.retain(|problem| problem.code != CUT_SHORT);
            problems.truncate(shown);
            problems.push(Problem {
                code: CUT_SHORT,
                message: format!(
                    "{} more problems are not shown",
                    MOST_KEPT - shown + left_out
                ),
                labels: Vec::new(),
                help: Some("fix the ones above and run again".to_owned()),
            });
        }
        problems
    }
}
