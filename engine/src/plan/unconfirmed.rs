//! What a plan rests on that only lists told. A list may lag behind, and says less than a reading of the thing itself, so nothing is
//! written, and nobody is stopped, on its word alone.

use std::collections::BTreeSet;

use super::Plan;
use crate::address::Address;
use crate::inventory::Inventory;
use crate::rule::{Certainty, Severity};

/// What has to be read by itself before the plan can be believed: the subjects of all steps that write, and of all errors that rules
/// have seen, with what these lie in. Nothing where the plan holds as it is.
pub fn unconfirmed(plan: &Plan, inventory: &Inventory) -> BTreeSet<Address> {
    if inventory.secondhand.is_empty() {
        return BTreeSet::new();
    }
    let written = plan.steps.iter().filter(|step| step.action.writes());
    let errors = plan.findings.iter().filter(|finding| {
        finding.severity == Severity::Error && finding.certainty == Certainty::Seen
    });
    let subjects = written.map(|step| &step.address);
    subjects
        .chain(errors.map(|finding| &finding.subject))
        .flat_map(|subject| std::iter::once(subject.clone()).chain(subject.outwards()))
        .filter(|address| inventory.secondhand.contains(address))
        .collect()
}
