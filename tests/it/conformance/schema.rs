//! Holds a JSON value against an OpenAPI 2.0 schema, the way Microsoft's files mean theirs.
//!
//! Stricter than the letter: a property that a schema does not know is a flaw, unless the schema has
//! `additionalProperties` or no properties at all. Looser on null: see [`Side`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Flaw;
use super::specs::{Node, Specs};

mod limits;

pub(crate) use self::limits::OTHER_CASE;
use self::limits::limit_flaws;

/// Who speaks, which decides what read-only, required and null mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The body of a PUT or POST. Null is a value like others, allowed by `x-nullable` only.
    Create,
    /// The body of a PATCH. Null removes (JSON merge patch, FACTS.md 2), so it fits everywhere.
    Update,
    /// An answer. Null means unset there, whatever the schema says (OBSERVED.md 5 and 8, 2026-11-21).
    Answer,
}

/// What is wrong with a value; places are JSON pointers from its root.
pub(crate) fn flaws(specs: &Specs, schema: Node<'_>, value: &Value, side: Side) -> Vec<Flaw> {
    let mut judge = Judge {
        specs,
        side,
        flaws: Vec::new(),
    };
    judge.value(value, schema, "");
    judge.flaws
}

struct Judge<'a> {
    specs: &'a Specs,
    side: Side,
    flaws: Vec<Flaw>,
}

/// A schema with everything it is made of: itself, what it refers to, and what `allOf` adds.
type Layers<'a> = Vec<Node<'a>>;

/// The members of an object schema, all layers taken together.
#[derive(Default)]
struct Members<'a> {
    properties: BTreeMap<&'a str, Node<'a>>,
    required: BTreeSet<&'a str>,
    additional: Option<Node<'a>>,
}

impl<'a> Judge<'a> {
    fn value(&mut self, value: &Value, schema: Node<'a>, place: &str) {
        let layers = self.subtype(self.layers(schema), value, place);
        if value.is_null() {
            let nullable = keyword(&layers, "x-nullable").is_some_and(|nullable| nullable == true);
            if self.side == Side::Create && !nullable && kind(&layers).is_some() {
                self.flaw(place, "is null");
            }
            return;
        }
        match kind(&layers) {
            None => {}
            Some("object") => match value {
                Value::Object(object) => self.object(object, &layers, place),
                other => self.mistyped(other, "object", place),
            },
            Some("array") => match value {
                Value::Array(items) => self.array(items, &layers, place),
                other => self.mistyped(other, "array", place),
            },
            Some(scalar) => self.scalar(value, scalar, &layers, place),
        }
    }

    fn object(&mut self, object: &Map<String, Value>, layers: &[Node<'a>], place: &str) {
        let members = self.members(layers);
        for (name, value) in object {
            let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
            if let Some(property) = members.properties.get(name.as_str()) {
                self.property(value, *property, &place);
            } else if let Some(additional) = members
                .additional
                .filter(|additional| *additional.value != false)
            {
                self.value(value, additional, &place);
            } else if !members.properties.is_empty() || members.additional.is_some() {
                let alike = members
                    .properties
                    .keys()
                    .find(|known| known.eq_ignore_ascii_case(name));
                let hint = alike
                    .map(|known| format!(", which knows `{known}`"))
                    .unwrap_or_default();
                self.flaw(&place, format!("is not a property of the schema{hint}"));
            }
        }
        for name in &members.required {
            let by_service = members
                .properties
                .get(name)
                .is_some_and(|property| self.is_read_only(*property));
            let absent = object.get(*name).is_none_or(Value::is_null);
            if absent && (self.side == Side::Answer || !by_service) {
                self.flaw(place, format!("lacks the required property `{name}`"));
            }
        }
    }

    fn property(&mut self, value: &Value, schema: Node<'a>, place: &str) {
        let layers = self.layers(schema);
        match self.side {
            Side::Answer => {
                if !value.is_null()
                    && keyword(&layers, "x-ms-secret").is_some_and(|secret| *secret == true)
                {
                    self.flaw(place, "is a secret, which is never answered");
                }
            }
            Side::Create | Side::Update => {
                if self.is_read_only(schema) {
                    return self.flaw(place, "is read-only");
                }
                let when: &[&str] = if self.side == Side::Update {
                    &["update"]
                } else {
                    &["create", "update"]
                };
                let mutability = keyword(&layers, "x-ms-mutability").and_then(Value::as_array);
                if mutability.is_some_and(|may| {
                    !may.iter()
                        .any(|may| when.contains(&may.as_str().unwrap_or_default()))
                }) {
                    return self.flaw(place, "cannot be changed once made");
                }
            }
        }
        self.value(value, schema, place);
    }

    fn array(&mut self, items: &[Value], layers: &[Node<'a>], place: &str) {
        let bound = |name| keyword(layers, name).and_then(Value::as_u64);
        if bound("minItems").is_some_and(|least| (items.len() as u64) < least) {
            self.flaw(place, "has too few items");
        }
        if bound("maxItems").is_some_and(|most| (items.len() as u64) > most) {
            self.flaw(place, "has too many items");
        }
        let schema = layers.iter().find_map(|layer| {
            Some(Node {
                file: layer.file,
                value: layer.value.get("items")?,
            })
        });
        for (at, item) in items.iter().enumerate() {
            if let Some(schema) = schema {
                self.value(item, schema, &format!("{place}/{at}"));
            }
        }
    }

    fn scalar(&mut self, value: &Value, kind: &str, layers: &[Node<'a>], place: &str) {
        let fits = match kind {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            unknown => {
                return self.flaw(
                    place,
                    format!("type `{unknown}` is not supported by this check"),
                );
            }
        };
        if !fits {
            return self.mistyped(value, kind, place);
        }
        for layer in layers {
            for what in limit_flaws(layer.value, value) {
                self.flaw(place, what);
            }
        }
    }

    fn layers(&self, schema: Node<'a>) -> Layers<'a> {
        let resolved = self.specs.resolve(schema);
        let mut layers = vec![schema];
        if !std::ptr::eq(schema.value, resolved.value) {
            layers.push(resolved);
        }
        for part in resolved.value["allOf"].as_array().into_iter().flatten() {
            layers.extend(self.layers(Node {
                file: resolved.file,
                value: part,
            }));
        }
        layers
    }

    /// The layers of the subtype that the value names, where the schema has a `discriminator`.
    fn subtype(&mut self, layers: Layers<'a>, value: &Value, place: &str) -> Layers<'a> {
        let base = layers
            .iter()
            .find_map(|layer| Some((*layer, layer.value["discriminator"].as_str()?)));
        let Some((base, property)) = base else {
            return layers;
        };
        let Some(named) = value.get(property).and_then(Value::as_str) else {
            return layers;
        };
        let is_named = |name: &str, definition: Node<'_>| {
            definition.value["x-ms-discriminator-value"]
                .as_str()
                .unwrap_or(name)
                == named
        };
        match self
            .specs
            .definitions(base)
            .find(|(name, definition)| is_named(name, *definition))
        {
            Some((_, definition)) => self.layers(definition),
            None => {
                self.flaw(&format!("{place}/{property}"), "names no known subtype");
                layers
            }
        }
    }

    fn members(&self, layers: &[Node<'a>]) -> Members<'a> {
        let mut members = Members::default();
        for layer in layers {
            let node = |value| Node {
                file: layer.file,
                value,
            };
            for (name, property) in layer.value["properties"].as_object().into_iter().flatten() {
                members.properties.entry(name).or_insert(node(property));
            }
            members.required.extend(
                layer.value["required"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str),
            );
            members.additional = members
                .additional
                .or(layer.value.get("additionalProperties").map(node));
        }
        members
    }

    fn is_read_only(&self, property: Node<'a>) -> bool {
        keyword(&self.layers(property), "readOnly").is_some_and(|read_only| *read_only == true)
    }

    fn mistyped(&mut self, value: &Value, wanted: &str, place: &str) {
        let got = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        self.flaw(place, format!("is of type {got}, not {wanted}"));
    }

    fn flaw(&mut self, place: &str, what: impl Into<String>) {
        self.flaws.push(Flaw::at(
            if place.is_empty() { "body" } else { place },
            what,
        ));
    }
}

/// The first layer's word on something.
fn keyword<'a>(layers: &[Node<'a>], name: &str) -> Option<&'a Value> {
    layers.iter().find_map(|layer| layer.value.get(name))
}

/// The type, said or implied; `None` takes anything.
fn kind<'a>(layers: &[Node<'a>]) -> Option<&'a str> {
    let said = layers.iter().find_map(|layer| layer.value["type"].as_str());
    let has_members = |layer: &Node<'_>| {
        !layer.value["properties"].is_null() || !layer.value["additionalProperties"].is_null()
    };
    said.or_else(|| layers.iter().any(has_members).then_some("object"))
}

#[cfg(test)]
mod tests;
