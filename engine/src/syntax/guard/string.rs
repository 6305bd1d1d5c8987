//! Where strings end, and what can be wrong inside them.

use super::lex::{Class, Text};
use crate::syntax::problem::SyntaxProblem;

/// How many hashes a help line repeats.
const MOST_HASHES_SHOWN: usize = 8;

/// A string that was read to its end, or to where it was given up.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) end: usize,
    pub(super) problem: Option<SyntaxProblem>,
}

impl Text<'_> {
    /// The quoted string that begins at `at`.
    pub(super) fn quoted(&self, at: usize) -> Read {
        if !self.starts(at, "\"\"\"") {
            return self.quoted_line(at);
        }
        match self.class(at + 3) {
            Class::Newline(length) => self.quoted_lines(at, at + 3 + length),
            _ => {
                let rest = self.text.as_bytes().get(at + 3..).unwrap_or_default();
                let length = rest
                    .windows(3)
                    .position(|three| three == b"\"\"\"" || three[0] == b'\n');
                match length.filter(|length| rest[*length] == b'"') {
                    Some(length) => {
                        let end = at + 3 + length + 3;
                        Read {
                            end,
                            problem: Some(SyntaxProblem::LinesOnOneLine {
                                span: self.span(at, end),
                            }),
                        }
                    }
                    None => {
                        let mut read = self.quoted_lines(at, at + 3);
                        read.problem.get_or_insert(SyntaxProblem::LinesOnOneLine {
                            span: self.span(at, at + 3),
                        });
                        read
                    }
                }
            }
        }
    }

    /// The raw string whose `hashes` begin at `at`.
    pub(super) fn raw(&self, at: usize, hashes: usize) -> Read {
        let after = at + hashes;
        let lines = self.starts(after, "\"\"\"").then(|| self.class(after + 3));
        if let Some(Class::Newline(length)) = lines {
            return self.raw_lines(at, hashes, after + 3 + length);
        }
        let mut cursor = after + 1;
        let mut problem = None;
        loop {
            match self.class(cursor) {
                Class::End | Class::Newline(_) => {
                    let closing = format!("\"{}", "#".repeat(hashes.min(MOST_HASHES_SHOWN)));
                    let end = self.give_up(after, cursor);
                    return Read {
                        end,
                        problem: Some(SyntaxProblem::UnclosedString {
                            opened: self.span(at, after + 1),
                            closing,
                        }),
                    };
                }
                Class::Quote => match self.closing_hashes(cursor + 1, hashes) {
                    Ok(end) => {
                        let lone_quote = (self.slice(after + 1, cursor) == "\"").then(|| {
                            SyntaxProblem::LoneQuote {
                                span: self.span(at, end),
                            }
                        });
                        return Read {
                            end,
                            problem: problem.or(lone_quote),
                        };
                    }
                    Err(end) => cursor = end,
                },
                Class::Hidden(length) => {
                    problem.get_or_insert_with(|| self.hidden(cursor, length));
                    cursor += length;
                }
                Class::Space(length) | Class::Letter(length) => cursor += length,
                _ => cursor += 1,
            }
        }
    }

    /// A code point that may not stand as itself.
    pub(super) fn hidden(&self, at: usize, length: usize) -> SyntaxProblem {
        let written = self.slice(at, at + length).to_owned();
        SyntaxProblem::Hidden {
            written,
            span: self.span(at, at + length),
        }
    }

    /// The hashes that close a raw string, or where the look for them ended.
    fn closing_hashes(&self, at: usize, hashes: usize) -> Result<usize, usize> {
        let found = self.text.as_bytes()[at..]
            .iter()
            .take(hashes)
            .take_while(|byte| **byte == b'#')
            .count();
        if found == hashes {
            Ok(at + found)
        } else {
            Err(at + found)
        }
    }

    fn quoted_line(&self, at: usize) -> Read {
        let mut cursor = at + 1;
        let mut problem = None;
        loop {
            match self.class(cursor) {
                Class::End | Class::Newline(_) => {
                    let closing = "\"".to_owned();
                    let end = self.give_up(at, cursor);
                    return Read {
                        end,
                        problem: Some(SyntaxProblem::UnclosedString {
                            opened: self.span(at, at + 1),
                            closing,
                        }),
                    };
                }
                Class::Quote => {
                    return Read {
                        end: cursor + 1,
                        problem,
                    };
                }
                Class::Backslash => {
                    let escape = self.escape(cursor);
                    cursor = escape.end;
                    problem = problem.or(escape.problem);
                }
                Class::Hidden(length) => {
                    problem.get_or_insert_with(|| self.hidden(cursor, length));
                    cursor += length;
                }
                Class::Space(length) | Class::Letter(length) => cursor += length,
                _ => cursor += 1,
            }
        }
    }

    /// Where to go on after a string that its line did not close: behind the line, but not behind a block that the line
    /// seems to open.
    fn give_up(&self, opened: usize, line_end: usize) -> usize {
        let line = self.slice(opened, line_end).trim_end();
        if line.ends_with('{') {
            opened + line.len() - 1
        } else {
            line_end
        }
    }

    /// The escape that the backslash at `at` begins.
    fn escape(&self, at: usize) -> Read {
        let bad = |end: usize| Read {
            end,
            problem: Some(SyntaxProblem::BadEscape {
                written: self.slice(at, end).to_owned(),
                span: self.span(at, end),
            }),
        };
        match self.class(at + 1) {
            Class::Space(_) | Class::Newline(_) => {
                let mut end = at + 1;
                while let Class::Space(length) | Class::Newline(length) = self.class(end) {
                    end += length;
                }
                Read { end, problem: None }
            }
            Class::Quote | Class::Backslash => Read {
                end: at + 2,
                problem: None,
            },
            Class::Letter(_)
                if matches!(
                    self.byte(at + 1),
                    Some(b'b' | b'f' | b'n' | b'r' | b't' | b's')
                ) =>
            {
                Read {
                    end: at + 2,
                    problem: None,
                }
            }
            Class::Letter(_) if self.starts(at, "\\u{") => {
                let digits = self
                    .slice(at + 3, self.text.len())
                    .bytes()
                    .take(7)
                    .take_while(u8::is_ascii_hexdigit)
                    .count();
                let end = at + 3 + digits;
                let scalar = u32::from_str_radix(self.slice(at + 3, end), 16)
                    .ok()
                    .and_then(char::from_u32);
                match scalar {
                    Some(_) if digits <= 6 && self.starts(end, "}") => Read {
                        end: end + 1,
                        problem: None,
                    },
                    _ if self.starts(end, "}") => bad(end + 1),
                    _ => bad(end),
                }
            }
            Class::Letter(length) => bad(at + 1 + length),
            Class::End => Read {
                end: at + 1,
                problem: None,
            },
            Class::Hidden(length) => bad(at + 1 + length),
            _ => bad(at + 2),
        }
    }

    /// A quoted string of several lines: opened at `opened`, its first line beginning at `body`.
    fn quoted_lines(&self, opened: usize, body: usize) -> Read {
        let mut cursor = body;
        let mut last_line = body;
        let mut problem = None;
        loop {
            match self.class(cursor) {
                Class::End => {
                    let opened = self.span(opened, opened + 3);
                    let unclosed = SyntaxProblem::UnclosedString {
                        opened,
                        closing: "\"\"\"".to_owned(),
                    };
                    return Read {
                        end: cursor,
                        problem: Some(unclosed),
                    };
                }
                Class::Quote if self.starts(cursor, "\"\"\"") => {
                    let problem =
                        problem.or_else(|| self.check_indent(body, last_line, cursor, true));
                    return Read {
                        end: cursor + 3,
                        problem,
                    };
                }
                Class::Backslash => {
                    let escape = self.escape(cursor);
                    cursor = escape.end;
                    problem = problem.or(escape.problem);
                }
                Class::Newline(length) => {
                    cursor += length;
                    last_line = cursor;
                }
                Class::Hidden(length) => {
                    problem.get_or_insert_with(|| self.hidden(cursor, length));
                    cursor += length;
                }
                Class::Space(length) | Class::Letter(length) => cursor += length,
                _ => cursor += 1,
            }
        }
    }

    fn raw_lines(&self, opened: usize, hashes: usize, body: usize) -> Read {
        let mut cursor = body;
        let mut last_line = body;
        let mut problem = None;
        loop {
            match self.class(cursor) {
                Class::End => {
                    let opened = self.span(opened, opened + hashes + 3);
                    let closing = format!("\"\"\"{}", "#".repeat(hashes.min(MOST_HASHES_SHOWN)));
                    return Read {
                        end: cursor,
                        problem: Some(SyntaxProblem::UnclosedString { opened, closing }),
                    };
                }
                Class::Quote if self.starts(cursor, "\"\"\"") => {
                    match self.closing_hashes(cursor + 3, hashes) {
                        Ok(end) => {
                            let problem = problem
                                .or_else(|| self.check_indent(body, last_line, cursor, false));
                            return Read { end, problem };
                        }
                        Err(_) => cursor += 1,
                    }
                }
                Class::Newline(length) => {
                    cursor += length;
                    last_line = cursor;
                }
                Class::Hidden(length) => {
                    problem.get_or_insert_with(|| self.hidden(cursor, length));
                    cursor += length;
                }
                Class::Space(length) | Class::Letter(length) => cursor += length,
                _ => cursor += 1,
            }
        }
    }

    /// Every line of a string begins as its last line does, the one of the closing quotes, or is blank. Where `escapes`
    /// are read, an escaped newline begins no line.
    fn check_indent(
        &self,
        body: usize,
        last_line: usize,
        closing: usize,
        escapes: bool,
    ) -> Option<SyntaxProblem> {
        if self.blank_end(last_line, escapes) < closing {
            return Some(SyntaxProblem::ClosingNotAlone {
                span: self.span(closing, closing + 3),
            });
        }
        let indent = self.slice(last_line, self.blank_end(last_line, false));
        let mut line = body;
        while line < last_line {
            let (end, next) = self.string_line(line, escapes);
            if !self.slice(line, end).starts_with(indent) && self.blank_end(line, escapes) < end {
                let closing = self.span(last_line, closing + 3);
                return Some(SyntaxProblem::IndentedLess {
                    line: self.span(line, end),
                    closing,
                });
            }
            line = next;
        }
        None
    }

    /// The end of a line within a string, without and with its newline.
    fn string_line(&self, mut at: usize, escapes: bool) -> (usize, usize) {
        loop {
            match self.class(at) {
                Class::End => return (at, at),
                Class::Newline(length) => return (at, at + length),
                Class::Backslash if escapes => at = self.escape(at).end,
                Class::Space(length) | Class::Hidden(length) | Class::Letter(length) => {
                    at += length
                }
                _ => at += 1,
            }
        }
    }

    /// The end of the blanks that begin at `at`, escaped ones among them where `escapes` are read.
    fn blank_end(&self, mut at: usize, escapes: bool) -> usize {
        loop {
            match self.class(at) {
                Class::Space(length) => at += length,
                Class::Backslash
                    if escapes
                        && matches!(self.class(at + 1), Class::Space(_) | Class::Newline(_)) =>
                {
                    at = self.escape(at).end;
                }
                _ => return at,
            }
        }
    }
}
