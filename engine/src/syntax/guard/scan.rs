//! The single pass: token after token, with a stack of the blocks that are open.

use super::lex::{Class, Text};
use super::piece::{Block, Part, Piece, Plan};
use super::statement::{Last, Parenthesis, Stage, Statement};
use super::word::{self, Word};
use super::{
    MOST_COMMENT_MARKS, MOST_COMMENTED, MOST_KEPT, MOST_NESTED, MOST_NODE_BYTES, MOST_SLASHDASHED,
};
use crate::source::SourceId;
use crate::syntax::problem::SyntaxProblem;
use std::ops::Range;

/// How far is looked for the ends of a `${name}`.
const LONGEST_NAME: usize = 200;

/// A block that is open; the first stands for the whole text.
#[derive(Debug, Default)]
struct Frame {
    /// The `{`.
    open: usize,
    /// The line of the `{`, and how many blanks begin it.
    line: usize,
    indent: usize,
    /// Whether what is in it is commented out, and whether that begins here.
    silent: bool,
    silenced_here: bool,
    /// How many `/-` it lies in.
    slashdashes: usize,
    /// What of it has been cut off already.
    parts: Vec<Part>,
    /// Where the rest begins.
    run: usize,
    statement: Statement,
}

pub(super) struct Scan<'t> {
    text: Text<'t>,
    piece_bytes: usize,
    at: usize,
    frames: Vec<Frame>,
    /// Blocks that are open beyond [`MOST_NESTED`].
    beyond: usize,
    holes: Vec<Range<usize>>,
    plan: Plan,
    problems: Vec<SyntaxProblem>,
    /// A block that was closed by a brace further left than the line that opened it.
    suspect: Option<usize>,
    /// Whether a string or comment ran to the end of the text.
    swallowed: bool,
    /// How many newlines between tokens were read, how many blanks begin the line, and whether these still go on.
    line: usize,
    indent: usize,
    indenting: bool,
    /// Holes that are known beforehand, the next one last.
    known_holes: Vec<Range<usize>>,
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
            swallowed: false,
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
    fn token(&mut self) -> bool {
        let at = self.at;
        if let Some(hole) = self.known_holes.pop_if(|hole| hole.start <= at) {
            self.at = hole.end;
            self.statement().spaced = true;
            self.holes.push(hole);
            return true;
        }
        let class = self.text.class(at);
        self.indenting &= matches!(class, Class::Space(_) | Class::Newline(_));
        if let Some(backslash) = self.statement().backslash
            && !matches!(class, Class::Space(_) | Class::Newline(_) | Class::End)
            && !(class == Class::Slash && !self.text.starts(at, "/-"))
        {
            self.statement().backslash = None;
            self.fail(
                backslash,
                SyntaxProblem::Unexpected {
                    written: "\\".to_owned(),
                    span: self.text.span(backslash, backslash + 1),
                },
            );
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

    /// Closes what is still open.
    fn end_of_text(&mut self) {
        let end = self.text.text.len();
        let complete = self.beyond == 0 && !self.swallowed;
        self.beyond = 0;
        if self.frames.len() > 1 && complete {
            let open = self.suspect.unwrap_or(self.frame().open);
            self.report(SyntaxProblem::UnclosedBlock {
                opened: self.text.span(open, open + 1),
                end: self.text.span(end, end),
            });
        }
        while self.frames.len() > 1 {
            self.close_frame(end);
            self.statement().broken = true;
        }
        self.end_statement(end, end);
        let run = self.frame().run;
        if run < end {
            self.cut_run(run..end);
        }
        self.plan.parts = std::mem::take(&mut self.frame().parts);
    }

    // ---- What ends nodes ----

    fn newline(&mut self, at: usize, next: usize) {
        self.line += 1;
        self.indent = 0;
        self.indenting = true;
        let statement = self.statement();
        if statement.backslash.take().is_some() || statement.is_slashdash_last() {
            statement.spaced = true;
            return;
        }
        self.end_statement(at, next);
    }

    fn semicolon(&mut self, at: usize) {
        let span = self.text.span(at, at + 1);
        let statement = self.statement();
        if statement.start.is_none() {
            self.fail(at, SyntaxProblem::LoneSemicolon { span });
        } else if statement.silent && !statement.is_waiting() {
            self.fail(at, SyntaxProblem::SlashdashBySemicolon { span });
        }
        self.end_statement(at, at + 1);
    }

    /// Ends the node that is being read at `end`; the next may begin at `next`.
    fn end_statement(&mut self, end: usize, next: usize) {
        if self.beyond > 0 {
            return;
        }
        self.check_complete(end);
        let statement = std::mem::take(self.statement());
        let Some(start) = statement.start else { return };
        let broken = statement.broken || self.is_too_long(start, end);
        let run = self.frame().run;
        if broken {
            self.fill_holes(start);
            self.holes.push(start..next);
        } else if let Some(block) = statement.large {
            let head = Piece {
                range: start..next,
                holes: self.take_holes(start),
            };
            if run < start {
                self.cut_run(run..start);
            }
            let frame = self.frame();
            frame.parts.push(Part::Large(head, block));
            frame.run = next;
            return;
        }
        if next - run > self.piece_bytes {
            self.cut_run(run..next);
        }
    }

    /// Complains of what a node that ends at `end` still lacks.
    fn check_complete(&mut self, end: usize) {
        let statement = self.statement();
        let (stage, last, slashdash) = (statement.stage, statement.last, statement.slashdash);
        let (parenthesis, annotation) = (statement.parenthesis, statement.annotation);
        if let Some(parenthesis) = parenthesis {
            let open = parenthesis.open;
            self.fail(
                open,
                SyntaxProblem::UnclosedAnnotation {
                    span: self.text.span(open, open + 1),
                },
            );
        } else if stage == Stage::Value {
            self.missing_value(last, end);
        } else if let Some(open) = annotation {
            self.fail(
                open,
                SyntaxProblem::LoneAnnotation {
                    span: self.text.span(open, end),
                },
            );
        } else if let Some(open) = slashdash {
            self.fail(
                open,
                SyntaxProblem::LoneSlashdash {
                    span: self.text.span(open, open + 2),
                },
            );
        }
    }

    fn missing_value(&mut self, last: Last, end: usize) {
        let (start, stop) = if let Last::Text(start, stop) = last {
            (start, stop)
        } else {
            (end, end)
        };
        let name = self.text.slice(start, stop).to_owned();
        self.fail(
            start,
            SyntaxProblem::MissingValue {
                name,
                span: self.text.span(start, end),
            },
        );
    }

    fn is_too_long(&mut self, start: usize, end: usize) -> bool {
        if end - start <= MOST_NODE_BYTES {
            return false;
        }
        let from = self.holes.partition_point(|hole| hole.start < start);
        let bytes = end - start - self.holes[from..].iter().map(Range::len).sum::<usize>();
        if bytes > MOST_NODE_BYTES {
            self.report(SyntaxProblem::TooLong {
                most_kilobytes: MOST_NODE_BYTES >> 10,
                span: self.text.span(start, start),
            });
        }
        bytes > MOST_NODE_BYTES
    }

    // ---- Cutting ----

    fn cut_run(&mut self, range: Range<usize>) {
        let end = range.end;
        let piece = Piece {
            holes: self.take_holes(range.start),
            range,
        };
        let frame = self.frame();
        frame.run = end;
        if frame.silent {
            self.plan.silent.push(piece);
        } else {
            frame.parts.push(Part::Nodes(piece));
        }
    }

    /// The holes from `start` on: nobody else needs them.
    fn take_holes(&mut self, start: usize) -> Vec<Range<usize>> {
        let from = self.holes.partition_point(|hole| hole.start < start);
        self.holes.split_off(from)
    }

    /// Forgets the holes from `start` on, which a larger one takes in.
    fn fill_holes(&mut self, start: usize) {
        let from = self.holes.partition_point(|hole| hole.start < start);
        self.holes.truncate(from);
    }

    // ---- Blocks ----

    fn open_brace(&mut self, at: usize) -> usize {
        if self.beyond > 0 {
            self.beyond += 1;
            return at + 1;
        }
        let statement = self.statement();
        let after_dollar = at > 0
            && !statement.spaced
            && statement.stage != Stage::Start
            && self.text.byte(at - 1) == Some(b'$');
        if after_dollar {
            return self.unquoted_pattern(at);
        }
        let span = self.text.span(at, at + 1);
        let statement = self.statement();
        let problem = match statement.stage {
            Stage::Start => Some(SyntaxProblem::BlockWithoutName { span }),
            Stage::Entries | Stage::Blocks
                if statement.slashdash.is_none() && statement.has_block =>
            {
                Some(SyntaxProblem::SecondBlock { span })
            }
            _ => None,
        };
        self.check_before_block(at);
        if let Some(problem) = problem {
            self.fail(at, problem);
        }
        self.push_frame(at);
        at + 1
    }

    fn check_before_block(&mut self, at: usize) {
        let slashdash = self.statement().slashdash.take();
        self.check_complete(at);
        let statement = self.statement();
        statement.slashdash = slashdash;
        statement.parenthesis = None;
        statement.annotation = None;
    }

    fn push_frame(&mut self, at: usize) {
        let statement = self.statement();
        statement.start.get_or_insert(at);
        statement.stage = Stage::Blocks;
        let slashdashed = statement.slashdash.take().is_some();
        statement.has_block |= !slashdashed;
        let silenced_here = slashdashed || statement.silent;
        let frame = self.frame();
        let slashdashes = frame.slashdashes + usize::from(silenced_here);
        let silent = frame.silent || silenced_here;
        if slashdashes > MOST_SLASHDASHED {
            self.too_deep(
                at,
                SyntaxProblem::SlashdashTooDeep {
                    most: MOST_SLASHDASHED,
                    span: self.text.span(at, at + 1),
                },
            );
        } else if self.frames.len() > MOST_NESTED {
            self.too_deep(
                at,
                SyntaxProblem::TooDeep {
                    most: MOST_NESTED,
                    span: self.text.span(at, at + 1),
                },
            );
        } else {
            let (line, indent) = (self.line, self.indent);
            self.frames.push(Frame {
                open: at,
                line,
                indent,
                silent,
                silenced_here,
                slashdashes,
                run: at + 1,
                ..Frame::default()
            });
        }
    }

    fn too_deep(&mut self, at: usize, problem: SyntaxProblem) {
        self.fail(at, problem);
        self.beyond = 1;
    }

    fn close_brace(&mut self, at: usize) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        if self.frames.len() == 1 {
            self.fail(
                at,
                SyntaxProblem::StrayBrace {
                    span: self.text.span(at, at + 1),
                },
            );
            return;
        }
        self.note_suspect();
        self.close_frame(at);
    }

    fn close_frame(&mut self, at: usize) {
        self.end_statement(at, at);
        let body = self.frame().open + 1..at;
        let run = self.frame().run;
        let is_large = body.len() > self.piece_bytes;
        if is_large || self.frame().silenced_here {
            if run < at {
                self.cut_run(run..at);
            }
            self.fill_holes(body.start);
            self.holes.push(body);
        }
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let statement = self.statement();
        statement.spaced = false;
        if is_large && !frame.silent {
            statement.large = Some(Block { parts: frame.parts });
        }
    }

    /// Notes a block whose closing brace is further left than the line that opened it: it probably lacks its own.
    fn note_suspect(&mut self) {
        let (open, line, indent) = (self.frame().open, self.frame().line, self.frame().indent);
        if self.suspect.is_none() && indent > self.indent && line < self.line {
            self.suspect = Some(open);
        }
    }

    // ---- Tokens of a node ----

    fn word(&mut self, at: usize) -> usize {
        let end = self.text.word_end(at);
        let written = self.text.slice(at, end);
        if written == "r" && matches!(self.text.class(end), Class::Quote | Class::Hash) {
            let hashes = self.count_hashes(end);
            if self.text.byte(end + hashes) == Some(b'"') {
                self.fail(
                    at,
                    SyntaxProblem::OldRawString {
                        span: self.text.span(at, end + hashes + 1),
                    },
                );
                let read = if hashes == 0 {
                    self.text.quoted(end)
                } else {
                    self.text.raw(end, hashes)
                };
                return read.end;
            }
        }
        match word::judge(written, self.text.span(at, end)) {
            Ok(Word::Text) => self.value(at, end, true),
            Ok(Word::Number) => self.value(at, end, false),
            Err(problem) => {
                self.value(at, end, true);
                self.fail(at, problem);
            }
        }
        end
    }

    fn string(&mut self, at: usize, read: super::string::Read) -> usize {
        self.value(at, read.end, true);
        if let Some(problem) = read.problem {
            self.swallowed |= read.end == self.text.text.len()
                && matches!(problem, SyntaxProblem::UnclosedString { .. });
            self.fail(at, problem);
        }
        read.end
    }

    fn hash(&mut self, at: usize) -> usize {
        let hashes = self.count_hashes(at);
        if self.text.byte(at + hashes) == Some(b'"') {
            let read = self.text.raw(at, hashes);
            return self.string(at, read);
        }
        let end = self.text.word_end(at + hashes);
        self.value(at, end, false);
        let written = self.text.slice(at, end);
        if !matches!(
            written,
            "#true" | "#false" | "#null" | "#inf" | "#-inf" | "#nan"
        ) {
            self.fail(
                at,
                SyntaxProblem::UnknownKeyword {
                    written: written.to_owned(),
                    span: self.text.span(at, end),
                },
            );
        }
        end
    }

    fn count_hashes(&self, at: usize) -> usize {
        self.text.text.as_bytes()[at..]
            .iter()
            .take_while(|byte| **byte == b'#')
            .count()
    }

    /// Takes a string, number or keyword in; only a string can be a name.
    fn value(&mut self, at: usize, end: usize, is_text: bool) {
        let statement = self.statement();
        if let Some(parenthesis) = &mut statement.parenthesis {
            let bad = !is_text || parenthesis.named;
            parenthesis.named = true;
            if bad {
                self.fail(
                    at,
                    SyntaxProblem::BadAnnotation {
                        span: self.text.span(at, end),
                    },
                );
            }
            return;
        }
        self.begin_after_silent(at);
        let statement = self.statement();
        let annotated = statement.annotation.take().is_some();
        let (spaced, stage) = (statement.spaced || annotated, statement.stage);
        statement.start.get_or_insert(at);
        statement.spaced = false;
        let silenced = statement.slashdash.take().is_some();
        let problem = match stage {
            Stage::Start => {
                statement.silent = silenced;
                statement.stage = Stage::Entries;
                statement.last = Last::Name;
                (!is_text).then(|| SyntaxProblem::BadName {
                    written: self.text.slice(at, end).to_owned(),
                    span: self.text.span(at, end),
                })
            }
            Stage::Entries => {
                statement.last = if is_text && !annotated {
                    Last::Text(at, end)
                } else {
                    Last::Value
                };
                (!spaced && !silenced).then(|| SyntaxProblem::MissingSpace {
                    span: self.text.span(at, end),
                })
            }
            Stage::Value => {
                statement.stage = Stage::Entries;
                statement.last = Last::Value;
                None
            }
            Stage::Blocks => Some(SyntaxProblem::AfterBlock {
                span: self.text.span(at, end),
            }),
        };
        if let Some(problem) = problem {
            self.fail(at, problem);
        }
    }

    /// A node that is commented out ends with its block; another may begin on the same line.
    fn begin_after_silent(&mut self, at: usize) {
        if self.beyond > 0 {
            return;
        }
        let statement = self.statement();
        if statement.silent && statement.stage == Stage::Blocks {
            let from = statement.slashdash.or(statement.annotation).unwrap_or(at);
            let next = Statement {
                start: Some(from),
                slashdash: statement.slashdash.take(),
                annotation: statement.annotation.take(),
                ..Statement::default()
            };
            self.end_statement(from, from);
            *self.statement() = next;
        }
    }

    fn equals(&mut self, at: usize) {
        let statement = self.statement();
        match (statement.stage, statement.last) {
            (Stage::Entries, Last::Text(..)) if !statement.is_waiting() => {
                statement.stage = Stage::Value;
            }
            (Stage::Entries, Last::Name) if !statement.is_waiting() => {
                self.fail(
                    at,
                    SyntaxProblem::PropertyWithoutNode {
                        span: self.text.span(at, at + 1),
                    },
                );
            }
            _ => self.unexpected(at, at + 1),
        }
    }

    fn open_parenthesis(&mut self, at: usize) {
        self.begin_after_silent(at);
        let statement = self.statement();
        let misplaced = statement.parenthesis.is_some()
            || statement.annotation.is_some()
            || statement.stage == Stage::Blocks;
        let crowded =
            statement.stage == Stage::Entries && !statement.spaced && statement.slashdash.is_none();
        statement.start.get_or_insert(at);
        if misplaced {
            self.unexpected(at, at + 1);
        } else if crowded {
            self.fail(
                at,
                SyntaxProblem::MissingSpace {
                    span: self.text.span(at, at + 1),
                },
            );
        }
        self.statement().parenthesis = Some(Parenthesis {
            open: at,
            named: false,
        });
    }

    fn close_parenthesis(&mut self, at: usize) {
        let statement = self.statement();
        match statement.parenthesis.take() {
            Some(Parenthesis { open, named: true }) => {
                statement.annotation = Some(open);
                statement.spaced = true;
            }
            Some(Parenthesis { open, .. }) => self.fail(
                open,
                SyntaxProblem::BadAnnotation {
                    span: self.text.span(open, at + 1),
                },
            ),
            None => self.unexpected(at, at + 1),
        }
    }

    fn slash(&mut self, at: usize) -> usize {
        if self.text.starts(at, "//") {
            return self.text.line_end(at);
        }
        if self.text.starts(at, "/*") {
            return self.comment(at);
        }
        if !self.text.starts(at, "/-") {
            self.unexpected(at, at + 1);
            return at + 1;
        }
        let statement = self.statement();
        let misplaced = statement.slashdash.is_some()
            || statement.parenthesis.is_some()
            || statement.annotation.is_some();
        let crowded = statement.stage == Stage::Entries && !statement.spaced;
        if misplaced || crowded {
            self.unexpected(at, at + 2);
        } else if statement.stage == Stage::Value {
            let last = statement.last;
            self.missing_value(last, at);
        }
        let statement = self.statement();
        statement.start.get_or_insert(at);
        statement.slashdash = Some(at);
        at + 2
    }

    fn comment(&mut self, at: usize) -> usize {
        let comment = self.text.comment(at);
        self.statement().spaced = true;
        if !comment.closed {
            self.swallowed = true;
            self.fail(
                at,
                SyntaxProblem::UnclosedComment {
                    opened: self.text.span(at, at + 2),
                },
            );
        } else if comment.depth > MOST_COMMENTED {
            self.fail(
                at,
                SyntaxProblem::CommentTooDeep {
                    most: MOST_COMMENTED,
                    span: self.text.span(at, at + 2),
                },
            );
        } else if comment.marks > MOST_COMMENT_MARKS {
            self.holes.push(at..comment.end);
        }
        comment.end
    }

    /// `rg-${env}` without quotes: to KDL, a word and a block.
    fn unquoted_pattern(&mut self, brace: usize) -> usize {
        let start = self.word_start(brace);
        let mut end = brace;
        while self.text.byte(end) == Some(b'{') && self.text.byte(end - 1) == Some(b'$') {
            // The look is short, so that many of them in one line take no longer.
            let near = self.text.text.as_bytes()[end..]
                .iter()
                .take(LONGEST_NAME)
                .position(|byte| matches!(byte, b'}' | b'\n'));
            let Some(close) = near.filter(|close| self.text.byte(end + close) == Some(b'}')) else {
                break;
            };
            end = self.text.word_end(end + close + 1);
        }
        let end = end.max(brace + 1);
        let written = self.text.slice(start, end).to_owned();
        self.fail(
            start,
            SyntaxProblem::UnquotedPattern {
                written,
                span: self.text.span(start, end),
            },
        );
        end
    }

    /// Where the bare word begins that ends at `end`.
    fn word_start(&self, end: usize) -> usize {
        let statement = self.frames.last().map(|frame| &frame.statement);
        let from = match statement.map(|statement| (statement.last, statement.start)) {
            Some((Last::Text(start, _), _)) | Some((_, Some(start))) => start,
            _ => end,
        };
        let before = self.text.slice(from, end);
        let letters = before
            .char_indices()
            .rev()
            .take(LONGEST_NAME)
            .take_while(|(at, _)| matches!(self.text.class(from + at), Class::Letter(_)));
        letters.last().map_or(end, |(at, _)| from + at)
    }

    // ---- Mistakes ----

    fn unexpected(&mut self, start: usize, end: usize) {
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
    fn fail(&mut self, at: usize, problem: SyntaxProblem) {
        let statement = self.statement();
        statement.start.get_or_insert(at);
        if !std::mem::replace(&mut statement.broken, true) {
            self.report(problem);
        }
    }

    fn statement(&mut self) -> &mut Statement {
        &mut self.frame().statement
    }

    fn frame(&mut self) -> &mut Frame {
        // The first frame is never popped: `close_brace` and `end_of_text` see to that.
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn report(&mut self, problem: SyntaxProblem) {
        if self.beyond == 0 && self.problems.len() < MOST_KEPT {
            self.problems.push(problem);
        }
    }
}
