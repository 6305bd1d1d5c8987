//! Problems and trees as text.

use std::fmt::Write;
use vmlogin_engine::problem::Problem;
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::tree::Tree;
use vmlogin_engine::syntax::{parse, print};

/// What a text says, or what is wrong with it.
pub(crate) fn read(text: &str) -> String {
    let mut sources = Sources::new();
    let source = sources.add("a.kdl".to_owned(), text.to_owned());
    let parsed = parse(source, text);
    show(&sources, &parsed.tree, &parsed.problems)
}

/// A tree and the problems beside it.
pub(crate) fn show(sources: &Sources, tree: &Tree, problems: &[Problem]) -> String {
    let tree: String = tree.nodes.iter().map(print::node).collect();
    if problems.is_empty() {
        tree
    } else {
        tree + &report(sources, problems)
    }
}

/// Problems alone: code and message, then a line for each label and the help.
pub(crate) fn report(sources: &Sources, problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        writeln!(out, "{} {}", problem.code, problem.message).unwrap();
        for label in &problem.labels {
            let (line, column) = sources.line_column(label.span);
            let marked = sources
                .text(label.span.source)
                .get(label.span.range())
                .unwrap();
            let name = sources.name(label.span.source);
            writeln!(
                out,
                "  {name}:{line}:{column} `{}` {}",
                print::shown(marked),
                label.text
            )
            .unwrap();
        }
        if let Some(help) = &problem.help {
            writeln!(out, "  help: {help}").unwrap();
        }
    }
    out
}
