//! What is wrong in a manifest, ready to be shown.
//!
//! Each stage keeps an enum of its own in a `problem.rs` beside the code that finds the mistakes; this is the one shape
//! that they are all turned into. Problems are collected, never thrown: people fix five mistakes faster together.

use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt;

/// One mistake in what the user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The stable number that `explain` knows.
    pub code: Code,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Why these places; the first is the primary one. They may lie in different texts. Empty where the mistake lies in
    /// no text, as with `--set`.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A stable number of a problem, such as `VML112`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// A place, and why it is pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words; may be empty where the message says it all.
    pub text: String,
    /// Whether a secret may stand there, so that no screen shows what does.
    pub secret: bool,
}

impl Label {
    /// A label with its words.
    pub fn new(span: Span, text: impl Into<String>) -> Label {
        Label {
            span,
            text: text.into(),
            secret: false,
        }
    }

    /// A label at a place that no screen shows.
    pub fn secret(span: Span, text: impl Into<String>) -> Label {
        Label {
            secret: true,
            ..Label::new(span, text)
        }
    }
}

impl Problem {
    /// The primary place, if the mistake lies in a text.
    pub fn place(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// How many problems one report shows; that there are more is said in a last note.
pub const MOST_PROBLEMS: usize = 100;

/// The code of the note that ends a report which was cut.
pub const CUT_SHORT: Code = Code("VML000");

/// Puts problems into the order in which they are shown: by text, place and code. Says each once, and at most
/// [`MOST_PROBLEMS`]: of more, the last is a note that says so. Reports that were settled before can be put together and
/// settled again; their notes become one.
pub fn settle(problems: Vec<Problem>) -> Vec<Problem> {
    let (notes, mut problems): (Vec<_>, Vec<_>) = problems
        .into_iter()
        .partition(|problem| problem.code == CUT_SHORT);
    problems.sort_by_cached_key(|problem| {
        let place = problem.place().map(|span| (span.source, span.start));
        (place, problem.code, problem.message.clone())
    });
    problems.dedup();
    if problems.len() + notes.len().min(1) > MOST_PROBLEMS {
        problems.truncate(MOST_PROBLEMS - 1);
        problems.push(cut_short());
    } else if !notes.is_empty() {
        problems.push(cut_short());
    }
    problems
}

/// The note that ends a report of which some problems were left out. How many is not counted: a stage may have stopped looking.
pub fn cut_short() -> Problem {
    Problem {
        code: CUT_SHORT,
        message: "there are more problems than these".to_owned(),
        labels: Vec::new(),
        help: Some("fix the ones above and run again".to_owned()),
    }
}

/// The word of `among` that `word` was probably meant to be: the fewest slips of the finger away (a letter too many, too
/// few, wrong, or two swapped), and no more than a third of its letters. Of equals, the first by the alphabet.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().take(LONGEST_WORD + 1).collect();
    if letters.len() > LONGEST_WORD {
        return None;
    }
    let among: BTreeSet<&str> = among.into_iter().collect();
    // One letter could be any other; two are worth a guess.
    let reach = (letters.len() / 3).max(usize::from(letters.len() > 1));
    let slips = among.into_iter().filter_map(|candidate| {
        let candidate_letters: Vec<char> = candidate.chars().take(LONGEST_WORD + 1).collect();
        let close = candidate_letters.len().abs_diff(letters.len()) <= reach;
        let slips = if close {
            distance(&letters, &candidate_letters)
        } else {
            usize::MAX
        };
        let only_case = slips > reach && candidate.to_lowercase() == word.to_lowercase();
        (slips <= reach || only_case).then_some((slips, candidate))
    });
    slips
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
        .filter(|candidate| *candidate != word)
}

/// Words beyond this are not compared: the work grows with the square of their length.
const LONGEST_WORD: usize = 80;

/// The Damerau-Levenshtein distance in its restricted form: no stretch is edited twice.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            row[j + 1] = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y;
            if swapped {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
