//! Finding and telling a cycle: its whole path, with the place of every member.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::address::Address;
use crate::manifest::Manifest;
use crate::problem::{Code, Label, Problem};

/// Resources that wait for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The addresses in order: each waits for the next, the last for the first.
    pub steps: Vec<Address>,
}

impl Cycle {
    /// The shortest cycle through the first address that is on one. Edges point from what goes first to what waits.
    pub(super) fn find(graph: &DiGraph<&Address, ()>) -> Cycle {
        // Of petgraph's two algorithms only this one and toposort survive long chains on a small stack.
        let knot = kosaraju_scc(graph)
            .into_iter()
            .filter(|members| members.len() > 1 || graph.contains_edge(members[0], members[0]))
            .min_by_key(|members| members.iter().map(|node| graph[*node]).min())
            .unwrap_or_default();
        let Some(start) = knot.iter().copied().min_by_key(|node| graph[*node]) else {
            return Cycle { steps: Vec::new() };
        };
        let members: BTreeSet<NodeIndex> = knot.into_iter().collect();
        let mut steps: Vec<Address> = way_back(graph, start, &members)
            .into_iter()
            .map(|node| graph[node].clone())
            .collect();
        // The way runs from what goes first to what waits; a reader follows it the other way.
        steps[1..].reverse();
        Cycle { steps }
    }

    /// The cycle as a problem of the manifest, with a label at every member.
    pub fn problem(&self, manifest: &Manifest) -> Problem {
        let labels = self
            .steps
            .iter()
            .enumerate()
            .filter_map(|(at, address)| {
                let next = &self.steps[(at + 1) % self.steps.len()];
                manifest
                    .resource(address)
                    .map(|resource| Label::new(resource.span, format!("waits for `{next}`")))
            })
            .collect();
        let path: Vec<String> = self
            .steps
            .iter()
            .chain(self.steps.first())
            .map(|address| format!("`{address}`"))
            .collect();
        Problem {
            code: Code("VML170"),
            message: format!("these wait for each other: {}", path.join(" → ")),
            labels,
            help: Some(
                "remove one of the references, so that one of them can be made first".to_owned(),
            ),
        }
    }
}

/// The shortest way from a node back to itself inside a knot, breadth first, without the return.
fn way_back(
    graph: &DiGraph<&Address, ()>,
    start: NodeIndex,
    members: &BTreeSet<NodeIndex>,
) -> Vec<NodeIndex> {
    let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut next: Vec<NodeIndex> = graph
            .neighbors(node)
            .filter(|next| members.contains(next))
            .collect();
        next.sort_by_key(|node| graph[*node]);
        for next in next {
            if next == start {
                let mut way = vec![node];
                let mut at = node;
                while at != start {
                    at = came_from[&at];
                    way.push(at);
                }
                way.reverse();
                return way;
            }
            came_from.entry(next).or_insert_with(|| {
                queue.push_back(next);
                node
            });
        }
    }
    vec![start]
}
