//! Machines outside Azure that an agent has onboarded: Azure Arc (arm/OBSERVED.md 1, 10; arm/FACTS.md 13).

use serde_json::{Value, json};

use super::{
    arc_extension, identity, method_not_allowed, not_found, page, resource_group, tags_of,
};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::seed::{ArcStatus, Os};
use crate::state::{ArcMachine, Machine, World, clock, named_guid};

/// The type of these machines.
pub(crate) const TYPE: &str = "Microsoft.HybridCompute/machines";

/// Everything at `{group}/providers/Microsoft.HybridCompute/machines`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let lower = &call.request.lower;
    let key = format!("/{}", lower.get(..8).unwrap_or(lower).join("/"));
    match (call.request.method.as_str(), rest) {
        ("GET", []) => {
            let prefix = format!("/{}/", call.request.lower[..4].join("/"));
            Ok(list(call, prefix))
        }
        ("PUT", [_]) => Err(error::not_emulated(
            "a PUT of an Arc machine, which its agent makes,",
        )),
        (_, [_, "extensions", rest @ ..]) => arc_extension::answer(call, &key, rest),
        (method, [_]) => {
            if !call.world.arcs.contains_key(&key) {
                let id = format!("/{}", call.request.segments[..8].join("/"));
                return Err(not_found(&id));
            }
            match method {
                "GET" => Ok(Reply::json(200, shown(call, &call.world.arcs[&key], true))),
                "PATCH" => patch(call, &key),
                "DELETE" => delete(call, &key),
                _ => Err(method_not_allowed(call)),
            }
        }
        _ => Err(error::not_emulated("actions on Arc machines")),
    }
}

/// `GET /subscriptions/{id}/providers/Microsoft.HybridCompute/machines`.
pub(crate) fn list_all(call: &mut Call<'_>, subscription: &str) -> Answer {
    Ok(list(call, format!("/subscriptions/{subscription}/")))
}

/// Rows have no extensions.
fn list(call: &Call<'_>, prefix: String) -> Reply {
    let rows = page::beneath(call, &call.world.arcs, prefix);
    page::page(call, rows, |it| shown(call, it, false))
}

/// Takes a machine away, with its extensions, its identity and what is granted at it.
pub(crate) fn remove(world: &mut World, key: &str) {
    let Some(gone) = world.arcs.remove(key) else {
        return;
    };
    let beneath = format!("{key}/");
    world
        .extensions
        .retain(|extension, _| !extension.starts_with(&beneath));
    world
        .assignments
        .retain(|_, it| !super::beneath_scope(&it.scope.to_lowercase(), key));
    if let Some(system) = gone.machine.identity.system {
        identity::forget(world, &system);
    }
}

/// Synchronous, and tags are replaced. Its other members are the agent's.
fn patch(call: &mut Call<'_>, key: &str) -> Answer {
    resource_group::check_stays(call.world, key)?;
    let tags = tags_of(call.request.object()?)?;
    if let (Some(tags), Some(arc)) = (tags, call.world.arcs.get_mut(key)) {
        arc.machine.tags = Some(tags);
        call.world.touch();
    }
    Ok(Reply::json(200, shown(call, &call.world.arcs[key], false)))
}

/// At once and without a body. The server itself keeps its agent.
fn delete(call: &mut Call<'_>, key: &str) -> Answer {
    remove(call.world, key);
    call.world.touch();
    Ok(Reply::empty(200))
}

/// A machine as answered; a single one comes with its extensions in full. All that the agent tells is text.
pub(crate) fn shown(call: &Call<'_>, arc: &ArcMachine, whole: bool) -> Value {
    let machine = &arc.machine;
    let family = match machine.os {
        Os::Windows => "windows",
        Os::Linux => "linux",
    };
    let (edition, product) = edition(machine);
    let mut properties = json!({
        "provisioningState": machine.provisioning_state,
        "agentVersion": "1.52.03039.2243",
        "lastStatusChange": clock::with_z(machine.changed),
        "errorDetails": [],
        "displayName": machine.computer_name,
        "machineFqdn": machine.computer_name,
        "osName": family,
        "osVersion": machine.os_version,
        "osType": family,
        "osSku": machine.os_name,
        "osEdition": edition,
        "osProfile": {"computerName": machine.computer_name},
        "vmId": named_guid(&machine.id, "agent"),
        "vmUuid": named_guid(&machine.id, "firmware").to_uppercase(),
        "domainName": machine.domain.as_deref().unwrap_or(match machine.os {
            Os::Windows => "WORKGROUP",
            Os::Linux => "unknown",
        }),
        "mssqlDiscovered": "false",
        "cloudMetadata": {"provider": "N/A"},
        "agentConfiguration": {"incomingConnectionsPorts": [], "extensionsAllowList": [], "extensionsBlockList": [],
            "proxyBypass": [], "extensionsEnabled": "true", "configMode": "full", "guestConfigurationEnabled": "true"},
        "serviceStatuses": {"extensionService": {"status": "running", "startupType": "automatic"}},
        "detectedProperties": {"cloudprovider": "N/A", "coreCount": "4", "productType": product},
    });
    for (name, value) in &arc.told {
        properties[name] = value.clone();
    }
    let status = match arc.status {
        ArcStatus::Connected => "Connected",
        ArcStatus::Disconnected => "Disconnected",
        ArcStatus::Expired => "Expired",
        ArcStatus::Error => "Error",
    };
    properties["status"] = json!(status);
    let mut shown = json!({"id": machine.id, "name": machine.name, "type": TYPE, "location": machine.location,
        "tags": machine.tags.clone().unwrap_or_default(), "properties": properties});
    if let Some(identity) = identity::shown(call, &machine.identity) {
        shown["identity"] = identity;
    }
    let extensions: Vec<Value> = call
        .world
        .extensions_of(&machine.id.to_lowercase())
        .map(|(_, it)| arc_extension::shown(it))
        .collect();
    if whole && !extensions.is_empty() {
        shown["resources"] = json!(extensions);
    }
    shown
}

/// The edition and the number that Windows has for it, as recorded (arm/FACTS.md 11); an agent on Linux knows neither. How it
/// tells of a Server Core is unverified against Azure, 2026-11-21.
fn edition(machine: &Machine) -> (&'static str, &'static str) {
    let name = machine.os_name.as_str();
    match machine.os {
        Os::Linux => ("unknown", "unknown"),
        Os::Windows if !name.contains("Server") => ("enterprise", "4"),
        Os::Windows if name.contains("Core") => ("serverdatacentercor", "12"),
        Os::Windows if name.contains("Standard") => ("serverstandard", "7"),
        Os::Windows => ("serverdatacenter", "8"),
    }
}
