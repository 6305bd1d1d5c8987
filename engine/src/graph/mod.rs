//! The dependency graph: what waits for what, and why. One graph orders plan, apply and, reversed, destroy.

pub mod cycle;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

pub use cycle::Cycle;

use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::{Manifest, Resource};
use crate::reference::{self, Reference};
use crate::schema::{Need, Order, Place, Schema};

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
    pub reason: Cow<'static, str>,
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
        let mut edges = edges(manifest, catalogue);
        edges.extend(more);
        edges.sort();
        edges.dedup_by(|one, other| one.from == other.from && one.on == other.on);
        let order = order(manifest.resources.keys(), &edges)?;
        Ok(Graph { order, edges })
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

fn edges(manifest: &Manifest, catalogue: &Catalogue) -> Vec<Edge> {
    let beneath = Beneath::of(manifest, catalogue);
    let mut edges = Vec::new();
    for resource in manifest.resources.values() {
        let Some(kind) = catalogue.kind(resource.kind) else {
            continue;
        };
        if let Some(parent) = manifest.parent_of(resource) {
            let title = catalogue
                .kind(parent.kind)
                .map_or(parent.kind, |kind| kind.schema().title);
            edges.push(Edge {
                from: resource.address.clone(),
                on: parent.address.clone(),
                need: Need::Success,
                reason: format!("it lies in the {title} `{}`", parent.name).into(),
            });
        }
        edges.extend(ordered(resource, kind.schema(), &beneath));
    }
    for reference in reference::all(manifest, catalogue) {
        edges.extend(referred(&reference));
        edges.extend(ridden(&reference, manifest, catalogue));
        edges.extend(in_referred(&reference, catalogue, &beneath));
    }
    edges
}

/// What is referred to goes first.
fn referred(reference: &Reference<'_>) -> Option<Edge> {
    let to = reference.to?;
    Some(Edge {
        from: reference.from.address.clone(),
        on: to.address.clone(),
        need: Need::Success,
        reason: format!("its `{}` is `{}`", reference.attribute.name, to.name).into(),
    })
}

/// What a part refers to goes before the whole, where the two are made in one write.
fn ridden(reference: &Reference<'_>, manifest: &Manifest, catalogue: &Catalogue) -> Option<Edge> {
    let to = reference.to?;
    let whole = manifest.parent_of(reference.from)?;
    catalogue.kind(reference.from.kind)?.rides().then(|| Edge {
        from: whole.address.clone(),
        on: to.address.clone(),
        need: Need::Success,
        reason: format!(
            "it is made with its `{}` `{}`",
            reference.attribute.name, to.name
        )
        .into(),
    })
}

/// What stands in it goes first too, where the kind that refers to it asks for it.
fn in_referred<'a>(
    reference: &Reference<'a>,
    catalogue: &Catalogue,
    beneath: &Beneath<'a>,
) -> Vec<Edge> {
    let (Some(to), Some(kind)) = (reference.to, catalogue.kind(reference.from.kind)) else {
        return Vec::new();
    };
    let orders = kind.schema().order.iter();
    orders
        .filter(|order| order.place == Place::Referred)
        .flat_map(|order| {
            let others = beneath.of_kind(&to.address, order.after).iter();
            others.map(|other| Edge {
                from: reference.from.address.clone(),
                on: other.address.clone(),
                need: order.need,
                reason: order.reason.into(),
            })
        })
        .collect()
}

fn ordered<'a>(
    resource: &'a Resource,
    schema: &'static Schema,
    beneath: &Beneath<'a>,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    for order in schema.order {
        let others = beneath
            .of_kind(&resource.parent, order.after)
            .iter()
            .filter(|other| matches(order, resource, other));
        edges.extend(others.map(|other| Edge {
            from: resource.address.clone(),
            on: other.address.clone(),
            need: order.need,
            reason: order.reason.into(),
        }));
    }
    edges
}

fn matches(order: &Order, resource: &Resource, other: &Resource) -> bool {
    let sibling = other.parent == resource.parent;
    other.address != resource.address
        && match order.place {
            Place::Sibling => sibling,
            Place::Beneath => !sibling,
            Place::Referred => false,
        }
}

/// For each address around something, what lies in it at any depth, by kind: of the kinds alone that another goes after.
struct Beneath<'a>(BTreeMap<(&'a Address, &'a str), Vec<&'a Resource>>);

impl<'a> Beneath<'a> {
    fn of(manifest: &'a Manifest, catalogue: &Catalogue) -> Beneath<'a> {
        let orders = catalogue.kinds.iter().flat_map(|kind| kind.schema().order);
        let first: BTreeSet<&str> = orders.map(|order| order.after).collect();
        let mut index = Beneath(BTreeMap::new());
        let resources = manifest.resources.values();
        for resource in resources.filter(|resource| first.contains(resource.kind)) {
            for outer in manifest.around(resource) {
                let key = (&outer.parent, resource.kind);
                index.0.entry(key).or_default().push(resource);
            }
        }
        index
    }

    fn of_kind(&self, parent: &'a Address, kind: &'a str) -> &[&'a Resource] {
        self.0.get(&(parent, kind)).map_or(&[], Vec::as_slice)
    }
}

/// Orders addresses so that each comes after what it waits for, ties by address (Kahn's algorithm with a heap; petgraph's own
/// topological sort promises no tie-break). They come in their order, so that their numbers tell it.
fn order<'a>(
    addresses: impl Iterator<Item = &'a Address>,
    edges: &[Edge],
) -> Result<Vec<Address>, Cycle> {
    let mut graph: DiGraph<&Address, ()> = DiGraph::new();
    let index: BTreeMap<&Address, NodeIndex> = addresses
        .map(|address| (address, graph.add_node(address)))
        .collect();
    for edge in edges {
        if let (Some(on), Some(from)) = (index.get(&edge.on), index.get(&edge.from)) {
            graph.add_edge(*on, *from, ());
        }
    }
    let mut waiting: Vec<usize> = graph
        .node_indices()
        .map(|node| graph.edges_directed(node, Direction::Incoming).count())
        .collect();
    let mut ready: BinaryHeap<Reverse<NodeIndex>> = graph
        .node_indices()
        .filter(|node| waiting[node.index()] == 0)
        .map(Reverse)
        .collect();
    let mut order = Vec::with_capacity(graph.node_count());
    while let Some(Reverse(node)) = ready.pop() {
        order.push(graph[node].clone());
        for next in graph.neighbors_directed(node, Direction::Outgoing) {
            waiting[next.index()] -= 1;
            if waiting[next.index()] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    if order.len() == graph.node_count() {
        Ok(order)
    } else {
        Err(Cycle::find(&graph))
    }
}
