//! What resources stand in, and what lies there at any depth.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::{Resource, Resources};

/// Everything that something stands in, by numbers of its own, and what lies in each: of the kinds alone that another goes after.
pub(super) struct Grounds<'a> {
    resources: &'a Resources,
    addresses: IndexSet<&'a Address>,
    /// The ground of each resource.
    around: Vec<usize>,
    /// The resource that each ground is, where it is one.
    is: Vec<Option<usize>>,
    /// The kinds that another goes after.
    kinds: Vec<&'static str>,
    /// Ground, kind and resource, in order.
    lying: Vec<(usize, usize, usize)>,
}

impl<'a> Grounds<'a> {
    pub(super) fn of(resources: &'a Resources, catalogue: &Catalogue) -> Grounds<'a> {
        let mut addresses = IndexSet::new();
        let parents = resources.values().map(|resource| &resource.parent);
        let around = parents.map(|parent| addresses.insert_full(parent).0);
        let around = around.collect();
        let is = addresses.iter().map(|address| resources.number(address));
        let orders = catalogue.kinds.iter().flat_map(|kind| kind.schema().order);
        let kinds: BTreeSet<&'static str> = orders.map(|order| order.after).collect();
        let mut grounds = Grounds {
            resources,
            around,
            is: is.collect(),
            addresses,
            kinds: kinds.into_iter().collect(),
            lying: Vec::new(),
        };
        for (number, resource) in resources.values().enumerate() {
            if let Ok(kind) = grounds.kinds.binary_search(&resource.kind) {
                let outwards =
                    std::iter::successors(Some(number), |inner| grounds.is[grounds.around[*inner]]);
                let lying = outwards.map(|inner| (grounds.around[inner], kind, number));
                grounds.lying.extend(lying);
            }
        }
        grounds.lying.sort_unstable();
        grounds
    }

    /// The ground of a resource.
    pub(super) fn around(&self, resource: usize) -> usize {
        self.around[resource]
    }

    /// Something of each ground that is a resource, with the number of that.
    pub(super) fn each<T>(&self, of: impl Fn(&Resource) -> T) -> Vec<Option<(usize, T)>> {
        let numbers = self.is.iter();
        numbers
            .map(|is| {
                let number = (*is)?;
                Some((number, of(self.resources.at(number)?)))
            })
            .collect()
    }

    /// The number of a ground, where something stands in it.
    pub(super) fn number(&self, address: &Address) -> Option<usize> {
        self.addresses.get_index_of(address)
    }

    /// What lies in a ground at any depth and is of a kind that another goes after.
    pub(super) fn beneath(&self, ground: usize, kind: &str) -> impl Iterator<Item = usize> {
        let kind = self.kinds.binary_search(&kind).unwrap_or(self.kinds.len());
        let start = self
            .lying
            .partition_point(|lying| *lying < (ground, kind, 0));
        let lying = self.lying.get(start..).unwrap_or_default().iter();
        lying
            .take_while(move |lying| (lying.0, lying.1) == (ground, kind))
            .map(|(_, _, resource)| *resource)
    }
}
