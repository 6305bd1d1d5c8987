//! What is known of a run while it goes on: for the report of one that has to be left, or that stands still in a write which nobody
//! takes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use vmlogin_engine::address::Address;
use vmlogin_engine::event::{Event, Outcome};
use vmlogin_engine::plan::Action;

/// What is known, told by whoever carries the plan out and asked for by whoever has to write it down.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Steps>);

/// How the steps of a run stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// How many the plan has that write.
    writes: usize,
    /// How those ended that did.
    pub(super) outcomes: BTreeMap<Address, Outcome>,
    /// Those that were begun and have not ended.
    pub(super) running: BTreeMap<Address, Action>,
    /// How those of earlier rounds ended.
    earlier: BTreeMap<Address, Outcome>,
}

impl Known {
    /// A plan begins; one before it was of an earlier round.
    pub(super) fn begin(&self, writes: usize) {
        let mut steps = self.steps();
        let mut earlier = std::mem::take(&mut steps.earlier);
        earlier.append(&mut steps.outcomes);
        *steps = Steps {
            writes,
            earlier,
            ..Steps::default()
        };
    }

    /// Takes note of what happens.
    pub(super) fn take(&self, event: &Event) {
        let mut steps = self.steps();
        match event {
            Event::Started { address, action } => {
                steps.running.insert(address.clone(), *action);
            }
            Event::Ended {
                address, outcome, ..
            } => {
                steps.running.remove(address);
                steps.outcomes.insert(address.clone(), outcome.clone());
            }
            _ => {}
        }
    }

    /// How the steps stand. Whoever asks holds it only as long as it looks.
    pub(super) fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Steps {
    /// How the steps of all rounds ended, as far as they did; of one that had several goes, the last counts.
    pub(super) fn ended(&self) -> BTreeMap<&Address, &Outcome> {
        let mut ended: BTreeMap<&Address, &Outcome> = self.earlier.iter().collect();
        ended.extend(&self.outcomes);
        ended.retain(|address, _| !self.running.contains_key(*address));
        ended
    }

    /// How many of the plan were not begun. One that was not sent since the run was stopped is as good as that.
    pub(super) fn not_begun(&self) -> usize {
        let ended = self.outcomes.values();
        let begun = ended.filter(|it| **it != Outcome::NotStarted).count() + self.running.len();
        self.writes.saturating_sub(begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(name: &str) -> Address {
        Address::new("vm", ["core", "rg-web", name])
    }

    fn ended(name: &str, outcome: Outcome) -> Event {
        Event::Ended {
            address: address(name),
            action: Action::Create,
            outcome,
        }
    }

    #[test]
    fn what_an_earlier_round_did_is_known_in_the_next() {
        let known = Known::default();
        let done = Outcome::Done { note: None };
        known.begin(3);
        known.take(&ended("web01", done.clone()));
        known.take(&ended("web02", Outcome::NotStarted));
        known.take(&ended("web03", Outcome::NotStarted));
        known.begin(3);
        known.take(&ended("web02", done.clone()));
        known.take(&Event::Started {
            address: address("web03"),
            action: Action::Create,
        });
        let steps = known.steps();
        let (one, two) = (address("web01"), address("web02"));
        assert_eq!(
            steps.ended(),
            BTreeMap::from([(&one, &done), (&two, &done)])
        );
        assert_eq!(steps.not_begun(), 1);
    }
}
