//! The report of the last run that wrote, in a file beside the screen: a session may die and a pipe be closed while it runs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use vmlogin_engine::apply::Report;
use vmlogin_engine::event::Outcome;
use vmlogin_engine::provider::FaultKind;

use super::known::Known;
use crate::exit::Exit;
use crate::files::output::{self, Readers};
use crate::interrupt::Watch;
use crate::render::kept::{self, End, Kept, SoFar};
use crate::render::{View, again, report};
use crate::session::Session;
use crate::session::saved::Opened;
use crate::terminal::Terminal;

/// Where it is kept, from the current directory.
pub(crate) const PLACE: &str = ".vmlogin/last-run.txt";

/// What is remembered of a run for it.
#[derive(Debug)]
pub(super) struct Record(Arc<Remembered>);

#[derive(Debug)]
struct Remembered {
    terminal: Arc<Terminal>,
    /// The command line, ready to be pasted.
    line: String,
    /// That of what goes on where the run is left, with what that is.
    again: (&'static str, String),
    view: View,
    began: Timestamp,
    known: Known,
    /// Whether the whole report is there: nothing is to be written over it.
    is_whole: AtomicBool,
}

impl Record {
    /// Of a run that begins now. A saved plan is used once: it is no way to go on.
    pub(super) fn of(session: &Session, saved: Option<&Opened>) -> Record {
        let line = again::command(&session.line, &[]);
        let again = match saved {
            Some(saved) => (report::NEW_PLAN, saved.again_command()),
            None => (report::SAME_AGAIN, line.clone()),
        };
        Record(Arc::new(Remembered {
            terminal: session.terminal.clone(),
            line,
            again,
            view: session.view_kept(),
            began: Timestamp::now(),
            known: Known::default(),
            is_whole: AtomicBool::new(false),
        }))
    }

    /// Where what happens is noted.
    pub(super) fn known(&self) -> &Known {
        &self.0.known
    }

    /// Says that something is being written, so that even a run that is ended hard has left a word. One that stands still, and is left,
    /// leaves what is known of it.
    pub(super) fn begin(&self, watch: &Watch) {
        self.0.tell(self.0.write(None));
        let remembered = self.0.clone();
        watch.before_leaving(move |exit| remembered.last_words(exit));
    }

    /// Keeps the report as a text; whether it is kept.
    pub(super) fn keep(
        &self,
        (report, text): (&Report, &str),
        exit: Exit,
        event: Option<&str>,
    ) -> bool {
        self.0.is_whole.store(true, Ordering::SeqCst);
        self.0.tell(self.0.write(Some(End {
            at: Timestamp::now(),
            exit,
            left: is_left(report),
            report: text,
            event,
        })))
    }

    /// Says where a kept report is if it could not be shown.
    pub(super) fn point_there(&self) {
        let terminal = &self.0.terminal;
        if terminal.has_lost_results() {
            let said = format!("stdout takes nothing any more: the report is in {PLACE}\n");
            terminal.diagnostic(&said);
        }
    }
}

impl Remembered {
    /// Writes down what is known of a run that is left though it cannot end. Nothing is said of a failure: whoever would hear it takes
    /// nothing any more.
    fn last_words(&self, exit: Exit) {
        if self.is_whole.load(Ordering::SeqCst) {
            return;
        }
        let report = {
            let steps = self.known.steps();
            let so_far = SoFar {
                ended: &steps.ended(),
                running: &steps.running,
                not_begun: steps.not_begun(),
                again: (self.again.0, &self.again.1),
            };
            kept::so_far(so_far, self.view)
        };
        let _ = self.write(Some(End {
            at: Timestamp::now(),
            exit,
            left: true,
            report: &report,
            event: None,
        }));
    }

    fn write(&self, end: Option<End<'_>>) -> std::io::Result<()> {
        let text = kept::text(Kept {
            line: &self.line,
            folder: &std::env::current_dir().unwrap_or_default(),
            process: std::process::id(),
            began: self.began,
            given: self.view.given,
            end,
        });
        output::replace(Path::new(PLACE), &text, Readers::Owner)
    }

    /// Whether it was written; says where it was not.
    fn tell(&self, written: std::io::Result<()>) -> bool {
        if let Err(cause) = &written {
            let said = format!("the report could not be kept in {PLACE}: {cause}\n");
            self.terminal.diagnostic(&said);
        }
        written.is_ok()
    }
}

/// Whether something was not awaited that ran: a second signal may also come when all of it is over.
fn is_left(report: &Report) -> bool {
    report.outcomes.values().any(|outcome| match outcome {
        Outcome::Failed { fault } => fault.kind == FaultKind::Interrupted && !fault.unsent,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::provider::Fault;

    use super::*;
    use crate::render::sample;

    #[test]
    fn only_what_ran_and_was_not_awaited_was_left() {
        let ended = |kind, unsent| {
            let fault = Fault {
                kind,
                unsent,
                ..sample::fault()
            };
            let outcomes = [
                (sample::machine("web01", &[]), Outcome::Done { note: None }),
                (sample::machine("web02", &[]), Outcome::Failed { fault }),
            ];
            is_left(&Report {
                outcomes: outcomes.into(),
            })
        };
        assert!(ended(FaultKind::Interrupted, false));
        assert!(!ended(FaultKind::Interrupted, true));
        assert!(!ended(FaultKind::TimedOut, false));
    }
}
