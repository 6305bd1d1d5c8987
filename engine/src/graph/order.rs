//! An order in which things could be made one by one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::cycle::Cycle;
use super::lines::Line;
use crate::address::Address;

/// Orders addresses, which stand in their order, so that each comes after what it waits for, ties by address (Kahn's algorithm with a
/// heap; petgraph's own topological sort promises no tie-break). No line is there twice.
pub(super) fn order(addresses: &[&Address], lines: &[Line]) -> Result<Vec<Address>, Cycle> {
    let waiters = Waiters::of(addresses.len(), lines);
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
        for waiter in waiters.of_number(number) {
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

/// What waits for each number, all in one list.
struct Waiters {
    starts: Vec<usize>,
    waiters: Vec<usize>,
}

impl Waiters {
    fn of(count: usize, lines: &[Line]) -> Waiters {
        let mut starts = vec![0; count + 1];
        for line in lines {
            starts[line.on + 1] += 1;
        }
        for number in 0..count {
            starts[number + 1] += starts[number];
        }
        let mut next = starts.clone();
        let mut waiters = vec![0; lines.len()];
        for line in lines {
            waiters[next[line.on]] = line.from;
            next[line.on] += 1;
        }
        Waiters { starts, waiters }
    }

    fn of_number(&self, number: usize) -> &[usize] {
        &self.waiters[self.starts[number]..self.starts[number + 1]]
    }
}

/// The graph as petgraph has it; its edges point from what goes first to what waits.
fn whole<'a>(addresses: &[&'a Address], lines: &[Line]) -> DiGraph<&'a Address, ()> {
    let mut graph = DiGraph::new();
    let nodes: Vec<NodeIndex> = addresses
        .iter()
        .map(|address| graph.add_node(*address))
        .collect();
    for line in lines {
        graph.add_edge(nodes[line.on], nodes[line.from], ());
    }
    graph
}
