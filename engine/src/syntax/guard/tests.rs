//! Work in proportion to the text, counted rather than timed.

use super::{MOST_NODE_BYTES, PIECE_BYTES, Part, Piece, plan};
use crate::source::SourceId;
use std::cell::Cell;

thread_local! {
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

/// Counts one look at a character.
pub(super) fn count_look() {
    LOOKS.set(LOOKS.get() + 1);
}

/// How often the guard may look at a character. Twice is usual: a token is looked at as a whole and at its end.
const MOST_LOOKS: usize = 6;

/// What is repeated to make texts that have cost some reader dearly, or might.
const SHAPES: [&str; 40] = [
    "x /- { a ",
    "a /-{\n",
    "/- a {\n",
    "/-/-",
    "a /-",
    "/- a {} ", // nested slashdash, six ways
    "a {",
    "}",
    "{",
    "a{}",
    "a )",
    ")\n",
    "(",
    "(a)",
    "a=",
    ";",
    "a;",
    "a true\n",
    "\"",
    "\"\n",
    "\"\"\"",
    "\"\"\"x ",
    "\"\"\"\n",
    "#",
    "#\"",
    "\"#",
    "/*",
    "*/",
    "/**/",
    "\\",
    "\\\n",
    "\\ /**/",
    "$",
    "a${",
    "${a}",
    "a/b/",
    "\n",
    "\u{2028}",
    "\u{feff}",
    "a \"\\u{1}\\\n\" ",
];

#[test]
fn the_guard_looks_at_each_character_a_few_times() {
    for shape in SHAPES {
        let text = shape.repeat(200_000 / shape.len());
        LOOKS.set(0);
        let (_, problems) = plan(SourceId(0), &text, PIECE_BYTES);
        assert!(
            LOOKS.get() <= MOST_LOOKS * text.len(),
            "{shape:?}: {} looks at {} bytes",
            LOOKS.get(),
            text.len()
        );
        assert!(
            problems.len() <= 2 * crate::problem::MOST_PROBLEMS,
            "{shape:?}"
        );
    }
}

#[test]
fn the_pieces_together_are_no_longer_than_the_text() {
    for text in texts() {
        let (plan, _) = plan(SourceId(0), &text, PIECE_BYTES);
        let pieces = pieces(&plan.parts).into_iter().chain(&plan.silent);
        let (mut bytes, mut longest) = (0, 0);
        for piece in pieces {
            let (cut, _) = piece.cut(&text, SourceId(0));
            bytes += cut.len();
            longest = longest.max(cut.len());
            assert!(nested_slashdash(&cut) <= 2, "{cut}");
        }
        // A hole leaves a blank.
        assert!(
            bytes <= text.len() + text.len() / 4,
            "{bytes} of {}",
            text.len()
        );
        assert!(longest <= 2 * PIECE_BYTES + MOST_NODE_BYTES);
    }
}

#[test]
fn ten_megabytes_are_cut_into_small_pieces_at_any_depth() {
    let machines =
        "vm web01 web02 {\n    size big\n    /- grant user { a; }\n    login\n}\n".repeat(170_000);
    let text = format!("resource-group a {{ b {{\n{machines}}} }}\n");
    LOOKS.set(0);
    let (plan, problems) = plan(SourceId(0), &text, PIECE_BYTES);
    assert_eq!(problems, []);
    assert!(LOOKS.get() <= MOST_LOOKS * text.len());
    let pieces = pieces(&plan.parts);
    assert!(pieces.iter().all(|piece| {
        piece.range.len()
            - piece
                .holes
                .iter()
                .map(ExactSizeIterator::len)
                .sum::<usize>()
            <= 2 * PIECE_BYTES
    }));
    assert!(pieces.len() <= 8 + text.len() / PIECE_BYTES);
}

#[test]
fn comments_that_would_overflow_the_parser_are_kept_from_it() {
    let text = format!("/*{}*/ a /* short */ b", "* / ".repeat(100_000));
    let (plan, problems) = plan(SourceId(0), &text, PIECE_BYTES);
    assert_eq!(problems, []);
    let pieces = pieces(&plan.parts);
    assert_eq!(pieces[0].cut(&text, SourceId(0)).0, "  a /* short */ b");
}

fn texts() -> Vec<String> {
    let commented = "/- a /- { b; } { c /-d { e; } }\n";
    let nested = format!(
        "{}{}{}",
        "/- a {\n".repeat(6),
        "g h\n".repeat(20_000),
        "}\n".repeat(6)
    );
    let shapes = SHAPES
        .iter()
        .map(|shape| shape.repeat(100_000 / shape.len()));
    shapes
        .chain([
            commented.repeat(3_000),
            nested,
            format!("x {{ {} }}", commented.repeat(3_000)),
        ])
        .collect()
}

fn pieces(parts: &[Part]) -> Vec<&Piece> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Part::Nodes(piece) => found.push(piece),
            Part::Large(head, block) => {
                found.push(head);
                found.extend(pieces(&block.parts));
            }
        }
    }
    found
}

/// How deep `/-` nests in a text without strings, counting blocks that are open behind one.
fn nested_slashdash(text: &str) -> usize {
    let (mut depth, mut deepest, mut after) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'-' if text[..at].ends_with('/') => after = true,
            b'{' => {
                depth.push(std::mem::take(&mut after));
                deepest = deepest.max(depth.iter().filter(|behind| **behind).count());
            }
            b'}' => drop(depth.pop()),
            _ => {}
        }
    }
    deepest
}
