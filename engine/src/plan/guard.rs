//! Guards judge the finished plan before anything runs. Each is lifted by its own name, and only by that.

mod accepted;
mod break_glass;
mod counts;
mod entry;
mod foreign_estate;
mod last_admin;
mod privileged_role;
mod protected;
mod self_lockout;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use accepted::{AcceptError, Accepted};
pub use entry::{GUARDS, Guard, Takes};

use super::{Mode, Plan, Step};
use crate::address::Address;
use crate::manifest::Safety;

/// A reason to stop a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The guard's name.
    pub guard: String,
    /// What it saw, with its numbers.
    pub message: String,
    /// The steps, or the things, that it is about.
    pub affected: Vec<Address>,
    /// Whom it is about, by the names that are known.
    #[serde(default)]
    pub who: Vec<String>,
    /// The exact flag that lifts it, or what to do where no flag does.
    pub lift: String,
    /// The value of `--accept` that lifts it, where one does.
    #[serde(default)]
    pub accept: Option<String>,
}

/// Judges a plan. `ceiling` is the environment's limit for deletions: it may only tighten, so no flag lifts it.
pub fn judge(
    plan: &Plan,
    safety: &Safety,
    accepted: &Accepted,
    ceiling: Option<u32>,
) -> Vec<Refusal> {
    let always = [
        protected::judge(plan),
        break_glass::judge(plan),
        self_lockout::judge(plan),
        foreign_estate::judge(plan),
    ];
    let mut refusals: Vec<Refusal> = always.into_iter().flatten().collect();
    // A destroy is a deletion that was asked for in full: counting it says nothing, and nobody is to be left.
    if plan.mode == Mode::Apply {
        refusals.extend(last_admin::judge(plan));
        refusals.extend(privileged_role::judge(plan));
    }
    refusals.retain(|refusal| !accepted.has(&refusal.guard));
    if plan.mode == Mode::Apply {
        refusals.extend(counts::max_delete(plan, safety, accepted, ceiling));
        refusals.extend(counts::max_change_percent(plan, safety, accepted));
    }
    refusals
}

impl Refusal {
    /// A refusal that `--accept` lifts with these words.
    pub fn of(guard: &str, message: String, affected: Vec<Address>, accept: String) -> Refusal {
        Refusal {
            guard: guard.to_owned(),
            message,
            affected,
            who: Vec::new(),
            lift: format!("--accept {accept}"),
            accept: Some(accept),
        }
    }

    /// A refusal that no flag lifts; `help` says what to do.
    pub fn firm(guard: &str, message: String, affected: Vec<Address>, help: String) -> Refusal {
        Refusal {
            guard: guard.to_owned(),
            message,
            affected,
            who: Vec::new(),
            lift: help,
            accept: None,
        }
    }

    /// The same with whom it is about, each once.
    fn about(self, who: impl IntoIterator<Item = String>) -> Refusal {
        let mut told = BTreeSet::new();
        let who = who.into_iter();
        Refusal {
            who: who.filter(|one| told.insert(one.clone())).collect(),
            ..self
        }
    }
}

/// The addresses of the steps that run and are wanted.
fn addresses(plan: &Plan, wanted: impl Fn(&Step) -> bool) -> Vec<Address> {
    let steps = plan.steps.iter().filter(|step| step.blocked.is_none());
    steps
        .filter(|step| wanted(step))
        .map(|step| step.address.clone())
        .collect()
}

/// Those who lose something by some steps.
fn losers<'a>(plan: &'a Plan, steps: &'a [Address]) -> impl Iterator<Item = String> {
    let steps: BTreeSet<&Address> = steps.iter().collect();
    let lost = plan.stakes.lost.iter();
    lost.filter(move |lost| steps.contains(&lost.step))
        .map(|lost| lost.who.clone())
}

/// The steps that run and write, by address: of what was at stake, only what they do counts.
fn running(plan: &Plan) -> BTreeSet<&Address> {
    plan.writes().map(|step| &step.address).collect()
}

/// "1 thing", "2 things".
fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}
