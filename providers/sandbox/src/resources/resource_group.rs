//! Resource groups.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    arc, beneath_scope, location, machine, managed_identity, method_not_allowed, page, tags_of,
};
use crate::fault::Doom;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::state::{Group, Tags, World, beneath};

/// Everything at `/subscriptions/{id}/resourcegroups/{name}`.
pub(crate) fn answer(call: &mut Call<'_>) -> Answer {
    let segments = &call.request.segments;
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}",
        segments[1], segments[3]
    );
    let key = id.to_lowercase();
    operation::look_at(call.world, &key, &call.pace);
    let known = call.world.groups.contains_key(&key);
    match call.request.method {
        Method::HEAD if known => Ok(Reply::empty(204)),
        Method::HEAD => Ok(Reply::empty(404)),
        Method::PUT => put(call, &id, &key),
        _ if !known => Err(not_found(&id)),
        Method::GET => Ok(Reply::json(200, shown(&call.world.groups[&key]))),
        Method::PATCH => patch(call, &key),
        Method::DELETE => delete(call, &key),
        _ => Err(method_not_allowed(call)),
    }
}

/// `GET /subscriptions/{id}/resourcegroups`, with the tag filter that `az group list` sends.
pub(crate) fn list(call: &mut Call<'_>, subscription: &str) -> Answer {
    let wanted = call.request.query("$filter").and_then(tag_filter);
    let prefix = format!("/subscriptions/{subscription}/resourcegroups/");
    let rows = page::beneath(call, &call.world.groups, prefix)
        .filter(|(_, group)| wanted.as_ref().is_none_or(|wanted| has_tag(group, wanted)));
    Ok(page::page(call, rows, shown))
}

/// The 404 for the group that an id begins with.
pub(crate) fn not_found(id: &str) -> Reply {
    let name = id.split('/').nth(4).unwrap_or_default();
    error::gateway(
        404,
        "ResourceGroupNotFound",
        format!("Resource group '{name}' could not be found."),
    )
}

/// Refuses writes into a group that is going away.
pub(crate) fn check_stays(world: &World, key: &str) -> Result<(), Reply> {
    let group: Vec<&str> = key.split('/').take(5).collect();
    match world.groups.get(&group.join("/")) {
        Some(group) if group.provisioning_state == "Deleting" => Err(being_deleted(group)),
        _ => Ok(()),
    }
}

/// The group goes with all that lies in it, or stays.
pub(crate) fn delete_ended(world: &mut World, key: &str, doom: Option<Doom>) -> Option<Doom> {
    if let Some(doom) = doom {
        if let Some(group) = world.groups.get_mut(key) {
            group.provisioning_state = "Succeeded".to_owned();
        }
        return Some(doom);
    }
    let machines: Vec<String> = world
        .machines_under(key)
        .map(|(key, _)| key.clone())
        .collect();
    for machine in machines {
        machine::remove(world, &machine);
    }
    let arcs: Vec<String> = beneath(&world.arcs, format!("{key}/"))
        .map(|(key, _)| key.clone())
        .collect();
    for arc in arcs {
        arc::remove(world, &arc);
    }
    let resources: Vec<String> = beneath(&world.resources, format!("{key}/"))
        .map(|(key, _)| key.clone())
        .collect();
    for resource in resources {
        managed_identity::remove(world, &resource);
    }
    world
        .assignments
        .retain(|_, it| !beneath_scope(&it.scope.to_lowercase(), key));
    world.deployments.retain(|it, _| !beneath_scope(it, key));
    world
        .locks
        .retain(|_, it| !beneath_scope(&it.id.to_lowercase(), key));
    world.groups.remove(key);
    None
}

fn put(call: &mut Call<'_>, id: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    let name = call.request.segments[3].clone();
    let Some(place) = body["location"].as_str().filter(|it| !it.is_empty()) else {
        return Err(error::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let region = location::canonical(place);
    if !location::exists(&region) {
        return Err(error::gateway(
            400,
            "LocationNotAvailableForResourceGroup",
            format!(
                "The provided location '{place}' is not available for resource group. List of available regions is \
                 '{}'.",
                location::names()
            ),
        ));
    }
    if name.len() > 90 || name.ends_with('.') {
        return Err(error::gateway(
            400,
            "InvalidResourceGroup",
            format!("The provided resource group name '{name}' is not valid."),
        ));
    }
    let tags = tags_of(body)?;
    let status = match call.world.groups.get_mut(key) {
        Some(group) if group.provisioning_state == "Deleting" => return Err(being_deleted(group)),
        Some(group) if group.location != region => {
            return Err(error::gateway(
                409,
                "InvalidResourceGroupLocation",
                format!(
                    "Invalid resource group location '{region}'. The Resource group already exists in location '{}'.",
                    group.location
                ),
            ));
        }
        Some(group) => {
            group.tags = tags;
            200
        }
        None => {
            let group = Group {
                id: id.to_owned(),
                name,
                location: region,
                tags,
                provisioning_state: "Succeeded".to_owned(),
            };
            call.world.groups.insert(key.to_owned(), group);
            201
        }
    };
    call.world.touch();
    Ok(Reply::json(status, shown(&call.world.groups[key])))
}

/// The tags of a PATCH replace all there were.
fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    let tags = tags_of(call.request.object()?)?;
    check_stays(call.world, key)?;
    if let (Some(tags), Some(group)) = (tags, call.world.groups.get_mut(key)) {
        group.tags = Some(tags);
        call.world.touch();
    }
    Ok(Reply::json(200, shown(&call.world.groups[key])))
}

fn delete(call: &mut Call<'_>, key: &str) -> Answer {
    let region = call.world.groups[key].location.clone();
    let id = operation::begin(call, key, &region, Work::GroupDelete);
    if let Some(group) = call.world.groups.get_mut(key) {
        group.provisioning_state = "Deleting".to_owned();
    }
    let subscription = &call.request.segments[1];
    let reply = Reply::empty(202).header("location", operation::job_url(call, subscription, &id));
    Ok(with_wait(reply, call.pace.wait(Some(15))))
}

fn being_deleted(group: &Group) -> Reply {
    error::gateway(
        409,
        "ResourceGroupBeingDeleted",
        format!(
            "The resource group '{}' is in deprovisioning state and cannot perform this operation.",
            group.name
        ),
    )
}

fn shown(group: &Group) -> Value {
    let mut shown = json!({"id": group.id, "name": group.name, "type": "Microsoft.Resources/resourceGroups",
        "location": group.location, "properties": {"provisioningState": group.provisioning_state}});
    if let Some(tags) = &group.tags {
        shown["tags"] = json!(tags);
    }
    shown
}

/// `tagName eq 'k' and tagValue eq 'v'`.
fn tag_filter(filter: &str) -> Option<Tags> {
    let mut values = filter.split('\'');
    let (name, _, value) = (values.nth(1)?, values.next()?, values.next());
    Some(Tags::from([(
        name.to_owned(),
        value.unwrap_or_default().to_owned(),
    )]))
}

fn has_tag(group: &Group, wanted: &Tags) -> bool {
    wanted.iter().all(|(name, value)| {
        group.tags.iter().flatten().any(|(key, held)| {
            key.eq_ignore_ascii_case(name) && (value.is_empty() || held == value)
        })
    })
}
