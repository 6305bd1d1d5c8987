//! Ownership without a state file: what may vanish with its node, what is listed as unmanaged, what destroy may delete.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::matching::Matching;
use super::{Action, Mode, Step, Unmanaged, Wish, draft};
use crate::address::Address;
use crate::inventory::Live;
use crate::kind::{Catalogue, Scene};
use crate::schema::Lifetime;

/// What becomes of a live thing that no node names.
pub(super) enum Fate {
    /// This estate made it, and it goes.
    Goes(Box<Step>),
    /// It stays, and the plan says why.
    Stays(Unmanaged),
    /// It has nothing to do with this manifest.
    Unrelated,
}

/// Judges every live thing that was read and that no node names.
pub(super) fn unclaimed(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    wish: &Wish,
) -> (Vec<Step>, Vec<Unmanaged>) {
    // Mostly every live thing is named, and nobody asks.
    let grounds = LazyCell::new(|| Grounds::of(scene, matching));
    let mut steps = Vec::new();
    let mut unmanaged = Vec::new();
    for kind in catalogue.kinds {
        let schema = kind.schema();
        for live in scene.inventory.of_kind(schema.kind) {
            if matching.claims(live) {
                continue;
            }
            let fate = match schema.lifetime {
                Lifetime::Vanishes => fate(scene, matching, wish, &grounds, live),
                Lifetime::Stays => fate_of_lasting(scene, wish, &grounds, live),
            };
            match fate {
                Fate::Goes(step) => steps.push(*step),
                Fate::Stays(stays) => unmanaged.push(stays),
                Fate::Unrelated => {}
            }
        }
    }
    steps.sort_by(|one, other| {
        // Grants before the logins that they are of use with.
        (one.action, &one.address).cmp(&(other.action, &other.address))
    });
    unmanaged.sort();
    (steps, unmanaged)
}

/// What this estate made and what lasts without its node: only a destroy takes it away, and a plan does not let it be forgotten.
fn fate_of_lasting(scene: &Scene<'_>, wish: &Wish, grounds: &Grounds<'_>, live: &Live) -> Fate {
    let ours = live.stamp.as_deref() == Some(scene.manifest.estate.as_str());
    if !ours || !wish.selected.names(&grounds.places(live)) {
        return Fate::Unrelated;
    }
    match wish.mode {
        Mode::Apply => Fate::Stays(stays(
            live,
            "this estate made it and its node is gone: only `destroy` takes it away".to_owned(),
        )),
        Mode::Destroy => Fate::Goes(Box::new(draft::removal(
            scene,
            grounds.protected,
            live,
            Action::Delete,
            "this estate made it, and its node is gone",
        ))),
    }
}

fn fate(
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    wish: &Wish,
    grounds: &Grounds<'_>,
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
    if live.subscription.is_empty() {
        return Fate::Stays(stays(live, BEYOND.to_owned()));
    }
    if !scene.inventory.grants_complete.contains(&live.subscription) {
        return Fate::Stays(stays(
            live,
            "the grants of its subscription could not all be read".to_owned(),
        ));
    }
    // A destroy takes it away, whichever of the two it is.
    if wish.mode == Mode::Apply
        && let Some((address, what)) = matching.might_claim(live)
    {
        return Fate::Stays(stays(
            live,
            format!("it may be `{address}`, whose {what} could not be resolved"),
        ));
    }
    if !wish.selected.names(&grounds.places(live)) {
        return Fate::Unrelated;
    }
    let why = match wish.mode {
        Mode::Apply => "this estate made it and the manifest no longer names it",
        Mode::Destroy => "this estate made it, and no node is known to name it",
    };
    Fate::Goes(Box::new(draft::removal(
        scene,
        grounds.protected,
        live,
        Action::Revoke,
        why,
    )))
}

/// Why what vanishes with its node does not do so outside of subscriptions.
const BEYOND: &str = "this estate made it, and it holds beyond the subscriptions of the manifest: to have it gone, take it away by hand";

fn stays(live: &Live, why: String) -> Unmanaged {
    Unmanaged {
        scope: live.within.last().cloned().unwrap_or_default(),
        name: live.title.clone(),
        id: live.id.clone(),
        stamp: live.stamp.clone(),
        why,
    }
}

/// What the manifest names, by its id in lower case: a grant on one of them concerns its readers.
struct Grounds<'a> {
    protected: &'a draft::Protected,
    subscriptions: BTreeMap<String, Address>,
    resources: BTreeMap<String, &'a Address>,
}

impl<'a> Grounds<'a> {
    fn of(scene: &Scene<'a>, matching: &'a Matching<'a>) -> Grounds<'a> {
        Grounds {
            protected: &matching.protected,
            subscriptions: scene
                .manifest
                .subscriptions
                .values()
                .map(|subscription| {
                    let id = format!("/subscriptions/{}", subscription.id);
                    (id, subscription.address())
                })
                .collect(),
            resources: matching
                .pairs
                .iter()
                .filter_map(|(address, pair)| {
                    let id = pair.kind.id(pair.resource, scene)?;
                    Some((id.to_lowercase(), *address))
                })
                .collect(),
        }
    }

    /// The addresses of a live thing and of all that it lies in, as far as the manifest names it.
    fn places<'b>(&'b self, live: &'b Live) -> Vec<&'b Address> {
        let resources = live.within.iter().filter_map(|id| self.resources.get(id));
        let subscriptions = live
            .within
            .iter()
            .filter_map(|id| self.subscriptions.get(id));
        std::iter::once(&live.address)
            .chain(resources.copied())
            .chain(subscriptions)
            .collect()
    }

    /// Whether the thing lies exactly at a subscription or management group of the manifest, or anywhere in another thing that
    /// it names.
    fn hold(&self, live: &Live) -> bool {
        // Outside of subscriptions only the management groups of the manifest are read.
        let beyond = live.subscription.is_empty();
        beyond
            || live
                .within
                .last()
                .is_some_and(|innermost| self.subscriptions.contains_key(innermost))
            || live
                .within
                .iter()
                .any(|around| self.resources.contains_key(around))
    }
}

/// The action that takes a thing of this kind away.
pub(super) fn removal(lifetime: Lifetime) -> Action {
    match lifetime {
        Lifetime::Vanishes => Action::Revoke,
        Lifetime::Stays => Action::Delete,
    }
}
