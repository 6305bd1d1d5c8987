use serde_json::{Value, json};

use crate::stage::{
    ADMIN_LOGIN, ADMINS, CALLER, Got, KIM, SUB, Stage, USER_LOGIN, assignment, group_id, guid,
    machine_id, seed,
};

fn path(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}")
}

fn body(role: &str, principal: &str, kind: &str) -> Value {
    let role =
        format!("/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{role}");
    json!({"properties": {"roleDefinitionId": role, "principalId": principal, "principalType": kind}})
}

async fn names(stage: &Stage, scope: &str, filter: &str) -> Vec<String> {
    let query = if filter.is_empty() {
        String::new()
    } else {
        format!("?$filter={filter}")
    };
    let got = stage
        .get(&format!(
            "{scope}/providers/Microsoft.Authorization/roleAssignments{query}"
        ))
        .await;
    assert_eq!(got.status, 200, "{:?}", got.body);
    let last_two = |it: &Value| {
        let name = it["name"].as_str().expect("a name");
        name[name.len() - 2..].to_owned()
    };
    got.rows().iter().map(last_two).collect()
}

#[tokio::test]
async fn an_assignment_is_made_with_201_each_time() {
    let stage = Stage::new(seed()).await;
    let at = path(&machine_id(), &guid(1));
    let mut sent = body(ADMIN_LOGIN, ADMINS, "Group");
    let made = stage.put(&at, sent.clone()).await;
    assert_eq!(made.status, 201);
    let properties = &made.body["properties"];
    assert_eq!(properties["createdBy"], Value::Null);
    assert_eq!(properties["updatedBy"], CALLER);
    for null in [
        "condition",
        "conditionVersion",
        "description",
        "delegatedManagedIdentityResourceId",
    ] {
        assert_eq!(properties.get(null), Some(&Value::Null), "{null}");
    }
    sent["properties"]["description"] = json!("vmlogin:dev on call");
    assert_eq!(stage.put(&at, sent).await.status, 201);
    let got = stage.get(&at).await;
    assert_eq!(got.body["properties"]["createdBy"], CALLER);
    assert_eq!(got.body["properties"]["description"], "vmlogin:dev on call");
    assert_eq!(got.body["id"], at);
}

#[tokio::test]
async fn the_role_is_stored_in_its_subscription_whatever_was_sent() {
    let stage = Stage::new(seed()).await;
    let mut sent = body(ADMIN_LOGIN, ADMINS, "Group");
    sent["properties"]["roleDefinitionId"] = json!(format!(
        "{}/providers/Microsoft.Authorization/roleDefinitions/{}",
        machine_id(),
        ADMIN_LOGIN.to_uppercase()
    ));
    let made = stage.put(&path(&group_id(), &guid(1)), sent).await;
    let stored = format!(
        "/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}"
    );
    assert_eq!(made.body["properties"]["roleDefinitionId"], stored);
}

#[tokio::test]
async fn an_equal_triple_under_another_name_exists_already() {
    let stage = Stage::new(seed()).await;
    stage
        .put(
            &path(&group_id(), &guid(1)),
            body(ADMIN_LOGIN, ADMINS, "Group"),
        )
        .await;
    let odd = group_id()
        .to_uppercase()
        .replace("/SUBSCRIPTIONS", "/subscriptions");
    let got = stage
        .put(
            &path(&odd, &guid(2)),
            body(ADMIN_LOGIN, &ADMINS.to_uppercase(), "Group"),
        )
        .await;
    assert_eq!((got.status, got.code()), (409, "RoleAssignmentExists"));
    assert_eq!(got.message(), "The role assignment already exists.");
    let other = stage
        .put(
            &path(&group_id(), &guid(2)),
            body(USER_LOGIN, ADMINS, "Group"),
        )
        .await;
    assert_eq!(other.status, 201);
}

#[tokio::test]
async fn a_name_stands_for_one_triple() {
    let stage = Stage::new(seed()).await;
    stage
        .put(
            &path(&group_id(), &guid(1)),
            body(ADMIN_LOGIN, ADMINS, "Group"),
        )
        .await;
    for got in [
        stage
            .put(
                &path(&group_id(), &guid(1)),
                body(USER_LOGIN, ADMINS, "Group"),
            )
            .await,
        stage
            .put(
                &path(&machine_id(), &guid(1)),
                body(ADMIN_LOGIN, ADMINS, "Group"),
            )
            .await,
    ] {
        assert_eq!(
            (got.status, got.code()),
            (400, "RoleAssignmentUpdateNotPermitted")
        );
    }
}

#[tokio::test]
async fn a_fresh_principal_is_unknown_unless_its_type_is_sent() {
    let stage = Stage::new(seed()).await;
    let fresh = stage.identify().await;
    let mut untyped = body(USER_LOGIN, &fresh, "");
    untyped["properties"]
        .as_object_mut()
        .unwrap()
        .remove("principalType");
    let at = path(&group_id(), &guid(1));
    let got = stage.put(&at, untyped.clone()).await;
    assert_eq!((got.status, got.code()), (400, "PrincipalNotFound"));
    assert!(
        got.message().contains(&fresh.replace('-', "")),
        "{}",
        got.message()
    );
    let typed = stage
        .put(
            &path(&group_id(), &guid(2)),
            body(ADMIN_LOGIN, &fresh, "ServicePrincipal"),
        )
        .await;
    assert_eq!(typed.status, 201);
    let mut tries = 0;
    while stage.put(&at, untyped.clone()).await.status != 201 {
        tries += 1;
        assert!(tries < 20, "the directory never catches up");
    }
}

#[tokio::test]
async fn a_principal_that_nobody_knows_passes_with_a_type_only() {
    let stage = Stage::new(seed()).await;
    let nobody = guid(99);
    let mut untyped = body(USER_LOGIN, &nobody, "");
    untyped["properties"]
        .as_object_mut()
        .unwrap()
        .remove("principalType");
    assert_eq!(
        stage
            .put(&path(&group_id(), &guid(1)), untyped)
            .await
            .code(),
        "PrincipalNotFound"
    );
    assert_eq!(
        stage
            .put(
                &path(&group_id(), &guid(1)),
                body(USER_LOGIN, &nobody, "User")
            )
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn the_type_is_looked_up_when_it_is_left_out_and_must_fit_when_it_is_not() {
    let stage = Stage::new(seed()).await;
    let mut untyped = body(USER_LOGIN, KIM, "");
    untyped["properties"]
        .as_object_mut()
        .unwrap()
        .remove("principalType");
    let made = stage.put(&path(&group_id(), &guid(1)), untyped).await;
    assert_eq!(made.body["properties"]["principalType"], "User");
    let got = stage
        .put(
            &path(&group_id(), &guid(2)),
            body(ADMIN_LOGIN, KIM, "Group"),
        )
        .await;
    assert_eq!((got.status, got.code()), (400, "UnmatchedPrincipalType"));
}

#[tokio::test]
async fn a_deletion_answers_what_it_deleted() {
    let stage = Stage::new(seed()).await;
    let at = path(&group_id(), &guid(1));
    stage.put(&at, body(ADMIN_LOGIN, ADMINS, "Group")).await;
    let deleted = stage.delete(&at).await;
    assert_eq!(
        (deleted.status, &deleted.body["name"]),
        (200, &guid(1).into())
    );
    assert_eq!(stage.delete(&at).await.status, 204);
    let got = stage.get(&at).await;
    assert_eq!((got.status, got.code()), (404, "RoleAssignmentNotFound"));
}

fn spread() -> vmlogin_sandbox::Seed {
    let mut seed = seed();
    let scopes = [
        "/".to_owned(),
        format!("/subscriptions/{SUB}"),
        group_id().replace("resourceGroups", "resourcegroups"),
        machine_id(),
        format!("/subscriptions/{SUB}/resourceGroups/rg-web-other"),
        "/providers/Microsoft.Management/managementGroups/corp".to_owned(),
    ];
    let assignments = &mut seed.tenants[0].subscriptions[0].role_assignments;
    for (n, scope) in scopes.iter().enumerate() {
        let principal = if n % 2 == 0 { KIM } else { ADMINS };
        assignments.push(assignment(u8::try_from(n).expect("few"), scope, principal));
    }
    seed
}

#[tokio::test]
async fn a_list_has_what_is_above_and_beneath() {
    let stage = Stage::new(spread()).await;
    assert_eq!(
        names(&stage, &format!("/subscriptions/{SUB}"), "").await,
        ["00", "01", "02", "03", "04", "05"]
    );
    assert_eq!(
        names(&stage, &group_id(), "").await,
        ["00", "01", "02", "03", "05"]
    );
    assert_eq!(
        names(&stage, &machine_id(), "").await,
        ["00", "01", "02", "03", "05"]
    );
}

#[tokio::test]
async fn at_scope_leaves_out_what_is_beneath() {
    let stage = Stage::new(spread()).await;
    assert_eq!(
        names(&stage, &group_id(), "atScope()").await,
        ["00", "01", "02", "05"]
    );
    assert_eq!(
        names(&stage, &format!("/subscriptions/{SUB}"), "atScope%28%29").await,
        ["00", "01", "05"]
    );
}

#[tokio::test]
async fn a_principal_is_found_at_above_and_beneath() {
    let stage = Stage::new(spread()).await;
    let scope = format!("/subscriptions/{SUB}");
    assert_eq!(
        names(&stage, &scope, &format!("principalId eq '{KIM}'")).await,
        ["00", "02", "04"]
    );
    assert_eq!(
        names(&stage, &scope, &format!("assignedTo('{KIM}')")).await,
        ["00", "02", "04"]
    );
    let both = format!("atScope() and principalId eq '{}'", KIM.to_uppercase());
    assert_eq!(names(&stage, &group_id(), &both).await, ["00", "02"]);
}

#[tokio::test]
async fn what_is_assigned_to_somebody_comes_through_groups_too() {
    let mut seed = spread();
    let groups = &mut seed.tenants[0].groups;
    groups[0].members = vec![guid(77)];
    groups.push(vmlogin_sandbox::seed::Group {
        name: "inner".to_owned(),
        id: guid(77),
        members: vec![KIM.to_uppercase()],
    });
    let stage = Stage::new(seed).await;
    let scope = format!("/subscriptions/{SUB}");
    let own = names(&stage, &scope, &format!("principalId eq '{KIM}'")).await;
    let all = names(&stage, &scope, &format!("assignedTo('{KIM}')")).await;
    let of_group = names(&stage, &scope, &format!("principalId eq '{ADMINS}'")).await;
    assert!(!of_group.is_empty());
    let mut both: Vec<String> = own.into_iter().chain(of_group).collect();
    both.sort_unstable();
    let mut all = all;
    all.sort_unstable();
    assert_eq!(all, both);
}

#[tokio::test]
async fn the_scope_keeps_its_makers_casing() {
    let stage = Stage::new(spread()).await;
    let got: Got = stage.get(&path(&group_id(), &guid(2))).await;
    let lower = group_id().replace("resourceGroups", "resourcegroups");
    assert_eq!(got.body["properties"]["scope"], lower);
    assert!(got.body["id"].as_str().unwrap().starts_with(&lower));
    let root = stage
        .get(&format!(
            "{}/providers/Microsoft.Authorization/roleAssignments",
            group_id()
        ))
        .await;
    assert_eq!(root.rows()[0]["id"], path("", &guid(0)));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let stage = Stage::new(seed()).await;
    let at = |name: &str| path(&group_id(), name);
    let got = stage
        .put(&at("not-a-guid"), body(ADMIN_LOGIN, KIM, "User"))
        .await;
    assert_eq!((got.status, got.code()), (400, "InvalidRoleAssignmentId"));
    let got = stage.put(&at(&guid(1)), body(&guid(2), KIM, "User")).await;
    assert_eq!(
        (got.status, got.code()),
        (404, "RoleDefinitionDoesNotExist")
    );
    let mut conditional = body(ADMIN_LOGIN, KIM, "User");
    conditional["properties"]["condition"] = json!("@Resource[x] StringEquals 'y'");
    assert_eq!(stage.put(&at(&guid(1)), conditional).await.status, 400);
    let list = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments?$filter=scope eq 'x'",
        group_id()
    );
    assert_eq!(stage.get(&list).await.code(), "UnsupportedQuery");
}

#[tokio::test]
async fn a_scope_that_does_not_exist_takes_no_assignment() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .put(
            &path(&machine_id().replace("web01", "gone"), &guid(1)),
            body(ADMIN_LOGIN, KIM, "User"),
        )
        .await;
    assert_eq!((got.status, got.code()), (404, "ResourceNotFound"));
    let got = stage
        .put(
            &path(
                "/providers/Microsoft.Management/managementGroups/m",
                &guid(1),
            ),
            body(ADMIN_LOGIN, KIM, "User"),
        )
        .await;
    assert_eq!((got.status, got.code()), (404, "NotFound"));
}

#[tokio::test]
async fn a_management_group_has_assignments_of_its_own_which_subscriptions_inherit() {
    let mut seed = spread();
    seed.tenants[0].management_groups = vec!["Corp".to_owned(), "other".to_owned()];
    let stage = Stage::new(seed).await;
    let corp = "/providers/Microsoft.Management/managementGroups/corp";
    let at = path(corp, &guid(20));
    let made = stage.put(&at, body(ADMIN_LOGIN, ADMINS, "Group")).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["id"], at);
    assert_eq!(made.body["properties"]["scope"], corp);
    let role = format!("/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}");
    assert_eq!(made.body["properties"]["roleDefinitionId"], role);
    let there = names(&stage, corp, "atScope()").await;
    let other = "/providers/Microsoft.Management/managementGroups/other";
    let elsewhere = names(&stage, other, "atScope()").await;
    assert!(there.contains(&"20".to_owned()) && !elsewhere.contains(&"20".to_owned()));
    let inherited = names(&stage, &format!("/subscriptions/{SUB}"), "").await;
    assert!(inherited.contains(&"20".to_owned()), "{inherited:?}");
    assert_eq!(stage.get(&at).await.status, 200);
    assert_eq!(stage.delete(&at).await.status, 200);
    assert_eq!(stage.get(&at).await.status, 404);
}

#[tokio::test]
async fn a_role_is_found_by_its_name_in_any_case() {
    let stage = Stage::new(seed()).await;
    let filter = "$filter=roleName eq 'virtual machine administrator login'";
    let got = stage
        .get(&format!(
            "{}/providers/Microsoft.Authorization/roleDefinitions?{filter}",
            machine_id()
        ))
        .await;
    assert_eq!(got.rows().len(), 1);
    let id = format!(
        "/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}"
    );
    assert_eq!(got.rows()[0]["id"], id);
    assert_eq!(
        got.rows()[0]["properties"]["permissions"][0]["notDataActions"],
        json!([])
    );
    let alone = stage.get(&id).await;
    assert_eq!(
        alone.body["properties"]["roleName"],
        "Virtual Machine Administrator Login"
    );
    let tenant = stage
        .get(&format!(
            "/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}"
        ))
        .await;
    assert_eq!(
        tenant.body["id"],
        format!("/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}")
    );
}
