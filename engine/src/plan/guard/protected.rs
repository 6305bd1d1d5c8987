//! `protected`: something under protection would be taken away.

use super::{Refusal, addresses, counted, losers};
use crate::plan::{Action, Mode, Plan, Step};

pub(super) fn judge(plan: &Plan) -> Option<Refusal> {
    // A grant whose node is gone was taken away on purpose, protection or not; a destroy asks about everything at once.
    let taken = |step: &Step| {
        matches!(step.action, Action::Delete | Action::Replace)
            || (plan.mode == Mode::Destroy && step.action.removes())
    };
    let affected = addresses(plan, |step| taken(step) && step.protected);
    if affected.is_empty() {
        return None;
    }
    let message = format!(
        "{} under the protection of `protect` or of the live tag `vmlogin-protect` would be taken away",
        counted(affected.len(), "thing")
    );
    let who: Vec<String> = losers(plan, &affected).collect();
    Some(Refusal::of("protected", message, affected, "protected".to_owned()).about(who))
}
