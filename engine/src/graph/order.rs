//! An order in which things could be made one by one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::cycle::Cycle;
use super::lines::Line;
use super::shelves::Shelves;
use crate::address::Address;

/// Orders addresses, which stand in their order, so that each comes after what it waits for, ties by address (Kahn's algorithm with a
/// heap; petgraph's own topological sort promises no tie-break). No line is there twice.
pub(super) fn order(addresses: &[Address], lines: &[Line]) -> Result<Vec<Address>, Cycle> {
    let waiters = lines.iter().map(|line| (line.on, line.from));
    let waiters = Shelves::of(addresses.len(), waiters);
    let mut waiting = vec![0_usize; addresses.len()];
    for line in lines {
        waiting[line.from] += 1;
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..addresses.len())
        .filter(|number| waiting[*number] == 0)
        .map(Reverse)
        .collect();
    let mut order = Vec::with_capacity(addresses.len());
    while let Some(Reverse(number)) = ready.pop() {
        order.push(addresses[number].clone());
        for waiter in waiters.at(number) {
            waiting[*waiter] -= 1;
            if waiting[*waiter] == 0 {
                ready.push(Reverse(*waiter));
            }
        }
    }
    match order.len() == addresses.len() {
        true => Ok(order),
        false => Err(Cycle::find(&whole(addresses, lines))),
    }
}

/// The graph as petgraph has it; its edges point from what goes first to what waits.
fn whole<'a>(addresses: &'a [Address], lines: &[Line]) -> DiGraph<&'a Address, ()> {
    let mut graph = DiGraph::new();
    let nodes: Vec<NodeIndex> = addresses
        .iter()
        .map(|address| graph.add_node(address))
        .collect();
    for line in lines {
        graph.add_edge(nodes[line.on], nodes[line.from], ());
    }
    graph
}
