//! Values and conditions of a query, and what they are for a row.

use serde_json::{Map, Value, json};

/// What stands in a column, by its name.
pub(super) type Row = Map<String, Value>;

/// Something that has a value for each row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Value(Value),
    /// A column and what lies in it.
    Path(Vec<Step>),
    Call(Function, Vec<Expression>),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Compare(Box<Expression>, Comparison, Vec<Expression>),
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// The functions that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    ToLower,
    ToUpper,
    ToText,
    ToBool,
    ToInteger,
    IsEmpty,
    IsNotEmpty,
    IsNull,
    IsNotNull,
    Join,
    Length,
}

/// How two values are held against each other, and whether the opposite is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) how: How,
    pub(super) negated: bool,
}

/// The ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// With its case; one of several.
    Same,
    /// Without.
    SameText,
    Contains,
    StartsWith,
    EndsWith,
    /// As a whole word.
    Has,
    Less,
    LessOrSame,
    More,
    MoreOrSame,
}

impl Function {
    /// The function of a name.
    pub(super) fn named(name: &str) -> Option<Function> {
        Some(match name {
            "tolower" => Function::ToLower,
            "toupper" => Function::ToUpper,
            "tostring" => Function::ToText,
            "tobool" => Function::ToBool,
            "toint" | "tolong" => Function::ToInteger,
            "isempty" => Function::IsEmpty,
            "isnotempty" => Function::IsNotEmpty,
            "isnull" => Function::IsNull,
            "isnotnull" => Function::IsNotNull,
            "strcat" => Function::Join,
            "array_length" => Function::Length,
            _ => return None,
        })
    }

    fn value(self, arguments: &[Value]) -> Value {
        let first = arguments.first().unwrap_or(&Value::Null);
        match self {
            Function::ToLower => json!(text(first).to_lowercase()),
            Function::ToUpper => json!(text(first).to_uppercase()),
            Function::ToText => json!(text(first)),
            Function::ToBool => match first {
                Value::Bool(_) => first.clone(),
                _ => text(first)
                    .to_lowercase()
                    .parse::<bool>()
                    .map_or(Value::Null, Value::from),
            },
            Function::ToInteger => text(first).parse::<i64>().map_or(Value::Null, Value::from),
            Function::IsEmpty => json!(text(first).is_empty()),
            Function::IsNotEmpty => json!(!text(first).is_empty()),
            Function::IsNull => json!(first.is_null()),
            Function::IsNotNull => json!(!first.is_null()),
            Function::Join => json!(arguments.iter().map(text).collect::<String>()),
            Function::Length => first.as_array().map_or(Value::Null, |it| json!(it.len())),
        }
    }
}

impl Expression {
    /// Its value for a row.
    pub(super) fn value(&self, row: &Row) -> Value {
        match self {
            Expression::Value(value) => value.clone(),
            Expression::Path(path) => within(row, path).cloned().unwrap_or(Value::Null),
            Expression::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|it| it.value(row)).collect();
                function.value(&values)
            }
            _ => json!(self.holds(row)),
        }
    }

    /// Whether it is true of a row.
    pub(super) fn holds(&self, row: &Row) -> bool {
        match self {
            Expression::Not(inner) => !inner.holds(row),
            Expression::And(parts) => parts.iter().all(|it| it.holds(row)),
            Expression::Or(parts) => parts.iter().any(|it| it.holds(row)),
            Expression::Compare(left, comparison, right) => {
                let left = left.value(row);
                let mut right = right.iter().map(|it| it.value(row));
                right.any(|right| comparison.how.holds(&left, &right)) != comparison.negated
            }
            _ => self.value(row) == Value::Bool(true),
        }
    }

    /// The columns that it looks into.
    pub(super) fn columns(&self) -> Vec<&str> {
        match self {
            Expression::Value(_) => Vec::new(),
            Expression::Path(path) => match path.first() {
                Some(Step::Member(column)) => vec![column],
                _ => Vec::new(),
            },
            Expression::Not(inner) => inner.columns(),
            Expression::Call(_, parts) | Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().flat_map(Expression::columns).collect()
            }
            Expression::Compare(left, _, right) => {
                let mut columns = left.columns();
                columns.extend(right.iter().flat_map(Expression::columns));
                columns
            }
        }
    }
}

impl How {
    fn holds(self, left: &Value, right: &Value) -> bool {
        let ordered = || match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ if left.is_null() => None,
            _ => Some(text(left).cmp(&text(right))),
        };
        let lower = || (text(left).to_lowercase(), text(right).to_lowercase());
        match self {
            How::Same if left.is_string() || right.is_string() => text(left) == text(right),
            How::Same => left == right,
            How::SameText => text(left).eq_ignore_ascii_case(&text(right)),
            How::Contains => lower().0.contains(&lower().1),
            How::StartsWith => lower().0.starts_with(&lower().1),
            How::EndsWith => lower().0.ends_with(&lower().1),
            How::Has => has_word(&lower().0, &lower().1),
            How::Less => ordered().is_some_and(|it| it.is_lt()),
            How::LessOrSame => ordered().is_some_and(|it| it.is_le()),
            How::More => ordered().is_some_and(|it| it.is_gt()),
            How::MoreOrSame => ordered().is_some_and(|it| it.is_ge()),
        }
    }
}

/// What a path leads to.
fn within<'a>(row: &'a Row, path: &[Step]) -> Option<&'a Value> {
    let (Step::Member(column), rest) = path.split_first()? else {
        return None;
    };
    rest.iter()
        .try_fold(row.get(column)?, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(at) => value.get(at),
        })
}

/// A value as text: nothing is an empty one.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text holds another with nothing of a word's letters beside it.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !is_letter(before) && !is_letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole_only() {
        assert!(has_word("rg-web-01", "web"));
        assert!(!has_word("rg-webs", "web"));
    }

    #[test]
    fn what_is_not_there_is_empty_and_unlike_any_text() {
        let row = Row::new();
        let path = Expression::Path(vec![Step::Member("tags".to_owned())]);
        let empty = Expression::Call(Function::IsEmpty, vec![path.clone()]);
        assert!(empty.holds(&row));
        let unlike = Comparison {
            how: How::Same,
            negated: true,
        };
        let text = Expression::Value(json!("x"));
        assert!(Expression::Compare(Box::new(path), unlike, vec![text]).holds(&row));
    }
}
