//! Guards judge the finished plan before anything runs. Each is lifted by its own name, and only by that.

mod accepted;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use accepted::{AcceptError, Accepted, GUARDS, GUARDS_LATER};

use super::{Action, Mode, Plan, Step};
use crate::address::Address;
use crate::manifest::Safety;

/// A reason to stop a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The guard's name.
    pub guard: String,
    /// What it saw, with its numbers.
    pub message: String,
    /// The steps that it is about.
    pub affected: Vec<Address>,
    /// The exact flag that lifts it, or what to do where no flag does.
    pub lift: String,
}

/// Below this many live objects of a kind a share says nothing.
const FEW: u32 = 10;

/// Judges a plan. `ceiling` is the environment's limit for deletions: it may only tighten, so no flag lifts it.
pub fn judge(
    plan: &Plan,
    safety: &Safety,
    accepted: &Accepted,
    ceiling: Option<u32>,
) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = [protected(plan, accepted), foreign_estate(plan, accepted)]
        .into_iter()
        .flatten()
        .collect();
    // A destroy is a deletion that was asked for in full: counting it says nothing.
    if plan.mode == Mode::Apply {
        refusals.extend(max_delete(plan, safety, accepted, ceiling));
        refusals.extend(max_change_percent(plan, safety, accepted));
        refusals.extend(privileged_role(plan, accepted));
    }
    refusals
}

fn protected(plan: &Plan, accepted: &Accepted) -> Option<Refusal> {
    // A grant whose node is gone was taken away on purpose, protection or not; a destroy asks about everything at once.
    let taken = |step: &Step| {
        matches!(step.action, Action::Delete | Action::Replace)
            || (plan.mode == Mode::Destroy && step.action.removes())
    };
    let affected = addresses(plan, |step| taken(step) && step.protected);
    if affected.is_empty() || accepted.has("protected") {
        return None;
    }
    Some(Refusal {
        guard: "protected".to_owned(),
        message: format!(
            "{} under the protection of `protect` or of the live tag `vmlogin-protect` would be taken away",
            things(affected.len())
        ),
        affected,
        lift: "--accept protected".to_owned(),
    })
}

fn foreign_estate(plan: &Plan, accepted: &Accepted) -> Option<Refusal> {
    let claimed = |step: &Step| {
        step.foreign
            .as_ref()
            .is_some_and(|foreign| step.action.writes() || foreign.by_being_named)
    };
    let affected = addresses(plan, claimed);
    if affected.is_empty() || accepted.has("foreign-estate") {
        return None;
    }
    let mut estates: Vec<String> = plan
        .steps
        .iter()
        .filter(|step| claimed(step))
        .filter_map(|step| step.foreign.as_ref())
        .map(|foreign| format!("`{}`", foreign.estate))
        .collect();
    estates.sort();
    estates.dedup();
    Some(Refusal {
        guard: "foreign-estate".to_owned(),
        message: format!(
            "{} {} the stamp of {}, not of `{}`, and would be claimed",
            things(affected.len()),
            if affected.len() == 1 {
                "carries"
            } else {
                "carry"
            },
            estates.join(", "),
            plan.estate
        ),
        affected,
        lift: "--accept foreign-estate".to_owned(),
    })
}

fn privileged_role(plan: &Plan, accepted: &Accepted) -> Option<Refusal> {
    let granted = |step: &Step| step.action == Action::Create && step.privileged.is_some();
    let affected = addresses(plan, granted);
    if affected.is_empty() || accepted.has("privileged-role") {
        return None;
    }
    let steps = plan.steps.iter().filter(|step| granted(step));
    let roles = steps.filter_map(|step| step.privileged.as_ref());
    let mut roles: Vec<String> = roles.map(|role| format!("`{role}`")).collect();
    roles.sort();
    roles.dedup();
    Some(Refusal {
        guard: "privileged-role".to_owned(),
        message: format!(
            "{} would hand out {}: whoever has that can hand out roles in turn",
            things(affected.len()),
            roles.join(" and ")
        ),
        affected,
        lift: "--accept privileged-role".to_owned(),
    })
}

fn max_delete(
    plan: &Plan,
    safety: &Safety,
    accepted: &Accepted,
    ceiling: Option<u32>,
) -> Option<Refusal> {
    let affected = addresses(plan, |step| step.action.loses());
    let count = u32::try_from(affected.len()).unwrap_or(u32::MAX);
    let allowed = accepted
        .number("max-delete")
        .unwrap_or(safety.max_delete)
        .max(safety.max_delete);
    if let Some(ceiling) = ceiling.filter(|ceiling| count > *ceiling) {
        return Some(Refusal {
            guard: "max-delete".to_owned(),
            message: format!(
                "{} would be revoked or deleted; the environment's VMLOGIN_MAX_DELETE allows {ceiling}",
                things(affected.len())
            ),
            affected,
            lift: format!("raise VMLOGIN_MAX_DELETE to {count}: no flag lifts it"),
        });
    }
    (count > allowed).then(|| Refusal {
        guard: "max-delete".to_owned(),
        message: format!(
            "{} would be revoked or deleted; `safety max-delete` allows {}",
            things(affected.len()),
            safety.max_delete
        ),
        affected,
        lift: format!("--accept max-delete={count}"),
    })
}

fn max_change_percent(plan: &Plan, safety: &Safety, accepted: &Accepted) -> Option<Refusal> {
    let allowed = accepted
        .number("max-change-percent")
        .unwrap_or(safety.max_change_percent)
        .max(safety.max_change_percent);
    let mut worst = 0;
    let mut seen = Vec::new();
    let mut affected = Vec::new();
    for (kind, live) in plan.live_counts.iter().filter(|(_, live)| **live >= FEW) {
        let changed = addresses(plan, |step| {
            step.kind == *kind && (step.action == Action::Update || step.action.loses())
        });
        let count = u32::try_from(changed.len()).unwrap_or(u32::MAX);
        // Rounded up, so that a share just above the limit is above it.
        let percent = count.saturating_mul(100).div_ceil(*live);
        if percent > allowed {
            worst = worst.max(percent);
            seen.push(format!("{count} of {live} live `{kind}` ({percent} %)"));
            affected.extend(changed);
        }
    }
    (!seen.is_empty()).then(|| Refusal {
        guard: "max-change-percent".to_owned(),
        message: format!(
            "{} would be changed or deleted; `safety max-change-percent` allows {} %",
            seen.join(" and "),
            safety.max_change_percent
        ),
        affected,
        lift: format!("--accept max-change-percent={worst}"),
    })
}

fn addresses(plan: &Plan, wanted: impl Fn(&Step) -> bool) -> Vec<Address> {
    plan.steps
        .iter()
        .filter(|step| step.blocked.is_none() && wanted(step))
        .map(|step| step.address.clone())
        .collect()
}

fn things(count: usize) -> String {
    if count == 1 {
        "1 thing".to_owned()
    } else {
        format!("{count} things")
    }
}
