//! Puts values in the place of references, everywhere in a tree.

use super::form;
use super::names::Names;
use super::problem::Problems;
use crate::syntax::tree::{Argument, Node, Scalar, Tree};

/// Resolves every reference of a tree outside of its loops, which come to stand behind the rest, and drops children that were
/// refused. Loops are never gone through here, so that what is wrong beside them is found first.
pub(super) fn substitute(tree: &mut Tree, names: &mut Names, problems: &mut Problems) {
    // A stack of our own: see `form::check`.
    let mut waiting: Vec<&mut Node> = tree.nodes.iter_mut().rev().collect();
    while let Some(node) = waiting.pop() {
        arguments(node, names, problems);
        properties(node, names, problems);
        let Some(mut kept) = node.children.take() else {
            continue;
        };
        kept.retain(|child| !form::is_refused(node, child));
        let mut loops: Vec<Node> = kept.extract_if(.., |child| form::is_loop(child)).collect();
        let written = kept.len();
        kept.append(&mut loops);
        let children = node.children.insert(kept);
        waiting.extend(children.iter_mut().take(written).rev());
    }
}

/// Resolves every reference of nodes that hold neither loops nor what was refused: those of a loop, at one of its elements.
pub(super) fn fill(nodes: &mut [Node], names: &mut Names, problems: &mut Problems) {
    let mut waiting: Vec<&mut Node> = nodes.iter_mut().rev().collect();
    while let Some(node) = waiting.pop() {
        arguments(node, names, problems);
        properties(node, names, problems);
        waiting.extend(node.children.iter_mut().flatten().rev());
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
