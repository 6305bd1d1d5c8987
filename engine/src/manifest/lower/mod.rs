//! From the expanded tree to the checked manifest: each node is held against its form, then given its place.

mod form;
mod found;
mod place;
mod walk;

use super::Manifest;
use super::problem::{MISSING_NODE, NO_SUBSCRIPTION, UNKNOWN_REFERENCE, UNKNOWN_SUBSCRIPTION};
use crate::kind::Catalogue;
use crate::language::{Folded, Loops};
use crate::problem::{Problem, settle};
use crate::syntax::tree::Tree;
use form::Forms;
use found::Found;

/// What a tree says, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lowered {
    /// Everything that should be; `None` where there are problems.
    pub manifest: Option<Manifest>,
    /// Settled: in order, each once, at most 100.
    pub problems: Vec<Problem>,
}

/// Lowers an expanded tree, node by node, and uses it up: a large one takes as much room as all that comes of it. Never panics, and
/// reports everything that is wrong in one pass; what depends on a mistake is not reported again.
pub fn lower(tree: Tree, catalogue: &Catalogue) -> Lowered {
    lowered(tree, None, catalogue)
}

/// The same with a tree whose loops are gone through on the way, element by element. What was wrong with the tree itself comes first.
pub fn unfold(folded: Folded, catalogue: &Catalogue) -> (Vec<Problem>, Lowered) {
    let Folded { tree, mut loops } = folded;
    let lowered = lowered(tree, Some(&mut loops), catalogue);
    (loops.problems(), lowered)
}

fn lowered(tree: Tree, loops: Option<&mut Loops>, catalogue: &Catalogue) -> Lowered {
    let forms = Forms::of(catalogue);
    let mut found = Found::default();
    let root = walk::walk(&forms, tree, loops, &mut found);
    let manifest = place::place(root, catalogue, &mut found);
    let Some(manifest) = manifest.filter(|_| found.is_empty()) else {
        return Lowered {
            manifest: None,
            problems: found.settled(),
        };
    };
    let problems = settle(of_kinds(&manifest, catalogue));
    Lowered {
        manifest: Some(manifest).filter(|_| problems.is_empty()),
        problems,
    }
}

/// What the kinds find wrong with their own, by numbers from VML171 to VML179.
fn of_kinds(manifest: &Manifest, catalogue: &Catalogue) -> Vec<Problem> {
    let resources = manifest.resources.values();
    resources
        .filter_map(|resource| Some((catalogue.kind(resource.kind)?, resource)))
        .flat_map(|(kind, resource)| kind.problems(resource, manifest))
        .collect()
}

impl Lowered {
    /// Leaves out what follows from problems that were found before lowering, in syntax or expansion: complaints about a
    /// place that is reported already, and about something missing that may be in what could not be read.
    pub fn after(mut self, earlier: &[Problem]) -> Lowered {
        if earlier.is_empty() {
            return self;
        }
        let incomplete = earlier.iter().any(loses_nodes);
        self.manifest = None;
        self.problems.retain(|problem| {
            let absent = [
                MISSING_NODE,
                UNKNOWN_SUBSCRIPTION,
                NO_SUBSCRIPTION,
                UNKNOWN_REFERENCE,
            ];
            let follows = earlier.iter().any(|before| touches(before, problem));
            let is_of_a_kind = ("VML171".."VML180").contains(&problem.code.0);
            !(follows || is_of_a_kind || incomplete && absent.contains(&problem.code.0))
        });
        self
    }
}

/// Whether a problem may have cost nodes. Those of names and references (VML030 to VML048) cost values only.
fn loses_nodes(problem: &Problem) -> bool {
    !("VML030".."VML049").contains(&problem.code.0)
}

/// Whether both point at the same place first.
fn touches(before: &Problem, problem: &Problem) -> bool {
    match (before.place(), problem.place()) {
        (Some(a), Some(b)) => a.source == b.source && a.start < b.end && b.start < a.end,
        _ => false,
    }
}
