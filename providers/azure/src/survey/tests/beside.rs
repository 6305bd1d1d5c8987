//! What is read for rules alone: locks, versions on offer, networks, policies, what lies elsewhere.

use super::*;

const LOCKS: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/locks?";
const POLICIES: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/policyAssignments?";
const OFFERS: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Compute/locations/westeurope/publishers/Microsoft.Azure.ActiveDirectory/artifacttypes/vmextension/types/AADLoginForWindows/versions?";

#[tokio::test(start_paused = true)]
async fn locks_are_read_with_their_scopes_and_a_refusal_is_kept_for_the_rule() {
    let id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/RG-web/providers/Microsoft.Authorization/locks/freeze";
    let locks =
        json!({"value": [{"id": id, "name": "freeze", "properties": {"level": "ReadOnly"}}]});
    let read = inventory(vec![(LOCKS, 200, locks)]).await;
    let freeze = Lock {
        name: "freeze".to_owned(),
        scope: "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web"
            .to_owned(),
        forbids: Forbids::Writing,
    };
    assert_eq!(read.locks["core"], Ok(vec![freeze]));
    let read = inventory(vec![(LOCKS, 403, refused())]).await;
    assert_eq!(
        read.locks["core"].as_ref().unwrap_err().kind,
        FaultKind::Permission
    );
}

#[tokio::test(start_paused = true)]
async fn offered_versions_are_asked_only_where_a_version_is_declared() {
    let mut manifest = scenes::manifest();
    scenes::declare(
        &mut manifest,
        "vm:core/rg-web/web01/login",
        "version",
        "2.0".into(),
    );
    let offers = json!([{"name": "1.0.0.1"}, {"name": "2.2.0.0"}]);
    let server = rehearsal::server(vec![(OFFERS, 200, offers)]).await;
    let read = rehearsal::azure(&server)
        .survey(&manifest, Mode::Apply)
        .await
        .unwrap();
    let machine = read.of_kind("vm").next().unwrap();
    assert_eq!(
        machine.facts["offered-versions"],
        Value::List(vec!["1.0.0.1".into(), "2.2.0.0".into()])
    );
    // Only a rule asks for them.
    for (status, answer) in [(200, json!({"value": "odd"})), (400, refused())] {
        let server = rehearsal::server(vec![(OFFERS, status, answer)]).await;
        let read = rehearsal::azure(&server)
            .survey(&manifest, Mode::Apply)
            .await
            .unwrap();
        let machine = read.of_kind("vm").next().unwrap();
        assert_eq!(machine.facts.get("offered-versions"), None);
    }
}

const NETWORK: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/";

/// The machine with a network interface in a subnet with the group that the manifest declares, and a route table.
fn surrounded(route_table: (u16, Json)) -> Vec<Part> {
    let mut machine = scenes::machine_body(&scenes::machine_id());
    machine["properties"]["networkProfile"] = json!({"networkInterfaces": [
        {"id": "/x/second", "properties": {"primary": false}},
        {"id": around::INTERFACE.to_uppercase().replace("SUBSCRIPTIONS", "subscriptions"), "properties": {"primary": true}},
    ]});
    let interface = json!({"properties": {"networkSecurityGroup": {"id": around::DECLARED_GROUP}, "ipConfigurations": [
        {"properties": {"subnet": {"id": around::SUBNET}}},
    ]}});
    let subnet = json!({"name": "servers", "properties": {"networkSecurityGroup": {"id": around::DECLARED_GROUP}, "routeTable": {"id": around::TABLE}}});
    let network = json!({"location": "westeurope", "properties": {"subnets": [subnet]}});
    let line = |id: &str| -> &'static str { format!("GET {id}?").leak() };
    vec![
        (MACHINE, 200, machine),
        (
            line(
                &around::INTERFACE
                    .to_uppercase()
                    .replace("SUBSCRIPTIONS", "subscriptions"),
            ),
            200,
            interface,
        ),
        (line(around::NETWORK), 200, network),
        (line(around::TABLE), route_table.0, route_table.1),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_stands_around_a_machine_with_a_login_is_read_once_each() {
    let table = json!({"properties": {"routes": []}});
    let (read, lines) = survey(surrounded((200, table)), Mode::Apply).await;
    let read = read.unwrap();
    let network: Vec<&str> = lines
        .iter()
        .filter(|line| line.to_lowercase().starts_with(&NETWORK.to_lowercase()))
        .map(|line| {
            line.split(['?'])
                .next()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(
        network,
        ["web01-nic", "nsg-web", "web01-pip", "rt-live", "vnet-web"]
    );
    let keys: Vec<&str> = read
        .surroundings
        .keys()
        .map(|key| key.0.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(keys, ["web01-nic", "nsg-web", "rt-live", "servers"]);
    assert!(
        read.surroundings
            .values()
            .all(|sight| matches!(sight, Sight::Seen(_)))
    );
}

/// A subnet of which the network's answer has no more than the name has a filter and routes all the same.
#[tokio::test(start_paused = true)]
async fn a_subnet_that_its_network_only_names_is_read_by_itself() {
    let mut parts = surrounded((200, json!({"properties": {"routes": []}})));
    let network = parts
        .iter_mut()
        .find(|(line, _, _)| line.contains("/vnet-web?"))
        .unwrap();
    let subnet = network.2["properties"]["subnets"][0].take();
    network.2["properties"]["subnets"][0] = json!({"name": "servers"});
    parts.push((format!("GET {}?", around::SUBNET).leak(), 200, subnet));
    let read = inventory(parts).await;
    let key = Key(around::SUBNET.to_lowercase());
    let Some(Sight::Seen(says)) = read.surroundings.get(&key) else {
        panic!("{:?}", read.surroundings)
    };
    assert_eq!(says.get("route-table"), Some(&around::TABLE.into()));
}

#[tokio::test(start_paused = true)]
async fn what_around_a_machine_may_not_be_read_stops_nothing() {
    let read = inventory(surrounded((403, refused()))).await;
    let key = Key(around::TABLE.to_lowercase());
    assert!(
        matches!(&read.surroundings[&key], Sight::Unread(fault) if fault.kind == FaultKind::Permission)
    );
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let read = inventory(surrounded((404, gone))).await;
    assert_eq!(read.surroundings[&key], Sight::Absent);
}

/// An assignment of a policy to the subscription.
fn assigned(name: &str, definition: &str, mode: &str) -> Json {
    let scope = "/subscriptions/22222222-2222-4222-8222-222222222222";
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/policyAssignments/{name}"),
        "name": name,
        "properties": {
            "policyDefinitionId": format!("/providers/Microsoft.Authorization/{definition}"),
            "scope": scope,
            "notScopes": [],
            "enforcementMode": mode,
        },
    })
}

fn defined(effect: &str) -> Json {
    json!({"properties": {
        "parameters": {"effect": {"defaultValue": effect}},
        "policyRule": {"if": {"field": "location", "notEquals": "westeurope"}, "then": {"effect": "[parameters('effect')]"}},
    }})
}

#[tokio::test(start_paused = true)]
async fn of_policies_those_that_deny_are_kept_and_each_definition_is_read_once() {
    let assignments = json!({"value": [
        assigned("one", "policyDefinitions/regions", "Default"),
        assigned("two", "policyDefinitions/regions", "Default"),
        assigned("three", "policyDefinitions/audits", "Default"),
        assigned("four", "policyDefinitions/unread", "DoNotEnforce"),
        assigned("five", "policySetDefinitions/benchmark", "Default"),
    ]});
    let parts = vec![
        (POLICIES, 200, assignments),
        (
            "GET /providers/Microsoft.Authorization/policyDefinitions/regions?",
            200,
            defined("Deny"),
        ),
        (
            "GET /providers/Microsoft.Authorization/policyDefinitions/audits?",
            200,
            defined("Audit"),
        ),
    ];
    let (read, lines) = survey(parts, Mode::Apply).await;
    let definitions = lines
        .iter()
        .filter(|line| line.contains("/policyDefinitions/"));
    assert_eq!(definitions.count(), 2);
    let told: Vec<String> = read
        .unwrap()
        .surroundings
        .iter()
        .filter_map(|(key, sight)| match sight {
            Sight::Seen(says) => says
                .keys()
                .next()
                .map(|word| (key.0.rsplit('/').next(), word)),
            _ => None,
        })
        .filter_map(|(name, word)| Some(format!("{} {word}", name?)))
        .filter(|line| line.contains("condition") || line.contains("initiative"))
        .collect();
    assert_eq!(told, ["five initiative", "one condition", "two condition"]);
}

#[tokio::test(start_paused = true)]
async fn policies_that_may_not_be_listed_stop_nothing() {
    let read = inventory(vec![(POLICIES, 403, refused())]).await;
    let unread = read.surroundings.values().filter(
        |sight| matches!(sight, Sight::Unread(fault) if fault.kind == FaultKind::Permission),
    );
    assert_eq!(unread.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn whether_what_is_referred_to_exists_elsewhere_may_stay_unknown() {
    let mut manifest = scenes::manifest();
    let elsewhere = "/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/hub/providers/Microsoft.Network/networkSecurityGroups/nsg-hub";
    scenes::declare(
        &mut manifest,
        "network-interface:core/rg-web/web01-nic",
        "network-security-group",
        elsewhere.into(),
    );
    let gone = json!({"error": {"code": "SubscriptionNotFound", "message": "The subscription could not be found."}});
    let line: &'static str = format!("GET {elsewhere}?").leak();
    let server = rehearsal::server(vec![(line, 404, gone)]).await;
    let read = rehearsal::azure(&server)
        .survey(&manifest, Mode::Apply)
        .await
        .unwrap();
    assert!(read.referred.is_empty());
    let gaps: Vec<&str> = read.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(gaps, [format!("whether `{elsewhere}` exists")]);
}
