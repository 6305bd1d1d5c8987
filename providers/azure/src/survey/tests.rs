mod above;
mod beside;
mod grants;

use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::{
    Forbids, Granting, Inventory, Lock, Resolution, RoleResolution, Sight,
};
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::{Fault, FaultKind, Provider};
use vmlogin_engine::value::Value;

use crate::kinds::scenes::{self, GROUP_ID, around};
use crate::provider::rehearsal::{self, Part};

const SUBSCRIPTION: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222?";
const ASSIGNMENTS: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleAssignments?";
const GROUP: &str =
    "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web?";
const MACHINE: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?";
const MACHINES: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines?";
const STRANGER: &str = "77777777-7777-4777-8777-777777777777";

/// Surveys the estate of the scenes with some answers changed; the requests are returned in alphabetical order.
async fn survey(parts: Vec<Part>, mode: Mode) -> (Result<Inventory, Fault>, Vec<String>) {
    let server = rehearsal::server(parts).await;
    let read = rehearsal::azure(&server)
        .survey(&scenes::manifest(), mode)
        .await;
    let mut lines = server.lines();
    lines.sort();
    (read, lines)
}

async fn inventory(parts: Vec<Part>) -> Inventory {
    survey(parts, Mode::Apply).await.0.unwrap()
}

async fn fault(parts: Vec<Part>) -> Fault {
    survey(parts, Mode::Apply).await.0.unwrap_err()
}

fn refused() -> Json {
    json!({"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization."}})
}

/// An assignment of the user role to somebody whom the manifest does not name.
fn assignment(name: &str, scope: &str, principal: &str, description: &str) -> Json {
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"),
        "name": name,
        "properties": {
            "roleDefinitionId": "/x/fb879df8-f326-4884-b1cf-06f3ad86be52",
            "principalId": principal,
            "principalType": "Group",
            "scope": scope,
            "description": description,
        },
    })
}

fn addresses(inventory: &Inventory) -> Vec<&str> {
    inventory
        .of_kind("grant")
        .map(|live| live.address.as_str())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_estate_is_read_with_one_request_each() {
    let (read, lines) = survey(Vec::new(), Mode::Apply).await;
    let read = read.unwrap();
    assert_eq!(
        lines,
        [
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/locks?api-version=2020-05-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/policyAssignments?api-version=2024-05-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?api-version=2024-07-01&$expand=instanceView",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web?api-version=2023-01-31",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkInterfaces/web01-nic?api-version=2024-03-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkSecurityGroups/nsg-web?api-version=2024-03-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/publicIPAddresses/web01-pip?api-version=2024-03-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/vnet-web?api-version=2024-03-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web?api-version=2024-07-01",
            "GET /subscriptions/22222222-2222-4222-8222-222222222222?api-version=2022-12-01",
            "GET /v1.0/groups?$filter=displayName%20eq%20%27sg-web%27&$select=id,displayName,mailNickname,createdDateTime",
            "GET /v1.0/servicePrincipals?$filter=appId%20eq%20%27372140e0-b3b7-4226-8ef9-d57986796201%27&$select=id,displayName,appId",
        ]
    );
    let mut expected = scenes::inventory();
    expected.names_taken.insert("g1".to_owned());
    // What its networks hold was read with them.
    expected.contents = read.contents.clone();
    // The machine that is played here says nothing of its interface.
    for live in expected.live.values_mut().filter(|live| live.kind == "vm") {
        live.attributes.remove("nic");
    }
    let admin = read.access.holdings.first().unwrap();
    assert_eq!(
        admin.title,
        "`Virtual Machine Administrator Login` of group `sg-web` at `rg-web`"
    );
    assert_eq!((admin.admin, admin.of_caller), (Some(true), false));
    let doors = read.access.doors.iter().map(|door| door.address.as_str());
    assert_eq!(doors.collect::<Vec<_>>(), ["vm:core/rg-web/web01"]);
    expected.access = read.access.clone();
    assert_eq!(read, expected);
}

/// A role that nobody knows by heart is read where it may let people in or matter to the caller, and nowhere else.
#[tokio::test(start_paused = true)]
async fn what_a_role_allows_is_read_where_it_matters() {
    let group = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web";
    let of = |name: &str, scope: &str, role: &str, sort: &str| {
        let mut row = assignment(name, scope, STRANGER, "");
        row["properties"]["roleDefinitionId"] = format!("/x/{role}").into();
        row["properties"]["principalType"] = sort.into();
        row
    };
    let custom = "77777777-0000-4000-8000-000000000007";
    let secret = "77777777-0000-4000-8000-000000000008";
    let elsewhere = "77777777-0000-4000-8000-000000000009";
    let owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    let other = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/other";
    let rows = json!({"value": [
        of("1", group, custom, "Group"), of("2", group, secret, "User"), of("3", other, owner, "Group"),
        of("4", "/", elsewhere, "ServicePrincipal"),
    ]});
    let definition = json!({"name": custom, "properties": {"roleName": "Door keeper", "permissions": [
        {"actions": ["Microsoft.Authorization/*"], "dataActions": ["Microsoft.Compute/*/loginAsAdmin/action"]},
    ]}});
    let at = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleDefinitions/";
    let custom: &'static str = Box::leak(format!("{at}{custom}").into_boxed_str());
    let secret: &'static str = Box::leak(format!("{at}{secret}").into_boxed_str());
    let (read, lines) = survey(
        vec![
            (ASSIGNMENTS, 200, rows),
            (custom, 200, definition),
            (secret, 403, refused()),
        ],
        Mode::Apply,
    )
    .await;
    let read = read.unwrap();
    let told: Vec<_> = read
        .access
        .holdings
        .iter()
        .map(|one| (one.admin, one.rights.len(), one.beyond))
        .collect();
    assert_eq!(
        told,
        [
            (Some(true), 1, false),
            (None, 0, false),
            (Some(false), 5, false),
            (None, 0, true)
        ]
    );
    let asked = lines.iter().filter(|line| line.contains("roleDefinitions"));
    assert_eq!(asked.count(), 2);
    // The token that is played here does not say whose it is.
    let gaps: Vec<String> = read
        .gaps
        .iter()
        .map(|gap| format!("{}: {}", gap.what, gap.fault.message))
        .collect();
    assert_eq!(
        gaps,
        ["whether a plan takes away what you need in `core`: the token does not say whose it is"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscription_of_another_tenant_is_refused_and_both_are_named() {
    let other = json!({"tenantId": "99999999-9999-4999-8999-999999999999", "displayName": "Core"});
    let fault = fault(vec![(SUBSCRIPTION, 200, other)]).await;
    assert_eq!(fault.kind, FaultKind::SignIn);
    assert_eq!(
        fault.message,
        "`Core` is in tenant `99999999-9999-4999-8999-999999999999`, and the manifest has it in tenant `contoso` (11111111-1111-4111-8111-111111111111)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_cannot_be_seen_says_what_to_check() {
    let unknown = json!({"error": {"code": "SubscriptionNotFound", "message": "The subscription could not be found."}});
    let fault = fault(vec![(SUBSCRIPTION, 404, unknown)]).await;
    assert_eq!(
        (fault.kind, fault.code.as_deref()),
        (FaultKind::NotFound, Some("SubscriptionNotFound"))
    );
    assert!(
        fault
            .help
            .unwrap()
            .starts_with("check `id` of subscription `core`")
    );
}

#[tokio::test(start_paused = true)]
async fn a_disabled_subscription_is_refused() {
    let disabled = json!({"tenantId": rehearsal::TENANT, "state": "Disabled"});
    assert_eq!(
        fault(vec![(SUBSCRIPTION, 200, disabled)]).await.message,
        "`core` is disabled"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_absent_and_its_neighbours_are_listed() {
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let machines = json!({"value": [{"name": "web1"}, {"name": "db01"}]});
    let read = inventory(vec![(MACHINE, 404, gone), (MACHINES, 200, machines)]).await;
    assert_eq!(
        read.of_kind("vm").count() + read.of_kind("login").count(),
        0
    );
    let group = read.of_kind("resource-group").next().unwrap();
    assert_eq!(
        group.facts["machines"],
        Value::List(vec!["db01".into(), "web1".into()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_404_that_does_not_say_that_the_thing_is_missing_is_a_fault() {
    let unknown_type = json!({"error": {"code": "InvalidResourceType", "message": "no such type for api version '1'"}});
    let no_answer_of_azure = json!({"detail": "not found"});
    for answer in [unknown_type, no_answer_of_azure] {
        for what in [GROUP, MACHINE] {
            let fault = fault(vec![(what, 404, answer.clone())]).await;
            assert_eq!(
                (fault.kind, fault.status),
                (FaultKind::NotFound, Some(404)),
                "{what}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_group_is_absent_with_all_that_is_in_it() {
    let gone = || json!({"error": {"code": "ResourceGroupNotFound", "message": "gone"}});
    let (read, lines) = survey(
        vec![(MACHINE, 404, gone()), (GROUP, 404, gone())],
        Mode::Apply,
    )
    .await;
    assert_eq!(read.unwrap().of_kind("resource-group").count(), 0);
    assert!(
        !lines.iter().any(|line| line.starts_with(MACHINES)),
        "{lines:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_of_a_group_that_is_not_there() {
    let gone = json!({"error": {"code": "ResourceGroupNotFound", "message": "gone"}});
    let parts = vec![(GROUP, 404, gone), (ASSIGNMENTS, 200, json!({"value": []}))];
    let (read, lines) = survey(parts, Mode::Apply).await;
    let inside = |line: &&String| line.contains("/resourceGroups/rg-web/");
    assert_eq!(lines.iter().filter(inside).count(), 0, "{lines:#?}");
    let granting = read.unwrap().granting;
    let unknown = Granting::Unknown("`rg-web` is not there yet".to_owned());
    assert!(granting.values().any(|it| *it == unknown), "{granting:?}");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_to_be_made_may_mean_no_other() {
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let server = rehearsal::server(vec![(MACHINE, 404, gone)]).await;
    let (manifest, _) = scenes::to_be_made("Win2022Datacenter");
    let azure = rehearsal::azure(&server);
    azure.survey(&manifest, Mode::Apply).await.unwrap();
    let lines = server.lines();
    assert!(
        !lines.iter().any(|line| line.starts_with(MACHINES)),
        "{lines:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_may_not_be_read_is_no_missing_machine() {
    assert_eq!(
        fault(vec![(MACHINE, 403, refused())]).await.kind,
        FaultKind::Permission
    );
}

#[tokio::test(start_paused = true)]
async fn only_a_teardown_lists_what_lies_in_groups() {
    const RESOURCES: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resources?";
    let rows = json!({"value": [{"id": "/subscriptions/S/resourceGroups/rg-web/providers/A.B/c/D", "name": "D", "type": "A.B/c"}]});
    let (read, _) = survey(vec![(RESOURCES, 200, rows.clone())], Mode::Destroy).await;
    let read = read.unwrap();
    let contents: Vec<(&str, &str)> = read
        .contents
        .values()
        .flatten()
        .map(|content| (content.id.as_str(), content.name.as_str()))
        .collect();
    assert_eq!(
        contents,
        [
            (
                "/subscriptions/s/resourcegroups/rg-web/providers/a.b/c/d",
                "A.B/c/D"
            ),
            (
                "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/microsoft.network/networksecuritygroups/nsg-web/securityrules/allow-rdp",
                "security rule allow-rdp"
            ),
            (
                "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/microsoft.network/virtualnetworks/vnet-web/subnets/servers",
                "subnet servers"
            ),
        ]
    );
    let applied = inventory(vec![(RESOURCES, 200, rows)]).await.contents;
    assert!(applied.keys().all(|key| !key.0.ends_with("/rg-web")));
    assert_eq!(
        applied.len(),
        2,
        "what a network and a security group hold was read with them"
    );
}

#[tokio::test(start_paused = true)]
async fn the_group_of_the_manifest_is_resolved() {
    let read = inventory(Vec::new()).await;
    let Some(Resolution::Found(found)) = read.principals.get(&scenes::principal()) else {
        panic!("{:?}", read.principals)
    };
    assert_eq!(
        (found.object_id.as_str(), found.principal_type.as_str()),
        (GROUP_ID, "Group")
    );
}

/// Reads the estate with an Arc-enabled machine on which no login is yet, and the devices of its name so answered.
async fn joining(status: u16, devices: Json) -> Inventory {
    let mut body = scenes::arc::body(&scenes::arc::id());
    body["resources"] = Json::Null;
    let server = rehearsal::server(vec![
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.HybridCompute/machines/line1?api-version=2024-07-10",
            200,
            body,
        ),
        (
            "GET /v1.0/devices?$filter=displayName%20eq%20%27LINE1%27&",
            status,
            devices,
        ),
    ])
    .await;
    let azure = rehearsal::azure(&server);
    let (manifest, _) = scenes::arc::estate();
    azure.survey(&manifest, Mode::Apply).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_to_join_is_looked_up_among_the_devices() {
    let devices = json!({"value": [
        {"id": "d1", "displayName": "line1", "physicalIds": ["[USER-HWID]:x", "[AzureResourceId]:/subscriptions/S/old"]},
        {"id": "d2", "displayName": "LINE1", "physicalIds": []},
    ]});
    let read = joining(200, devices).await;
    let machine = read.of_kind("arc-machine").next().unwrap();
    assert_eq!(
        machine.facts["devices"].to_string(),
        "{d1=\"/subscriptions/s/old\", d2=(none)}"
    );
    assert_eq!(read.of_kind("login").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn devices_that_may_not_be_read_are_no_reason_to_stop() {
    let refused = json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}});
    let read = joining(403, refused).await;
    let machine = read.of_kind("arc-machine").next().unwrap();
    let why = machine.facts["devices-unread"].to_string();
    assert!(why.contains("Insufficient privileges"), "{why}");
    assert_eq!(machine.facts.get("devices"), None);
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_fails_at_devices_is_no_reason_to_stop_either() {
    let odd = json!({"error": {"code": "Request_UnsupportedQuery", "message": "Unsupported filter clause."}});
    let read = joining(400, odd).await;
    let machine = read.of_kind("arc-machine").next().unwrap();
    let why = machine.facts["devices-unread"].to_string();
    assert!(why.contains("Unsupported filter clause"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_arc_machine_makes_its_neighbours_worth_a_list() {
    let row = json!({"name": "line2", "location": "westeurope"});
    let list = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.HybridCompute/machines?";
    let server = rehearsal::server(vec![(list, 200, json!({"value": [row]}))]).await;
    let (manifest, _) = scenes::arc::estate();
    let read = rehearsal::azure(&server)
        .survey(&manifest, Mode::Apply)
        .await
        .unwrap();
    let group = read.of_kind("resource-group").next().unwrap();
    assert_eq!(group.facts["arc-machines"].to_string(), "[\"line2\"]");
    assert_eq!(group.facts.get("machines"), None);
}
