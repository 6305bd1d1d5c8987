//! What stands in the braces of a loop: copied once for all elements, and filled in anew at each.

use crate::language::form::{is_loop, is_refused};
use crate::language::names::Names;
use crate::language::problem::Problems;
use crate::language::substitute::{fill, is_blank};
use crate::syntax::tree::Node;

/// The nodes of a loop as they are written, without what was refused there; those of another loop are.
pub(super) struct Body {
    nodes: Vec<Node>,
    /// The ways to the nodes that mention something themselves, in the order of the text.
    blanks: Vec<Way>,
}

/// The numbers of the nodes that lead to one, each among its siblings.
type Way = Vec<usize>;

/// The same nodes at one of the elements. What says the same at each is never written again.
pub(super) struct Filled<'b> {
    body: &'b Body,
    nodes: Vec<Node>,
}

impl Body {
    /// What stands in the braces of a loop.
    pub(super) fn of(node: &Node) -> Body {
        let nodes = kept(node);
        Body {
            blanks: blanks(&nodes),
            nodes,
        }
    }

    /// A copy to be filled in.
    pub(super) fn copied(&self) -> Filled<'_> {
        Filled {
            body: self,
            nodes: self.nodes.clone(),
        }
    }
}

impl Filled<'_> {
    /// Fills in what the names stand for at the element that they have come to.
    pub(super) fn fill(&mut self, names: &mut Names, problems: &mut Problems) -> &[Node] {
        for way in &self.body.blanks {
            let written = at(&self.body.nodes, way);
            let node = at_mut(&mut self.nodes, way);
            if let (Some(written), Some(node)) = (written, node) {
                fill(written, node, names, problems);
            }
        }
        &self.nodes
    }
}

fn kept(node: &Node) -> Vec<Node> {
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

fn blanks(nodes: &[Node]) -> Vec<Way> {
    let numbered = |nodes: &[Node]| (0..nodes.len()).rev();
    let mut blanks = Vec::new();
    let mut waiting: Vec<Way> = numbered(nodes).map(|number| vec![number]).collect();
    while let Some(way) = waiting.pop() {
        let Some(node) = at(nodes, &way) else {
            continue;
        };
        let further = |number| way.iter().copied().chain([number]).collect();
        waiting.extend(numbered(node.children()).map(further));
        if is_blank(node) {
            blanks.push(way);
        }
    }
    blanks
}

fn at<'n>(nodes: &'n [Node], way: &[usize]) -> Option<&'n Node> {
    let (first, rest) = way.split_first()?;
    rest.iter().try_fold(nodes.get(*first)?, |node, number| {
        node.children().get(*number)
    })
}

fn at_mut<'n>(nodes: &'n mut [Node], way: &[usize]) -> Option<&'n mut Node> {
    let (first, rest) = way.split_first()?;
    rest.iter()
        .try_fold(nodes.get_mut(*first)?, |node, number| {
            node.children.as_mut()?.get_mut(*number)
        })
}
