//! Grants at management groups.

use super::*;

const ABOVE: &str = "GET /providers/Microsoft.Management/managementGroups/mg-root/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()";

/// Surveys the estate with its grant moved to the management group `root`.
async fn above(manifest: &Manifest, parts: Vec<Part>) -> Result<Inventory, Fault> {
    let server = rehearsal::server(parts).await;
    rehearsal::azure(&server)
        .survey(manifest, Mode::Apply)
        .await
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
        .retain(|resource| resource.kind != "grant");
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
