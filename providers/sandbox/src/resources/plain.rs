//! Resources of every other type: kept as they are sent, done at once. Nothing of what their services do is emulated.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{
    disk, managed_identity, method_not_allowed, not_found, page, place_of, resource_group, tags_of,
};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::{Resource, World, beneath};

/// Members beside `properties` that are kept as sent.
const MEMBERS: [&str; 6] = [
    "sku",
    "kind",
    "zones",
    "plan",
    "managedBy",
    "extendedLocation",
];

/// Everything at `{group}/providers/{namespace}/{type}…`, where nothing else answers.
pub(crate) fn answer(call: &mut Call<'_>) -> Answer {
    let segments = &call.request.segments;
    let path = &segments[5..];
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/{}",
        segments[1],
        segments[3],
        path.join("/")
    );
    let key = id.to_lowercase();
    // An odd number of parts after the group is a namespace with pairs of type and name.
    let names_one = path.len() >= 3 && path.len() % 2 == 1;
    if names_one && path.len() > 3 {
        check_parent(call.world, &id)?;
    }
    let known = call.world.resources.contains_key(&key);
    match call.request.method {
        Method::GET if !names_one => Ok(list(call, format!("{key}/"))),
        Method::POST => Err(error::not_emulated(&format!(
            "actions on `{}`",
            path.join("/")
        ))),
        _ if !names_one => Err(method_not_allowed(call)),
        Method::PUT => put(call, id, &key),
        Method::DELETE if !known => Ok(Reply::empty(204)),
        _ if !known => Err(not_found(&id)),
        Method::GET => Ok(Reply::json(200, shown(&call.world.resources[&key]))),
        Method::PATCH => patch(call, &key),
        Method::DELETE => delete(call, &key),
        _ => Err(method_not_allowed(call)),
    }
}

/// `GET /subscriptions/{id}/providers/{namespace}/{type}`.
pub(crate) fn list_all(call: &mut Call<'_>, subscription: &str) -> Answer {
    if call.request.method != Method::GET {
        return Err(method_not_allowed(call));
    }
    let kind = call.request.lower[3..].join("/");
    let prefix = format!("/subscriptions/{subscription}/");
    let rows = page::beneath(call, &call.world.resources, prefix)
        .filter(|(_, it)| it.kind.eq_ignore_ascii_case(&kind));
    Ok(page::page(call, rows, shown))
}

/// The type of what an id names.
pub(crate) fn kind_of(id: &str) -> String {
    let path: Vec<&str> = id
        .split("/providers/")
        .last()
        .unwrap_or("")
        .split('/')
        .collect();
    let types = path.iter().skip(1).step_by(2);
    let namespace = path.first().copied().unwrap_or_default();
    std::iter::once(namespace)
        .chain(types.copied())
        .collect::<Vec<_>>()
        .join("/")
}

fn list(call: &Call<'_>, prefix: String) -> Reply {
    let deep = prefix.matches('/').count();
    let rows =
        beneath(&call.world.resources, prefix).filter(|(key, _)| key.matches('/').count() == deep);
    page::page(call, rows, shown)
}

fn put(call: &mut Call<'_>, id: String, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, key)?;
    let kind = kind_of(&id);
    let held = call.world.resources.get(key);
    let part = kind.matches('/').count() > 1;
    let place = match (part, body.get("location")) {
        (true, None | Some(Value::Null)) => String::new(),
        _ => place_of(body, held)?,
    };
    if !body["identity"].is_null() {
        return Err(error::not_emulated(&format!("identities of `{kind}`")));
    }
    let mut properties = body["properties"].as_object().cloned().unwrap_or_default();
    properties.insert("provisioningState".to_owned(), json!("Succeeded"));
    let made = Resource {
        name: id.rsplit('/').next().unwrap_or_default().to_owned(),
        id: held.map_or(id, |held| held.id.clone()),
        kind,
        location: place,
        tags: tags_of(body)?,
        members: kept(body),
        properties,
        version: held.map_or(1, |held| held.version + 1),
    };
    let status = match (made.kind == disk::TYPE, held) {
        // As recorded, whatever there was before.
        (true, _) => 202,
        (false, Some(_)) => 200,
        (false, None) => 201,
    };
    let reply = Reply::json(status, shown(&made));
    call.world.resources.insert(key.to_owned(), made);
    call.world.touch();
    Ok(reply)
}

/// Properties merge, the tags of a PATCH replace all there were (arm/FACTS.md 2).
fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    let body = call.request.object()?;
    let tags = tags_of(body)?;
    resource_group::check_stays(call.world, key)?;
    if let Some(held) = call.world.resources.get_mut(key) {
        held.tags = tags.or(held.tags.take());
        held.members.extend(kept(body));
        merge(&mut held.properties, &body["properties"]);
        held.version += 1;
    }
    call.world.touch();
    Ok(Reply::json(200, shown(&call.world.resources[key])))
}

fn delete(call: &mut Call<'_>, key: &str) -> Answer {
    resource_group::check_stays(call.world, key)?;
    disk::check_free(&call.world.resources[key])?;
    let parts: Vec<String> = beneath(&call.world.resources, format!("{key}/"))
        .map(|(key, _)| key.clone())
        .collect();
    for gone in parts.iter().map(String::as_str).chain([key]) {
        managed_identity::remove(call.world, gone);
    }
    call.world.touch();
    Ok(Reply::empty(200))
}

/// A part of what does not exist cannot be made or read.
fn check_parent(world: &World, id: &str) -> Result<(), Reply> {
    let (parent, _) = id.rsplit_once('/').unwrap_or((id, ""));
    let (parent, _) = parent.rsplit_once('/').unwrap_or((parent, ""));
    match world.resources.contains_key(&parent.to_lowercase()) {
        true => Ok(()),
        false => Err(error::gateway(
            404,
            "ParentResourceNotFound",
            format!(
                "Failed to perform operation on the nested resource. The parent resource '{parent}' was not found."
            ),
        )),
    }
}

fn kept(body: &Value) -> Map<String, Value> {
    MEMBERS
        .iter()
        .filter_map(|it| Some(((*it).to_owned(), body.get(*it)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .collect()
}

fn merge(held: &mut Map<String, Value>, sent: &Value) {
    for (name, value) in sent.as_object().into_iter().flatten() {
        match (held.get_mut(name), value) {
            (Some(Value::Object(held)), Value::Object(_)) => merge(held, value),
            (_, Value::Null) => {
                held.remove(name);
            }
            _ => {
                held.insert(name.clone(), value.clone());
            }
        }
    }
}

pub(super) fn shown(it: &Resource) -> Value {
    let mut shown = it.members.clone();
    shown.insert("id".to_owned(), json!(it.id));
    shown.insert("name".to_owned(), json!(it.name));
    shown.insert("type".to_owned(), json!(it.kind));
    shown.insert("properties".to_owned(), it.properties.clone().into());
    if !it.location.is_empty() {
        shown.insert("location".to_owned(), json!(it.location));
    }
    if let Some(tags) = &it.tags {
        shown.insert("tags".to_owned(), json!(tags));
    }
    shown.into()
}
