use serde_json::{Value, json};
use vmlogin_sandbox::Seed;
use vmlogin_sandbox::seed::{Group, ServicePrincipal, User};

use crate::stage::{ADMINS, CALLER, CALLER_APP, KIM, Stage, guid, seed};

fn people() -> Seed {
    let mut seed = seed();
    let tenant = &mut seed.tenants[0];
    let user = |n: u8, upn: &str, name: &str| User {
        upn: upn.to_owned(),
        id: guid(n),
        name: name.to_owned(),
        ..User::default()
    };
    tenant.users.push(User {
        guest: true,
        ..user(1, "ann_fabrikam.com#EXT#@contoso.com", "Ann O'Brien")
    });
    tenant.users.push(User {
        deleted: true,
        ..user(2, "old@contoso.com", "Old Hand")
    });
    tenant.groups.push(Group {
        name: "SG-Web-Admins".to_owned(),
        id: guid(3),
        members: Vec::new(),
    });
    tenant.service_principals.push(ServicePrincipal {
        name: "ci-deployer".to_owned(),
        id: guid(4),
        app_id: guid(5),
    });
    seed
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|it| it["id"].as_str()).collect()
}

#[tokio::test]
async fn a_person_is_found_by_id_by_name_and_by_filter() {
    let stage = Stage::new(people()).await;
    for path in [
        format!("/users/{KIM}"),
        "/users/Kim@Contoso.com".to_owned(),
        "/users('kim@contoso.com')".to_owned(),
    ] {
        let got = stage.look_up(&path).await;
        assert_eq!((got.status, &got.body["id"]), (200, &KIM.into()), "{path}");
    }
    let got = stage
        .look_up("/users?$filter=userPrincipalName%20eq%20'kim%40contoso.com'")
        .await;
    assert_eq!(ids(got.rows()), [KIM]);
    let got = stage
        .look_up("/users?$filter=displayName eq 'Ann O''Brien'")
        .await;
    assert_eq!(ids(got.rows()), [guid(1)]);
    let got = stage
        .look_up("/users?$filter=mail eq 'kim@contoso.com' and accountEnabled eq true")
        .await;
    assert_eq!(ids(got.rows()), [KIM]);
}

#[tokio::test]
async fn nobody_is_an_empty_list_by_filter_and_a_404_by_path() {
    let stage = Stage::new(people()).await;
    let got = stage
        .look_up("/users?$filter=userPrincipalName eq 'nobody@contoso.com'")
        .await;
    assert_eq!((got.status, got.rows().len()), (200, 0));
    let got = stage.look_up("/users/nobody@contoso.com").await;
    assert_eq!((got.status, got.code()), (404, "Request_ResourceNotFound"));
    assert!(
        got.message()
            .starts_with("Resource 'nobody@contoso.com' does not exist")
    );
    assert!(got.body["error"]["innerError"]["request-id"].is_string());
}

#[tokio::test]
async fn a_deleted_person_is_among_the_deleted_items_only() {
    let stage = Stage::new(people()).await;
    assert_eq!(stage.look_up("/users/old@contoso.com").await.status, 404);
    let got = stage
        .look_up("/directory/deletedItems/microsoft.graph.user")
        .await;
    assert_eq!(ids(got.rows()), [guid(2)]);
    assert_eq!(
        got.rows()[0]["userPrincipalName"],
        format!("{}old@contoso.com", guid(2).replace('-', ""))
    );
    let groups = stage
        .look_up("/directory/deletedItems/microsoft.graph.group")
        .await;
    assert_eq!((groups.status, groups.rows().len()), (200, 0));
    let got = stage
        .look_up(&format!("/directory/deletedItems/{}", guid(2)))
        .await;
    assert_eq!(got.body["@odata.type"], "#microsoft.graph.user");
    assert_eq!(
        stage
            .look_up(&format!("/directory/deletedItems/{KIM}"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn only_selected_properties_are_answered_and_some_only_when_selected() {
    let stage = Stage::new(people()).await;
    let got = stage
        .look_up(&format!(
            "/users/{}?$select=id,userType,accountEnabled",
            guid(1)
        ))
        .await;
    assert_eq!(got.body["userType"], "Guest");
    assert_eq!(got.body["accountEnabled"], true);
    assert_eq!(got.body.get("displayName"), None);
    let got = stage.look_up(&format!("/users/{KIM}")).await;
    assert_eq!(
        (got.body.get("userType"), got.body.get("accountEnabled")),
        (None, None)
    );
    assert_eq!(got.body["jobTitle"], Value::Null);
    let got = stage.look_up("/users?$select=id,shoeSize").await;
    assert_eq!((got.status, got.code()), (400, "BadRequest"));
    assert!(
        got.message()
            .contains("Could not find a property named 'shoeSize' on type 'microsoft.graph.user'")
    );
}

#[tokio::test]
async fn a_group_name_may_stand_for_several() {
    let stage = Stage::new(people()).await;
    let got = stage
        .look_up("/groups?$filter=displayName eq 'sg-web-admins'&$select=id,displayName")
        .await;
    assert_eq!(ids(got.rows()), [ADMINS.to_owned(), guid(3)]);
}

#[tokio::test]
async fn an_application_is_found_by_its_application_id() {
    let stage = Stage::new(people()).await;
    let app = guid(5);
    for path in [
        format!("/servicePrincipals?$filter=appId eq '{app}'"),
        format!("/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{app}')"),
        "/servicePrincipals?$filter=displayName eq 'ci-deployer'".to_owned(),
    ] {
        assert_eq!(ids(stage.look_up(&path).await.rows()), [guid(4)], "{path}");
    }
    let got = stage
        .look_up(&format!("/servicePrincipals(appId='{app}')"))
        .await;
    assert_eq!(got.body["id"], guid(4));
    assert_eq!(
        stage
            .look_up(&format!("/servicePrincipals/{app}"))
            .await
            .status,
        404
    );
    let caller = stage
        .look_up(&format!(
            "/servicePrincipals?$filter=appId eq '{CALLER_APP}'"
        ))
        .await;
    assert_eq!(ids(caller.rows()), [CALLER]);
}

#[tokio::test]
async fn many_ids_are_looked_up_at_once_and_unknown_ones_left_out() {
    let stage = Stage::new(people()).await;
    let asked = json!({"ids": [ADMINS, guid(98), KIM.to_uppercase(), guid(4), guid(2)]});
    let got = stage.post("/directoryObjects/getByIds", asked).await;
    assert_eq!(got.status, 200);
    assert_eq!(
        ids(got.rows()),
        [ADMINS.to_owned(), KIM.to_owned(), guid(4)]
    );
    let types: Vec<&Value> = got.rows().iter().map(|it| &it["@odata.type"]).collect();
    assert_eq!(
        types,
        [
            "#microsoft.graph.group",
            "#microsoft.graph.user",
            "#microsoft.graph.servicePrincipal"
        ]
    );
    assert!(got.headers.contains_key("location"));
    let narrowed = json!({"ids": [ADMINS, KIM], "types": ["group"]});
    let got = stage.post("/directoryObjects/getByIds", narrowed).await;
    assert_eq!(ids(got.rows()), [ADMINS]);
    let got = stage
        .post(
            "/directoryObjects/getByIds?$select=id,userType",
            json!({"ids": [ADMINS, KIM]}),
        )
        .await;
    assert_eq!(got.rows()[1]["userType"], "Member");
    assert_eq!(got.rows()[0].get("displayName"), None);
}

#[tokio::test]
async fn a_look_up_takes_a_thousand_ids() {
    let stage = Stage::new(people()).await;
    let got = stage
        .post(
            "/directoryObjects/getByIds",
            json!({"ids": vec![KIM; 1000]}),
        )
        .await;
    assert_eq!(got.status, 200);
    let got = stage
        .post(
            "/directoryObjects/getByIds",
            json!({"ids": vec![KIM; 1001]}),
        )
        .await;
    assert_eq!((got.status, got.code()), (400, "Request_BadRequest"));
}

#[tokio::test]
async fn the_parts_of_a_batch_are_answered_for_themselves_in_any_order() {
    let stage = Stage::new(people()).await;
    let part = |id: &str, url: &str| json!({"id": id, "method": "GET", "url": url});
    let asked = json!({"requests": [
        part("1", &format!("/users/{KIM}?$select=id")),
        part("2", "users/nobody@contoso.com"),
        part("3", "/groups?$filter=displayName%20eq%20'sg-web-admins'"),
    ]});
    let got = stage.post("/$batch", asked).await;
    assert_eq!(got.status, 200);
    let parts = got.body["responses"].as_array().unwrap();
    let statuses: Vec<(&str, u64)> = parts
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), it["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(statuses, [("3", 200), ("2", 404), ("1", 200)]);
    assert_eq!(parts[2]["body"]["id"], KIM);
    assert_eq!(
        parts[1]["body"]["error"]["code"],
        "Request_ResourceNotFound"
    );
}

#[tokio::test]
async fn a_batch_has_twenty_parts_at_most_and_ids_of_its_own() {
    let stage = Stage::new(people()).await;
    let part = |id: usize| json!({"id": id.to_string(), "method": "GET", "url": "/organization"});
    let twenty: Vec<Value> = (0..20).map(part).collect();
    assert_eq!(
        stage
            .post("/$batch", json!({"requests": twenty}))
            .await
            .status,
        200
    );
    let more: Vec<Value> = (0..21).map(part).collect();
    let got = stage.post("/$batch", json!({"requests": more})).await;
    assert_eq!((got.status, got.code()), (400, "BadRequest"));
    let twice = json!({"requests": [part(1), part(1)]});
    assert_eq!(stage.post("/$batch", twice).await.status, 400);
}

#[tokio::test]
async fn a_part_that_depends_on_a_failed_one_fails_too() {
    let stage = Stage::new(people()).await;
    let asked = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/users/nobody@contoso.com"},
        {"id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"]},
    ]});
    let got = stage.post("/$batch", asked).await;
    assert_eq!(got.body["responses"][0]["status"], 424);
}

#[tokio::test]
async fn long_lists_are_paged_by_links() {
    let mut seed = seed();
    seed.tenants[0].groups.extend((0..=99).map(|n| Group {
        name: format!("g{n}"),
        id: guid(n),
        members: Vec::new(),
    }));
    let stage = Stage::new(seed).await;
    let first = stage.look_up("/groups?$select=id").await;
    assert_eq!(first.rows().len(), 100);
    let next = first.body["@odata.nextLink"].as_str().unwrap();
    let second = stage
        .raw(reqwest::Method::GET, next, &stage.directory, None)
        .await;
    assert_eq!(
        (second.rows().len(), second.body.get("@odata.nextLink")),
        (1, None)
    );
    assert_eq!(second.rows()[0].as_object().unwrap().len(), 1);
    let small = stage.look_up("/groups?$top=7").await;
    assert_eq!(small.rows().len(), 7);
    assert_eq!(stage.look_up("/groups?$top=1000").await.status, 400);
}

#[tokio::test]
async fn a_caller_without_directory_rights_is_refused_each_part_for_itself() {
    let mut seed = people();
    seed.tenants[0].callers[0].no_directory_rights = true;
    let stage = Stage::new(seed).await;
    for path in ["/users", "/groups", "/devices", "/organization"] {
        let got = stage.look_up(path).await;
        assert_eq!(
            (got.status, got.code()),
            (403, "Authorization_RequestDenied"),
            "{path}"
        );
    }
    let got = stage
        .post("/directoryObjects/getByIds", json!({"ids": [KIM]}))
        .await;
    assert_eq!(got.status, 403);
    let asked = json!({"requests": [{"id": "1", "method": "GET", "url": "/organization"}]});
    let got = stage.post("/$batch", asked).await;
    assert_eq!(
        (got.status, &got.body["responses"][0]["status"]),
        (200, &403.into())
    );
}

#[tokio::test]
async fn the_directory_answers_under_its_own_prefix_too() {
    let stage = Stage::new(people()).await;
    let token = stage
        .token(
            crate::stage::TENANT,
            &format!("{}/graph", stage.sandbox.url()),
        )
        .await;
    let got = stage
        .raw(
            reqwest::Method::GET,
            &format!("/graph/v1.0/users/{KIM}"),
            &token,
            None,
        )
        .await;
    assert_eq!(got.status, 200);
    assert!(
        got.body["@odata.context"]
            .as_str()
            .unwrap()
            .contains("/graph/v1.0/$metadata#users/$entity")
    );
}

#[tokio::test]
async fn an_application_has_no_me() {
    let stage = Stage::new(people()).await;
    let got = stage.look_up("/me").await;
    assert_eq!((got.status, got.code()), (400, "BadRequest"));
    let got = stage.look_up("/organization").await;
    assert_eq!(got.rows()[0]["verifiedDomains"][0]["name"], "contoso.com");
}

#[tokio::test]
async fn what_is_not_understood_in_a_filter_is_said() {
    let stage = Stage::new(people()).await;
    let got = stage.look_up("/users?$filter=displayName ne 'x'").await;
    assert_eq!((got.status, got.code()), (400, "BadRequest"));
    assert!(got.message().starts_with("Invalid filter clause"));
}
