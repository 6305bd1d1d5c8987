//! The report of a run as it is kept in a file, for whoever could not see its screen.

use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;

use super::foreign;
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
        let _ = writeln!(
            text,
            "no end yet: process {} is still writing, or was ended hard; `vmlogin plan` shows what is left to do",
            kept.process
        );
        return text;
    };
    let _ = writeln!(
        text,
        "ended {}, exit {}: {}\n\n{}",
        time(end.at),
        end.exit.code(),
        end.exit.meaning(),
        end.report.trim_end()
    );
    if let Some(event) = end.event {
        let _ = writeln!(text, "\n{event}");
    }
    text
}

fn time(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M:%S UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-21T{time}Z").parse().expect("a time")
    }

    fn kept(end: Option<End<'_>>) -> String {
        text(Kept {
            line: "vmlogin apply --yes --json",
            folder: Path::new("/home/kim/estate"),
            process: 4711,
            began: at("03:00:00"),
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
}
