//! `for`: its nodes once for every row of a table, or for every value of a list.

mod making;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::File;
use super::form::{is_loop, is_refused};
use super::include::leaves;
use super::names::{Loop, Names};
use super::problem::{LanguageProblem, Problems};
use super::substitute::fill;
use super::table::Table;
use crate::problem::Problem;
use crate::source::Span;
use crate::syntax::reference::is_name;
use crate::syntax::tree::{Argument, Node, Piece, Property, Reference, Scalar, Tree, Via};
use making::MOST_MADE;
pub(super) use making::Making;

/// The name of the node.
pub(crate) const FOR: &str = "for";

/// The one node that it may stand in.
pub(crate) const STANDS_IN: &str = "resource-group";

const WRITTEN: &str = "`for row in=(csv)\"fleet/desktops.csv\" { … }` or `for name in=$list { … }`";

/// The annotation of a table's path.
const CSV: &str = "csv";

/// The tables of a manifest, each by the place of the path that asks for it.
pub type Tables = BTreeMap<Span, Arc<Table>>;

/// A table that is to be read. Whoever reads files resolves it: relative to the file of the loop, inside the manifest's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableWish {
    /// As written; never empty, absolute, or leading out of the tree by its letters alone.
    pub path: String,
    /// Where the path is written; [`Tables`] has the table under it.
    pub span: Span,
}

/// The tables that the loops of one file go through. [`super::expand`] does not report these problems again.
pub fn tables(file: &File) -> (Vec<TableWish>, Vec<Problem>) {
    let mut wishes = Vec::new();
    let mut problems = Problems::default();
    let groups = file
        .tree
        .nodes
        .iter()
        .filter(|node| node.name.as_str() == STANDS_IN);
    let loops = groups
        .flat_map(Node::children)
        .filter(|node| node.name.as_str() == FOR);
    for property in loops.filter_map(|node| node.property("in")) {
        if !is_table(property) {
            continue;
        }
        let span = property.value_span;
        match &property.value {
            Scalar::Text(path) if leaves(&file.path, path) => {
                problems.push(LanguageProblem::TableLeaves {
                    path: path.clone(),
                    span,
                });
            }
            Scalar::Text(path) if !path.is_empty() => wishes.push(TableWish {
                path: path.clone(),
                span,
            }),
            Scalar::Reference(_) | Scalar::Pattern(_) => {
                problems.push(LanguageProblem::TableByReference { span });
            }
            _ => problems.push(LanguageProblem::Malformed {
                form: FOR,
                wanted: WRITTEN,
                span,
            }),
        }
    }
    (wishes, problems.settle())
}

fn is_table(property: &Property) -> bool {
    let annotation = property.annotation.as_ref();
    annotation.is_some_and(|annotation| annotation.as_str() == CSV)
}

/// What one loop goes through.
enum Elements {
    Rows(Arc<Table>),
    Items(Vec<super::names::Item>),
}

/// The loops of a tree, with what is needed to go through them.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    names: Names,
    problems: Problems,
}

impl Loops {
    pub(super) fn new(names: Names, problems: Problems) -> Loops {
        Loops { names, problems }
    }

    /// One that can be gone through; `None` where that was refused.
    pub(crate) fn begin<'n>(&mut self, node: &'n Node) -> Option<Round<'n>> {
        Round::of(node, &mut self.names, &mut self.problems)
    }

    /// Goes through some elements of one: gives the nodes of each away before it makes those of the next.
    pub(crate) fn go_through(
        &mut self,
        round: &Round<'_>,
        elements: Range<usize>,
        give: impl FnMut(Vec<Node>),
    ) {
        round.make(elements, &mut self.names, &mut self.problems, give);
    }

    /// Goes through one from its first element to its last, if it can be.
    fn go_through_whole(&mut self, node: &Node, give: impl FnMut(Vec<Node>)) {
        if let Some(round) = self.begin(node) {
            self.go_through(&round, 0..round.count(), give);
        }
    }

    /// The same names and nothing found wrong yet, for one of so many shares of a loop's elements. Each may make an equal part of
    /// what all may, so that together they never make more.
    pub(crate) fn part(&self, of: usize) -> Loops {
        Loops::new(self.names.part(of), Problems::default())
    }

    /// Pays for what was made in all the shares, where nothing was wrong in any. Else the loop is to be gone through from its first
    /// element to its last: what is wrong may be no more than that a share had too small a part.
    pub(crate) fn join<'l>(
        &mut self,
        parts: impl ExactSizeIterator<Item = &'l Loops> + Clone,
    ) -> bool {
        let well = parts.clone().all(|part| part.problems.is_empty());
        if well {
            self.names.pay_for(parts.map(|part| &part.names));
        }
        well
    }

    /// Goes through all of a tree, and puts what they make in their place.
    pub(super) fn go_through_all(&mut self, tree: &mut Tree) {
        let mut waiting: Vec<&mut Node> = tree.nodes.iter_mut().rev().collect();
        while let Some(node) = waiting.pop() {
            let Some(children) = &mut node.children else {
                continue;
            };
            // Loops stand behind the rest, and so does what they make, in which there are none.
            let loops: Vec<Node> = children.extract_if(.., |child| is_loop(child)).collect();
            let written = children.len();
            for one in loops {
                self.go_through_whole(&one, |mut made| children.append(&mut made));
            }
            waiting.extend(children.iter_mut().take(written).rev());
        }
    }

    /// Goes through those in a node of which nothing is kept, for their mistakes alone.
    pub(crate) fn pass_through(&mut self, node: &Node) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            for child in node.children() {
                match is_loop(child) {
                    true => self.go_through_whole(child, drop),
                    false => waiting.push(child),
                }
            }
        }
    }

    /// What was wrong with the whole tree and with the loops that were gone through, settled.
    pub(crate) fn problems(self) -> Vec<Problem> {
        self.problems.settle()
    }
}

/// A loop that can be gone through, and is paid for but for what its elements say.
pub(crate) struct Round<'n> {
    node: &'n Node,
    name: &'n str,
    place: Span,
    elements: Elements,
    /// What each element makes anew.
    body: Vec<Node>,
}

impl<'n> Round<'n> {
    fn of(node: &'n Node, names: &mut Names, problems: &mut Problems) -> Option<Round<'n>> {
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
            body: body(node),
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
        match &self.elements {
            Elements::Rows(table) => table.rows(),
            Elements::Items(items) => items.len(),
        }
    }

    fn make(
        &self,
        elements: Range<usize>,
        names: &mut Names,
        problems: &mut Problems,
        mut give: impl FnMut(Vec<Node>),
    ) {
        let (name, place) = (self.name, self.place);
        for element in elements {
            names.enter(match &self.elements {
                Elements::Rows(table) => Loop::row(name, place, table, element),
                Elements::Items(items) => Loop::item(name, place, &items[element]),
            });
            let mut nodes = self.body.clone();
            fill(&mut nodes, names, problems);
            if names.making.is_spent() {
                problems.push(self.too_much());
                break;
            }
            mark(&mut nodes, self.node, names.element());
            give(nodes);
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

/// The nodes in the braces of a loop, without what was refused there; those of another loop are.
fn body(node: &Node) -> Vec<Node> {
    let mut whole = node.clone();
    let mut waiting = vec![&mut whole];
    while let Some(parent) = waiting.pop() {
        let Some(mut children) = parent.children.take() else {
            continue;
        };
        children.retain(|child| !is_refused(parent, child) && !is_loop(child));
        waiting.extend(parent.children.insert(children));
    }
    whole.children.unwrap_or_default()
}

/// Notes at the nodes of one element that they are of it.
fn mark(nodes: &mut [Node], of: &Node, element: Option<Span>) {
    let Some(element) = element else { return };
    let origin = of.origin.then(Via::Element {
        of: of.name.span,
        element,
    });
    for node in nodes {
        node.origin = origin.clone();
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
            Some(Elements::Items(items))
        }
        _ => {
            problems.push(malformed(property.value_span));
            None
        }
    }
}

/// Whether nodes mention a name anywhere.
fn mentions(nodes: &[Node], name: &str) -> bool {
    let is_it = |reference: &Reference| reference.path.first().is_some_and(|first| first == name);
    mention(nodes, is_it)
}

/// Whether nodes mention something anywhere that is one of these.
fn mention(nodes: &[Node], is_it: impl Fn(&Reference) -> bool) -> bool {
    let scalar = |scalar: &Scalar| match scalar {
        Scalar::Reference(reference) => is_it(reference),
        Scalar::Pattern(pieces) => pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Reference(reference) if is_it(reference))),
        _ => false,
    };
    each(nodes).any(|node| {
        let arguments = node.arguments.iter().map(|argument| &argument.value);
        let properties = node.properties.iter().map(|property| &property.value);
        arguments.chain(properties).any(scalar)
    })
}

/// The nodes in the braces of a loop that mention nothing, nor does anything in them: each element makes the same of them. Of one
/// in another only the outer one is told.
pub(crate) fn same_at_each(node: &Node) -> impl Iterator<Item = &Node> {
    let mut waiting: Vec<&Node> = node.children().iter().collect();
    std::iter::from_fn(move || {
        loop {
            let node = waiting.pop()?;
            match mention(std::slice::from_ref(node), |_| true) {
                true => waiting.extend(node.children()),
                false => return Some(node),
            }
        }
    })
}

/// All nodes, at any depth. Not by recursion: threads here have small stacks.
fn each(nodes: &[Node]) -> impl Iterator<Item = &Node> {
    let mut waiting: Vec<&Node> = nodes.iter().collect();
    std::iter::from_fn(move || {
        let node = waiting.pop()?;
        waiting.extend(node.children());
        Some(node)
    })
}
