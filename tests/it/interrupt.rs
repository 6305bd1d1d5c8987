//! Real signals: nothing new starts, what runs is awaited, and the report is written.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::estate::{CHAIN, HEAD, SEED};
use crate::stage::{Screen, Server, Stage};

/// Applies against a slow server, sends a signal once the first step has begun, and waits for the end.
fn interrupted(signal: &str, times: usize) -> Screen {
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--latency", "1500"]);
    let sandbox = format!("--sandbox={}", server.url);
    let mut child = stage
        .command(&["apply", "--yes", &sandbox])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut err = child.stderr.take().expect("a pipe");
    let mut seen = String::new();
    let mut byte = [0];
    while !seen.contains("begin") && err.read(&mut byte).expect("a pipe") == 1 {
        seen.push(char::from(byte[0]));
    }
    for _ in 0..times {
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        // The second signal is another one only if the first was seen: wait for the word.
        while times > 1 && !seen.contains("stop") && err.read(&mut byte).expect("a pipe") == 1 {
            seen.push(char::from(byte[0]));
        }
    }
    err.read_to_string(&mut seen).expect("text");
    let mut stdout = String::new();
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_to_string(&mut stdout)
        .expect("text");
    let code = child.wait().expect("it ends").code();
    Screen {
        code,
        stdout,
        stderr: seen,
    }
}

#[test]
fn the_first_interrupt_awaits_what_runs_and_starts_nothing_new() {
    let screen = interrupted("INT", 1).expect(130);
    assert!(screen.says("1 done"), "{screen}");
    assert!(screen.says("3 not started"), "{screen}");
    assert!(
        screen.says("vmlogin apply"),
        "it says how to go on: {screen}"
    );
}

#[test]
fn the_second_interrupt_leaves_now_with_the_same_report() {
    let screen = interrupted("INT", 2).expect(130);
    assert!(screen.says("not started"), "{screen}");
    assert!(
        screen.says("/operations/"),
        "it says what still runs: {screen}"
    );
}

#[test]
fn a_termination_is_as_orderly() {
    let screen = interrupted("TERM", 1).expect(143);
    assert!(screen.says("3 not started"), "{screen}");
}
