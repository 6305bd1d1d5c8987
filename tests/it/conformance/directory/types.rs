//! The directory's entity types, read from `types.json`, and values held against them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::Flaw;
use super::super::formats::{is_date_time, is_uuid};

/// Everything in `types.json`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct DirectoryTypes {
    #[serde(default)]
    types: BTreeMap<String, Type>,
}

#[derive(Debug, Deserialize)]
struct Type {
    kind: Kind,
    #[serde(rename = "baseType")]
    base: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, Property>,
    #[serde(default)]
    navigation: Vec<String>,
    #[serde(default, rename = "alternateKeys")]
    alternate_keys: Vec<String>,
    #[serde(default)]
    members: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Entity,
    Complex,
    Enum,
}

/// One property of a type.
#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    /// `Edm.String`, `Collection(Edm.String)`, or the name of another type.
    #[serde(rename = "type")]
    pub(crate) edm: String,
    #[serde(default = "nullable")]
    nullable: bool,
}

fn nullable() -> bool {
    true
}

impl DirectoryTypes {
    /// From the text of `types.json`; nothing at all gives a directory without types.
    ///
    /// # Panics
    /// If it is something else.
    pub(crate) fn of(document: Value) -> DirectoryTypes {
        if document.is_null() {
            return DirectoryTypes::default();
        }
        serde_json::from_value(document)
            .unwrap_or_else(|error| panic!("types.json of the directory: {error}"))
    }

    /// A property of this type or of one it inherits from. Where any directory object may stand, those of every kind of
    /// directory object are known.
    pub(crate) fn property(&self, name: &str, property: &str) -> Option<&Property> {
        let own = self
            .line(name)
            .find_map(|found| found.properties.get(property));
        let any = || {
            self.directory_objects()
                .find_map(|derived| self.types.get(derived)?.properties.get(property))
        };
        own.or_else(|| any().filter(|_| name == "directoryObject"))
    }

    /// Whether this type or one it inherits from leads to others by this name.
    pub(crate) fn has_navigation(&self, name: &str, navigation: &str) -> bool {
        self.line(name)
            .any(|found| found.navigation.iter().any(|known| known == navigation))
    }

    /// Whether an entity can be addressed by this property: `servicePrincipals(appId='…')`.
    pub(crate) fn is_key(&self, name: &str, property: &str) -> bool {
        property == "id"
            || self
                .line(name)
                .any(|found| found.alternate_keys.iter().any(|key| key == property))
    }

    /// The kinds of directory object, in order.
    pub(crate) fn directory_objects(&self) -> impl Iterator<Item = &str> {
        let derived = |found: &Type| {
            found.kind == Kind::Entity && found.base.as_deref() == Some("directoryObject")
        };
        self.types
            .iter()
            .filter(move |(_, found)| derived(found))
            .map(|(name, _)| name.as_str())
    }

    /// What is wrong with an object that should be of this type; places are JSON pointers below `place`.
    pub(crate) fn object_flaws(
        &self,
        name: &str,
        object: &Map<String, Value>,
        place: &str,
    ) -> Vec<Flaw> {
        let mut found = Vec::new();
        for (member, value) in object {
            let place = format!("{place}/{member}");
            // `@odata.type` and the like are about the object, `members@odata.bind` is about a way to others.
            if let Some((subject, _)) = member.split_once('@') {
                let known = subject.is_empty()
                    || self.property(name, subject).is_some()
                    || self.has_navigation(name, subject);
                if !known {
                    found.push(Flaw::at(place, format!("is about no property of `{name}`")));
                }
            } else if let Some(property) = self.property(name, member) {
                if value.is_null() && !property.nullable {
                    found.push(Flaw::at(place, "is null"));
                } else if !value.is_null() {
                    found.extend(self.value_flaws(&property.edm, value, &place));
                }
            } else {
                found.push(Flaw::at(place, format!("is not a property of `{name}`")));
            }
        }
        found
    }

    /// What is wrong with a value that should be of an Edm type. Types outside the reduced file take any object.
    fn value_flaws(&self, edm: &str, value: &Value, place: &str) -> Vec<Flaw> {
        if let Some(item) = edm
            .strip_prefix("Collection(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            let Some(items) = value.as_array() else {
                return vec![Flaw::at(place, format!("is no {edm}"))];
            };
            let numbered = items.iter().enumerate();
            return numbered
                .flat_map(|(at, value)| self.value_flaws(item, value, &format!("{place}/{at}")))
                .collect();
        }
        if let (
            Some(Type {
                kind: Kind::Complex | Kind::Entity,
                ..
            }),
            Value::Object(object),
        ) = (self.types.get(edm), value)
        {
            return self.object_flaws(edm, object, place);
        }
        let fits = match edm {
            "Edm.String" => value.is_string(),
            "Edm.Boolean" => value.is_boolean(),
            "Edm.Int32" => value
                .as_i64()
                .is_some_and(|number| i32::try_from(number).is_ok()),
            "Edm.Guid" => value.as_str().is_some_and(is_uuid),
            "Edm.DateTimeOffset" => value.as_str().is_some_and(is_date_time),
            primitive if primitive.starts_with("Edm.") => {
                return vec![Flaw::at(
                    place,
                    format!("type `{primitive}` is not supported by this check"),
                )];
            }
            named => match self.types.get(named) {
                Some(Type {
                    kind: Kind::Enum,
                    members,
                    ..
                }) => value
                    .as_str()
                    .is_some_and(|value| members.iter().any(|member| member == value)),
                Some(_) => false,
                None => value.is_object() || value.is_string(),
            },
        };
        if fits {
            Vec::new()
        } else {
            vec![Flaw::at(place, format!("is no {edm}"))]
        }
    }

    /// A type and those it inherits from.
    fn line(&self, name: &str) -> impl Iterator<Item = &Type> {
        std::iter::successors(self.types.get(name), |found| {
            self.types.get(found.base.as_deref()?)
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::DirectoryTypes;

    /// A directory of users and groups.
    pub(crate) fn small() -> Value {
        json!({"types": {
            "entity": {"kind": "entity", "properties": {"id": {"type": "Edm.String", "nullable": false}}},
            "directoryObject": {"kind": "entity", "baseType": "entity", "properties": {}},
            "user": {"kind": "entity", "baseType": "directoryObject", "alternateKeys": ["userPrincipalName"], "navigation": ["memberOf"], "properties": {
                "accountEnabled": {"type": "Edm.Boolean"},
                "userPrincipalName": {"type": "Edm.String"},
                "businessPhones": {"type": "Collection(Edm.String)", "nullable": false},
                "createdDateTime": {"type": "Edm.DateTimeOffset"},
                "passwordProfile": {"type": "passwordProfile"},
                "risk": {"type": "riskLevel"}
            }},
            "group": {"kind": "entity", "baseType": "directoryObject", "navigation": ["members"], "properties": {
                "displayName": {"type": "Edm.String"}
            }},
            "riskLevel": {"kind": "enum", "members": ["low", "high"]}
        }})
    }

    fn flaws(name: &str, value: &Value) -> Vec<String> {
        let found = DirectoryTypes::of(small()).object_flaws(name, value.as_object().unwrap(), "");
        found
            .into_iter()
            .map(|flaw| format!("{}: {}", flaw.place, flaw.what))
            .collect()
    }

    #[test]
    fn inherited_properties_and_annotations_are_known() {
        let user = json!({"@odata.type": "#microsoft.graph.user", "id": "1", "createdDateTime": "2022-05-07T06:53:35Z", "risk": "low", "passwordProfile": {"any": 1}});
        assert_eq!(flaws("user", &user), [""; 0]);
        assert_eq!(flaws("group", &json!({"members@odata.bind": []})), [""; 0]);
    }

    #[test]
    fn unknown_properties_are_found() {
        let group = json!({"accountEnabled": true, "owners@odata.bind": []});
        assert_eq!(
            flaws("group", &group),
            [
                "/accountEnabled: is not a property of `group`",
                "/owners@odata.bind: is about no property of `group`"
            ]
        );
    }

    #[test]
    fn values_have_their_edm_types() {
        let user = json!({"accountEnabled": "true", "businessPhones": null, "createdDateTime": "today", "risk": "some", "userPrincipalName": null});
        assert_eq!(
            flaws("user", &user),
            [
                "/accountEnabled: is no Edm.Boolean",
                "/businessPhones: is null",
                "/createdDateTime: is no Edm.DateTimeOffset",
                "/risk: is no riskLevel",
            ]
        );
        assert_eq!(
            flaws("user", &json!({"businessPhones": [1]})),
            ["/businessPhones/0: is no Edm.String"]
        );
    }

    #[test]
    fn any_directory_object_may_have_what_one_kind_has() {
        let types = DirectoryTypes::of(small());
        assert!(types.property("directoryObject", "displayName").is_some());
        assert!(types.property("user", "displayName").is_none());
        assert_eq!(
            types.directory_objects().collect::<Vec<_>>(),
            ["group", "user"]
        );
    }

    #[test]
    fn an_alternate_key_addresses_an_entity() {
        let types = DirectoryTypes::of(small());
        assert!(types.is_key("user", "userPrincipalName"));
        assert!(!types.is_key("group", "displayName"));
    }
}
