//! `foreign-estate`: something that bears the stamp of another estate would be claimed.

use std::collections::BTreeSet;

use super::{Refusal, addresses, counted};
use crate::plan::{Plan, Step};

pub(super) fn judge(plan: &Plan) -> Option<Refusal> {
    let claimed = |step: &Step| {
        let foreign = step.foreign.as_ref();
        foreign.is_some_and(|foreign| step.action.writes() || foreign.by_being_named)
    };
    let affected = addresses(plan, claimed);
    if affected.is_empty() {
        return None;
    }
    let running = plan.steps.iter().filter(|step| step.blocked.is_none());
    let steps = running.filter(|step| claimed(step));
    let estates: BTreeSet<String> = steps
        .filter_map(|step| step.foreign.as_ref())
        .map(|foreign| format!("`{}`", foreign.estate))
        .collect();
    let estates: Vec<String> = estates.into_iter().collect();
    let message = format!(
        "{} {} the stamp of {}, not of `{}`, and would be claimed",
        counted(affected.len(), "thing"),
        match affected.len() {
            1 => "carries",
            _ => "carry",
        },
        estates.join(", "),
        plan.estate
    );
    let accept = "foreign-estate".to_owned();
    Some(Refusal::of("foreign-estate", message, affected, accept))
}
