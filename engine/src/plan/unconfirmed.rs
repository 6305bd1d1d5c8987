//! What a plan rests on that only lists told. A list may lag behind, and says less than a reading of the thing itself, so nothing is
//! written, and nobody is stopped, on its word alone.

use std::collections::BTreeSet;

use super::Plan;
use crate::address::Address;
use crate::kind::Scene;
use crate::manifest::{Manifest, Resource};
use crate::rule::{Certainty, Severity};

/// What has to be read by itself before the plan can be believed: the subjects of all steps that write, and of all errors that rules
/// have seen, with what these stand in. Nothing where the plan holds as it is.
pub fn unconfirmed(plan: &Plan, scene: &Scene<'_>) -> BTreeSet<Address> {
    let secondhand = &scene.inventory.secondhand;
    if secondhand.is_empty() {
        return BTreeSet::new();
    }
    let written = plan.steps.iter().filter(|step| step.action.writes());
    let errors = plan.findings.iter().filter(|finding| {
        finding.severity == Severity::Error && finding.certainty == Certainty::Seen
    });
    let subjects: BTreeSet<&Address> = written
        .map(|step| &step.address)
        .chain(errors.map(|finding| &finding.subject))
        .collect();
    subjects
        .iter()
        .flat_map(|subject| standing(scene.manifest, subject))
        .chain(around_undeclared(scene, &subjects))
        .filter(|address| secondhand.contains(*address))
        .cloned()
        .collect()
}

/// A subject and what it stands in.
fn standing<'a>(manifest: &'a Manifest, subject: &'a Address) -> impl Iterator<Item = &'a Address> {
    let around = node(manifest, subject).into_iter();
    std::iter::once(subject).chain(around.flat_map(|it| manifest.places(it)))
}

/// What those subjects lie in that no node names: a grant whose node is gone goes only where its machine is not protected.
fn around_undeclared<'a>(
    scene: &Scene<'a>,
    subjects: &BTreeSet<&Address>,
) -> impl Iterator<Item = &'a Address> {
    let mut undeclared = subjects.clone();
    undeclared.retain(|subject| node(scene.manifest, subject).is_none());
    let lives = &scene.inventory.live;
    let around: BTreeSet<&str> = match undeclared.is_empty() {
        true => BTreeSet::new(),
        false => {
            let subjects = lives.values().filter(|it| undeclared.contains(&it.address));
            let around = subjects.flat_map(|live| &live.within);
            around.map(String::as_str).collect()
        }
    };
    let lives = lives
        .values()
        .filter(move |live| !around.is_empty() && around.contains(live.id.to_lowercase().as_str()));
    lives.map(|live| &live.address)
}

fn node<'a>(manifest: &'a Manifest, subject: &Address) -> Option<&'a Resource> {
    let declared = manifest.resource(subject);
    declared.or_else(|| manifest.absent.get(subject))
}
