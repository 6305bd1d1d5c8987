//! What waits for what in a manifest, told by the numbers that resources have in it: these are in the order of the addresses, so that
//! no texts need be compared.

use super::Reason;
use super::ground::Grounds;
use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::{Manifest, Resource, Resources};
use crate::reference::{self, Reference};
use crate::schema::{Need, Order, Place, Schema};

/// One number waiting for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    /// What waits.
    pub(super) from: usize,
    /// What goes first.
    pub(super) on: usize,
    /// What is waited for.
    pub(super) need: Need,
    /// Why.
    pub(super) reason: Reason,
}

/// The lines of a manifest.
pub(super) struct Lines<'a> {
    resources: &'a Resources,
    lines: Vec<Line>,
}

impl<'a> Lines<'a> {
    /// Those that the kinds ask for.
    pub(super) fn of(manifest: &'a Manifest, catalogue: &Catalogue) -> Lines<'a> {
        let grounds = Grounds::of(&manifest.resources, catalogue);
        let mut lines = Lines {
            resources: &manifest.resources,
            // Most things lie in one other and wait for one more.
            lines: Vec::with_capacity(2 * manifest.resources.len()),
        };
        let parents = grounds.each(|parent| lies_in(parent, catalogue));
        let schemas = catalogue.kinds.iter().map(|kind| kind.schema());
        let ordered: Vec<&Schema> = schemas.filter(|schema| !schema.order.is_empty()).collect();
        for (from, resource) in manifest.resources.values().enumerate() {
            if let Some((on, reason)) = &parents[grounds.around(from)] {
                lines.push(from, *on, Need::Success, reason.clone());
            }
            let of_kind = ordered.iter().find(|schema| schema.kind == resource.kind);
            for order in of_kind.into_iter().flat_map(|schema| schema.order) {
                lines.ordered(from, order, &grounds);
            }
        }
        for reference in reference::all(manifest, catalogue) {
            lines.referred(&reference, manifest, &grounds, catalogue);
        }
        lines
    }

    /// Adds one that something else asks for.
    pub(super) fn draw(&mut self, from: &Address, on: &Address, need: Need, reason: Reason) {
        let number = |address| self.resources.number(address);
        if let (Some(from), Some(on)) = (number(from), number(on)) {
            self.push(from, on, need, reason);
        }
    }

    /// All of them by what waits and then by what goes first, one for each two.
    pub(super) fn settled(mut self) -> Vec<Line> {
        self.lines.sort_unstable();
        self.lines
            .dedup_by(|one, other| one.from == other.from && one.on == other.on);
        self.lines
    }

    /// What its kind waits for beside it, and further down there.
    fn ordered(&mut self, from: usize, order: &Order, grounds: &Grounds<'_>) {
        let ground = grounds.around(from);
        for on in grounds.beneath(ground, order.after).iter().copied() {
            let sibling = grounds.around(on) == ground;
            let matches = match order.place {
                Place::Sibling => sibling,
                Place::Beneath => !sibling,
                Place::Referred => false,
            };
            if matches && on != from {
                self.push(from, on, order.need, order.reason.into());
            }
        }
    }

    /// What is referred to goes first, and with it what stands in that, where the kind asks for it. Where a part is made in one
    /// write with the whole, what the part refers to goes before the whole too.
    fn referred(
        &mut self,
        reference: &Reference<'_>,
        manifest: &Manifest,
        grounds: &Grounds<'_>,
        catalogue: &Catalogue,
    ) {
        let Some(to) = reference.to else { return };
        let (from, name) = (reference.from, reference.attribute.name);
        let reason = format!("its `{name}` is `{}`", to.name);
        self.draw(&from.address, &to.address, Need::Success, reason.into());
        let Some(kind) = catalogue.kind(from.kind) else {
            return;
        };
        if kind.rides()
            && let Some(whole) = manifest.parent_of(from)
        {
            let reason = format!("it is made with its `{name}` `{}`", to.name);
            self.draw(&whole.address, &to.address, Need::Success, reason.into());
        }
        let orders = kind.schema().order.iter();
        for order in orders.filter(|order| order.place == Place::Referred) {
            let (Some(number), Some(ground)) = (
                self.resources.number(&from.address),
                grounds.number(&to.address),
            ) else {
                continue;
            };
            for on in grounds.beneath(ground, order.after) {
                self.push(number, *on, order.need, order.reason.into());
            }
        }
    }

    fn push(&mut self, from: usize, on: usize, need: Need, reason: Reason) {
        self.lines.push(Line {
            from,
            on,
            need,
            reason,
        });
    }
}

/// Why things wait for what they lie in.
fn lies_in(parent: &Resource, catalogue: &Catalogue) -> Reason {
    let kind = catalogue.kind(parent.kind);
    let title = kind.map_or(parent.kind, |kind| kind.schema().title);
    ["it lies in the ", title, " `", &parent.name, "`"]
        .concat()
        .into()
}
