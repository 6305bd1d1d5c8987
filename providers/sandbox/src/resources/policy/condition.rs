//! The conditions of policies: `allOf`, `anyOf`, `not`, and a few comparisons of a few fields. What is not among them is refused
//! by name where a definition is made, so that none is ever judged half.

use serde_json::{Map, Value};

/// What a PUT makes or changes.
pub(super) struct Target<'a> {
    /// Its type with the namespace, as the request spells it.
    pub kind: &'a str,
    pub body: &'a Value,
}

const EXTENSIONS: &str = "microsoft.compute/virtualmachines/extensions";
const OPERATORS: [&str; 7] = [
    "equals",
    "notequals",
    "in",
    "notin",
    "like",
    "notlike",
    "exists",
];

impl Target<'_> {
    /// Whether it is a resource group.
    pub(super) fn is_group(&self) -> bool {
        self.kind
            .eq_ignore_ascii_case("Microsoft.Resources/subscriptions/resourceGroups")
    }

    fn field(&self, field: &str) -> Option<String> {
        let field = field.to_lowercase();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match field.as_str() {
            "type" => Some(self.kind.to_owned()),
            "location" => text(&self.body["location"]),
            _ => match tag(&field) {
                Some(tag) => {
                    let tags = self.body["tags"].as_object()?;
                    let own = tags.iter().find(|(name, _)| name.to_lowercase() == tag);
                    text(own?.1)
                }
                None if self.kind.eq_ignore_ascii_case(EXTENSIONS) => {
                    let member = field.strip_prefix(EXTENSIONS)?.strip_prefix('/')?;
                    text(&self.body["properties"][member])
                }
                None => None,
            },
        }
    }
}

/// `tags['owner']`, `tags[owner]` and `tags.owner`; all in lower case.
fn tag(field: &str) -> Option<&str> {
    let rest = field.strip_prefix("tags")?;
    let bracketed = || rest.strip_prefix('[')?.strip_suffix(']');
    Some(
        rest.strip_prefix('.')
            .or_else(bracketed)?
            .trim_matches('\''),
    )
}

/// The first thing in a condition that is not judged here, by the name that it has in it.
pub(super) fn unknown(condition: &Value) -> Option<String> {
    let Some(members) = condition.as_object() else {
        return Some("a condition that is no object".to_owned());
    };
    for (name, value) in members {
        let lower = name.to_lowercase();
        let inner = match lower.as_str() {
            "allof" | "anyof" => value.as_array().into_iter().flatten().find_map(unknown),
            "not" => unknown(value),
            "field" => {
                let field = value.as_str().unwrap_or_default().to_lowercase();
                let known = ["type", "location"].contains(&field.as_str())
                    || tag(&field).is_some()
                    || [
                        format!("{EXTENSIONS}/type"),
                        format!("{EXTENSIONS}/publisher"),
                    ]
                    .contains(&field);
                (!known).then(|| format!("the field '{}'", value.as_str().unwrap_or_default()))
            }
            _ if !OPERATORS.contains(&lower.as_str()) => Some(format!("'{name}'")),
            _ => unknown_value(value),
        };
        if inner.is_some() {
            return inner;
        }
    }
    None
}

/// A value is literal, or one parameter.
pub(super) fn unknown_value(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    (text.starts_with('[') && parameter(text).is_none()).then(|| format!("the expression '{text}'"))
}

fn parameter(text: &str) -> Option<String> {
    let inner = text.strip_prefix("[parameters('")?.strip_suffix("')]")?;
    Some(inner.to_lowercase())
}

/// A value, with its parameter filled in.
pub(super) fn value(value: &Value, parameters: &Map<String, Value>) -> Value {
    match value.as_str().and_then(parameter) {
        Some(name) => parameters.get(&name).cloned().unwrap_or_default(),
        None => value.clone(),
    }
}

/// Whether a condition that [`unknown`] has nothing against holds.
pub(super) fn holds(
    condition: &Value,
    parameters: &Map<String, Value>,
    target: &Target<'_>,
) -> bool {
    let inner = |condition: &Value| holds(condition, parameters, target);
    let members = condition.as_object().into_iter().flatten();
    let mut found = None;
    let mut all = true;
    for (name, written) in members {
        let listed = || written.as_array().into_iter().flatten();
        all &= match name.to_lowercase().as_str() {
            "allof" => listed().all(inner),
            "anyof" => listed().any(inner),
            "not" => !inner(written),
            "field" => {
                found = target.field(written.as_str().unwrap_or_default());
                true
            }
            _ => true,
        };
    }
    let comparisons = condition.as_object().into_iter().flatten();
    let comparisons = comparisons.filter(|(name, _)| OPERATORS.contains(&&*name.to_lowercase()));
    all && comparisons
        .map(|(operator, written)| (operator.to_lowercase(), value(written, parameters)))
        .all(|(operator, wanted)| compares(&operator, &wanted, found.as_deref()))
}

fn compares(operator: &str, wanted: &Value, found: Option<&str>) -> bool {
    let is = |wanted: &Value| said(wanted).eq_ignore_ascii_case(found.unwrap_or_default());
    let among = || wanted.as_array().into_iter().flatten().any(is);
    let like = || {
        let wanted = said(wanted).to_lowercase();
        crate::pattern::covers(&wanted, &found.unwrap_or_default().to_lowercase())
    };
    match operator {
        "equals" => is(wanted),
        "notequals" => !is(wanted),
        "in" => among(),
        "notin" => !among(),
        "like" => like(),
        "notlike" => !like(),
        _ => said(wanted).eq_ignore_ascii_case("true") == found.is_some(),
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judge(condition: Value) -> bool {
        assert_eq!(unknown(&condition), None);
        let body = json!({"location": "westeurope", "tags": {"Owner": "web"}, "properties": {"type": "AADLoginForWindows"}});
        let target = Target {
            kind: "Microsoft.Compute/virtualMachines/extensions",
            body: &body,
        };
        let parameters = Map::from_iter([(
            "approved".to_owned(),
            json!(["Backup", "aadloginforwindows"]),
        )]);
        holds(&condition, &parameters, &target)
    }

    #[test]
    fn fields_are_compared_without_case() {
        let kind = "Microsoft.Compute/virtualMachines/extensions/type";
        assert!(judge(
            json!({"field": "type", "equals": "microsoft.compute/VIRTUALMACHINES/extensions"})
        ));
        assert!(judge(
            json!({"field": kind, "in": "[parameters('approved')]"})
        ));
        assert!(!judge(
            json!({"field": kind, "notIn": "[parameters('Approved')]"})
        ));
        assert!(judge(json!({"field": "tags['owner']", "like": "W*"})));
        assert!(judge(json!({"field": "tags.cost", "exists": "false"})));
        assert!(judge(json!({"not": {"anyOf": [
            {"field": "location", "equals": "northeurope"},
            {"allOf": [{"field": "location", "notEquals": "westeurope"}]},
        ]}})));
    }

    #[test]
    fn what_is_not_judged_is_named() {
        let named = |condition: Value| unknown(&condition).unwrap();
        assert_eq!(named(json!({"allOf": [{"count": {}}]})), "'count'");
        assert_eq!(
            named(json!({"field": "name", "equals": "x"})),
            "the field 'name'"
        );
        assert_eq!(
            named(json!({"field": "type", "equals": "[concat('a', 'b')]"})),
            "the expression '[concat('a', 'b')]'"
        );
    }
}
