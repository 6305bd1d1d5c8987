//! Puts values in the place of references, everywhere in a tree.

use super::form;
use super::names::{Item, Names};
use super::problem::Problems;
use crate::source::Span;
use crate::syntax::tree::{Argument, Node, Property, Scalar, Tree, Word};

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

/// Fills in what a node of a loop says itself, at one of its elements: `written` is the same node as it is written, and what `node`
/// says is of the element before.
pub(super) fn fill(written: &Node, node: &mut Node, names: &mut Names, problems: &mut Problems) {
    let mentions = |argument: &&Argument| !is_plain(&argument.value);
    let mut mentioned = written.arguments.iter().filter(mentions);
    if mentioned.all(|argument| names.is_of_element(&argument.value)) {
        // Each of them is always one value, and stays at its place.
        for (own, written) in node.arguments.iter_mut().zip(&written.arguments) {
            let spot = (&mut own.annotation, &mut own.value, &mut own.span);
            let said = (written.annotation.as_ref(), &written.value, written.span);
            fill_spot(said, spot, names, problems);
        }
    } else {
        node.arguments.clone_from(&written.arguments);
        arguments(node, names, problems);
    }
    for (own, written) in node.properties.iter_mut().zip(&written.properties) {
        let spot = (&mut own.annotation, &mut own.value, &mut own.value_span);
        let said = (
            written.annotation.as_ref(),
            &written.value,
            written.value_span,
        );
        fill_spot(said, spot, names, problems);
    }
}

/// Whether a node says something itself that is to be filled in.
pub(super) fn is_blank(node: &Node) -> bool {
    let arguments = node.arguments.iter().map(|argument| &argument.value);
    let properties = node.properties.iter().map(|property| &property.value);
    !arguments.chain(properties).all(is_plain)
}

/// The type, the value and its place: where they are read, and where they are written.
type Said<'n> = (Option<&'n Word>, &'n Scalar, Span);
type Spot<'n> = (&'n mut Option<Word>, &'n mut Scalar, &'n mut Span);

/// Fills in one value of a loop, where it mentions something.
fn fill_spot(written: Said<'_>, spot: Spot<'_>, names: &mut Names, problems: &mut Problems) {
    let (annotation, scalar, span) = written;
    if is_plain(scalar) {
        return;
    }
    *spot.2 = span;
    // Mostly it is there still: then no thread waits for another that counts one more of the same word.
    if spot.0.as_ref() != annotation {
        *spot.0 = annotation.cloned();
    }
    match names.write_cell(scalar, spot.1) {
        Some(cell) => *spot.2 = cell,
        None => put(names.one(scalar, annotation, span, problems), spot),
    }
}

/// Puts a value where it was mentioned; one that there is no room for is nothing.
fn put(item: Option<Item>, (annotation, value, span): Spot<'_>) {
    let Some(item) = item else {
        *value = Scalar::Text(String::new());
        return;
    };
    *annotation = item.annotation;
    *value = item.value;
    *span = item.place.unwrap_or(*span);
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
    let mentions = |property: &&mut Property| !is_plain(&property.value);
    for property in node.properties.iter_mut().filter(mentions) {
        let annotation = property.annotation.as_ref();
        let item = names.one(&property.value, annotation, property.value_span, problems);
        let Property {
            annotation,
            value,
            value_span,
            ..
        } = property;
        put(item, (annotation, value, value_span));
    }
}

fn is_plain(scalar: &Scalar) -> bool {
    !matches!(scalar, Scalar::Reference(_) | Scalar::Pattern(_))
}
