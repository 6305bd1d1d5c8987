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
const LOCKS: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/locks?";
const POLICIES: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/policyAssignments?";
const OFFERS: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Compute/locations/westeurope/publishers/Microsoft.Azure.ActiveDirectory/artifacttypes/vmextension/types/AADLoginForWindows/versions?";
const GROUP: &str =
    "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web?";
const MACHINE: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?";
const MACHINES: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines?";
const STRANGER: &str = "77777777-7777-4777-8777-777777777777";

const ABOVE: &str = "GET /providers/Microsoft.Management/managementGroups/mg-root/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()";

/// Surveys the estate with its grant moved to the management group `root`.
async fn above(manifest: &Manifest, parts: Vec<Part>) -> Result<Inventory, Fault> {
    let server = rehearsal::server(parts).await;
    rehearsal::azure(&server)
        .survey(manifest, Mode::Apply)
        .await
}

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
async fn grants_that_may_not_be_listed_are_a_fault_where_the_manifest_grants() {
    assert_eq!(
        fault(vec![(ASSIGNMENTS, 403, refused())]).await.kind,
        FaultKind::Permission
    );
}

#[tokio::test(start_paused = true)]
async fn grants_that_may_not_be_listed_are_a_gap_where_the_manifest_grants_nothing() {
    let server = rehearsal::server(vec![(ASSIGNMENTS, 403, refused())]).await;
    let mut manifest = scenes::manifest();
    manifest
        .resources
        .retain(|_, resource| resource.kind != "grant");
    let read = rehearsal::azure(&server)
        .survey(&manifest, Mode::Apply)
        .await
        .unwrap();
    assert_eq!(read.gaps[0].what, "grants of subscription `core`");
    assert!(read.grants_complete.is_empty());
}

#[tokio::test(start_paused = true)]
async fn inherited_assignments_and_other_roles_are_no_grants_but_take_their_names() {
    let mut reader = assignment(
        "READER",
        "/subscriptions/22222222-2222-4222-8222-222222222222",
        STRANGER,
        "",
    );
    reader["properties"]["roleDefinitionId"] = "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7".into();
    let above = assignment(
        "above",
        "/providers/Microsoft.Management/managementGroups/root",
        STRANGER,
        "",
    );
    let root = assignment("root", "/", STRANGER, "");
    let read = inventory(vec![(
        ASSIGNMENTS,
        200,
        json!({"value": [reader, above, root]}),
    )])
    .await;
    assert_eq!(addresses(&read), Vec::<&str>::new());
    assert_eq!(
        read.names_taken,
        ["above", "reader", "root"].map(str::to_owned).into()
    );
    assert!(read.grants_complete.contains("core"));
}

#[tokio::test(start_paused = true)]
async fn a_grant_has_the_address_that_a_manifest_would_give_it() {
    let subscription = "/subscriptions/22222222-2222-4222-8222-222222222222";
    let rows: Vec<Json> = [
        ("1", subscription.to_owned()),
        ("2", format!("{subscription}/resourcegroups/RG-WEB")),
        ("3", format!("{subscription}/resourceGroups/rg-web/providers/microsoft.compute/virtualMachines/WEB01")),
        ("4", format!("{subscription}/resourceGroups/other/providers/Microsoft.Compute/virtualMachines/vm9")),
        ("6", format!("{subscription}/resourceGroups/other/providers/microsoft.hybridCompute/Machines/line9")),
        ("5", format!("{subscription}/resourceGroups/other/providers/Microsoft.Storage/storageAccounts/logs")),
    ]
    .iter()
    .map(|(name, scope)| assignment(name, scope, STRANGER, ""))
    .collect();
    let named = json!({"value": [{"@odata.type": "#microsoft.graph.group", "id": STRANGER, "displayName": "sg-old"}]});
    let read = inventory(vec![
        (ASSIGNMENTS, 200, json!({"value": rows})),
        ("POST /v1.0/directoryObjects/getByIds", 200, named),
    ])
    .await;
    let mut found = addresses(&read);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "arc-machine:core/other/line9/grant/user/group:sg-old",
            "grant:core/other/Microsoft.Storage%2FstorageAccounts%2Flogs/user/group:sg-old",
            "grant:core/rg-web/user/group:sg-old",
            "grant:core/user/group:sg-old",
            "vm:core/other/vm9/grant/user/group:sg-old",
            "vm:core/rg-web/web01/grant/user/group:sg-old",
        ]
    );
    assert_eq!(read.names[STRANGER], "sg-old");
}

#[tokio::test(start_paused = true)]
async fn two_grants_never_share_an_address() {
    let group = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web";
    let other = "88888888-8888-4888-8888-888888888888";
    let impostor = "99999999-9999-4999-8999-999999999999";
    let rows = json!({"value": [
        assignment("1", group, STRANGER, ""), assignment("2", group, other, ""), assignment("3", group, impostor, ""),
    ]});
    let object = |id: &str, name: &str| json!({"@odata.type": "#microsoft.graph.group", "id": id, "displayName": name});
    // The third is called like the group that the manifest names, and is another one.
    let named = json!({"value": [object(STRANGER, "twin"), object(other, "twin"), object(impostor, "sg-web")]});
    let read = inventory(vec![
        (ASSIGNMENTS, 200, rows),
        ("POST /v1.0/directoryObjects/getByIds", 200, named),
    ])
    .await;
    let mut found = addresses(&read);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "grant:core/rg-web/user/group:twin",
            "grant:core/rg-web/user/object-id:88888888-8888-4888-8888-888888888888",
            "grant:core/rg-web/user/object-id:99999999-9999-4999-8999-999999999999",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn names_that_the_directory_keeps_back_are_a_gap_only_for_grants_of_an_estate() {
    let group = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web";
    for (description, gaps) in [("", 0), ("vmlogin:contoso-dev", 1)] {
        let rows = json!({"value": [assignment("1", group, STRANGER, description)]});
        let read = inventory(vec![
            (ASSIGNMENTS, 200, rows),
            ("POST /v1.0/directoryObjects/getByIds", 403, refused()),
        ])
        .await;
        assert_eq!(read.gaps.len(), gaps, "{description}");
        assert_eq!(
            addresses(&read),
            [format!("grant:core/rg-web/user/object-id:{STRANGER}")]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_may_not_be_read_says_which_right_is_missing() {
    let denied = json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}});
    let fault = fault(vec![("GET /v1.0/groups?", 403, denied)]).await;
    assert_eq!(fault.kind, FaultKind::Permission);
    assert!(fault.help.unwrap().contains("`Directory Readers`"));
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

#[tokio::test(start_paused = true)]
async fn a_management_group_tells_what_is_granted_exactly_there() {
    let group = "/providers/Microsoft.Management/managementGroups/MG-Root";
    let mut ours = assignment("1", group, GROUP_ID, "vmlogin:contoso");
    ours["properties"]["roleDefinitionId"] = "/x/1c0163c0-47e6-4577-8991-ea5c82e286e4".into();
    let theirs = assignment("2", group, STRANGER, "");
    let parent = assignment(
        "3",
        "/providers/Microsoft.Management/managementGroups/all",
        STRANGER,
        "",
    );
    let root = assignment("4", "/", STRANGER, "");
    let rows = json!({"value": [ours, theirs, parent, root]});
    let inherited = json!({"value": [assignment("2", group, STRANGER, "")]});
    let parts = vec![(ABOVE, 200, rows), (ASSIGNMENTS, 200, inherited)];
    let read = above(&scenes::above("admin"), parts).await.unwrap();
    assert_eq!(
        addresses(&read),
        [
            "management-group:root/grant/admin/group:sg-web",
            "management-group:root/grant/user/object-id:77777777-7777-4777-8777-777777777777",
        ]
    );
    let live = read.of_kind("grant").next().unwrap();
    assert_eq!(live.subscription, "");
    assert_eq!(live.title, "grant `admin` to group:sg-web at `root`");
    assert_eq!(
        live.within,
        ["/providers/microsoft.management/managementgroups/mg-root"]
    );
    assert_eq!(read.names_taken.len(), 4);
    assert!(read.grants_complete.contains("management-group:root"));
    let above = "/providers/microsoft.management/managementgroups/mg-root".to_owned();
    assert_eq!(read.above, [("core".to_owned(), [above].into())].into());
}

#[tokio::test(start_paused = true)]
async fn a_management_group_that_may_not_be_read_is_a_fault_only_where_something_is_granted() {
    let mut manifest = scenes::above("admin");
    let fault = above(&manifest, vec![(ABOVE, 403, refused())])
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Permission);
    assert_eq!(
        fault.attempted,
        "list the grants of management group `root`"
    );
    manifest
        .resources
        .retain(|_, resource| resource.kind != "grant");
    let read = above(&manifest, vec![(ABOVE, 403, refused())])
        .await
        .unwrap();
    let gaps: Vec<&str> = read.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(gaps, ["grants of management group `root`"]);
    assert!(!read.grants_complete.contains("management-group:root"));
}

#[tokio::test(start_paused = true)]
async fn a_management_group_that_is_not_there_says_what_to_check() {
    let unknown = json!({"error": {"code": "NotFound", "message": "Management group not found."}});
    let fault = above(&scenes::above("admin"), vec![(ABOVE, 404, unknown)])
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    assert!(
        fault
            .help
            .unwrap()
            .starts_with("check `id` of management group `root`")
    );
}

#[tokio::test(start_paused = true)]
async fn other_roles_are_looked_up_at_the_management_group() {
    let role = "GET /providers/Microsoft.Management/managementGroups/mg-root/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&$filter=roleName";
    let reader = json!({"name": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "properties": {"roleName": "Reader", "permissions": []}});
    let parts = vec![
        (ABOVE, 200, json!({"value": []})),
        (role, 200, json!({"value": [reader]})),
    ];
    let read = above(&scenes::above("Reader"), parts).await.unwrap();
    let place = ("management-group:root".to_owned(), "reader".to_owned());
    let found = read.roles.get(&place);
    assert!(
        matches!(found, Some(RoleResolution::Found(role)) if role.name == "Reader"),
        "{found:?}"
    );
}
