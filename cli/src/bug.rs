//! Panics: each is a bug of ours, said so shortly, and ends the run with a code of its own.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;
use crate::render::foreign;
use crate::terminal;

/// Whether anything panicked, on whatever thread.
static HAPPENED: AtomicBool = AtomicBool::new(false);

/// Replaces Rust's own report of a panic by ours.
pub(crate) fn report_panics() {
    set_hook(Box::new(|panic| {
        HAPPENED.store(true, Ordering::Relaxed);
        terminal::last_words(&report(panic));
    }));
}

/// Runs, and turns a panic into its exit code, even one on a thread beside.
pub(crate) fn guarded(run: impl FnOnce() -> Exit) -> Exit {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(exit) if !HAPPENED.load(Ordering::Relaxed) => exit,
        _ => Exit::Bug,
    }
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let said = panic.payload_as_str().unwrap_or("no message");
    let place = panic
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()))
        .unwrap_or_default();
    format!(
        "this is a bug in vmlogin {}, not in your manifest\n  {} ({place})\n  help: report it with these lines and the command; \
         running it again is safe\n",
        env!("CARGO_PKG_VERSION"),
        foreign::line(said),
    )
}
