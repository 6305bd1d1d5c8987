//! A run that cannot end though it was told to: it stands in a write that nobody takes, as to a full pipe whose reader sleeps.

use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::exit::Exit;

/// As much room as the first thread of a process has.
const STACK: usize = 8 << 20;

/// Where whoever waits for the run hears how it ended.
static ENDED: OnceLock<Sender<Exit>> = OnceLock::new();

/// Runs on a thread beside, and comes back with its code, or with that of [`leave`] where this comes first.
pub(crate) fn beside(run: impl FnOnce() -> Exit + Send + 'static) -> Exit {
    let (send, ended) = mpsc::channel();
    let _ = ENDED.set(send.clone());
    let thread = thread::Builder::new().stack_size(STACK);
    let begun = thread.spawn(move || {
        // Nobody listens any more where the run was left.
        let _ = send.send(run());
    });
    match begun {
        Ok(_) => ended.recv().unwrap_or(Exit::Bug),
        Err(_) => Exit::Error,
    }
}

/// Leaves the run where it stands, unless it has ended.
pub(crate) fn leave(exit: Exit) {
    if let Some(ended) = ENDED.get() {
        let _ = ended.send(exit);
    }
}
