//! How a survey reads: what was asked for, and what it came to.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use vmlogin_engine::address::Address;

/// Whether things are read one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// Few of a type one by one, many by lists.
    #[default]
    Auto,
    /// Each by a request of its own.
    Direct,
    /// By lists, however few there are.
    Bulk,
}

/// What a survey was asked to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    pub(crate) reads: Reads,
    /// Whether Resource Graph, which lags behind, is left alone.
    pub(crate) fresh: bool,
    /// What is read by itself whatever else holds.
    pub(crate) firsthand: BTreeSet<Address>,
}

/// From how many of a type on, in one subscription, their list costs less than they do.
const MANY: usize = 20;

impl Manner {
    /// Whether a list of so many is worth its requests.
    pub(super) fn lists(&self, many: usize) -> bool {
        match self.reads {
            Reads::Auto => many >= MANY,
            Reads::Direct => false,
            Reads::Bulk => many > 0,
        }
    }
}

/// What one survey knows from lists only, and which lists were refused.
#[derive(Debug, Default)]
pub(crate) struct Hearsay(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    secondhand: BTreeSet<Address>,
    refusals: BTreeSet<String>,
}

impl Hearsay {
    /// Notes that a thing was seen in a list only.
    pub(super) fn heard_of(&self, address: Address) {
        self.told().secondhand.insert(address);
    }

    /// Notes why a list could not be used.
    pub(super) fn refused(&self, why: String) {
        self.told().refusals.insert(why);
    }

    /// What only lists told of, and why others did not.
    pub(crate) fn take(&self) -> (BTreeSet<Address>, BTreeSet<String>) {
        let Told {
            secondhand,
            refusals,
        } = std::mem::take(&mut *self.told());
        (secondhand, refusals)
    }

    /// No code panics while it holds the lock, so a poisoned one is still whole.
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
