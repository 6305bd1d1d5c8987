//! One loop, once it is known what it goes through.

use std::ops::Range;

use super::body::Body;
use super::making::MOST_MADE;
use super::{FOR, WRITTEN, is_table, mentions};
use crate::language::names::{Elements, Loop, Names};
use crate::language::problem::{LanguageProblem, Problems};
use crate::source::Span;
use crate::syntax::reference::is_name;
use crate::syntax::tree::{Argument, Node, Property, Scalar, Via};

/// A loop that can be gone through, and is paid for but for what its elements say.
pub(crate) struct Round<'n> {
    node: &'n Node,
    name: &'n str,
    place: Span,
    elements: Elements,
    /// What each element makes anew.
    body: Body,
}

/// What a loop makes at one of its elements.
pub(crate) struct Made<'r> {
    /// The nodes, without references. They are as they are until the loop comes to its next element.
    pub(crate) nodes: &'r [Node],
    of: &'r Node,
    names: &'r Names,
}

impl<'n> Round<'n> {
    /// A loop with what it goes through; `None` where that was refused.
    pub(super) fn of(
        node: &'n Node,
        names: &mut Names,
        problems: &mut Problems,
    ) -> Option<Round<'n>> {
        let (name, place, property) = shape(node, problems)?;
        if let Some(first) = names.place_of(name) {
            problems.push(LanguageProblem::DefinedTwice {
                name: name.to_owned(),
                first,
                second: place,
            });
        }
        if !mentions(node.children(), name) {
            problems.push(LanguageProblem::NeverMentioned {
                name: name.to_owned(),
                span: place,
            });
            return None;
        }
        let round = Round {
            node,
            name,
            place,
            elements: elements(property, names, problems)?,
            body: Body::of(node),
        };
        // That is told already, at the loop that used all up.
        if names.making.is_spent() {
            return None;
        }
        if !names.making.pay(node.children(), round.count()) {
            problems.push(round.too_much());
            return None;
        }
        Some(round)
    }

    /// How many elements there are.
    pub(crate) fn count(&self) -> usize {
        self.elements.count()
    }

    /// Makes the nodes of some elements, and shows those of each before it makes those of the next.
    pub(super) fn make(
        &self,
        elements: Range<usize>,
        names: &mut Names,
        problems: &mut Problems,
        mut show: impl FnMut(Made<'_>),
    ) {
        names.enter(Loop::new(self.name, self.place, self.elements.clone()));
        let mut filled = self.body.copied();
        for element in elements {
            names.come_to(element);
            let nodes = filled.fill(names, problems);
            if names.making.is_spent() {
                problems.push(self.too_much());
                break;
            }
            show(Made {
                nodes,
                of: self.node,
                names,
            });
        }
        names.leave();
    }

    fn too_much(&self) -> LanguageProblem {
        LanguageProblem::TooMuchMade {
            most: MOST_MADE / 1_000_000,
            count: self.count(),
            span: self.node.name.span,
        }
    }
}

impl Made<'_> {
    /// Copies of the nodes, which say of themselves what element they are of.
    pub(super) fn copied(&self) -> Vec<Node> {
        let mut nodes = self.nodes.to_vec();
        if let Some(element) = self.names.element() {
            let origin = self.of.origin.then(Via::Element {
                of: self.of.name.span,
                element,
            });
            for node in &mut nodes {
                node.origin = origin.clone();
            }
        }
        nodes
    }
}

/// The name of the loop's element, its place, and what says what the loop goes through.
fn shape<'n>(node: &'n Node, problems: &mut Problems) -> Option<(&'n str, Span, &'n Property)> {
    let [
        Argument {
            annotation: None,
            value: Scalar::Text(name),
            span,
        },
    ] = node.arguments.as_slice()
    else {
        let wrong = node.arguments.get(1).or(node.arguments.first());
        problems.push(match wrong {
            Some(argument) => malformed(argument.span),
            None => incomplete(node),
        });
        return None;
    };
    if !is_name(name) {
        problems.push(LanguageProblem::BadName {
            form: FOR,
            span: *span,
        });
        return None;
    }
    let surplus = node
        .properties
        .iter()
        .find(|property| property.name.as_str() != "in");
    if let Some(surplus) = surplus {
        problems.push(malformed(surplus.span));
    }
    match node.property("in") {
        Some(property) if !node.children().is_empty() => Some((name, *span, property)),
        _ => {
            problems.push(incomplete(node));
            None
        }
    }
}

fn incomplete(node: &Node) -> LanguageProblem {
    LanguageProblem::Incomplete {
        form: FOR,
        wanted: WRITTEN,
        span: node.name.span,
    }
}

fn malformed(span: Span) -> LanguageProblem {
    LanguageProblem::Malformed {
        form: FOR,
        wanted: WRITTEN,
        span,
    }
}

/// What a loop goes through; `None` where that was refused.
fn elements(property: &Property, names: &mut Names, problems: &mut Problems) -> Option<Elements> {
    if is_table(property) {
        // One that could not be read was told where it was read.
        let table = names.tables.get(&property.value_span)?;
        return Some(Elements::Rows(table.clone()));
    }
    match &property.value {
        Scalar::Reference(_) => {
            let annotation = property.annotation.as_ref();
            let items = names.list(&property.value, annotation, property.value_span, problems);
            Some(Elements::Items(items.into()))
        }
        _ => {
            problems.push(malformed(property.value_span));
            None
        }
    }
}
