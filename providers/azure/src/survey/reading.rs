//! How far a survey is: counted, so that whoever waits can be told.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many things are known to have to be read, and how many were. Both grow while a survey finds more to read.
#[derive(Debug, Default)]
pub struct Reading {
    known: AtomicUsize,
    read: AtomicUsize,
}

impl Reading {
    /// So many were read, of so many that are known.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let read = self.read.load(Ordering::Relaxed);
        // Loaded after what was read, so that it is never less.
        (read, self.known.load(Ordering::Relaxed).max(read))
    }

    pub(super) fn expect(&self, more: usize) {
        self.known.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn done(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }
}
