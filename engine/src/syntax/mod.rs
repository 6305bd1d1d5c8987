//! From bytes to trees. Nothing outside this folder knows KDL.
//!
//! Takes linear time and never panics, whatever the bytes: `guard` reads the text first and bounds what the `kdl` crate
//! is given to judge.

mod judge;
mod parse;
pub mod print;
mod problem;
pub(crate) mod reference;
pub mod tree;

use crate::problem::{Problem, settle};
use crate::source::{SourceId, Span};
use problem::SyntaxProblem;
use tree::Tree;

/// The largest file that is read.
pub const MOST_BYTES: usize = 10 * 1000 * 1000;

/// What was understood of a text, and what was wrong with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Everything that could be understood.
    pub tree: Tree,
    /// Settled: in order, each once, at most 100.
    pub problems: Vec<Problem>,
}

/// Parses a text. Never panics; what is broken costs only itself.
pub fn parse(source: SourceId, text: &str) -> Parsed {
    let whole = Span::new(source, 0, text.len());
    if text.len() > MOST_BYTES {
        let too_large = SyntaxProblem::TooLarge {
            bytes: text.len(),
            most_megabytes: MOST_BYTES / 1_000_000,
            span: whole.beginning(),
        };
        return Parsed {
            tree: Tree::default(),
            problems: vec![too_large.into()],
        };
    }
    let judged = judge::judge(source, text);
    let problems = settle(judged.problems.into_iter().map(Problem::from).collect());
    Parsed {
        tree: Tree {
            nodes: judged.nodes,
        },
        problems,
    }
}

/// Parses bytes that may not be text.
pub fn parse_bytes(source: SourceId, bytes: &[u8]) -> Parsed {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(source, text),
        Err(error) => {
            let at = error.valid_up_to();
            let not_utf8 = SyntaxProblem::NotUtf8 {
                span: Span::new(source, at, at),
            };
            Parsed {
                tree: Tree::default(),
                problems: vec![not_utf8.into()],
            }
        }
    }
}
