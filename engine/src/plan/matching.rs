//! Declared and live, side by side: which live thing a declared one is, by natural identity and never by name alone.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::draft::Protected;
use crate::address::Address;
use crate::inventory::{Live, Resolution, RoleResolution};
use crate::kind::{Catalogue, Key, Kind, Scene};
use crate::manifest::Resource;
use crate::schema::Lifetime;

/// One declared resource and what was found for it.
pub(super) struct Pair<'a> {
    pub(super) resource: &'a Resource,
    pub(super) kind: &'static dyn Kind,
    pub(super) key: Option<Key>,
    pub(super) live: Option<&'a Live>,
    /// The live thing that bears the stamp: itself or, for a kind that has none, what it stands in and is a part of.
    pub(super) bearer: Option<&'a Live>,
}

/// All declared resources, by address, with what was found for them.
pub(super) struct Matching<'a> {
    pub(super) pairs: IndexMap<&'a Address, Pair<'a>>,
    claimed: IndexSet<(&'static str, &'a Key)>,
    /// The first resource without a key of each kind and place, and what of it is not resolved.
    unresolved: BTreeMap<(&'static str, String), (&'a Address, &'static str)>,
    lifetimes: BTreeMap<&'static str, Lifetime>,
    pub(super) protected: Protected,
}

impl<'a> Matching<'a> {
    pub(super) fn of(catalogue: &Catalogue, scene: &Scene<'a>) -> Matching<'a> {
        let pairs: IndexMap<&Address, Pair<'_>> = scene
            .manifest
            .resources
            .values()
            .filter_map(|resource| {
                let kind = catalogue.kind(resource.kind)?;
                let live = scene.live_of(kind, resource);
                let key = live.map(|live| live.key.clone());
                let key = key.or_else(|| kind.key(resource, scene));
                let bearer = match kind.schema().stamped {
                    true => live,
                    false => around(catalogue, scene, resource),
                };
                let pair = Pair {
                    resource,
                    kind,
                    key,
                    live,
                    bearer,
                };
                Some((&resource.address, pair))
            })
            .collect();
        let claimed = pairs
            .values()
            .filter_map(|pair| Some((pair.resource.kind, &pair.live?.key)))
            .collect();
        let unresolved = unresolved(scene, &pairs);
        let schemas = catalogue.kinds.iter().map(|kind| kind.schema());
        Matching {
            pairs,
            claimed,
            unresolved,
            lifetimes: schemas
                .map(|schema| (schema.kind, schema.lifetime))
                .collect(),
            protected: Protected::of(scene),
        }
    }

    /// Whether a declared resource is this live one, selected or not.
    pub(super) fn claims(&self, live: &Live) -> bool {
        self.claimed.contains(&(live.kind, &live.key))
    }

    /// What happens to live things of a kind when their node is gone.
    pub(super) fn lifetime(&self, live: &Live) -> Option<Lifetime> {
        self.lifetimes.get(live.kind).copied()
    }

    /// A declared resource that might be this live one if only its key were known, and what is not known of it: one in the same
    /// place, but for the last part of its address (the principal) or the last two (its role is not known either). While there is
    /// one, the live thing has not vanished from the manifest.
    pub(super) fn might_claim(&self, live: &Live) -> Option<(&'a Address, &'static str)> {
        let place = |parts| (live.kind, all_but_last(&live.address, parts));
        let unresolved = self.unresolved.get(&place(1));
        unresolved
            .or_else(|| self.unresolved.get(&place(2)))
            .copied()
    }
}

/// Declared resources whose key is not known, by kind and place, the first of each. What is for somebody who is yet to be made
/// is not among them: nothing live can be that.
fn unresolved<'a>(
    scene: &Scene<'_>,
    pairs: &IndexMap<&'a Address, Pair<'a>>,
) -> BTreeMap<(&'static str, String), (&'a Address, &'static str)> {
    let unresolved = pairs.iter().rev().filter(|(address, pair)| {
        // What should be absent keeps nothing.
        pair.key.is_none()
            && !is_pending(scene, pair.resource)
            && !scene.manifest.absent.contains_key(address)
    });
    unresolved
        .map(|(address, pair)| {
            let (parts, what) = match scene.inventory.role_of(pair.resource) {
                Some(RoleResolution::Missing(_) | RoleResolution::Ambiguous(_)) => (2, "role"),
                _ => (1, "principal"),
            };
            let place = (pair.resource.kind, all_but_last(address, parts));
            (place, (*address, what))
        })
        .collect()
}

fn is_pending(scene: &Scene<'_>, resource: &Resource) -> bool {
    let principal = scene.inventory.principal_of(resource);
    matches!(principal, Some(Resolution::Pending { .. }))
        && !matches!(
            scene.inventory.role_of(resource),
            Some(RoleResolution::Missing(_) | RoleResolution::Ambiguous(_))
        )
}

/// The live thing that a declared one stands in.
fn around<'a>(catalogue: &Catalogue, scene: &Scene<'a>, resource: &Resource) -> Option<&'a Live> {
    let parent = scene.manifest.parent_of(resource)?;
    scene.live_of(catalogue.kind(parent.kind)?, parent)
}

fn all_but_last(address: &Address, parts: usize) -> String {
    let text = address.as_str().to_lowercase();
    let kept = text.rsplitn(parts + 1, '/').nth(parts);
    kept.unwrap_or_default().to_owned()
}
