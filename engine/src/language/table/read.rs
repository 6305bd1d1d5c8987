//! One pass over the text of a table.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{MOST_CELL_BYTES, MOST_COLUMNS, MOST_ROWS, Table, TableProblem, said};
use crate::problem::MOST_PROBLEMS;
use crate::source::{SourceId, Span};

/// Reads a table. What is wrong with single rows and names is told, and the rest is read on; what leaves open where cells end is an
/// error.
pub(super) fn table(
    source: SourceId,
    text: &str,
    problems: &mut Vec<TableProblem>,
) -> Result<Table, TableProblem> {
    let mut reader = Reader {
        source,
        text,
        at: text.len() - text.trim_start_matches('\u{FEFF}').len(),
    };
    let mut columns = Vec::new();
    while columns.is_empty() && !reader.is_at_end() {
        reader.record(&mut columns)?;
    }
    reader.check_header(&columns, problems)?;
    let mut cells: Vec<Range<u32>> = Vec::new();
    let mut ragged: Vec<Range<u32>> = Vec::new();
    while !reader.is_at_end() {
        let before = cells.len();
        let start = reader.at;
        reader.record(&mut cells)?;
        let has = cells.len() - before;
        // A line with nothing on it is no row.
        if has == 0 || has == columns.len() {
            if cells.len() / columns.len() > MOST_ROWS {
                let span = reader.span(start, start);
                return Err(too_large("rows", MOST_ROWS, span));
            }
            continue;
        }
        let end = cells.last().map_or(start, |last| last.end as usize);
        cells.truncate(before);
        let row = reader.span(start, end);
        ragged.push(row.start..row.end);
        if problems.len() <= MOST_PROBLEMS {
            problems.push(TableProblem::Ragged {
                has,
                wants: columns.len(),
                row,
                header: reader.header(&columns),
            });
        }
    }
    cells.shrink_to_fit();
    let names = columns.iter().map(|column| said(text, column).into_owned());
    Ok(Table {
        source,
        text: text.to_owned(),
        names: names.collect(),
        columns,
        cells,
        ragged,
    })
}

struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads one line of cells, which quoted ones may make several. Adds none for a line with nothing on it.
    fn record(&mut self, cells: &mut Vec<Range<u32>>) -> Result<(), TableProblem> {
        if self.line_end() {
            return Ok(());
        }
        let first = cells.len();
        loop {
            let start = self.at;
            match self.byte() {
                Some(b'"') => self.quoted()?,
                _ => self.bare()?,
            }
            if self.at - start > MOST_CELL_BYTES {
                let span = self.span(start, start);
                return Err(too_large("bytes in a cell", MOST_CELL_BYTES, span));
            }
            if cells.len() - first == MOST_COLUMNS {
                let span = self.span(start, start);
                return Err(too_large("columns", MOST_COLUMNS, span));
            }
            let span = self.span(start, self.at);
            cells.push(span.start..span.end);
            if self.byte() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.line_end();
        Ok(())
    }

    /// Passes over the end of a line, where there is one.
    fn line_end(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    fn bare(&mut self) -> Result<(), TableProblem> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|byte| !is_plain(*byte));
        self.at += length.unwrap_or(rest.len());
        match self.byte() {
            None | Some(b',' | b'\n') => Ok(()),
            Some(b'\r') if self.text[self.at..].starts_with("\r\n") => Ok(()),
            Some(b'"') => {
                let span = self.span(self.at, self.at + 1);
                Err(TableProblem::StrayQuote { span })
            }
            Some(_) => Err(self.control()),
        }
    }

    fn quoted(&mut self) -> Result<(), TableProblem> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.byte() {
                None => {
                    let span = self.span(open, open + 1);
                    return Err(TableProblem::UnclosedQuote { span });
                }
                Some(b'"') => {
                    self.at += 1;
                    if self.byte() != Some(b'"') {
                        break;
                    }
                    self.at += 1;
                }
                Some(b'\t' | b'\n' | b'\r' | b' '..=0x7E | 0x80..) => self.at += 1,
                Some(_) => return Err(self.control()),
            }
        }
        match self.text.as_bytes().get(self.at..) {
            Some([] | [b',' | b'\n', ..] | [b'\r', b'\n', ..]) => Ok(()),
            _ => Err(TableProblem::StrayQuote {
                span: self.span(self.at - 1, self.at),
            }),
        }
    }

    fn control(&self) -> TableProblem {
        TableProblem::Control {
            span: self.span(self.at, self.at + 1),
        }
    }

    /// Holds the names of the columns against each other.
    fn check_header(
        &self,
        columns: &[Range<u32>],
        problems: &mut Vec<TableProblem>,
    ) -> Result<(), TableProblem> {
        let header = self.header(columns);
        let says = |column: &Range<u32>| &self.text[column.start as usize..column.end as usize];
        if let [only] = columns
            && let Some(separator) = [';', '\t', '|']
                .into_iter()
                .find(|it| says(only).contains(*it))
        {
            return Err(TableProblem::OtherSeparator {
                separator,
                span: header,
            });
        }
        if columns.is_empty() {
            return Err(TableProblem::NoHeader { span: header });
        }
        let mut names: BTreeMap<&str, Span> = BTreeMap::new();
        for column in columns {
            let name = says(column).trim_matches('"');
            let span = self.span(column.start as usize, column.end as usize);
            if name.is_empty() {
                problems.push(TableProblem::Nameless { span });
            } else if let Some(first) = names.insert(name, span) {
                problems.push(TableProblem::ColumnTwice {
                    name: name.to_owned(),
                    first,
                    second: span,
                });
            }
        }
        Ok(())
    }

    fn header(&self, columns: &[Range<u32>]) -> Span {
        let start = columns.first().map_or(0, |column| column.start);
        let end = columns.last().map_or(0, |column| column.end);
        self.span(start as usize, end as usize)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }
}

/// Whether a byte is part of a cell without quotes, whatever stands around it.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=0x7E | 0x80..) && !matches!(byte, b',' | b'"')
}

fn too_large(what: &'static str, most: usize, span: Span) -> TableProblem {
    TableProblem::TooLarge { what, most, span }
}
