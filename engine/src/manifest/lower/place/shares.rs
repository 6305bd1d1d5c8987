//! Things of one kind that stand side by side: placed one after another, or those of a long run in shares at the same time.
//!
//! What comes of it is the same, whatever the number of shares: only things that have to do with nothing beside them are placed in
//! shares, so that nothing of one share can be anything to another.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexSet;

use super::spot::Spot;
use super::{Placed, Placing};
use crate::address::in_lower_case;
use crate::manifest::lower::walk::{Checked, Given};
use crate::schema::Schema;
use crate::shares;

/// A share of fewer things would be done before its thread stands.
const LEAST: usize = 1_000;

impl Placing<'_> {
    /// Places nodes of one kind.
    pub(super) fn run(
        &mut self,
        nodes: &mut [Arc<Checked<'_>>],
        schema: &'static Schema,
        spot: &Spot,
    ) {
        let count = shares::count(nodes.len(), LEAST);
        if count > 1 && self.before.is_none() && self.is_shared(nodes, schema) {
            for placed in self.in_shares(nodes, count, schema, spot) {
                self.placed.join(placed);
            }
            return;
        }
        for node in nodes {
            self.thing(Arc::make_mut(node), schema, spot);
        }
    }

    /// Whether each of these nodes can be placed without regard to the others.
    fn is_shared(&self, nodes: &[Arc<Checked<'_>>], schema: &Schema) -> bool {
        let stays_apart = self.apart.iter().any(|(kind, _)| *kind == schema.kind);
        !stays_apart && !nodes.iter().any(|node| node.reaches_out()) && differ(nodes)
    }

    /// What comes of each share, in their order.
    fn in_shares(
        &mut self,
        nodes: &mut [Arc<Checked<'_>>],
        count: usize,
        schema: &'static Schema,
        spot: &Spot,
    ) -> Vec<Placed> {
        let share = nodes.len().div_ceil(count);
        let shares = nodes.chunks_mut(share);
        let shares = shares.map(|nodes| (nodes, self.placed.continued(), self.made_up()));
        let shares: Vec<_> = shares.collect();
        let this = &*self;
        shares::at_once(shares, |(nodes, placed, made_up)| {
            let mut share = this.share(placed, made_up);
            let (gone, spot) = (Arc::new(Checked::blank(nodes[0].form)), spot.copied());
            for node in nodes {
                // What is left of it goes here, where others do the same.
                let mut node = std::mem::replace(node, gone.clone());
                share.thing(Arc::make_mut(&mut node), schema, &spot);
            }
            share.placed
        })
    }

    /// What places a share of things: beside all that is placed already, and with made-up names of its own.
    fn share(&self, placed: Placed, made_up: String) -> Placing<'_> {
        Placing {
            catalogue: self.catalogue,
            scopes: Cow::Borrowed(&self.scopes),
            apart: self.apart.clone(),
            before: Some(&self.placed.taken),
            placed,
            made_up: (made_up, 0),
        }
    }
}

impl Placed {
    /// What a share adds to: the list of what is placed goes on in the first, so that it need not be copied.
    fn continued(&mut self) -> Placed {
        Placed {
            resources: std::mem::take(&mut self.resources),
            taken: self.taken.beside(),
            ..Placed::default()
        }
    }

    /// Adds what comes of a share. That which goes on with the list comes first.
    fn join(&mut self, share: Placed) {
        let Placed {
            resources,
            absent,
            referring,
            taken,
            said,
            found,
        } = share;
        match self.resources.is_empty() {
            true => self.resources = resources,
            false => self.resources.extend(resources),
        }
        self.absent.extend(absent);
        self.referring.extend(referring);
        self.taken.join(taken);
        self.said.extend(said);
        self.found.join(found);
    }
}

/// Whether nodes are named, and no two alike.
fn differ(nodes: &[Arc<Checked<'_>>]) -> bool {
    let names = nodes.iter().map(|node| match &node.given {
        Given::Names(names) => &names[..],
        _ => &[],
    });
    if names.clone().any(<[_]>::is_empty) {
        return false;
    }
    // Names have no case, here as in Azure.
    let names = names.flatten().map(|(name, _)| in_lower_case(name));
    // Most tables are sorted, and then nothing need be looked up.
    if names.clone().is_sorted_by(|one, next| one < next) {
        return true;
    }
    let mut known = IndexSet::with_capacity(nodes.len());
    names.into_iter().all(|name| known.insert(name))
}
