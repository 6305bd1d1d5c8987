//! Texts as what they say.

use crate::report::report;
use vmlogin_engine::problem::Problem;
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::tree::Tree;
use vmlogin_engine::syntax::{parse, parse_bytes, print};

/// What a text says, and what is wrong with it.
pub(crate) fn read(text: &str) -> String {
    let mut sources = Sources::new();
    let source = sources.add("a.kdl".to_owned(), text.to_owned());
    let parsed = parse(source, text);
    show(&parsed.tree, &parsed.problems, &sources)
}

/// What is wrong with bytes that may not be text.
pub(crate) fn complain(bytes: &[u8]) -> String {
    let mut sources = Sources::new();
    let source = sources.add(
        "a.kdl".to_owned(),
        String::from_utf8_lossy(bytes).into_owned(),
    );
    report(&parse_bytes(source, bytes).problems, &sources)
}

/// A tree, and the problems beside it.
pub(crate) fn show(tree: &Tree, problems: &[Problem], sources: &Sources) -> String {
    let tree: String = tree.nodes.iter().map(print::node).collect();
    let gap = if tree.is_empty() || problems.is_empty() {
        ""
    } else {
        "\n"
    };
    tree + gap + &report(problems, sources)
}
