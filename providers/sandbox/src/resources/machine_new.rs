//! Virtual machines: how a new one comes to be.

use serde_json::{Value, json};

use super::machine_answer::{Casing, shown};
use super::{identity, location, tags_of};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::seed::{Agent, Os, Power};
use crate::state::{Identity, Machine, clock};

/// Members beside `properties` that a machine keeps as sent.
const MEMBERS: [&str; 4] = ["zones", "plan", "extendedLocation", "placement"];

/// A machine out of nothing but its own body: network interface and disk are taken as existing.
pub(crate) fn create(call: &mut Call<'_>, id: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    let Some(place) = body["location"].as_str() else {
        return Err(error::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let sent = &body["properties"];
    for needed in ["hardwareProfile", "storageProfile", "networkProfile"] {
        if !sent[needed].is_object() {
            return Err(error::targeted(
                400,
                "InvalidParameter",
                format!("Required parameter '{needed}' is missing (null)."),
                needed,
            ));
        }
    }
    let profile = &sent["osProfile"];
    let os = match (
        &profile["linuxConfiguration"],
        sent["storageProfile"]["osDisk"]["osType"].as_str(),
    ) {
        (Value::Object(_), _) | (_, Some("Linux")) => Os::Linux,
        _ => Os::Windows,
    };
    let mut properties = sent.as_object().cloned().unwrap_or_default();
    if let Some(profile) = properties
        .get_mut("osProfile")
        .and_then(Value::as_object_mut)
    {
        profile.remove("adminPassword");
        profile.insert("allowExtensionOperations".to_owned(), json!(true));
        profile.insert("requireGuestProvisionSignal".to_owned(), json!(true));
        profile.entry("secrets").or_insert(json!([]));
    }
    let family = if os == Os::Linux { "Linux" } else { "Windows" };
    properties["storageProfile"]["osDisk"]["osType"] = json!(family);
    properties.insert(
        "vmId".to_owned(),
        json!(call.world.new_guid(&call.bearer.tenant)),
    );
    properties.insert(
        "timeCreated".to_owned(),
        json!(clock::with_offset(call.pace.now)),
    );
    let name = id.rsplit('/').next().unwrap_or_default().to_owned();
    let sku = sent["storageProfile"]["imageReference"]["sku"]
        .as_str()
        .unwrap_or_default();
    let (os_name, os_version) = product(os, sku);
    let identity = identity::changed(call, &name, &Identity::default(), &body["identity"])?;
    let machine = Machine {
        id: id.to_owned(),
        computer_name: profile["computerName"].as_str().unwrap_or(&name).to_owned(),
        name,
        location: location::canonical(place),
        tags: tags_of(body)?,
        identity: identity.unwrap_or_default(),
        members: MEMBERS
            .iter()
            .filter_map(|it| Some(((*it).to_owned(), body.get(*it)?.clone())))
            .collect(),
        properties,
        provisioning_state: "Creating".to_owned(),
        etag: 1,
        changed: call.pace.now,
        os,
        os_name,
        os_version,
        power: Power::Running,
        agent: Agent::Ready,
        registration: true,
    };
    let place = machine.location.clone();
    call.world.machines.insert(key.to_owned(), machine);
    let operation = operation::begin(call, key, &place, Work::MachineUpdate { before: None });
    let reply = Reply::json(201, shown(call, &call.world.machines[key], Casing::Stored));
    let reply = operation::announce(call, &operation, false, reply);
    Ok(with_wait(reply, call.pace.wait(Some(10))))
}

/// What the agent of a new machine will report, by the words of its image.
fn product(os: Os, sku: &str) -> (String, String) {
    let sku = sku.to_lowercase();
    let (name, version) = match os {
        Os::Linux => ("ubuntu", "22.04"),
        Os::Windows if sku.contains("2016") => {
            ("Windows Server 2016 Datacenter", "10.0.14393.7259")
        }
        Os::Windows if sku.contains("2019") => {
            ("Windows Server 2019 Datacenter", "10.0.17763.6189")
        }
        Os::Windows if sku.contains("2025") => {
            ("Windows Server 2025 Datacenter", "10.0.26100.1742")
        }
        Os::Windows if sku.contains("win11") => ("Windows 11 Enterprise", "10.0.26100.1742"),
        Os::Windows => ("Windows Server 2022 Datacenter", "10.0.20348.2700"),
    };
    (name.to_owned(), version.to_owned())
}
