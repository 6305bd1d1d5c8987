//! What the characters of KDL 2 are for, and the spans of comments and annotations.

use crate::source::{SourceId, Span};

/// A text that is being read.
#[derive(Debug, Copy, Clone)]
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    pub(super) source: SourceId,
}

/// What a character can begin outside strings and comments, with its length where that varies.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(super) enum Class {
    End,
    Space(usize),
    Newline(usize),
    Semicolon,
    OpenBrace,
    CloseBrace,
    OpenParenthesis,
    CloseParenthesis,
    Equals,
    Quote,
    Hash,
    Slash,
    Backslash,
    /// `[` and `]`, which KDL keeps for itself.
    Bracket,
    /// A code point that KDL does not let stand as itself.
    Hidden(usize),
    /// Part of a bare word.
    Letter(usize),
}

impl<'t> Text<'t> {
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn starts(&self, at: usize, with: &str) -> bool {
        self.text
            .as_bytes()
            .get(at..)
            .is_some_and(|rest| rest.starts_with(with.as_bytes()))
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn class(&self, at: usize) -> Class {
        #[cfg(test)]
        super::tests::count_look();
        let Some(byte) = self.byte(at) else {
            return Class::End;
        };
        match byte {
            b' ' | b'\t' => Class::Space(1),
            b'\r' if self.byte(at + 1) == Some(b'\n') => Class::Newline(2),
            b'\r' | b'\n' | 0x0B | 0x0C => Class::Newline(1),
            b';' => Class::Semicolon,
            b'{' => Class::OpenBrace,
            b'}' => Class::CloseBrace,
            b'(' => Class::OpenParenthesis,
            b')' => Class::CloseParenthesis,
            b'=' => Class::Equals,
            b'"' => Class::Quote,
            b'#' => Class::Hash,
            b'/' => Class::Slash,
            b'\\' => Class::Backslash,
            b'[' | b']' => Class::Bracket,
            0x00..=0x08 | 0x0E..=0x1F => Class::Hidden(1),
            0x21..=0x7F => Class::Letter(1),
            _ => self.wide_class(at),
        }
    }

    fn wide_class(&self, at: usize) -> Class {
        let Some(letter) = self.text.get(at..).and_then(|rest| rest.chars().next()) else {
            return Class::Hidden(1);
        };
        let length = letter.len_utf8();
        match letter {
            '\u{A0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200A}'
            | '\u{202F}'
            | '\u{205F}'
            | '\u{3000}' => Class::Space(length),
            '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Newline(length),
            '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' => Class::Hidden(length),
            _ => Class::Letter(length),
        }
    }

    /// The end of the bare word that begins at `at`.
    pub(super) fn word_end(&self, mut at: usize) -> usize {
        while let Class::Letter(length) = self.class(at) {
            at += length;
        }
        at
    }

    /// The end of the line that `at` lies in, without its newline.
    pub(super) fn line_end(&self, mut at: usize) -> usize {
        loop {
            match self.class(at) {
                Class::End | Class::Newline(_) => return at,
                Class::Space(length) | Class::Hidden(length) | Class::Letter(length) => {
                    at += length
                }
                _ => at += 1,
            }
        }
    }

    /// The block comment that begins at `at`.
    pub(super) fn comment(&self, at: usize) -> Comment {
        let bytes = self.text.as_bytes();
        let mut comment = Comment {
            end: at + 2,
            closed: false,
            depth: 1,
            marks: 0,
        };
        let mut depth = 1;
        while depth > 0 {
            let Some(step) = bytes[comment.end..]
                .iter()
                .position(|byte| matches!(byte, b'*' | b'/'))
            else {
                comment.end = bytes.len();
                return comment;
            };
            comment.end += step;
            comment.marks += 1;
            if self.starts(comment.end, "*/") {
                depth -= 1;
                comment.end += 2;
            } else if self.starts(comment.end, "/*") {
                depth += 1;
                comment.depth = comment.depth.max(depth);
                comment.end += 2;
            } else {
                comment.end += 1;
            }
        }
        comment.closed = true;
        comment
    }
}

/// What a block comment was found to be.
#[derive(Debug, Copy, Clone)]
pub(super) struct Comment {
    pub(super) end: usize,
    pub(super) closed: bool,
    /// How deep comments nest in it, itself included.
    pub(super) depth: usize,
    /// How many `*` and `/` are in it.
    pub(super) marks: usize,
}
