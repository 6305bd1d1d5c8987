//! Puts values in the place of references, everywhere in a tree.

use super::form;
use super::names::Names;
use super::problem::Problems;
use super::repeat::repeat;
use crate::syntax::tree::{Argument, Node, Scalar, Tree};

/// When loops are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turns {
    /// Here and now.
    Here,
    /// Later: they stay in the tree as they are.
    Later,
}

/// Resolves every reference of a tree, puts what loops make in their place, and drops children that were refused.
pub(super) fn substitute(
    tree: &mut Tree,
    turns: Turns,
    names: &mut Names,
    problems: &mut Problems,
) {
    // A stack of our own: see `form::check`.
    let mut waiting: Vec<&mut Node> = tree.nodes.iter_mut().rev().collect();
    while let Some(node) = waiting.pop() {
        arguments(node, names, problems);
        properties(node, names, problems);
        let Some(mut kept) = node.children.take() else {
            continue;
        };
        kept.retain(|child| !form::is_refused(node, child));
        // Order never matters: what loops make stands behind the rest.
        let mut made = Vec::new();
        if kept.iter().any(form::is_loop) {
            for child in kept.extract_if(.., |child| form::is_loop(child)) {
                match turns {
                    Turns::Here => repeat(&child, names, problems, |mut nodes| {
                        made.append(&mut nodes);
                    }),
                    Turns::Later => made.push(child),
                }
            }
        }
        let written = kept.len();
        kept.append(&mut made);
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
