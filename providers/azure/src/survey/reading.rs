//! How far a survey is: counted, so that whoever waits can be told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many things are known to have to be read, and how many were. Both grow while a survey finds more to read.
#[derive(Debug, Default)]
pub struct Reading {
    known: AtomicUsize,
    read: AtomicUsize,
    refusals: Mutex<BTreeSet<String>>,
}

impl Reading {
    /// So many were read, of so many that are known.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let read = self.read.load(Ordering::Relaxed);
        // Loaded after what was read, so that it is never less.
        (read, self.known.load(Ordering::Relaxed).max(read))
    }

    /// Why lists could not be used, so that things were read one by one instead; told once.
    #[must_use]
    pub fn refusals(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.lock())
    }

    pub(super) fn refused(&self, why: BTreeSet<String>) {
        self.lock().extend(why);
    }

    /// No code panics while it holds the lock, so a poisoned one is still whole.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn expect(&self, more: usize) {
        self.known.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn done(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }
}
