//! What a plan rests on that only lists told. A list may lag behind, and says less than a reading of the thing itself, so nothing is
//! written, and nobody is stopped, on its word alone.

use std::collections::BTreeSet;

use super::Plan;
use crate::address::Address;
use crate::kind::Scene;
use crate::manifest::Manifest;
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
    let subjects = written.map(|step| &step.address);
    subjects
        .chain(errors.map(|finding| &finding.subject))
        .flat_map(|subject| standing(scene.manifest, subject))
        .filter(|address| secondhand.contains(*address))
        .cloned()
        .collect()
}

/// A subject and what it stands in.
fn standing<'a>(manifest: &'a Manifest, subject: &'a Address) -> impl Iterator<Item = &'a Address> {
    let named = manifest.resource(subject);
    let named = named.or_else(|| manifest.absent.get(subject));
    let around = named.into_iter().flat_map(|it| manifest.places(it));
    std::iter::once(subject).chain(around)
}
