//! Values of attributes, as declared and as read back.

mod json;

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::named::Named;

/// The attributes of one resource by name, in stable order.
pub type Attributes = Named<Cow<'static, str>, Value>;

/// One value. `Null` is what Azure means by an absent member, a null and an empty map alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing is set.
    Null,
    /// A switch.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Text, kept as it was written or read.
    Text(String),
    /// Values in an order that matters.
    List(Vec<Value>),
    /// Named values; only the declared names are compared.
    Map(Attributes),
    /// Somebody who can be granted a role.
    Principal(Principal),
    /// Known only once another step is done.
    Pending {
        /// The resource whose step makes the value.
        address: Address,
        /// Its attribute.
        attribute: String,
    },
    /// A secret, of which only the source is ever held here: its text never enters a value.
    Secret(SecretSource),
}

/// Where a secret comes from when apply reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretSource {
    /// Generated, used once, never shown or stored.
    Random,
    /// An environment variable.
    Environment(String),
    /// A file inside the manifest's tree.
    File(String),
}

/// Somebody who can be granted a role, as the manifest names them.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Principal {
    /// What the name is a name of.
    pub kind: PrincipalKind,
    /// A user principal name, a display name or an object id, as written.
    pub name: String,
}

/// The annotation in front of a principal.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalKind {
    /// `(user)`: a user principal name.
    User,
    /// `(group)`: a group's display name.
    Group,
    /// `(service-principal)`: an application's display name or its application id.
    ServicePrincipal,
    /// `(identity)`: a managed identity, or the system-assigned identity of a machine, by the name that the manifest gives it or
    /// by its id in the cloud.
    Identity,
    /// `(object-id)`: the id of any directory object.
    ObjectId,
}

impl PrincipalKind {
    /// All kinds, the likeliest first.
    pub const ALL: [PrincipalKind; 5] = [
        PrincipalKind::Group,
        PrincipalKind::User,
        PrincipalKind::ServicePrincipal,
        PrincipalKind::Identity,
        PrincipalKind::ObjectId,
    ];

    /// As written in the manifest and in addresses.
    pub fn word(self) -> &'static str {
        match self {
            PrincipalKind::User => "user",
            PrincipalKind::Group => "group",
            PrincipalKind::ServicePrincipal => "service-principal",
            PrincipalKind::Identity => "identity",
            PrincipalKind::ObjectId => "object-id",
        }
    }

    /// Reads an annotation; `None` for a word that is none of ours.
    pub fn read(word: &str) -> Option<PrincipalKind> {
        PrincipalKind::ALL
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.kind.word(), self.name)
    }
}

impl Value {
    /// The text, where this is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The switch, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(on) => Some(*on),
            _ => None,
        }
    }

    /// The principal, where this is one.
    pub fn as_principal(&self) -> Option<&Principal> {
        match self {
            Value::Principal(principal) => Some(principal),
            _ => None,
        }
    }

    /// The named values, where this is a map.
    pub fn as_map(&self) -> Option<&Attributes> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Value {
        Value::Bool(on)
    }
}

impl fmt::Display for Value {
    /// One line for a plan: text in quotes, a pending value by what it waits for, a secret by its source.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("(none)"),
            Value::Bool(on) => write!(out, "{on}"),
            Value::Integer(number) => write!(out, "{number}"),
            Value::Text(text) => write!(out, "\"{text}\""),
            Value::List(values) => {
                let values: Vec<String> = values.iter().map(Value::to_string).collect();
                write!(out, "[{}]", values.join(", "))
            }
            Value::Map(map) => {
                let pairs: Vec<String> = map
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                write!(out, "{{{}}}", pairs.join(", "))
            }
            Value::Principal(principal) => write!(out, "{principal}"),
            Value::Pending { address, attribute } => {
                write!(out, "(known after {address}: {attribute})")
            }
            Value::Secret(SecretSource::Random) => out.write_str("(generated, never shown)"),
            Value::Secret(SecretSource::Environment(name)) => {
                write!(out, "(from the environment's {name})")
            }
            Value::Secret(SecretSource::File(path)) => {
                write!(out, "(from the file {path})")
            }
        }
    }
}
