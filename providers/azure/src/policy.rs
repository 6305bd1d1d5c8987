//! Azure Policy, as far as it can be judged before a write: the `if` of a rule held against what is about to be made. Three answers:
//! it holds, it does not, or it asks for something that is not known here. Comparison is without case, as Azure's is (Azure Policy
//! documentation, definition-structure-policy-rule, general knowledge of 2026-11-21; nothing here was held against real Azure).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What is known of a thing, by the lower-case names of policy fields: `type`, `name`, `location`, `tags.owner`, an alias.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    known: BTreeMap<String, String>,
    /// Prefixes of fields that are surely absent where they are not known: `tags.`.
    closed: Vec<&'static str>,
}

impl Fields {
    /// Adds what is known.
    pub(crate) fn with(mut self, field: &str, value: impl Into<String>) -> Fields {
        self.known.insert(field.to_lowercase(), value.into());
        self
    }

    /// Says that of the fields that begin so, all are known.
    pub(crate) fn closed(mut self, prefix: &'static str) -> Fields {
        self.closed.push(prefix);
        self
    }

    /// The field: `Some(None)` where it is surely absent, `None` where nothing is known.
    fn get(&self, field: &str) -> Option<Option<&str>> {
        let field = spelt(field);
        match self.known.get(&field) {
            Some(value) => Some(Some(value)),
            None if self.closed.iter().any(|prefix| field.starts_with(prefix)) => Some(None),
            None => None,
        }
    }
}

/// `tags['owner']` and `tags[owner]` as `tags.owner`.
fn spelt(field: &str) -> String {
    let field = field.to_lowercase();
    match field
        .strip_prefix("tags[")
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(name) => format!("tags.{}", name.trim_matches('\'')),
        None => field,
    }
}

/// The values of a policy's parameters, by lower-case name: the assignment's, else the definition's defaults.
pub(crate) fn parameters(definition: &Json, assignment: &Json) -> BTreeMap<String, Json> {
    let members = |json: &Json, member: &str| -> Vec<(String, Json)> {
        let all = json.as_object().into_iter().flatten();
        all.filter_map(|(name, value)| Some((name.to_lowercase(), value.get(member)?.clone())))
            .collect()
    };
    let mut parameters: BTreeMap<String, Json> =
        members(definition, "defaultValue").into_iter().collect();
    parameters.extend(members(assignment, "value"));
    parameters
}

/// A condition with the values of its parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy<'a> {
    /// The `if` of the rule.
    pub(crate) condition: &'a Json,
    /// The values of its parameters.
    pub(crate) parameters: &'a BTreeMap<String, Json>,
}

/// Nested deeper than this, a condition is not judged: it may be anybody's text.
const DEEPEST: usize = 32;

impl Policy<'_> {
    /// Whether the condition holds; `None` where it asks for something that is not known.
    pub(crate) fn holds(self, fields: &Fields) -> Option<bool> {
        self.condition_holds(self.condition, fields, DEEPEST)
    }

    /// The effect that an expression names, in lower case: `deny`, or `[parameters('effect')]`.
    pub(crate) fn effect(self, effect: &Json) -> Option<String> {
        match self.value(effect)? {
            Json::String(effect) => Some(effect.to_lowercase()),
            _ => None,
        }
    }

    fn condition_holds(self, condition: &Json, fields: &Fields, deepest: usize) -> Option<bool> {
        let deepest = deepest.checked_sub(1)?;
        let inner = |condition: &Json| self.condition_holds(condition, fields, deepest);
        if let Some(all) = member(condition, "allOf") {
            return every(all.as_array()?.iter().map(inner));
        }
        if let Some(any) = member(condition, "anyOf") {
            let none = every(
                any.as_array()?
                    .iter()
                    .map(|condition| inner(condition).map(|holds| !holds)),
            );
            return none.map(|none| !none);
        }
        if let Some(not) = member(condition, "not") {
            return inner(not).map(|holds| !holds);
        }
        let field = member(condition, "field")?.as_str()?;
        self.compares(condition, fields.get(field)?)
    }

    /// Whether a field compares as the condition says.
    fn compares(self, condition: &Json, found: Option<&str>) -> Option<bool> {
        let operators = condition
            .as_object()?
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("field"));
        every(operators.map(|(operator, wanted)| self.compare(operator, wanted, found)))
    }

    fn compare(self, operator: &str, wanted: &Json, found: Option<&str>) -> Option<bool> {
        let wanted = self.value(wanted)?;
        let is = |wanted: &Json| Some(text(wanted)?.eq_ignore_ascii_case(found.unwrap_or("")));
        match operator.to_lowercase().as_str() {
            "equals" => is(&wanted),
            "notequals" => is(&wanted).map(|equals| !equals),
            "in" => among(&wanted, found),
            "notin" => among(&wanted, found).map(|among| !among),
            "like" => Some(like(&text(&wanted)?, found.unwrap_or(""))),
            "notlike" => Some(!like(&text(&wanted)?, found.unwrap_or(""))),
            "exists" => Some(text(&wanted)?.eq_ignore_ascii_case("true") == found.is_some()),
            _ => None,
        }
    }

    /// A value, with `[parameters('name')]` and `[concat(…)]` of texts and parameters worked out.
    fn value(self, value: &Json) -> Option<Json> {
        let Json::String(written) = value else {
            return Some(value.clone());
        };
        let Some(expression) = written
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        else {
            return Some(value.clone());
        };
        if written.starts_with("[[") {
            return Some(Json::String(written[1..].to_owned()));
        }
        self.expression(expression)
    }

    fn expression(self, expression: &str) -> Option<Json> {
        let (function, arguments) = expression.trim().strip_suffix(')')?.split_once('(')?;
        match function.trim().to_lowercase().as_str() {
            "parameters" => {
                let name = quoted(arguments)?.to_lowercase();
                self.parameters.get(&name).cloned()
            }
            "concat" => {
                let mut all = String::new();
                for argument in arguments.split(',') {
                    match quoted(argument) {
                        Some(part) => all.push_str(part),
                        None => all.push_str(&text(&self.expression(argument)?)?),
                    }
                }
                Some(Json::String(all))
            }
            _ => None,
        }
    }
}

/// A member, whatever its case.
fn member<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    let all = json.as_object()?;
    all.iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Whether all hold: one that does not settles it, whatever is unknown.
fn every(conditions: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for holds in conditions {
        match holds {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn among(wanted: &Json, found: Option<&str>) -> Option<bool> {
    let found = found.unwrap_or("");
    let all: Option<Vec<String>> = wanted.as_array()?.iter().map(text).collect();
    Some(all?.iter().any(|one| one.eq_ignore_ascii_case(found)))
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(on) => Some(on.to_string()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text in single quotes.
fn quoted(argument: &str) -> Option<&str> {
    argument.trim().strip_prefix('\'')?.strip_suffix('\'')
}

/// Whether a text is like a pattern with one `*`, the most that Azure allows.
fn like(pattern: &str, found: &str) -> bool {
    let (pattern, found) = (pattern.to_lowercase(), found.to_lowercase());
    match pattern.split_once('*') {
        None => pattern == found,
        Some((head, tail)) => {
            found.len() >= head.len() + tail.len()
                && found.starts_with(head)
                && found.ends_with(tail)
        }
    }
}
