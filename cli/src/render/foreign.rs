//! Text that somebody else wrote, made safe to show: a name in Azure, a manifest's line, an error message.
//!
//! Control characters could drive the terminal, bidirectional ones could make a line read as another one, and the agents of
//! pipelines obey some words wherever a log says them. All are shown as what they are.

use std::borrow::Cow;
use std::fmt::Write;

use vmlogin_engine::syntax::print::is_hidden;

/// One line, with everything escaped that could act on the terminal: `\u{1b}`, `\n`.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    let mut begins_word = true;
    let mut safe = String::new();
    let mut kept = 0;
    for (at, character) in text.char_indices() {
        let obeyed = acts(character) || commands(&text[at..], begins_word);
        begins_word = character.is_whitespace();
        if !obeyed {
            continue;
        }
        safe.push_str(&text[kept..at]);
        kept = at + character.len_utf8();
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            other => safe.extend(other.escape_unicode()),
        }
    }
    match kept {
        0 => Cow::Borrowed(text),
        kept => Cow::Owned(safe + &text[kept..]),
    }
}

/// A JSON document, with escapes of JSON's own for what acts within its texts. Outside of them nothing else than ASCII stands.
pub(crate) fn json(document: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let mut kept = 0;
    for (at, character) in document.char_indices() {
        let obeyed = acts(character) || commands(&document[at..], false);
        if character == '\n' || !obeyed {
            continue;
        }
        safe.push_str(&document[kept..at]);
        kept = at + character.len_utf8();
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a String never fails.
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    match kept {
        0 => Cow::Borrowed(document),
        kept => Cow::Owned(safe + &document[kept..]),
    }
}

/// Whether a text begins with a command that the agent of some pipeline obeys in a log.
pub(crate) fn commands(text: &str, begins_word: bool) -> bool {
    match text.as_bytes().first() {
        Some(b'#') => is_logged_command(text),
        Some(b':') => begins_word && is_workflow_command(text),
        _ => false,
    }
}

/// Whether a text begins with a command that an agent of Azure Pipelines, of TeamCity, or an older one of GitHub obeys anywhere in
/// a line: `##vso[task.setvariable …]`, `##[error]` (their documentation, read 2026-11-21).
fn is_logged_command(text: &str) -> bool {
    let word = text.strip_prefix("##").map(|rest| {
        let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        rest.trim_start_matches(letters)
    });
    word.is_some_and(|behind| behind.starts_with('['))
}

/// Whether a text begins with a command that GitHub's runner obeys where a line begins with it: `::set-env name=a::b`. A line may be
/// broken in front of any word.
fn is_workflow_command(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("::") else {
        return false;
    };
    let behind =
        rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '-');
    let named = behind.len() < rest.len() && behind.starts_with([' ', ':']);
    named
        && behind
            .find("::")
            .is_some_and(|at| at == 0 || behind.starts_with(' '))
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
    is_hidden(character) && !matches!(character, '\u{200c}' | '\u{200d}')
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
    fn what_the_agent_of_a_pipeline_obeys_is_shown_as_what_it_is() {
        let cases = [
            (
                "##vso[task.setvariable variable=a]b",
                "\\u{23}#vso[task.setvariable variable=a]b",
            ),
            ("a ##[error]b ###[x]", "a \\u{23}#[error]b #\\u{23}#[x]"),
            ("##teamcity[x]", "\\u{23}#teamcity[x]"),
            ("::error file=a::b", "\\u{3a}:error file=a::b"),
            (
                "see ::set-output name=a::b",
                "see \\u{3a}:set-output name=a::b",
            ),
            (
                "10.0.0.0/8 ::/0 ::1 ::ffff:10.0.0.1 a::b::c ## x",
                "10.0.0.0/8 ::/0 ::1 ::ffff:10.0.0.1 a::b::c ## x",
            ),
        ];
        for (text, safe) in cases {
            assert_eq!(line(text), safe);
        }
    }

    #[test]
    fn a_document_says_the_same_and_acts_no_more() {
        let texts = [
            "a\u{7f}\u{9b}31m\u{202e}\u{e0041}\u{2028}b",
            "\u{1b}[2J",
            "##vso[x]y",
            "Größe 漢字 👩‍💻",
            "##",
        ];
        let document = serde_json::to_string_pretty(&texts).unwrap();
        let safe = json(&document);
        let read: Vec<String> = serde_json::from_str(&safe).unwrap();
        assert_eq!(read, texts);
        assert!(
            !safe.chars().any(|letter| letter != '\n' && acts(letter)),
            "{safe}"
        );
        assert!(!safe.contains("##vso["), "{safe}");
        assert!(safe.contains("Größe 漢字"), "{safe}");
    }

    #[test]
    fn a_clipped_text_says_that_it_was() {
        assert_eq!(clipped("abcdef", 4), "abc…");
        assert_eq!(clipped("abcd", 4), "abcd");
    }
}
