//! `break-glass`: a grant of somebody who gets in when all else fails would be taken away, whoever made it.

use std::collections::BTreeSet;

use super::{Refusal, counted, running};
use crate::address::Address;
use crate::plan::Plan;
use crate::plan::stakes::{Lost, OfBreakGlass};

pub(super) fn judge(plan: &Plan) -> Option<Refusal> {
    let running = running(plan);
    let lost = plan.stakes.lost.iter();
    let lost: Vec<(&Lost, &OfBreakGlass)> = lost
        .filter(|lost| running.contains(&lost.step))
        .filter_map(|lost| Some((lost, lost.break_glass.as_ref()?)))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let whose: BTreeSet<&String> = lost.iter().map(|(lost, _)| &lost.who).collect();
    let doubted = lost.iter().any(|(_, which)| which.doubt.is_some());
    let message = match doubted {
        true => format!(
            "{} would be taken away that {}, or may be, of break-glass principals",
            counted(lost.len(), "grant"),
            match lost.len() {
                1 => "is",
                _ => "are",
            }
        ),
        false => format!(
            "{} of {} would be taken away",
            counted(lost.len(), "grant"),
            counted(whose.len(), "break-glass principal")
        ),
    };
    let steps: BTreeSet<&Address> = lost.iter().map(|(lost, _)| &lost.step).collect();
    let affected = steps.into_iter().cloned().collect();
    let who = lost.into_iter().map(|(lost, which)| said(lost, which));
    let accept = "break-glass".to_owned();
    Some(Refusal::of("break-glass", message, affected, accept).about(who))
}

/// The grant, and which principal of the manifest it is of where its own words do not say so.
fn said(lost: &Lost, which: &OfBreakGlass) -> String {
    let principal = &which.principal;
    match &which.doubt {
        None if lost.who.starts_with(principal) => lost.grant.clone(),
        None => format!("{}: {principal}", lost.grant),
        Some(why) => format!("{}: perhaps {principal}, {why}", lost.grant),
    }
}
