//! Several plans one after the other, told as one run: what came of each step in the end, and whether waiting is of use.

use std::collections::BTreeSet;

use crate::address::Address;
use crate::apply::Report;
use crate::event::Outcome;
use crate::plan::stakes::Lost;
use crate::plan::{Action, NOT_WAITED_FOR, Plan, Step};
use crate::provider::{FaultKind, Verdict};

/// All rounds of a run so far.
#[derive(Clone, Debug)]
pub struct Rounds {
    /// The last plan, and with it what earlier ones did: what the report at the end is of, and what guards judge. Its counts of
    /// what is live are the highest of any round, so that what an earlier one took away does not make the rest a larger share.
    pub plan: Plan,
    /// How each step ended last.
    pub report: Report,
    /// What was found of what was written, by the last look.
    pub verdicts: Vec<Verdict>,
    /// Steps that failed in a way that waiting does not mend. They are not tried again.
    given_up: BTreeSet<Address>,
    /// What was made, anew or at all.
    replaced: BTreeSet<Address>,
}

impl Rounds {
    /// Begins with the plan of the first round, of which nothing was done yet.
    pub fn begin(plan: Plan) -> Rounds {
        Rounds {
            plan,
            report: Report::default(),
            verdicts: Vec::new(),
            given_up: BTreeSet::new(),
            replaced: BTreeSet::new(),
        }
    }

    /// Takes in the plan of the next round, and returns what of it is to be done: all but what failed for good, and what needs
    /// that. What was open and is in order by now is no longer told of.
    pub fn next(&mut self, plan: Plan) -> Plan {
        let (plan, dropped) = without(plan, &self.given_up);
        let busy: BTreeSet<&Address> = plan
            .steps
            .iter()
            .filter(|step| step.action != Action::Keep)
            .map(|step| &step.address)
            .collect();
        self.report.outcomes.retain(|address, outcome| {
            matches!(outcome, Outcome::Done { .. })
                || busy.contains(address)
                || dropped.contains(address)
        });
        let before = std::mem::replace(&mut self.plan, plan.clone());
        let told = before.steps.into_iter().filter(|step| {
            !busy.contains(&step.address) && self.report.outcomes.contains_key(&step.address)
        });
        let told: Vec<Step> = told.collect();
        let again: BTreeSet<&Address> = told.iter().map(|step| &step.address).collect();
        self.plan
            .steps
            .retain(|step| !again.contains(&step.address));
        let lost = before.stakes.lost.into_iter();
        let lost: Vec<Lost> = lost.filter(|lost| again.contains(&lost.step)).collect();
        self.plan.steps.splice(0..0, told);
        self.plan.stakes.lost.splice(0..0, lost);
        for (kind, count) in before.live_counts {
            let counted = self.plan.live_counts.entry(kind).or_default();
            *counted = count.max(*counted);
        }
        plan
    }

    /// Takes in what came of a round.
    pub fn ended(&mut self, report: Report, verdicts: Vec<Verdict>) {
        let failed = report.outcomes.iter().filter(|(_, outcome)| match outcome {
            Outcome::Failed { fault } => !passes(fault.kind),
            _ => false,
        });
        self.given_up
            .extend(failed.map(|(address, _)| address.clone()));
        let replaced = self.plan.steps.iter().filter(|step| {
            let outcome = report.outcomes.get(&step.address);
            // One whose old thing went in an earlier round is made in this one.
            matches!(step.action, Action::Replace | Action::Create)
                && matches!(outcome, Some(Outcome::Done { .. }))
        });
        self.replaced
            .extend(replaced.map(|step| step.address.clone()));
        self.report.outcomes.extend(report.outcomes);
        let looked: BTreeSet<&Address> = verdicts.iter().map(|verdict| &verdict.address).collect();
        self.verdicts
            .retain(|verdict| !looked.contains(&verdict.address));
        self.verdicts.extend(verdicts);
    }

    /// What was made, anew or at all: making a thing anew is done once in a run, however it looks afterwards.
    pub fn replaced(&self) -> &BTreeSet<Address> {
        &self.replaced
    }

    /// What may go on later by itself: what is put off for a reason of its own, and what failed in a way that passes.
    pub fn waiting(&self) -> Vec<(&Step, String)> {
        let steps = self.plan.steps.iter();
        steps
            .filter_map(|step| Some((step, self.reason(step)?)))
            .collect()
    }

    fn reason(&self, step: &Step) -> Option<String> {
        match self.report.outcomes.get(&step.address)? {
            Outcome::Deferred { reason } => {
                let hindrance = step.hindrance.as_ref();
                let idle = hindrance
                    .is_some_and(|hindrance| NOT_WAITED_FOR.contains(&hindrance.help.as_str()));
                (!idle).then(|| reason.clone())
            }
            Outcome::Failed { fault } if passes(fault.kind) => Some(fault.to_string()),
            _ => None,
        }
    }
}

/// Whether a fault of this sort may be gone the next time.
pub fn passes(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Throttled | FaultKind::TimedOut | FaultKind::Network | FaultKind::Conflict
    )
}

/// The plan without some steps and without what needs their success, and which those are.
fn without(mut plan: Plan, failed: &BTreeSet<Address>) -> (Plan, BTreeSet<Address>) {
    let mut dropped = failed.clone();
    // Steps stand behind those for which they wait, so one pass reaches everything.
    for step in &plan.steps {
        let mut needs = step.waits.iter();
        if needs.any(|wait| wait.need == crate::schema::Need::Success && dropped.contains(&wait.on))
        {
            dropped.insert(step.address.clone());
        }
    }
    plan.steps.retain(|step| !dropped.contains(&step.address));
    for step in &mut plan.steps {
        step.waits.retain(|wait| !dropped.contains(&wait.on));
    }
    (plan, dropped)
}
