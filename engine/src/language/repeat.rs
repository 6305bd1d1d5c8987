//! `for`: its nodes once for every row of a table, or for every value of a list.

mod body;
mod making;
mod round;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::File;
use super::form::is_loop;
use super::include::leaves;
use super::names::Names;
use super::problem::{LanguageProblem, Problems};
use super::table::Table;
use crate::problem::Problem;
use crate::source::Span;
use crate::syntax::tree::{Node, Piece, Property, Reference, Scalar, Tree};
pub(super) use making::{Making, bytes};
pub(crate) use round::{Made, Round};

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

    /// Goes through some elements of one: shows the nodes of each before it makes those of the next.
    pub(crate) fn go_through(
        &mut self,
        round: &Round<'_>,
        elements: Range<usize>,
        show: impl FnMut(Made<'_>),
    ) {
        round.make(elements, &mut self.names, &mut self.problems, show);
    }

    /// Goes through one from its first element to its last, if it can be.
    fn go_through_whole(&mut self, node: &Node, show: impl FnMut(Made<'_>)) {
        if let Some(round) = self.begin(node) {
            self.go_through(&round, 0..round.count(), show);
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
                self.go_through_whole(&one, |made| children.append(&mut made.copied()));
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
                    true => self.go_through_whole(child, |_| ()),
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
