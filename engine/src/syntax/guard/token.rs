//! The tokens that a node is made of, and what may follow what.

use super::lex::Class;
use super::scan::Scan;
use super::statement::{Last, Parenthesis, Stage, Statement};
use super::string::Read;
use super::word::{self, Word};
use super::{MOST_COMMENT_MARKS, MOST_COMMENTED};
use crate::syntax::problem::SyntaxProblem;

/// How many `=` are shown: as many as a merge leaves, and one more.
const MOST_MARKS: usize = 8;

/// How far is looked for the ends of a `${name}`.
const LONGEST_NAME: usize = 200;

impl Scan<'_> {
    pub(super) fn word(&mut self, at: usize) -> usize {
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
        let path_end = self.path_end(end);
        if path_end > end {
            let written = self.text.slice(at, path_end).to_owned();
            let span = self.text.span(at, path_end);
            self.value(at, path_end, true);
            self.fail(at, SyntaxProblem::UnquotedSlash { written, span });
            return path_end;
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

    /// The end of a word that goes on behind slashes, as paths and networks do.
    fn path_end(&self, mut end: usize) -> usize {
        while self.text.byte(end) == Some(b'/')
            && matches!(self.text.class(end + 1), Class::Letter(_))
        {
            if matches!(self.text.byte(end + 1), Some(b'*' | b'-')) {
                break;
            }
            end = self.text.word_end(end + 1);
        }
        end
    }

    pub(super) fn string(&mut self, at: usize, read: Read) -> usize {
        self.value(at, read.end, true);
        if let Some(problem) = read.problem {
            self.swallowed |= read.end == self.text.text.len()
                && matches!(problem, SyntaxProblem::UnclosedString { .. });
            self.fail(at, problem);
        }
        read.end
    }

    pub(super) fn hash(&mut self, at: usize) -> usize {
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

    pub(super) fn count_hashes(&self, at: usize) -> usize {
        self.text.text.as_bytes()[at..]
            .iter()
            .take_while(|byte| **byte == b'#')
            .count()
    }

    /// Takes a string, number or keyword in; only a string can be a name.
    pub(super) fn value(&mut self, at: usize, end: usize, is_text: bool) {
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
        } else if is_text && stage != Stage::Start {
            self.note_value(at, end);
        }
    }

    /// A node that is commented out ends with its block; another may begin on the same line.
    pub(super) fn begin_after_silent(&mut self, at: usize) {
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

    pub(super) fn equals(&mut self, at: usize) {
        let statement = self.statement();
        match (statement.stage, statement.last) {
            (Stage::Entries, Last::Text(start, _)) if !statement.is_waiting() => {
                statement.stage = Stage::Value;
                self.forget_value(start);
            }
            (Stage::Entries, Last::Name) if !statement.is_waiting() => {
                self.fail(
                    at,
                    SyntaxProblem::PropertyWithoutNode {
                        span: self.text.span(at, at + 1),
                    },
                );
            }
            _ => {
                // All of them: seven are left of a merge.
                let rest = self.text.text.as_bytes().get(at..).unwrap_or_default();
                let marks = rest
                    .iter()
                    .take(MOST_MARKS)
                    .take_while(|byte| **byte == b'=');
                let marks = marks.count();
                self.unexpected(at, at + marks);
            }
        }
    }

    pub(super) fn open_parenthesis(&mut self, at: usize) {
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

    pub(super) fn close_parenthesis(&mut self, at: usize) {
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

    pub(super) fn slash(&mut self, at: usize) -> usize {
        if self.text.starts(at, "//") {
            let end = self.text.line_end(at);
            self.note_remark(at, end);
            return end;
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
        let tight = match statement.stage {
            Stage::Entries => true,
            Stage::Blocks => statement.after_silent_block,
            Stage::Start | Stage::Value => false,
        };
        let crowded = tight && !statement.spaced;
        if crowded {
            self.fail(
                at,
                SyntaxProblem::MissingSpace {
                    span: self.text.span(at, at + 2),
                },
            );
        } else if misplaced {
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

    pub(super) fn comment(&mut self, at: usize) -> usize {
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
    pub(super) fn unquoted_pattern(&mut self, brace: usize) -> usize {
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
    pub(super) fn word_start(&self, end: usize) -> usize {
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
}
