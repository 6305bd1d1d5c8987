//! Subnets, security rules and routes: resources that live in another one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Got, Stage, group_id, seed};

fn network() -> String {
    format!(
        "{}/providers/Microsoft.Network/virtualNetworks/vnet",
        group_id()
    )
}

fn subnet(name: &str) -> String {
    format!("{}/subnets/{name}", network())
}

fn rules() -> String {
    format!(
        "{}/providers/Microsoft.Network/networkSecurityGroups/nsg",
        group_id()
    )
}

async fn with_network() -> Stage {
    let stage = Stage::new(seed()).await;
    let body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
    done(&stage, stage.put(&network(), body).await).await;
    stage
}

async fn with_group() -> Stage {
    let stage = Stage::new(seed()).await;
    done(
        &stage,
        stage.put(&rules(), json!({"location": "westeurope"})).await,
    )
    .await;
    stage
}

async fn done(stage: &Stage, got: Got) -> Got {
    assert!((200..300).contains(&got.status), "{:?}", got.body);
    stage.finish(&got).await;
    got
}

fn range(range: &str) -> Value {
    json!({"properties": {"addressPrefix": range}})
}

fn rule(priority: u32) -> Value {
    json!({"properties": {"protocol": "tcp", "access": "allow", "direction": "inbound", "priority": priority,
        "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*",
        "destinationPortRange": "3389"}})
}

#[tokio::test]
async fn a_subnet_is_made_for_itself_and_shows_in_its_network_with_one_etag() {
    let stage = with_network().await;
    let made = stage.put(&subnet("servers"), range("10.0.0.0/24")).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.headers["retry-after"], "0");
    assert_eq!(
        made.body["properties"],
        json!({"provisioningState": "Updating", "addressPrefix": "10.0.0.0/24", "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled"})
    );
    stage.finish(&made).await;
    let alone = stage.get(&subnet("SERVERS")).await;
    let whole = stage.get(&network()).await.body;
    assert_eq!(alone.headers["etag"], alone.body["etag"].as_str().unwrap());
    assert_ne!(alone.body["etag"], made.body["etag"]);
    assert_eq!(whole["etag"], alone.body["etag"]);
    assert_eq!(whole["properties"]["subnets"], json!([alone.body]));
    assert_eq!(
        stage.get(&format!("{}/subnets", network())).await.rows(),
        [alone.body]
    );
}

#[tokio::test]
async fn a_list_of_subnets_replaces_all_and_silence_keeps_them() {
    let stage = with_network().await;
    done(&stage, stage.put(&subnet("a"), range("10.0.0.0/24")).await).await;
    let body = |subnets: Option<Value>| {
        let mut body = json!({"location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
        if let Some(subnets) = subnets {
            body["properties"]["subnets"] = subnets;
        }
        body
    };
    let silent = done(&stage, stage.put(&network(), body(None)).await).await;
    assert_eq!(silent.body["properties"]["subnets"][0]["name"], "a");
    let b = json!([{"name": "b", "properties": {"addressPrefix": "10.0.1.0/24", "defaultOutboundAccess": false}}]);
    let listed = done(&stage, stage.put(&network(), body(Some(b))).await).await;
    let subnets = &listed.body["properties"]["subnets"];
    assert_eq!(
        (&subnets[0]["name"], subnets.as_array().unwrap().len()),
        (&json!("b"), 1)
    );
    assert_eq!(subnets[0]["properties"]["defaultOutboundAccess"], false);
    let old = format!("{}?api-version=2022-01-01", network());
    let emptied = stage.put(&old, body(None)).await;
    assert_eq!(emptied.body["properties"]["subnets"], json!([]));
}

#[tokio::test]
async fn ranges_that_do_not_fit_are_refused() {
    let stage = with_network().await;
    done(&stage, stage.put(&subnet("a"), range("10.0.0.0/24")).await).await;
    for (wrong, code) in [
        ("10.1.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("10.0.0.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.1.0/99", "InvalidAddressPrefixFormat"),
        ("10.0.1.1/24", "InvalidCIDRNotation"),
    ] {
        let got = stage.put(&subnet("b"), range(wrong)).await;
        assert_eq!((got.status, got.code()), (400, code), "{}", got.message());
    }
    assert_eq!(stage.get(&subnet("b")).await.code(), "NotFound");
}

#[tokio::test]
async fn a_condition_that_does_not_hold_stops_a_write() {
    let stage = with_network().await;
    done(&stage, stage.put(&subnet("a"), range("10.0.0.0/24")).await).await;
    let held = stage.get(&subnet("a")).await.body["etag"].clone();
    done(&stage, stage.put(&subnet("b"), range("10.0.1.0/24")).await).await;
    let put = |etag: String| {
        let url = format!(
            "{}{}?api-version=2024-03-01",
            stage.sandbox.url(),
            subnet("a")
        );
        let request = stage
            .client
            .put(url)
            .bearer_auth(&stage.arm)
            .header("if-match", etag);
        request.json(&range("10.0.0.0/25")).send()
    };
    let stale = put(held.as_str().unwrap().to_owned()).await.unwrap();
    assert_eq!(stale.status(), 412);
    let fresh = stage.get(&subnet("a")).await.body["etag"].clone();
    let written = put(fresh.as_str().unwrap().to_owned()).await.unwrap();
    assert_eq!(written.status(), 200);
}

#[tokio::test]
async fn a_subnet_goes_and_its_network_stays() {
    let stage = with_network().await;
    done(&stage, stage.put(&subnet("a"), range("10.0.0.0/24")).await).await;
    let gone = stage.delete(&subnet("a")).await;
    assert_eq!(gone.status, 202);
    assert!(gone.headers["location"].contains("/operationResults/"));
    stage.finish(&gone).await;
    assert_eq!(stage.delete(&subnet("a")).await.status, 204);
    assert_eq!(
        stage.get(&network()).await.body["properties"]["subnets"],
        json!([])
    );
    let orphan = stage.get(&subnet("a").replace("/vnet/", "/other/")).await;
    assert!(
        orphan.message().contains("virtualNetworks/other'"),
        "{}",
        orphan.message()
    );
}

#[tokio::test]
async fn a_subnet_refers_only_to_what_is_there_and_that_knows_it() {
    let stage = with_network().await;
    let with = json!({"properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": rules()}}});
    let early = stage.put(&subnet("a"), with.clone()).await;
    assert_eq!(
        (early.status, early.code()),
        (400, "InvalidResourceReference")
    );
    assert!(early.message().contains(
        "/resourceGroups/RG-WEB/providers/Microsoft.Network/networkSecurityGroups/NSG referenced by"
    ));
    done(
        &stage,
        stage.put(&rules(), json!({"location": "westeurope"})).await,
    )
    .await;
    done(&stage, stage.put(&subnet("a"), with).await).await;
    let group = stage.get(&rules()).await.body;
    assert_eq!(group["properties"]["subnets"], json!([{"id": subnet("a")}]));
    let busy = stage.delete(&rules()).await;
    assert_eq!(
        (busy.status, busy.code()),
        (400, "InUseNetworkSecurityGroupCannotBeDeleted")
    );
    let far = stage
        .put(
            &rules().replace("/nsg", "/far"),
            json!({"location": "eastus"}),
        )
        .await;
    done(&stage, far).await;
    let far = json!({"properties": {"addressPrefix": "10.0.0.0/24",
        "networkSecurityGroup": {"id": rules().replace("/nsg", "/far")}}});
    assert_eq!(
        stage.put(&subnet("a"), far).await.code(),
        "InvalidResourceReference"
    );
}

#[tokio::test]
async fn a_group_of_rules_has_six_of_its_own() {
    let stage = with_group().await;
    let group = stage.get(&rules()).await.body;
    let defaults = group["properties"]["defaultSecurityRules"]
        .as_array()
        .unwrap();
    let names: Vec<&str> = defaults
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "AllowVnetInBound",
            "AllowAzureLoadBalancerInBound",
            "DenyAllInBound",
            "AllowVnetOutBound",
            "AllowInternetOutBound",
            "DenyAllOutBound"
        ]
    );
    assert_eq!(group["properties"]["securityRules"], json!([]));
    let one = stage
        .get(&format!("{}/defaultSecurityRules/denyallinbound", rules()))
        .await;
    assert_eq!(one.body["properties"]["priority"], 65500);
}

#[tokio::test]
async fn a_rule_is_answered_in_the_spelling_of_azure_with_empty_plurals() {
    let stage = with_group().await;
    let id = format!("{}/securityRules/rdp", rules());
    let made = stage.put(&id, rule(100)).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.body["properties"],
        json!({"provisioningState": "Updating", "protocol": "Tcp", "access": "Allow", "direction": "Inbound",
            "priority": 100, "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*",
            "destinationPortRange": "3389", "sourceAddressPrefixes": [], "sourcePortRanges": [],
            "destinationAddressPrefixes": [], "destinationPortRanges": []})
    );
    let mut plural = rule(100);
    let ports = plural["properties"].as_object_mut().unwrap();
    ports.remove("destinationPortRange");
    ports.insert("destinationPortRanges".to_owned(), json!(["80"]));
    let one = done(&stage, stage.put(&id, plural.clone()).await)
        .await
        .body;
    assert_eq!(one["properties"]["destinationPortRange"], "80");
    assert_eq!(one["properties"]["destinationPortRanges"], json!([]));
    plural["properties"]["destinationPortRanges"] = json!(["80", "443"]);
    let two = done(&stage, stage.put(&id, plural).await).await.body;
    assert_eq!(two["properties"].get("destinationPortRange"), None);
    assert_eq!(
        two["properties"]["destinationPortRanges"],
        json!(["80", "443"])
    );
    assert_eq!(
        stage.get(&rules()).await.body["properties"]["securityRules"][0]["name"],
        "rdp"
    );
}

#[tokio::test]
async fn rules_that_contradict_are_refused() {
    let stage = with_group().await;
    let id = |name: &str| format!("{}/securityRules/{name}", rules());
    done(&stage, stage.put(&id("one"), rule(100)).await).await;
    let got = stage.put(&id("two"), rule(100)).await;
    assert_eq!((got.status, got.code()), (400, "SecurityRuleConflict"));
    assert!(
        got.message()
            .starts_with("Security rule one conflicts with rule two.")
    );
    let mut outbound = rule(100);
    outbound["properties"]["direction"] = json!("Outbound");
    done(&stage, stage.put(&id("two"), outbound).await).await;
    assert_eq!(
        stage.put(&id("three"), rule(99)).await.code(),
        "SecurityRuleInvalidPriority"
    );
    let mut wrong = rule(200);
    wrong["properties"]["destinationPortRange"] = json!("70000");
    assert_eq!(
        stage.put(&id("three"), wrong).await.code(),
        "SecurityRuleInvalidPortRange"
    );
    let mut wrong = rule(200);
    wrong["properties"]["sourceAddressPrefix"] = json!("10.0.0.0/40");
    assert_eq!(
        stage.put(&id("three"), wrong).await.code(),
        "SecurityRuleInvalidAddressPrefix"
    );
    assert_eq!(
        stage.put(&id("DenyAllInbound"), rule(300)).await.code(),
        "SecurityRuleConflict"
    );
}

#[tokio::test]
async fn a_write_of_a_part_can_fail_later() {
    let mut seed = seed();
    seed.faults.push(vmlogin_sandbox::seed::FaultRule {
        method: "PUT".to_owned(),
        path: "*/subnets/*".to_owned(),
        status: 400,
        code: Some("NetcfgInvalidSubnet".to_owned()),
        ends_failed: true,
        ..Default::default()
    });
    let stage = Stage::new(seed).await;
    let body = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
    done(&stage, stage.put(&network(), body).await).await;
    let made = stage.put(&subnet("a"), range("10.0.0.0/24")).await;
    let ended = stage.finish(&made).await;
    assert_eq!(ended.body["error"]["code"], "NetcfgInvalidSubnet");
    assert_eq!(
        stage.get(&subnet("a")).await.body["properties"]["provisioningState"],
        "Failed"
    );
    assert_eq!(
        stage
            .send(Method::POST, &subnet("a"), Some(json!({})))
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn routes_belong_to_their_table_and_the_table_to_its_subnets() {
    let stage = with_network().await;
    let table = format!("{}/providers/Microsoft.Network/routeTables/rt", group_id());
    done(
        &stage,
        stage.put(&table, json!({"location": "westeurope"})).await,
    )
    .await;
    let route = json!({"properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.0.0.4"}});
    done(
        &stage,
        stage.put(&format!("{table}/routes/out"), route).await,
    )
    .await;
    let with = json!({"properties": {"addressPrefix": "10.0.0.0/24", "routeTable": {"id": table}}});
    done(&stage, stage.put(&subnet("a"), with).await).await;
    let live = stage.get(&table).await.body;
    assert_eq!(
        live["properties"]["routes"][0]["properties"]["nextHopIpAddress"],
        "10.0.0.4"
    );
    assert_eq!(live["properties"]["subnets"], json!([{"id": subnet("a")}]));
    assert_eq!(
        stage.delete(&table).await.code(),
        "InUseRouteTableCannotBeDeleted"
    );
}

#[tokio::test]
async fn what_belongs_to_a_network_and_is_not_emulated_is_named() {
    let stage = with_network().await;
    let peering = format!("{}/virtualNetworkPeerings/p", network());
    let got = stage.put(&peering, json!({"properties": {}})).await;
    assert_eq!((got.status, got.code()), (404, "NotEmulated"));
    assert!(got.message().contains("virtualnetworkpeerings"));
}
