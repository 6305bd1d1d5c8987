//! What all types of the network provider share: PUT, PATCH of tags, DELETE, etags and states.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{Draft, Ended, Kind, Look, NAMESPACE, kind, refusal};
use crate::http::Call;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::resources::{
    managed_identity, method_not_allowed, not_found, place_of, resource_group, tags_of,
};
use crate::state::{Resource, World, named_guid};

/// Members beside `properties` that are kept as sent.
const MEMBERS: [&str; 4] = ["sku", "zones", "extendedLocation", "identity"];

/// Everything at one resource.
pub(super) fn answer(call: &mut Call<'_>, kind: &'static Kind, key: &str) -> Answer {
    let known = call.world.resources.contains_key(key);
    let id = id_of(call, kind);
    match call.request.method {
        Method::PUT => put(call, kind, id, key),
        Method::DELETE if !known => Ok(Reply::empty(204)),
        _ if !known => Err(not_found(&id)),
        Method::GET => {
            let held = &call.world.resources[key];
            Ok(Reply::json(200, shown(call.world, held, Look::Read)).header("etag", etag(held)))
        }
        Method::PATCH => patch(call, key),
        Method::DELETE => delete(call, kind, key),
        _ => Err(method_not_allowed(call)),
    }
}

/// A write is over.
pub(crate) fn write_ended(world: &mut World, key: &str, doom: Ended) -> Ended {
    let Some(held) = world.resources.get(key) else {
        return doom;
    };
    let kind = kind_of(held);
    let settled = match (&doom, kind) {
        (None, Some(kind)) => (kind.settle)(world, held),
        _ => Map::new(),
    };
    let state = if doom.is_some() {
        "Failed"
    } else {
        "Succeeded"
    };
    let finished = kind.is_some_and(|it| it.written == "Succeeded") && doom.is_none();
    if let Some(held) = world.resources.get_mut(key) {
        set_states(held, state);
        held.properties.extend(settled);
        held.version += u64::from(!finished);
    }
    doom
}

/// A deletion is over.
pub(crate) fn delete_ended(world: &mut World, key: &str, doom: Ended) -> Ended {
    if doom.is_some() {
        return write_ended(world, key, doom);
    }
    managed_identity::remove(world, key);
    None
}

/// The resource as an answer shows it.
pub(super) fn shown(world: &World, it: &Resource, look: Look) -> Value {
    let mut properties = it.properties.clone();
    if let Some(kind) = kind_of(it) {
        (kind.show)(world, it, look, &mut properties);
        if let Some(child) = kind.child {
            let parts = super::parts(it, child.name)
                .map(|(_, part)| super::child::shown(world, it, child, part, look))
                .collect();
            properties.insert(child.name.to_owned(), Value::Array(parts));
        }
    }
    let mut shown = it.members.clone();
    shown.insert("name".to_owned(), json!(it.name));
    shown.insert("id".to_owned(), json!(it.id));
    shown.insert("etag".to_owned(), json!(etag(it)));
    shown.insert("type".to_owned(), json!(it.kind));
    shown.insert("location".to_owned(), json!(it.location));
    shown.insert("properties".to_owned(), properties.into());
    if let Some(tags) = &it.tags {
        shown.insert("tags".to_owned(), json!(tags));
    }
    shown.into()
}

/// One etag for a resource and all that belongs to it.
pub(super) fn etag(it: &Resource) -> String {
    format!("W/\"{}\"", named_guid(&it.id, &it.version.to_string()))
}

/// Refuses a write whose condition does not hold. Code as documented, the text is unverified against Azure, 2026-11-21.
pub(super) fn check_match(call: &Call<'_>, held: Option<&Resource>) -> Result<(), Reply> {
    let failed = || Err(refusal(412, "PreconditionFailed", "Precondition failed."));
    let wanted = call.request.header("if-match").map(str::trim);
    match (wanted, held) {
        (Some(_), None) => return failed(),
        (Some(wanted), Some(held)) if wanted != "*" && wanted != etag(held) => return failed(),
        _ => {}
    }
    let none = call.request.header("if-none-match").map(str::trim);
    if none == Some("*") && held.is_some() {
        return failed();
    }
    Ok(())
}

/// The state of a resource and of all that belongs to it.
pub(super) fn set_states(held: &mut Resource, state: &str) {
    let child = kind_of(held).and_then(|it| it.child).map(|it| it.name);
    held.properties
        .insert("provisioningState".to_owned(), json!(state));
    let parts = child.and_then(|name| held.properties.get_mut(name));
    for part in parts.and_then(Value::as_array_mut).into_iter().flatten() {
        part["properties"]["provisioningState"] = json!(state);
    }
}

fn put(call: &mut Call<'_>, kind: &'static Kind, id: String, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, key)?;
    let held = call.world.resources.get(key);
    check_match(call, held)?;
    let place = place_of(body, held)?;
    let mut properties = body["properties"].as_object().cloned().unwrap_or_default();
    properties.remove("provisioningState");
    properties.retain(|_, value| !value.is_null());
    let guid = named_guid(key, "resourceGuid");
    properties.insert("resourceGuid".to_owned(), json!(guid));
    let made = Resource {
        id: held.map_or(id, |held| held.id.clone()),
        name: held.map_or_else(
            || call.request.segments[7].clone(),
            |held| held.name.clone(),
        ),
        kind: format!("{NAMESPACE}/{}", kind.name),
        location: place.clone(),
        tags: tags_of(body)?,
        members: MEMBERS
            .iter()
            .filter_map(|it| Some(((*it).to_owned(), body.get(*it)?.clone())))
            .filter(|(_, value)| !value.is_null())
            .collect(),
        properties,
        version: held.map_or(call.world.requests, |held| held.version + 1),
    };
    let mut draft = Draft {
        held,
        made,
        api_version: call.request.query("api-version").unwrap_or_default(),
    };
    (kind.fill)(call.world, &mut draft)?;
    let mut made = draft.made;
    if let Some(child) = kind.child {
        (child.agree)(call.world, held, &made)?;
    }
    set_states(&mut made, kind.written);
    let status = if held.is_some() { 200 } else { 201 };
    let operation = operation::begin(call, key, &place, Work::NetworkWrite);
    call.world.resources.insert(key.to_owned(), made);
    call.world.touch();
    let shown = shown(call.world, &call.world.resources[key], Look::Written);
    let reply = Reply::json(status, shown);
    let reply = operation::network::announce(call, &operation, false, reply);
    Ok(with_wait(reply, call.pace.wait(kind.wait)))
}

/// The tags of a PATCH replace all there were; it takes nothing else, and is done at once.
fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    let tags = tags_of(call.request.object()?)?;
    check_match(call, call.world.resources.get(key))?;
    resource_group::check_stays(call.world, key)?;
    if let (Some(tags), Some(held)) = (tags, call.world.resources.get_mut(key)) {
        held.tags = Some(tags);
        held.version += 1;
        call.world.touch();
    }
    let shown = shown(call.world, &call.world.resources[key], Look::Written);
    Ok(Reply::json(200, shown))
}

fn delete(call: &mut Call<'_>, kind: &'static Kind, key: &str) -> Answer {
    resource_group::check_stays(call.world, key)?;
    let held = &call.world.resources[key];
    check_match(call, Some(held))?;
    (kind.free)(call.world, held)?;
    let place = held.location.clone();
    let operation = operation::begin(call, key, &place, Work::NetworkDelete);
    if let Some(held) = call.world.resources.get_mut(key) {
        set_states(held, "Deleting");
        held.version += 1;
    }
    let reply = operation::network::announce(call, &operation, true, Reply::empty(202));
    Ok(with_wait(reply, call.pace.wait(Some(10))))
}

/// The id as a new resource gets it: `resourceGroups` and the type as Azure spells them, the names as the request does.
fn id_of(call: &Call<'_>, kind: &Kind) -> String {
    let segments = &call.request.segments;
    format!(
        "/subscriptions/{}/resourceGroups/{}/providers/{NAMESPACE}/{}/{}",
        segments[1], segments[3], kind.name, segments[7]
    )
}

fn kind_of(it: &Resource) -> Option<&'static Kind> {
    it.kind.rsplit('/').next().and_then(kind)
}
