//! `max-delete` and `max-change-percent`: too much would go, or change, at once.

use super::{Accepted, Refusal, addresses, counted, losers};
use crate::manifest::Safety;
use crate::plan::{Action, Plan};

/// Below this many live objects of a kind a share says nothing.
const FEW: u32 = 10;

pub(super) fn max_delete(
    plan: &Plan,
    safety: &Safety,
    accepted: &Accepted,
    ceiling: Option<u32>,
) -> Option<Refusal> {
    let affected = addresses(plan, |step| step.action.loses());
    let count = number(affected.len());
    let allowed = accepted.number("max-delete").unwrap_or_default();
    let would = format!(
        "{} would be revoked or deleted",
        counted(affected.len(), "thing")
    );
    let who: Vec<String> = losers(plan, &affected).collect();
    let refusal = if let Some(ceiling) = ceiling.filter(|ceiling| count > *ceiling) {
        let message = format!("{would}; the environment's VMLOGIN_MAX_DELETE allows {ceiling}");
        let help = format!("raise VMLOGIN_MAX_DELETE to {count}: no flag lifts it");
        Refusal::firm("max-delete", message, affected, help)
    } else if count > allowed.max(safety.max_delete) {
        let message = format!("{would}; `safety max-delete` allows {}", safety.max_delete);
        Refusal::of(
            "max-delete",
            message,
            affected,
            format!("max-delete={count}"),
        )
    } else {
        return None;
    };
    Some(refusal.about(who))
}

pub(super) fn max_change_percent(
    plan: &Plan,
    safety: &Safety,
    accepted: &Accepted,
) -> Option<Refusal> {
    let allowed = accepted.number("max-change-percent").unwrap_or_default();
    let allowed = allowed.max(safety.max_change_percent);
    let mut worst = 0;
    let mut seen = Vec::new();
    let mut affected = Vec::new();
    for (kind, live) in plan.live_counts.iter().filter(|(_, live)| **live >= FEW) {
        let changed = addresses(plan, |step| {
            step.kind == *kind && (step.action == Action::Update || step.action.loses())
        });
        let count = number(changed.len());
        // Rounded up, so that a share just above the limit is above it.
        let percent = count.saturating_mul(100).div_ceil(*live);
        if percent > allowed {
            worst = worst.max(percent);
            seen.push(format!("{count} of {live} live `{kind}` ({percent} %)"));
            affected.extend(changed);
        }
    }
    if seen.is_empty() {
        return None;
    }
    let message = format!(
        "{} would be changed or deleted; `safety max-change-percent` allows {} %",
        seen.join(" and "),
        safety.max_change_percent
    );
    let who: Vec<String> = losers(plan, &affected).collect();
    let accept = format!("max-change-percent={worst}");
    Some(Refusal::of("max-change-percent", message, affected, accept).about(who))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
