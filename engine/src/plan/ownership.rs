//! Ownership without a state file: what may vanish with its node, what is listed as unmanaged, what destroy may delete.

use std::collections::BTreeSet;

use super::matching::Matching;
use super::{Action, Step, Unmanaged, decide};
use crate::inventory::Live;
use crate::kind::{Catalogue, Scene};
use crate::plan::selection::Selected;
use crate::schema::Lifetime;

/// What becomes of a live thing of a vanishing kind that no node names.
pub(super) enum Fate {
    /// This estate made it and its node is gone: it is revoked.
    Revoked(Box<Step>),
    /// It stays, and the plan says why.
    Stays(Unmanaged),
    /// It has nothing to do with this manifest.
    Unrelated,
}

/// Judges every live thing of the vanishing kinds that no node names.
pub(super) fn unclaimed(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    selected: &Selected,
) -> (Vec<Step>, Vec<Unmanaged>) {
    let grounds = Grounds::of(scene, matching);
    let mut steps = Vec::new();
    let mut unmanaged = Vec::new();
    for kind in catalogue.kinds {
        let schema = kind.schema();
        if schema.lifetime != Lifetime::Vanishes {
            continue;
        }
        for live in scene.inventory.of_kind(schema.kind) {
            if matching.claims(live) {
                continue;
            }
            match fate(scene, matching, selected, &grounds, live) {
                Fate::Revoked(step) => steps.push(*step),
                Fate::Stays(stays) => unmanaged.push(stays),
                Fate::Unrelated => {}
            }
        }
    }
    steps.sort_by(|one, other| one.address.cmp(&other.address));
    unmanaged.sort();
    (steps, unmanaged)
}

fn fate(
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    selected: &Selected,
    grounds: &Grounds,
    live: &Live,
) -> Fate {
    let ours = live.stamp.as_deref() == Some(scene.manifest.estate.as_str());
    if !ours {
        let why = match &live.stamp {
            Some(estate) => format!("the estate `{estate}` made it"),
            None => "no estate's stamp is on it".to_owned(),
        };
        return if grounds.hold(live) {
            Fate::Stays(stays(live, why))
        } else {
            Fate::Unrelated
        };
    }
    if !scene.inventory.grants_complete.contains(&live.subscription) {
        return Fate::Stays(stays(
            live,
            "the grants of its subscription could not all be read".to_owned(),
        ));
    }
    if let Some(address) = matching.might_claim(live) {
        return Fate::Stays(stays(
            live,
            format!("it may be `{address}`, whose principal could not be resolved"),
        ));
    }
    if !selected.names(&live.address) {
        return Fate::Unrelated;
    }
    Fate::Revoked(Box::new(decide::revoke(scene, live)))
}

fn stays(live: &Live, why: String) -> Unmanaged {
    Unmanaged {
        scope: live.within.last().cloned().unwrap_or_default(),
        name: live.title.clone(),
        id: live.id.clone(),
        stamp: live.stamp.clone(),
        why,
    }
}

/// The ids of what the manifest names, lower-case: a grant on one of them concerns its readers.
struct Grounds {
    subscriptions: BTreeSet<String>,
    resources: BTreeSet<String>,
}

impl Grounds {
    fn of(scene: &Scene<'_>, matching: &Matching<'_>) -> Grounds {
        Grounds {
            subscriptions: scene
                .manifest
                .subscriptions
                .values()
                .map(|subscription| format!("/subscriptions/{}", subscription.id))
                .collect(),
            resources: matching
                .pairs
                .values()
                .filter_map(|pair| pair.kind.id(pair.resource, scene))
                .map(|id| id.to_lowercase())
                .collect(),
        }
    }

    /// Whether the thing lies exactly at a subscription of the manifest, or anywhere in another thing that it names.
    fn hold(&self, live: &Live) -> bool {
        live.within
            .last()
            .is_some_and(|innermost| self.subscriptions.contains(innermost))
            || live
                .within
                .iter()
                .any(|around| self.resources.contains(around))
    }
}

/// The action that takes a thing of this kind away.
pub(super) fn removal(lifetime: Lifetime) -> Action {
    match lifetime {
        Lifetime::Vanishes => Action::Revoke,
        Lifetime::Stays => Action::Delete,
    }
}
