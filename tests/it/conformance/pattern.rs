//! The few shapes of regular expression that `pattern` has in Microsoft's files, without a regex engine.
//!
//! A pattern is a row of pieces, each one character or character class with an optional quantifier, with `^` and `$` at
//! its ends. Groups, alternatives, look-around and back references do not occur (2026-11-21) and are refused by name, so
//! that a new file with one cannot pass unchecked.

/// A pattern that can be held against a text.
#[derive(Debug)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
    from_start: bool,
    to_end: bool,
}

#[derive(Debug)]
struct Piece {
    set: Set,
    least: usize,
    most: usize,
}

#[derive(Debug)]
enum Set {
    Any,
    /// `\w`: letters, digits, underscore; of any script, as .NET has it.
    Word,
    Digit,
    Space,
    Range(char, char),
    OneOf {
        negated: bool,
        sets: Vec<Set>,
    },
}

impl Pattern {
    /// Reads a pattern; the error names the shape that is not supported.
    pub(crate) fn parse(text: &str) -> Result<Pattern, String> {
        let mut rest: Vec<char> = text.chars().rev().collect();
        let from_start = rest.pop_if(|next| *next == '^').is_some();
        let mut pieces = Vec::new();
        let mut to_end = false;
        while let Some(next) = rest.pop() {
            if next == '$' && rest.is_empty() {
                to_end = true;
                break;
            }
            let set = match next {
                '.' => Set::Any,
                '[' => class(&mut rest)?,
                '\\' => escape(&mut rest)?,
                '(' | ')' | '|' | '^' | '$' | '*' | '+' | '?' | '{' | '}' => {
                    return Err(format!(
                        "`{next}` in pattern `{text}` is not supported here"
                    ));
                }
                literal => Set::Range(literal, literal),
            };
            let (least, most) = quantifier(&mut rest)?;
            pieces.push(Piece { set, least, most });
        }
        Ok(Pattern {
            pieces,
            from_start,
            to_end,
        })
    }

    /// Whether the text holds a match (anywhere in it, unless the pattern is anchored).
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let starts = if self.from_start {
            0..=0
        } else {
            0..=text.len()
        };
        starts
            .into_iter()
            .any(|start| self.matches_from(&self.pieces, &text[start..]))
    }

    fn matches_from(&self, pieces: &[Piece], text: &[char]) -> bool {
        let Some((piece, others)) = pieces.split_first() else {
            return !self.to_end || text.is_empty();
        };
        let run = text
            .iter()
            .take(piece.most)
            .take_while(|c| piece.set.has(**c))
            .count();
        run >= piece.least
            && (piece.least..=run)
                .rev()
                .any(|taken| self.matches_from(others, &text[taken..]))
    }
}

impl Set {
    fn has(&self, c: char) -> bool {
        match self {
            Set::Any => c != '\n',
            Set::Word => c.is_alphanumeric() || c == '_',
            Set::Digit => c.is_ascii_digit(),
            Set::Space => c.is_whitespace(),
            Set::Range(from, to) => (*from..=*to).contains(&c),
            Set::OneOf { negated, sets } => sets.iter().any(|set| set.has(c)) != *negated,
        }
    }
}

/// The text is held back to front, so that `pop` reads it forwards.
fn class(rest: &mut Vec<char>) -> Result<Set, String> {
    let negated = rest.pop_if(|next| *next == '^').is_some();
    let mut sets = Vec::new();
    loop {
        match rest.pop().ok_or("a `[` is not closed")? {
            ']' => return Ok(Set::OneOf { negated, sets }),
            '[' => return Err("a `[` inside a character class is not supported here".to_owned()),
            '\\' => sets.push(escape(rest)?),
            from => {
                let range =
                    rest.len() >= 2 && rest[rest.len() - 1] == '-' && rest[rest.len() - 2] != ']';
                let to = if range {
                    rest.truncate(rest.len() - 1);
                    rest.pop()
                } else {
                    None
                };
                match to {
                    Some('\\') => {
                        return Err(
                            "a range that ends in an escape is not supported here".to_owned()
                        );
                    }
                    Some(to) if to < from => {
                        return Err(format!("the range `{from}-{to}` is empty"));
                    }
                    Some(to) => {
                        sets.push(Set::Range(from, to));
                        // After a range a hyphen is itself: `[0-9-_]`.
                        if rest.pop_if(|next| *next == '-').is_some() {
                            sets.push(Set::Range('-', '-'));
                        }
                    }
                    None => sets.push(Set::Range(from, from)),
                }
            }
        }
    }
}

fn escape(rest: &mut Vec<char>) -> Result<Set, String> {
    match rest.pop().ok_or("the pattern ends in a backslash")? {
        'w' => Ok(Set::Word),
        'd' => Ok(Set::Digit),
        's' => Ok(Set::Space),
        other if other.is_alphanumeric() => Err(format!("`\\{other}` is not supported here")),
        literal => Ok(Set::Range(literal, literal)),
    }
}

fn quantifier(rest: &mut Vec<char>) -> Result<(usize, usize), String> {
    let bounds = match rest.last() {
        Some('+') => (1, usize::MAX),
        Some('*') => (0, usize::MAX),
        Some('?') => (0, 1),
        Some('{') => {
            rest.pop();
            let mut inside = String::new();
            while let Some(next) = rest.pop_if(|next| *next != '}') {
                inside.push(next);
            }
            counted(&inside)
                .ok_or_else(|| format!("the quantifier `{{{inside}}}` is not supported here"))?
        }
        _ => return Ok((1, 1)),
    };
    rest.pop().ok_or("a `{` is not closed")?;
    match rest.last() {
        Some('?' | '+' | '*') => {
            Err("lazy and possessive quantifiers are not supported here".to_owned())
        }
        _ => Ok(bounds),
    }
}

fn counted(inside: &str) -> Option<(usize, usize)> {
    match inside.split_once(',') {
        None => inside.parse().ok().map(|exactly| (exactly, exactly)),
        Some((least, "")) => least.parse().ok().map(|least| (least, usize::MAX)),
        Some((least, most)) => Some((least.parse().ok()?, most.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(text)
    }

    #[test]
    fn the_shapes_of_microsofts_files_are_understood() {
        for (pattern, good, bad) in [
            (r"^[-\w\._\(\)]+$", "rg-Ünder_(1).x", "rg/1"),
            (r"^[a-zA-Z0-9-_\.]{1,54}$", "vm-01_a.b", "vm 01"),
            (
                r"^[^<>*%&:\?.+/]*[^<>*%&:\?.+/ ]+$",
                "my tag",
                "ends with blank ",
            ),
            (r"^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$", "abc", "ab"),
            (r"^.+$", "x", ""),
        ] {
            assert!(matches(pattern, good), "{pattern} should take {good}");
            assert!(!matches(pattern, bad), "{pattern} should refuse {bad}");
        }
    }

    #[test]
    fn a_counted_piece_ends_at_its_bound() {
        assert!(matches("^a{2,3}$", "aaa"));
        assert!(!matches("^a{2,3}$", "aaaa"));
        assert!(!matches("^a{2}$", "a"));
    }

    #[test]
    fn without_anchors_a_match_may_be_anywhere() {
        assert!(matches("[0-9]+", "vm01"));
        assert!(!matches("[0-9]+", "vm"));
    }

    #[test]
    fn a_hyphen_is_a_hyphen_at_the_ends_and_after_a_range() {
        assert!(matches("^[a-c-]+$", "a-c"));
        assert!(matches("^[-x]+$", "-x"));
        assert!(!matches("^[a-c-]+$", "d"));
    }

    #[test]
    fn shapes_that_do_not_occur_are_refused_by_name() {
        for pattern in ["^(a|b)$", "a|b", r"^\bword", "^a+?$", "a{,3}x", "[a"] {
            assert!(
                Pattern::parse(pattern).is_err(),
                "{pattern} should not be taken"
            );
        }
    }
}
