//! Who has which role, read with the names of the directory.

use super::*;

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
        .retain(|resource| resource.kind != "grant");
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
    let read = named_as(json!({"value": rows}), named).await;
    assert_eq!(
        sorted(&read),
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
    let read = named_as(rows, named).await;
    assert_eq!(
        sorted(&read),
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

/// What is read where these are the assignments, and the directory calls their holders so.
async fn named_as(assignments: Json, names: Json) -> Inventory {
    inventory(vec![
        (ASSIGNMENTS, 200, assignments),
        ("POST /v1.0/directoryObjects/getByIds", 200, names),
    ])
    .await
}

fn sorted(read: &Inventory) -> Vec<&str> {
    let mut found = addresses(read);
    found.sort_unstable();
    found
}
