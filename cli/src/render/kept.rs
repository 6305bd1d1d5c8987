//! The report of a run as it is kept in a file, for whoever could not see its screen.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;
use vmlogin_engine::address::Address;
use vmlogin_engine::event::Outcome;
use vmlogin_engine::plan::Action;

use super::given::{Given, completed};
use super::{View, fault, foreign, prose};
use crate::exit::Exit;

/// What is kept of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'a> {
    /// The command line, ready to be pasted.
    pub line: &'a str,
    /// The folder that it ran in.
    pub folder: &'a Path,
    /// The number of its process.
    pub process: u32,
    /// When it was begun.
    pub began: Timestamp,
    /// What the commands that it names are about.
    pub given: Given,
    /// How it ended; nothing while it runs.
    pub end: Option<End<'a>>,
}

/// The end of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    /// When it came.
    pub at: Timestamp,
    /// What it ended with.
    pub exit: Exit,
    /// Whether it did not await what ran.
    pub left: bool,
    /// Its report.
    pub report: &'a str,
    /// The last event of `--json`, where that was given.
    pub event: Option<&'a str>,
}

/// The whole text.
pub(crate) fn text(kept: Kept<'_>) -> String {
    let folder = kept.folder.to_string_lossy();
    let mut text = format!(
        "{}\nin {}\nbegan {}\n",
        foreign::line(kept.line),
        foreign::line(&folder),
        time(kept.began)
    );
    let Some(end) = kept.end else {
        let said = format!(
            "no end yet: process {} is still writing, or was ended hard; `vmlogin plan` shows what is left to do",
            kept.process
        );
        let _ = writeln!(text, "{}", completed(&said, kept.given));
        return text;
    };
    let meaning = match end.left {
        true => "left at once: what ran was not awaited, and may go on in Azure",
        false => end.exit.meaning(),
    };
    let _ = writeln!(
        text,
        "ended {}, exit {}: {meaning}\n\n{}",
        time(end.at),
        end.exit.code(),
        end.report.trim_end()
    );
    if let Some(event) = end.event {
        let _ = writeln!(text, "\n{event}");
    }
    text
}

/// How the steps of a run stand that could not end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoFar<'a> {
    /// How those ended that did.
    pub ended: &'a BTreeMap<&'a Address, &'a Outcome>,
    /// Those that were begun and have not ended.
    pub running: &'a BTreeMap<Address, Action>,
    /// How many were not begun.
    pub not_begun: usize,
    /// What goes on, and the command line for it.
    pub again: (&'a str, &'a str),
}

/// The report of such a run: what is known of it.
pub(crate) fn so_far(so_far: SoFar<'_>, view: View) -> String {
    let count = |of: fn(&Outcome) -> bool| so_far.ended.values().filter(|it| of(it)).count();
    let mut text = prose::prose(
        view,
        0,
        "nobody took what was written, so the run could not end; what is known of it:",
    );
    for (address, action) in so_far.running {
        let line = format!("begun, end unknown: {action} {address}");
        text.push_str(&prose::prose(view, 2, &line));
    }
    for (address, outcome) in so_far.ended {
        if let Outcome::Failed { fault } = outcome {
            text.push_str(&prose::prose(view, 2, &format!("failed: {address}")));
            text.push_str(&fault::body(fault, view, 6, usize::MAX));
        }
    }
    let line = format!(
        "so far: {} done, {} failed, {} begun, {} not begun",
        count(|outcome| matches!(outcome, Outcome::Done { .. })),
        count(|outcome| matches!(outcome, Outcome::Failed { .. })),
        so_far.running.len(),
        so_far.not_begun,
    );
    text.push_str(&prose::prose(view, 0, &line));
    let (way, line) = so_far.again;
    let _ = writeln!(text, "{way}:\n  {line}");
    text
}

fn time(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M:%S UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::PLAIN;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-21T{time}Z").parse().expect("a time")
    }

    fn kept(end: Option<End<'_>>) -> String {
        text(Kept {
            line: "vmlogin apply --yes --json",
            folder: Path::new("/home/kim/estate"),
            process: 4711,
            began: at("03:00:00"),
            given: Given::NONE,
            end,
        })
    }

    #[test]
    fn a_run_without_an_end_says_so() {
        insta::assert_snapshot!(kept(None), @"
        vmlogin apply --yes --json
        in /home/kim/estate
        began 2026-11-21 03:00:00 UTC
        no end yet: process 4711 is still writing, or was ended hard; `vmlogin plan` shows what is left to do
        ");
    }

    #[test]
    fn an_ended_run_has_its_code_its_report_and_its_last_event() {
        let end = End {
            at: at("03:02:11"),
            exit: Exit::Partly,
            left: false,
            report: "apply: 3 done, 1 failed\n",
            event: Some(r#"{"event":"summary"}"#),
        };
        insta::assert_snapshot!(kept(Some(end)), @r#"
        vmlogin apply --yes --json
        in /home/kim/estate
        began 2026-11-21 03:00:00 UTC
        ended 2026-11-21 03:02:11 UTC, exit 6: apply finished partly; running again is safe

        apply: 3 done, 1 failed

        {"event":"summary"}
        "#);
    }

    #[test]
    fn a_run_that_was_left_is_not_called_orderly_and_tells_what_is_known() {
        let address = |name: &str| Address::new("vm", ["core", "rg-web", name, "login"]);
        let (web01, done) = (address("web01"), Outcome::Done { note: None });
        let ended = BTreeMap::from([(&web01, &done)]);
        let running = BTreeMap::from([(address("web02"), Action::Create)]);
        let known = SoFar {
            ended: &ended,
            running: &running,
            not_begun: 2,
            again: ("running it again continues", "vmlogin apply --yes --json"),
        };
        let end = End {
            at: at("03:02:11"),
            exit: Exit::Interrupted,
            left: true,
            report: &so_far(known, PLAIN),
            event: None,
        };
        insta::assert_snapshot!(kept(Some(end)), @"
        vmlogin apply --yes --json
        in /home/kim/estate
        began 2026-11-21 03:00:00 UTC
        ended 2026-11-21 03:02:11 UTC, exit 130: left at once: what ran was not awaited, and may go on in Azure

        nobody took what was written, so the run could not end; what is known of it:
          begun, end unknown: create vm:core/rg-web/web02/login
        so far: 1 done, 0 failed, 1 begun, 2 not begun
        running it again continues:
          vmlogin apply --yes --json
        ");
    }
}
