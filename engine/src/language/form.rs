//! Which nodes belong to the language itself, and where each may stand.

use super::File;
use super::problem::{LanguageProblem, Problems};
use super::repeat::{FOR, STANDS_IN};
use crate::syntax::tree::Node;

/// Documented, but not built by this version.
const NOT_BUILT: [&str; 5] = ["template", "use", "set", "edit", "remove"];

/// Gone once the tree is expanded.
pub(crate) const SPENT: [&str; 3] = ["let", "param", "include"];

/// Say what the whole manifest is about, and so stand in a file that `-f` names.
const ROOT_ONLY: [&str; 2] = ["vmlogin", "tenant"];

/// The one node whose children may be called `include`: there it names principals.
const OWN_INCLUDE: &str = "conditional-access";

/// Whether a top-level node has done its work once names are known.
pub(super) fn is_spent(node: &Node) -> bool {
    contains(&SPENT, node) || contains(&NOT_BUILT, node) || is_loop(node)
}

/// Whether a node is a loop.
pub(crate) fn is_loop(node: &Node) -> bool {
    node.name.as_str() == FOR
}

/// Whether a node is the one that says which language and estate the manifest is of.
pub(super) fn is_header(node: &Node) -> bool {
    node.name.as_str() == "vmlogin"
}

/// Whether a child has been refused by [`check`], so that nothing need look at it again. A loop deep in another is refused too.
pub(super) fn is_refused(parent: &Node, child: &Node) -> bool {
    contains(&NOT_BUILT, child)
        || is_misplaced(parent.name.as_str(), child)
        || is_loose(parent.name.as_str(), child)
}

/// Checks where the nodes of a file stand.
pub(super) fn check(file: &File, problems: &mut Problems) {
    for node in &file.tree.nodes {
        if !file.root && contains(&ROOT_ONLY, node) {
            problems.push(LanguageProblem::RootOnly {
                form: node.name.as_str().to_owned(),
                span: node.name.span,
            });
        }
        check_built(node, problems);
        if is_loop(node) {
            problems.push(LanguageProblem::LooseLoop {
                nested: false,
                span: node.name.span,
            });
        }
    }
    // Not by recursion: blocks nest no deeper than the guard lets them, but threads here have small stacks.
    let mut waiting: Vec<(&Node, bool)> = file
        .tree
        .nodes
        .iter()
        .filter(|node| !contains(&NOT_BUILT, node) && !is_loop(node))
        .map(|node| (node, false))
        .collect();
    while let Some((parent, looped)) = waiting.pop() {
        let looped = looped || is_loop(parent);
        for child in parent.children() {
            check_built(child, problems);
            if is_loose(parent.name.as_str(), child) || looped && is_loop(child) {
                problems.push(LanguageProblem::LooseLoop {
                    nested: looped,
                    span: child.name.span,
                });
            }
            if is_misplaced(parent.name.as_str(), child) {
                problems.push(LanguageProblem::TopLevelOnly {
                    form: child.name.as_str().to_owned(),
                    span: child.name.span,
                });
            }
        }
        let children = parent.children().iter().rev();
        waiting.extend(
            children
                .filter(|child| !(is_refused(parent, child) || looped && is_loop(child)))
                .map(|child| (child, looped)),
        );
    }
}

fn check_built(node: &Node, problems: &mut Problems) {
    if contains(&NOT_BUILT, node) {
        problems.push(LanguageProblem::NotBuilt {
            form: node.name.as_str().to_owned(),
            span: node.name.span,
        });
    }
}

fn is_misplaced(parent: &str, child: &Node) -> bool {
    contains(&SPENT, child) && !(parent == OWN_INCLUDE && child.name.as_str() == "include")
}

/// Whether a child is a loop where none may stand.
fn is_loose(parent: &str, child: &Node) -> bool {
    is_loop(child) && parent != STANDS_IN
}

fn contains(names: &[&str], node: &Node) -> bool {
    names.contains(&node.name.as_str())
}
