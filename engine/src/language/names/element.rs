//! The element that a loop is at: what `$row.column` and `$name` stand for in it.

use std::sync::Arc;

use super::value::shown;
use super::{Item, Names};
use crate::language::problem::{LanguageProblem, Problems};
use crate::language::repeat::bytes;
use crate::language::table::{Cell, Table};
use crate::problem::nearest;
use crate::source::Span;
use crate::syntax::tree::{Reference, Scalar};

/// A loop at one of its elements.
#[derive(Debug)]
pub(in crate::language) struct Loop {
    /// What the element is called.
    name: String,
    /// Where that stands.
    place: Span,
    elements: Elements,
    /// Which of them it is at, counted from 0.
    at: usize,
}

/// What a loop goes through.
#[derive(Clone, Debug)]
pub(in crate::language) enum Elements {
    Rows(Arc<Table>),
    Items(Arc<[Item]>),
}

impl Elements {
    /// How many there are.
    pub(in crate::language) fn count(&self) -> usize {
        match self {
            Elements::Rows(table) => table.rows(),
            Elements::Items(items) => items.len(),
        }
    }
}

impl Loop {
    /// A loop at its first element.
    pub(in crate::language) fn new(name: &str, place: Span, elements: Elements) -> Loop {
        Loop {
            name: name.to_owned(),
            place,
            elements,
            at: 0,
        }
    }

    /// Whether a reference is to its element.
    fn is_named(&self, reference: &Reference) -> bool {
        reference.path.first() == Some(&self.name)
    }

    /// The value of a list that it is at.
    fn item(&self) -> Option<&Item> {
        match &self.elements {
            Elements::Rows(_) => None,
            Elements::Items(items) => items.get(self.at),
        }
    }

    /// The cell of its row that a reference is to.
    fn cell(&self, reference: &Reference) -> Option<Cell<'_>> {
        let Elements::Rows(table) = &self.elements else {
            return None;
        };
        let column = table.column(reference.path.get(1)?)?;
        table.at(self.at, column)
    }

    /// What a column of its row says.
    fn column(&self, reference: &Reference) -> Result<Item, LanguageProblem> {
        if let Some(cell) = self.cell(reference) {
            return Ok(Item {
                annotation: None,
                value: Scalar::Cell(cell.text.into_owned()),
                place: Some(cell.place),
            });
        }
        let Elements::Rows(table) = &self.elements else {
            return Err(LanguageProblem::NoColumns {
                written: shown(reference),
                span: reference.span,
                of: Some(self.place),
            });
        };
        let Some(column) = reference.path.get(1) else {
            return Err(LanguageProblem::WholeRow {
                name: self.name.clone(),
                column: table.columns().next().map(str::to_owned),
                span: reference.span,
            });
        };
        let columns: Vec<String> = table.columns().map(str::to_owned).collect();
        let names = columns.iter().map(String::as_str);
        Err(LanguageProblem::NoSuchColumn {
            name: column.clone(),
            nearest: nearest(column, names).map(str::to_owned),
            columns,
            span: reference.span,
            header: table.header(),
        })
    }
}

impl Names {
    /// Comes into a loop.
    pub(in crate::language) fn enter(&mut self, entered: Loop) {
        self.current = Some(entered);
    }

    /// Comes to an element of the loop, counted from 0.
    pub(in crate::language) fn come_to(&mut self, element: usize) {
        if let Some(current) = &mut self.current {
            current.at = element;
        }
    }

    /// Comes out of the loop.
    pub(in crate::language) fn leave(&mut self) {
        self.current = None;
    }

    /// Where the element stands that the loop is at: the first cell of its row, or the value.
    pub(in crate::language) fn element(&self) -> Option<Span> {
        let current = self.current.as_ref()?;
        match &current.elements {
            Elements::Rows(table) => Some(table.at(current.at, 0)?.place),
            Elements::Items(_) => current.item()?.place,
        }
    }

    /// Whether a value is one reference to the element of the loop.
    pub(in crate::language) fn is_of_element(&self, scalar: &Scalar) -> bool {
        let Scalar::Reference(reference) = scalar else {
            return false;
        };
        let current = self.current.as_ref();
        current.is_some_and(|current| current.is_named(reference))
    }

    /// Writes what a cell of the row says, where the value is a reference to one, in the room of what was said before. Gives the
    /// place of the cell.
    pub(in crate::language) fn write_cell(
        &mut self,
        written: &Scalar,
        before: &mut Scalar,
    ) -> Option<Span> {
        let Scalar::Reference(reference) = written else {
            return None;
        };
        let current = self.current.as_ref()?;
        let cell = current
            .cell(reference)
            .filter(|_| current.is_named(reference))?;
        match before {
            _ if !self.making.pay_for(cell.text.len()) => *before = unpaid(),
            Scalar::Cell(text) => cell.text.as_ref().clone_into(text),
            _ => *before = Scalar::Cell(cell.text.into_owned()),
        }
        Some(cell.place)
    }

    /// What a reference stands for where it is to the element of the loop.
    pub(super) fn of_element(
        &mut self,
        reference: &Reference,
        problems: &mut Problems,
    ) -> Option<Item> {
        let current = self.current.as_ref()?;
        if !current.is_named(reference) {
            return None;
        }
        let found = match current.item() {
            Some(item) if reference.path.len() == 1 => Ok(item.clone()),
            _ => current.column(reference),
        };
        let mut item = found.unwrap_or_else(|problem| {
            problems.push(problem);
            Item {
                annotation: None,
                value: Scalar::Text(shown(reference)),
                place: None,
            }
        });
        if !self.making.pay_for(bytes(&item.value)) {
            item.value = unpaid();
        }
        Some(item)
    }
}

/// What stands where an element could not be paid for. The loop tells that, and ends.
fn unpaid() -> Scalar {
    Scalar::Text(String::new())
}
