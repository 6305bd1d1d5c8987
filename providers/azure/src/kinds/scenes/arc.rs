//! The same estate with an Arc-enabled machine instead of the virtual one.

use serde_json::json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::manifest::Manifest;

use super::{SUBSCRIPTION, TENANT, resource};
use crate::arm::ArmId;
use crate::kinds::{Place, arc_machine, login};

/// The estate as it is declared and as it is live, in full agreement.
pub(crate) fn estate() -> (Manifest, Inventory) {
    let (mut manifest, mut inventory) = super::estate();
    let kept = ["resource-group", "grant"];
    manifest.resources.retain(|it| kept.contains(&it.kind));
    inventory.live.retain(|(kind, _), _| kept.contains(kind));
    let group = Address::new("resource-group", ["core", "rg-web"]);
    let machine = machine();
    manifest.resources.extend([
        resource(machine.clone(), "arc-machine", "line1", group),
        resource(machine.child("login"), "login", "", machine.clone()),
    ]);
    let read = serde_json::from_value(body(&id())).unwrap();
    inventory.insert(arc_machine::live(&read, &place()));
    inventory.insert(login::live(&read, &place()).unwrap());
    (manifest, inventory)
}

/// The same before the login was installed.
pub(crate) fn without_login() -> (Manifest, Inventory) {
    let (manifest, mut inventory) = estate();
    inventory.live.retain(|(kind, _), _| *kind != "login");
    for live in inventory.live.values_mut() {
        live.facts.remove("extensions");
    }
    (manifest, inventory)
}

/// Declares one more machine with a login in the group.
pub(crate) fn twin(manifest: &mut Manifest, name: &str) {
    let group = Address::new("resource-group", ["core", "rg-web"]);
    let machine = Address::new("arc-machine", ["core", "rg-web", name]);
    manifest.resources.extend([
        resource(machine.clone(), "arc-machine", name, group),
        resource(machine.child("login"), "login", "", machine.clone()),
    ]);
}

pub(crate) fn machine() -> Address {
    Address::new("arc-machine", ["core", "rg-web", "line1"])
}

pub(crate) fn place() -> Place {
    Place {
        subscription: "core".to_owned(),
        address: machine(),
        name: "line1".to_owned(),
        id: id(),
    }
}

/// The machine's id.
pub(crate) fn id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource(arc_machine::TYPE, "line1")
}

/// A machine on which all is well, as ARM answers it.
pub(crate) fn body(id: &ArmId) -> serde_json::Value {
    json!({
        "id": id.to_string(),
        "name": "line1",
        "type": "Microsoft.HybridCompute/machines",
        "location": "westeurope",
        "tags": {},
        "identity": {"type": "SystemAssigned", "principalId": "99999999-9999-4999-8999-999999999999", "tenantId": TENANT},
        "properties": {
            "provisioningState": "Succeeded",
            "status": "Connected",
            "agentVersion": "1.52.03039.2243",
            "errorDetails": [],
            "osName": "windows",
            "osType": "windows",
            "osVersion": "10.0.26100.1742",
            "osSku": "Windows Server 2025 Standard",
            "osEdition": "serverstandard",
            "osProfile": {"computerName": "LINE1"},
            "domainName": "WORKGROUP",
            "agentConfiguration": {"extensionsAllowList": [], "extensionsBlockList": [], "extensionsEnabled": "true", "configMode": "full"},
            "serviceStatuses": {"extensionService": {"status": "running", "startupType": "automatic"}},
            "detectedProperties": {"productType": "7"},
        },
        "resources": [extension(id)],
    })
}

/// The login on it.
pub(crate) fn extension(machine: &ArmId) -> serde_json::Value {
    json!({
        "id": format!("{machine}/extensions/AADLogin"),
        "name": "AADLogin",
        "type": "Microsoft.HybridCompute/machines/extensions",
        "location": "westeurope",
        "properties": {
            "publisher": "Microsoft.Azure.ActiveDirectory",
            "type": "AADLoginForWindows",
            "typeHandlerVersion": "2.2.0.0",
            "autoUpgradeMinorVersion": true,
            "enableAutomaticUpgrade": true,
            "settings": {"mdmId": ""},
            "provisioningState": "Succeeded",
            "instanceView": {
                "name": "AADLogin",
                "type": "AADLoginForWindows",
                "typeHandlerVersion": "2.2.0.0",
                "status": {"code": "0", "level": "Information", "message": "Extension Message: joined"},
            },
        },
    })
}
