//! The tables that `for` goes through: CSV after RFC 4180, with a header. Nothing outside this folder knows CSV.
//!
//! Cells are text, each with its place. What a spreadsheet takes as it comes is refused here: a quote that is not closed, a row
//! that is too short, a name that stands for two columns. Each would give machines other names than the ones that were meant.

mod problem;
mod read;

pub(super) use problem::TableProblem;

use std::borrow::Cow;
use std::ops::Range;

use crate::problem::{Problem, settle};
use crate::source::{SourceId, Span};
use crate::syntax::MOST_BYTES;

/// How many columns a table may have.
pub const MOST_COLUMNS: usize = 100;

/// How long a cell may be, in bytes: no text of a manifest may be longer.
pub const MOST_CELL_BYTES: usize = 16 << 10;

/// How many rows a table may have: more things than these no manifest may declare.
pub const MOST_ROWS: usize = 300_000;

/// A table: the names of its columns, and the cells of all rows, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    source: SourceId,
    text: String,
    columns: Vec<Range<u32>>,
    /// What the columns are called: every mention of a cell asks for one.
    names: Vec<String>,
    cells: Vec<Range<u32>>,
    /// Rows of which nobody can tell what column a cell is of.
    ragged: Vec<Range<u32>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell<'t> {
    /// What it says.
    pub(super) text: Cow<'t, str>,
    /// Where it stands, quotes included.
    pub(super) place: Span,
}

impl Table {
    /// Reads the bytes of a table; `None` where it cannot be told what its cells are. A byte order mark at the beginning is taken.
    pub fn read(source: SourceId, bytes: &[u8]) -> (Option<Table>, Vec<Problem>) {
        let mut problems = Vec::new();
        let table = match std::str::from_utf8(bytes) {
            _ if bytes.len() > MOST_BYTES => Err(TableProblem::TooLarge {
                what: "bytes in a table",
                most: MOST_BYTES,
                span: Span::new(source, 0, 0),
            }),
            Ok(text) => read::table(source, text, &mut problems),
            Err(error) => Err(TableProblem::NotUtf8 {
                span: Span::new(source, error.valid_up_to(), error.valid_up_to()),
            }),
        };
        let (table, fatal) = match table {
            Ok(table) => (Some(table), None),
            Err(problem) => (None, Some(problem)),
        };
        let problems = problems.into_iter().chain(fatal).map(Problem::from);
        (table, settle(problems.collect()))
    }

    /// Whether nothing stands below its header.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.cells.len() / self.columns.len().max(1)
    }

    /// The names of the columns, from left to right.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The number of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column == name)
    }

    /// A cell, both counted from 0.
    pub(super) fn at(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        let cell = self.cells.get(row * self.columns.len() + column)?;
        Some(self.cell(cell))
    }

    /// Where the names of the columns stand.
    pub(super) fn header(&self) -> Span {
        let start = self.columns.first().map_or(0, |column| column.start);
        let end = self.columns.last().map_or(0, |column| column.end);
        Span::new(self.source, start as usize, end as usize)
    }

    /// The places of all that may be cells of a column, without that of its name; none where it has no such column.
    pub fn places(&self, column: &str) -> impl Iterator<Item = Span> {
        let column = self.column(column);
        let ragged = column.into_iter().flat_map(|_| &self.ragged);
        let cells = column.into_iter();
        let cells = cells.flat_map(|column| (0..self.rows()).map(move |row| (row, column)));
        cells
            .filter_map(|(row, column)| Some(self.at(row, column)?.place))
            .chain(ragged.map(|row| Span::new(self.source, row.start as usize, row.end as usize)))
    }

    fn cell(&self, range: &Range<u32>) -> Cell<'_> {
        Cell {
            text: said(&self.text, range),
            place: Span::new(self.source, range.start as usize, range.end as usize),
        }
    }
}

/// What a cell of a text says.
fn said<'t>(text: &'t str, cell: &Range<u32>) -> Cow<'t, str> {
    let written = text.get(cell.start as usize..cell.end as usize);
    let written = written.unwrap_or_default();
    let inner = written.strip_prefix('"');
    match inner.and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner),
        None => Cow::Borrowed(written),
    }
}

#[cfg(test)]
mod tests;
