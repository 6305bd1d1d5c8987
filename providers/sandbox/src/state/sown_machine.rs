//! Makes the machines of a world out of its seed.

use jiff::Timestamp;
use serde_json::{Map, json};

use super::sown::some_tags;
use super::{Extension, HandlerView, Identity, Machine, UserAssigned, clock, named_guid};
use crate::resources::handler;
use crate::seed::{self, ExtensionState, Os};

/// A machine of the seed; `system` is the object id of its identity.
pub(super) fn machine(
    tenant: &str,
    id: &str,
    seed: &seed::Machine,
    location: String,
    system: Option<String>,
    born: Timestamp,
) -> Machine {
    let computer_name = seed
        .computer_name
        .clone()
        .unwrap_or_else(|| seed.name.clone());
    let (os_name, os_version) = match seed.os {
        Os::Windows => ("Windows Server 2022 Datacenter", "10.0.20348.2700"),
        Os::Linux => ("ubuntu", "22.04"),
    };
    let os_name = seed.os_name.clone().unwrap_or_else(|| os_name.to_owned());
    let os_version = seed
        .os_version
        .clone()
        .unwrap_or_else(|| os_version.to_owned());
    Machine {
        id: id.to_owned(),
        name: seed.name.clone(),
        location,
        tags: some_tags(&seed.tags),
        identity: Identity {
            system,
            user: seed
                .user_assigned
                .iter()
                .map(|id| UserAssigned {
                    id: id.clone(),
                    settled: true,
                })
                .collect(),
        },
        members: Map::new(),
        properties: model(
            tenant,
            id,
            seed.os,
            [&os_name, &os_version],
            &computer_name,
            born,
        ),
        provisioning_state: "Succeeded".to_owned(),
        etag: 1,
        changed: born,
        os: seed.os,
        os_name,
        os_version,
        computer_name,
        power: seed.power,
        agent: seed.agent,
        registration: !seed.no_registration,
        keeps_failed_login: seed.keeps_failed_login,
        silent_looks: 0,
        password: None,
        domain: seed.domain.clone(),
    }
}

/// What is sown of an Arc machine: one that says nothing of its Windows runs one on which the login installs.
pub(super) fn on_arc(seed: &seed::Machine) -> seed::Machine {
    let mut seed = seed.clone();
    if seed.os == Os::Windows && seed.os_name.is_none() && seed.os_version.is_none() {
        seed.os_name = Some("Windows Server 2025 Datacenter".to_owned());
        seed.os_version = Some("10.0.26100.1742".to_owned());
    }
    seed
}

/// The model of a machine that someone made before: members and order of detail as in recorded answers. Its disk is named,
/// yet exists nowhere else.
fn model(
    tenant: &str,
    id: &str,
    os: Os,
    [os_name, os_version]: [&str; 2],
    computer_name: &str,
    born: Timestamp,
) -> Map<String, serde_json::Value> {
    let (group, name) = id
        .split_once("/providers/Microsoft.Compute/virtualMachines/")
        .unwrap_or((id, ""));
    let (family, image, size, configuration) = match os {
        Os::Windows => (
            "Windows",
            json!({"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer",
                "sku": format!("{}-datacenter-g2", year(os_name)), "version": "latest",
                "exactVersion": format!("{}.240906", os_version.trim_start_matches("10.0."))}),
            127,
            (
                "windowsConfiguration",
                json!({"provisionVMAgent": true, "enableAutomaticUpdates": true,
                    "patchSettings": {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault"}}),
            ),
        ),
        Os::Linux => (
            "Linux",
            json!({"publisher": "Canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts-gen2",
                "version": "latest", "exactVersion": "22.04.202409120"}),
            30,
            (
                "linuxConfiguration",
                json!({"disablePasswordAuthentication": true, "provisionVMAgent": true,
                    "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"}}),
            ),
        ),
    };
    let disk = format!(
        "{name}_OsDisk_1_{}",
        named_guid(tenant, id).replace('-', "")
    );
    let mut os_profile = json!({"computerName": computer_name, "adminUsername": "localadmin", "secrets": [],
        "allowExtensionOperations": true, "requireGuestProvisionSignal": true});
    os_profile[configuration.0] = configuration.1;
    let model = json!({
        "vmId": named_guid(tenant, &format!("vmId of {id}")),
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {
            "imageReference": image,
            "osDisk": {"osType": family, "name": disk, "createOption": "FromImage", "caching": "ReadWrite",
                "managedDisk": {"storageAccountType": "Premium_LRS",
                    "id": format!("{group}/providers/Microsoft.Compute/disks/{disk}")},
                "deleteOption": "Detach", "diskSizeGB": size},
            "dataDisks": [],
            "diskControllerType": "SCSI",
        },
        "osProfile": os_profile,
        "timeCreated": clock::with_offset(born),
    });
    match model {
        serde_json::Value::Object(model) => model,
        _ => Map::new(),
    }
}

/// An extension of the seed.
pub(super) fn extension(machine: &Machine, seed: &seed::Extension) -> Extension {
    let failed = seed.state == ExtensionState::Failed;
    let version = handler::running_version(&seed.kind, &seed.version);
    let view = match failed {
        false => HandlerView {
            version,
            failure: None,
            message: seed
                .message
                .clone()
                .unwrap_or_else(|| "Enable succeeded.".to_owned()),
        },
        true => HandlerView {
            failure: Some("1007".to_owned()),
            message: seed.message.clone().unwrap_or_else(|| {
                let handler = format!("{}.{}", seed.publisher, seed.kind);
                handler::install_failed(&handler, &seed.name, &version, seed.exit_code.unwrap_or(1))
            }),
            version,
        },
    };
    let mut properties = Map::new();
    properties.insert("publisher".to_owned(), json!(seed.publisher));
    properties.insert("type".to_owned(), json!(seed.kind));
    properties.insert("typeHandlerVersion".to_owned(), json!(seed.version));
    properties.insert("autoUpgradeMinorVersion".to_owned(), json!(true));
    Extension {
        id: format!("{}/extensions/{}", machine.id, seed.name),
        name: seed.name.clone(),
        location: machine.location.clone(),
        tags: None,
        properties,
        provisioning_state: if failed { "Failed" } else { "Succeeded" }.to_owned(),
        view: Some(view),
    }
}

/// The year in the name of a Windows Server, for the image that it was made from.
fn year(os_name: &str) -> &str {
    let mut words = os_name.split_whitespace();
    let is_year = |word: &&str| word.len() == 4 && word.starts_with("20");
    words.find(is_year).unwrap_or("2022")
}
