//! Things that have no PATCH but for tags: they are sent back as they were read, with the declared values in them, and only if
//! nobody changed them meanwhile.

use serde_json::Value as Json;
use vmlogin_engine::diff::{diff, same};
use vmlogin_engine::plan::{Change, Step};
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::schema::{Class, Schema};
use vmlogin_engine::value::{Attributes, Value};

use super::{Seen, refusal, refuse, versions};
use crate::http::Request;

/// How one kind is spelt where it is sent back.
pub(super) struct Spelling {
    /// Takes out the members that are only for reading.
    pub(super) writable: fn(&mut Json),
    /// Puts in one declared value.
    pub(super) set: fn(&mut Json, &str, &Value),
}

/// The object that an update rests on.
pub(super) fn found<'a>(step: &Step, fresh: &'a Seen) -> Result<&'a Json, Fault> {
    match fresh {
        Seen::One(body) => Ok(body),
        _ => Err(refuse(
            step,
            "it is gone".to_owned(),
            "run again: the plan then says what is missing",
        )),
    }
}

/// The update of a thing that was just read as `body`, in this version and with these attributes. Whatever the manifest does not
/// declare stays as it is.
pub(super) fn amend(
    step: &Step,
    schema: &Schema,
    body: &Json,
    version: Option<String>,
    now: &Attributes,
    spelling: &Spelling,
) -> Result<Request, Fault> {
    let changes = step.changes.iter();
    let changes: Vec<&Change> = changes
        .filter(|change| change.class == Class::Changeable)
        .filter(|change| now.contains_key(&change.attribute))
        .collect();
    let mut changed = body.clone();
    (spelling.writable)(&mut changed);
    for change in changes {
        still_as_planned(step, schema, now, change)?;
        (spelling.set)(&mut changed, &change.attribute, &change.after);
    }
    let request = put(step, changed)?;
    Ok(match version {
        Some(version) => request.if_match(version),
        None => request,
    })
}

/// Makes a thing of the network service.
pub(super) fn put(step: &Step, body: Json) -> Result<Request, Fault> {
    Ok(Request::put(
        refusal::id(step)?.path(),
        versions::NETWORK,
        body,
        refusal::attempted(step),
    ))
}

/// Takes members out of the object at a place.
pub(super) fn without(body: &mut Json, place: &str, members: &[&str]) {
    if let Some(held) = body.pointer_mut(place).and_then(Json::as_object_mut) {
        held.retain(|name, _| !members.contains(&name.as_str()));
    }
}

/// Sets a member, or takes it out where there is nothing to set it to.
pub(super) fn put_member(body: &mut Json, place: &str, member: &str, value: Option<Json>) {
    let Some(held) = body.pointer_mut(place).and_then(Json::as_object_mut) else {
        return;
    };
    match value {
        Some(value) => held.insert(member.to_owned(), value),
        None => held.remove(member),
    };
}

/// Whether what the step was to write is to be seen.
pub(super) fn as_planned(step: &Step, schema: &Schema, found: &Attributes) -> Proof {
    let planned = step
        .changes
        .iter()
        .filter(|change| change.class != Class::CreateOnly || step.action.word() == "create")
        .filter(|change| found.contains_key(&change.attribute))
        .map(|change| (change.attribute.clone(), change.after.clone()))
        .collect();
    match diff(schema, &planned, found).first() {
        None => Proof::Verified,
        Some(lost) => Proof::Wrong(format!("`{}` is {}", lost.attribute, lost.before)),
    }
}

/// Refuses to write over a value that is no longer the one that the plan started from.
fn still_as_planned(
    step: &Step,
    schema: &Schema,
    now: &Attributes,
    change: &Change,
) -> Result<(), Fault> {
    let shape = schema.attribute(&change.attribute).map(|one| one.shape);
    let found = now.get(&change.attribute).unwrap_or(&Value::Null);
    if shape.is_some_and(|shape| same::same(shape, &change.before, found)) {
        return Ok(());
    }
    Err(refusal::changed_meanwhile(step, &change.attribute))
}
