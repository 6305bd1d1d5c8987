//! A whole manifest as one text: what its files come to once they are put together.

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
        .map(|it| (&it.annotation, &mut it.value, it.span));
    let properties = node.properties.iter_mut();
    let properties = properties.map(|it| (&it.annotation, &mut it.value, it.span));
    for (annotation, value, span) in arguments.chain(properties) {
        if let (Some("file"), Scalar::Text(path)) = (annotation.as_ref().map(Word::as_str), value) {
            *path = from_here(path, span.source, homes).ok_or_else(|| elsewhere(path))?;
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

fn elsewhere(path: &str) -> Error {
    Error::usage(
        format!(
            "the manifest takes a value from the file `{path}`, which lies outside of the current folder: the plan was not saved"
        ),
        "run `vmlogin plan -o FILE` and `vmlogin apply FILE` in the folder of the manifest, or in one above it",
    )
}
