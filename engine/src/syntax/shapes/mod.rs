//! What a text repeats: machines of an estate tend to look alike, but for their names.
//!
//! The `kdl` crate takes most of the time in which a manifest is read. So nodes that differ only in plain values, and in remarks at
//! the ends of their lines, have one shape: their text with these blanked. The crate judges each shape that is there more than once by itself, once; the pieces are
//! judged without those nodes, which are made of their shape and their values. A shape that it refuses, or that the language
//! objects to, is none: its nodes are left in their pieces, and told of there.

mod shaped;
mod sketch;

#[cfg(test)]
mod tests;

pub(super) use shaped::Shaped;

use super::guard::{Lines, Piece, Plan};
use super::judge::on_big_stack;
use super::tree::Node;
use crate::source::SourceId;
use sketch::Sketches;

/// The shapes that a text repeats, and where.
#[derive(Debug)]
pub(super) struct Shapes<'t> {
    source: SourceId,
    text: &'t str,
    /// The plain values and remarks of the text, in order: where they begin and end.
    plain: &'t [(u32, u32)],
    /// The nodes that have a shape, each with its number; in order, and none within another.
    shaped: Vec<(Lines, usize)>,
    shapes: Vec<Shape>,
}

/// Nodes that differ only in plain values and remarks.
#[derive(Debug)]
struct Shape {
    /// With offsets in the text of the shape.
    node: Node,
    /// Where what is blanked ends in that text.
    ends: Vec<u32>,
}

impl<'t> Shapes<'t> {
    /// Finds and judges what a text repeats.
    pub(super) fn of(source: SourceId, text: &'t str, plan: &'t Plan) -> Shapes<'t> {
        let mut shapes = Shapes {
            source,
            text,
            plain: &plan.plain,
            shaped: Vec::new(),
            shapes: Vec::new(),
        };
        let mut lines = plan.lines.clone();
        // Those that lie in another come behind it.
        lines.sort_unstable_by_key(|lines| (lines.start, std::cmp::Reverse(lines.end)));
        let sketches = Sketches::of(&shapes, &lines);
        if sketches.is_any_repeated() {
            (shapes.shaped, shapes.shapes) = on_big_stack(|| sketches.judged(source, &lines));
        }
        shapes
    }

    /// The shaped nodes in a piece, outside its holes.
    pub(super) fn within(&self, piece: &Piece) -> Vec<Shaped<'_>> {
        let ends = piece.holes.iter().map(|hole| hole.start);
        let begins = piece.holes.iter().map(|hole| hole.end);
        let begins = std::iter::once(piece.range.start).chain(begins);
        let stretches = begins.zip(ends.chain([piece.range.end]));
        let shaped = stretches.flat_map(|(begin, end)| {
            let first = self
                .shaped
                .partition_point(|(lines, _)| lines.whole().start < begin);
            let shaped = self.shaped.get(first..).unwrap_or_default().iter();
            shaped.take_while(move |(lines, _)| lines.whole().end <= end)
        });
        let shaped = shaped.filter_map(|(lines, number)| {
            let shape = self.shapes.get(*number)?;
            Some(Shaped::new(lines.of(piece), shape, self))
        });
        shaped.collect()
    }

    /// What is written there.
    fn written(&self, start: u32, end: u32) -> &'t str {
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// The plain values and remarks of a node.
    fn plain(&self, lines: &Lines) -> &'t [(u32, u32)] {
        let first = self
            .plain
            .partition_point(|(start, _)| *start < lines.start);
        let plain = self.plain.get(first..).unwrap_or_default();
        let count = plain.partition_point(|(_, end)| *end <= lines.end);
        plain.get(..count).unwrap_or_default()
    }
}
