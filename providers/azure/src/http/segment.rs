//! Names put into URLs: one path segment, one query part, one OData literal.

use std::fmt::Write;

/// Percent-encodes one segment of a path: everything but letters, digits and `-._~()`. A slash, `+`, `#`, `$` or `&` in a name
/// stays part of the name.
#[must_use]
pub fn encode(name: &str) -> String {
    percent_encode(name, b"-._~()")
}

/// A text as OData writes it, `'` doubled, for the *value* of a query parameter: [`super::Request::url`] does the percent
/// encoding, in which `+`, `/`, `#`, `$` and `&` are hidden (Graph refuses them raw).
#[must_use]
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The same inside a path, percent-encoded: `users('…')` is how a name that begins with `$` is addressed.
#[must_use]
pub fn literal_in_path(text: &str) -> String {
    format!("'{}'", encode(&text.replace('\'', "''")))
}

/// Percent-encodes a name or a value of a query. A `$` at the very start, as in `$filter`, stays bare: clients send it so.
pub(crate) fn query(text: &str) -> String {
    match text.strip_prefix('$') {
        Some(rest) => format!("${}", percent_encode(rest, QUERY)),
        None => percent_encode(text, QUERY),
    }
}

const QUERY: &[u8] = b"-._~(),:";

fn percent_encode(text: &str, keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_keeps_its_slash_inside() {
        assert_eq!(encode("rg-web_1.(x)~"), "rg-web_1.(x)~");
        assert_eq!(
            encode("a/b+c#d$e&f?g%h i'j"),
            "a%2Fb%2Bc%23d%24e%26f%3Fg%25h%20i%27j"
        );
        assert_eq!(encode("groß"), "gro%C3%9F");
    }

    #[test]
    fn a_literal_doubles_its_quotes() {
        assert_eq!(literal("O'Neil"), "'O''Neil'");
        assert_eq!(literal_in_path("$a'b"), "'%24a%27%27b'");
    }

    #[test]
    fn a_query_hides_what_would_end_it() {
        assert_eq!(query("$filter"), "$filter");
        assert_eq!(query("a&b=c$d"), "a%26b%3Dc%24d");
    }
}
