//! Template deployments, as `az vm create` sends them (azure-cli 2.91.0, seen 2026-11-21; see WITNESS.md).

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Got, Stage, group_id, seed};

fn id() -> String {
    format!(
        "{}/providers/Microsoft.Resources/deployments/vm_deploy_1",
        group_id()
    )
}

/// Everything around a machine, in an order that has to be found.
fn template() -> Value {
    json!({"$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"adminPassword": {"type": "securestring"}, "vm": {"type": "string", "defaultValue": "web02"}},
        "variables": {"nic": "[concat(parameters('vm'), 'VMNic')]"},
        "resources": [
            {"type": "Microsoft.Compute/virtualMachines", "name": "[parameters('vm')]", "apiVersion": "2026-04-01",
                "location": "[resourceGroup().location]", "tags": {}, "identity": {"type": "SystemAssigned"},
                "dependsOn": ["[concat('Microsoft.Network/networkInterfaces/', variables('nic'))]"],
                "properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v5"},
                    "networkProfile": {"networkInterfaces": [{"id":
                        "[resourceId('Microsoft.Network/networkInterfaces', variables('nic'))]",
                        "properties": {"deleteOption": null}}]},
                    "storageProfile": {"osDisk": {"createOption": "fromImage", "name": null, "caching": "ReadWrite",
                        "managedDisk": {"storageAccountType": null}},
                        "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer",
                            "sku": "2022-datacenter-g2", "version": "latest"}},
                    "osProfile": {"computerName": "[parameters('vm')]", "adminUsername": "kim",
                        "adminPassword": "[parameters('adminPassword')]"}}},
            {"type": "Microsoft.Network/networkInterfaces", "name": "[variables('nic')]", "apiVersion": "2015-06-15",
                "location": "westeurope", "dependsOn": ["Microsoft.Network/virtualNetworks/vnet"],
                "properties": {"ipConfigurations": [{"name": "main", "properties": {"subnet": {"id":
                    "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 'a')]"}}}]}},
            {"type": "Microsoft.Network/virtualNetworks", "name": "vnet", "apiVersion": "2015-06-15",
                "location": "westeurope", "dependsOn": [], "properties": {
                    "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                    "subnets": [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]}}],
        "outputs": {"address": {"type": "string", "value":
            "[reference(resourceId('Microsoft.Network/networkInterfaces', variables('nic'))).ipConfigurations[0].properties.privateIPAddress]"}}})
}

fn body(template: Value) -> Value {
    json!({"properties": {"mode": "incremental", "template": template,
        "parameters": {"adminPassword": {"value": "Correct-horse1"}}}})
}

async fn end(stage: &Stage, got: &Got) -> Value {
    loop {
        let url = &got.headers["azure-asyncoperation"];
        let polled = stage.raw(Method::GET, url, &stage.arm, None).await;
        if polled.body["status"] != "Running" {
            return polled.body;
        }
    }
}

#[tokio::test]
async fn a_template_makes_a_machine_and_all_around_it() {
    let stage = Stage::new(seed()).await;
    let put = stage.put(&id(), body(template())).await;
    assert_eq!(put.status, 201, "{:?}", put.body);
    assert_eq!(put.body["properties"]["provisioningState"], "Accepted");
    assert_eq!(end(&stage, &put).await, json!({"status": "Succeeded"}));
    let machine = format!(
        "{}/providers/Microsoft.Compute/virtualMachines/web02",
        group_id()
    );
    let machine = stage.get(&machine).await.body;
    assert_eq!(machine["properties"]["provisioningState"], "Succeeded");
    assert_eq!(machine["identity"]["type"], "SystemAssigned");
    let live = stage.get(&id()).await.body;
    assert_eq!(
        live["properties"]["outputs"]["address"]["value"],
        "10.0.0.4"
    );
    assert_eq!(
        live["properties"]["outputResources"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let steps = stage.get(&format!("{}/operations", id())).await;
    let kinds: Vec<&Value> = steps
        .rows()
        .iter()
        .map(|it| &it["properties"]["targetResource"]["resourceType"])
        .collect();
    assert_eq!(
        kinds,
        [
            "Microsoft.Network/virtualNetworks",
            "Microsoft.Network/networkInterfaces",
            "Microsoft.Compute/virtualMachines"
        ]
    );
    assert_eq!(stage.put(&id(), body(template())).await.status, 200);
}

#[tokio::test]
async fn no_answer_holds_a_secret() {
    let stage = Stage::new(seed()).await;
    let put = stage.put(&id(), body(template())).await;
    let live = stage.get(&id()).await;
    for answer in [&put, &live] {
        assert!(!answer.body.to_string().contains("Correct-horse1"));
        let told = &answer.body["properties"]["parameters"];
        assert_eq!(told["adminPassword"], json!({"type": "SecureString"}));
        assert_eq!(told["vm"], json!({"type": "String", "value": "web02"}));
    }
}

#[tokio::test]
async fn a_resource_that_is_refused_ends_the_deployment() {
    let stage = Stage::new(seed()).await;
    let mut wrong = template();
    wrong["resources"][0]["properties"]["osProfile"]["adminUsername"] = json!("administrator");
    let put = stage.put(&id(), body(wrong)).await;
    assert_eq!(put.status, 201);
    let ended = end(&stage, &put).await;
    assert_eq!(
        (&ended["status"], &ended["error"]["code"]),
        (&json!("Failed"), &json!("DeploymentFailed"))
    );
    assert_eq!(ended["error"]["details"][0]["target"], "adminUsername");
    let live = stage.get(&id()).await.body;
    assert_eq!(live["properties"]["provisioningState"], "Failed");
    // What was made before stays.
    let network = format!(
        "{}/providers/Microsoft.Network/virtualNetworks/vnet",
        group_id()
    );
    assert_eq!(stage.get(&network).await.status, 200);
}

#[tokio::test]
async fn what_a_template_cannot_say_here_is_named() {
    let stage = Stage::new(seed()).await;
    let with = |pointer: &str, value: Value| {
        let mut template = template();
        *template.pointer_mut(pointer).unwrap() = value;
        body(template)
    };
    for (body, word) in [
        (
            with("/resources/2/name", json!("[listKeys('x')]")),
            "template function 'listKeys'",
        ),
        (
            with("/resources/2/name", json!("[parameters('none')]")),
            "template parameter 'none'",
        ),
        (
            with("/resources/2/name", json!("[concat('a']")),
            "is expected at",
        ),
        (
            with(
                "/resources/2/dependsOn",
                json!(["Microsoft.Compute/virtualMachines/web02"]),
            ),
            "Circular dependency",
        ),
        (
            with("/resources/2/dependsOn", json!(["nobody"])),
            "'nobody' is not defined",
        ),
        (
            with(
                "/resources/2/type",
                json!("Microsoft.Resources/deployments"),
            ),
            "deployments within",
        ),
        (
            with("/parameters/vm", json!({"type": "string"})),
            "template parameter 'vm'",
        ),
    ] {
        let got = stage.put(&id(), body.clone()).await;
        assert_eq!((got.status, got.code()), (400, "InvalidTemplate"), "{word}");
        assert!(got.message().contains(word), "{}", got.message());
        let validated = stage
            .send(Method::POST, &format!("{}/validate", id()), Some(body))
            .await;
        assert_eq!(validated.code(), "InvalidTemplate");
    }
}

#[tokio::test]
async fn a_validation_makes_nothing() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .send(
            Method::POST,
            &format!("{}/validate", id()),
            Some(body(template())),
        )
        .await;
    assert_eq!(
        (got.status, &got.body["properties"]["provisioningState"]),
        (200, &json!("Succeeded"))
    );
    assert_eq!(stage.get(&id()).await.code(), "DeploymentNotFound");
    let network = format!(
        "{}/providers/Microsoft.Network/virtualNetworks/vnet",
        group_id()
    );
    assert_eq!(stage.get(&network).await.status, 404);
}

#[tokio::test]
async fn a_template_has_the_rights_of_its_caller() {
    let mut seed = seed();
    seed.tenants[0].callers[0].deny = vec!["Microsoft.Network/networkInterfaces/write".to_owned()];
    let stage = Stage::new(seed).await;
    let put = stage.put(&id(), body(template())).await;
    let ended = end(&stage, &put).await;
    assert_eq!(ended["error"]["details"][0]["code"], "AuthorizationFailed");
}
