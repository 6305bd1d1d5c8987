//! Reads a text once, before the `kdl` crate sees any of it.
//!
//! The crate alone is not safe with a stranger's text: nested `/-` cost it exponential time; nested blocks, comments
//! with many stars and many mistakes in one line overflow its stack; one mistake loses the whole text; and it takes
//! sixty times the text in memory (kdl 6.7.1, 2026-11). So the guard
//!
//! - bounds how deep blocks, `/-` and comments nest, and how long one node may be;
//! - finds the mistakes that people make, with the place and the fix, and leaves each broken node out;
//! - cuts the text into pieces of about 16 KB between nodes, at any depth, for the crate to judge one by one. What `/-`
//!   comments out is judged too, but in pieces of its own, so that the crate never sees one `/-` within another;
//! - notes which nodes have lines for themselves, and which values are plain, so that what is repeated is judged once.
//!
//! It is no parser: it says where nodes and strings end, and the crate says what they are. It may be stricter than the
//! crate, which takes some texts that the KDL 2 specification does not; it must never be laxer.

mod cut;
mod lex;
mod lines;
mod piece;
mod scan;
mod statement;
mod string;
mod token;
mod word;

#[cfg(test)]
mod tests;

pub(super) use lines::Lines;
pub(super) use piece::{Block, Part, Piece, Plan};

use super::problem::SyntaxProblem;
use crate::source::SourceId;

/// How deep blocks may nest. The `kdl` crate recurses with them, and so do we.
pub(crate) const MOST_NESTED: usize = 64;

/// How deep `/-` may nest. Commented-out nodes within commented-out nodes are legitimate, more than a few are not.
pub(crate) const MOST_SLASHDASHED: usize = 6;

/// How deep comments may nest.
pub(crate) const MOST_COMMENTED: usize = 32;

/// How long one node may be without its children: the `kdl` crate cannot be given less at once.
pub(crate) const MOST_NODE_BYTES: usize = 1 << 20;

/// How many nodes a file may hold. At 10 MB, machines that say all there is to say stay below half of it; tiny nodes
/// without end would take two hundred times their text in memory.
pub(crate) const MOST_NODES: usize = 1_000_000;

/// The `kdl` crate recurses at each `*` and `/` in a comment, so comments with more are kept from it.
const MOST_COMMENT_MARKS: usize = 500;

/// About how large pieces are: small enough that the crate's sixty-fold memory stays small, large enough that calling
/// it costs nothing.
pub(crate) const PIECE_BYTES: usize = 16 << 10;

/// How many problems are kept; a report shows fewer.
const MOST_KEPT: usize = 2 * crate::problem::MOST_PROBLEMS;

/// Reads `text` and plans how it is judged, in pieces of about `piece_bytes`.
pub(super) fn plan(source: SourceId, text: &str, piece_bytes: usize) -> (Plan, Vec<SyntaxProblem>) {
    scan::Scan::new(source, text, piece_bytes).run()
}

/// Plans a piece again, each node in a piece of its own.
pub(super) fn plan_again(source: SourceId, text: &str, piece: &Piece) -> Plan {
    scan::Scan::again(source, text, piece, 0).run().0
}
