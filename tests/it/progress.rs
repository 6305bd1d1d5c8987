//! What people see on a real terminal: `script` makes one, and a small screen of our own shows what stands on it.

use std::io::{BufRead, BufReader, Read, Write};

use crate::estate::{CHAIN, HEAD, SEED};
use crate::program::{all_of, on_a_terminal};
use crate::stage::{Server, Stage};

/// What a terminal of one width shows, as far as vmlogin's signs go: text, line ends, up, and the two ways to clear.
struct Glass {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    width: usize,
    /// How often a line was longer than the screen.
    wrapped: usize,
}

impl Glass {
    fn showing(bytes: &str, width: usize) -> Glass {
        let mut glass = Glass {
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
            width,
            wrapped: 0,
        };
        let mut letters = bytes.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' => glass.column = 0,
                '\n' => glass.down(),
                '\u{1b}' => {
                    assert_eq!(letters.next(), Some('['), "a sign that nobody expects");
                    let mut sign = String::new();
                    while !sign.ends_with(|last: char| last.is_ascii_alphabetic()) {
                        sign.push(letters.next().expect("a whole sign"));
                    }
                    glass.obey(&sign);
                }
                letter => glass.put(letter),
            }
        }
        glass
    }

    fn down(&mut self) {
        self.row += 1;
        if self.row == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn put(&mut self, letter: char) {
        if self.column == self.width {
            self.wrapped += 1;
            self.column = 0;
            self.down();
        }
        let line = &mut self.lines[self.row];
        while line.len() <= self.column {
            line.push(' ');
        }
        line[self.column] = letter;
        self.column += 1;
    }

    fn obey(&mut self, sign: &str) {
        let (number, what) = sign.split_at(sign.len() - 1);
        match what {
            "A" => self.row -= number.parse::<usize>().expect("a number"),
            "K" => self.lines[self.row].truncate(self.column),
            "J" => {
                self.lines[self.row].truncate(self.column);
                self.lines.truncate(self.row + 1);
            }
            "m" => {}
            other => panic!("a sign that nobody expects: {other}"),
        }
    }

    fn text(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .map(|line| line.iter().collect::<String>().trim_end().to_owned())
            .collect();
        lines.join("\n")
    }
}

fn slow() -> (Stage, Server, String) {
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--latency", "1200"]);
    let sandbox = format!("--sandbox={}", server.url);
    (stage, server, sandbox)
}

#[test]
fn a_terminal_shows_a_bar_that_is_gone_at_the_end() {
    let (stage, _server, sandbox) = slow();
    let Some(child) = on_a_terminal(&stage, &format!("apply --yes {sandbox}"), &[]) else {
        return;
    };
    let (code, bytes) = all_of(child);
    assert_eq!(code, Some(0), "{bytes}");
    assert!(bytes.contains("0 of 4 steps"), "{bytes}");
    assert!(
        bytes.contains("create vm:core/rg-web/web01/login ("),
        "{bytes}"
    );
    assert!(bytes.contains('█') && bytes.contains('░'), "{bytes}");
    let frames = bytes.matches(" of 4 steps").count();
    assert!(frames < 100, "{frames} frames in some seconds");
    let glass = Glass::showing(&bytes, 60);
    let text = glass.text();
    assert!(
        !text.contains(" of 4 steps") && !text.contains('█'),
        "{text}"
    );
    assert!(
        text.ends_with("apply: 4 done, 0 failed; 6 verified\n"),
        "{text}"
    );
}

#[test]
fn no_live_line_is_wider_than_the_screen() {
    let (stage, _server, sandbox) = slow();
    let Some(child) = on_a_terminal(&stage, &format!("apply --yes {sandbox}"), &[]) else {
        return;
    };
    let (_, bytes) = all_of(child);
    let mut seen = 0;
    // Pieces between line ends and signs; a sign's own letters (`[K`, `[2A`) stand before the piece.
    for piece in bytes.split(['\r', '\n', '\u{1b}']) {
        let is_sign = |letter: char| letter == '[' || letter.is_ascii_digit();
        let text = match piece.starts_with('[') {
            true => piece.trim_start_matches(is_sign).get(1..).unwrap_or(""),
            false => piece,
        };
        if text.contains(" of 4 steps") || text.starts_with("    create ") {
            seen += 1;
            assert!(text.chars().count() < 60, "{text:?}");
        }
    }
    assert!(seen > 1, "{bytes}");
}

#[test]
fn an_interrupt_leaves_a_clean_screen() {
    let (stage, _server, sandbox) = slow();
    let Some(mut child) = on_a_terminal(&stage, &format!("apply --yes {sandbox}"), &[]) else {
        return;
    };
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("(1 s") {
        assert_ne!(out.read_until(b's', &mut bytes).expect("bytes"), 0);
    }
    // Ctrl-C, as the terminal's keyboard sends it.
    stdin.write_all(b"\x03").expect("a keyboard");
    stdin.flush().expect("a keyboard");
    out.read_to_end(&mut bytes).expect("bytes");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let bytes = String::from_utf8(bytes).expect("UTF-8");
    let text = Glass::showing(&bytes, 60).text();
    assert!(text.contains("stopping: nothing new starts"), "{text}");
    assert!(text.contains("stopped: Ctrl-C"), "{text}");
    assert!(!text.contains(" of 4 steps"), "{text}");
}

#[test]
fn nothing_is_drawn_where_nobody_looks_or_nothing_can_be_drawn() {
    let (stage, _server, sandbox) = slow();
    for variables in [
        [("TERM", "dumb")],
        [("CI", "true")],
        [("VMLOGIN_PROGRESS", "plain")],
    ] {
        let line = format!("plan {sandbox} --target vm:core/rg-web/web01/identity");
        let Some(child) = on_a_terminal(&stage, &line, &variables) else {
            return;
        };
        let (code, bytes) = all_of(child);
        assert_eq!(code, Some(0), "{bytes}");
        assert!(!bytes.contains('\u{1b}'), "{variables:?}: {bytes:?}");
    }
    let piped = stage.run(&["apply", "--yes", &sandbox]).expect(0);
    assert!(!piped.says("\u{1b}") && !piped.says("█"), "{piped}");
    assert!(
        piped.says("begin create vm:core/rg-web/web01/login"),
        "{piped}"
    );
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let stage = Stage::new(
        &format!("{HEAD}resource-group rg-web {{ vm web01 {{ logn }} }}\n"),
        SEED,
    );
    for variables in [[("TERM", "dumb")], [("LANG", "C")], [("LC_ALL", "POSIX")]] {
        let Some(child) = on_a_terminal(&stage, "validate", &variables) else {
            return;
        };
        let (code, bytes) = all_of(child);
        assert_eq!(code, Some(3), "{bytes}");
        assert!(bytes.is_ascii(), "{variables:?}: {bytes}");
        assert!(
            bytes.contains("VML110") || bytes.contains("logn"),
            "{bytes}"
        );
    }
    let mut command = stage.command(&["validate"]);
    command.env("LANG", "C");
    insta::assert_snapshot!(stage.finish(command).expect(3));
}

#[test]
fn what_programs_read_keeps_its_characters_whatever_the_locale() {
    let stage = Stage::new(
        &format!("{HEAD}resource-group rg-web {{ grant user (group)\"sg ×…\" }}\n"),
        SEED,
    );
    let mut command = stage.command(&["graph", "--format", "mermaid"]);
    command.env("LANG", "C");
    let screen = stage.finish(command).expect(0);
    assert!(screen.stdout.contains("sg ×…"), "{screen}");
}
