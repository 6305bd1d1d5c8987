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

#[cfg(test)]
#[expect(clippy::panic, reason = "a panic is what is looked at")]
mod tests {
    use super::*;

    // One test, since the hook is the whole process's.
    #[test]
    fn a_panic_on_whatever_thread_is_a_code_of_its_own_and_says_what_to_do() {
        report_panics();
        assert_eq!(guarded(|| Exit::Changes), Exit::Changes);
        let beside = || {
            let panicked = std::thread::spawn(|| panic!("beside")).join();
            assert!(panicked.is_err());
            Exit::Done
        };
        assert_eq!(guarded(beside), Exit::Bug);
        assert_eq!(guarded(|| panic!("here")), Exit::Bug);
        let (send, told) = std::sync::mpsc::channel();
        set_hook(Box::new(move |panic| {
            // Another test may panic on purpose meanwhile.
            let _ = send.send(report(panic));
        }));
        let _ = catch_unwind(|| panic!("no \u{1b}[31mway"));
        let mut reports = told.iter();
        let report = reports.find(|report| report.contains("way")).unwrap();
        assert!(report.starts_with("this is a bug in vmlogin "), "{report}");
        assert!(
            report.contains("no \\u{1b}[31mway (cli/src/bug.rs:"),
            "{report}"
        );
        assert!(report.contains("running it again is safe"), "{report}");
    }
}
