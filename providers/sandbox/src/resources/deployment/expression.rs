//! The expressions of templates: `[concat(parameters('name'), '-nic')]`.

/// An expression, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Text(String),
    Number(i64),
    Call(String, Vec<Expression>),
    Member(Box<Expression>, String),
    Index(Box<Expression>, Box<Expression>),
}

/// What a text of a template is: itself, or an expression in brackets. Two brackets at the front stand for one.
///
/// # Errors
/// What cannot be read, in words.
pub(super) fn parse(text: &str) -> Result<Expression, String> {
    let plain = || Ok(Expression::Text(text.to_owned()));
    if let Some(rest) = text.strip_prefix("[[") {
        return Ok(Expression::Text(format!("[{rest}")));
    }
    let Some(inner) = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')) else {
        return plain();
    };
    let mut reader = Reader { rest: inner };
    let expression = reader.expression()?;
    reader.blank();
    match reader.rest.is_empty() {
        true => Ok(expression),
        false => Err(format!("unexpected '{}' in '{text}'", reader.rest)),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn expression(&mut self) -> Result<Expression, String> {
        let mut read = self.operand()?;
        loop {
            if self.takes('.') {
                read = Expression::Member(Box::new(read), self.word()?);
            } else if self.takes('[') {
                let index = self.expression()?;
                self.needs(']')?;
                read = Expression::Index(Box::new(read), Box::new(index));
            } else {
                return Ok(read);
            }
        }
    }

    fn operand(&mut self) -> Result<Expression, String> {
        self.blank();
        if self.rest.starts_with('\'') {
            return self.text();
        }
        if self
            .rest
            .starts_with(|it: char| it.is_ascii_digit() || it == '-')
        {
            let end = self.rest[1..].find(|it: char| !it.is_ascii_digit());
            let (number, rest) = self.rest.split_at(end.map_or(self.rest.len(), |it| it + 1));
            self.rest = rest;
            return number
                .parse()
                .map(Expression::Number)
                .map_err(|_| format!("'{number}' is no number"));
        }
        let name = self.word()?;
        self.needs('(')?;
        let mut arguments = Vec::new();
        if self.takes(')') {
            return Ok(Expression::Call(name, arguments));
        }
        loop {
            arguments.push(self.expression()?);
            if self.takes(')') {
                return Ok(Expression::Call(name, arguments));
            }
            self.needs(',')?;
        }
    }

    /// Text in single quotes; two of them stand for one.
    fn text(&mut self) -> Result<Expression, String> {
        let mut read = String::new();
        let mut letters = self.rest[1..].char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                read.push(letter);
            } else if letters.next_if(|(_, it)| *it == '\'').is_some() {
                read.push('\'');
            } else {
                self.rest = &self.rest[at + 2..];
                return Ok(Expression::Text(read));
            }
        }
        Err(format!("a text is not closed in '{}'", self.rest))
    }

    fn word(&mut self) -> Result<String, String> {
        self.blank();
        let end = self
            .rest
            .find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if word.is_empty() {
            return Err(format!("a name is expected at '{}'", self.rest));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn takes(&mut self, letter: char) -> bool {
        self.blank();
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn needs(&mut self, letter: char) -> Result<(), String> {
        match self.takes(letter) {
            true => Ok(()),
            false => Err(format!("'{letter}' is expected at '{}'", self.rest)),
        }
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: Vec<Expression>) -> Expression {
        Expression::Call(name.to_owned(), arguments)
    }

    fn text(text: &str) -> Expression {
        Expression::Text(text.to_owned())
    }

    #[test]
    fn calls_members_and_indexes_are_read() {
        assert_eq!(
            parse("[concat(parameters('a'), '-it''s', 1)]"),
            Ok(call(
                "concat",
                vec![
                    call("parameters", vec![text("a")]),
                    text("-it's"),
                    Expression::Number(1)
                ]
            ))
        );
        assert_eq!(
            parse("[reference('x').list[0].id]"),
            Ok(Expression::Member(
                Box::new(Expression::Index(
                    Box::new(Expression::Member(
                        Box::new(call("reference", vec![text("x")])),
                        "list".to_owned()
                    )),
                    Box::new(Expression::Number(0)),
                )),
                "id".to_owned(),
            ))
        );
    }

    #[test]
    fn what_is_not_in_brackets_is_text() {
        assert_eq!(parse("plain"), Ok(text("plain")));
        assert_eq!(parse("[[not one]"), Ok(text("[not one]")));
        assert_eq!(parse("[open"), Ok(text("[open")));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for wrong in [
            "[concat('a']",
            "[concat('a]",
            "[concat('a') 'b']",
            "[]",
            "[name]",
            "[f('é)]",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
