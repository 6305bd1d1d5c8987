//! The report of the last run that wrote, in a file beside the screen: a session may die and a pipe be closed while it runs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::known::Known;
use crate::exit::Exit;
use crate::files::output::{self, Readers};
use crate::interrupt::Watch;
use crate::render::kept::{self, End, Kept, SoFar};
use crate::render::{View, again};
use crate::session::Session;
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
    view: View,
    began: Timestamp,
    known: Known,
    /// Whether the whole report is there: nothing is to be written over it.
    is_whole: AtomicBool,
}

impl Record {
    /// Of a run that begins now.
    pub(super) fn of(session: &Session) -> Record {
        Record(Arc::new(Remembered {
            terminal: session.terminal.clone(),
            line: again::command(&session.line, &[]),
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

    /// Keeps the report; whether it is kept. `left` is a run that did not await what ran.
    pub(super) fn keep(&self, left: bool, exit: Exit, report: &str, event: Option<&str>) -> bool {
        self.0.is_whole.store(true, Ordering::SeqCst);
        self.0.tell(self.0.write(Some(End {
            at: Timestamp::now(),
            exit,
            left,
            report,
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
                writes: steps.writes,
                outcomes: &steps.outcomes,
                running: &steps.running,
                again: &self.line,
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
