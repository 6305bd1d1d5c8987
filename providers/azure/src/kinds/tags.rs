//! Tags: a user's own, and the two in which vmlogin keeps what it knows without a state file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use vmlogin_engine::plan::{Change, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Ask, Seen, refusal, versions};
use crate::arm::ArmId;
use crate::http::Request;

/// The tag that names the estate which made a thing.
pub const ESTATE_TAG: &str = "vmlogin-estate";
/// The tag that protects a thing, so that removing its node does not.
pub const PROTECT_TAG: &str = "vmlogin-protect";

/// Tags as ARM answers them: absent, null and empty are the same.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tags(Option<BTreeMap<String, Option<String>>>);

impl Tags {
    /// The tags that are not vmlogin's own; [`Value::Null`] where there are none.
    pub(crate) fn of_the_user(&self) -> Value {
        let tags: BTreeMap<String, Value> = self
            .pairs()
            .filter(|(name, _)| !is_ours(name))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        if tags.is_empty() {
            Value::Null
        } else {
            Value::Map(tags)
        }
    }

    /// A tag's value; names have no case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()))
    }
}

/// The estate whose stamp is among the tags.
pub(crate) fn estate_of(tags: &Tags) -> Option<String> {
    tags.get(ESTATE_TAG)
        .filter(|estate| !estate.is_empty())
        .map(str::to_owned)
}

/// Whether the tags protect. Only an explicit `false` does not: whoever wrote anything else meant it.
pub(crate) fn is_protected(tags: &Tags) -> bool {
    tags.get(PROTECT_TAG)
        .is_some_and(|value| !value.eq_ignore_ascii_case("false"))
}

/// The tags that a new thing gets: the declared ones, the stamp and the protection.
pub(crate) fn new_tags(step: &Step) -> Result<serde_json::Value, Fault> {
    let mut tags = declared(step);
    tags.insert(
        ESTATE_TAG.to_owned(),
        refusal::text(step, "estate")?.to_owned(),
    );
    if step.write.get("protect").and_then(Value::as_bool) == Some(true) {
        tags.insert(PROTECT_TAG.to_owned(), "true".to_owned());
    }
    Ok(json!(tags))
}

/// The tags of a thing, read before one is deleted: deletion goes by name and value.
pub(crate) fn fresh_tags(step: &Step) -> Result<Ask, Fault> {
    Ok(if unprotects(step) {
        Ask::One(Request::get(
            path(&refusal::id(step)?),
            versions::RESOURCES,
            refusal::attempted(step),
        ))
    } else {
        Ask::Nothing
    })
}

/// The requests that bring the tags of an existing thing in line, and touch no other tag: a resource's own PATCH would replace
/// them all.
pub(crate) fn tag_requests(step: &Step, fresh: &Seen) -> Result<Vec<Request>, Fault> {
    let id = refusal::id(step)?;
    let mut requests = Vec::new();
    let merged = merged(step);
    if !merged.is_empty() {
        requests.push(patch(step, &id, "Merge", &merged));
    }
    if unprotects(step) {
        let gone = protections(step, fresh)?;
        if !gone.is_empty() {
            requests.push(patch(step, &id, "Delete", &gone));
        }
    }
    Ok(requests)
}

fn patch(step: &Step, id: &ArmId, operation: &str, tags: &BTreeMap<String, String>) -> Request {
    let body = json!({"operation": operation, "properties": {"tags": tags}});
    Request::patch(
        path(id),
        versions::RESOURCES,
        body,
        refusal::attempted(step),
    )
}

fn path(id: &ArmId) -> String {
    format!("{}/providers/Microsoft.Resources/tags/default", id.path())
}

fn merged(step: &Step) -> BTreeMap<String, String> {
    let mut tags: BTreeMap<String, String> = step.changes.iter().filter_map(tag_change).collect();
    if protect_change(step) == Some(true) {
        tags.insert(PROTECT_TAG.to_owned(), "true".to_owned());
    }
    tags
}

fn tag_change(change: &Change) -> Option<(String, String)> {
    let name = change.attribute.strip_prefix("tags.")?;
    Some((name.to_owned(), change.after.as_text()?.to_owned()))
}

fn unprotects(step: &Step) -> bool {
    protect_change(step) == Some(false)
}

fn protect_change(step: &Step) -> Option<bool> {
    step.changes
        .iter()
        .find(|change| change.attribute == "protect")?
        .after
        .as_bool()
}

/// The protection tags as they are spelt and valued now.
fn protections(step: &Step, fresh: &Seen) -> Result<BTreeMap<String, String>, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(BTreeMap::new());
    };
    let tags: TagsResource = super::decode(step, body)?;
    Ok(tags
        .properties
        .tags
        .pairs()
        .filter(|(name, _)| name.eq_ignore_ascii_case(PROTECT_TAG))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

#[derive(Deserialize)]
struct TagsResource {
    properties: TagsProperties,
}

#[derive(Deserialize)]
struct TagsProperties {
    #[serde(default)]
    tags: Tags,
}

fn declared(step: &Step) -> BTreeMap<String, String> {
    let tags = step.write.get("tags").and_then(Value::as_map);
    tags.into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())))
        .collect()
}

fn is_ours(name: &str) -> bool {
    [ESTATE_TAG, PROTECT_TAG]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(json: &str) -> Tags {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn absent_null_and_empty_tags_are_the_same() {
        assert_eq!(Tags::default().of_the_user(), Value::Null);
        assert_eq!(tags("null").of_the_user(), Value::Null);
        assert_eq!(tags("{}").of_the_user(), Value::Null);
        assert_eq!(
            tags(r#"{"vmlogin-estate": "a"}"#).of_the_user(),
            Value::Null
        );
    }

    #[test]
    fn our_tags_are_read_whatever_their_case_and_never_shown() {
        let tags = tags(r#"{"VMlogin-Estate": "contoso", "VMLOGIN-PROTECT": "", "owner": "web"}"#);
        assert_eq!(estate_of(&tags), Some("contoso".to_owned()));
        assert!(is_protected(&tags));
        assert_eq!(
            tags.of_the_user(),
            Value::Map(BTreeMap::from([("owner".to_owned(), "web".into())]))
        );
    }

    #[test]
    fn an_explicit_false_does_not_protect() {
        assert!(!is_protected(&tags(r#"{"vmlogin-protect": "False"}"#)));
        assert!(!is_protected(&Tags::default()));
    }
}
