//! Other programs that judge what ours writes, where they are installed.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs a program that may not be installed here; says so where it is not.
pub(crate) fn with_input(program: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        let mut err = std::io::stderr();
        writeln!(err, "skipped: `{program}` is not installed here").expect("stderr");
        return None;
    };
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it takes all");
    Some(output)
}
