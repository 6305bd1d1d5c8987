//! What the kinds alone tell of what waits for what.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use crate::kind::{Catalogue, Kind};
use crate::reference;
use crate::schema::TOP;

/// Which kind may wait for which: there is no edge between two things unless their kinds are such a pair.
#[must_use]
pub fn between_kinds(catalogue: &Catalogue) -> BTreeSet<(&'static str, &'static str)> {
    catalogue.kinds.iter().copied().flat_map(of_kind).collect()
}

/// Whether things of these kinds could wait for each other: whether a kind may wait for itself, or for one that leads back to it.
pub(super) fn lead_back(catalogue: &Catalogue) -> bool {
    let mut graph = DiGraph::<(), ()>::new();
    let mut nodes = BTreeMap::new();
    for (from, on) in between_kinds(catalogue) {
        let mut node = |kind| *nodes.entry(kind).or_insert_with(|| graph.add_node(()));
        let (from, on) = (node(from), node(on));
        graph.add_edge(on, from, ());
    }
    toposort(&graph, None).is_err()
}

/// What things of a kind may wait for: what they lie in, what goes before it, and what they refer to. What is made with the whole
/// lets that wait for what it refers to itself.
fn of_kind(kind: &dyn Kind) -> impl Iterator<Item = (&'static str, &'static str)> {
    let schema = kind.schema();
    let orders = schema.order.iter().map(|order| order.after);
    let pointers = reference::pointers(schema).flat_map(|(_, kinds)| kinds);
    let referred: Vec<&'static str> = pointers.copied().collect();
    let wholes = schema.stands_in.iter().filter(|_| kind.rides());
    let of_wholes: Vec<(&'static str, &'static str)> = wholes
        .flat_map(|whole| referred.iter().map(|on| (*whole, *on)))
        .collect();
    let around = schema.stands_in.iter().copied();
    let around = around.filter(|outer| *outer != TOP);
    let own = around.chain(orders).chain(referred);
    own.map(|on| (schema.kind, on)).chain(of_wholes)
}
