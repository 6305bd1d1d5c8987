//! What must hold for any bytes at all.

use super::guard::{self, PIECE_BYTES};
use super::judge::{judge, on_big_stack};
use super::parse::{Lowered, Place, lower};
use super::{parse_bytes, print};
use crate::problem::MOST_PROBLEMS;
use crate::source::SourceId;
use kdl::KdlDocument;

/// Above this, a text is not compared with the `kdl` crate's own reading of the whole.
const MOST_COMPARED: usize = 64 << 10;

/// Checks that any bytes are answered as promised: without a panic, with few problems that lie inside the text, and
/// with what the `kdl` crate makes of the whole wherever the guard has no objection. Shared by the tests and by `fuzz`.
///
/// # Panics
///
/// If a promise is broken.
pub fn check_hostile(bytes: &[u8]) {
    let source = SourceId(0);
    let parsed = parse_bytes(source, bytes);
    assert!(parsed.problems.len() <= MOST_PROBLEMS, "too many problems");
    for label in parsed.problems.iter().flat_map(|problem| &problem.labels) {
        let inside = label.span.start <= label.span.end && label.span.end as usize <= bytes.len();
        assert!(
            inside,
            "{:?} lies outside {} bytes",
            label.span,
            bytes.len()
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && bytes.len() <= MOST_COMPARED
    {
        check_against_whole(source, text);
        check_printed(&parsed.tree);
    }
}

/// The pieces, whatever their size, say what the whole says.
fn check_against_whole(source: SourceId, text: &str) {
    let (_, objections) = guard::plan(source, text, PIECE_BYTES);
    if !objections.is_empty() {
        return;
    }
    let whole = on_big_stack(|| {
        KdlDocument::parse_v2(text)
            .ok()
            .map(|document| sorted(lower(&document, text, &Place::whole(source), &[])))
    });
    for piece_bytes in [PIECE_BYTES, 64, 0] {
        let pieces = judge(source, text, piece_bytes);
        match &whole {
            Some(whole) => assert_eq!(
                &sorted(pieces),
                whole,
                "in pieces of {piece_bytes}: {text:?}"
            ),
            None => assert!(
                !pieces.problems.is_empty(),
                "not KDL, but taken in pieces of {piece_bytes}: {text:?}"
            ),
        }
    }
}

fn sorted(mut lowered: Lowered) -> Lowered {
    lowered
        .problems
        .sort_by_cached_key(|problem| format!("{problem:?}"));
    lowered
}

/// What is printed can be read again and says the same.
fn check_printed(tree: &super::tree::Tree) {
    let printed: String = tree.nodes.iter().map(print::node).collect();
    let again = parse_bytes(SourceId(0), printed.as_bytes());
    let reprinted: String = again.tree.nodes.iter().map(print::node).collect();
    assert_eq!(printed, reprinted);
}
