//! A node made of its shape and its values.

use super::super::guard::Lines;
use super::super::parse::{Place, meant};
use super::super::problem::SyntaxProblem;
use super::super::tree::{Argument, Node, Origin, Piece, Property, Reference, Scalar, Word};
use super::{Shape, Shapes};
use crate::source::Span;

/// A node that has a shape.
#[derive(Debug)]
pub(in crate::syntax) struct Shaped<'t> {
    /// Where it stands.
    pub(in crate::syntax) lines: Lines,
    shape: &'t Shape,
    shapes: &'t Shapes<'t>,
}

impl<'t> Shaped<'t> {
    pub(super) fn new(lines: Lines, shape: &'t Shape, shapes: &'t Shapes<'t>) -> Shaped<'t> {
        Shaped {
            lines,
            shape,
            shapes,
        }
    }

    /// The node. What is wrong with its values comes to the `problems`.
    pub(in crate::syntax) fn node(&self, problems: &mut Vec<SyntaxProblem>) -> Node {
        let plain = self.shapes.plain(&self.lines);
        let behind = self.shape.ends.iter().zip(plain);
        let behind = behind.map(|(shape, (_, text))| (*shape as usize, *text as usize));
        let stretches = std::iter::once((0, self.lines.start as usize)).chain(behind);
        let mut making = Making {
            shaped: self,
            plain,
            place: Place {
                source: self.shapes.source,
                stretches: stretches.collect(),
            },
            problems,
        };
        making.node(&self.shape.node)
    }
}

struct Making<'m> {
    shaped: &'m Shaped<'m>,
    /// Its values and remarks.
    plain: &'m [(u32, u32)],
    /// Where the text of the shape stands.
    place: Place,
    problems: &'m mut Vec<SyntaxProblem>,
}

impl Making<'_> {
    /// Recurses as deep as blocks nest in a shape, which the guard has bounded.
    fn node(&mut self, node: &Node) -> Node {
        let children = node.children.as_deref();
        Node {
            name: self.word(&node.name),
            annotation: self.annotation(node.annotation.as_ref()),
            arguments: node
                .arguments
                .iter()
                .map(|argument| self.argument(argument))
                .collect(),
            properties: node
                .properties
                .iter()
                .map(|property| self.property(property))
                .collect(),
            children: children
                .map(|children| children.iter().map(|child| self.node(child)).collect()),
            span: self.span(node.span),
            origin: Origin::default(),
        }
    }

    fn argument(&mut self, argument: &Argument) -> Argument {
        Argument {
            annotation: self.annotation(argument.annotation.as_ref()),
            value: self.value(&argument.value, argument.span.end),
            span: self.span(argument.span),
        }
    }

    fn property(&mut self, property: &Property) -> Property {
        Property {
            name: self.word(&property.name),
            annotation: self.annotation(property.annotation.as_ref()),
            value: self.value(&property.value, property.span.end),
            value_span: self.span(property.value_span),
            span: self.span(property.span),
        }
    }

    /// A value that ends there in the text of the shape: its own if it was blanked.
    fn value(&mut self, value: &Scalar, end: u32) -> Scalar {
        match self.shaped.shape.ends.binary_search(&end) {
            Ok(number) => self.own(number),
            Err(_) => self.common(value),
        }
    }

    fn own(&mut self, number: usize) -> Scalar {
        let (start, end) = self.plain.get(number).copied().unwrap_or_default();
        let shapes = self.shaped.shapes;
        let written = shapes.written(start, end);
        let text = written.trim_matches('"');
        let span = Span {
            source: shapes.source,
            start,
            end,
        };
        meant(written, text, span).unwrap_or_else(|problem| {
            self.problems.push(problem);
            Scalar::Text(text.to_owned())
        })
    }

    fn common(&self, value: &Scalar) -> Scalar {
        match value {
            Scalar::Reference(reference) => Scalar::Reference(self.reference(reference)),
            Scalar::Pattern(pieces) => {
                let pieces = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => Piece::Text(text.clone()),
                    Piece::Reference(reference) => Piece::Reference(self.reference(reference)),
                });
                Scalar::Pattern(pieces.collect())
            }
            _ => value.clone(),
        }
    }

    fn reference(&self, reference: &Reference) -> Reference {
        Reference {
            path: reference.path.clone(),
            span: self.span(reference.span),
        }
    }

    fn annotation(&self, word: Option<&Word>) -> Option<Word> {
        word.map(|word| self.word(word))
    }

    fn word(&self, word: &Word) -> Word {
        Word {
            text: word.text.clone(),
            span: self.span(word.span),
        }
    }

    fn span(&self, span: Span) -> Span {
        self.place.span(span.start as usize, span.end as usize)
    }
}
