//! The dependency graph: what waits for what, and why. One graph orders plan, apply and, reversed, destroy.

pub mod cycle;
mod ground;
mod kinds;
mod lines;
mod order;
mod reason;
mod shelves;

pub use cycle::Cycle;
pub use kinds::between_kinds;
pub use reason::Reason;

use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::Manifest;
use crate::schema::Need;
use lines::{Line, Lines};
use order::order;

/// Addresses in an order in which they could be made one by one, and the edges that ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// In their order as texts: lines go by their numbers here.
    addresses: Vec<Address>,
    order: Vec<Address>,
    lines: Vec<Line>,
}

/// One thing waiting for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge<'a> {
    /// What waits.
    pub from: &'a Address,
    /// What goes first.
    pub on: &'a Address,
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

    /// Whether no resources of a manifest wait for each other. Well-made kinds tell that of every manifest, and then none is drawn.
    ///
    /// # Errors
    /// As for [`Graph::of`].
    pub fn check(manifest: &Manifest, catalogue: &Catalogue) -> Result<(), Cycle> {
        match kinds::lead_back(catalogue) {
            true => Graph::of(manifest, catalogue).map(drop),
            false => Ok(()),
        }
    }

    /// The graph with more edges than the manifest tells: those that live things ask for.
    pub(crate) fn with(
        manifest: &Manifest,
        catalogue: &Catalogue,
        more: Vec<Edge<'_>>,
    ) -> Result<Graph, Cycle> {
        let mut lines = Lines::of(manifest, catalogue);
        for edge in more {
            lines.draw(edge.from, edge.on, edge.need, edge.reason);
        }
        let lines = lines.settled();
        let addresses: Vec<Address> = manifest.resources.keys().cloned().collect();
        Ok(Graph {
            order: order(&addresses, &lines)?,
            addresses,
            lines,
        })
    }

    /// All addresses, each after everything that it waits for; ties go by address.
    pub fn order(&self) -> &[Address] {
        &self.order
    }

    /// All edges, by what waits and then by what goes first.
    pub fn edges(&self) -> impl Iterator<Item = Edge<'_>> {
        self.told(&self.lines)
    }

    /// The edges of one address.
    pub fn waits_of(&self, address: &Address) -> impl Iterator<Item = Edge<'_>> + use<'_> {
        let lines = match self.addresses.binary_search(address) {
            Ok(number) => {
                let start = self.lines.partition_point(|line| line.from < number);
                let end = self.lines.partition_point(|line| line.from <= number);
                &self.lines[start..end]
            }
            Err(_) => &[],
        };
        self.told(lines)
    }

    fn told<'a>(&'a self, lines: &'a [Line]) -> impl Iterator<Item = Edge<'a>> {
        lines.iter().map(|line| Edge {
            from: &self.addresses[line.from],
            on: &self.addresses[line.on],
            need: line.need,
            reason: line.reason.clone(),
        })
    }
}
