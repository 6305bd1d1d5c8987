//! Where nodes and blocks end, and where the text is cut.

use super::piece::{Block, Part, Piece};
use super::scan::{Frame, Scan};
use super::statement::{Last, Stage};
use super::{MOST_NESTED, MOST_NODE_BYTES, MOST_NODES, MOST_SLASHDASHED};
use crate::source::Span;
use crate::syntax::problem::SyntaxProblem;
use std::ops::Range;

impl Scan<'_> {
    /// Closes what is still open.
    pub(super) fn end_of_text(&mut self) {
        let end = if self.stopped {
            self.at
        } else {
            self.text.text.len()
        };
        let complete = self.beyond == 0 && !self.swallowed && !self.stopped;
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

    pub(super) fn newline(&mut self, at: usize, next: usize) {
        self.line += 1;
        self.indent = 0;
        self.indenting = true;
        let statement = self.statement();
        if statement.backslash.take().is_some() || statement.is_slashdash_last() {
            statement.spaced = true;
            return;
        }
        self.note_lines(at, next);
        self.end_statement(at, next);
        self.line_start = next;
    }

    pub(super) fn semicolon(&mut self, at: usize) {
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
    pub(super) fn end_statement(&mut self, end: usize, next: usize) {
        if self.beyond > 0 {
            return;
        }
        self.check_complete(end);
        let statement = std::mem::take(self.statement());
        let Some(start) = statement.start else { return };
        self.count_node(start);
        let frame = self.frame();
        frame.levels = frame.levels.max(statement.levels);
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
    pub(super) fn check_complete(&mut self, end: usize) {
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
                    span: self.trimmed(open, end),
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

    pub(super) fn missing_value(&mut self, last: Last, end: usize) {
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
                span: self.trimmed(start, end),
            },
        );
    }

    /// Stops reading at the first node that is one too many.
    fn count_node(&mut self, start: usize) {
        self.nodes += 1;
        if self.nodes > MOST_NODES && !self.stopped {
            self.report(SyntaxProblem::TooMany {
                most: MOST_NODES,
                span: self.text.span(start, start),
            });
            self.stopped = true;
        }
    }

    /// A stretch without the blanks at its end.
    fn trimmed(&self, start: usize, end: usize) -> Span {
        let length = self.text.slice(start, end).trim_end().len();
        self.text.span(start, start + length)
    }

    pub(super) fn is_too_long(&mut self, start: usize, end: usize) -> bool {
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

    pub(super) fn cut_run(&mut self, range: Range<usize>) {
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
    pub(super) fn take_holes(&mut self, start: usize) -> Vec<Range<usize>> {
        let from = self.holes.partition_point(|hole| hole.start < start);
        self.holes.split_off(from)
    }

    /// Forgets the holes from `start` on, which a larger one takes in.
    pub(super) fn fill_holes(&mut self, start: usize) {
        let from = self.holes.partition_point(|hole| hole.start < start);
        self.holes.truncate(from);
    }

    pub(super) fn open_brace(&mut self, at: usize) -> usize {
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

    pub(super) fn check_before_block(&mut self, at: usize) {
        let slashdash = self.statement().slashdash.take();
        self.check_complete(at);
        let statement = self.statement();
        statement.slashdash = slashdash;
        statement.parenthesis = None;
        statement.annotation = None;
    }

    pub(super) fn push_frame(&mut self, at: usize) {
        let statement = self.statement();
        statement.start.get_or_insert(at);
        statement.stage = Stage::Blocks;
        let slashdashed = statement.slashdash.take().is_some();
        statement.has_block |= !slashdashed;
        statement.after_silent_block = slashdashed;
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

    pub(super) fn too_deep(&mut self, at: usize, problem: SyntaxProblem) {
        self.fail(at, problem);
        self.beyond = 1;
    }

    pub(super) fn close_brace(&mut self, at: usize) {
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

    pub(super) fn close_frame(&mut self, at: usize) {
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
        statement.levels = statement.levels.max(frame.levels + 1);
        if is_large && !frame.silent {
            statement.large = Some(Block { parts: frame.parts });
        }
    }

    /// Notes a block whose closing brace is further left than the line that opened it: it probably lacks its own.
    pub(super) fn note_suspect(&mut self) {
        let (open, line, indent) = (self.frame().open, self.frame().line, self.frame().indent);
        if self.suspect.is_none() && indent > self.indent && line < self.line {
            self.suspect = Some(open);
        }
    }
}
