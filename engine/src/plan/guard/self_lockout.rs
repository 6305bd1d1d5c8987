//! `self-lockout`: whoever runs this program would lose what it needs.

use std::collections::BTreeSet;

use super::{Refusal, counted, running};
use crate::address::Address;
use crate::plan::Plan;
use crate::plan::stakes::Lost;

pub(super) fn judge(plan: &Plan) -> Option<Refusal> {
    let running = running(plan);
    let lost = plan.stakes.lost.iter();
    let lost: Vec<&Lost> = lost
        .filter(|lost| !lost.lockout.is_empty() && running.contains(&lost.step))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let (itself, grants): (Vec<&Lost>, Vec<&Lost>) =
        lost.iter().partition(|lost| lost.is_of_itself());
    let untold = itself.iter().filter(|lost| lost.is_untold()).count();
    let said = [
        of_itself(itself.len() - untold),
        of_untold(untold),
        of_grants(&grants),
    ];
    let message = said.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let steps: BTreeSet<&Address> = lost.iter().map(|lost| &lost.step).collect();
    let affected = steps.into_iter().cloned().collect();
    let who = lost.into_iter().map(|lost| lost.grant.clone());
    let accept = "self-lockout".to_owned();
    Some(Refusal::of("self-lockout", message, affected, accept).about(who))
}

/// That the identity goes, or is detached.
fn of_itself(places: usize) -> Option<String> {
    (places > 0).then(|| {
        format!(
            "the identity that runs this would go, or be detached, in {}, and may not be able to sign in any more",
            counted(places, "place")
        )
    })
}

/// That an identity goes, or is detached, that may be it.
fn of_untold(places: usize) -> Option<String> {
    (places > 0).then(|| {
        format!(
            "what may be the identity that runs this would go, or be detached, in {}: Azure does not tell which object it is",
            counted(places, "place")
        )
    })
}

/// That grants go which it needs.
fn of_grants(lost: &[&Lost]) -> Option<String> {
    let rights = lost.iter().flat_map(|lost| &lost.lockout);
    let rights: BTreeSet<&str> = rights.map(String::as_str).collect();
    let rights: Vec<&str> = rights.into_iter().collect();
    (!lost.is_empty()).then(|| {
        format!(
            "{} would be taken away by which the identity that runs this may {}, with nothing left that reaches as far",
            counted(lost.len(), "grant"),
            listed(&rights)
        )
    })
}

/// "one, two and three".
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => {
            format!("{} and {last}", before.join(", "))
        }
        _ => words.concat(),
    }
}
