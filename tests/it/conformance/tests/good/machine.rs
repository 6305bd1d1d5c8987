//! Exchanges about one machine: its identity, its login extension, its tags.

use serde_json::{Value, json};

use super::super::{row, sent};
use super::{PRINCIPAL, SUB, VM, started, with};

pub(super) fn machine() -> Vec<Value> {
    let poll = format!(
        "{SUB}/providers/Microsoft.Compute/locations/westeurope/operations/5b602c02-9ad6-48ad-961f-0d452249ef58?p=42&api-version=2024-07-01&t=1&s=x"
    );
    let extension_url = format!("{VM}/extensions/AADLoginForWindows?api-version=2024-07-01");
    let extension = |state: &str| {
        json!({
            "id": format!("{VM}/extensions/AADLoginForWindows"), "name": "AADLoginForWindows",
            "type": "Microsoft.Compute/virtualMachines/extensions", "location": "westeurope",
            "properties": {
                "publisher": "Microsoft.Azure.ActiveDirectory", "type": "AADLoginForWindows", "typeHandlerVersion": "1.0",
                "autoUpgradeMinorVersion": true, "settings": {"mdmId": ""}, "provisioningState": state
            }
        })
    };
    let put = json!({"location": "westeurope", "tags": {"vmlogin": "prod"}, "properties": {
        "publisher": "Microsoft.Azure.ActiveDirectory", "type": "AADLoginForWindows", "typeHandlerVersion": "1.0",
        "autoUpgradeMinorVersion": true, "enableAutomaticUpgrade": false, "settings": {"mdmId": ""}
    }});
    let patch = json!({"properties": {"autoUpgradeMinorVersion": true}});
    let done = json!({"startTime": "2026-11-21T10:00:00.1+00:00", "endTime": "2026-11-21T10:00:30+00:00", "status": "Succeeded", "name": "5b602c02-9ad6-48ad-961f-0d452249ef58"});
    let tags = json!({"operation": "Merge", "properties": {"tags": {"vmlogin": "prod"}}});
    let tagged = json!({"id": format!("{VM}/providers/Microsoft.Resources/tags/default"), "name": "default", "type": "Microsoft.Resources/tags", "properties": {"tags": {"vmlogin": "prod"}}});
    vec![
        with(
            row(
                0,
                "GET",
                &format!("{VM}?api-version=2024-07-01&%24expand=instanceView"),
            ),
            200,
            vm("None"),
        ),
        with(
            row(
                0,
                "GET",
                &format!("{VM}/instanceView?api-version=2024-07-01"),
            ),
            200,
            json!({"vmAgent": {"vmAgentVersion": "2.7"}, "statuses": [{"code": "PowerState/running", "level": "Info"}]}),
        ),
        started(
            sent(
                0,
                "PATCH",
                &format!("{VM}?api-version=2024-07-01"),
                json!({"identity": {"type": "SystemAssigned"}}),
            ),
            200,
            vm("SystemAssigned"),
            &poll,
        ),
        with(
            row(0, "GET", &poll),
            200,
            json!({"startTime": "2026-11-21T10:00:00.1+00:00", "status": "InProgress", "name": "5b602c02-9ad6-48ad-961f-0d452249ef58"}),
        ),
        with(row(0, "GET", &poll), 200, done),
        started(
            sent(
                0,
                "PATCH",
                &format!("{VM}?api-version=2024-07-01"),
                json!({"tags": {"vmlogin": "prod"}}),
            ),
            200,
            vm("SystemAssigned"),
            &poll,
        ),
        started(
            sent(0, "PUT", &extension_url, put),
            201,
            extension("Creating"),
            &poll,
        ),
        with(
            row(0, "GET", &format!("{extension_url}&$expand=instanceView")),
            200,
            extension("Succeeded"),
        ),
        with(
            row(0, "GET", &format!("{VM}/extensions?api-version=2024-07-01")),
            200,
            json!({"value": [extension("Succeeded")]}),
        ),
        started(
            sent(0, "PATCH", &extension_url, patch),
            200,
            extension("Updating"),
            &poll,
        ),
        started(row(0, "DELETE", &extension_url), 202, json!(null), &poll),
        with(
            sent(
                0,
                "PATCH",
                &format!("{VM}/providers/Microsoft.Resources/tags/default?api-version=2024-07-01"),
                tags,
            ),
            200,
            tagged,
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{SUB}/providers/Microsoft.Compute/locations/westeurope/publishers/Microsoft.Azure.ActiveDirectory/artifacttypes/vmextension/types/AADLoginForWindows/versions?api-version=2024-07-01"
                ),
            ),
            200,
            json!([]),
        ),
    ]
}

pub(super) fn vm(identity: &str) -> Value {
    let mut vm = json!({
        "id": VM, "name": "web01", "type": "Microsoft.Compute/virtualMachines", "location": "westeurope", "etag": "\"4\"",
        "resources": [{"id": format!("{VM}/extensions/AADLoginForWindows")}],
        "properties": {
            "vmId": "4a3b2c1d-0000-4000-8000-1a2b3c4d5e6f", "provisioningState": "Updating", "timeCreated": "2026-11-21T09:00:00.1+00:00",
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter", "version": "latest", "exactVersion": "20348.1"},
                "osDisk": {"osType": "Windows", "name": "os", "caching": "ReadWrite", "createOption": "FromImage", "deleteOption": "Detach", "diskSizeGB": 127},
                "dataDisks": []
            },
            "osProfile": {"computerName": "web01", "adminUsername": "azureuser", "secrets": [], "allowExtensionOperations": true, "requireGuestProvisionSignal": true}
        }
    });
    // A VM without an identity has no such member (OBSERVED.md 6).
    if identity != "None" {
        vm["identity"] = json!({"type": identity, "principalId": PRINCIPAL, "tenantId": PRINCIPAL});
    }
    vm
}
