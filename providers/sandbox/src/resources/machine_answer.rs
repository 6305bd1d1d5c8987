//! Virtual machines: how they are answered, casing quirks included (arm/OBSERVED.md 4, 5, 7).

use serde_json::{Map, Value, json};

use super::{extension, identity};
use crate::http::Call;
use crate::seed::{Agent, Power};
use crate::state::{Machine, clock};

/// How the name of the group is spelt in ids.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Casing<'a> {
    /// As it was made.
    Stored,
    /// In capitals, as the list of a subscription has it.
    Upper,
    /// As the request had it.
    Asked(&'a str),
}

impl Casing<'_> {
    /// An id with its group so spelt.
    pub(crate) fn apply(self, id: &str) -> String {
        let mut parts: Vec<String> = id.split('/').map(str::to_owned).collect();
        if let Some(group) = parts.get_mut(4) {
            *group = match self {
                Casing::Stored => return id.to_owned(),
                Casing::Upper => group.to_uppercase(),
                Casing::Asked(name) => name.to_owned(),
            };
        }
        parts.join("/")
    }
}

/// A machine with its extensions in full.
pub(crate) fn shown(call: &Call<'_>, machine: &Machine, casing: Casing<'_>) -> Value {
    let mut shown = base(call, machine, casing);
    let extensions: Vec<Value> = call
        .world
        .extensions_of(&machine.id.to_lowercase())
        .map(|(_, it)| extension::shown(it, casing, false))
        .collect();
    if !extensions.is_empty() {
        shown["resources"] = json!(extensions);
    }
    shown["etag"] = json!(format!("\"{}\"", machine.etag));
    shown
}

/// A row of a list: its extensions are ids only.
pub(crate) fn shown_in_list(
    call: &Call<'_>,
    machine: &Machine,
    casing: Casing<'_>,
    status: bool,
) -> Value {
    let mut shown = base(call, machine, casing);
    let extensions: Vec<Value> = call
        .world
        .extensions_of(&machine.id.to_lowercase())
        .map(|(_, it)| json!({"id": casing.apply(&it.id)}))
        .collect();
    if !extensions.is_empty() {
        shown["resources"] = json!(extensions);
    }
    if status {
        shown["properties"]["instanceView"] = status_only(call, machine);
    }
    shown
}

/// What runs, as the platform and the agent report it. A machine that is not running has no agent to report: that
/// product, version and extensions are then missing is unverified against Azure, 2026-11-21.
pub(crate) fn instance_view(call: &Call<'_>, machine: &Machine) -> Value {
    let (power, display) = match machine.power {
        Power::Running => ("running", "VM running"),
        Power::Stopped => ("stopped", "VM stopped"),
        Power::Deallocated => ("deallocated", "VM deallocated"),
    };
    let changed = clock::with_offset(machine.changed);
    let disk = machine
        .properties
        .get("storageProfile")
        .map(|it| &it["osDisk"]["name"]);
    let mut view = json!({
        "disks": [{"name": disk, "statuses": [{"code": "ProvisioningState/succeeded", "level": "Info",
            "displayStatus": "Provisioning succeeded", "time": changed}]}],
        "hyperVGeneration": "V2",
        "statuses": [
            {"code": format!("ProvisioningState/{}", machine.provisioning_state.to_lowercase()), "level": "Info",
                "displayStatus": format!("Provisioning {}", machine.provisioning_state.to_lowercase()), "time": changed},
            {"code": format!("PowerState/{power}"), "level": "Info", "displayStatus": display},
        ],
    });
    match (machine.power, machine.agent) {
        (Power::Deallocated, _) => {}
        (Power::Running, Agent::Ready) if machine.silent_looks == 0 => {
            reported(call, machine, &mut view)
        }
        _ => {
            view["vmAgent"] = json!({"vmAgentVersion": "Unknown", "statuses": [{
                "code": "ProvisioningState/Unavailable", "level": "Warning", "displayStatus": "Not Ready",
                "message": "VM status blob is found but not yet populated.",
                "time": clock::with_offset(call.pace.now)}]});
        }
    }
    view
}

/// Power and agent, without the extensions: that a list leaves those out is unverified against Azure, 2026-11-21.
fn status_only(call: &Call<'_>, machine: &Machine) -> Value {
    let mut view = instance_view(call, machine);
    if let Some(view) = view.as_object_mut() {
        view.remove("extensions");
    }
    if let Some(agent) = view.get_mut("vmAgent").and_then(Value::as_object_mut) {
        agent.remove("extensionHandlers");
    }
    view
}

fn reported(call: &Call<'_>, machine: &Machine, view: &mut Value) {
    view["computerName"] = json!(machine.computer_name);
    view["osName"] = json!(machine.os_name);
    view["osVersion"] = json!(machine.os_version);
    let key = machine.id.to_lowercase();
    let extensions: Vec<Value> = call
        .world
        .extensions_of(&key)
        .filter_map(|(_, it)| extension::instance_view(it))
        .collect();
    let handlers: Vec<Value> = extensions
        .iter()
        .map(|it| {
            json!({"type": it["type"], "typeHandlerVersion": it["typeHandlerVersion"],
                "status": {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready"}})
        })
        .collect();
    view["vmAgent"] = json!({"vmAgentVersion": "2.7.41491.1176", "extensionHandlers": handlers, "statuses": [{
        "code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready",
        "message": "GuestAgent is running and processing the extensions.",
        "time": clock::with_offset(call.pace.now)}]});
    if !extensions.is_empty() {
        view["extensions"] = json!(extensions);
    }
}

fn base(call: &Call<'_>, machine: &Machine, casing: Casing<'_>) -> Value {
    let mut properties = machine.properties.clone();
    properties.insert(
        "provisioningState".to_owned(),
        json!(machine.provisioning_state),
    );
    let mut shown: Map<String, Value> = machine.members.clone();
    shown.insert("name".to_owned(), json!(machine.name));
    shown.insert("id".to_owned(), json!(casing.apply(&machine.id)));
    shown.insert(
        "type".to_owned(),
        json!("Microsoft.Compute/virtualMachines"),
    );
    shown.insert("location".to_owned(), json!(machine.location));
    shown.insert("properties".to_owned(), properties.into());
    if let Some(tags) = &machine.tags {
        shown.insert("tags".to_owned(), json!(tags));
    }
    if let Some(identity) = identity::shown(call, &machine.identity) {
        shown.insert("identity".to_owned(), identity);
    }
    shown.into()
}
