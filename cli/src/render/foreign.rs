//! Text that somebody else wrote, made safe to show: a name in Azure, a manifest's line, an error message.
//!
//! Control characters could drive the terminal, bidirectional ones could make a line read as another one. Both are shown
//! as what they are.

use std::borrow::Cow;

/// One line, with everything escaped that could act on the terminal: `\u{1b}`, `\n`.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            other if acts(other) => safe.extend(other.escape_unicode()),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

/// Several lines, each safe and each after `indent`; blank ones are left out.
pub(crate) fn lines(text: &str, indent: &str) -> String {
    let mut safe = String::new();
    for each in text
        .lines()
        .map(str::trim_end)
        .filter(|each| !each.is_empty())
    {
        safe.push_str(indent);
        safe.push_str(&line(&each.replace('\t', " ")));
        safe.push('\n');
    }
    safe
}

/// A text cut to a number of characters, the last being `…` where it was cut.
pub(crate) fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(
            text.chars()
                .take(most.saturating_sub(1))
                .chain(['…'])
                .collect(),
        ),
    }
}

/// Whether a character does something other than being shown: controls, directions, line separators, the invisible and
/// the tags. Joiners are left alone, since scripts and emoji need them.
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_as_what_it_is() {
        let cases = [
            ("plain Größe 漢字 👩‍💻", "plain Größe 漢字 👩‍💻"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
            ("one\ntwo\r\tthree", "one\\ntwo\\r\\tthree"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
            (
                "a\u{200b}b\u{feff}\u{2028}",
                "a\\u{200b}b\\u{feff}\\u{2028}",
            ),
        ];
        for (text, safe) in cases {
            assert_eq!(line(text), safe);
        }
    }

    #[test]
    fn a_message_keeps_its_lines_and_nothing_else() {
        assert_eq!(
            lines("one\r\n\n\ttwo\u{7}\n", "  "),
            "  one\n   two\\u{7}\n"
        );
    }

    #[test]
    fn a_clipped_text_says_that_it_was() {
        assert_eq!(clipped("abcdef", 4), "abc…");
        assert_eq!(clipped("abcd", 4), "abcd");
    }
}
