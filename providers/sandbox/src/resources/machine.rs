//! Virtual machines: what may be done to them.

use serde_json::{Map, Value};

use super::machine_answer::{Casing, instance_view, shown, shown_in_list};
use super::machine_fixed::{check_fixed, check_password, check_zones};
use super::{
    beneath_scope, disk, extension, identity, location, machine_new, managed_identity,
    method_not_allowed, network, not_found, page, resource_group, tags_of,
};
use crate::fault::Doom;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::seed::Power;
use crate::state::{Machine, World};

/// Everything at `{group}/providers/Microsoft.Compute/virtualMachines`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let segments = &call.request.segments;
    let key = format!(
        "/{}",
        call.request
            .lower
            .get(..8)
            .unwrap_or(&call.request.lower)
            .join("/")
    );
    match (call.request.method.as_str(), rest) {
        ("GET", []) => list_group(call),
        ("PUT", [_]) => put(call, &format!("/{}", segments[..8].join("/")), &key),
        ("DELETE", [_]) => delete(call, &key),
        (_, [_, "extensions", rest @ ..]) => extension::answer(call, &key, rest),
        (method, [_, rest @ ..]) => {
            operation::look_at(call.world, &key, &call.pace);
            listen(call, &key);
            let Some(machine) = call.world.machines.get(&key) else {
                return Err(not_found(&format!("/{}", segments[..8].join("/"))));
            };
            match (method, rest) {
                ("GET", []) => Ok(get(call, machine)),
                ("GET", ["instanceview"]) => Ok(Reply::json(200, instance_view(call, machine))),
                ("PATCH", []) => patch(call, &key),
                ("POST", ["start" | "restart"]) => power(call, &key, Power::Running),
                ("POST", ["poweroff"]) => power(call, &key, Power::Stopped),
                ("POST", ["deallocate"]) => power(call, &key, Power::Deallocated),
                ("POST", [action]) => Err(error::not_emulated(&format!(
                    "the action `{action}` of machines"
                ))),
                (_, []) => Err(method_not_allowed(call)),
                _ => Err(not_found(&format!("/{}", segments.join("/")))),
            }
        }
        _ => Err(method_not_allowed(call)),
    }
}

/// `GET /subscriptions/{id}/providers/Microsoft.Compute/virtualMachines`: group names come in upper case.
pub(crate) fn list_all(call: &mut Call<'_>, subscription: &str) -> Answer {
    let prefix = format!("/subscriptions/{subscription}/");
    let status = call
        .request
        .query("statusOnly")
        .is_some_and(|it| it.eq_ignore_ascii_case("true"));
    check_expand(call)?;
    let rows = page::beneath(call, &call.world.machines, prefix);
    Ok(page::page(call, rows, |it| {
        shown_in_list(call, it, Casing::Upper, status)
    }))
}

/// A change is over: it stands, or all is as before.
pub(crate) fn update_ended(
    world: &mut World,
    key: &str,
    before: Option<Box<Machine>>,
    doom: Option<Doom>,
) -> Option<Doom> {
    let machine = world.machines.get_mut(key)?;
    if doom.is_some() {
        // That a failed update leaves the model as it was: unverified against Azure, 2026-11-21.
        let fresh = machine.identity.system.clone();
        if let Some(before) = before {
            *machine = *before;
        }
        let kept = machine.identity.system.clone();
        machine.provisioning_state = "Failed".to_owned();
        if fresh != kept
            && let Some(fresh) = fresh
        {
            identity::forget(world, &fresh);
        }
        return doom;
    }
    let created = machine.provisioning_state == "Creating";
    machine.provisioning_state = "Succeeded".to_owned();
    for attached in &mut machine.identity.user {
        attached.settled = true;
    }
    let kept = machine.identity.system.clone();
    let gone = before
        .and_then(|it| it.identity.system)
        .filter(|it| kept.as_ref() != Some(it));
    if let Some(gone) = gone {
        identity::forget(world, &gone);
    }
    if created {
        machine_new::ended(world, key);
    }
    None
}

/// A deletion is over: the machine is gone, or stays.
pub(crate) fn delete_ended(world: &mut World, key: &str, doom: Option<Doom>) -> Option<Doom> {
    match doom {
        None => remove(world, key),
        Some(_) => set_state(world, key, "Failed"),
    }
    doom
}

/// A change of power is over.
pub(crate) fn power_ended(
    world: &mut World,
    key: &str,
    to: Power,
    doom: Option<Doom>,
) -> Option<Doom> {
    set_state(
        world,
        key,
        if doom.is_some() {
            "Failed"
        } else {
            "Succeeded"
        },
    );
    if let (None, Some(machine)) = (&doom, world.machines.get_mut(key)) {
        machine.power = to;
    }
    doom
}

/// Takes a machine away with its extensions, its identity and the assignments at it. Its device stays in the
/// directory, where it blocks the name.
pub(crate) fn remove(world: &mut World, key: &str) {
    let Some(machine) = world.machines.remove(key) else {
        return;
    };
    if let Some(principal) = &machine.identity.system {
        identity::forget(world, principal);
    }
    disk::machine_gone(world, &machine);
    for nic in machine_new::interfaces_of(&machine.properties) {
        network::touch(world, &nic);
    }
    for nic in going_along(&machine) {
        managed_identity::remove(world, &nic.to_lowercase());
    }
    world.extensions.retain(|it, _| !beneath_scope(it, key));
    world
        .assignments
        .retain(|_, it| !beneath_scope(&it.scope.to_lowercase(), key));
}

/// The network interfaces that are to be deleted with their machine.
fn going_along(machine: &Machine) -> Vec<String> {
    let profile = machine.properties.get("networkProfile");
    let all = profile.and_then(|it| it["networkInterfaces"].as_array());
    let all = all.into_iter().flatten();
    all.filter(|it| it["properties"]["deleteOption"] == "Delete")
        .filter_map(|it| it["id"].as_str().map(str::to_owned))
        .collect()
}

fn list_group(call: &mut Call<'_>) -> Answer {
    let group = format!("/{}/", call.request.lower[..4].join("/"));
    check_expand(call)?;
    let rows = page::beneath(call, &call.world.machines, group);
    Ok(page::page(call, rows, |it| {
        shown_in_list(call, it, Casing::Stored, false)
    }))
}

/// A list tells no instance views, but for those of a scale set (arm/FACTS.md 4). How it is refused is unverified against Azure,
/// 2026-11-21.
fn check_expand(call: &Call<'_>) -> Result<(), Reply> {
    match call.request.expands("instanceView") {
        false => Ok(()),
        true => Err(error::targeted(
            400,
            "InvalidParameter",
            "The value 'instanceView' of parameter '$expand' is only allowed together with a $filter by a virtual machine scale set.",
            "$expand",
        )),
    }
}

fn get(call: &Call<'_>, machine: &Machine) -> Reply {
    // The group's name comes back as the request spelt it (arm/OBSERVED.md 4).
    let mut body = shown(call, machine, Casing::Asked(&call.request.segments[3]));
    if call.request.expands("instanceView") {
        body["properties"]["instanceView"] = instance_view(call, machine);
    }
    Reply::json(200, body).header("etag", format!("\"{}\"", machine.etag))
}

fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    let body = call.request.object()?;
    check_match(call, key)?;
    resource_group::check_stays(call.world, key)?;
    if body.get("location").or(body.get("name")).is_some() {
        return Err(error::provider(
            400,
            "InvalidRequestContent",
            "The request content was invalid: location and name of a machine cannot be patched.",
        ));
    }
    let tags = tags_of(body)?;
    let before = call.world.machines[key].clone();
    let identity = identity::changed(call, &before.name, &before.identity, &body["identity"])?;
    let mut properties = before.properties.clone();
    check_fixed(&properties, &body["properties"])?;
    check_password(&before, &body["properties"])?;
    merge(&mut properties, &body["properties"]);
    let mut after = before.clone();
    after.properties = properties;
    after.tags = tags.or(after.tags);
    after.identity = identity.unwrap_or(after.identity);
    Ok(accept(call, key, before, after))
}

/// A PUT on what exists: what clients leave out of it stays, except tags (arm/CLIENTS.md 2.2).
fn put(call: &mut Call<'_>, id: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, key)?;
    let Some(before) = call.world.machines.get(key).cloned() else {
        return machine_new::create(call, id, key);
    };
    check_match(call, key)?;
    if call
        .request
        .header("if-none-match")
        .is_some_and(|it| it.trim() == "*")
    {
        return Err(precondition_failed());
    }
    let place = body["location"].as_str().map(location::canonical);
    if place.is_some_and(|it| it != before.location) {
        return Err(error::gateway(
            409,
            "InvalidResourceLocation",
            format!(
                "The resource '{}' already exists in location '{}' in resource group '{}'. A resource with the same \
                 name cannot be created in another location. Please select a new resource name.",
                before.name,
                before.location,
                before.id.split('/').nth(4).unwrap_or_default(),
            ),
        ));
    }
    check_fixed(&before.properties, &body["properties"])?;
    check_password(&before, &body["properties"])?;
    check_zones(&before, &body["zones"])?;
    if body["properties"]["networkProfile"].is_object() {
        machine_new::interfaces(
            call.world,
            &before.id,
            &before.location,
            &body["properties"],
        )?;
    }
    let tags = tags_of(body)?;
    let identity = identity::changed(call, &before.name, &before.identity, &body["identity"])?;
    let mut after = before.clone();
    after.tags = tags;
    after.identity = identity.unwrap_or(after.identity);
    merge(&mut after.properties, &body["properties"]);
    Ok(accept(call, key, before, after))
}

/// The agent of a new machine reports after some looks at what it says.
fn listen(call: &mut Call<'_>, key: &str) {
    let looks = call.request.expands("instanceView")
        || call
            .request
            .lower
            .last()
            .is_some_and(|it| it == "instanceview");
    if let Some(machine) = call.world.machines.get_mut(key)
        && looks
        && machine.provisioning_state == "Succeeded"
        && machine.silent_looks > 0
    {
        machine.silent_looks -= 1;
        call.world.touch();
    }
}

/// The change shows at once; that it is not finished is said by state and header alone.
fn accept(call: &mut Call<'_>, key: &str, before: Machine, mut after: Machine) -> Reply {
    after.provisioning_state = "Updating".to_owned();
    after.etag += 1;
    after.changed = call.pace.now;
    let place = after.location.clone();
    let operation = operation::begin(
        call,
        key,
        &place,
        Work::MachineUpdate {
            before: Some(Box::new(before)),
        },
    );
    let reply = Reply::json(200, shown(call, &after, Casing::Stored))
        .header("etag", format!("\"{}\"", after.etag));
    call.world.machines.insert(key.to_owned(), after);
    let reply = operation::announce(call, &operation, false, reply);
    with_wait(reply, call.pace.wait(None))
}

fn delete(call: &mut Call<'_>, key: &str) -> Answer {
    let Some(machine) = call.world.machines.get(key) else {
        return Ok(Reply::empty(204));
    };
    let place = machine.location.clone();
    let operation = operation::begin(call, key, &place, Work::MachineDelete);
    set_state(call.world, key, "Deleting");
    let reply = operation::announce(call, &operation, true, Reply::empty(202));
    Ok(with_wait(reply, call.pace.wait(Some(10))))
}

fn power(call: &mut Call<'_>, key: &str, to: Power) -> Answer {
    resource_group::check_stays(call.world, key)?;
    let place = call.world.machines[key].location.clone();
    let operation = operation::begin(call, key, &place, Work::MachinePower { to });
    set_state(call.world, key, "Updating");
    let reply = operation::announce(call, &operation, true, Reply::empty(202));
    Ok(with_wait(reply, call.pace.wait(Some(10))))
}

fn set_state(world: &mut World, key: &str, state: &str) {
    if let Some(machine) = world.machines.get_mut(key) {
        machine.provisioning_state = state.to_owned();
    }
}

fn check_match(call: &Call<'_>, key: &str) -> Result<(), Reply> {
    let held = format!("\"{}\"", call.world.machines[key].etag);
    match call.request.header("if-match").map(str::trim) {
        None | Some("*") => Ok(()),
        Some(wanted) if wanted == held => Ok(()),
        Some(_) => Err(precondition_failed()),
    }
}

pub(super) fn precondition_failed() -> Reply {
    error::provider(
        412,
        "PreconditionFailed",
        "The condition '{etag}' set in the request header does not hold. Read the resource again.",
    )
}

/// JSON merge, but for what the service alone sets.
fn merge(held: &mut Map<String, Value>, sent: &Value) {
    for (name, value) in sent.as_object().into_iter().flatten() {
        if [
            "provisioningState",
            "vmId",
            "timeCreated",
            "instanceView",
            "adminPassword",
            "customData",
            "userData",
        ]
        .contains(&name.as_str())
        {
            continue;
        }
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
