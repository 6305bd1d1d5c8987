//! What resources stand in, and what lies there at any depth.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::shelves::Shelves;
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
    /// The resources of each of these kinds in each ground.
    lying: Shelves,
}

impl<'a> Grounds<'a> {
    pub(super) fn of(resources: &'a Resources, catalogue: &Catalogue) -> Grounds<'a> {
        let (addresses, around) = around_each(resources);
        let is = addresses.iter().map(|address| resources.number(address));
        let is: Vec<Option<usize>> = is.collect();
        let orders = catalogue.kinds.iter().flat_map(|kind| kind.schema().order);
        let kinds: BTreeSet<&'static str> = orders.map(|order| order.after).collect();
        let kinds: Vec<&'static str> = kinds.into_iter().collect();
        let numbered = resources.values().enumerate();
        let waited_for = numbered.filter_map(|(number, resource)| {
            let kind = kinds.iter().position(|kind| *kind == resource.kind)?;
            Some((number, kind))
        });
        let lying = waited_for.flat_map(|(number, kind)| {
            let outwards = std::iter::successors(Some(number), |inner| is[around[*inner]]);
            let (around, kinds) = (&around, kinds.len());
            outwards.map(move |inner| (around[inner] * kinds + kind, number))
        });
        let lying = Shelves::of(addresses.len() * kinds.len(), lying);
        Grounds {
            resources,
            lying,
            around,
            is,
            addresses,
            kinds,
        }
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
    pub(super) fn beneath(&self, ground: usize, kind: &str) -> &[usize] {
        match self.kinds.iter().position(|one| *one == kind) {
            Some(kind) => self.lying.at(ground * self.kinds.len() + kind),
            None => &[],
        }
    }
}

/// What resources stand in, and the number in it of what each does.
fn around_each(resources: &Resources) -> (IndexSet<&Address>, Vec<usize>) {
    let mut addresses: IndexSet<&Address> = IndexSet::new();
    let mut around: Vec<usize> = Vec::with_capacity(resources.len());
    for resource in resources.values() {
        let parent = &resource.parent;
        // What stands in one thing mostly stands side by side here, and then need not be looked up.
        let last = around.last().copied();
        let same = last.filter(|last| addresses.get_index(*last) == Some(&parent));
        around.push(same.unwrap_or_else(|| addresses.insert_full(parent).0));
    }
    (addresses, around)
}
