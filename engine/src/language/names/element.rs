//! The element that a loop is at: what `$row.column` and `$name` stand for in it.

use std::sync::Arc;

use super::value::shown;
use super::{Item, Names};
use crate::language::problem::{LanguageProblem, Problems};
use crate::language::table::Table;
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
    element: Element,
}

#[derive(Debug)]
enum Element {
    Row(Arc<Table>, usize),
    Item(Item),
}

impl Loop {
    /// A loop at a row of a table, counted from 0.
    pub(in crate::language) fn row(
        name: &str,
        place: Span,
        table: &Arc<Table>,
        row: usize,
    ) -> Loop {
        Loop {
            name: name.to_owned(),
            place,
            element: Element::Row(table.clone(), row),
        }
    }

    /// A loop at a value of a list.
    pub(in crate::language) fn item(name: &str, place: Span, item: &Item) -> Loop {
        Loop {
            name: name.to_owned(),
            place,
            element: Element::Item(item.clone()),
        }
    }

    /// What a column of its row says.
    fn column(&self, reference: &Reference) -> Result<Item, LanguageProblem> {
        let Element::Row(table, row) = &self.element else {
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
        let cell = table
            .column(column)
            .and_then(|column| table.at(*row, column));
        match cell {
            Some(cell) => Ok(Item {
                annotation: None,
                value: Scalar::Cell(cell.text.into_owned()),
                place: Some(cell.place),
            }),
            None => {
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
    }
}

impl Names {
    /// Comes to an element of a loop.
    pub(in crate::language) fn enter(&mut self, element: Loop) {
        self.current = Some(element);
    }

    /// Comes out of the loop.
    pub(in crate::language) fn leave(&mut self) {
        self.current = None;
    }

    /// Where the element stands that the loop is at: the first cell of its row, or the value.
    pub(in crate::language) fn element(&self) -> Option<Span> {
        match &self.current.as_ref()?.element {
            Element::Row(table, row) => Some(table.at(*row, 0)?.place),
            Element::Item(item) => item.place,
        }
    }

    /// What a reference stands for where it is to the element of the loop.
    pub(super) fn of_element(
        &mut self,
        reference: &Reference,
        problems: &mut Problems,
    ) -> Option<Item> {
        let current = self.current.as_ref()?;
        if reference.path.first() != Some(&current.name) {
            return None;
        }
        let found = match &current.element {
            Element::Item(item) if reference.path.len() == 1 => Ok(item.clone()),
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
        // The loop tells that, and ends.
        if !self.making.pay_for(&item.value) {
            item.value = Scalar::Text(String::new());
        }
        Some(item)
    }
}
