//! Sentences on a screen: safe to show, broken at blanks where the screen ends, hanging below their beginning.

use std::fmt::Write;

use super::{Paint, View, foreign, given};

/// How much further the second and later lines are indented.
const HANG: usize = 2;

/// A sentence, or several lines of them, after an indent. A word that is longer than the screen stays whole: it is an address or
/// an id, which people copy; and so does a command of ours, which they paste.
pub(crate) fn prose(view: View, indent: usize, text: &str) -> String {
    let mut screen = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = line.replace('\t', " ");
        let line = given::completed(&line, view.given);
        let safe = foreign::line(&line).into_owned();
        let mut column = 0;
        for word in words(&safe) {
            let length = word.chars().count();
            if column == 0 {
                let _ = write!(screen, "{:indent$}{word}", "");
                column = indent + length;
            } else if column + 1 + length > view.width {
                let hang = indent + HANG;
                let _ = write!(screen, "\n{:hang$}{word}", "");
                column = hang + length;
            } else {
                let _ = write!(screen, " {word}");
                column += 1 + length;
            }
        }
        screen.push('\n');
    }
    screen
}

/// The words of a line, each command of ours as one.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let command = rest
            .starts_with("`vmlogin ")
            .then(|| rest[1..].find('`'))
            .flatten()
            .map_or(0, |end| end + 1);
        let end = rest[command..].find(char::is_whitespace);
        let (word, after) = rest.split_at(end.map_or(rest.len(), |end| command + end));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// The same, its first words painted.
pub(crate) fn headed(
    view: View,
    indent: usize,
    head: &str,
    paint: fn(Paint, &str) -> String,
    text: &str,
) -> String {
    let plain = prose(view, indent, &format!("{head} {text}"));
    plain.replacen(head, &paint(view.paint, head), 1)
}

/// The line of one step: what happens to it, its address, and what a sentence calls it, on a line of its own where it would
/// not fit.
pub(crate) fn step(
    view: View,
    head: &str,
    paint: fn(Paint, &str) -> String,
    address: &str,
    title: &str,
) -> String {
    let (address, title) = (
        foreign::line(address),
        format!("({})", foreign::line(title)),
    );
    let length = 2 + head.chars().count() + 1 + address.chars().count() + 1 + title.chars().count();
    let head = paint(view.paint, head);
    if length <= view.width {
        return format!("  {head} {address} {}\n", view.paint.dim(&title));
    }
    let lines = prose(view, 6, &title);
    let lines = lines.lines().map(|line| view.paint.dim(line) + "\n");
    format!("  {head} {address}\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::Given;
    use super::*;

    fn view(width: usize) -> View {
        View {
            paint: Paint::OFF,
            width,
            verbose: false,
            given: Given::NONE,
        }
    }

    #[test]
    fn a_sentence_is_broken_at_blanks_and_hangs() {
        assert_eq!(
            prose(
                view(30),
                4,
                "help: ask for role `Reader` there, or wait\n\n\tsome \u{1b} minutes"
            ),
            "    help: ask for role\n      `Reader` there, or wait\n    some \\u{1b} minutes\n"
        );
    }

    #[test]
    fn a_word_longer_than_the_screen_stays_whole() {
        let id = "x".repeat(40);
        assert_eq!(
            prose(view(30), 2, &format!("at {id} now")),
            format!("  at\n    {id}\n    now\n")
        );
    }

    #[test]
    fn only_the_head_is_painted() {
        let colored = View {
            paint: Paint { on: true },
            ..view(40)
        };
        let text = headed(colored, 2, "x error", Paint::removed, "error x error");
        assert_eq!(text.matches('\u{1b}').count(), 2);
        assert!(text.starts_with("  \u{1b}"));
    }

    #[test]
    fn a_title_that_does_not_fit_gets_a_line_of_its_own() {
        assert_eq!(
            step(view(40), "+ create", Paint::added, "vm:a/b/c", "VM `c`"),
            "  + create vm:a/b/c (VM `c`)\n"
        );
        assert_eq!(
            step(view(20), "+ create", Paint::added, "vm:a/b/c", "VM `c`"),
            "  + create vm:a/b/c\n      (VM `c`)\n"
        );
    }
}
