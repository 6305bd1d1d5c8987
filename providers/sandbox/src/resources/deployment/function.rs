//! The functions of templates, those that simple templates use. Every other one is refused by its name.

use serde_json::{Map, Value, json};

use super::expression::{Expression, parse};
use crate::state::named_guid;

/// What expressions can ask for.
pub(super) trait Surroundings {
    fn parameter(&self, name: &str) -> Option<Value>;
    fn variable(&self, name: &str) -> Option<Value>;
    /// Id, name, location and the like of the group that is deployed to.
    fn group(&self) -> Value;
    /// Id, name and tenant of its subscription.
    fn subscription(&self) -> Value;
    /// A resource as a GET shows it.
    fn live(&mut self, id: &str) -> Result<Value, String>;
}

/// A value of a template with all expressions in it worked out.
///
/// # Errors
/// What cannot be worked out, in words.
pub(super) fn evaluated(value: &Value, within: &mut dyn Surroundings) -> Result<Value, String> {
    match value {
        Value::String(text) => work_out(&parse(text)?, within),
        Value::Array(all) => all.iter().map(|it| evaluated(it, within)).collect(),
        Value::Object(all) => {
            let mut done = Map::new();
            for (name, value) in all {
                if name == "copy" && value.is_array() {
                    return Err("the sandbox does not emulate 'copy'".to_owned());
                }
                done.insert(name.clone(), evaluated(value, within)?);
            }
            Ok(done.into())
        }
        _ => Ok(value.clone()),
    }
}

/// The id of a type and its names, within a scope.
pub(super) fn id_of(scope: &str, kind: &str, names: &[&str]) -> Result<String, String> {
    let (namespace, types) = kind.split_once('/').unwrap_or((kind, ""));
    let types: Vec<&str> = types.split('/').collect();
    if types.len() != names.len() {
        return Err(format!(
            "the type '{kind}' and the name '{}' do not have as many segments",
            names.join("/")
        ));
    }
    let path: Vec<String> = types
        .iter()
        .zip(names)
        .map(|(kind, name)| format!("{kind}/{name}"))
        .collect();
    Ok(format!("{scope}/providers/{namespace}/{}", path.join("/")))
}

fn work_out(expression: &Expression, within: &mut dyn Surroundings) -> Result<Value, String> {
    match expression {
        Expression::Text(text) => Ok(json!(text)),
        Expression::Number(number) => Ok(json!(number)),
        Expression::Member(of, name) => {
            let value = work_out(of, within)?;
            member(&value, name)
                .ok_or_else(|| format!("the language expression property '{name}' doesn't exist"))
        }
        Expression::Index(of, index) => {
            let (value, index) = (work_out(of, within)?, work_out(index, within)?);
            let found = match &index {
                Value::String(name) => member(&value, name),
                _ => index
                    .as_u64()
                    .and_then(|at| value.get(usize::try_from(at).ok()?))
                    .cloned(),
            };
            found.ok_or_else(|| format!("the language expression index {index} is out of bounds"))
        }
        Expression::Call(name, arguments) => call(name, arguments, within),
    }
}

fn call(
    name: &str,
    arguments: &[Expression],
    within: &mut dyn Surroundings,
) -> Result<Value, String> {
    let lower = name.to_lowercase();
    // Of these not all arguments are worked out.
    if lower == "if" {
        let [condition, yes, no] = arguments else {
            return Err("'if' takes three arguments".to_owned());
        };
        let taken = work_out(condition, within)? == true;
        return work_out(if taken { yes } else { no }, within);
    }
    let mut all = Vec::new();
    for argument in arguments {
        all.push(work_out(argument, within)?);
    }
    let text = |at: usize| -> Result<&str, String> {
        all.get(at)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("argument {} of '{name}' has to be a text", at + 1))
    };
    match lower.as_str() {
        "parameters" => within.parameter(text(0)?).ok_or_else(|| {
            format!(
                "the template parameter '{}' is not found",
                text(0).unwrap_or_default()
            )
        }),
        "variables" => within.variable(text(0)?).ok_or_else(|| {
            format!(
                "the template variable '{}' is not found",
                text(0).unwrap_or_default()
            )
        }),
        "resourcegroup" => Ok(within.group()),
        "subscription" => Ok(within.subscription()),
        "resourceid" => resource_id(&all, within),
        "reference" => reference(&all, within),
        "concat" => concat(&all),
        "format" => format_text(&all),
        "tolower" => Ok(json!(text(0)?.to_lowercase())),
        "toupper" => Ok(json!(text(0)?.to_uppercase())),
        "string" => Ok(json!(shown(all.first().unwrap_or(&Value::Null)))),
        "int" => shown(all.first().unwrap_or(&Value::Null))
            .parse::<i64>()
            .map(|it| json!(it))
            .map_err(|_| "the argument of 'int' is no number".to_owned()),
        "split" => Ok(json!(text(0)?.split(text(1)?).collect::<Vec<_>>())),
        "replace" => Ok(json!(text(0)?.replace(text(1)?, text(2)?))),
        // Thirteen letters, the same for the same texts; not those that Azure would make of them.
        "uniquestring" => Ok(json!(named_guid("", &joined(&all)).replace('-', "")[..13])),
        "guid" => Ok(json!(named_guid("", &joined(&all)))),
        "createarray" => Ok(Value::Array(all)),
        "true" => Ok(json!(true)),
        "false" => Ok(json!(false)),
        "null" => Ok(Value::Null),
        "equals" => Ok(json!(all.first() == all.get(1))),
        "not" => Ok(json!(all.first() != Some(&json!(true)))),
        "and" => Ok(json!(all.iter().all(|it| *it == true))),
        "or" => Ok(json!(all.iter().any(|it| *it == true))),
        "empty" => Ok(json!(length(all.first()) == 0)),
        "length" => Ok(json!(length(all.first()))),
        "first" => Ok(all
            .first()
            .and_then(|it| it.get(0))
            .cloned()
            .unwrap_or_default()),
        "last" => Ok(all
            .first()
            .and_then(Value::as_array)
            .and_then(|it| it.last())
            .cloned()
            .unwrap_or_default()),
        "coalesce" => Ok(all.into_iter().find(|it| !it.is_null()).unwrap_or_default()),
        "contains" => Ok(json!(contains(all.first(), all.get(1)))),
        _ => Err(format!(
            "the sandbox does not emulate the template function '{name}'"
        )),
    }
}

/// `resourceId([subscription], [group], type, name, …)`: the type is the first with a slash.
fn resource_id(all: &[Value], within: &dyn Surroundings) -> Result<Value, String> {
    let texts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
    let at = texts
        .iter()
        .position(|it| it.contains('/') && !it.starts_with('/'));
    let Some(at) = at.filter(|_| texts.len() == all.len()) else {
        return Err("'resourceId' needs a type with its namespace, and names".to_owned());
    };
    let (before, names) = (&texts[..at], &texts[at + 1..]);
    let mut scope = text_of(&within.group()["id"]);
    let mut parts: Vec<&str> = scope.split('/').collect();
    match before {
        [] => {}
        [group] => parts[4] = group,
        [subscription, group] => (parts[2], parts[4]) = (subscription, group),
        _ => return Err("'resourceId' has too much before its type".to_owned()),
    }
    scope = parts.join("/");
    id_of(&scope, texts[at], names).map(|it| json!(it))
}

/// `reference(id, [version], ['Full'])`.
fn reference(all: &[Value], within: &mut dyn Surroundings) -> Result<Value, String> {
    let id = all.first().map(text_of).unwrap_or_default();
    if !id.starts_with('/') {
        return Err(format!(
            "the sandbox emulates 'reference' by full ids only, not by the name '{id}'"
        ));
    }
    let live = within.live(&id)?;
    let full = all
        .get(2)
        .is_some_and(|it| text_of(it).eq_ignore_ascii_case("full"));
    Ok(if full {
        live
    } else {
        live["properties"].clone()
    })
}

fn concat(all: &[Value]) -> Result<Value, String> {
    if all.iter().any(Value::is_array) {
        let lists = all.iter().filter_map(Value::as_array);
        return Ok(lists.flatten().cloned().collect());
    }
    Ok(json!(all.iter().map(shown).collect::<String>()))
}

/// `format('{0}-{1}', …)`, without the forms of numbers.
fn format_text(all: &[Value]) -> Result<Value, String> {
    let mut text = all.first().map(text_of).unwrap_or_default();
    for (at, value) in all.iter().skip(1).enumerate() {
        text = text.replace(&format!("{{{at}}}"), &shown(value));
    }
    Ok(json!(text))
}

fn contains(whole: Option<&Value>, part: Option<&Value>) -> bool {
    match (whole, part) {
        (Some(Value::String(whole)), Some(Value::String(part))) => whole.contains(part.as_str()),
        (Some(Value::Array(whole)), Some(part)) => whole.contains(part),
        (Some(whole @ Value::Object(_)), Some(Value::String(name))) => {
            member(whole, name).is_some()
        }
        _ => false,
    }
}

fn length(value: Option<&Value>) -> usize {
    match value {
        Some(Value::String(text)) => text.chars().count(),
        Some(Value::Array(all)) => all.len(),
        Some(Value::Object(all)) => all.len(),
        _ => 0,
    }
}

/// Names of members match without case.
fn member(value: &Value, name: &str) -> Option<Value> {
    let all = value.as_object()?;
    all.iter()
        .find(|(it, _)| it.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.clone())
}

fn joined(all: &[Value]) -> String {
    all.iter().map(shown).collect::<Vec<_>>().join("-")
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World;

    impl Surroundings for World {
        fn parameter(&self, name: &str) -> Option<Value> {
            (name == "vm").then(|| json!("web01"))
        }
        fn variable(&self, _: &str) -> Option<Value> {
            None
        }
        fn group(&self) -> Value {
            json!({"id": "/subscriptions/s/resourceGroups/g", "location": "westeurope"})
        }
        fn subscription(&self) -> Value {
            json!({})
        }
        fn live(&mut self, id: &str) -> Result<Value, String> {
            Ok(json!({"id": id, "properties": {"ipAddress": "198.18.0.1"}}))
        }
    }

    fn of(text: &str) -> Value {
        evaluated(&json!(text), &mut World).unwrap_or_else(|it| json!(format!("error: {it}")))
    }

    #[test]
    fn the_functions_of_simple_templates_work() {
        for (text, value) in [
            ("[concat(parameters('vm'), '-nic')]", json!("web01-nic")),
            ("[resourceGroup().location]", json!("westeurope")),
            (
                "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 'a')]",
                json!(
                    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/vnet/subnets/a"
                ),
            ),
            (
                "[resourceId('other', 'Microsoft.Compute/disks', 'd')]",
                json!("/subscriptions/s/resourceGroups/other/providers/Microsoft.Compute/disks/d"),
            ),
            ("[reference('/x').ipAddress]", json!("198.18.0.1")),
            ("[if(equals(1, 1), 'a', nonsense())]", json!("a")),
            ("[format('{0}-{1}', 'a', 2)]", json!("a-2")),
            ("[length(split('a,b', ','))]", json!(2)),
        ] {
            assert_eq!(of(text), value, "{text}");
        }
    }

    #[test]
    fn what_is_not_emulated_is_named() {
        assert_eq!(
            of("[listKeys('x')]"),
            json!("error: the sandbox does not emulate the template function 'listKeys'")
        );
        assert_eq!(
            of("[parameters('none')]"),
            json!("error: the template parameter 'none' is not found")
        );
    }
}
