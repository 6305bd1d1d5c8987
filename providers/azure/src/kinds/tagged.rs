//! Things that have tags: how tags are declared, written without touching anybody else's, and looked at afterwards.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use vmlogin_engine::plan::{Change, Step};
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::schema::{Attribute, Class, Shape, Written};
use vmlogin_engine::value::{Attributes, Value};

use super::tags::{ESTATE_TAG, PROTECT_TAG, Tags};
use super::{Ask, Opinion, Seen, decode, made, refusal, refuse, versions};
use crate::arm::ArmId;
use crate::http::Request;

/// The tags of anything that has tags.
pub(super) const TAGS: Attribute = Attribute {
    name: "tags",
    class: Class::Changeable,
    shape: Shape::Pairs,
    written: Written::Pairs,
    default: None,
};

/// The protection of anything that has tags.
pub(super) const PROTECT: Attribute = Attribute {
    name: "protect",
    class: Class::Changeable,
    shape: Shape::Bool,
    written: Written::Flag,
    default: None,
};

/// The tags and the protection of a live thing.
pub(super) fn attributes(tags: &Tags) -> Attributes {
    Attributes::from([
        ("tags", tags.of_the_user()),
        ("protect", tags.is_protected().into()),
    ])
}

/// The tags that a new thing gets: the declared ones, the stamp and the protection.
pub(super) fn new_tags(step: &Step) -> Result<serde_json::Value, Fault> {
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

/// The tags of a thing, read before they are changed: a tag that another hand set meanwhile is not written over, and one is
/// deleted by name and value.
pub(super) fn fresh(step: &Step) -> Result<Ask, Fault> {
    Ok(Ask::One(Request::get(
        path(&refusal::id(step)?),
        versions::RESOURCES,
        refusal::attempted(step),
    )))
}

/// The requests that bring the tags of an existing thing in line, and touch no other tag: a resource's own PATCH would replace
/// them all.
pub(super) fn requests(step: &Step, fresh: &Seen) -> Result<Vec<Request>, Fault> {
    match fresh {
        Seen::One(body) => {
            let tags: TagsResource = decode(step, body)?;
            requests_on(step, &tags.properties.tags)
        }
        Seen::Missing => Err(refuse(
            step,
            "it is gone".to_owned(),
            "run again: the plan then says what is missing",
        )),
        _ => writes(step, &Tags::default()),
    }
}

/// The same, by the tags that were just read.
pub(super) fn requests_on(step: &Step, now: &Tags) -> Result<Vec<Request>, Fault> {
    still_as_planned(step, now)?;
    writes(step, now)
}

/// Refuses to write over tags that are no longer those that the plan started from, or over another estate's stamp.
fn still_as_planned(step: &Step, now: &Tags) -> Result<(), Fault> {
    let found = attributes(now);
    let tag = |name: &str| {
        let mut pairs = now.pairs();
        let found = pairs.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map_or(Value::Null, |(_, value)| value.into())
    };
    for change in &step.changes {
        let is = match change.attribute.strip_prefix("tags.") {
            Some(name) => tag(name),
            None if change.attribute == "protect" => found["protect"].clone(),
            None => continue,
        };
        // What is as it should be already is no other hand's wish against ours.
        if ![&change.before, &change.after].contains(&&is) {
            return Err(refusal::changed_meanwhile(step, &change.attribute));
        }
    }
    let ours = step.write.get("estate").and_then(Value::as_text);
    let known = step.foreign.as_ref().map(|foreign| foreign.estate.as_str());
    match now.estate() {
        Some(stamp) if ours.is_some() && ![ours, known].contains(&Some(stamp.as_str())) => {
            Err(refuse(
                step,
                format!("the estate `{stamp}` put its stamp on it meanwhile"),
                "run again: the plan then says whose it is",
            ))
        }
        _ => Ok(()),
    }
}

fn writes(step: &Step, now: &Tags) -> Result<Vec<Request>, Fault> {
    let id = refusal::id(step)?;
    let mut requests = Vec::new();
    let merged = merged(step);
    if !merged.is_empty() {
        requests.push(patch(step, &id, "Merge", &merged));
    }
    if unprotects(step) {
        let gone = protections(now);
        if !gone.is_empty() {
            requests.push(patch(step, &id, "Delete", &gone));
        }
    }
    Ok(requests)
}

/// Refuses to delete what no longer carries this estate's stamp, or was protected since the plan was made.
pub(super) fn still_ours(step: &Step, tags: &Tags) -> Result<(), Fault> {
    let message = if !refusal::may_go(step, tags.estate().as_deref())? {
        refusal::stamped_anew(step)
    } else if tags.is_protected() && !step.protected {
        "it was protected meanwhile"
    } else {
        return Ok(());
    };
    let help = "run again: the plan then keeps it as it is";
    Err(refuse(step, message.to_owned(), help))
}

/// What to read after a write to a thing that has tags.
pub(super) fn look(step: &Step) -> Ask {
    match refusal::id(step) {
        Ok(id) => Ask::One(made::read(&id, refusal::looking(step))),
        Err(_) => Ask::Nothing,
    }
}

/// What a thing that has tags shows after a write.
pub(super) fn judge(step: &Step, seen: &Seen) -> Vec<Opinion> {
    if step.action.removes() {
        return vec![Opinion::gone(seen)];
    }
    let Seen::One(body) = seen else {
        return vec![Opinion::exists(seen)];
    };
    let result = match decode::<Tagged>(step, body) {
        Ok(tagged) => missing(step, &attributes(&tagged.tags)),
        Err(fault) => Proof::NotChecked(fault.message),
    };
    vec![Opinion::new("its tags are as planned", result)]
}

#[derive(Deserialize)]
struct Tagged {
    #[serde(default)]
    tags: Tags,
}

/// Whether what the plan changes is to be seen.
fn missing(step: &Step, found: &Attributes) -> Proof {
    let lost: Vec<String> = step
        .changes
        .iter()
        .filter(|change| !arrived(&change.attribute, &change.after, found))
        .map(|change| format!("`{}` is not {}", change.attribute, change.after))
        .collect();
    if lost.is_empty() {
        Proof::Verified
    } else {
        Proof::Wrong(lost.join(", "))
    }
}

fn arrived(attribute: &str, after: &Value, found: &Attributes) -> bool {
    let tags = found.get("tags").and_then(Value::as_map);
    let tag = |name: &str| {
        tags.into_iter()
            .flatten()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    match (attribute.strip_prefix("tags."), attribute) {
        (Some(name), _) => tag(name) == Some(after),
        (None, "tags") => after
            .as_map()
            .into_iter()
            .flatten()
            .all(|(name, value)| tag(name) == Some(value)),
        (None, "protect") => found.get("protect") == Some(after),
        _ => true,
    }
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
fn protections(now: &Tags) -> BTreeMap<String, String> {
    now.pairs()
        .filter(|(name, _)| name.eq_ignore_ascii_case(PROTECT_TAG))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
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
        .filter_map(|(name, value)| Some((name.to_string(), value.as_text()?.to_owned())))
        .collect()
}
