//! How a text is cut up.

use super::lines::Lines;
use crate::source::SourceId;
use crate::syntax::parse::Place;
use std::ops::Range;

/// How a text is judged.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Plan {
    /// What makes up the tree, in order.
    pub(in crate::syntax) parts: Vec<Part>,
    /// What is commented out by `/-`: has to be KDL, and is then forgotten.
    pub(in crate::syntax) silent: Vec<Piece>,
    /// The nodes that have lines for themselves, in the order of their ends.
    pub(in crate::syntax) lines: Vec<Lines>,
    /// The values and remarks that may be blanked, in order: where they begin and end, with quotes and slashes.
    pub(in crate::syntax) plain: Vec<(u32, u32)>,
}

/// A stretch of a block's nodes.
#[derive(Debug)]
pub(in crate::syntax) enum Part {
    /// Whole nodes.
    Nodes(Piece),
    /// One node without its children, and these.
    Large(Piece, Block),
}

/// The children of a large node.
#[derive(Debug)]
pub(in crate::syntax) struct Block {
    pub(in crate::syntax) parts: Vec<Part>,
}

/// A stretch of the text with holes in it, each of which counts as a blank: broken nodes, the children of large nodes,
/// what is judged elsewhere, and comments that are better not shown to the `kdl` crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::syntax) struct Piece {
    pub(in crate::syntax) range: Range<usize>,
    /// In order, disjoint, inside the range.
    pub(in crate::syntax) holes: Vec<Range<usize>>,
}

impl Piece {
    /// The same stretch without these lines, which are in order and lie outside its holes.
    pub(in crate::syntax) fn without(&self, lines: impl Iterator<Item = Lines>) -> Piece {
        let lines = lines.map(|lines| lines.whole());
        let mut holes: Vec<Range<usize>> = self.holes.iter().cloned().chain(lines).collect();
        holes.sort_unstable_by_key(|hole| hole.start);
        holes.dedup_by(|next, hole| {
            let adjoins = hole.end == next.start;
            if adjoins {
                hole.end = next.end;
            }
            adjoins
        });
        Piece {
            range: self.range.clone(),
            holes,
        }
    }

    /// The text to be judged, and where its bytes come from.
    pub(in crate::syntax) fn cut(&self, text: &str, source: SourceId) -> (String, Place) {
        let mut cut = String::with_capacity(self.range.len());
        let mut stretches = Vec::with_capacity(self.holes.len() + 1);
        let mut from = self.range.start;
        for hole in &self.holes {
            stretches.push((cut.len(), from));
            cut.push_str(text.get(from..hole.start).unwrap_or_default());
            cut.push(' ');
            from = hole.end;
        }
        stretches.push((cut.len(), from));
        cut.push_str(text.get(from..self.range.end).unwrap_or_default());
        (cut, Place { source, stretches })
    }
}
