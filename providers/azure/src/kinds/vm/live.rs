//! A machine as its answer shows it.

use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::value::{Attributes, Value};

use super::{SCHEMA, wire, write};
use crate::kinds::login::{self, Host};
use crate::kinds::{Place, arm_id, health, tagged};

/// Under which key of the surroundings stands what was read for a machine before that is there.
pub(crate) fn ahead(machine: &Resource, manifest: &Manifest) -> Option<Key> {
    let id = arm_id(machine, manifest)?;
    Some(Key(format!("{}|ahead", id.key())))
}

/// Makes a machine's answer into values.
pub(crate) fn live(machine: &wire::Machine, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(machine.id.as_deref());
    live.attributes = tagged::attributes(&machine.tags);
    live.attributes.extend(attributes(machine));
    let os = machine.os().map_or(Value::Null, Value::Text);
    live.attributes.insert("os", os);
    let region = same::region(&machine.location);
    live.attributes.insert("location", region.into());
    live.stamp = machine.tags.estate();
    live.protected = machine.tags.is_protected();
    live.health = health(&machine.properties.provisioning_state, || machine.failure());
    live.facts = facts(machine);
    let lower = |id: &str| Value::Text(id.to_lowercase());
    let disks: Vec<Value> = machine.disks_that_go().map(lower).collect();
    let data: Vec<Value> = machine.data_disks_that_go().map(lower).collect();
    for (fact, ids) in [(DISKS, disks), (write::DATA_DISKS, data)] {
        if !ids.is_empty() {
            live.facts.insert(fact.to_owned(), Value::List(ids));
        }
    }
    live
}

/// Uninstalling the login disconnects the device (FACTS 8); whether its object goes too nobody has shown.
pub(super) fn device_left(live: &Live) -> Option<String> {
    let joined = live.facts.get("extensions")?.as_map()?.values();
    let joined = joined
        .filter_map(Value::as_text)
        .any(|kind| kind.ends_with(".AADLoginForWindows"));
    let name = live.facts.get("computer-name")?.as_text()?;
    joined.then(|| {
            format!(
                "look afterwards whether a device `{name}` is left in the directory: it would keep another machine of this name from joining"
            )
        })
}

/// The texts of a list.
pub(super) fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match list {
        Some(Value::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(Value::as_text)
}

/// The fact that names the disks which go with a machine.
pub(super) const DISKS: &str = "disks";

/// What a machine shows of its own declared attributes. Of those that are settled for good, what it does not tell is left out: a
/// machine that is deallocated tells nothing of its disk, and one that was made from a disk nothing of its image.
pub(super) fn attributes(machine: &wire::Machine) -> Attributes {
    let properties = &machine.properties;
    let disk = &properties.storage_profile.os_disk;
    let sort = disk
        .managed_disk
        .as_ref()
        .and_then(|disk| disk.storage_account_type.clone());
    let zone = machine.zones.iter().flatten().next().cloned();
    let told = [
        ("image", machine.exact_image().map(Value::Text)),
        (
            "admin",
            properties
                .os_profile
                .admin_username
                .clone()
                .map(Value::Text),
        ),
        ("os-disk.size-gb", disk.disk_size.map(Value::Integer)),
        ("os-disk.type", sort.map(Value::Text)),
        ("nic", machine.interface().map(Value::Text)),
        // No zone is an answer.
        ("zone", Some(zone.map_or(Value::Null, Value::Text))),
        (
            "size",
            Some(machine.size().map_or(Value::Null, Value::from)),
        ),
        (
            "computer-name",
            properties.os_profile.computer_name.clone().map(Value::Text),
        ),
    ];
    told.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// What a machine tells besides, by the names under which rules and screens ask for it; absent ones are not known.
fn facts(machine: &wire::Machine) -> Attributes {
    let view = &machine.properties.instance_view;
    let texts = [
        ("power", machine.power()),
        ("agent", Some(machine.agent().to_owned())),
        ("os", machine.os()),
        ("interface", machine.interface()),
        ("os-name", view.os_name.clone()),
        ("os-version", view.os_version.clone()),
        ("computer-name", machine.computer_name()),
        (
            "principal-id",
            machine
                .identity
                .principal_id
                .as_ref()
                .map(|id| id.to_lowercase()),
        ),
        (
            "tenant-id",
            machine
                .identity
                .tenant_id
                .as_ref()
                .map(|id| id.to_lowercase()),
        ),
        ("location", Some(machine.location.clone())),
        ("image", machine.image()),
        ("own-image", machine.own_image()),
        (
            "extension-operations",
            machine.extension_operations().map(str::to_owned),
        ),
    ];
    let mut facts: Attributes = texts
        .into_iter()
        .filter_map(|(name, value)| Some((name, Value::Text(value?))))
        .collect();
    facts.extend(login::neighbours(machine));
    facts.extend(machine.handlers().map(|handlers| {
        let handlers = handlers.into_iter().map(Value::from).collect();
        ("agent-handlers", Value::List(handlers))
    }));
    facts
}
