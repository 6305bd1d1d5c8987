//! `let` and `param`: what the names of a manifest stand for.
//!
//! All names of all files are one namespace, and a name may be used before it is defined. They are resolved by a walk
//! with a stack of its own, since a stranger's file may chain names by the hundred thousand.

mod define;
mod element;
mod param;
mod resolve;
mod value;

use super::repeat::{Making, Tables};
use crate::source::Span;
use crate::syntax::tree::{Scalar, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use define::define;
pub(super) use element::{Elements, Loop};
pub(super) use value::Budget;

/// What every defined name stands for.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) values: Arc<BTreeMap<String, Value>>,
    /// What references may still add to the tree.
    pub(super) budget: Budget,
    /// The tables that loops go through.
    pub(super) tables: Tables,
    /// What loops may still make.
    pub(super) making: Making,
    /// The loop that is gone through, at its element.
    current: Option<Loop>,
}

impl Names {
    /// The same names for one of so many shares of a loop's elements, with an equal part of all that may still be made.
    pub(super) fn part(&self, of: usize) -> Names {
        Names {
            values: self.values.clone(),
            budget: self.budget.part(of),
            making: self.making.part(of),
            ..Names::default()
        }
    }

    /// Pays for what was used up in all the shares.
    pub(super) fn pay_for<'n>(&mut self, parts: impl ExactSizeIterator<Item = &'n Names>) {
        let whole = self.part(parts.len());
        for part in parts {
            self.budget.pay_as(whole.budget, part.budget);
            self.making.pay_as(whole.making, part.making);
        }
    }
}

/// What one name stands for: one value, or a list of another length.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) items: Vec<Item>,
    pub(super) defined: Span,
}

/// One value with the annotation that it was given where it was defined.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) annotation: Option<Word>,
    pub(super) value: Scalar,
    /// Where it stands, in a loop: in the table or list that the loop goes through.
    pub(super) place: Option<Span>,
}
