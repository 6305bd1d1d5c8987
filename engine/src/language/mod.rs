//! From the trees of several files to one tree without references.
//!
//! Evaluation reads no clock, no network and no environment; the order of files and nodes does not matter. What the
//! language knows and this version does not build yet is refused by name. Templates and overlays will be further steps of
//! [`expand`]: they turn trees into trees and add to each node's `Origin`.

mod form;
mod include;
mod names;
mod problem;
mod repeat;
mod substitute;
pub mod table;

pub(crate) use form::{SPENT, is_loop};
pub use include::{IncludeWish, includes};
pub(crate) use repeat::{FOR, Loops, Round, STANDS_IN, same_at_each};
pub use repeat::{TableWish, Tables, tables};

use crate::problem::Problem;
use crate::source::SourceId;
use crate::syntax::tree::{Node, Tree};

/// One text of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its number.
    pub source: SourceId,
    /// As it is shown, with `/` between its parts, relative to the manifest's tree.
    pub path: String,
    /// What it says.
    pub tree: Tree,
    /// Whether it was named by `-f`; the others were included.
    pub root: bool,
}

/// What comes to the files from the command line, and from what they name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// `--set name=value`, in order; of one name the last counts.
    pub sets: Vec<(String, String)>,
    /// The tables that loops go through, as far as they could be read.
    pub tables: Tables,
}

/// All files as one tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expanded {
    /// Without references, patterns, loops, `let`, `param` and `include`. Where a reference could not be resolved, a text
    /// stands in for it, so that what follows is checked too.
    pub tree: Tree,
    /// Settled: in order, each once, at most 100.
    pub problems: Vec<Problem>,
}

/// All files as one tree whose loops are still to be gone through: what a large table makes need never exist all at once.
#[derive(Debug, Default)]
pub struct Folded {
    pub(crate) tree: Tree,
    pub(crate) loops: Loops,
}

/// Puts the files together and resolves every reference.
pub fn expand(files: Vec<File>, inputs: &Inputs) -> Expanded {
    let Folded {
        mut tree,
        mut loops,
    } = fold(files, inputs);
    loops.go_through_all(&mut tree);
    Expanded {
        tree,
        problems: loops.problems(),
    }
}

/// The same, and leaves the loops to whoever goes through the tree.
pub fn fold(files: Vec<File>, inputs: &Inputs) -> Folded {
    let mut problems = problem::Problems::default();
    for file in &files {
        form::check(file, &mut problems);
    }
    let mut names = names::define(&files, inputs, &mut problems);
    let mut nodes = Vec::new();
    let rooted = files
        .iter()
        .any(|file| file.root && file.tree.nodes.iter().any(form::is_header));
    for file in files {
        // A header that stands in the wrong file was refused; beside the right one it would only be refused again.
        let surplus = rooted && !file.root;
        let gone = |node: &Node| form::is_spent(node) || (surplus && form::is_header(node));
        nodes.extend(file.tree.nodes.into_iter().filter(|node| !gone(node)));
    }
    let mut tree = Tree { nodes };
    substitute::substitute(&mut tree, &mut names, &mut problems);
    Folded {
        tree,
        loops: Loops::new(names, problems),
    }
}
