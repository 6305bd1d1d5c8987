//! The pieces of a text that may not be KDL: words and strings, closed or not, and the names in them.

/// A piece of a text: what it says without its quotes, and where it begins and ends with them.
#[derive(Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) says: &'t str,
    pub(super) range: (usize, usize),
    pub(super) quoted: bool,
}

/// The piece that begins at an offset.
pub(super) fn token(text: &str, at: usize) -> Token<'_> {
    let rest = &text[at..];
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    let Some(quoted) = rest[hashes..].strip_prefix('"') else {
        let end = rest
            .find([' ', '\t', '\r', '\n', ';', '{', '}', '=', '(', ')'])
            .map_or(rest.len(), |end| end.max(1));
        let end = (end..)
            .find(|end| rest.is_char_boundary(*end))
            .unwrap_or(rest.len());
        return Token {
            says: &rest[..end],
            range: (at, at + end),
            quoted: false,
        };
    };
    let start = hashes + 1;
    let (inner, behind) = match quoted.strip_prefix("\"\"") {
        // A string of several lines, to its end or to that of the text.
        Some(lines) => {
            let inner = lines.find("\"\"\"").unwrap_or(lines.len());
            (2 + inner, 3 + hashes)
        }
        None if hashes > 0 => {
            let end = format!("\"{}", "#".repeat(hashes));
            let line = quoted.find('\n').unwrap_or(quoted.len());
            (quoted[..line].find(&end).unwrap_or(line), end.len())
        }
        None => (closing(quoted), 1),
    };
    let end = (start + inner + behind).min(rest.len());
    let end = (end..)
        .find(|end| rest.is_char_boundary(*end))
        .unwrap_or(rest.len());
    // One that is never closed ends with its line.
    let end = match rest.get(start + inner..end) {
        Some(behind) if behind.starts_with('\n') => start + inner,
        _ => end,
    };
    Token {
        says: rest.get(start..start + inner).unwrap_or_default(),
        range: (at, at + end),
        quoted: true,
    }
}

/// Where a quoted string of one line ends.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' => return at,
            b'"' if !escaped => return at,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}

/// The names that a value refers to: `$pw`, `"${pw}"`.
pub(super) fn references(token: Token<'_>) -> impl Iterator<Item = &str> {
    token.says.split('$').skip(1).map(|behind| {
        let name = behind.trim_start_matches('{');
        let end = name.find(|letter: char| !(letter.is_alphanumeric() || "-_".contains(letter)));
        &name[..end.unwrap_or(name.len())]
    })
}

/// The columns that a value refers to: `$row.pw`, `"${row.pw}"`.
pub(super) fn columns(token: Token<'_>) -> impl Iterator<Item = &str> {
    token.says.split('$').skip(1).filter_map(|behind| {
        let (_, column) = behind.split_once('.')?;
        let end = column.find(|letter: char| !(letter.is_alphanumeric() || "-_".contains(letter)));
        Some(&column[..end.unwrap_or(column.len())])
    })
}
