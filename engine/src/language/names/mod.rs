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
pub(super) use element::Loop;
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
    /// The same names for a share of a loop's elements.
    pub(super) fn fork(&self) -> Names {
        Names {
            values: self.values.clone(),
            budget: self.budget,
            making: self.making,
            ..Names::default()
        }
    }

    /// Pays for what was used up in all the shares; not where that is more than there is.
    pub(super) fn pay_for<'n>(&mut self, forks: impl Iterator<Item = &'n Names> + Clone) -> bool {
        let budgets = forks.clone().map(|fork| &fork.budget);
        let budget = self.budget.behind(budgets);
        let making = self.making.behind(forks.map(|fork| &fork.making));
        let (Some(budget), Some(making)) = (budget, making) else {
            return false;
        };
        (self.budget, self.making) = (budget, making);
        true
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
