//! Network interfaces and public addresses.

use serde_json::{Value, json};

use crate::stage::{Got, Stage, group_id, seed};

fn id(kind: &str, name: &str) -> String {
    format!("{}/providers/Microsoft.Network/{kind}/{name}", group_id())
}

fn subnet() -> String {
    format!("{}/subnets/servers", id("virtualNetworks", "vnet"))
}

fn nic(configuration: Value) -> Value {
    let mut properties = json!({"subnet": {"id": subnet()}});
    for (name, value) in configuration.as_object().into_iter().flatten() {
        properties[name.as_str()] = value.clone();
    }
    json!({"location": "westeurope", "properties": {"ipConfigurations": [{"name": "main", "properties": properties}]}})
}

async fn stage() -> Stage {
    let stage = Stage::new(seed()).await;
    let network = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "servers", "properties": {"addressPrefix": "10.0.0.0/29"}}]}});
    done(
        &stage,
        stage.put(&id("virtualNetworks", "vnet"), network).await,
    )
    .await;
    stage
}

async fn done(stage: &Stage, got: Got) -> Value {
    assert!((200..300).contains(&got.status), "{:?}", got.body);
    stage.finish(&got).await;
    got.body
}

fn address(body: &Value) -> &str {
    body["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
        .as_str()
        .unwrap_or_default()
}

#[tokio::test]
async fn interfaces_get_the_first_free_addresses_of_their_subnet() {
    let stage = stage().await;
    let first = stage
        .put(&id("networkInterfaces", "one"), nic(json!({})))
        .await;
    assert_eq!(first.status, 201);
    assert_eq!(first.body["properties"]["provisioningState"], "Succeeded");
    assert!(first.headers.contains_key("azure-asyncoperation"));
    assert_eq!(address(&first.body), "10.0.0.4");
    done(&stage, first).await;
    let second =
        nic(json!({"privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.0.5"}));
    done(
        &stage,
        stage.put(&id("networkInterfaces", "two"), second).await,
    )
    .await;
    let third = done(
        &stage,
        stage
            .put(&id("networkInterfaces", "three"), nic(json!({})))
            .await,
    )
    .await;
    assert_eq!(address(&third), "10.0.0.6");
    let fourth = stage
        .put(&id("networkInterfaces", "four"), nic(json!({})))
        .await;
    assert_eq!((fourth.status, fourth.code()), (400, "SubnetIsFull"));
    let again = done(
        &stage,
        stage
            .put(&id("networkInterfaces", "one"), nic(json!({})))
            .await,
    )
    .await;
    assert_eq!(address(&again), "10.0.0.4");
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_refused() {
    let stage = stage().await;
    let fixed = |address: &str| {
        nic(json!({"privateIPAllocationMethod": "Static", "privateIPAddress": address}))
    };
    done(
        &stage,
        stage
            .put(&id("networkInterfaces", "one"), fixed("10.0.0.4"))
            .await,
    )
    .await;
    let taken = stage
        .put(&id("networkInterfaces", "two"), fixed("10.0.0.4"))
        .await;
    assert_eq!(
        (taken.status, taken.code()),
        (400, "PrivateIPAddressIsAllocated")
    );
    let outside = stage
        .put(&id("networkInterfaces", "two"), fixed("10.0.9.4"))
        .await;
    assert_eq!(
        (outside.status, outside.code()),
        (400, "PrivateIPAddressNotInSubnet")
    );
    let lost = json!({"location": "westeurope", "properties": {"ipConfigurations": [{"name": "main",
        "properties": {"subnet": {"id": subnet().replace("servers", "other")}}}]}});
    let lost = stage.put(&id("networkInterfaces", "two"), lost).await;
    assert_eq!(
        (lost.status, lost.code()),
        (400, "InvalidResourceReference")
    );
}

#[tokio::test]
async fn a_subnet_knows_who_has_an_address_in_it_and_does_not_go() {
    let stage = stage().await;
    done(
        &stage,
        stage
            .put(&id("networkInterfaces", "one"), nic(json!({})))
            .await,
    )
    .await;
    let live = stage.get(&subnet()).await.body;
    let user = &live["properties"]["ipConfigurations"][0]["id"];
    // In capitals in a GET, as recorded.
    assert!(
        user.as_str().unwrap().ends_with(
            "/resourceGroups/RG-WEB/providers/Microsoft.Network/networkInterfaces/ONE/ipConfigurations/MAIN"
        ),
        "{user}"
    );
    for path in [subnet(), id("virtualNetworks", "vnet")] {
        let busy = stage.delete(&path).await;
        assert_eq!(
            (busy.status, busy.code()),
            (400, "InUseSubnetCannotBeDeleted")
        );
        assert!(
            busy.message()
                .contains("/networkInterfaces/one/ipConfigurations/main and cannot")
        );
    }
    let emptied = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": []}});
    let emptied = stage.put(&id("virtualNetworks", "vnet"), emptied).await;
    assert_eq!(emptied.code(), "InUseSubnetCannotBeDeleted");
    let moved = stage
        .put(
            &subnet(),
            json!({"properties": {"addressPrefix": "10.0.1.0/24"}}),
        )
        .await;
    assert_eq!(moved.code(), "InUsePrefixCannotBeDeleted");
    let gone = stage.delete(&id("networkInterfaces", "one")).await;
    assert_eq!(gone.status, 202);
    stage.finish(&gone).await;
    assert_eq!(stage.delete(&subnet()).await.status, 202);
}

#[tokio::test]
async fn a_static_public_address_comes_with_the_end_of_the_write() {
    let stage = stage().await;
    let ip = id("publicIPAddresses", "ip");
    let body = json!({"location": "westeurope", "sku": {"name": "Standard"}, "zones": ["1"],
        "properties": {"publicIPAllocationMethod": "Static", "dnsSettings": {"domainNameLabel": "web"}}});
    let made = stage.put(&ip, body.clone()).await;
    assert_eq!(
        made.body["sku"],
        json!({"name": "Standard", "tier": "Regional"})
    );
    assert_eq!(made.body["properties"].get("ipAddress"), None);
    stage.finish(&made).await;
    let live = stage.get(&ip).await.body;
    assert!(
        live["properties"]["ipAddress"]
            .as_str()
            .unwrap()
            .starts_with("198.")
    );
    assert_eq!(live["properties"]["idleTimeoutInMinutes"], 4);
    assert_eq!(
        live["properties"]["dnsSettings"]["fqdn"],
        "web.westeurope.cloudapp.azure.com"
    );
    let again = done(&stage, stage.put(&ip, body).await).await;
    assert_eq!(
        again["properties"]["ipAddress"],
        live["properties"]["ipAddress"]
    );
    let loose = json!({"location": "westeurope", "sku": {"name": "Standard"}});
    assert_eq!(
        stage
            .put(&id("publicIPAddresses", "loose"), loose)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_public_address_serves_one_interface() {
    let stage = stage().await;
    let ip = id("publicIPAddresses", "ip");
    let body = json!({"location": "westeurope", "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}});
    done(&stage, stage.put(&ip, body).await).await;
    let with = || nic(json!({"publicIPAddress": {"id": ip}}));
    done(
        &stage,
        stage.put(&id("networkInterfaces", "one"), with()).await,
    )
    .await;
    let live = stage.get(&ip).await.body;
    let user = format!("{}/ipConfigurations/main", id("networkInterfaces", "one"));
    assert_eq!(live["properties"]["ipConfiguration"], json!({"id": user}));
    let second = stage.put(&id("networkInterfaces", "two"), with()).await;
    assert_eq!(
        (second.status, second.code()),
        (400, "PublicIPAddressInUse")
    );
    let busy = stage.delete(&ip).await;
    assert_eq!(
        (busy.status, busy.code()),
        (400, "PublicIPAddressCannotBeDeleted")
    );
    done(
        &stage,
        stage
            .put(&id("networkInterfaces", "one"), nic(json!({})))
            .await,
    )
    .await;
    assert_eq!(stage.delete(&ip).await.status, 202);
}

#[tokio::test]
async fn tags_change_alone_and_all_are_listed() {
    let stage = stage().await;
    let one = id("networkInterfaces", "one");
    done(&stage, stage.put(&one, nic(json!({}))).await).await;
    let patched = stage.patch(&one, json!({"tags": {"a": "b"}})).await;
    assert_eq!(
        (patched.status, &patched.body["tags"]),
        (200, &json!({"a": "b"}))
    );
    let tags = format!("{one}/providers/Microsoft.Resources/tags/default");
    let merged = stage
        .patch(
            &tags,
            json!({"operation": "Merge", "properties": {"tags": {"c": "d"}}}),
        )
        .await;
    assert_eq!(
        merged.body["properties"]["tags"],
        json!({"a": "b", "c": "d"})
    );
    for list in [
        format!(
            "{}/providers/Microsoft.Network/networkInterfaces",
            group_id()
        ),
        format!(
            "/subscriptions/{}/providers/Microsoft.Network/networkInterfaces",
            crate::stage::SUB
        ),
    ] {
        assert_eq!(stage.get(&list).await.rows()[0]["name"], "one");
    }
    let configurations = stage
        .get(&format!("{one}/ipConfigurations/main"))
        .await
        .body;
    assert_eq!(configurations["properties"]["privateIPAddress"], "10.0.0.4");
}
