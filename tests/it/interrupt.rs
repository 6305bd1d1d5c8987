//! Real signals in every phase of a run: nothing new starts, what runs is awaited, and the report is written.

mod terminal;
mod unread;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use serde_json::Value as Json;

use crate::estate::{CHAIN, HEAD, SEED};
use crate::program::{on_a_terminal, on_a_terminal_and_noted};
use crate::stage::{Server, Stage};

/// A machine that is off, so that waiting for it has no end.
const OFF: &str = "resource-group rg-web { vm web02 { identity system-assigned; login } }\n";

/// A sandbox that takes its time, with what it was asked.
struct Slow {
    stage: Stage,
    server: Server,
}

impl Slow {
    fn new(manifest: &str, latency: &str, faults: &str) -> Slow {
        let stage = Stage::new(&format!("{HEAD}{manifest}"), &format!("{SEED}{faults}\n"));
        let mut arguments = vec!["--seed", "sandbox.kdl", "--log", "log.ndjson"];
        if latency != "0" {
            arguments.extend(["--latency", latency]);
        }
        let server = Server::start(&stage, &arguments);
        Slow { stage, server }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.command(arguments);
        command.arg(format!("--sandbox={}", self.server.url));
        command
    }

    fn begin(&self, arguments: &[&str]) -> Run {
        Run::begin(self.command(arguments))
    }

    /// What was asked so far: methods and places.
    fn asked(&self) -> impl Iterator<Item = (String, String)> {
        let log = std::fs::read_to_string(self.stage.path("log.ndjson")).unwrap_or_default();
        let rows: Vec<Json> = log
            .lines()
            .map(|row| serde_json::from_str(row).expect("a row"))
            .collect();
        rows.into_iter().map(|row| {
            let text = |name: &str| row[name].as_str().expect("a text").to_owned();
            (text("method"), text("url"))
        })
    }

    /// The writes that were sent so far.
    fn writes(&self) -> Vec<String> {
        self.asked()
            .filter(|(method, url)| {
                method != "GET" && !url.contains("/oauth2/") && !url.contains("$batch")
            })
            .map(|(method, url)| format!("{method} {url}"))
            .collect()
    }

    /// What is kept of the last run.
    fn kept(&self) -> Option<String> {
        std::fs::read_to_string(self.stage.path(".vmlogin/last-run.txt")).ok()
    }
}

/// A run beside the test.
struct Run {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    lines: String,
    said: String,
}

impl Run {
    fn begin(mut command: Command) -> Run {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        Run {
            stdout: BufReader::new(child.stdout.take().expect("a pipe")),
            stderr: BufReader::new(child.stderr.take().expect("a pipe")),
            child,
            lines: String::new(),
            said: String::new(),
        }
    }

    /// Reads stdout until a text stands there.
    fn until(&mut self, text: &str) {
        while !self.lines.contains(text) {
            let read = self.stdout.read_line(&mut self.lines).expect("a line");
            assert_ne!(read, 0, "{}", self.lines);
        }
    }

    /// Reads stderr until a text stands there.
    fn until_said(&mut self, text: &str) {
        while !self.said.contains(text) {
            let read = self.stderr.read_line(&mut self.said).expect("a line");
            assert_ne!(read, 0, "{}", self.said);
        }
    }

    /// Sends a signal. Two of them are two only if the first was seen before the second came.
    fn send(&self, signal: &str) {
        kill(self.child.id(), &[signal]);
    }

    fn end(mut self) -> End {
        self.stdout.read_to_string(&mut self.lines).expect("text");
        self.stderr.read_to_string(&mut self.said).expect("text");
        End {
            code: self.child.wait().expect("it ends").code(),
            events: self
                .lines
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect(),
            stderr: self.said,
        }
    }
}

/// Sends signals right after each other.
fn kill(process: u32, signals: &[&str]) {
    let sent: Vec<String> = signals
        .iter()
        .map(|signal| format!("kill -{signal} {process}"))
        .collect();
    let status = Command::new("sh")
        .args(["-c", &sent.join("; ")])
        .status()
        .expect("a shell runs");
    assert!(status.success());
}

/// What an interrupted run left.
struct End {
    code: Option<i32>,
    events: Vec<Json>,
    stderr: String,
}

impl End {
    fn summary(&self) -> &Json {
        self.events.last().expect("a last event")
    }

    /// Asserts on the code, and that the summary and the kept report have it too.
    #[track_caller]
    fn expect(&self, code: i32) -> &Json {
        let summary = self.summary();
        assert_eq!(self.code, Some(code), "{summary} {}", self.stderr);
        assert_eq!(summary["event"], "summary", "{summary}");
        assert_eq!(summary["exit"], code, "{summary}");
        summary
    }
}

const APPLY: [&str; 3] = ["apply", "--yes", "--json"];

/// Applies against a slow server and sends signals while the first step's operation runs. The end, and the writes that were sent
/// when the first signal came and at the end.
fn interrupted(signals: &[&str]) -> (End, String) {
    let slow = Slow::new(CHAIN, "2000", "");
    let mut run = slow.begin(&APPLY);
    run.until("\"event\":\"running\"");
    let before = slow.writes();
    assert_eq!(before.len(), 1, "{before:?}");
    for signal in signals {
        run.send(signal);
        run.until_said("nothing new starts");
    }
    let end = run.end();
    assert_eq!(slow.writes(), before, "nothing new was sent");
    let kept = slow.kept().expect("a report");
    assert!(kept.contains("{\"event\":\"summary\""), "{kept}");
    (end, kept)
}

#[test]
fn the_first_interrupt_awaits_what_runs_and_starts_nothing_new() {
    let (end, kept) = interrupted(&["INT"]);
    let summary = end.expect(130);
    assert_eq!(summary["done"], 1, "{summary}");
    assert_eq!(summary["not_started"], 3, "{summary}");
    assert_eq!(summary["stopped"], "Ctrl-C", "{summary}");
    let again = summary["again"].as_str().expect("a command");
    assert!(
        again.starts_with("vmlogin apply --yes --json --sandbox="),
        "{again}"
    );
    assert!(
        kept.contains("exit 130: interrupted by Ctrl-C, orderly\n"),
        "{kept}"
    );
    assert!(kept.contains("stopped: Ctrl-C\n"), "{kept}");
    // Each step has its end among the events, those too that were never begun.
    let ended = end.events.iter().filter(|event| event["event"] == "ended");
    assert_eq!(ended.count(), 4);
}

#[test]
fn the_second_interrupt_leaves_now_and_says_what_still_runs() {
    let (end, kept) = interrupted(&["INT", "INT"]);
    let summary = end.expect(130);
    assert_eq!(summary["done"], 0, "{summary}");
    assert_eq!(summary["failed"], 1, "{summary}");
    let running = end
        .events
        .iter()
        .find_map(|event| event["outcome"]["fault"]["operation_url"].as_str())
        .expect("the URL of what still runs");
    assert!(running.contains("/operations/"), "{running}");
    let place = running.split('?').next().expect("a place");
    assert!(kept.contains(place), "{kept}");
    assert!(
        kept.contains("exit 130: left at once: what ran was not awaited, and may go on in Azure\n"),
        "{kept}"
    );
}

#[test]
fn a_termination_is_as_orderly() {
    let (end, kept) = interrupted(&["TERM"]);
    let summary = end.expect(143);
    assert_eq!(summary["not_started"], 3, "{summary}");
    assert_eq!(summary["stopped"], "SIGTERM", "{summary}");
    assert!(end.stderr.contains("stopping"), "{}", end.stderr);
    assert!(kept.contains("stopped: SIGTERM"), "{kept}");
}

#[test]
fn a_terminal_that_is_closed_is_as_orderly_however_often_that_is_told() {
    let (end, kept) = interrupted(&["HUP", "HUP"]);
    let summary = end.expect(143);
    assert_eq!(summary["done"], 1, "{summary}");
    assert_eq!(summary["not_started"], 3, "{summary}");
    assert!(
        kept.contains("stopped: the terminal was closed (SIGHUP)"),
        "{kept}"
    );
}

#[test]
fn two_different_signals_at_once_leave_now_with_the_code_of_one_of_them() {
    let slow = Slow::new(CHAIN, "2000", "");
    let mut run = slow.begin(&APPLY);
    run.until("\"event\":\"running\"");
    kill(run.child.id(), &["TERM", "INT"]);
    let end = run.end();
    let code = end.code.expect("a code");
    assert!([130, 143].contains(&code), "{code}");
    let summary = end.expect(code);
    assert_eq!(summary["failed"], 1, "{summary}");
    assert!(end.stderr.contains("leaving now"), "{}", end.stderr);
    assert_eq!(slow.writes().len(), 1);
}

#[test]
fn a_signal_while_it_reads_ends_it_at_once() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
        // The survey is told to come back in a minute.
        let wait = "fault method=GET status=429 code=TooManyRequests retry-after=60 times=1000";
        let slow = Slow::new(CHAIN, "0", wait);
        for verb in [&["plan", "--json"][..], &APPLY] {
            let mut run = slow.begin(verb);
            run.until_said("waits 60.0 s");
            run.send(signal);
            let end = run.end();
            end.expect(code);
            assert!(
                end.stderr.contains("stopped before anything was written"),
                "{}",
                end.stderr
            );
        }
        assert_eq!(slow.writes(), Vec::<String>::new());
        assert_eq!(
            slow.kept(),
            None,
            "nothing was written, so there is nothing to report"
        );
    }
}

/// Whoever reads the events learns why none come.
#[test]
fn what_waits_while_it_reads_is_an_event_too() {
    let wait = "fault method=GET status=429 code=TooManyRequests retry-after=60 times=1000";
    let slow = Slow::new(CHAIN, "0", wait);
    for verb in [&["plan", "--json"][..], &APPLY] {
        let mut run = slow.begin(verb);
        run.until("\"event\":\"held\"");
        run.send("TERM");
        run.end().expect(143);
    }
}

/// Every secret is read, and nothing was written: nothing is.
#[cfg(all(target_os = "linux", debug_assertions))]
#[test]
fn a_signal_when_secrets_are_read_ends_it_before_anything_is_written() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
        let slow = Slow::new(CHAIN, "0", "");
        let mut command = slow.command(&APPLY);
        command.env("VMLOGIN_PROVOKED_BY_A_TEST", "pause");
        let run = Run::begin(command);
        let process = run.child.id();
        let is_stopped = || {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
            let stat = stat.expect("a process that nobody has awaited");
            let state = stat.rsplit(") ").next().and_then(|it| it.chars().next());
            assert_ne!(state, Some('Z'), "it ended, and did not pause");
            state == Some('T')
        };
        while !is_stopped() {
            std::thread::yield_now();
        }
        kill(process, &[signal, "CONT"]);
        let end = run.end();
        assert_eq!(end.code, Some(code), "{signal}: {}", end.stderr);
        let summary = end.summary();
        assert_eq!(summary["exit"], code, "{summary}");
        assert_eq!(summary["done"], 0, "{summary}");
        assert_eq!(slow.writes(), Vec::<String>::new(), "{signal}");
    }
}

/// It is not listened for yet: the system's own way is as good where nothing was begun.
#[cfg(unix)]
#[test]
fn a_signal_before_anything_is_listened_for_ends_it_with_nothing_done() {
    use std::os::unix::process::ExitStatusExt;
    let slow = Slow::new(CHAIN, "0", "");
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        // The plan comes from a pipe that says nothing.
        let mut command = slow.command(&["apply", "/dev/stdin"]);
        command.stdin(Stdio::piped());
        let mut run = Run::begin(command);
        run.send(signal);
        let ended = run.child.wait().expect("it ends");
        assert_eq!(ended.signal(), Some(number), "{ended:?}");
    }
    assert_eq!(slow.asked().count(), 0);
    assert_eq!(slow.kept(), None);
}

#[test]
fn a_write_that_waits_to_be_sent_again_is_given_up() {
    let wait = "fault method=PUT status=429 code=TooManyRequests retry-after=60 times=1000\nfault method=PATCH status=429 code=TooManyRequests retry-after=60 times=1000";
    let slow = Slow::new(CHAIN, "0", wait);
    let mut run = slow.begin(&APPLY);
    run.until_said("waits 60.0 s");
    let before = slow.writes();
    run.send("INT");
    let end = run.end();
    let summary = end.expect(130);
    assert_eq!(summary["done"], 0, "{summary}");
    assert_eq!(slow.writes(), before);
    assert!(slow.kept().expect("a report").contains("exit 130"));
}

#[test]
fn a_signal_while_it_looks_at_what_was_written_leaves_the_looks_out() {
    let clean = Slow::new(CHAIN, "0", "");
    let applied = clean.command(&["apply", "--yes", "--verify", "none"]);
    clean.stage.finish(applied).expect(0);
    // Every reading behind those of the plan and the writes is a look, and is told to come back in a minute.
    let readings = clean
        .asked()
        .filter(|(method, url)| method == "GET" && url.starts_with("/subscriptions/"));
    let after = readings.count();
    let wait = format!(
        "fault method=GET path=\"/subscriptions/*\" status=429 code=TooManyRequests retry-after=60 after={after} times=1000"
    );
    let slow = Slow::new(CHAIN, "0", &wait);
    let mut run = slow.begin(&APPLY);
    run.until_said("waits 60.0 s");
    run.until("\"event\":\"held\"");
    let before = slow.writes();
    run.send("INT");
    let end = run.end();
    let summary = end.expect(130);
    assert_eq!(summary["done"], 4, "{summary}");
    assert_eq!(summary["again"], Json::Null, "{summary}");
    assert_eq!(slow.writes(), before);
    assert!(end.events.iter().all(|event| event["event"] != "verified"));
    assert!(
        slow.kept()
            .expect("a report")
            .contains("apply: 4 done, 0 failed")
    );
}

#[test]
fn a_signal_while_it_waits_for_machines_ends_the_waiting() {
    for (signal, code) in [("INT", 130), ("HUP", 143)] {
        let slow = Slow::new(OFF, "0", "");
        let mut run = slow.begin(&["apply", "--yes", "--json", "--until-converged", "1h"]);
        run.until("\"event\":\"waiting\"");
        let before = slow.writes();
        run.send(signal);
        let end = run.end();
        let summary = end.expect(code);
        assert_eq!(summary["deferred"], 1, "{summary}");
        assert!(summary["again"].as_str().is_some(), "{summary}");
        assert_eq!(slow.writes(), before);
    }
}

#[test]
fn time_that_is_up_stops_a_run_as_orderly_and_a_signal_beats_it() {
    let slow = Slow::new(CHAIN, "2000", "");
    let mut run = slow.begin(&["apply", "--yes", "--json", "--timeout", "3s"]);
    run.until_said("time is up");
    let before = slow.writes();
    run.send("TERM");
    let end = run.end();
    let summary = end.expect(143);
    assert_eq!(summary["stopped"], "SIGTERM", "{summary}");
    assert_eq!(slow.writes(), before);
}

#[test]
fn a_served_sandbox_ends_by_each_signal() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
        let stage = Stage::new(HEAD, SEED);
        let mut run = Run::begin(stage.command(&["sandbox", "serve", "--seed", "sandbox.kdl"]));
        run.until("\"url\"");
        run.send(signal);
        let end = run.end();
        assert_eq!(end.code, Some(code), "{signal}: {}", end.stderr);
    }
}

#[test]
fn what_was_started_to_ignore_a_signal_ignores_it() {
    let slow = Slow::new(CHAIN, "1000", "");
    let mut nohup = Command::new("sh");
    let line = slow.command(&APPLY);
    nohup
        .args(["-c", "trap '' HUP INT; exec \"$0\" \"$@\""])
        .arg(line.get_program())
        .args(line.get_args())
        .current_dir(slow.stage.path(""))
        .stdin(Stdio::null());
    let mut run = Run::begin(nohup);
    run.until("\"event\":\"running\"");
    kill(run.child.id(), &["HUP", "INT"]);
    let end = run.end();
    let summary = end.expect(0);
    assert_eq!(summary["done"], 4, "{summary}");
    assert_eq!(summary["stopped"], Json::Null, "{summary}");
}

#[test]
fn a_run_that_is_ended_hard_has_left_a_word() {
    let slow = Slow::new(CHAIN, "2000", "");
    let mut run = slow.begin(&APPLY);
    run.until("\"event\":\"running\"");
    run.send("KILL");
    run.end();
    let kept = slow.kept().expect("a word");
    assert!(
        kept.contains("is still writing, or was ended hard"),
        "{kept}"
    );
}

#[test]
fn a_signal_while_the_azure_cli_is_asked_for_a_token_ends_both() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED).with(
            "bin/az",
            "#!/bin/sh\nsleep 600 &\necho $! > \"$HOME/sleeper\"\nwait\n",
        );
        let az = stage.path("bin/az");
        let made = Command::new("chmod").arg("+x").arg(&az).status();
        assert!(made.expect("chmod runs").success());
        let mut command = stage.command(&["plan", "--auth", "cli"]);
        let path = format!("{}:/usr/bin:/bin", stage.path("bin").display());
        command.env("PATH", path);
        let run = Run::begin(command);
        let sleeper = loop {
            match std::fs::read_to_string(stage.path("sleeper")) {
                Ok(process) if process.ends_with('\n') => break process.trim().to_owned(),
                _ => std::thread::yield_now(),
            }
        };
        run.send(signal);
        let end = run.end();
        assert_eq!(end.code, Some(code), "{}", end.stderr);
        let alive = || {
            let state = std::fs::read_to_string(format!("/proc/{sleeper}/stat"));
            state.is_ok_and(|state| !state.contains(") Z "))
        };
        while alive() {
            std::thread::yield_now();
        }
    }
}
