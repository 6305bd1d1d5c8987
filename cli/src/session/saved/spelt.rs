//! A whole manifest as one text: what its files come to once they are put together.

use vmlogin_engine::source::Span;
use vmlogin_engine::syntax::tree::{Node, Scalar, Tree, Word};
use vmlogin_engine::syntax::{self, print};

use crate::error::Error;
use crate::files::{Homes, from_here};

/// The text. It names files from the current folder, where an apply looks for them.
pub(super) fn text(tree: &Tree, homes: &Homes) -> Result<String, Error> {
    let mut text = String::new();
    for node in &tree.nodes {
        text.push_str(&print::node(&found(node, homes)?));
    }
    if text.len() > syntax::MOST_BYTES {
        let (is, most) = (text.len() / 1_000_000, syntax::MOST_BYTES / 1_000_000);
        return Err(Error::usage(
            format!(
                "the manifest, spelt out, takes {is} MB, and a saved plan holds at most {most}: it was not saved"
            ),
            "split the estate, or apply it without a saved plan",
        ));
    }
    Ok(text)
}

/// A node whose files are named from here. Blocks nest as deep as the guard lets them.
fn found(node: &Node, homes: &Homes) -> Result<Node, Error> {
    let mut node = node.clone();
    let arguments = node
        .arguments
        .iter_mut()
        .map(|it| (&mut it.annotation, &mut it.value, it.span));
    let properties = node.properties.iter_mut();
    let properties = properties.map(|it| (&mut it.annotation, &mut it.value, it.value_span));
    for (annotation, value, span) in arguments.chain(properties) {
        match (annotation.as_ref().map(Word::as_str), &mut *value) {
            (Some("file"), Scalar::Text(path) | Scalar::Cell(path)) => {
                *path = from_here(path, span.source, homes).ok_or_else(|| elsewhere(path))?;
            }
            (None, Scalar::Cell(_)) => *annotation = cell(value, span),
            _ => {}
        }
    }
    if let Some(children) = &mut node.children {
        *children = children
            .iter()
            .map(|child| found(child, homes))
            .collect::<Result<_, _>>()?;
    }
    Ok(node)
}

/// The type of a cell that may be a number or a switch, so that it is one again when it is read: as text it would be text.
fn cell(value: &Scalar, span: Span) -> Option<Word> {
    let is_more = value.as_integer().is_some() || value.as_bool().is_some();
    is_more.then(|| Word {
        text: CELL.into(),
        span,
    })
}

/// Makes what [`text`] wrote of cells into cells.
pub(in crate::session) fn cells(nodes: &mut [Node]) {
    let mut waiting: Vec<&mut Node> = nodes.iter_mut().collect();
    while let Some(node) = waiting.pop() {
        let arguments = node.arguments.iter_mut();
        let arguments = arguments.map(|it| (&mut it.annotation, &mut it.value));
        let properties = node.properties.iter_mut();
        let properties = properties.map(|it| (&mut it.annotation, &mut it.value));
        for (annotation, value) in arguments.chain(properties) {
            if let (Some(CELL), Scalar::Text(text)) =
                (annotation.as_ref().map(Word::as_str), &mut *value)
            {
                *value = Scalar::Cell(std::mem::take(text));
                *annotation = None;
            }
        }
        waiting.extend(node.children.iter_mut().flatten());
    }
}

/// The type that a cell is written with.
const CELL: &str = "csv";

fn elsewhere(path: &str) -> Error {
    Error::usage(
        format!(
            "the manifest takes a value from the file `{path}`, which lies outside of the current folder: the plan was not saved"
        ),
        "run `vmlogin plan -o FILE` and `vmlogin apply FILE` in the folder of the manifest, or in one above it",
    )
}
