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
    pub(super) writes: usize,
    /// How those ended that did.
    pub(super) outcomes: BTreeMap<Address, Outcome>,
    /// Those that were begun and have not ended.
    pub(super) running: BTreeMap<Address, Action>,
}

impl Known {
    /// A plan begins; what is known of one before it is over.
    pub(super) fn begin(&self, writes: usize) {
        *self.steps() = Steps {
            writes,
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
