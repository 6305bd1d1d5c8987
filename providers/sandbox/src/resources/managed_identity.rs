//! User-assigned identities: made, changed and deleted at once.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{
    beneath_scope, identity, location, method_not_allowed, not_found, page, resource_group, tags_of,
};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::{Resource, World};

/// The type of all of them.
pub(crate) const TYPE: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// Everything at `{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let segments = &call.request.segments;
    if rest.is_empty() {
        let group = format!("/{}/", call.request.lower[..4].join("/"));
        return list(call, group);
    }
    let [_] = rest else {
        return Err(error::not_emulated("what belongs to identities"));
    };
    let (subscription, group, name) = (&segments[1], &segments[3], &segments[7]);
    let id = id(subscription, group, name);
    let key = id.to_lowercase();
    let known = call.world.resources.contains_key(&key);
    match call.request.method {
        Method::PUT => put(call, id, &key),
        Method::DELETE if !known => Ok(Reply::empty(204)),
        _ if !known => Err(not_found(&id)),
        Method::GET => Ok(Reply::json(200, shown(&call.world.resources[&key]))),
        Method::PATCH => patch(call, &key),
        Method::DELETE => {
            resource_group::check_stays(call.world, &key)?;
            remove(call.world, &key);
            call.world.touch();
            Ok(Reply::empty(200))
        }
        _ => Err(method_not_allowed(call)),
    }
}

/// The list of a group or a subscription, by what its keys begin with.
pub(crate) fn list(call: &mut Call<'_>, prefix: String) -> Answer {
    if call.request.method != Method::GET {
        return Err(method_not_allowed(call));
    }
    let rows = page::beneath(call, &call.world.resources, prefix).filter(|(_, it)| it.kind == TYPE);
    Ok(page::page(call, rows, shown))
}

/// The id of an identity: `resourcegroups` is in lower case whatever the request spells (arm/OBSERVED.md 4).
pub(crate) fn id(subscription: &str, group: &str, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourcegroups/{group}/providers/{TYPE}/{name}")
}

/// A new identity, with its object in the directory.
pub(crate) fn new(
    world: &mut World,
    tenant: &str,
    id: String,
    location: String,
    made_by: u64,
    now: jiff::Timestamp,
) -> Resource {
    let name = id.rsplit('/').next().unwrap_or_default().to_owned();
    let principal = world.new_service_principal(tenant, &name, made_by, now);
    let client = world
        .tenants
        .get(tenant)
        .and_then(|it| it.service_principals.get(&principal))
        .map(|it| it.app_id.clone())
        .unwrap_or_default();
    Resource {
        name,
        id,
        kind: TYPE.to_owned(),
        location,
        tags: None,
        members: Map::new(),
        version: 1,
        properties: Map::from_iter([
            ("tenantId".to_owned(), json!(tenant)),
            ("principalId".to_owned(), json!(principal)),
            ("clientId".to_owned(), json!(client)),
        ]),
    }
}

/// Takes an identity, or any other resource, away, and its object in the directory. Its role assignments stay, orphaned; those at it go.
pub(crate) fn remove(world: &mut World, key: &str) {
    let Some(gone) = world.resources.remove(key) else {
        return;
    };
    if let Some(principal) = gone.properties.get("principalId").and_then(Value::as_str) {
        identity::forget(world, principal);
    }
    world
        .assignments
        .retain(|_, it| !beneath_scope(&it.scope.to_lowercase(), key));
}

fn put(call: &mut Call<'_>, id: String, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, key)?;
    let Some(place) = body["location"].as_str().filter(|it| !it.is_empty()) else {
        return Err(error::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let place = location::canonical(place);
    let tags = tags_of(body)?;
    let status = match call.world.resources.get_mut(key) {
        Some(held) if held.location != place => {
            return Err(error::gateway(
                409,
                "InvalidResourceLocation",
                format!(
                    "The resource '{}' already exists in location '{}'. A resource with the same name cannot be created \
                     in location '{place}'. Please select a new resource name.",
                    held.name, held.location,
                ),
            ));
        }
        Some(held) => {
            held.tags = tags;
            200
        }
        None => {
            let (tenant, made_by) = (call.bearer.tenant.clone(), call.world.requests);
            let made = new(
                call.world,
                &tenant,
                id.clone(),
                place,
                made_by,
                call.pace.now,
            );
            call.world
                .resources
                .insert(key.to_owned(), Resource { tags, ..made });
            201
        }
    };
    call.world.touch();
    let reply = Reply::json(status, shown(&call.world.resources[key]));
    // Recorded with the id alone, without a host.
    Ok(reply.header("location", id))
}

/// The tags of a PATCH replace all there were.
fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    let tags = tags_of(call.request.object()?)?;
    resource_group::check_stays(call.world, key)?;
    if let (Some(tags), Some(held)) = (tags, call.world.resources.get_mut(key)) {
        held.tags = Some(tags);
        call.world.touch();
    }
    Ok(Reply::json(200, shown(&call.world.resources[key])))
}

/// Tags are there even where none were sent (arm/OBSERVED.md 5).
pub(super) fn shown(it: &Resource) -> Value {
    json!({"location": it.location, "tags": it.tags.clone().unwrap_or_default(), "id": it.id, "name": it.name,
        "type": it.kind, "properties": it.properties})
}
