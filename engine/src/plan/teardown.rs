//! Destroy: what this estate made goes, in the order opposite to making; everything else stays, and the plan says why.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;

use super::matching::{Matching, Pair};
use super::ownership::removal;
use super::standing::FOLLOWS;
use super::{Action, Step, Wait, draft, unknown};
use crate::address::Address;
use crate::graph::Graph;
use crate::inventory::{Content, Live};
use crate::kind::{Hindrance, Scene};
use crate::schema::{Existence, Need};
use crate::value::Value;

/// The steps that take away what is stamped as made, last made first.
pub(super) fn steps(
    scene: &Scene<'_>,
    graph: &Graph,
    matching: &Matching<'_>,
    taken: &IndexSet<&Address>,
) -> Vec<Step> {
    let mut reversed = waits(graph);
    let mut gone: BTreeSet<String> = BTreeSet::new();
    let mut deferred: BTreeSet<Address> = BTreeSet::new();
    let mut steps = Vec::new();
    for address in graph.order().iter().rev() {
        let Some(pair) = matching
            .pairs
            .get(address)
            .filter(|_| taken.contains(address))
        else {
            continue;
        };
        let Some(mut step) = decide_one(scene, pair, &matching.protected, &gone) else {
            continue;
        };
        step.waits = reversed.remove(address).unwrap_or_default();
        if step.action.writes()
            && let Some(on) = step
                .waits
                .iter()
                .find(|wait| wait.need == Need::Success && deferred.contains(&wait.on))
        {
            let hindrance = Hindrance {
                reason: format!("`{}` goes first, and that is put off", on.on),
                help: FOLLOWS.to_owned(),
            };
            draft::defer(&mut step, hindrance);
        }
        match step.action {
            Action::Defer => {
                deferred.insert(step.address.clone());
            }
            action if action.removes() => {
                gone.extend(step.id.iter().map(|id| id.to_lowercase()));
                if let Some(live) = pair.live {
                    gone.extend(pair.kind.takes_along(live));
                    step.notes.extend(pair.kind.leaves(live));
                }
            }
            _ => {}
        }
        steps.push(step);
    }
    // A part of what goes does not stay: it has no id of its own.
    steps.retain(|step| {
        let id = step.id.as_ref().map(|id| id.to_lowercase());
        step.action != Action::Keep || id.is_none_or(|id| !gone.contains(&id))
    });
    steps
}

/// Decides one step; `None` where there is nothing that could go or stay.
fn decide_one(
    scene: &Scene<'_>,
    pair: &Pair<'_>,
    protected: &draft::Protected,
    gone: &BTreeSet<String>,
) -> Option<Step> {
    let mut step = draft::blank(scene, pair);
    let Some(live) = pair.live else {
        // What an identity that is gone was granted goes by its stamp, and what nobody made needs no line.
        let unknown = pair.key.is_none() && !unknown::is_of_nobody(scene, pair.resource);
        step.notes.push(format!(
            "{}: what this estate made goes all the same, by its stamp",
            unknown::of(scene, pair.resource).what
        ));
        return unknown.then_some(step);
    };
    // What lies in something protected is under its protection.
    step.protected = protected.covers(live)
        || scene
            .manifest
            .around(pair.resource)
            .any(|around| around.get("protect").and_then(Value::as_bool) == Some(true));
    let schema = pair.kind.schema();
    // A tag that somebody copied makes nothing ours of a kind that is never stamped.
    if !schema.stamped || live.stamp.as_deref() != Some(scene.manifest.estate.as_str()) {
        let why = match (schema.stamped, schema.existence) {
            (true, _) => draft::maker(live),
            (false, Existence::Expected) => "vmlogin makes none of these".to_owned(),
            (false, _) => "it carries no stamp, so nothing tells who made it".to_owned(),
        };
        step.notes.push(format!("it stays: {why}"));
        step.foreign = None;
        return Some(step);
    }
    if let Some(why) = pair
        .kind
        .schema()
        .container
        .then(|| not_empty(scene, live, gone))
        .flatten()
    {
        step.notes.push(format!("it stays: {why}"));
        return Some(step);
    }
    step.action = removal(pair.kind.schema().lifetime);
    if let Some(hindrance) = pair.kind.hindrance(pair.resource, Some(live), scene) {
        draft::defer(&mut step, hindrance);
    }
    Some(step)
}

/// Why a container may not go: what lies in it and will not be gone when its turn comes, or that nobody could tell.
fn not_empty(scene: &Scene<'_>, live: &Live, gone: &BTreeSet<String>) -> Option<String> {
    match left_in(scene, live, gone) {
        None => Some("what it holds could not be read".to_owned()),
        Some(left) => (!left.is_empty()).then(|| format!("it still holds {}", named(&left))),
    }
}

/// What lies in a container and does not go before it; `None` where nobody could tell.
pub(super) fn left_in<'a>(
    scene: &Scene<'a>,
    live: &Live,
    gone: &BTreeSet<String>,
) -> Option<Vec<&'a Content>> {
    let contents = scene.inventory.contents.get(&live.key)?.iter();
    Some(contents.filter(|content| !goes(content, gone)).collect())
}

/// Contents as a sentence lists them.
pub(super) fn named(contents: &[&Content]) -> String {
    let names: Vec<String> = contents
        .iter()
        .map(|content| format!("`{}`", content.name))
        .collect();
    names.join(", ")
}

/// Whether a thing, or something around it, is deleted before.
fn goes(content: &Content, gone: &BTreeSet<String>) -> bool {
    is_in(&content.id, gone)
}

/// Whether an id is one of these, or lies in one.
pub(super) fn is_in(id: &str, gone: &BTreeSet<String>) -> bool {
    let mut around = id.match_indices('/').map(|(end, _)| &id[..end]);
    gone.contains(id) || around.any(|around| gone.contains(around))
}

/// The graph's edges turned round: what was made last goes first.
pub(super) fn waits(graph: &Graph) -> BTreeMap<&Address, Vec<Wait>> {
    let mut waits: BTreeMap<&Address, Vec<Wait>> = BTreeMap::new();
    for edge in graph.edges() {
        waits.entry(edge.on).or_default().push(Wait {
            on: edge.from.clone(),
            need: edge.need,
            reason: format!("it was made later, since {}", edge.reason),
        });
    }
    waits
}
