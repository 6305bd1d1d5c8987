//! `privileged-role`: a role would be handed out whose holders can hand out roles.

use std::collections::BTreeSet;

use super::{Refusal, addresses, counted};
use crate::plan::{Plan, Step};
use crate::value::Value;

pub(super) fn judge(plan: &Plan) -> Option<Refusal> {
    // A grant that is written anew, for whatever reason, hands its role out again.
    let granted =
        |step: &Step| step.action.writes() && !step.action.removes() && step.privileged.is_some();
    let affected = addresses(plan, granted);
    if affected.is_empty() {
        return None;
    }
    let steps = || {
        let steps = plan.steps.iter().filter(|step| granted(step));
        steps.filter(|step| step.blocked.is_none())
    };
    let roles = steps().filter_map(|step| step.privileged.as_ref());
    let roles: BTreeSet<String> = roles.map(|role| format!("`{role}`")).collect();
    let roles: Vec<String> = roles.into_iter().collect();
    let message = format!(
        "{} would hand out {}: whoever has that can hand out roles in turn",
        counted(affected.len(), "thing"),
        roles.join(" and ")
    );
    let values = steps().flat_map(|step| step.write.values());
    let who = values.filter_map(Value::as_principal);
    let who = who.map(|who| format!("{} `{}`", who.kind.word(), who.name));
    let accept = "privileged-role".to_owned();
    Some(Refusal::of("privileged-role", message, affected, accept).about(who))
}
