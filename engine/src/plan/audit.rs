//! Checks that a plan keeps its promises. Every plan that a test builds passes here; a finding is a bug of ours.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, CLAIM, Mode, Plan, Step};
use crate::address::Address;
use crate::schema::{Class, Need};

/// What is wrong with a plan; empty for a sound one.
pub fn audit(plan: &Plan) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut place: BTreeMap<&Address, usize> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        if place.insert(&step.address, at).is_some() {
            wrong.push(format!("`{}` has two steps", step.address));
        }
    }
    let errors: BTreeSet<&Address> = plan.errors().map(|finding| &finding.subject).collect();
    for (at, step) in plan.steps.iter().enumerate() {
        wrong.extend(audit_step(plan, step, &errors));
        for wait in &step.waits {
            // The schedule holds everything else back until the last revocation has ended.
            if step.action == Action::Revoke {
                wrong.push(format!(
                    "`{}` is revoked, which comes first of all, and waits for `{}`",
                    step.address, wait.on
                ));
            }
            match place.get(&wait.on) {
                None => wrong.push(format!(
                    "`{}` waits for `{}`, which has no step",
                    step.address, wait.on
                )),
                Some(first) if *first >= at => {
                    wrong.push(format!(
                        "`{}` stands before `{}`, for which it waits",
                        step.address, wait.on
                    ));
                }
                Some(first) => wrong.extend(audit_wait(step, &plan.steps[*first], wait.need)),
            }
        }
    }
    wrong
}

fn audit_step(plan: &Plan, step: &Step, errors: &BTreeSet<&Address>) -> Vec<String> {
    let address = &step.address;
    let mut wrong = Vec::new();
    let live = step.action.writes() && step.blocked.is_none();
    if live && step.id.is_none() {
        wrong.push(format!("`{address}` is written without an id"));
    }
    if live && errors.contains(address) {
        wrong.push(format!(
            "`{address}` is written in spite of an error finding"
        ));
    }
    if step.blocked.is_none()
        && step
            .changes
            .iter()
            .any(|change| change.class == Class::Fixed)
        && !matches!(
            step.action,
            Action::Create | Action::Replace | Action::Defer
        )
    {
        wrong.push(format!(
            "`{address}` differs in something fixed, and no finding says so"
        ));
    }
    if step.action == Action::Update
        && !step
            .changes
            .iter()
            .any(|change| change.class == Class::Changeable)
    {
        wrong.push(format!("`{address}` is updated without a change"));
    }
    if (step.action == Action::Defer) != step.hindrance.is_some() {
        wrong.push(format!(
            "`{address}` is deferred without a reason, or has one without being deferred"
        ));
    }
    let is_claimed = step.write.contains_key(CLAIM);
    if plan.mode == Mode::Apply && step.action == Action::Delete && !is_claimed {
        wrong.push(format!(
            "`{address}` is deleted by an apply that did not claim it"
        ));
    }
    if plan.mode == Mode::Destroy
        && matches!(
            step.action,
            Action::Create | Action::Update | Action::Replace
        )
    {
        wrong.push(format!("`{address}` is made or changed by a destroy"));
    }
    if step.action.removes() && step.foreign.is_some() && !is_claimed {
        wrong.push(format!(
            "`{address}` is another estate's and would be taken away"
        ));
    }
    wrong
}

fn audit_wait(step: &Step, first: &Step, need: Need) -> Vec<String> {
    if need != Need::Success || !step.action.writes() || step.blocked.is_some() {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    if first.action == Action::Defer {
        wrong.push(format!(
            "`{}` runs though `{}` is deferred",
            step.address, first.address
        ));
    }
    if first.blocked.is_some() {
        wrong.push(format!(
            "`{}` runs though `{}` is blocked",
            step.address, first.address
        ));
    }
    wrong
}
