//! Runs that are stopped: by Ctrl-C, by SIGTERM twice, by `--timeout`. No clock is waited for: each signal follows a line.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::estate::{CHAIN, stage};
use crate::stage::{Server, Stage};

/// A run against a server whose operations take a while.
struct Run {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Run {
    fn apply(stage: &Stage, server: &Server, more: &[&str]) -> Run {
        let at = format!("--sandbox={}", server.url);
        let mut command = stage.command(&["apply", "--yes", &at]);
        let mut child = command
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        Run { child, stderr }
    }

    /// Reads progress up to a line with this text.
    fn until(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let read = self.stderr.read_line(&mut line).expect("text");
            assert!(read > 0, "ended before `{text}`");
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// The exit code and what stdout says.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).expect("text");
        let mut report = String::new();
        let mut stdout = self.child.stdout.take().expect("a pipe");
        stdout.read_to_string(&mut report).expect("text");
        (self.child.wait().expect("it ends").code(), report)
    }
}

fn world(latency: &str) -> (Stage, Server) {
    let stage = stage(CHAIN);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--latency", latency]);
    (stage, server)
}

#[cfg(unix)]
#[test]
fn the_first_ctrl_c_lets_what_runs_end_and_starts_nothing_new() {
    let (stage, server) = world("500");
    let mut run = Run::apply(&stage, &server, &[]);
    run.until("begin create vm:core/rg-web/web01/identity");
    run.signal("-INT");
    let (code, report) = run.end();
    assert_eq!(code, Some(130), "{report}");
    assert!(
        report.contains("apply: 1 done, 0 deferred, 0 failed, 0 blocked, 3 not started"),
        "{report}"
    );
    assert!(report.contains("stopped: Ctrl-C\n"), "{report}");
    assert!(
        report.contains("running it again continues: vmlogin apply --yes --sandbox=http://"),
        "{report}"
    );
}

#[cfg(unix)]
#[test]
fn the_second_signal_leaves_at_once() {
    let (stage, server) = world("600000");
    let mut run = Run::apply(&stage, &server, &[]);
    run.until("begin create vm:core/rg-web/web01/identity");
    run.signal("-TERM");
    run.until("stopping: nothing new starts");
    run.signal("-TERM");
    let (code, report) = run.end();
    assert_eq!(code, Some(143), "{report}");
    assert!(
        report.contains("x failed create vm:core/rg-web/web01/identity"),
        "{report}"
    );
    assert!(report.contains("stopped: SIGTERM\n"), "{report}");
}

#[test]
fn time_that_is_up_before_anything_was_written_has_a_code_of_its_own() {
    let (stage, server) = world("500");
    let (code, report) = Run::apply(&stage, &server, &["--timeout", "1ns"]).end();
    assert_eq!((code, report.as_str()), (Some(9), ""));
}

#[test]
fn a_served_sandbox_keeps_its_state_whatever_ends_it() {
    let stage = stage(CHAIN);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let at = format!("--sandbox={}", server.url);
    stage.run(&["apply", "--yes", &at]).expect(0);
    drop(server);
    let again = stage.sandbox(&["apply", "--yes"]).expect(0);
    assert!(
        again.stdout.starts_with("plan: nothing is to change"),
        "{again}"
    );
}
