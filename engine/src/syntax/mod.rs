//! From bytes to trees. Nothing outside this folder knows KDL.
//!
//! Takes linear time and never panics, whatever the bytes: `guard` reads the text first and bounds what the `kdl` crate
//! is given to judge.

mod guard;
mod hostile;
mod judge;
mod parse;
pub mod print;
mod problem;
pub(crate) mod reference;
mod shapes;
pub mod tree;
mod veil;

pub use hostile::check_hostile;
pub use veil::{SecretWords, Veiled};

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
    if text.len() > MOST_BYTES {
        return refused(too_large(source, text.len()));
    }
    let judged = judge::judge(source, text, guard::PIECE_BYTES);
    // Under another version's rules the rest may well be right: its problems would only be a cascade.
    let problems = match other_version(source, text) {
        Some(problem) => vec![problem],
        None => judged.problems,
    };
    Parsed {
        tree: Tree {
            nodes: judged.nodes,
        },
        problems: settle(problems.into_iter().map(Problem::from).collect()),
    }
}

/// The marker `/- kdl-version N` that may begin a text, if `N` is not 2.
fn other_version(source: SourceId, text: &str) -> Option<SyntaxProblem> {
    let marker = text
        .trim_start_matches('\u{FEFF}')
        .strip_prefix("/-")?
        .trim_start_matches([' ', '\t']);
    let version = marker
        .strip_prefix("kdl-version")?
        .strip_prefix([' ', '\t'])?
        .trim_start_matches([' ', '\t']);
    let start = text.len() - version.len();
    let version = version
        .split_whitespace()
        .next()
        .filter(|version| *version != "2")?;
    let span = Span::new(source, start, start + version.len());
    Some(SyntaxProblem::OtherVersion {
        version: version.to_owned(),
        span,
    })
}

/// Parses bytes that may not be text. A byte order mark at the beginning is taken, as KDL says.
pub fn parse_bytes(source: SourceId, bytes: &[u8]) -> Parsed {
    if bytes.len() > MOST_BYTES {
        return refused(too_large(source, bytes.len()));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(source, text),
        Err(error) => {
            let at = error.valid_up_to();
            let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
            refused(SyntaxProblem::NotUtf8 {
                utf16,
                span: Span::new(source, at, at),
            })
        }
    }
}

fn too_large(source: SourceId, bytes: usize) -> SyntaxProblem {
    let most_megabytes = MOST_BYTES / 1_000_000;
    SyntaxProblem::TooLarge {
        bytes,
        most_megabytes,
        span: Span::new(source, 0, 0),
    }
}

fn refused(problem: SyntaxProblem) -> Parsed {
    Parsed {
        tree: Tree::default(),
        problems: vec![problem.into()],
    }
}
