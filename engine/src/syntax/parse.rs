//! From the `kdl` crate's document to our own tree.
//!
//! What KDL admits and the language does not is refused here: numbers beyond what can be stored, one property twice,
//! a reference where a name belongs.

use super::problem::SyntaxProblem;
use super::reference;
use super::shapes::Shaped;
use super::tree::{Argument, Node, Origin, Property, Scalar, Word};
use crate::source::{SourceId, Span};
use kdl::{KdlDocument, KdlEntry, KdlIdentifier, KdlNode, KdlValue};
use std::collections::BTreeMap;

/// Where the bytes of a piece stand in their source: stretches that were put together, each by its offset in the piece
/// and in the source.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) source: SourceId,
    pub(super) stretches: Vec<(usize, usize)>,
}

impl Place {
    /// The stretch of the source that a stretch of the piece stands for.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let start = self.offset(start);
        Span::new(self.source, start, self.offset(end).max(start))
    }

    /// A text as it stands in its source.
    pub(super) fn whole(source: SourceId) -> Place {
        Place {
            source,
            stretches: vec![(0, 0)],
        }
    }

    fn offset(&self, offset: usize) -> usize {
        let after = self
            .stretches
            .partition_point(|(piece, _)| *piece <= offset);
        let (piece, source) = self
            .stretches
            .get(after.saturating_sub(1))
            .copied()
            .unwrap_or((0, 0));
        source + (offset - piece.min(offset))
    }
}

/// What was understood of a piece, and what was wrong with it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Lowered {
    pub(super) nodes: Vec<Node>,
    pub(super) problems: Vec<SyntaxProblem>,
}

/// Turns a document that `kdl` accepted into nodes. `text` is what it was parsed from; the `shaped` nodes, in order, were left out
/// of it.
pub(super) fn lower(
    document: &KdlDocument,
    text: &str,
    place: &Place,
    shaped: &[Shaped<'_>],
) -> Lowered {
    let mut lowering = Lowering {
        text,
        place,
        shaped: shaped.iter(),
        problems: Vec::new(),
    };
    let nodes = lowering.nodes(document, None);
    // The guard and the crate would have to disagree about where a node begins: even then none may be lost.
    if let Some(lost) = lowering.shaped.next() {
        let (start, end) = (lost.lines.start as usize, lost.lines.end as usize);
        lowering.problems.push(SyntaxProblem::NotKdl {
            said: "the parser lost this node".to_owned(),
            span: Span::new(place.source, start, end),
        });
    }
    Lowered {
        nodes,
        problems: lowering.problems,
    }
}

struct Lowering<'t> {
    text: &'t str,
    place: &'t Place,
    /// Those that have not been put in yet.
    shaped: std::slice::Iter<'t, Shaped<'t>>,
    problems: Vec<SyntaxProblem>,
}

impl Lowering<'_> {
    /// The nodes in the block of the node that begins at `parent`. Recurses as deep as blocks nest, which the guard has bounded.
    fn nodes(&mut self, document: &KdlDocument, parent: Option<u32>) -> Vec<Node> {
        let mut nodes = Vec::with_capacity(document.nodes().len());
        for node in document.nodes() {
            let start = node.span().offset();
            let span = self.place.span(start, start);
            self.put_in_shaped(&mut nodes, parent, span.start);
            nodes.push(self.node(node));
        }
        self.put_in_shaped(&mut nodes, parent, u32::MAX);
        nodes.shrink_to_fit();
        nodes
    }

    /// Puts in the shaped nodes of that parent that stand before `end`.
    fn put_in_shaped(&mut self, nodes: &mut Vec<Node>, parent: Option<u32>, end: u32) {
        while let Some(shaped) = self.shaped.as_slice().first()
            && shaped.lines.parent == parent
            && shaped.lines.start < end
        {
            nodes.push(shaped.node(&mut self.problems));
            self.shaped.next();
        }
    }

    fn node(&mut self, node: &KdlNode) -> Node {
        let start = node.span().offset();
        let written = self
            .text
            .get(start..start + node.span().len())
            .unwrap_or_default();
        let mut arguments = Vec::new();
        let mut properties: Vec<Property> = Vec::new();
        let mut places: BTreeMap<&str, Span> = BTreeMap::new();
        for entry in node.entries() {
            let Some(name) = entry.name() else {
                arguments.push(self.argument(entry));
                continue;
            };
            let property = self.property(name, entry);
            match places.get(name.value()) {
                Some(first) => self.problems.push(SyntaxProblem::PropertyTwice {
                    name: name.value().to_owned(),
                    first: *first,
                    second: property.span,
                }),
                None => {
                    places.insert(name.value(), property.span);
                    properties.push(property);
                }
            }
        }
        arguments.shrink_to_fit();
        properties.shrink_to_fit();
        let span = self.place.span(start, start + written.trim_end().len());
        Node {
            name: self.word(node.name()),
            annotation: node.ty().map(|ty| self.word(ty)),
            arguments,
            properties,
            children: node
                .children()
                .map(|children| self.nodes(children, Some(span.start))),
            span,
            origin: Origin::default(),
        }
    }

    fn argument(&mut self, entry: &KdlEntry) -> Argument {
        let (start, end) = ends(entry);
        Argument {
            annotation: entry.ty().map(|ty| self.word(ty)),
            value: self.value(entry),
            span: self.place.span(start, end),
        }
    }

    fn property(&mut self, name: &KdlIdentifier, entry: &KdlEntry) -> Property {
        let (start, end) = ends(entry);
        Property {
            name: self.word(name),
            annotation: entry.ty().map(|ty| self.word(ty)),
            value: self.value(entry),
            value_span: self.place.span(end - written(entry).len(), end),
            span: self.place.span(start, end),
        }
    }

    fn word(&mut self, identifier: &KdlIdentifier) -> Word {
        let start = identifier.span().offset();
        let span = self.place.span(start, start + identifier.span().len());
        let bare = !identifier
            .repr()
            .is_some_and(|repr| repr.starts_with(['"', '#']));
        if bare && identifier.value().starts_with('$') {
            self.problems.push(SyntaxProblem::ReferenceAsName {
                written: identifier.value().to_owned(),
                span,
            });
        }
        Word {
            text: identifier.value().into(),
            span,
        }
    }

    fn value(&mut self, entry: &KdlEntry) -> Scalar {
        let written = written(entry);
        let (_, end) = ends(entry);
        let span = self.place.span(end - written.len(), end);
        match entry.value() {
            KdlValue::Null => Scalar::Null,
            KdlValue::Bool(value) => Scalar::Bool(*value),
            KdlValue::Integer(value) => {
                i64::try_from(*value)
                    .map(Scalar::Integer)
                    .unwrap_or_else(|_| {
                        self.problems.push(SyntaxProblem::NumberOutOfRange {
                            written: written.to_owned(),
                            span,
                        });
                        Scalar::Integer(if *value < 0 { i64::MIN } else { i64::MAX })
                    })
            }
            KdlValue::Float(value) if value.is_finite() => Scalar::Float(*value),
            KdlValue::Float(_) => {
                self.problems.push(SyntaxProblem::NumberOutOfRange {
                    written: written.to_owned(),
                    span,
                });
                Scalar::Float(0.0)
            }
            KdlValue::String(text) => meant(written, text, span).unwrap_or_else(|problem| {
                self.problems.push(problem);
                Scalar::Text(text.clone())
            }),
        }
    }
}

/// What a string means that is `written` so and says this `text`.
pub(super) fn meant(written: &str, text: &str, span: Span) -> Result<Scalar, SyntaxProblem> {
    match written.as_bytes().first() {
        Some(b'"') => reference::quoted(written, text, span),
        Some(b'#') => Ok(Scalar::Text(text.to_owned())),
        _ => reference::bare(text, span),
    }
}

/// The offsets of an entry in its piece.
fn ends(entry: &KdlEntry) -> (usize, usize) {
    (
        entry.span().offset(),
        entry.span().offset() + entry.span().len(),
    )
}

/// A value as it was written, without annotation: its span is not kept, but it ends where its entry ends.
fn written(entry: &KdlEntry) -> &str {
    entry
        .format()
        .map_or("", |format| format.value_repr.as_str())
}
