//! Values as plain JSON, so that a plan reads well in `jq`: text is a string, tags are an object. What JSON has no form for is an
//! object with one member whose name begins with `$`; names of a map that begin so get a second `$`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Attributes, Principal, SecretSource, Value};
use crate::address::Address;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        write(self).serialize(out)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        read(Json::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Value {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Value>();
        let principal = generator.subschema_for::<Principal>();
        let secret = generator.subschema_for::<SecretSource>();
        json_schema!({
            "description": "One value. `$principal`, `$pending` and `$secret` mark what JSON has no form for; names that begin with `$` get a second one.",
            "oneOf": [
                { "type": ["null", "boolean", "integer", "string"] },
                { "type": "array", "items": value },
                { "type": "object", "properties": { "$principal": principal }, "required": ["$principal"], "additionalProperties": false },
                { "type": "object", "properties": { "$secret": secret }, "required": ["$secret"], "additionalProperties": false },
                {
                    "type": "object",
                    "properties": { "$pending": {
                        "type": "object",
                        "properties": { "address": { "type": "string" }, "attribute": { "type": "string" } },
                        "required": ["address", "attribute"]
                    } },
                    "required": ["$pending"],
                    "additionalProperties": false
                },
                { "type": "object", "propertyNames": { "pattern": "^(?:[^$]|\\$\\$|$)" }, "additionalProperties": value }
            ]
        })
    }
}

fn write(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(on) => json!(on),
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(values) => values.iter().map(write).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(name, value)| (marked(name), write(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Principal(principal) => json!({ "$principal": principal }),
        Value::Pending { address, attribute } => {
            json!({ "$pending": { "address": address, "attribute": attribute } })
        }
        Value::Secret(source) => json!({ "$secret": source }),
    }
}

fn read(json: Json) -> Result<Value, String> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::Bool(on) => Ok(Value::Bool(on)),
        Json::String(text) => Ok(Value::Text(text)),
        Json::Number(number) => number
            .as_i64()
            .map(Value::Integer)
            .ok_or_else(|| format!("{number} is no whole number")),
        Json::Array(values) => values
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Value::List),
        Json::Object(members) => read_object(members),
    }
}

fn read_object(members: Map<String, Json>) -> Result<Value, String> {
    let special = members
        .iter()
        .next()
        .filter(|(name, _)| name.starts_with('$') && !name.starts_with("$$"));
    let Some((name, inner)) = special else {
        return members
            .into_iter()
            .map(|(name, value)| Ok((unmarked(name), read(value)?)))
            .collect::<Result<Attributes, String>>()
            .map(Value::Map);
    };
    if members.len() != 1 {
        return Err(format!("`{name}` stands beside other members"));
    }
    let wrong = |error: serde_json::Error| format!("`{name}`: {error}");
    match name.as_str() {
        "$principal" => Principal::deserialize(inner)
            .map(Value::Principal)
            .map_err(wrong),
        "$secret" => SecretSource::deserialize(inner)
            .map(Value::Secret)
            .map_err(wrong),
        "$pending" => Pending::deserialize(inner)
            .map(|pending| Value::Pending {
                address: pending.address,
                attribute: pending.attribute,
            })
            .map_err(wrong),
        _ => Err(format!("`{name}` marks no value that this version knows")),
    }
}

#[derive(Deserialize)]
struct Pending {
    address: Address,
    attribute: String,
}

fn marked(name: &str) -> String {
    if name.starts_with('$') {
        format!("${name}")
    } else {
        name.to_owned()
    }
}

fn unmarked(name: String) -> String {
    name.strip_prefix('$').map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::PrincipalKind;

    #[test]
    fn every_value_survives_the_way_there_and_back() {
        let values = [
            Value::Null,
            true.into(),
            Value::Integer(-7),
            "text".into(),
            Value::List(vec!["a".into(), Value::Null]),
            Value::Map(Attributes::from([
                ("owner".to_owned(), "web".into()),
                ("$principal".to_owned(), "a tag, not a principal".into()),
            ])),
            Value::Principal(Principal {
                kind: PrincipalKind::Group,
                name: "sg-web".to_owned(),
            }),
            Value::Pending {
                address: Address::new("vm", ["core", "rg", "web01"]),
                attribute: "principal-id".to_owned(),
            },
            Value::Secret(SecretSource::Environment("PASSWORD".to_owned())),
        ];
        for value in values {
            let text = serde_json::to_string(&value).expect("a value is JSON");
            let back: Value = serde_json::from_str(&text).expect("and can be read back");
            assert_eq!(back, value, "{text}");
        }
    }

    #[test]
    fn plain_values_are_plain_json() {
        let map = Value::Map(Attributes::from([("owner".to_owned(), "web".into())]));
        assert_eq!(
            serde_json::to_string(&map).expect("JSON"),
            r#"{"owner":"web"}"#
        );
    }

    #[test]
    fn a_mark_that_nobody_knows_is_refused() {
        let error = serde_json::from_str::<Value>(r#"{"$other":1}"#).expect_err("unknown");
        assert!(error.to_string().contains("`$other`"), "{error}");
        assert!(serde_json::from_str::<Value>(r#"{"$secret":"random","b":1}"#).is_err());
        assert!(serde_json::from_str::<Value>("1.5").is_err());
    }
}
