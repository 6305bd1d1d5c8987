//! The report of the last run that wrote, in a file beside the screen: a session may die and a pipe be closed while it runs.

use std::path::Path;

use jiff::Timestamp;

use crate::exit::Exit;
use crate::files::output::{self, Readers};
use crate::render::again;
use crate::render::kept::{self, End, Kept};
use crate::session::Session;

/// Where it is kept, from the current directory.
pub(crate) const PLACE: &str = ".vmlogin/last-run.txt";

/// What is remembered of a run for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    session: &'a Session,
    began: Timestamp,
}

impl<'a> Record<'a> {
    /// Of a run that begins now.
    pub(super) fn of(session: &'a Session) -> Record<'a> {
        Record {
            session,
            began: Timestamp::now(),
        }
    }

    /// Says that something is being written, so that even a run that is ended hard has left a word.
    pub(super) fn begin(self) {
        self.write(None);
    }

    /// Keeps the report; whether it is kept.
    pub(super) fn keep(self, exit: Exit, report: &str, event: Option<&str>) -> bool {
        self.write(Some(End {
            at: Timestamp::now(),
            exit,
            report,
            event,
        }))
    }

    /// Says where a kept report is if it could not be shown.
    pub(super) fn point_there(self) {
        if self.session.terminal.has_lost_results() {
            let said = format!("stdout takes nothing any more: the report is in {PLACE}\n");
            self.session.terminal.diagnostic(&said);
        }
    }

    fn write(self, end: Option<End<'_>>) -> bool {
        let text = kept::text(Kept {
            line: &again::command(&self.session.line, &[]),
            folder: &std::env::current_dir().unwrap_or_default(),
            process: std::process::id(),
            began: self.began,
            end,
        });
        let written = output::replace(Path::new(PLACE), &text, Readers::Owner);
        if let Err(cause) = &written {
            let said = format!("the report could not be kept in {PLACE}: {cause}\n");
            self.session.terminal.diagnostic(&said);
        }
        written.is_ok()
    }
}
