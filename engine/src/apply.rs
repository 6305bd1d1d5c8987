//! Applying: obeys a plan, step by step, as the schedule allows. It decides nothing and has no runtime of its own.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::address::Address;
use crate::event::{Event, Outcome};
use crate::plan::{Plan, Step};
use crate::provider::{Proof, Provider, Verdict};
use crate::schedule::Schedule;

/// How a plan is carried out.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// How many steps run at once; at least one does.
    pub parallelism: usize,
    /// Whether the run was told to stop. Asked before each step: nothing starts once it says yes.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// How every step that was more than a "keep" ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// By address.
    pub outcomes: BTreeMap<Address, Outcome>,
}

/// How many steps ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Done.
    pub done: usize,
    /// Put off.
    pub deferred: usize,
    /// Failed.
    pub failed: usize,
    /// Kept from running by another step or a rule.
    pub blocked: usize,
    /// Not begun because the run was told to stop.
    pub not_started: usize,
}

/// Carries out every step of a plan that may run. Ends when nothing runs and nothing more can.
pub async fn run(
    plan: &Plan,
    provider: &dyn Provider,
    options: Options<'_>,
    tell: &(dyn Fn(Event) + Sync),
) -> Report {
    let mut schedule = Schedule::of(plan);
    let mut running = FuturesUnordered::new();
    let most = options.parallelism.max(1);
    loop {
        if (options.stop)() {
            schedule.stop();
        }
        for step in schedule.take(most - running.len()) {
            tell(Event::Started {
                address: step.address.clone(),
                action: step.action,
            });
            running.push(carry_out(step, provider, tell));
        }
        let Some((step, outcome)) = running.next().await else {
            break;
        };
        tell(ended(step, &outcome));
        for (step, outcome) in schedule.settle(&step.address, outcome) {
            tell(ended(step, &outcome));
        }
    }
    Report {
        outcomes: schedule.outcomes(),
    }
}

/// Looks at what was written, up to `parallelism` things at once; verdicts come in the plan's order.
pub async fn verify(
    plan: &Plan,
    report: &Report,
    provider: &dyn Provider,
    parallelism: usize,
    tell: &(dyn Fn(Event) + Sync),
) -> Vec<Verdict> {
    let written = plan.steps.iter().filter(|step| {
        matches!(
            report.outcomes.get(&step.address),
            Some(Outcome::Done { .. })
        )
    });
    let looks: Vec<Vec<Verdict>> = futures_util::stream::iter(written)
        .map(|step| provider.verify(step))
        .buffered(parallelism.max(1))
        .collect()
        .await;
    let verdicts: Vec<Verdict> = looks.into_iter().flatten().collect();
    for verdict in &verdicts {
        tell(Event::Verified {
            verdict: verdict.clone(),
        });
    }
    verdicts
}

async fn carry_out<'a>(
    step: &'a Step,
    provider: &dyn Provider,
    tell: &(dyn Fn(Event) + Sync),
) -> (&'a Step, Outcome) {
    let progress = |news: crate::provider::Progress| {
        tell(Event::Running {
            address: step.address.clone(),
            status: news.status,
        });
    };
    let outcome = match provider.carry_out(step, &progress).await {
        Ok(done) => Outcome::Done { note: done.note },
        Err(fault) if fault.unsent => Outcome::NotStarted,
        Err(fault) => Outcome::Failed { fault },
    };
    (step, outcome)
}

fn ended(step: &Step, outcome: &Outcome) -> Event {
    Event::Ended {
        address: step.address.clone(),
        action: step.action,
        outcome: outcome.clone(),
    }
}

impl Report {
    /// Counts the outcomes.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for outcome in self.outcomes.values() {
            let count = match outcome {
                Outcome::Done { .. } => &mut tally.done,
                Outcome::Deferred { .. } => &mut tally.deferred,
                Outcome::Failed { .. } => &mut tally.failed,
                Outcome::Blocked { .. } => &mut tally.blocked,
                Outcome::NotStarted => &mut tally.not_started,
            };
            *count += 1;
        }
        tally
    }
}

/// Whether any look found something that is not as it should be.
pub fn is_wrong(verdicts: &[Verdict]) -> bool {
    verdicts
        .iter()
        .any(|verdict| matches!(verdict.result, Proof::Wrong(_)))
}
