//! Nodes without their plain values and remarks: which of them are the same.

use super::super::guard::Lines;
use super::super::parse::{Place, lower};
use super::super::tree::{Node, Scalar};
use super::{Shape, Shapes};
use crate::source::SourceId;
use indexmap::IndexMap;
use kdl::KdlDocument;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What stands for plain values: whatever is true of these as KDL is true of those.
const QUOTED: &str = "\"\"";
const BARE: &str = "w";

/// What stands for a remark.
const REMARK: &str = "//";

/// The sketches of all nodes.
pub(super) struct Sketches {
    /// Each once, with how often it is there, and where its blanks end.
    sketches: IndexMap<String, (usize, Vec<u32>)>,
    /// The number of each node's sketch.
    numbers: Vec<Option<usize>>,
}

impl Sketches {
    /// Draws them.
    pub(super) fn of(shapes: &Shapes<'_>, lines: &[Lines]) -> Sketches {
        let mut all = Sketches {
            sketches: IndexMap::new(),
            numbers: Vec::with_capacity(lines.len()),
        };
        let (mut sketch, mut ends) = (String::new(), Vec::new());
        for lines in lines {
            draw(shapes, lines, &mut sketch, &mut ends);
            let number = all.count(&sketch, &ends);
            all.numbers.push(number);
        }
        all
    }

    /// Counts a sketch. Its number; none if it has blanks elsewhere than the same text had before, which nothing should make it.
    fn count(&mut self, sketch: &str, ends: &[u32]) -> Option<usize> {
        let Some((number, _, (times, before))) = self.sketches.get_full_mut(sketch) else {
            let first = (1, ends.to_vec());
            return Some(self.sketches.insert_full(sketch.to_owned(), first).0);
        };
        let same = before.as_slice() == ends;
        *times += usize::from(same);
        same.then_some(number)
    }

    /// Whether any is there more than once.
    pub(super) fn is_any_repeated(&self) -> bool {
        self.sketches.values().any(|(times, _)| *times > 1)
    }

    /// Lets the `kdl` crate judge what is repeated: the outermost nodes of a shape with its number, and the shapes. `lines` are
    /// those that were drawn. Needs a big stack.
    pub(super) fn judged(
        &self,
        source: SourceId,
        lines: &[Lines],
    ) -> (Vec<(Lines, usize)>, Vec<Shape>) {
        let (mut shaped, mut shapes) = (Vec::new(), Vec::new());
        let mut known: Vec<Option<Option<usize>>> = vec![None; self.sketches.len()];
        let mut covered = 0;
        for (lines, number) in lines.iter().zip(&self.numbers) {
            let outermost = lines.start >= covered;
            let Some(number) = number.filter(|_| outermost) else {
                continue;
            };
            let place = *known[number].get_or_insert_with(|| {
                shapes.push(self.shape(number, source)?);
                Some(shapes.len() - 1)
            });
            if let Some(place) = place {
                shaped.push((*lines, place));
                covered = lines.end;
            }
        }
        (shaped, shapes)
    }

    fn shape(&self, number: usize, source: SourceId) -> Option<Shape> {
        let (sketch, (times, ends)) = self.sketches.get_index(number)?;
        if *times < 2 {
            return None;
        }
        let node = alone(source, sketch)?;
        let ends = ends.clone();
        has_no_stray_blank(&node, &ends).then_some(Shape { node, ends })
    }
}

/// Writes the text of a node with its plain values and remarks blanked, and notes where these end.
fn draw(shapes: &Shapes<'_>, lines: &Lines, sketch: &mut String, ends: &mut Vec<u32>) {
    sketch.clear();
    ends.clear();
    let mut from = lines.start;
    for (start, end) in shapes.plain(lines) {
        sketch.push_str(shapes.written(from, *start));
        sketch.push_str(match shapes.written(*start, *end).as_bytes() {
            [b'"', ..] => QUOTED,
            [b'/', ..] => REMARK,
            _ => BARE,
        });
        ends.push(u32::try_from(sketch.len()).unwrap_or(u32::MAX));
        from = *end;
    }
    sketch.push_str(shapes.written(from, lines.end));
}

/// The node that a text is, where the `kdl` crate and the language take it.
fn alone(source: SourceId, text: &str) -> Option<Node> {
    let document = catch_unwind(AssertUnwindSafe(|| KdlDocument::parse_v2(text)));
    let lowered = lower(&document.ok()?.ok()?, text, &Place::whole(source), &[]);
    let [node] = <[Node; 1]>::try_from(lowered.nodes).ok()?;
    lowered.problems.is_empty().then_some(node)
}

/// Whether everything that says what a blank says is one, so that no blank can be taken for a value of the manifest. A string that
/// says so by escapes is none; its shape is given up.
fn has_no_stray_blank(node: &Node, ends: &[u32]) -> bool {
    let is_well = |value: &Scalar, end: u32| match value {
        Scalar::Text(text) => {
            !matches!(text.as_str(), "" | BARE) || ends.binary_search(&end).is_ok()
        }
        _ => true,
    };
    let mut arguments = node.arguments.iter();
    let mut properties = node.properties.iter();
    let mut children = node.children().iter();
    arguments.all(|argument| is_well(&argument.value, argument.span.end))
        && properties.all(|property| is_well(&property.value, property.span.end))
        && children.all(|child| has_no_stray_blank(child, ends))
}
