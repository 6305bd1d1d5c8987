//! What can be wrong in a table.

use thiserror::Error;

use crate::problem::{Code, Label, Problem};
use crate::source::Span;
use crate::syntax::print;

/// A mistake in a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(in crate::language) enum TableProblem {
    #[error("the table is not UTF-8")]
    NotUtf8 { span: Span },
    #[error("a quote is not closed")]
    UnclosedQuote { span: Span },
    #[error("a quote stands where none may stand")]
    StrayQuote { span: Span },
    #[error("a control character stands where text is wanted")]
    Control { span: Span },
    #[error("the table has no header")]
    NoHeader { span: Span },
    #[error("a column has no name")]
    Nameless { span: Span },
    #[error("two columns are called `{}`", print::shown(.name))]
    ColumnTwice {
        name: String,
        first: Span,
        second: Span,
    },
    #[error("the row has {has} {}, and the header names {wants}", cells(*.has))]
    Ragged {
        has: usize,
        wants: usize,
        row: Span,
        header: Span,
    },
    #[error("there are more than {} {what}", thousands(*.most))]
    TooLarge {
        what: &'static str,
        most: usize,
        span: Span,
    },
    #[error("the cells are not separated by commas")]
    OtherSeparator { separator: char, span: Span },
}

impl TableProblem {
    fn code(&self) -> Code {
        Code(match self {
            Self::NotUtf8 { .. }
            | Self::UnclosedQuote { .. }
            | Self::StrayQuote { .. }
            | Self::Control { .. } => "VML055",
            Self::NoHeader { .. } | Self::Nameless { .. } | Self::ColumnTwice { .. } => "VML056",
            Self::Ragged { .. } => "VML057",
            Self::TooLarge { .. } => "VML058",
            Self::OtherSeparator { .. } => "VML059",
        })
    }

    fn labels(&self) -> Vec<Label> {
        match self {
            Self::NotUtf8 { span } => vec![Label::new(*span, "no UTF-8 from here on")],
            Self::UnclosedQuote { span } => vec![Label::new(*span, "opened here")],
            Self::StrayQuote { span } => vec![Label::new(*span, "this one")],
            Self::Control { span } => vec![Label::new(*span, "here")],
            Self::NoHeader { span } => vec![Label::new(*span, "the first line names the columns")],
            Self::Nameless { span } => vec![Label::new(*span, "a name is wanted here")],
            Self::ColumnTwice { first, second, .. } => vec![
                Label::new(*second, "named again here"),
                Label::new(*first, "first named here"),
            ],
            Self::Ragged { row, header, .. } => vec![
                Label::new(*row, "this row"),
                Label::new(*header, "the header"),
            ],
            Self::TooLarge { span, .. } => vec![Label::new(*span, "the first one too many")],
            Self::OtherSeparator { span, .. } => vec![Label::new(*span, "read as one column")],
        }
    }

    fn help(&self) -> String {
        match self {
            Self::NotUtf8 { .. } => {
                "save it as UTF-8: spreadsheets call that `CSV UTF-8`".to_owned()
            }
            Self::UnclosedQuote { .. } => "close it before the next comma".to_owned(),
            Self::StrayQuote { .. } => {
                "put the whole cell in quotes, and write a quote in it twice: `\"a \"\"b\"\" c\"`"
                    .to_owned()
            }
            Self::Control { .. } => "remove it: lines end with a line feed".to_owned(),
            Self::NoHeader { .. } => "write the names of the columns first: `name,os`".to_owned(),
            Self::Nameless { .. } => "give the column a name, or remove it".to_owned(),
            Self::ColumnTwice { .. } => "rename one of them".to_owned(),
            Self::Ragged { has, wants, .. } if has > wants => {
                "remove what is too much, or put a cell that holds a comma in quotes".to_owned()
            }
            Self::Ragged { .. } => "add a comma for each cell that is missing".to_owned(),
            Self::TooLarge { .. } => "split the table into several".to_owned(),
            Self::OtherSeparator { separator, .. } => format!(
                "separate them by `,` instead of `{}`",
                separator.escape_default()
            ),
        }
    }
}

fn cells(number: usize) -> &'static str {
    if number == 1 { "cell" } else { "cells" }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

impl From<TableProblem> for Problem {
    fn from(problem: TableProblem) -> Problem {
        Problem {
            code: problem.code(),
            message: problem.to_string(),
            labels: problem.labels(),
            help: Some(problem.help()),
        }
    }
}
