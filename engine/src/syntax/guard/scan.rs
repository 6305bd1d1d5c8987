//! The single pass: token after token, with a stack of the blocks that are open.

use super::MOST_KEPT;
use super::lex::{Class, Text};
use super::piece::{Part, Piece, Plan};
use super::statement::Statement;
use crate::source::SourceId;
use crate::syntax::problem::SyntaxProblem;
use std::ops::Range;

/// A block that is open; the first stands for the whole text.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The `{`.
    pub(super) open: usize,
    /// The line of the `{`, and how many blanks begin it.
    pub(super) line: usize,
    pub(super) indent: usize,
    /// Whether what is in it is commented out, and whether that begins here.
    pub(super) silent: bool,
    pub(super) silenced_here: bool,
    /// How many `/-` it lies in.
    pub(super) slashdashes: usize,
    /// What of it has been cut off already.
    pub(super) parts: Vec<Part>,
    /// Where the rest begins.
    pub(super) run: usize,
    /// How many blocks nest in its nodes at most.
    pub(super) levels: usize,
    pub(super) statement: Statement,
}

pub(super) struct Scan<'t> {
    pub(super) text: Text<'t>,
    pub(super) piece_bytes: usize,
    pub(super) at: usize,
    pub(super) frames: Vec<Frame>,
    /// Blocks that are open beyond [`MOST_NESTED`].
    pub(super) beyond: usize,
    pub(super) holes: Vec<Range<usize>>,
    pub(super) plan: Plan,
    pub(super) problems: Vec<SyntaxProblem>,
    /// A block that was closed by a brace further left than the line that opened it.
    pub(super) suspect: Option<usize>,
    /// How many nodes have been read, and whether these were too many to read on.
    pub(super) nodes: usize,
    pub(super) stopped: bool,
    /// Whether a string or comment ran to the end of the text.
    pub(super) swallowed: bool,
    /// Where the line began, how many newlines between tokens were read, how many blanks begin the line, and whether these
    /// still go on.
    pub(super) line_start: usize,
    pub(super) line: usize,
    pub(super) indent: usize,
    pub(super) indenting: bool,
    /// Holes that are known beforehand, the next one last.
    pub(super) known_holes: Vec<Range<usize>>,
}

impl<'t> Scan<'t> {
    pub(super) fn new(source: SourceId, text: &'t str, piece_bytes: usize) -> Scan<'t> {
        Scan {
            text: Text { text, source },
            piece_bytes,
            at: if text.starts_with('\u{FEFF}') {
                '\u{FEFF}'.len_utf8()
            } else {
                0
            },
            frames: vec![Frame::default()],
            beyond: 0,
            holes: Vec::new(),
            plan: Plan::default(),
            problems: Vec::new(),
            suspect: None,
            nodes: 0,
            stopped: false,
            swallowed: false,
            line_start: 0,
            line: 0,
            indent: 0,
            indenting: true,
            known_holes: Vec::new(),
        }
    }

    /// Reads a piece again that was planned before: its holes stay holes.
    pub(super) fn again(
        source: SourceId,
        text: &'t str,
        piece: &Piece,
        piece_bytes: usize,
    ) -> Scan<'t> {
        let text = text.get(..piece.range.end).unwrap_or_default();
        let mut scan = Scan::new(source, text, piece_bytes);
        scan.at = piece.range.start;
        scan.frame().run = piece.range.start;
        scan.known_holes = piece.holes.iter().rev().cloned().collect();
        scan
    }

    pub(super) fn run(mut self) -> (Plan, Vec<SyntaxProblem>) {
        while self.token() {}
        self.end_of_text();
        (self.plan, self.problems)
    }

    /// Reads one token; `false` at the end of the text.
    pub(super) fn token(&mut self) -> bool {
        let at = self.at;
        if self.stopped {
            return false;
        }
        if let Some(hole) = self.known_holes.pop_if(|hole| hole.start <= at) {
            self.at = hole.end;
            self.statement().spaced = true;
            self.holes.push(hole);
            return true;
        }
        let line = self.line_start;
        let statement = self.statement();
        if statement.start.is_none() {
            statement.line = line;
        }
        let class = self.text.class(at);
        self.indenting &= matches!(class, Class::Space(_) | Class::Newline(_));
        let goes_on = match class {
            Class::Space(_) | Class::Newline(_) | Class::End => true,
            Class::Slash => !self.text.starts(at, "/-"),
            _ => false,
        };
        if let Some(backslash) = self.statement().backslash.take_if(|_| !goes_on) {
            self.unexpected(backslash, backslash + 1);
        }
        self.at = match class {
            Class::End => return false,
            Class::Space(length) => {
                self.indent += usize::from(self.indenting);
                self.statement().spaced = true;
                at + length
            }
            Class::Newline(length) => {
                self.newline(at, at + length);
                at + length
            }
            Class::Semicolon => {
                self.semicolon(at);
                at + 1
            }
            Class::OpenBrace => self.open_brace(at),
            Class::CloseBrace => {
                self.close_brace(at);
                at + 1
            }
            Class::OpenParenthesis => {
                self.open_parenthesis(at);
                at + 1
            }
            Class::CloseParenthesis => {
                self.close_parenthesis(at);
                at + 1
            }
            Class::Equals => {
                self.equals(at);
                at + 1
            }
            Class::Quote => {
                let read = self.text.quoted(at);
                self.string(at, read)
            }
            Class::Hash => self.hash(at),
            Class::Slash => self.slash(at),
            Class::Backslash => {
                self.statement().backslash = Some(at);
                at + 1
            }
            Class::Bracket => {
                self.unexpected(at, at + 1);
                at + 1
            }
            Class::Hidden(length) => {
                let hidden = self.text.hidden(at, length);
                self.fail(at, hidden);
                at + length
            }
            Class::Letter(_) => self.word(at),
        };
        true
    }

    pub(super) fn unexpected(&mut self, start: usize, end: usize) {
        let written = self.text.slice(start, end).to_owned();
        self.fail(
            start,
            SyntaxProblem::Unexpected {
                written,
                span: self.text.span(start, end),
            },
        );
    }

    /// Notes a mistake in the node that is being read, or in what stands at `at` where none is. Its further mistakes
    /// are left out.
    pub(super) fn fail(&mut self, at: usize, problem: SyntaxProblem) {
        let statement = self.statement();
        statement.start.get_or_insert(at);
        if !std::mem::replace(&mut statement.broken, true) {
            self.report(problem);
        }
    }

    pub(super) fn statement(&mut self) -> &mut Statement {
        &mut self.frame().statement
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        // The first frame is never popped: `close_brace` and `end_of_text` see to that.
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub(super) fn report(&mut self, problem: SyntaxProblem) {
        if self.beyond == 0 && self.problems.len() < MOST_KEPT {
            self.problems.push(problem);
        }
    }
}
