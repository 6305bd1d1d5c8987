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

pub(super) use define::define;
pub(super) use element::Loop;
pub(super) use value::Budget;

/// What every defined name stands for.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) values: BTreeMap<String, Value>,
    /// What references may still add to the tree.
    pub(super) budget: Budget,
    /// The tables that loops go through.
    pub(super) tables: Tables,
    /// What loops may still make.
    pub(super) making: Making,
    /// The loop that is gone through, at its element.
    current: Option<Loop>,
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
