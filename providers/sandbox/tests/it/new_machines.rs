//! Machines that a PUT makes.

use serde_json::{Value, json};

use crate::stage::{Got, Stage, group_id, login, machine_id, seed};

fn network(path: &str) -> String {
    format!("{}/providers/Microsoft.Network/{path}", group_id())
}

fn id() -> String {
    machine_id().replace("web01", "web02")
}

fn nic() -> String {
    network("networkInterfaces/web02-nic")
}

/// A Windows machine as clients send it.
fn body() -> Value {
    json!({"location": "westeurope", "properties": {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {"imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer",
            "sku": "2022-datacenter-g2", "version": "latest"},
            "osDisk": {"createOption": "fromImage", "name": null, "managedDisk": {"storageAccountType": "Premium_LRS"}}},
        "osProfile": {"computerName": "WEB02", "adminUsername": "kim", "adminPassword": "Correct-horse1"},
        "networkProfile": {"networkInterfaces": [{"id": nic(), "properties": {"deleteOption": "Delete"}}]}}})
}

async fn done(stage: &Stage, got: Got) -> Value {
    assert!((200..300).contains(&got.status), "{:?}", got.body);
    stage.finish(&got).await;
    got.body
}

/// A sandbox with a network and an interface that no machine has yet.
async fn stage() -> Stage {
    let stage = Stage::new(seed()).await;
    let net = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "servers", "properties": {"addressPrefix": "10.0.0.0/24"}}]}});
    done(
        &stage,
        stage.put(&network("virtualNetworks/vnet"), net).await,
    )
    .await;
    let subnet = network("virtualNetworks/vnet/subnets/servers");
    let nic_body = json!({"location": "westeurope", "properties": {"ipConfigurations": [{"name": "main",
        "properties": {"subnet": {"id": subnet}}}]}});
    done(&stage, stage.put(&nic(), nic_body).await).await;
    stage
}

#[tokio::test]
async fn a_machine_is_made_with_all_that_the_service_adds() {
    let stage = stage().await;
    let mut with = body();
    with["identity"] = json!({"type": "SystemAssigned"});
    with["zones"] = json!(["1"]);
    let put = stage.put(&id(), with).await;
    assert_eq!(
        (put.status, &put.headers["retry-after"]),
        (201, &"0".to_owned())
    );
    let made = &put.body["properties"];
    assert_eq!(made["provisioningState"], "Creating");
    assert_eq!(made["storageProfile"]["osDisk"].get("name"), None);
    assert_eq!(made["storageProfile"]["osDisk"]["osType"], "Windows");
    assert_eq!(
        made["storageProfile"]["imageReference"]["exactVersion"],
        "20348.2700.240906"
    );
    // In the first answer already, as recorded.
    assert!(put.body["identity"]["principalId"].is_string());
    stage.finish(&put).await;
    let live = stage.get(&id()).await.body;
    let properties = &live["properties"];
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert_eq!(live["zones"], json!(["1"]));
    assert!(properties["vmId"].is_string() && properties["timeCreated"].is_string());
    assert_eq!(
        properties["osProfile"],
        json!({"computerName": "WEB02", "adminUsername": "kim", "secrets": [], "allowExtensionOperations": true,
            "requireGuestProvisionSignal": true, "windowsConfiguration": {"provisionVMAgent": true,
                "enableAutomaticUpdates": true,
                "patchSettings": {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault"}}})
    );
    let disk = properties["storageProfile"]["osDisk"]["managedDisk"]["id"]
        .as_str()
        .unwrap();
    let disk = stage.get(disk).await.body;
    assert_eq!(
        (&disk["managedBy"], &disk["properties"]["diskState"]),
        (&json!(id()), &json!("Attached"))
    );
}

#[tokio::test]
async fn an_interface_knows_its_machine_and_has_an_address_for_it() {
    let stage = stage().await;
    let before = stage.get(&nic()).await.body;
    assert_eq!(before["properties"].get("macAddress"), None);
    done(&stage, stage.put(&id(), body()).await).await;
    let after = stage.get(&nic()).await.body;
    assert_eq!(after["properties"]["virtualMachine"], json!({"id": id()}));
    assert_eq!(after["properties"]["primary"], true);
    assert!(
        after["properties"]["macAddress"]
            .as_str()
            .unwrap()
            .starts_with("00-0D-3A-")
    );
    assert_ne!(before["etag"], after["etag"]);
    let busy = stage.delete(&nic()).await;
    assert_eq!((busy.status, busy.code()), (400, "NicInUse"));
    let other = stage.put(&id().replace("web02", "web03"), body()).await;
    assert_eq!((other.status, other.code()), (400, "NicInUse"));
}

#[tokio::test]
async fn the_agent_of_a_new_machine_reports_some_looks_later() {
    let stage = stage().await;
    done(&stage, stage.put(&id(), body()).await).await;
    let view = format!("{}/instanceView", id());
    let first = stage.get(&view).await.body;
    assert_eq!(
        first["vmAgent"]["statuses"][0]["code"],
        "ProvisioningState/Unavailable"
    );
    assert_eq!(first["statuses"][1]["code"], "PowerState/running");
    let second = stage.get(&view).await.body;
    assert_eq!(second["vmAgent"]["statuses"][0]["displayStatus"], "Ready");
    assert_eq!(second["osName"], "Windows Server 2022 Datacenter");
    assert_eq!(second["computerName"], "WEB02");
}

#[tokio::test]
async fn the_login_works_on_a_new_machine_as_on_an_old_one() {
    let stage = stage().await;
    let mut with = body();
    with["identity"] = json!({"type": "SystemAssigned"});
    done(&stage, stage.put(&id(), with).await).await;
    let put = stage
        .put(&format!("{}/extensions/AADLoginForWindows", id()), login())
        .await;
    assert_eq!(stage.finish(&put).await.body["status"], "Succeeded");
    let devices = stage
        .look_up("/devices?$filter=displayName eq 'WEB02'")
        .await;
    assert_eq!(devices.rows().len(), 1);
}

#[tokio::test]
async fn a_linux_machine_has_another_profile() {
    let stage = stage().await;
    let mut with = body();
    with["properties"]["storageProfile"]["imageReference"] = json!({"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"});
    with["properties"]["osProfile"] = json!({"computerName": "web02", "adminUsername": "kim", "linuxConfiguration": {
        "disablePasswordAuthentication": true, "ssh": {"publicKeys": [{"path": "/home/kim/.ssh/authorized_keys",
            "keyData": "ssh-rsa AAAA"}]}}});
    done(&stage, stage.put(&id(), with).await).await;
    let live = stage.get(&id()).await.body;
    assert_eq!(
        live["properties"]["storageProfile"]["osDisk"]["osType"],
        "Linux"
    );
    assert_eq!(
        live["properties"]["osProfile"]["linuxConfiguration"]["disablePasswordAuthentication"],
        true
    );
}

#[tokio::test]
async fn what_azure_refuses_is_refused() {
    let stage = stage().await;
    let with = |pointer: &str, value: Value| {
        let mut body = body();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let image = "/properties/storageProfile/imageReference/publisher";
    let nics = "/properties/networkProfile/networkInterfaces";
    for (body, code) in [
        (
            with("/properties/hardwareProfile", Value::Null),
            "InvalidParameter",
        ),
        (
            with("/properties/osProfile/adminPassword", json!("simple")),
            "InvalidParameter",
        ),
        (
            with(
                "/properties/osProfile/computerName",
                json!("longer-than-15-letters"),
            ),
            "InvalidParameter",
        ),
        (with(image, json!("nobody")), "PlatformImageNotFound"),
        (with(nics, json!([])), "InvalidParameter"),
        (
            with(nics, json!([{"id": network("networkInterfaces/none")}])),
            "InvalidResourceReference",
        ),
        (with("/location", Value::Null), "LocationRequired"),
    ] {
        let got = stage.put(&id(), body).await;
        assert_eq!(got.code(), code, "{}", got.message());
    }
    assert_eq!(stage.get(&id()).await.status, 404);
}

#[tokio::test]
async fn what_a_machine_keeps_for_life_cannot_be_changed() {
    let stage = stage().await;
    done(&stage, stage.put(&id(), body()).await).await;
    assert_eq!(stage.put(&id(), body()).await.status, 200);
    for (pointer, value, target) in [
        (
            "/properties/osProfile/computerName",
            json!("WEB03"),
            "computerName",
        ),
        (
            "/properties/osProfile/adminPassword",
            json!("Other-horse22"),
            "adminPassword",
        ),
        (
            "/properties/storageProfile/imageReference/sku",
            json!("2019-datacenter"),
            "sku",
        ),
    ] {
        let mut changed = body();
        *changed.pointer_mut(pointer).unwrap() = value;
        let got = stage.put(&id(), changed).await;
        assert_eq!((got.status, got.code()), (409, "PropertyChangeNotAllowed"));
        assert_eq!(got.body["error"]["target"], target);
    }
    let mut moved = body();
    moved["zones"] = json!(["2"]);
    assert_eq!(
        stage.put(&id(), moved).await.code(),
        "PropertyChangeNotAllowed"
    );
    let larger = json!({"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}}});
    let larger = done(&stage, stage.patch(&id(), larger).await).await;
    assert_eq!(
        larger["properties"]["hardwareProfile"]["vmSize"],
        "Standard_D4s_v5"
    );
}

#[tokio::test]
async fn a_machine_takes_along_what_is_marked_so() {
    let stage = stage().await;
    done(&stage, stage.put(&id(), body()).await).await;
    let live = stage.get(&id()).await.body;
    let disk = live["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]
        .as_str()
        .unwrap();
    let busy = stage.delete(disk).await;
    assert_eq!((busy.status, busy.code()), (409, "OperationNotAllowed"));
    let gone = stage.delete(&id()).await;
    stage.finish(&gone).await;
    assert_eq!(stage.get(&nic()).await.status, 404);
    let left = stage.get(disk).await.body;
    assert_eq!(left["properties"]["diskState"], "Unattached");
    assert_eq!(stage.delete(disk).await.status, 200);
}

#[tokio::test]
async fn an_image_tells_its_versions() {
    let stage = stage().await;
    let versions = format!(
        "/subscriptions/{}/providers/Microsoft.Compute/locations/westeurope/publishers/MicrosoftWindowsServer/artifacttypes/\
         vmimage/offers/WindowsServer/skus/2022-datacenter-g2/versions",
        crate::stage::SUB
    );
    let list = stage.get(&versions).await.body;
    assert_eq!(list[0]["name"], "20348.2700.240906");
    let one = stage
        .get(&format!("{versions}/20348.2700.240906"))
        .await
        .body;
    assert_eq!(
        one["properties"]["osDiskImage"]["operatingSystem"],
        "Windows"
    );
    let none = stage
        .get(&versions.replace("2022-datacenter-g2", "none"))
        .await;
    assert_eq!((none.status, none.code()), (404, "PlatformImageNotFound"));
}
