//! A query, from text: a table and what is done to its rows, one after the other.

use serde_json::{Value, json};

use super::expression::{Comparison, Expression, Function, How, Step};
use super::token::{Token, not_evaluated, tokens};

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) table: Source,
    pub(super) stages: Vec<Stage>,
}

/// The tables that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Resources,
    Containers,
    Authorization,
}

/// One thing that is done to all rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    Where(Expression),
    /// These columns and no others.
    Project(Vec<(String, Expression)>),
    Extend(Vec<(String, Expression)>),
    ProjectAway(Vec<String>),
    /// By each in turn; whether it falls.
    Order(Vec<(Expression, bool)>),
    Limit(usize),
    Count,
    /// One row for all that agree in these columns; the name of the column that counts them, where they are counted.
    Summarize(Option<String>, Vec<(String, Expression)>),
}

/// Reads a query, or says what in it is not evaluated.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0 };
    let table = parser.table()?;
    let mut stages = Vec::new();
    while parser.at < parser.tokens.len() {
        parser.sign("|")?;
        stages.push(parser.stage()?);
    }
    Ok(Query { table, stages })
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn table(&mut self) -> Result<Source, String> {
        let name = self.word()?;
        match name.to_lowercase().as_str() {
            "resources" => Ok(Source::Resources),
            "resourcecontainers" => Ok(Source::Containers),
            "authorizationresources" => Ok(Source::Authorization),
            _ => Err(not_evaluated(&name)),
        }
    }

    fn stage(&mut self) -> Result<Stage, String> {
        let word = self.word()?;
        match word.as_str() {
            "where" => Ok(Stage::Where(self.any()?)),
            "project" if self.takes("-") => match self.word()?.as_str() {
                "away" => self.listed(Parser::word).map(Stage::ProjectAway),
                other => Err(not_evaluated(&format!("project-{other}"))),
            },
            "project" => Ok(Stage::Project(self.listed(Parser::column)?)),
            "extend" => Ok(Stage::Extend(self.listed(Parser::column)?)),
            "order" | "sort" => {
                self.needs("by")?;
                self.listed(Parser::key).map(Stage::Order)
            }
            "limit" | "take" => match self.next() {
                Some(Token::Number(rows)) => usize::try_from(rows)
                    .map(Stage::Limit)
                    .map_err(|_| self.unread()),
                _ => Err(self.unread()),
            },
            "count" => Ok(Stage::Count),
            "summarize" => self.summarize(),
            _ => Err(not_evaluated(&word)),
        }
    }

    /// `count()`, `n = count()`, nothing; then `by` columns.
    fn summarize(&mut self) -> Result<Stage, String> {
        let mut counted = None;
        if !self.is_word("by") {
            let mut name = self.word()?;
            counted = Some("count_".to_owned());
            if self.takes("=") {
                counted = Some(std::mem::replace(&mut name, self.word()?));
            }
            if name != "count" {
                return Err(not_evaluated(&name));
            }
            self.sign("(")?;
            self.sign(")")?;
        }
        let columns = match self.is_word("by") {
            true => {
                self.at += 1;
                self.listed(Parser::column)?
            }
            false => Vec::new(),
        };
        Ok(Stage::Summarize(counted, columns))
    }

    /// `a`, `a.b`, `new = expression`.
    fn column(&mut self) -> Result<(String, Expression), String> {
        if let (Some(Token::Word(name)), Some(Token::Sign("="))) =
            (self.tokens.get(self.at), self.tokens.get(self.at + 1))
        {
            let name = name.clone();
            self.at += 2;
            return Ok((name, self.any()?));
        }
        let value = self.any()?;
        let name = named(&value).ok_or_else(|| not_evaluated("a column without a name"))?;
        Ok((name, value))
    }

    fn key(&mut self) -> Result<(Expression, bool), String> {
        let value = self.operand()?;
        let falls = if self.is_word("asc") {
            self.at += 1;
            false
        } else if self.is_word("desc") {
            self.at += 1;
            true
        } else {
            // So the language has it.
            true
        };
        match self.is_word("nulls") {
            true => Err(not_evaluated("nulls")),
            false => Ok((value, falls)),
        }
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.is_word("or") {
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expression::Or))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.comparison()?];
        while self.is_word("and") {
            self.at += 1;
            parts.push(self.comparison()?);
        }
        Ok(one_or(parts, Expression::And))
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let left = self.operand()?;
        let Some((comparison, several)) = self.operator()? else {
            return Ok(left);
        };
        let right = match several {
            true => {
                self.sign("(")?;
                let right = self.listed(Parser::operand)?;
                self.sign(")")?;
                right
            }
            false => vec![self.operand()?],
        };
        Ok(Expression::Compare(Box::new(left), comparison, right))
    }

    /// A comparison, and whether several values follow; nothing where none stands there.
    fn operator(&mut self) -> Result<Option<(Comparison, bool)>, String> {
        let of = |how, negated| Ok(Some((Comparison { how, negated }, false)));
        let begun = self.at;
        match self.next() {
            Some(Token::Sign("==")) => of(How::Same, false),
            Some(Token::Sign("!=")) => of(How::Same, true),
            Some(Token::Sign("=~")) => of(How::SameText, false),
            Some(Token::Sign("!~")) => of(How::SameText, true),
            Some(Token::Sign("<")) => of(How::Less, false),
            Some(Token::Sign("<=")) => of(How::LessOrSame, false),
            Some(Token::Sign(">")) => of(How::More, false),
            Some(Token::Sign(">=")) => of(How::MoreOrSame, false),
            Some(Token::Sign("!")) => {
                let word = self.word()?;
                self.by_word(&word, true).map(Some)
            }
            Some(Token::Word(word))
                if !["and", "or", "asc", "desc", "by"].contains(&word.as_str()) =>
            {
                self.by_word(&word, false).map(Some)
            }
            _ => {
                self.at = begun;
                Ok(None)
            }
        }
    }

    fn by_word(&mut self, word: &str, negated: bool) -> Result<(Comparison, bool), String> {
        let how = match word {
            "in" if self.takes("~") => {
                return Ok((
                    Comparison {
                        how: How::SameText,
                        negated,
                    },
                    true,
                ));
            }
            "in" => {
                return Ok((
                    Comparison {
                        how: How::Same,
                        negated,
                    },
                    true,
                ));
            }
            "contains" => How::Contains,
            "startswith" => How::StartsWith,
            "endswith" => How::EndsWith,
            "has" => How::Has,
            _ => return Err(not_evaluated(word)),
        };
        Ok((Comparison { how, negated }, false))
    }

    fn operand(&mut self) -> Result<Expression, String> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Expression::Value(json!(text))),
            Some(Token::Number(number)) => Ok(Expression::Value(json!(number))),
            Some(Token::Sign("(")) => {
                let inner = self.any()?;
                self.sign(")")?;
                Ok(inner)
            }
            Some(Token::Word(word)) => match (word.as_str(), self.takes("(")) {
                ("true", false) => Ok(Expression::Value(json!(true))),
                ("false", false) => Ok(Expression::Value(json!(false))),
                ("null", false) => Ok(Expression::Value(Value::Null)),
                (_, false) => self.path(word),
                (_, true) => self.called(&word),
            },
            _ => Err(self.unread()),
        }
    }

    fn called(&mut self, name: &str) -> Result<Expression, String> {
        if name == "not" {
            let inner = self.any()?;
            self.sign(")")?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        let function = Function::named(name).ok_or_else(|| not_evaluated(&format!("{name}()")))?;
        let arguments = self.listed(Parser::any)?;
        self.sign(")")?;
        Ok(Expression::Call(function, arguments))
    }

    fn path(&mut self, column: String) -> Result<Expression, String> {
        let mut path = vec![Step::Member(column)];
        loop {
            if self.takes(".") {
                path.push(Step::Member(self.word()?));
            } else if self.takes("[") {
                path.push(match self.next() {
                    Some(Token::Text(name)) => Step::Member(name),
                    Some(Token::Number(at)) => {
                        Step::Item(usize::try_from(at).unwrap_or(usize::MAX))
                    }
                    _ => return Err(self.unread()),
                });
                self.sign("]")?;
            } else {
                return Ok(Expression::Path(path));
            }
        }
    }

    fn listed<T>(
        &mut self,
        one: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut all = vec![one(self)?];
        while self.takes(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(self.unread()),
        }
    }

    fn needs(&mut self, word: &str) -> Result<(), String> {
        match self.word()? == word {
            true => Ok(()),
            false => Err(self.unread()),
        }
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), String> {
        match self.next() == Some(Token::Sign(sign)) {
            true => Ok(()),
            false => Err(self.unread()),
        }
    }

    fn takes(&mut self, sign: &'static str) -> bool {
        let is_there = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(is_there);
        is_there
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(it)) if it == word)
    }

    /// What is said of the token that was looked at last.
    fn unread(&self) -> String {
        match self.tokens.get(self.at.saturating_sub(1)) {
            None => "The query ends too soon.".to_owned(),
            Some(Token::Word(text)) => not_evaluated(text),
            Some(Token::Text(text)) => not_evaluated(&format!("'{text}'")),
            Some(Token::Number(number)) => not_evaluated(&number.to_string()),
            Some(Token::Sign(sign)) => not_evaluated(sign),
        }
    }
}

/// A column that nobody named is called after what it is made of.
fn named(value: &Expression) -> Option<String> {
    match value {
        Expression::Path(path) => {
            let steps = path.iter().map(|step| match step {
                Step::Member(name) => name.clone(),
                Step::Item(at) => at.to_string(),
            });
            Some(steps.collect::<Vec<_>>().join("_"))
        }
        Expression::Call(_, arguments) => named(arguments.first()?),
        _ => None,
    }
}

fn one_or(mut parts: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => several(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_named() {
        let said = |query: &str| parse(query).expect_err("a refusal");
        assert!(said("Resources | mv-expand x").contains("`mv`"));
        assert!(said("Resources | where a matches 'x'").contains("`matches`"));
        assert!(said("HealthResources").contains("`HealthResources`"));
        assert!(said("Resources | where bin(a) == 1").contains("`bin()`"));
        assert!(said("Resources | where").contains("too soon"));
        assert!(said("Resources | join kind=inner (x) on y").contains("`join`"));
    }

    #[test]
    fn a_nameless_column_is_called_after_its_path() {
        let query = parse("resources | project id, tostring(properties.a.b), n = tolower(name)");
        let Stage::Project(columns) = &query.expect("a query").stages[0] else {
            panic!("a projection");
        };
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["id", "properties_a_b", "n"]);
    }

    #[test]
    fn and_binds_closer_than_or() {
        let query = parse("Resources | where a == 1 or b in~ ('x', 'y') and not(c !has 'z')");
        let Stage::Where(Expression::Or(parts)) = &query.expect("a query").stages[0] else {
            panic!("an alternative");
        };
        assert!(matches!(&parts[1], Expression::And(both) if both.len() == 2));
    }
}
