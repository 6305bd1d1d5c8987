//! `$filter` of the directory: comparisons joined by `and` and `or`, as far as look-ups by name need them.

use std::fmt;

use serde_json::Value;

/// A filter, ready to be asked.
#[derive(Debug, PartialEq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    /// The property is one of these.
    Is(String, Vec<Value>),
    /// The text begins so.
    StartsWith(String, String),
    /// One of the texts of a list is this.
    Has(String, String),
}

/// Why a filter cannot be read.
#[derive(Debug, PartialEq)]
pub(crate) struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a filter.
pub(crate) fn parse(text: &str) -> Result<Filter, Problem> {
    let mut reader = Reader {
        words: words(text)?,
        at: 0,
    };
    let filter = reader.any()?;
    match reader.words.get(reader.at) {
        None => Ok(filter),
        Some(word) => Err(Problem(format!("unexpected {word}"))),
    }
}

impl Filter {
    /// Whether an object, with all its properties, passes. Texts compare without regard to case.
    pub(crate) fn admits(&self, object: &Value) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|it| it.admits(object)),
            Filter::Any(parts) => parts.iter().any(|it| it.admits(object)),
            Filter::Is(name, values) => values
                .iter()
                .any(|value| same(property(object, name), value)),
            Filter::StartsWith(name, start) => property(object, name)
                .as_str()
                .is_some_and(|it| it.to_lowercase().starts_with(&start.to_lowercase())),
            Filter::Has(name, value) => property(object, name)
                .as_array()
                .into_iter()
                .flatten()
                .any(|it| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case(value))),
        }
    }
}

fn property<'a>(object: &'a Value, name: &str) -> &'a Value {
    object
        .as_object()
        .into_iter()
        .flatten()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map_or(&Value::Null, |(_, value)| value)
}

fn same(held: &Value, wanted: &Value) -> bool {
    match (held, wanted) {
        (Value::String(held), Value::String(wanted)) => {
            held.to_lowercase() == wanted.to_lowercase()
        }
        _ => held == wanted,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Word {
    Name(String),
    Text(String),
    Sign(char),
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Name(name) => write!(f, "'{name}'"),
            Word::Text(text) => write!(f, "the text '{text}'"),
            Word::Sign(sign) => write!(f, "'{sign}'"),
        }
    }
}

fn words(text: &str) -> Result<Vec<Word>, Problem> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => {
                let mut value = String::new();
                loop {
                    match letters.next() {
                        None => return Err(Problem("unterminated string literal".to_owned())),
                        Some('\'') if letters.peek() == Some(&'\'') => {
                            letters.next();
                            value.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => value.push(other),
                    }
                }
                words.push(Word::Text(value));
            }
            '(' | ')' | ',' | ':' => words.push(Word::Sign(letter)),
            space if space.is_whitespace() => {}
            first => {
                let mut name = String::from(first);
                while let Some(next) = letters.peek().filter(|it| !" (),:'\t".contains(**it)) {
                    name.push(*next);
                    letters.next();
                }
                words.push(Word::Name(name));
            }
        }
    }
    Ok(words)
}

struct Reader {
    words: Vec<Word>,
    at: usize,
}

impl Reader {
    fn any(&mut self) -> Result<Filter, Problem> {
        let mut parts = vec![self.all()?];
        while self.takes_name("or") {
            parts.push(self.all()?);
        }
        Ok(single(parts, Filter::Any))
    }

    fn all(&mut self) -> Result<Filter, Problem> {
        let mut parts = vec![self.comparison()?];
        while self.takes_name("and") {
            parts.push(self.comparison()?);
        }
        Ok(single(parts, Filter::All))
    }

    fn comparison(&mut self) -> Result<Filter, Problem> {
        if self.takes(&Word::Sign('(')) {
            let inner = self.any()?;
            self.needs(&Word::Sign(')'))?;
            return Ok(inner);
        }
        let name = self.name()?;
        if name.eq_ignore_ascii_case("startswith") {
            self.needs(&Word::Sign('('))?;
            let property = self.name()?;
            self.needs(&Word::Sign(','))?;
            let start = self.text()?;
            self.needs(&Word::Sign(')'))?;
            return Ok(Filter::StartsWith(property, start));
        }
        if let Some(property) = name.strip_suffix("/any") {
            return self.lambda(property);
        }
        if self.takes_name("in") {
            self.needs(&Word::Sign('('))?;
            let mut values = vec![self.value()?];
            while self.takes(&Word::Sign(',')) {
                values.push(self.value()?);
            }
            self.needs(&Word::Sign(')'))?;
            return Ok(Filter::Is(name, values));
        }
        if self.takes_name("eq") {
            return Ok(Filter::Is(name, vec![self.value()?]));
        }
        Err(Problem(format!(
            "the operator after '{name}' is not supported"
        )))
    }

    /// `(c:c eq 'x')`.
    fn lambda(&mut self, property: &str) -> Result<Filter, Problem> {
        self.needs(&Word::Sign('('))?;
        let variable = self.name()?;
        self.needs(&Word::Sign(':'))?;
        if self.name()? != variable || !self.takes_name("eq") {
            return Err(Problem("only equality is supported in any".to_owned()));
        }
        let value = self.text()?;
        self.needs(&Word::Sign(')'))?;
        Ok(Filter::Has(property.to_owned(), value))
    }

    fn value(&mut self) -> Result<Value, Problem> {
        match self.next()? {
            Word::Text(text) => Ok(Value::String(text)),
            Word::Name(name) => match name.as_str() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                "null" => Ok(Value::Null),
                number => number
                    .parse::<i64>()
                    .map(Value::from)
                    .map_err(|_| Problem(format!("'{name}' is not a value"))),
            },
            sign @ Word::Sign(_) => Err(Problem(format!("unexpected {sign}"))),
        }
    }

    fn name(&mut self) -> Result<String, Problem> {
        match self.next()? {
            Word::Name(name) => Ok(name),
            other => Err(Problem(format!("a property is expected, not {other}"))),
        }
    }

    fn text(&mut self) -> Result<String, Problem> {
        match self.next()? {
            Word::Text(text) => Ok(text),
            other => Err(Problem(format!("a text is expected, not {other}"))),
        }
    }

    fn next(&mut self) -> Result<Word, Problem> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word.ok_or_else(|| Problem("it ends too early".to_owned()))
    }

    fn takes(&mut self, word: &Word) -> bool {
        let takes = self.words.get(self.at) == Some(word);
        self.at += usize::from(takes);
        takes
    }

    fn takes_name(&mut self, name: &str) -> bool {
        let takes = matches!(self.words.get(self.at), Some(Word::Name(it)) if it.eq_ignore_ascii_case(name));
        self.at += usize::from(takes);
        takes
    }

    fn needs(&mut self, word: &Word) -> Result<(), Problem> {
        match self.takes(word) {
            true => Ok(()),
            false => Err(Problem(format!("{word} is expected"))),
        }
    }
}

fn single(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn admits(filter: &str, object: Value) -> bool {
        parse(filter).unwrap().admits(&object)
    }

    #[test]
    fn a_name_is_compared_without_regard_to_case() {
        assert!(admits(
            "displayName eq 'SG-Web'",
            json!({"displayName": "sg-web"})
        ));
        assert!(!admits(
            "displayName eq 'SG-Web'",
            json!({"displayName": "sg-web2"})
        ));
    }

    #[test]
    fn a_doubled_quote_is_one_quote() {
        assert!(admits(
            "displayName eq 'O''Brien'",
            json!({"displayName": "O'Brien"})
        ));
    }

    #[test]
    fn and_binds_closer_than_or() {
        let filter = "a eq 1 or b eq 2 and c eq 3";
        assert!(admits(filter, json!({"a": 1})));
        assert!(!admits(filter, json!({"b": 2})));
        assert!(admits(filter, json!({"b": 2, "c": 3})));
        assert!(!admits("(a eq 1 or b eq 2) and c eq 3", json!({"a": 1})));
    }

    #[test]
    fn any_looks_into_a_list() {
        let filter = "servicePrincipalNames/any(c:c eq 'x')";
        assert!(admits(filter, json!({"servicePrincipalNames": ["y", "X"]})));
        assert!(!admits(filter, json!({"servicePrincipalNames": []})));
    }

    #[test]
    fn in_and_startswith_are_understood() {
        assert!(admits("id in ('1', '2')", json!({"id": "2"})));
        assert!(admits(
            "startswith(displayName,'we')",
            json!({"displayName": "WEB"})
        ));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert_eq!(
            parse("name ne 'x'"),
            Err(Problem(
                "the operator after 'name' is not supported".to_owned()
            ))
        );
        assert_eq!(
            parse("name eq 'x"),
            Err(Problem("unterminated string literal".to_owned()))
        );
        assert_eq!(
            parse("name eq 'x' y"),
            Err(Problem("unexpected 'y'".to_owned()))
        );
    }
}
