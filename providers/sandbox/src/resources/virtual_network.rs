//! Virtual networks: written at once, finished later. Their subnets are kept as they are sent.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{location, method_not_allowed, not_found, page, resource_group, tags_of};
use crate::fault::Doom;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::state::{Resource, World, beneath, named_guid};

/// The type of all of them.
const TYPE: &str = "Microsoft.Network/virtualNetworks";

/// Everything at `{group}/providers/Microsoft.Network/virtualNetworks`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let segments = &call.request.segments;
    if rest.is_empty() {
        let group = format!("/{}/", call.request.lower[..4].join("/"));
        return list(call, group);
    }
    let [_] = rest else {
        return Err(error::not_emulated("what belongs to virtual networks"));
    };
    let (subscription, group, name) = (&segments[1], &segments[3], &segments[7]);
    let id =
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{TYPE}/{name}");
    let key = id.to_lowercase();
    operation::look_at(call.world, &key, &call.pace);
    let known = call.world.resources.contains_key(&key);
    match call.request.method {
        Method::PUT => put(call, id, &key),
        Method::DELETE if !known => Ok(Reply::empty(204)),
        _ if !known => Err(not_found(&id)),
        Method::GET => {
            let held = &call.world.resources[&key];
            Ok(Reply::json(200, shown(held)).header("etag", etag(held)))
        }
        Method::PATCH => patch(call, &key),
        Method::DELETE => delete(call, &key),
        _ => Err(method_not_allowed(call)),
    }
}

/// The list of a group or a subscription, by what its keys begin with.
pub(crate) fn list(call: &mut Call<'_>, prefix: String) -> Answer {
    if call.request.method != Method::GET {
        return Err(method_not_allowed(call));
    }
    let rows = beneath(&call.world.resources, prefix).filter(|(_, it)| it.kind == TYPE);
    Ok(page::page(call.request, rows, shown))
}

/// A write is over.
pub(crate) fn write_ended(world: &mut World, key: &str, doom: Option<Doom>) -> Option<Doom> {
    let state = if doom.is_some() {
        "Failed"
    } else {
        "Succeeded"
    };
    if let Some(held) = world.resources.get_mut(key) {
        held.properties
            .insert("provisioningState".to_owned(), json!(state));
        held.version += 1;
    }
    doom
}

/// A deletion is over.
pub(crate) fn delete_ended(world: &mut World, key: &str, doom: Option<Doom>) -> Option<Doom> {
    if doom.is_some() {
        return write_ended(world, key, doom);
    }
    world.resources.remove(key);
    None
}

fn put(call: &mut Call<'_>, id: String, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, key)?;
    let held = call.world.resources.get(key);
    if let (Some(held), Some(wanted)) = (held, call.request.header("if-match"))
        && wanted.trim() != "*"
        && wanted.trim() != etag(held)
    {
        return Err(error::provider(
            412,
            "PreconditionFailed",
            "Precondition failed: the etag that was sent is not the one of the resource.",
        ));
    }
    let Some(place) = body["location"].as_str().filter(|it| !it.is_empty()) else {
        return Err(error::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let place = location::canonical(place);
    if let Some(held) = held.filter(|held| held.location != place) {
        return Err(error::gateway(
            409,
            "InvalidResourceLocation",
            format!(
                "The resource '{}' already exists in location '{}'. A resource with the same name cannot be created in \
                 location '{place}'. Please select a new resource name.",
                held.name, held.location,
            ),
        ));
    }
    let ranges = &body["properties"]["addressSpace"]["addressPrefixes"];
    if ranges.as_array().is_none_or(Vec::is_empty) {
        // Code and text are unverified against Azure, 2026-11-21.
        return Err(error::provider(
            400,
            "InvalidRequestFormat",
            "Cannot parse the request: the address space of a virtual network has at least one prefix.",
        ));
    }
    let tags = tags_of(body)?;
    let status = if held.is_some() { 200 } else { 201 };
    let guid = named_guid(key, "resourceGuid");
    let written = Resource {
        name: id.rsplit('/').next().unwrap_or_default().to_owned(),
        id,
        kind: TYPE.to_owned(),
        location: place.clone(),
        tags,
        properties: filled(body["properties"].as_object(), &guid),
        version: held.map_or(1, |held| held.version + 1),
    };
    let operation = operation::begin(call, key, &place, Work::NetworkWrite);
    let reply = Reply::json(status, shown(&written));
    call.world.resources.insert(key.to_owned(), written);
    call.world.touch();
    let reply = operation::network::announce(call, &operation, false, reply);
    Ok(with_wait(reply, call.pace.wait(Some(3))))
}

/// What the service adds to what was sent (recorded), and what it alone sets.
fn filled(sent: Option<&Map<String, Value>>, guid: &str) -> Map<String, Value> {
    let mut properties = sent.cloned().unwrap_or_default();
    let defaults = [
        ("privateEndpointVNetPolicies", json!("Disabled")),
        ("subnets", json!([])),
        ("virtualNetworkPeerings", json!([])),
        ("enableDdosProtection", json!(false)),
    ];
    for (name, value) in defaults {
        properties.entry(name).or_insert(value);
    }
    properties.insert("resourceGuid".to_owned(), json!(guid));
    properties.insert("provisioningState".to_owned(), json!("Updating"));
    properties
}

/// The tags of a PATCH replace all there were; it takes nothing else, and is done at once.
fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    let tags = tags_of(call.request.object()?)?;
    resource_group::check_stays(call.world, key)?;
    if let (Some(tags), Some(held)) = (tags, call.world.resources.get_mut(key)) {
        held.tags = Some(tags);
        held.version += 1;
        call.world.touch();
    }
    Ok(Reply::json(200, shown(&call.world.resources[key])))
}

fn delete(call: &mut Call<'_>, key: &str) -> Answer {
    resource_group::check_stays(call.world, key)?;
    let place = call.world.resources[key].location.clone();
    let operation = operation::begin(call, key, &place, Work::NetworkDelete);
    if let Some(held) = call.world.resources.get_mut(key) {
        held.properties
            .insert("provisioningState".to_owned(), json!("Deleting"));
    }
    let reply = operation::network::announce(call, &operation, true, Reply::empty(202));
    Ok(with_wait(reply, call.pace.wait(Some(10))))
}

fn etag(it: &Resource) -> String {
    format!("W/\"{}\"", named_guid(&it.id, &it.version.to_string()))
}

fn shown(it: &Resource) -> Value {
    let mut shown = json!({"name": it.name, "id": it.id, "etag": etag(it), "type": it.kind, "location": it.location,
        "properties": it.properties});
    if let Some(tags) = &it.tags {
        shown["tags"] = json!(tags);
    }
    shown
}
