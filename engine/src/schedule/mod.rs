//! What may run now. Pure: outcomes go in, ready steps come out, and a failure stops only what needs it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::address::Address;
use crate::event::Outcome;
use crate::plan::{Action, Plan, Step};
use crate::schema::Need;

/// The state of a run.
#[derive(Clone, Debug)]
pub struct Schedule<'a> {
    steps: Vec<&'a Step>,
    places: BTreeMap<&'a Address, usize>,
    dependents: Vec<Vec<Dependent>>,
    states: Vec<State>,
    ready: BTreeSet<usize>,
    revocations_left: usize,
}

/// A step that waits for another.
#[derive(Clone, Copy, Debug)]
struct Dependent {
    at: usize,
    need: Need,
}

#[derive(Clone, Debug)]
enum State {
    /// Waits for so many others.
    Waiting(usize),
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
        let mut schedule = Schedule {
            dependents: vec![Vec::new(); steps.len()],
            states: vec![State::Waiting(0); steps.len()],
            ready: BTreeSet::new(),
            revocations_left: 0,
            places,
            steps,
        };
        schedule.connect();
        schedule.begin();
        schedule
    }

    fn connect(&mut self) {
        for (at, step) in self.steps.iter().enumerate() {
            let mut waits = 0;
            for wait in &step.waits {
                if let Some(on) = self.places.get(&wait.on) {
                    self.dependents[*on].push(Dependent {
                        at,
                        need: wait.need,
                    });
                    waits += 1;
                }
            }
            self.states[at] = State::Waiting(waits);
        }
    }

    fn begin(&mut self) {
        self.revocations_left = self
            .steps
            .iter()
            .filter(|step| step.action == Action::Revoke)
            .count();
        self.ready = (0..self.steps.len())
            .filter(|at| matches!(self.states[*at], State::Waiting(0)))
            .collect();
        // All of them before any is followed: the plan's own reason says more than that another step did not succeed.
        let settled: Vec<usize> = (0..self.steps.len())
            .filter(|at| {
                let outcome = settled_by_plan(self.steps[*at]);
                outcome.map(|outcome| self.end(*at, outcome)).is_some()
            })
            .collect();
        for at in settled {
            self.follow(at);
        }
    }

    /// Hands out up to `most` steps that may run now, in the plan's order; each is handed out once.
    pub fn take(&mut self, most: usize) -> Vec<&'a Step> {
        // Access that is to go goes before anything else is touched.
        let only_revocations = self.revocations_left > 0;
        let taken: Vec<usize> = self
            .ready
            .iter()
            .copied()
            .filter(|at| !only_revocations || self.steps[*at].action == Action::Revoke)
            .take(most)
            .collect();
        for at in &taken {
            self.ready.remove(at);
            self.states[*at] = State::Running;
        }
        taken.into_iter().map(|at| self.steps[at]).collect()
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
        self.ready.clear();
        for state in &mut self.states {
            if matches!(state, State::Waiting(_)) {
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
                State::Waiting(_) | State::Running => None,
            })
            .collect()
    }

    fn end(&mut self, at: usize, outcome: Outcome) {
        self.ready.remove(&at);
        if self.steps[at].action == Action::Revoke {
            self.revocations_left -= 1;
        }
        self.states[at] = State::Ended(outcome);
    }

    /// Tells those that wait for a step that it ended: they come nearer to being ready, or end with it, and so in turn do theirs.
    fn follow(&mut self, first: usize) -> Vec<(&'a Step, Outcome)> {
        let mut ended = Vec::new();
        let mut queue = VecDeque::from([first]);
        while let Some(on) = queue.pop_front() {
            let State::Ended(outcome) = &self.states[on] else {
                continue;
            };
            let inherited = inherited(self.steps[on], outcome);
            for dependent in std::mem::take(&mut self.dependents[on]) {
                let at = dependent.at;
                let State::Waiting(left) = self.states[at] else {
                    continue;
                };
                if let Some(outcome) = inherited
                    .clone()
                    .filter(|_| dependent.need == Need::Success)
                {
                    self.end(at, outcome.clone());
                    ended.push((self.steps[at], outcome));
                    queue.push_back(at);
                } else {
                    self.states[at] = State::Waiting(left - 1);
                    if left == 1 {
                        self.ready.insert(at);
                    }
                }
            }
        }
        ended
    }
}

/// How those end that needed a step's success; `None` where it succeeded.
fn inherited(step: &Step, outcome: &Outcome) -> Option<Outcome> {
    let because = step.address.to_string();
    match outcome {
        Outcome::Done { .. } => None,
        Outcome::NotStarted => Some(Outcome::NotStarted),
        Outcome::Deferred { .. } => Some(Outcome::Deferred {
            reason: format!("it needs `{because}`, which is put off"),
        }),
        Outcome::Failed { .. } | Outcome::Blocked { .. } => Some(Outcome::Blocked { because }),
    }
}

/// The outcome of what the plan itself blocks or defers.
fn settled_by_plan(step: &Step) -> Option<Outcome> {
    if let Some(blocked) = &step.blocked {
        return Some(Outcome::Blocked {
            because: blocked.because(&step.address),
        });
    }
    step.hindrance.as_ref().map(|hindrance| Outcome::Deferred {
        reason: hindrance.reason.clone(),
    })
}
