//! What can be judged apart from the rest: nodes that have lines for themselves, and values and remarks that need no judge.

use super::piece::Piece;
use super::scan::Scan;
use std::ops::Range;

/// How many blocks may nest in such a node: each is compared as a whole and as a part, so that deeper ones take more time.
const MOST_LEVELS: usize = 3;

/// A node with nothing but blanks before it in its first line and nothing behind it in its last, not commented out, and with
/// nothing in it that is kept from the `kdl` crate. Four bytes each: no text is longer than they count.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(in crate::syntax) struct Lines {
    /// Where its first line begins.
    pub(in crate::syntax) begin: u32,
    /// Where the node begins.
    pub(in crate::syntax) start: u32,
    /// Where the newline is that ends it.
    pub(in crate::syntax) end: u32,
    /// Where the next line begins.
    pub(in crate::syntax) next: u32,
    /// Where the node begins in whose block it stands.
    pub(in crate::syntax) parent: Option<u32>,
}

impl Lines {
    /// The same, its parent named only where it is in that piece.
    pub(in crate::syntax) fn of(self, piece: &Piece) -> Lines {
        let inside = |parent: &u32| piece.range.start <= *parent as usize;
        Lines {
            parent: self.parent.filter(inside),
            ..self
        }
    }

    /// The lines with their newlines.
    pub(in crate::syntax) fn whole(&self) -> Range<usize> {
        self.begin as usize..self.next as usize
    }
}

impl Scan<'_> {
    /// Notes the node that a newline ends, if it has its lines for itself.
    pub(super) fn note_lines(&mut self, end: usize, next: usize) {
        let silent = self.beyond > 0 || self.frame().silent;
        let statement = self.statement();
        let whole =
            !silent && !statement.silent && !statement.broken && statement.levels <= MOST_LEVELS;
        let (line, start) = (statement.line, statement.start);
        let Some(start) = start.filter(|_| whole) else {
            return;
        };
        let has_hole = self.holes.last().is_some_and(|hole| hole.start >= start);
        let mut blanks = self.text.slice(line, start).bytes();
        if has_hole || !blanks.all(|byte| matches!(byte, b' ' | b'\t')) {
            return;
        }
        let parent = self.frames.iter().nth_back(1);
        let parent = parent.and_then(|frame| frame.statement.start);
        self.plan.lines.push(Lines {
            begin: narrow(line),
            start: narrow(start),
            end: narrow(end),
            next: narrow(next),
            parent: parent.map(narrow),
        });
    }

    /// Notes a value that means what it says.
    pub(super) fn note_value(&mut self, start: usize, end: usize) {
        if is_plain(self.text.slice(start, end)) {
            self.plan.plain.push((narrow(start), narrow(end)));
        }
    }

    /// Notes a comment that runs to the end of its line, and says nothing that could be anything else.
    pub(super) fn note_remark(&mut self, start: usize, end: usize) {
        if self.text.slice(start, end).bytes().all(is_printed) {
            self.plan.plain.push((narrow(start), narrow(end)));
        }
    }

    /// Forgets the value that turns out to be the name of a property. Remarks may stand between that and its `=`.
    pub(super) fn forget_value(&mut self, start: usize) {
        let plain = &mut self.plan.plain;
        let last = plain.iter().rposition(|(at, _)| *at <= narrow(start));
        if let Some(last) = last.filter(|last| plain[*last].0 == narrow(start)) {
            plain.remove(last);
        }
    }
}

/// Whether a text is a string between quotes that says what it looks like, or a word that is nothing but a string. There are
/// more of both in KDL: these are the usual ones, and leave no doubt.
fn is_plain(written: &str) -> bool {
    let quoted = written
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match quoted {
        Some(text) => text
            .bytes()
            .all(|byte| is_printed(byte) && !matches!(byte, b'"' | b'\\')),
        None => {
            written.starts_with(|first: char| first.is_ascii_alphabetic())
                && written
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
                && !matches!(written, "true" | "false" | "null" | "inf" | "nan")
        }
    }
}

/// Whether a byte is a letter, a digit, a sign or a blank of ASCII.
fn is_printed(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Four bytes are enough for an offset: no text is longer.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_plain_value_says_what_it_looks_like() {
        for plain in [
            "\"\"",
            "\"a b\"",
            "\"${x}\"",
            "\"// {};\"",
            "core",
            "Standard_D2s_v5",
            "a.b-c",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "\"",
            "\"\\n\"",
            "\"\\\"",
            "\"é\"",
            "\"\"\"\n\"\"\"",
            "\"a\tb\"",
            "#\"a\"#",
            "$x",
            "1",
            "-a",
            "true",
            "null",
            "inf",
            "nan",
            "a/b",
            "é",
            "",
        ] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
