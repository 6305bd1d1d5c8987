//! Paths of the directory and what they lead to.

use super::super::paths::{decode, segments};
use super::types::DirectoryTypes;

/// What a path of the directory leads to, with the name of the entity type there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// `$batch`.
    Batch,
    /// `directoryObjects/getByIds`.
    GetByIds,
    /// All of a type.
    Collection(&'a str),
    /// One of a type.
    Entity(&'a str),
    /// The objects behind a navigation property.
    Related,
    /// `…/$ref`: the link to another object, not the object.
    Link,
}

/// Collections by their path, and the type of what is in them.
const COLLECTIONS: &[(&str, &str)] = &[
    ("users", "user"),
    ("groups", "group"),
    ("servicePrincipals", "servicePrincipal"),
    ("applications", "application"),
    ("devices", "device"),
    ("directoryObjects", "directoryObject"),
];

/// Navigation that leads to directory objects; others lead to types outside `types.json`, which could not be checked.
const TO_DIRECTORY_OBJECTS: &[&str] = &[
    "memberOf",
    "transitiveMemberOf",
    "members",
    "transitiveMembers",
    "owners",
    "registeredOwners",
    "registeredUsers",
];

impl<'a> Target<'a> {
    /// What this path leads to; the error says why it is none that this check knows.
    pub(super) fn of(types: &DirectoryTypes, path: &str) -> Result<Target<'a>, String> {
        let segments: Vec<String> = segments(path).into_iter().map(decode).collect();
        let segments: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
        let entity = |name: &str| {
            COLLECTIONS
                .iter()
                .find(|(collection, _)| *collection == name)
                .map(|(_, entity)| *entity)
        };
        let unknown = || Err("is no path of the directory that this check knows".to_owned());
        let (entity, rest) = match segments.as_slice() {
            ["$batch"] => return Ok(Target::Batch),
            ["directoryObjects", "getByIds"] => return Ok(Target::GetByIds),
            ["identity", "conditionalAccess", "policies"] => {
                return Ok(Target::Collection("conditionalAccessPolicy"));
            }
            ["identity", "conditionalAccess", "policies", _] => {
                return Ok(Target::Entity("conditionalAccessPolicy"));
            }
            ["me", rest @ ..] => ("user", rest),
            [keyed, rest @ ..] if keyed.contains('(') => {
                (keyed_entity(types, keyed, entity)?, rest)
            }
            [collection] => {
                return entity(collection)
                    .map_or_else(unknown, |entity| Ok(Target::Collection(entity)));
            }
            [collection, id, rest @ ..] if !id.is_empty() => match entity(collection) {
                Some(entity) => (entity, rest),
                None => return unknown(),
            },
            _ => return unknown(),
        };
        match rest {
            [] => Ok(Target::Entity(entity)),
            [navigation, ..] if !types.has_navigation(entity, navigation) => {
                Err(format!("`{navigation}` leads nowhere from `{entity}`"))
            }
            [navigation, ..] if !TO_DIRECTORY_OBJECTS.contains(navigation) => Err(format!(
                "`{navigation}` leads to a type that types.json does not have"
            )),
            [_] => Ok(Target::Related),
            [_, "$ref"] | [_, _, "$ref"] => Ok(Target::Link),
            _ => unknown(),
        }
    }

    /// The verbs it takes.
    pub(super) fn verbs(&self) -> &'static [&'static str] {
        match self {
            Target::Batch | Target::GetByIds => &["POST"],
            Target::Collection(_) => &["GET", "POST"],
            Target::Entity(_) => &["GET", "PATCH", "DELETE"],
            Target::Related => &["GET"],
            Target::Link => &["GET", "POST", "DELETE"],
        }
    }

    /// The status of success.
    pub(super) fn status(&self, verb: &str) -> u16 {
        match (self, verb) {
            (Target::Batch | Target::GetByIds, _) | (_, "GET") => 200,
            (Target::Collection(_), "POST") => 201,
            _ => 204,
        }
    }

    /// The type whose properties `$select` and `$filter` may name.
    pub(super) fn entity(&self) -> Option<&'a str> {
        match self {
            Target::Collection(entity) | Target::Entity(entity) => Some(entity),
            Target::GetByIds | Target::Related => Some("directoryObject"),
            Target::Batch | Target::Link => None,
        }
    }
}

/// `users('a@b')` or `servicePrincipals(appId='…')`.
fn keyed_entity<'a>(
    types: &DirectoryTypes,
    keyed: &str,
    entity: impl Fn(&str) -> Option<&'a str>,
) -> Result<&'a str, String> {
    let (collection, key) = keyed.split_once('(').unwrap_or((keyed, ""));
    let entity = entity(collection)
        .ok_or_else(|| format!("`{collection}` is no collection that this check knows"))?;
    let key = key
        .strip_suffix(')')
        .ok_or("has a parenthesis that is not closed")?;
    let (property, value) = if key.starts_with('\'') {
        ("id", key)
    } else {
        key.split_once('=').unwrap_or((key, ""))
    };
    if !types.is_key(entity, property) {
        return Err(format!("`{property}` is no key of `{entity}`"));
    }
    let quoted = value.len() >= 2 && value.starts_with('\'') && value.ends_with('\'');
    if quoted {
        Ok(entity)
    } else {
        Err(format!("the key `{property}` is not quoted"))
    }
}
