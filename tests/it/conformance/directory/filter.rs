//! Reads a `$filter` far enough to know which properties it names, and with what sort of value each is compared.

use super::super::formats::is_uuid;
use super::types::DirectoryTypes;

/// What is wrong with a filter over entities of this type.
pub(crate) fn filter_flaws(types: &DirectoryTypes, name: &str, filter: &str) -> Vec<String> {
    let tokens = match tokens(filter) {
        Ok(tokens) => tokens,
        Err(what) => return vec![what],
    };
    let mut found = Vec::new();
    let mut variables: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let next = tokens.get(at + 1);
        if OPERATORS.contains(word) || LITERALS.contains(word) || is_unquoted_literal(word) {
            continue;
        }
        if next == Some(&Token::Mark(':')) {
            variables.push(word);
            continue;
        }
        let property = match (next == Some(&Token::Mark('(')), word.rsplit_once('/')) {
            (true, Some((property, "any" | "all"))) => property,
            (true, _) if FUNCTIONS.contains(word) => continue,
            (true, _) => {
                found.push(format!("`{word}` is no function of a filter"));
                continue;
            }
            (false, _) => word,
        };
        let first = property.split('/').next().unwrap_or_default();
        if variables.contains(&first) {
            continue;
        }
        match types.property(name, first) {
            None => found.push(format!("`{first}` is not a property of `{name}`")),
            Some(known) => {
                let compared = if property == first {
                    compared_with(&tokens[at + 1..])
                } else {
                    None
                };
                found.extend(compared.and_then(|value| comparison_flaw(first, &known.edm, value)));
            }
        }
    }
    let (open, close) = (count(&tokens, '('), count(&tokens, ')'));
    if open != close {
        found.push(format!(
            "has {open} opening and {close} closing parentheses"
        ));
    }
    found
}

/// Whether the service takes this filter only with `ConsistencyLevel: eventual` and `$count=true` (FACTS.md 19).
pub(crate) fn is_advanced(filter: &str) -> bool {
    let advanced =
        |token: &Token<'_>| matches!(token, Token::Word("ne" | "not" | "endswith" | "endsWith"));
    tokens(filter).is_ok_and(|tokens| tokens.iter().any(advanced))
}

const OPERATORS: &[&str] = &[
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "has",
];
const LITERALS: &[&str] = &["true", "false", "null"];
const FUNCTIONS: &[&str] = &["startswith", "startsWith", "endswith", "endsWith"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A name, path, operator or unquoted literal.
    Word(&'a str),
    /// What stood between quotes.
    Text,
    /// One of `( ) , :`.
    Mark(char),
}

fn tokens(filter: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = filter.trim_start();
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '\'' => {
                tokens.push(Token::Text);
                quoted(rest).ok_or("has a quote that is not closed")?
            }
            '(' | ')' | ',' | ':' => {
                tokens.push(Token::Mark(next));
                1
            }
            _ => {
                let length = rest
                    .find(|c: char| c.is_whitespace() || "'(),:".contains(c))
                    .unwrap_or(rest.len());
                // The colons of a moment are its own: 2024-01-01T00:00:00Z.
                let moment = next.is_ascii_digit() && rest[length..].starts_with(':');
                let length = if moment {
                    rest.find([' ', ')', ',']).unwrap_or(rest.len())
                } else {
                    length
                };
                tokens.push(Token::Word(&rest[..length]));
                length
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// The length of a quoted text with its quotes; a quote inside is doubled.
fn quoted(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text[at..].find('\'')? + 1;
        if !text[at..].starts_with('\'') {
            return Some(at);
        }
        at += 1;
    }
}

fn is_unquoted_literal(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit() || c == '-') || is_uuid(word)
}

/// The value behind a comparison that starts here.
fn compared_with<'a, 'b>(tokens: &'b [Token<'a>]) -> Option<&'b Token<'a>> {
    match tokens {
        [
            Token::Word("eq" | "ne" | "gt" | "ge" | "lt" | "le"),
            value,
            ..,
        ] => Some(value),
        [Token::Word("in"), Token::Mark('('), value, ..] => Some(value),
        _ => None,
    }
}

fn comparison_flaw(property: &str, edm: &str, value: &Token<'_>) -> Option<String> {
    let fits = match (edm, value) {
        (_, Token::Word("null")) => true,
        ("Edm.String", value) => *value == Token::Text,
        ("Edm.Boolean", value) => matches!(value, Token::Word("true" | "false")),
        ("Edm.Int32" | "Edm.DateTimeOffset", value) => {
            matches!(value, Token::Word(word) if is_unquoted_literal(word))
        }
        _ => true,
    };
    (!fits).then(|| format!("compares `{property}`, an {edm}, with something else"))
}

fn count(tokens: &[Token<'_>], mark: char) -> usize {
    tokens
        .iter()
        .filter(|token| **token == Token::Mark(mark))
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::types::DirectoryTypes;
    use super::super::types::tests::small;
    use super::{filter_flaws, is_advanced};

    fn flaws(filter: &str) -> Vec<String> {
        filter_flaws(&DirectoryTypes::of(small()), "user", filter)
    }

    #[test]
    fn the_filters_of_real_clients_are_clean() {
        for filter in [
            "userPrincipalName eq 'o''brien@example.org'",
            "id in ('a', 'b') and accountEnabled eq true",
            "startswith(userPrincipalName,'a (b')",
            "businessPhones/any(c:c eq '1')",
            "createdDateTime ge 2024-01-01T00:00:00Z or not(accountEnabled eq false)",
            "userPrincipalName eq null",
        ] {
            assert_eq!(flaws(filter), [""; 0], "{filter}");
        }
    }

    #[test]
    fn an_unknown_property_is_found_wherever_it_stands() {
        assert_eq!(
            flaws("(displayName eq 'a')"),
            ["`displayName` is not a property of `user`"]
        );
        assert_eq!(
            flaws("startswith(displayName,'a')"),
            ["`displayName` is not a property of `user`"]
        );
        assert_eq!(
            flaws("phones/any(c:c eq 'a')"),
            ["`phones` is not a property of `user`"]
        );
    }

    #[test]
    fn a_comparison_is_of_one_type() {
        assert_eq!(
            flaws("accountEnabled eq 'true'"),
            ["compares `accountEnabled`, an Edm.Boolean, with something else"]
        );
        assert_eq!(
            flaws("id in (1)"),
            ["compares `id`, an Edm.String, with something else"]
        );
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert_eq!(flaws("id eq 'a"), ["has a quote that is not closed"]);
        assert_eq!(
            flaws("(id eq 'a'"),
            ["has 1 opening and 0 closing parentheses"]
        );
        assert_eq!(
            flaws("contains(id,'a')"),
            ["`contains` is no function of a filter"]
        );
    }

    #[test]
    fn negation_is_advanced() {
        assert!(is_advanced("id ne 'a'"));
        assert!(!is_advanced("id eq 'not'"));
    }
}
