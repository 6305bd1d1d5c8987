//! The dependency graph: what waits for what, and why. One graph orders plan, apply and, reversed, destroy.

pub mod cycle;
mod ground;
mod lines;
mod order;
mod reason;
mod shelves;

pub use cycle::Cycle;
pub use reason::Reason;

use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::Manifest;
use crate::schema::Need;
use lines::Lines;
use order::order;

/// Addresses in an order in which they could be made one by one, and the edges that ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    order: Vec<Address>,
    edges: Vec<Edge>,
}

/// One thing waiting for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What waits.
    pub from: Address,
    /// What goes first.
    pub on: Address,
    /// What is waited for.
    pub need: Need,
    /// Why, as a screen says it.
    pub reason: Reason,
}

impl Graph {
    /// Builds the graph of a manifest. Resources that wait for each other are a [`Cycle`].
    pub fn of(manifest: &Manifest, catalogue: &Catalogue) -> Result<Graph, Cycle> {
        Graph::with(manifest, catalogue, Vec::new())
    }

    /// The same with more edges than the manifest tells: those that live things ask for.
    pub(crate) fn with(
        manifest: &Manifest,
        catalogue: &Catalogue,
        more: Vec<Edge>,
    ) -> Result<Graph, Cycle> {
        let mut lines = Lines::of(manifest, catalogue);
        for edge in more {
            lines.draw(&edge.from, &edge.on, edge.need, edge.reason);
        }
        let lines = lines.settled();
        let addresses: Vec<&Address> = manifest.resources.keys().collect();
        let order = order(&addresses, &lines)?;
        let edges = lines.into_iter().map(|line| Edge {
            from: addresses[line.from].clone(),
            on: addresses[line.on].clone(),
            need: line.need,
            reason: line.reason,
        });
        Ok(Graph {
            order,
            edges: edges.collect(),
        })
    }

    /// All addresses, each after everything that it waits for; ties go by address.
    pub fn order(&self) -> &[Address] {
        &self.order
    }

    /// All edges, by what waits and then by what goes first.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges of one address.
    pub fn waits_of(&self, address: &Address) -> &[Edge] {
        let start = self.edges.partition_point(|edge| edge.from < *address);
        let end = self.edges.partition_point(|edge| edge.from <= *address);
        &self.edges[start..end]
    }
}
