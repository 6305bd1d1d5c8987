//! Loops: all elements one after another, or those of a long one in shares at the same time.
//!
//! What comes of it is the same, whatever the number of threads: shares that came to their end with nothing wrong are put behind
//! one another, and in any other case the loop is gone through once more from its first element to its last.

use std::borrow::Cow;
use std::ops::Range;

use super::same::Same;
use super::{Checked, First, Walker, Words};
use crate::language::{Loops, Round, same_at_each};
use crate::manifest::lower::form::{Form, Forms};
use crate::manifest::lower::found::Found;
use crate::shares;
use crate::syntax::tree::Node;

/// A share of fewer elements would be done before its thread stands. Two are the least: what only the second of two like nodes does
/// wrong shows in each share.
const LEAST: usize = 1_000;

/// Where a share of a loop's elements stands, and what came of it.
struct Share<'a> {
    elements: Range<usize>,
    loops: Loops,
    found: Found,
    same: Same<'a>,
    parent: Checked<'a>,
    meant: Words,
    first: First,
}

impl<'a> Walker<'a, '_> {
    /// Holds what a loop makes against its forms. No loop is left in another.
    pub(super) fn go_through(
        &mut self,
        loops: &mut Loops,
        node: &Node,
        parent: &mut Checked<'a>,
        meant: &mut Words,
        first: &mut First,
    ) {
        let Some(round) = loops.begin(node) else {
            return;
        };
        self.same = same_at_each(node).collect();
        match self.in_shares(loops, &round, parent.form, first) {
            Some(shares) => {
                for share in shares {
                    parent.hold_all(share.parent);
                    meant.extend(&share.meant);
                    *first = share.first;
                }
            }
            None => self.elements(loops, &round, 0..round.count(), (parent, meant, first)),
        }
        self.same = Same::default();
    }

    fn elements(
        &mut self,
        loops: &mut Loops,
        round: &Round<'_>,
        elements: Range<usize>,
        (parent, meant, first): (&mut Checked<'a>, &mut Words, &mut First),
    ) {
        loops.go_through(round, elements, |made| {
            for node in made.nodes {
                self.child(parent, Cow::Borrowed(node), meant, first);
            }
        });
    }

    /// The shares of a loop, in their order; `None` where it is short, or something is wrong.
    fn in_shares(
        &self,
        loops: &mut Loops,
        round: &Round<'_>,
        parent: &'a Form,
        first: &First,
    ) -> Option<Vec<Share<'a>>> {
        let count = shares::count(round.count(), LEAST);
        if count < 2 {
            return None;
        }
        let bound = |share: usize| round.count() * share / count;
        let share = |number: usize| Share {
            elements: bound(number)..bound(number + 1),
            loops: loops.part(count),
            found: Found::default(),
            same: self.same.clone(),
            parent: Checked::blank(parent),
            meant: Words::default(),
            first: first.clone(),
        };
        let forms = self.forms;
        let begun = (0..count).map(share).collect();
        let shares = shares::at_once(begun, |share: Share<'a>| share.done(forms, round));
        let well = shares.iter().all(|share| share.found.is_empty())
            && loops.join(shares.iter().map(|share| &share.loops));
        well.then_some(shares)
    }
}

impl<'a> Share<'a> {
    /// The share with all of its elements gone through.
    fn done(mut self, forms: &'a Forms, round: &Round<'_>) -> Share<'a> {
        let mut walker = Walker {
            forms,
            loops: None,
            same: std::mem::take(&mut self.same),
            found: &mut self.found,
        };
        let made = (&mut self.parent, &mut self.meant, &mut self.first);
        walker.elements(&mut self.loops, round, self.elements.clone(), made);
        self
    }
}
