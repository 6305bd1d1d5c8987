//! What every verb is given, and what verbs with a network have: a manifest, a connection, a plan.

pub(crate) mod connection;
pub(crate) mod heartbeat;
pub(crate) mod manifest;
pub(crate) mod planning;
pub(crate) mod saved;
pub(crate) mod secrets;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use vmlogin_engine::event::{self, Event};
use vmlogin_engine::plan::Plan;

use crate::args::{Look, Progress};
use crate::render::{Given, Paint, View, foreign, given};
use crate::terminal::{Terminal, WIDTH};

/// Where the embedded sandbox keeps its state, from the current directory.
pub(crate) const STATE: &str = ".vmlogin/sandbox.json";

/// The version of vmlogin, as plans and events record it.
pub(crate) const TOOL: &str = env!("CARGO_PKG_VERSION");

/// What every verb is given.
#[derive(Debug)]
pub(crate) struct Session {
    /// Where text goes.
    pub terminal: Arc<Terminal>,
    /// How screens look.
    pub look: Look,
    /// The command line, as typed.
    pub line: Vec<OsString>,
    /// What of it other commands need too.
    pub given: Given,
}

/// Gives up what a verb held to its end, which is the end of the process: to free a large estate piece by piece would be work for
/// nobody.
pub(crate) fn left_to_the_system<T>(held: T) {
    std::mem::forget(held);
}

impl Session {
    /// How stdout is looked at.
    pub(crate) fn view_out(&self) -> View {
        View {
            paint: self.terminal.paint_out(),
            width: self.terminal.width(),
            verbose: self.look.is_verbose(),
            given: self.given,
        }
    }

    /// How stderr is looked at.
    pub(crate) fn view_err(&self) -> View {
        View {
            paint: self.terminal.paint_err(),
            ..self.view_out()
        }
    }

    /// How a report is written that is kept in a file: all of it, as wide as where nothing tells the width.
    pub(crate) fn view_kept(&self) -> View {
        View {
            paint: Paint { on: false },
            width: WIDTH,
            verbose: true,
            given: self.given,
        }
    }

    /// How progress is told on stderr, given whether the events go to stdout.
    pub(crate) fn telling(&self, events: bool) -> Telling {
        match self.look.progress {
            Progress::Plain => Telling::Lines,
            Progress::None => Telling::Nothing,
            Progress::Auto if events || self.look.quiet => Telling::Nothing,
            Progress::Auto if self.terminal.is_lively() => Telling::Live,
            Progress::Auto => Telling::Lines,
        }
    }
}

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Not at all.
    Nothing,
    /// One line for each thing that happens.
    Lines,
    /// A few lines that are drawn again and again.
    Live,
}

/// How often it is looked whether something is to be told, where nothing is drawn.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// How often live lines are drawn at most.
pub(crate) const FRAME: Duration = Duration::from_millis(100);

/// The event stream of `--json`, or nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Events<'a> {
    terminal: &'a Terminal,
    given: Given,
    on: bool,
}

impl<'a> Events<'a> {
    /// Begins the stream with its version, where it is wanted.
    pub(crate) fn begin(session: &'a Session, on: bool, verb: &str) -> Events<'a> {
        let events = Events {
            terminal: &session.terminal,
            given: session.given,
            on,
        };
        events.send(&Event::Version {
            format: event::FORMAT,
            tool: TOOL.to_owned(),
            verb: verb.to_owned(),
        });
        events
    }

    /// The stream of a verb that has none.
    pub(crate) fn none(session: &'a Session) -> Events<'a> {
        Events {
            terminal: &session.terminal,
            given: session.given,
            on: false,
        }
    }

    /// Writes one line.
    pub(crate) fn send(&self, event: &Event) {
        if self.on {
            let event = given::of_event(event, self.given);
            self.terminal.result(&format!("{}\n", event_line(&event)));
        }
    }

    /// Writes a plan.
    pub(crate) fn send_plan(&self, plan: &Plan) {
        if self.on {
            let mut plan = Box::new(plan.clone());
            given::of_findings(&mut plan.findings, self.given);
            self.send(&Event::Planned { plan });
        }
    }

    /// Whether there is a stream.
    pub(crate) fn are_on(&self) -> bool {
        self.on
    }
}

/// An event as its line in the stream.
pub(crate) fn event_line(event: &Event) -> String {
    // Our own types with text as keys always become JSON.
    let line = serde_json::to_string(event).unwrap_or_else(|error| unreachable!("{error}"));
    foreign::json(&line).into_owned()
}
