//! Virtual machines: how a new one comes to be.

use serde_json::{Map, Value, json};

use super::image::{self, Image};
use super::machine_answer::{Casing, shown};
use super::network::{self, reference};
use super::{disk, identity, os_profile, place_of, tags_of};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::seed::{Agent, Power};
use crate::state::{Identity, Machine, World, clock, named_guid};

/// Members beside `properties` that a machine keeps as sent.
pub(super) const MEMBERS: [&str; 4] = ["zones", "plan", "extendedLocation", "placement"];

/// Looks at its instance view until the agent of a new machine reports.
const SILENT_LOOKS: u32 = 2;

/// A machine out of its body. The network interfaces have to be there; its disk is made with it.
pub(crate) fn create(call: &mut Call<'_>, id: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    if call.request.header("if-match").is_some() {
        return Err(super::machine::precondition_failed());
    }
    let place = place_of(body, None)?;
    let sent = &body["properties"];
    check_shape(sent)?;
    interfaces(call.world, id, &place, sent)?;
    let name = id.rsplit('/').next().unwrap_or_default().to_owned();
    let image = image_of(&sent["storageProfile"], &sent["osProfile"])?;
    os_profile::check(&sent["osProfile"], image.os, &name)?;
    let mut properties = sent.as_object().cloned().unwrap_or_default();
    properties.retain(|_, value| !value.is_null());
    for never in ["provisioningState", "instanceView", "userData"] {
        properties.remove(never);
    }
    let profile = os_profile::kept(&sent["osProfile"], image.os, &name);
    let computer_name = profile["computerName"].as_str().unwrap_or(&name).to_owned();
    properties.insert("osProfile".to_owned(), profile);
    properties.insert("storageProfile".to_owned(), storage(sent, &image));
    let vm_id = call.world.new_guid(&call.bearer.tenant);
    let password = sent["osProfile"]["adminPassword"].as_str();
    let password = password.map(|it| named_guid(&vm_id, it));
    properties.insert("vmId".to_owned(), json!(vm_id));
    properties.insert(
        "timeCreated".to_owned(),
        json!(clock::with_offset(call.pace.now)),
    );
    let identity = identity::changed(call, &name, &Identity::default(), &body["identity"])?;
    let machine = Machine {
        id: id.to_owned(),
        computer_name,
        name,
        location: place.clone(),
        tags: tags_of(body)?,
        identity: identity.unwrap_or_default(),
        members: MEMBERS
            .iter()
            .filter_map(|it| Some(((*it).to_owned(), body.get(*it)?.clone())))
            .filter(|(_, value)| !value.is_null())
            .collect(),
        properties,
        provisioning_state: "Creating".to_owned(),
        etag: 1,
        changed: call.pace.now,
        os: image.os,
        os_name: image.os_name,
        os_version: image.os_version,
        power: Power::Running,
        agent: Agent::Ready,
        registration: true,
        keeps_failed_login: false,
        silent_looks: SILENT_LOOKS,
        password,
        domain: None,
    };
    call.world.machines.insert(key.to_owned(), machine);
    for id in interfaces_of(&call.world.machines[key].properties) {
        network::touch(call.world, &id);
    }
    let operation = operation::begin(call, key, &place, Work::MachineUpdate { before: None });
    let machine = &call.world.machines[key];
    let reply = Reply::json(201, shown(call, machine, Casing::Stored))
        .header("etag", format!("\"{}\"", machine.etag));
    let reply = operation::announce(call, &operation, false, reply);
    Ok(with_wait(reply, call.pace.wait(Some(10))))
}

/// The creation of a machine is over: its disk is there.
pub(super) fn ended(world: &mut World, key: &str) {
    disk::made_for(world, key);
}

/// The ids of the network interfaces of a machine.
pub(super) fn interfaces_of(properties: &Map<String, Value>) -> Vec<String> {
    let profile = properties.get("networkProfile");
    let all = profile.and_then(|it| it["networkInterfaces"].as_array());
    let all = all.into_iter().flatten().filter_map(reference::id_in);
    all.map(str::to_owned).collect()
}

fn check_shape(sent: &Value) -> Result<(), Reply> {
    for needed in ["hardwareProfile", "storageProfile", "networkProfile"] {
        if !sent[needed].is_object() {
            return Err(missing(needed));
        }
    }
    if sent["hardwareProfile"]["vmSize"]
        .as_str()
        .is_none_or(str::is_empty)
    {
        return Err(missing("vmSize"));
    }
    if !sent["networkProfile"]["networkInterfaceConfigurations"].is_null() {
        return Err(error::not_emulated(
            "network interfaces that are made with their machine",
        ));
    }
    match sent["storageProfile"]["osDisk"]["createOption"].as_str() {
        Some(option) if option.eq_ignore_ascii_case("FromImage") => {}
        None => return Err(missing("osDisk.createOption")),
        Some(_) => {
            return Err(error::not_emulated(
                "machines that are made of disks rather than images",
            ));
        }
    }
    match sent["osProfile"].is_object() {
        true => Ok(()),
        false => Err(missing("osProfile")),
    }
}

/// The interfaces exist in the region, nobody else has them, and one of several is the primary one. The last two answers are
/// unverified against Azure, 2026-11-21.
pub(super) fn interfaces(world: &World, id: &str, place: &str, sent: &Value) -> Result<(), Reply> {
    let all = sent["networkProfile"]["networkInterfaces"].as_array();
    let all = all.map_or(&[] as &[Value], Vec::as_slice);
    if all.is_empty() {
        return Err(missing("networkProfile.networkInterfaces"));
    }
    for interface in all {
        let Some(nic) = reference::id_in(interface) else {
            return Err(missing("networkProfile.networkInterfaces.id"));
        };
        reference::check(world, id, place, nic, "networkInterfaces")?;
        if let Some(other) = network::attached_to(world, nic)
            && !reference::same(&other.id, id)
        {
            return Err(error::provider(
                400,
                "NicInUse",
                format!(
                    "Network Interface {nic} is used by existing resource {}. A network interface has one virtual machine.",
                    other.id
                ),
            ));
        }
    }
    let primary = all.iter().filter(|it| it["properties"]["primary"] == true);
    if all.len() > 1 && primary.count() != 1 {
        return Err(error::provider(
            400,
            "VirtualMachineMustHaveOneNetworkInterfaceAsPrimary",
            format!("Virtual machine {id} must have one network interface set as the primary."),
        ));
    }
    Ok(())
}

/// What an image of a publisher brings; of one by id the profiles tell the family.
fn image_of(storage: &Value, profile: &Value) -> Result<Image, Reply> {
    let reference = &storage["imageReference"];
    let text = |member: &str| reference[member].as_str();
    if let (Some(publisher), Some(offer), Some(sku)) =
        (text("publisher"), text("offer"), text("sku"))
    {
        return image::find(publisher, offer, sku).ok_or_else(|| image::not_found(reference));
    }
    if text("id").is_none() {
        return Err(missing("imageReference"));
    }
    let linux = profile["linuxConfiguration"].is_object() || storage["osDisk"]["osType"] == "Linux";
    let like = match linux {
        true => image::find("canonical", "", "22_04"),
        false => image::find("microsoftwindowsserver", "", "2022"),
    };
    like.ok_or_else(|| image::not_found(reference))
}

/// The storage profile with what the service adds; name and id of the disk come when the machine is there.
fn storage(sent: &Value, image: &Image) -> Value {
    let mut storage = sent["storageProfile"].clone();
    let reference = &mut storage["imageReference"];
    let exact = match reference["version"].as_str() {
        None | Some("latest") => json!(image.exact),
        Some(version) => json!(version),
    };
    if reference["publisher"].is_string() {
        if reference["version"].is_null() {
            reference["version"] = json!("latest");
        }
        reference["exactVersion"] = exact;
    }
    let sent = storage["osDisk"].clone();
    let mut disk = json!({"osType": image::family(image.os), "createOption": "FromImage", "caching": "ReadWrite",
        "deleteOption": "Detach", "diskSizeGB": image.disk});
    for (name, value) in sent.as_object().into_iter().flatten() {
        if !value.is_null() && !["osType", "createOption"].contains(&name.as_str()) {
            disk[name.as_str()] = value.clone();
        }
    }
    if disk["managedDisk"]["storageAccountType"].is_null() {
        disk["managedDisk"]["storageAccountType"] = json!("Premium_LRS");
    }
    if let Some(managed) = disk["managedDisk"].as_object_mut() {
        managed.retain(|_, value| !value.is_null());
    }
    storage["osDisk"] = disk;
    if storage["dataDisks"].is_null() {
        storage["dataDisks"] = json!([]);
    }
    if storage["diskControllerType"].is_null() {
        storage["diskControllerType"] = json!("SCSI");
    }
    storage
}

fn missing(what: &str) -> Reply {
    error::targeted(
        400,
        "InvalidParameter",
        format!("Required parameter '{what}' is missing (null)."),
        what,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Os;

    #[test]
    fn an_image_by_id_has_the_family_of_its_profiles() {
        let storage = json!({"imageReference": {"id": "/x"}, "osDisk": {}});
        let linux = image_of(&storage, &json!({"linuxConfiguration": {}})).map(|it| it.os);
        assert_eq!(linux.ok(), Some(Os::Linux));
        let windows = image_of(&storage, &json!({})).map(|it| it.os);
        assert_eq!(windows.ok(), Some(Os::Windows));
    }
}
