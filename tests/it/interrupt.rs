//! Real signals in every phase of a run: nothing new starts, what runs is awaited, and the report is written.

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
fn a_reader_that_goes_away_neither_stops_an_apply_nor_loses_its_report() {
    for verb in [&APPLY[..], &["apply", "--yes"]] {
        let slow = Slow::new(CHAIN, "1000", "");
        let mut child = slow
            .command(verb)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        drop(child.stdout.take());
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said}");
        assert!(
            said.contains("stdout takes nothing any more: the report is in .vmlogin/last-run.txt"),
            "{said}"
        );
        let kept = slow.kept().expect("a report");
        assert!(kept.contains("apply: 4 done, 0 failed"), "{kept}");
        assert_eq!(
            kept.contains("\"event\":\"summary\""),
            verb == APPLY,
            "{kept}"
        );
        assert!(kept.starts_with("vmlogin apply --yes "), "{kept}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_apply_whose_report_nobody_takes_is_left_by_the_second_interrupt() {
    let slow = Slow::new(CHAIN, "2000", "");
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    let mut command = slow.command(&["apply", "--yes"]);
    let mut child = command
        .stdout(writer.try_clone().expect("another end"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut until_said = |text: &str| {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).expect("a line"), 0);
        }
    };
    until_said("begin create");
    // The plan is out by now; what Linux gives a pipe is filled, so that there is no room for the report.
    let plan = reader.read(&mut [0; 64 << 10]).expect("the plan");
    assert_ne!(plan, 0);
    writer.write_all(&[b'.'; 64 << 10]).expect("room");
    kill(child.id(), &["INT"]);
    until_said("stopping: nothing new starts");
    kill(child.id(), &["INT"]);
    // That it leaves is not said where the report already stands in the way.
    let mut rest = Vec::new();
    stderr.read_to_end(&mut rest).expect("its end");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let kept = slow.kept().expect("a report");
    assert!(kept.contains("exit 130: "), "{kept}");
}

/// Whoever reads the events sleeps: the run stands still between two of them. What it did by then is kept.
#[cfg(target_os = "linux")]
#[test]
fn what_is_known_of_an_apply_whose_events_nobody_takes_is_kept() {
    let slow = Slow::new(CHAIN, "2000", "");
    let kept = stuck(&slow, &["apply", "--yes", "--json", "--progress", "plain"]);
    assert!(
        kept.contains("running it again continues:\n  vmlogin apply --yes --json"),
        "{kept}"
    );
}

/// A saved plan is used once: what would be refused is no way to go on.
#[cfg(target_os = "linux")]
#[test]
fn a_saved_plan_whose_events_nobody_takes_is_to_be_planned_anew() {
    let slow = Slow::new(CHAIN, "2000", "");
    let mut save = slow.command(&["plan", "-o", "plan.json"]);
    assert_eq!(save.output().expect("a plan").status.code(), Some(0));
    let kept = stuck(
        &slow,
        &["apply", "plan.json", "--json", "--progress", "plain"],
    );
    assert!(
        kept.contains("a new plan continues:\n  vmlogin plan "),
        "{kept}"
    );
}

/// Interrupts an apply twice that stands still between two events, and gives back what it has kept.
#[cfg(target_os = "linux")]
fn stuck(slow: &Slow, arguments: &[&str]) -> String {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let mut command = slow.command(arguments);
    let mut child = command
        .stdout(writer.try_clone().expect("another end"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut until_said = |text: &str| {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).expect("a line"), 0);
        }
    };
    let mut reader = BufReader::new(reader);
    let mut events = String::new();
    while !events.contains("\"event\":\"running\"") {
        assert_ne!(reader.read_line(&mut events).expect("a line"), 0);
    }
    // Whatever stands in the pipe: it is filled, and stays so, as nobody reads.
    let filling = std::thread::spawn(move || writer.write_all(&[b'.'; 1 << 20]));
    kill(child.id(), &["INT"]);
    until_said("stopping: nothing new starts");
    kill(child.id(), &["INT"]);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let kept = slow.kept().expect("a report");
    assert!(kept.contains("exit 130: left at once"), "{kept}");
    // Where the run stood still, before the step was told to be left or after, nobody can choose.
    let tells = [
        "begun, end unknown: create vm:core/rg-web/web01/identity
",
        "may still run in Azure:",
    ];
    assert!(tells.iter().any(|told| kept.contains(told)), "{kept}");
    assert!(
        kept.contains("so far: 0 done, ")
            && kept.contains(
                ", 3 not begun
"
            ),
        "{kept}"
    );
    drop(reader);
    filling.join().expect("no panic").expect_err("nobody reads");
    kept
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

/// Begins on a terminal, waits for a question, and does something to whoever sits there. The code that vmlogin ended with, which
/// a shell beside it has noted, and what stood on the terminal.
fn asked(
    slow: &Slow,
    verb: &str,
    question: &str,
    act: impl FnOnce(&mut Child),
) -> Option<(String, String)> {
    let line = format!("{verb} --sandbox={}", slow.server.url);
    let mut child = on_a_terminal_and_noted(&slow.stage, &line)?;
    let mut out = child.stdout.take().expect("a pipe");
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(question) {
        let mut byte = [0];
        assert_eq!(
            out.read(&mut byte).expect("bytes"),
            1,
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        bytes.extend(byte);
    }
    act(&mut child);
    out.read_to_end(&mut bytes).expect("bytes");
    child.wait().expect("it ends");
    // The note is there as soon as vmlogin has ended, which it does by itself.
    let noted = loop {
        match std::fs::read_to_string(slow.stage.path("code")) {
            Ok(code) if code.ends_with('\n') => break code,
            _ => std::thread::yield_now(),
        }
    };
    Some((
        noted.trim().to_owned(),
        String::from_utf8_lossy(&bytes).into_owned(),
    ))
}

const QUESTIONS: [(&str, &str); 2] = [
    ("apply", "type yes to apply: "),
    ("init -o new.kdl", "name of the estate"),
];

#[test]
fn ctrl_c_at_a_question_ends_it_with_nothing_done() {
    for (verb, question) in QUESTIONS {
        let slow = Slow::new(CHAIN, "0", "");
        let press = |child: &mut Child| {
            let stdin = child.stdin.as_mut().expect("a keyboard");
            stdin.write_all(b"\x03").expect("a keyboard");
            stdin.flush().expect("a keyboard");
        };
        let Some((code, text)) = asked(&slow, verb, question, press) else {
            return;
        };
        assert_eq!(code, "130", "{text}");
        assert!(
            text.contains("stopped before anything was written"),
            "{text}"
        );
        assert_eq!(slow.writes(), Vec::<String>::new());
    }
}

#[test]
fn a_terminal_that_is_closed_at_a_question_ends_it_with_nothing_done() {
    for (verb, question) in QUESTIONS {
        let slow = Slow::new(CHAIN, "0", "");
        // Whoever holds the other end of the terminal is gone.
        let close = |child: &mut Child| child.kill().expect("it can be ended");
        let Some((code, text)) = asked(&slow, verb, question, close) else {
            return;
        };
        assert_eq!(code, "143", "{text}");
        assert_eq!(slow.writes(), Vec::<String>::new());
        assert!(!slow.stage.path("new.kdl").exists());
    }
}

#[test]
fn a_terminal_that_is_closed_while_it_writes_leaves_a_whole_report() {
    let slow = Slow::new(CHAIN, "2000", "");
    let line = format!("apply --yes --sandbox={}", slow.server.url);
    let Some(mut child) = on_a_terminal(&slow.stage, &line, &[]) else {
        return;
    };
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("(1 s") {
        assert_ne!(out.read_until(b's', &mut bytes).expect("bytes"), 0);
    }
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
    // It ends by itself, and nothing but its report tells.
    let kept = loop {
        match slow.kept() {
            Some(kept) if kept.contains("\nended ") => break kept,
            _ => std::thread::yield_now(),
        }
    };
    assert!(kept.contains("exit 143: "), "{kept}");
    assert!(
        kept.contains("stopped: the terminal was closed (SIGHUP)"),
        "{kept}"
    );
    assert!(
        kept.contains("apply: 1 done, 0 failed, 3 not started"),
        "{kept}"
    );
    assert_eq!(slow.writes().len(), 1);
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
