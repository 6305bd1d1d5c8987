//! `include "glob"`: which other files a file asks for.

use super::File;
use super::problem::{LanguageProblem, Problems};
use crate::problem::Problem;
use crate::source::Span;
use crate::syntax::tree::{Node, Scalar};

/// A pattern of files that are to be read. Whoever reads files resolves it: relative to the including file, inside the
/// manifest's tree, sorted; a pattern that matches nothing is a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludeWish {
    /// As written; never empty, absolute, or leading out of the tree by its letters alone.
    pub pattern: String,
    /// Where the pattern is written.
    pub span: Span,
    /// Path of the including file.
    pub from: String,
}

/// The includes of one file. [`super::expand`] does not report these problems again.
pub fn includes(file: &File) -> (Vec<IncludeWish>, Vec<Problem>) {
    let mut wishes = Vec::new();
    let mut problems = Problems::default();
    for node in file
        .tree
        .nodes
        .iter()
        .filter(|node| node.name.as_str() == "include")
    {
        check_shape(node, &mut problems);
        for argument in &node.arguments {
            match &argument.value {
                Scalar::Text(pattern) if leaves(&file.path, pattern) => {
                    problems.push(LanguageProblem::IncludeLeaves {
                        pattern: pattern.clone(),
                        span: argument.span,
                    });
                }
                Scalar::Text(pattern) if !pattern.is_empty() => {
                    wishes.push(IncludeWish {
                        pattern: pattern.clone(),
                        span: argument.span,
                        from: file.path.clone(),
                    });
                }
                Scalar::Reference(_) | Scalar::Pattern(_) => {
                    problems.push(LanguageProblem::IncludeByReference {
                        span: argument.span,
                    })
                }
                _ => problems.push(LanguageProblem::Malformed {
                    form: "include",
                    wanted: INCLUDE,
                    span: argument.span,
                }),
            }
        }
    }
    (wishes, problems.settle())
}

const INCLUDE: &str = "`include \"teams/*.kdl\"`";

fn check_shape(node: &Node, problems: &mut Problems) {
    if node.arguments.is_empty() {
        problems.push(LanguageProblem::Incomplete {
            form: "include",
            wanted: INCLUDE,
            span: node.span,
        });
    }
    if let Some(span) = surplus(node) {
        problems.push(LanguageProblem::Malformed {
            form: "include",
            wanted: INCLUDE,
            span,
        });
    }
}

/// The first of a node's properties and children, where it may have neither.
pub(super) fn surplus(node: &Node) -> Option<Span> {
    let child = node.children().first().map(|child| child.span);
    node.properties
        .first()
        .map(|property| property.span)
        .or(child)
}

/// Whether a pattern, taken by its letters, lies outside the tree that `from` lies in.
pub(super) fn leaves(from: &str, pattern: &str) -> bool {
    let folders = from
        .split('/')
        .rev()
        .skip(1)
        .filter(|part| !part.is_empty() && *part != ".")
        .count();
    let mut depth = Some(folders);
    for part in pattern.split(['/', '\\']) {
        depth = match part {
            ".." => depth.and_then(|depth| depth.checked_sub(1)),
            "" | "." => depth,
            _ => depth.map(|depth| depth + 1),
        };
    }
    let drive = pattern.as_bytes().get(1) == Some(&b':');
    depth.is_none() || drive || pattern.starts_with(['/', '\\'])
}
