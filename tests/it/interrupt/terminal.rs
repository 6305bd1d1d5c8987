//! Runs on a terminal: a signal at a question, and a terminal that is closed.

use super::*;

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
