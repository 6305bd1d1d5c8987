//! Other programs that judge what ours writes, or give it a terminal, where they are installed.

use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};

use crate::stage::Stage;

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

/// Starts vmlogin on a terminal of its own with 60 columns; `None`, said aloud, where `script` is not installed.
pub(crate) fn on_a_terminal(
    stage: &Stage,
    arguments: &str,
    variables: &[(&str, &str)],
) -> Option<Child> {
    // `exec`, so that a signal to the terminal's program reaches vmlogin.
    scripted(stage, &format!("exec '{VMLOGIN}' {arguments}"), variables)
}

/// The same, and its exit code is noted in the file `code`, whatever becomes of the terminal.
pub(crate) fn on_a_terminal_and_noted(stage: &Stage, arguments: &str) -> Option<Child> {
    let line =
        format!("trap '' HUP INT; (trap - HUP INT; exec '{VMLOGIN}' {arguments}); echo $? > code");
    scripted(stage, &line, &[])
}

const VMLOGIN: &str = env!("CARGO_BIN_EXE_vmlogin");

fn scripted(stage: &Stage, doing: &str, variables: &[(&str, &str)]) -> Option<Child> {
    let line = format!("stty cols 60 rows 24; {doing}");
    let mut command = Command::new("script");
    command
        .args(["-qefc", &line, "/dev/null"])
        .current_dir(stage.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", stage.path(""))
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let child = command.spawn().ok();
    if child.is_none() {
        let mut err = std::io::stderr();
        writeln!(err, "skipped: `script` is not installed here").expect("stderr");
    }
    child
}

/// Everything that came to the terminal.
pub(crate) fn all_of(mut child: Child) -> (Option<i32>, String) {
    // Open until the end: where stdin closes, `script` ends the terminal.
    let stdin = child.stdin.take();
    let mut bytes = Vec::new();
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_to_end(&mut bytes)
        .expect("text");
    drop(stdin);
    let text = String::from_utf8(bytes).expect("UTF-8");
    (child.wait().expect("it ends").code(), text)
}
