//! Declared and live, side by side: which live thing a declared one is, by natural identity and never by name alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::inventory::Live;
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

/// All declared resources with what was found for them.
pub(super) struct Matching<'a> {
    pub(super) pairs: BTreeMap<&'a Address, Pair<'a>>,
    claimed: BTreeSet<(&'static str, Key)>,
    /// The first resource without a key of each kind and place.
    unresolved: BTreeMap<(&'static str, String), &'a Address>,
    lifetimes: BTreeMap<&'static str, Lifetime>,
}

impl<'a> Matching<'a> {
    pub(super) fn of(catalogue: &Catalogue, scene: &Scene<'a>) -> Matching<'a> {
        let pairs: BTreeMap<&Address, Pair<'_>> = scene
            .manifest
            .resources
            .values()
            .filter_map(|resource| {
                let kind = catalogue.kind(resource.kind)?;
                let key = kind.key(resource, scene);
                let live = key
                    .as_ref()
                    .and_then(|key| scene.inventory.get(resource.kind, key));
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
            .filter_map(|pair| Some((pair.resource.kind, pair.key.clone()?)))
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
        }
    }

    /// Whether a declared resource is this live one, selected or not.
    pub(super) fn claims(&self, live: &Live) -> bool {
        self.claimed.contains(&(live.kind, live.key.clone()))
    }

    /// What happens to live things of a kind when their node is gone.
    pub(super) fn lifetime(&self, live: &Live) -> Option<Lifetime> {
        self.lifetimes.get(live.kind).copied()
    }

    /// A declared resource that might be this live one if only its key were known: one in the same place, but for the last part
    /// of its address. While there is one, the live thing has not vanished from the manifest.
    pub(super) fn might_claim(&self, live: &Live) -> Option<&'a Address> {
        let place = (live.kind, all_but_last(&live.address));
        self.unresolved.get(&place).copied()
    }
}

/// Declared resources whose key is not known, by kind and place, the first of each.
fn unresolved<'a>(
    scene: &Scene<'_>,
    pairs: &BTreeMap<&'a Address, Pair<'a>>,
) -> BTreeMap<(&'static str, String), &'a Address> {
    pairs
        .iter()
        .rev()
        .filter(|(address, pair)| {
            // What should be absent keeps nothing.
            pair.key.is_none() && !scene.manifest.absent.contains_key(address)
        })
        .map(|(address, pair)| ((pair.resource.kind, all_but_last(address)), *address))
        .collect()
}

/// The live thing that a declared one stands in.
fn around<'a>(catalogue: &Catalogue, scene: &Scene<'a>, resource: &Resource) -> Option<&'a Live> {
    let parent = scene.manifest.parent_of(resource)?;
    let key = catalogue.kind(parent.kind)?.key(parent, scene)?;
    scene.inventory.get(parent.kind, &key)
}

fn all_but_last(address: &Address) -> String {
    let text = address.as_str().to_lowercase();
    text.rsplit_once('/')
        .map_or(String::new(), |(place, _)| place.to_owned())
}
