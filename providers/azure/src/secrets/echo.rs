//! Secrets that somebody repeats: a service that refuses a password may quote it, as it is or the way a document or a URL had it.

use std::collections::BTreeSet;

/// What stands for a secret.
const BLANK: &str = "***";

/// With fewer letters than these at the end of a text that was cut, nothing is given away.
const TOO_FEW: usize = 4;

/// The text with every place blanked that says the secret: plain, as JSON within JSON, percent-encoded, or as markup; and the
/// beginning of it where the text was cut.
pub(super) fn hidden(text: String, secret: &str) -> String {
    if secret.is_empty() {
        return text;
    }
    let mut shown = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        match echo(&text[at..], secret) {
            Some(length) => {
                shown.push_str(&text[kept..at]);
                shown.push_str(BLANK);
                at += length;
                kept = at;
            }
            None => at += letter.len_utf8(),
        }
    }
    shown.push_str(&text[kept..]);
    shown
}

/// How long the secret is that a text begins with, if it does. A sign may be a letter of the secret or the beginning of another way
/// of writing it, so all ways are followed.
fn echo(text: &str, secret: &str) -> Option<usize> {
    let mut ends = BTreeSet::from([0]);
    for (count, letter) in secret.chars().enumerate() {
        let cut = ends
            .iter()
            .find(|end| matches!(&text[**end..], "" | "…") && count >= TOO_FEW);
        if let Some(end) = cut {
            return Some(*end);
        }
        ends = ends
            .iter()
            .flat_map(|at| said(&text[*at..], letter).map(move |length| at + length))
            .collect();
    }
    ends.last().copied()
}

/// How long the first thing in a text is, in each of the ways of writing this letter that it can be read as.
fn said(text: &str, letter: char) -> impl Iterator<Item = usize> {
    let plain = text.starts_with(letter).then_some(letter.len_utf8());
    let doubled = ["\\\\", "\\\\\\\\"].into_iter().filter_map(move |slashes| {
        (letter == '\\' && text.starts_with(slashes)).then_some(slashes.len())
    });
    plain
        .into_iter()
        .chain(doubled)
        .chain(escaped(text, letter))
        .chain(encoded(text, letter))
        .chain(marked_up(text, letter))
}

/// `\"`, `\u0022`, and the same behind more backslashes: JSON within JSON.
fn escaped(text: &str, letter: char) -> Option<usize> {
    if matches!(letter, '"' | '/' | '\'') {
        let slashes = backslashes(text)?;
        if text[slashes..].starts_with(letter) {
            return Some(slashes + 1);
        }
    }
    let mut units = [0; 2];
    let mut at = 0;
    for unit in letter.encode_utf16(&mut units) {
        at += backslashes(&text[at..])?;
        let digits = text[at..].strip_prefix('u')?.get(..4)?;
        if u16::from_str_radix(digits, 16) != Ok(*unit) {
            return None;
        }
        at += 5;
    }
    Some(at)
}

/// How many backslashes a text begins with, if it does.
fn backslashes(text: &str) -> Option<usize> {
    let count = text.bytes().take_while(|byte| *byte == b'\\').count();
    (count > 0).then_some(count)
}

/// `%2B`, a letter of several bytes as several of them, and `+` for a blank.
fn encoded(text: &str, letter: char) -> Option<usize> {
    if letter == ' ' && text.starts_with('+') {
        return Some(1);
    }
    let mut bytes = [0; 4];
    let mut at = 0;
    for byte in letter.encode_utf8(&mut bytes).bytes() {
        let digits = text[at..].strip_prefix('%')?.get(..2)?;
        if u8::from_str_radix(digits, 16) != Ok(byte) {
            return None;
        }
        at += 3;
    }
    Some(at)
}

/// `&amp;` and its like.
fn marked_up(text: &str, letter: char) -> Option<usize> {
    let names: &[&str] = match letter {
        '&' => &["&amp;"],
        '<' => &["&lt;"],
        '>' => &["&gt;"],
        '"' => &["&quot;", "&#34;", "&#x22;"],
        '\'' => &["&apos;", "&#39;", "&#x27;"],
        _ => &[],
    };
    let name = names.iter().find(|name| text.starts_with(**name))?;
    Some(name.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(text: &str, secret: &str) -> String {
        hidden(text.to_owned(), secret)
    }

    #[test]
    fn a_secret_is_blanked_however_it_is_written() {
        const SECRET: &str = "Pa\"ss & \\wörd+<1>";
        for written in [
            SECRET,
            r#"Pa\"ss & \\wörd+<1>"#,
            r#"Pa\\\"ss & \\\\wörd+<1>"#,
            r"Pa\u0022ss \u0026 \u005cw\u00f6rd\u002B\u003C1\u003e",
            "Pa%22ss%20%26%20%5Cw%C3%B6rd%2B%3C1%3E",
            "Pa%22ss+%26+%5cw%c3%b6rd%2b%3c1%3e",
            "Pa&quot;ss &amp; \\wörd+&lt;1&gt;",
        ] {
            assert_eq!(
                after(&format!("`{written}` is bad: {written}"), SECRET),
                "`***` is bad: ***",
                "{written}"
            );
        }
    }

    #[test]
    fn what_was_cut_within_a_secret_ends_before_it() {
        assert_eq!(after("it is `hunter2…", "hunter2hunter2"), "it is `***…");
        assert_eq!(after("it is `hunter2", "hunter2hunter2"), "it is `***");
        assert_eq!(after("it is hun", "hunter2hunter2"), "it is hun");
        assert_eq!(after("hunter2 is one", "hunter2hunter2"), "hunter2 is one");
    }

    #[test]
    fn a_text_without_it_stays_as_it_is() {
        for text in ["", "ö\\", "%", "%f", "%C3", "\\u00", "&", "hun"] {
            assert_eq!(after(text, "hunter2"), text);
            assert_eq!(after(text, "ö&\"\\"), text);
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_found_between_any_two_texts(
            before in "[^\\\\]{0,20}",
            secret in "[^\\p{Cc}]{6,20}",
            behind in ".{0,20}",
        ) {
            let json = serde_json::to_string(&secret).unwrap();
            let twice = serde_json::to_string(&json).unwrap();
            let percent = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
            for written in [&secret, &json, &twice, &percent] {
                let shown = after(&format!("{before}{written}{behind}"), &secret);
                prop_assert!(shown.contains(BLANK) && !shown.contains(&secret), "{shown}");
            }
        }
    }
}
