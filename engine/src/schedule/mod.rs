//! What may run now. Pure: outcomes go in, ready steps come out, and a failure stops only what needs it.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::event::Outcome;
use crate::plan::{Action, Plan, Step};
use crate::schema::Need;

/// The state of a run.
#[derive(Clone, Debug)]
pub struct Schedule<'a> {
    steps: Vec<&'a Step>,
    places: BTreeMap<&'a Address, usize>,
    dependents: Vec<Vec<usize>>,
    states: Vec<State>,
    revocations_left: usize,
    stopped: bool,
}

#[derive(Clone, Debug)]
enum State {
    Waiting,
    Running,
    Ended(Outcome),
}

impl<'a> Schedule<'a> {
    /// Takes the steps of a plan that do something or would have. What the plan itself defers or blocks has ended already.
    pub fn of(plan: &'a Plan) -> Schedule<'a> {
        let steps: Vec<&Step> = plan
            .steps
            .iter()
            .filter(|step| step.action != Action::Keep)
            .collect();
        let places: BTreeMap<&Address, usize> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| (&step.address, at))
            .collect();
        let mut dependents = vec![Vec::new(); steps.len()];
        for (at, step) in steps.iter().enumerate() {
            for wait in &step.waits {
                if let Some(on) = places.get(&wait.on) {
                    dependents[*on].push(at);
                }
            }
        }
        let states: Vec<State> = steps.iter().map(|step| settled_by_plan(step)).collect();
        let revocations_left = steps
            .iter()
            .zip(&states)
            .filter(|(step, state)| step.action == Action::Revoke && matches!(state, State::Waiting))
            .count();
        Schedule {
            steps,
            places,
            dependents,
            states,
            revocations_left,
            stopped: false,
        }
    }

    /// Hands out up to `most` steps that may run now, in the plan's order; each is handed out once.
    pub fn take(&mut self, most: usize) -> Vec<&'a Step> {
        if self.stopped {
            return Vec::new();
        }
        let ready: Vec<usize> = (0..self.steps.len())
            .filter(|at| self.is_ready(*at))
            .take(most)
            .collect();
        for at in &ready {
            self.states[*at] = State::Running;
        }
        ready.into_iter().map(|at| self.steps[at]).collect()
    }

    /// Takes note of how a running step ended, and returns the steps that thereby end without having begun.
    pub fn settle(&mut self, address: &Address, outcome: Outcome) -> Vec<(&'a Step, Outcome)> {
        let Some(at) = self.places.get(address).copied() else {
            return Vec::new();
        };
        self.end(at, outcome);
        self.follow(at)
    }

    /// Nothing more is handed out; what has not begun ends as not started.
    pub fn stop(&mut self) {
        self.stopped = true;
        for state in &mut self.states {
            if matches!(state, State::Waiting) {
                *state = State::Ended(Outcome::NotStarted);
            }
        }
    }

    /// Whether everything has ended.
    pub fn is_finished(&self) -> bool {
        self.states
            .iter()
            .all(|state| matches!(state, State::Ended(_)))
    }

    /// How each step ended, by address.
    pub fn outcomes(&self) -> BTreeMap<Address, Outcome> {
        self.steps
            .iter()
            .zip(&self.states)
            .filter_map(|(step, state)| match state {
                State::Ended(outcome) => Some((step.address.clone(), outcome.clone())),
                State::Waiting | State::Running => None,
            })
            .collect()
    }

    fn is_ready(&self, at: usize) -> bool {
        let step = self.steps[at];
        matches!(self.states[at], State::Waiting)
            // Access that is to go goes before anything else is touched.
            && (step.action == Action::Revoke || self.revocations_left == 0)
            && step.waits.iter().all(|wait| self.is_met(&wait.on, wait.need))
    }

    fn is_met(&self, on: &Address, need: Need) -> bool {
        match self.places.get(on).map(|at| &self.states[*at]) {
            Some(State::Ended(Outcome::Done { .. })) | None => true,
            Some(State::Ended(_)) => need == Need::End,
            Some(State::Waiting | State::Running) => false,
        }
    }

    fn end(&mut self, at: usize, outcome: Outcome) {
        if self.steps[at].action == Action::Revoke && !matches!(self.states[at], State::Ended(_)) {
            self.revocations_left -= 1;
        }
        self.states[at] = State::Ended(outcome);
    }

    /// Ends those that needed a step's success and did not get it, and in turn those that needed them.
    fn follow(&mut self, first: usize) -> Vec<(&'a Step, Outcome)> {
        let mut ended = Vec::new();
        let mut queue = vec![first];
        while let Some(on) = queue.pop() {
            let State::Ended(outcome) = &self.states[on] else {
                continue;
            };
            let because = self.steps[on].address.to_string();
            let inherited = match outcome {
                Outcome::Done { .. } | Outcome::NotStarted => continue,
                Outcome::Deferred { .. } => Outcome::Deferred {
                    reason: format!("it needs `{because}`, which is put off"),
                },
                Outcome::Failed { .. } | Outcome::Blocked { .. } => Outcome::Blocked { because },
            };
            for at in self.dependents[on].clone() {
                let needed = self.steps[at]
                    .waits
                    .iter()
                    .any(|wait| wait.on == self.steps[on].address && wait.need == Need::Success);
                if needed && matches!(self.states[at], State::Waiting) {
                    self.end(at, inherited.clone());
                    ended.push((self.steps[at], inherited.clone()));
                    queue.push(at);
                }
            }
        }
        ended
    }
}

fn settled_by_plan(step: &Step) -> State {
    if let Some(blocked) = &step.blocked {
        return State::Ended(Outcome::Blocked {
            because: format!("{} on `{}`", blocked.rule, blocked.subject),
        });
    }
    match (&step.hindrance, step.action) {
        (Some(hindrance), Action::Defer) => State::Ended(Outcome::Deferred {
            reason: hindrance.reason.clone(),
        }),
        _ => State::Waiting,
    }
}
