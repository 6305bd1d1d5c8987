//! Puts values in the place of references, everywhere in a tree.

use super::form;
use super::names::Names;
use super::problem::Problems;
use crate::syntax::tree::{Argument, Node, Scalar, Tree};

/// Resolves every reference of a tree, and drops children that were refused.
pub(super) fn substitute(tree: &mut Tree, names: &mut Names, problems: &mut Problems) {
    // A stack of our own: see `form::check`.
    let mut waiting: Vec<&mut Node> = tree.nodes.iter_mut().rev().collect();
    while let Some(node) = waiting.pop() {
        arguments(node, names, problems);
        properties(node, names, problems);
        if let Some(children) = node.children.take() {
            let kept: Vec<Node> = children
                .into_iter()
                .filter(|child| !form::is_refused(node, child))
                .collect();
            waiting.extend(node.children.insert(kept).iter_mut().rev());
        }
    }
}

/// A reference to a list becomes as many arguments.
fn arguments(node: &mut Node, names: &mut Names, problems: &mut Problems) {
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
            span: argument.span,
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
        let (annotation, value) = item.map_or((None, Scalar::Text(String::new())), |item| {
            (item.annotation, item.value)
        });
        property.annotation = annotation;
        property.value = value;
    }
}

fn is_plain(scalar: &Scalar) -> bool {
    !matches!(scalar, Scalar::Reference(_) | Scalar::Pattern(_))
}
