//! Puts values in the place of references, everywhere in a tree.

use super::form;
use super::names::Names;
use super::problem::Problems;
use crate::syntax::tree::{Argument, Node, Scalar, Tree};

/// Resolves every reference of a tree outside of its loops, and drops children that were refused.
pub(super) fn substitute(tree: &mut Tree, names: &mut Names, problems: &mut Problems) {
    resolve(&mut tree.nodes, Turns::Later, names, problems);
}

/// When loops are gone through: never here, so that what is wrong beside them is found first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turns {
    /// Later: they stay in the tree as they are.
    Later,
    /// Never: those in another loop are refused.
    Never,
}

/// The same for some nodes. What a loop makes is resolved by it.
pub(super) fn resolve(
    nodes: &mut [Node],
    turns: Turns,
    names: &mut Names,
    problems: &mut Problems,
) {
    // A stack of our own: see `form::check`.
    let mut waiting: Vec<&mut Node> = nodes.iter_mut().rev().collect();
    while let Some(node) = waiting.pop() {
        arguments(node, names, problems);
        properties(node, names, problems);
        let Some(mut kept) = node.children.take() else {
            continue;
        };
        kept.retain(|child| !form::is_refused(node, child));
        // Order never matters: loops stand behind the rest.
        let mut loops: Vec<Node> = kept.extract_if(.., |child| form::is_loop(child)).collect();
        let written = kept.len();
        if turns == Turns::Later {
            kept.append(&mut loops);
        }
        let children = node.children.insert(kept);
        waiting.extend(children.iter_mut().take(written).rev());
    }
}

/// A reference to a list becomes as many arguments.
fn arguments(node: &mut Node, names: &mut Names, problems: &mut Problems) {
    for argument in &mut node.arguments {
        let (annotation, span) = (argument.annotation.as_ref(), argument.span);
        if let Some(item) = names.said_by_element(&argument.value, annotation, span, problems) {
            argument.annotation = item.annotation;
            argument.value = item.value;
            argument.span = item.place.unwrap_or(span);
        }
    }
    if node
        .arguments
        .iter()
        .all(|argument| is_plain(&argument.value))
    {
        return;
    }
    let mut resolved = Vec::with_capacity(node.arguments.len());
    for argument in std::mem::take(&mut node.arguments) {
        if is_plain(&argument.value) {
            resolved.push(argument);
            continue;
        }
        let items = names.many(
            &argument.value,
            argument.annotation.as_ref(),
            argument.span,
            problems,
        );
        let arguments = items.into_iter().map(|item| Argument {
            annotation: item.annotation,
            value: item.value,
            span: item.place.unwrap_or(argument.span),
        });
        resolved.extend(arguments);
    }
    node.arguments = resolved;
}

fn properties(node: &mut Node, names: &mut Names, problems: &mut Problems) {
    for property in node
        .properties
        .iter_mut()
        .filter(|property| !is_plain(&property.value))
    {
        let item = names.one(
            &property.value,
            property.annotation.as_ref(),
            property.value_span,
            problems,
        );
        let Some(item) = item else {
            property.value = Scalar::Text(String::new());
            continue;
        };
        property.annotation = item.annotation;
        property.value = item.value;
        property.value_span = item.place.unwrap_or(property.value_span);
    }
}

fn is_plain(scalar: &Scalar) -> bool {
    !matches!(scalar, Scalar::Reference(_) | Scalar::Pattern(_))
}
