//! Managed disks: made with their machine, and otherwise plain resources.

use serde_json::{Map, Value, json};

use crate::http::error;
use crate::http::reply::Reply;
use crate::state::{Machine, Resource, World, clock, named_guid};

/// The type of all of them.
pub(crate) const TYPE: &str = "Microsoft.Compute/disks";

/// The disk of the operating system of a machine whose creation has ended: from now on the machine tells its name and id
/// (arm/OBSERVED.md 5).
pub(super) fn made_for(world: &mut World, key: &str) {
    let Some(machine) = world.machines.get_mut(key) else {
        return;
    };
    let (group, _) = machine.id.split_once("/providers/").unwrap_or_default();
    let name = match machine.properties["storageProfile"]["osDisk"]["name"].as_str() {
        Some(name) => name.to_owned(),
        None => {
            let mark = named_guid(&machine.id, &machine.changed.to_string()).replace('-', "");
            format!("{}_OsDisk_1_{mark}", machine.name)
        }
    };
    let id = format!("{group}/providers/{TYPE}/{name}");
    let disk = &mut machine.properties["storageProfile"]["osDisk"];
    disk["name"] = json!(name);
    disk["managedDisk"]["id"] = json!(id);
    let made = resource(machine, id.clone(), name);
    world.resources.insert(id.to_lowercase(), made);
}

/// A machine is gone: its disks go with it, or are free.
pub(super) fn machine_gone(world: &mut World, machine: &Machine) {
    let storage = machine.properties.get("storageProfile");
    let storage = storage.cloned().unwrap_or_default();
    let data = storage["dataDisks"].as_array().into_iter().flatten();
    for disk in std::iter::once(&storage["osDisk"]).chain(data) {
        let Some(id) = disk["managedDisk"]["id"].as_str() else {
            continue;
        };
        if disk["deleteOption"] == "Delete" {
            super::managed_identity::remove(world, &id.to_lowercase());
        } else if let Some(held) = world.resources.get_mut(&id.to_lowercase()) {
            held.members.remove("managedBy");
            held.properties
                .insert("diskState".to_owned(), json!("Unattached"));
        }
    }
}

/// Refuses the deletion of a disk that a machine has, as recorded.
pub(super) fn check_free(held: &Resource) -> Result<(), Reply> {
    let user = held.members.get("managedBy").and_then(Value::as_str);
    let Some(user) = user.filter(|_| held.kind == TYPE) else {
        return Ok(());
    };
    Err(error::provider(
        409,
        "OperationNotAllowed",
        format!("Disk {} is attached to VM {user}.", held.name),
    ))
}

fn resource(machine: &Machine, id: String, name: String) -> Resource {
    let disk = &machine.properties["storageProfile"]["osDisk"];
    let image = &machine.properties["storageProfile"]["imageReference"];
    let unique = named_guid(&id, "uniqueId");
    let sku = disk["managedDisk"]["storageAccountType"].clone();
    let mut members = Map::from_iter([
        ("managedBy".to_owned(), json!(machine.id)),
        ("sku".to_owned(), json!({"name": sku, "tier": "Premium"})),
    ]);
    if let Some(zones) = machine.members.get("zones") {
        members.insert("zones".to_owned(), zones.clone());
    }
    let properties = json!({"osType": disk["osType"], "hyperVGeneration": "V2", "diskSizeGB": disk["diskSizeGB"],
        "creationData": {"createOption": "FromImage", "imageReference": image}, "diskState": "Attached",
        "timeCreated": clock::with_offset(machine.changed), "provisioningState": "Succeeded", "uniqueId": unique});
    Resource {
        id,
        name,
        kind: TYPE.to_owned(),
        location: machine.location.clone(),
        tags: machine.tags.clone(),
        members,
        properties: properties.as_object().cloned().unwrap_or_default(),
        version: 1,
    }
}
