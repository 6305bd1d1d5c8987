//! Real signals: nothing new starts, what runs is awaited, and the report is written.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::estate::{CHAIN, HEAD, SEED};
use crate::stage::{Server, Stage};

/// What an interrupted apply left.
struct End {
    code: Option<i32>,
    events: Vec<Json>,
    stderr: String,
}

impl End {
    fn summary(&self) -> &Json {
        self.events.last().expect("a last event")
    }
}

/// Applies against a slow server and sends signals while the first step's operation runs.
fn interrupted(signals: &[&str]) -> End {
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--latency", "2000"]);
    let sandbox = format!("--sandbox={}", server.url);
    let mut child = stage
        .command(&["apply", "--yes", "--json", &sandbox])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut lines = String::new();
    while !lines.contains("\"event\":\"running\"") {
        assert_ne!(stdout.read_line(&mut lines).expect("a line"), 0, "{lines}");
    }
    let mut said = String::new();
    for signal in signals {
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        // Two signals are two only if the first was seen before the second came.
        while !said.contains("stopping") {
            assert_ne!(stderr.read_line(&mut said).expect("a line"), 0, "{said}");
        }
    }
    stdout.read_to_string(&mut lines).expect("text");
    stderr.read_to_string(&mut said).expect("text");
    End {
        code: child.wait().expect("it ends").code(),
        events: lines
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect(),
        stderr: said,
    }
}

#[test]
fn the_first_interrupt_awaits_what_runs_and_starts_nothing_new() {
    let end = interrupted(&["INT"]);
    let summary = end.summary();
    assert_eq!(end.code, Some(130), "{summary}");
    assert_eq!(summary["done"], 1, "{summary}");
    assert_eq!(summary["not_started"], 3, "{summary}");
    assert_eq!(summary["exit"], 130, "{summary}");
}

#[test]
fn the_second_interrupt_leaves_now_and_says_what_still_runs() {
    let end = interrupted(&["INT", "INT"]);
    let summary = end.summary();
    assert_eq!(end.code, Some(130), "{summary}");
    assert_eq!(summary["done"], 0, "{summary}");
    assert_eq!(summary["failed"], 1, "{summary}");
    let running = end
        .events
        .iter()
        .find_map(|event| event["outcome"]["fault"]["operation_url"].as_str())
        .expect("the URL of what still runs");
    assert!(running.contains("/operations/"), "{running}");
}

#[test]
fn a_termination_is_as_orderly() {
    let end = interrupted(&["TERM"]);
    let summary = end.summary();
    assert_eq!(end.code, Some(143), "{summary}");
    assert_eq!(summary["not_started"], 3, "{summary}");
    assert!(end.stderr.contains("stopping"), "{}", end.stderr);
}
