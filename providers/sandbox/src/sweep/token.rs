//! The words of a query.

/// One word, value or sign.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number(i64),
    Sign(&'static str),
}

/// Longer ones first, so that they are not taken for two.
const SIGNS: [&str; 20] = [
    "==", "=~", "!=", "!~", "<=", ">=", "<", ">", "=", "!", "~", "|", "(", ")", "[", "]", ",", ".",
    "*", "-",
];

/// The tokens of a query, or what cannot be read in it.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
            '\'' | '"' => quoted(rest, first).map(|(text, length)| (Some(text), length))?,
            '0'..='9' => {
                let length = length_of(rest, |it| it.is_ascii_alphanumeric());
                let number = rest[..length].parse();
                let number = number.map_err(|_| not_evaluated(&rest[..length]))?;
                (Some(Token::Number(number)), length)
            }
            'a'..='z' | 'A'..='Z' | '_' | '$' => {
                let length = length_of(rest, |it| it.is_ascii_alphanumeric() || "_$".contains(it));
                (Some(Token::Word(rest[..length].to_owned())), length)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                let sign = sign.ok_or_else(|| not_evaluated(&first.to_string()))?;
                (Some(Token::Sign(sign)), sign.len())
            }
        };
        found.extend(token);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

/// What is said of something that Azure may know and this does not.
pub(super) fn not_evaluated(what: &str) -> String {
    format!("The vmlogin sandbox does not evaluate `{what}` in a query.")
}

fn length_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|it| !belongs(it)).unwrap_or(text.len())
}

/// A text in quotes, a backslash standing before what is meant literally.
fn quoted(rest: &str, quote: char) -> Result<(Token, usize), String> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, literal)) => text.push(literal),
                None => break,
            },
            _ if letter == quote => return Ok((Token::Text(text), at + 1)),
            _ => text.push(letter),
        }
    }
    Err(format!("The query has a text that does not end: {rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_taken_whole_and_comments_left_out() {
        let found = tokens("a=~'x\\'y' // no\n| take 5").expect("tokens");
        let word = |it: &str| Token::Word(it.to_owned());
        assert_eq!(
            found,
            [
                word("a"),
                Token::Sign("=~"),
                Token::Text("x'y".to_owned()),
                Token::Sign("|"),
                word("take"),
                Token::Number(5)
            ]
        );
        assert!(tokens("'x").is_err());
        assert!(tokens("a ; b").is_err());
    }
}
