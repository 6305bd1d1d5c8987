use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::Resolution;
use vmlogin_engine::provider::FaultKind;
use vmlogin_engine::value::{Principal, PrincipalKind};

use super::device::{Sighting, Sought, judge, namesakes};
use super::{ask, batch, query};
use crate::arm::ArmId;
use crate::provider::rehearsal::{self, Part};
use crate::testing::{Answer, Server};

const ID: &str = "77777777-7777-4777-8777-777777777777";

fn principal(kind: PrincipalKind, name: &str) -> Principal {
    Principal {
        kind,
        name: name.to_owned(),
    }
}

/// What becomes of principals, and what was asked for it.
async fn resolve(
    principals: Vec<Principal>,
    parts: Vec<Part>,
) -> (Vec<(Principal, Resolution)>, Vec<String>) {
    let server = rehearsal::server(parts).await;
    let answers = ask(&rehearsal::client(&server), principals).await.unwrap();
    let resolved = answers.into_iter();
    let resolved = resolved.map(|(principal, answer)| (principal, answer.unwrap()));
    (resolved.collect(), server.lines())
}

async fn resolve_one(
    kind: PrincipalKind,
    name: &str,
    parts: Vec<Part>,
) -> (Resolution, Vec<String>) {
    let (mut resolved, lines) = resolve(vec![principal(kind, name)], parts).await;
    (resolved.remove(0).1, lines)
}

fn rows(rows: Json) -> Json {
    json!({"value": rows})
}

#[test]
fn a_name_is_quoted_for_the_filter_and_the_url() {
    let questions = [
        query::by_name(&principal(PrincipalKind::User, "o'neil+x@contoso.com")),
        query::by_name(&principal(PrincipalKind::Group, "sg a/b & c#$")),
    ];
    let body = batch::batch(&questions).body.unwrap();
    assert_eq!(
        body,
        json!({"requests": [
            {"id": "0", "method": "GET", "url": "/users?$filter=userPrincipalName%20eq%20%27o%27%27neil%2Bx%40contoso.com%27&$select=id,displayName,userPrincipalName,accountEnabled,userType"},
            {"id": "1", "method": "GET", "url": "/groups?$filter=displayName%20eq%20%27sg%20a%2Fb%20%26%20c%23%24%27&$select=id,displayName,mailNickname,createdDateTime"},
        ]})
    );
}

#[tokio::test(start_paused = true)]
async fn names_are_asked_for_together_and_answered_in_any_order() {
    let principals: Vec<Principal> = (0..21)
        .map(|n| principal(PrincipalKind::User, &format!("u{n:02}@contoso.com")))
        .collect();
    let found =
        rows(json!([{"id": ID.to_uppercase(), "displayName": "Kim", "accountEnabled": false}]));
    let (resolved, lines) = resolve(
        principals.clone(),
        vec![
            (
                "GET /v1.0/users?$filter=userPrincipalName%20eq%20%27u07",
                200,
                found,
            ),
            ("GET /v1.0/users?", 200, rows(json!([]))),
            ("GET /v1.0/directory/deletedItems/", 200, rows(json!([]))),
        ],
    )
    .await;
    let mut lines = lines;
    lines.sort();
    // One batch, the name that is left over, and the recycle bin once.
    let begins: Vec<&str> = lines
        .iter()
        .map(|line| line.split("%27&").next().unwrap())
        .collect();
    assert_eq!(
        begins,
        [
            "GET /v1.0/directory/deletedItems/microsoft.graph.user?$select=id,displayName,userPrincipalName&$top=999",
            "GET /v1.0/users?$filter=userPrincipalName%20eq%20%27u20%40contoso.com",
            "POST /v1.0/$batch",
        ]
    );
    for (asked, (principal, resolution)) in principals.iter().zip(&resolved) {
        assert_eq!(asked, principal);
        match resolution {
            Resolution::Found(found) => {
                assert_eq!(principal.name, "u07@contoso.com");
                assert_eq!((found.object_id.as_str(), found.enabled), (ID, Some(false)));
            }
            other => assert_eq!(*other, Resolution::Missing),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_that_was_throttled_is_asked_again_alone() {
    let server = Server::start(|seen| {
        let found = json!({"value": [{"id": ID}]});
        if seen.line == "POST /v1.0/$batch" {
            return Answer::json(200, json!({"responses": [
                {"id": "1", "status": 429, "headers": {"Retry-After": "10"}, "body": {"error": {"code": "TooManyRequests"}}},
                {"id": "0", "status": 200, "body": {"value": []}},
            ]}));
        }
        assert!(seen.line.contains("second"), "{}", seen.line);
        Answer::json(200, found)
    })
    .await;
    let questions =
        ["first", "second"].map(|name| query::by_name(&principal(PrincipalKind::Group, name)));
    let answers = batch::ask::<super::Object>(&rehearsal::client(&server), questions.to_vec())
        .await
        .unwrap();
    let counts: Vec<usize> = answers
        .into_iter()
        .map(|answer| answer.unwrap().len())
        .collect();
    assert_eq!(counts, [0, 1]);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_refused_is_a_fault_of_its_own() {
    let refused = json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}});
    let server = rehearsal::server(vec![
        ("GET /v1.0/groups?", 403, refused),
        ("GET /v1.0/users?", 200, rows(json!([]))),
    ])
    .await;
    let questions = vec![
        query::by_name(&principal(PrincipalKind::Group, "a")),
        query::by_name(&principal(PrincipalKind::User, "b")),
    ];
    let answers = batch::ask::<super::Object>(&rehearsal::client(&server), questions)
        .await
        .unwrap();
    let fault = answers[0].as_ref().unwrap_err();
    assert_eq!(fault.attempted, "find group `a` in the directory");
    assert_eq!(fault.code.as_deref(), Some("Authorization_RequestDenied"));
    assert_eq!(answers[1].as_ref().unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_name_on_several_objects_is_ambiguous_and_lists_them_by_id() {
    let two = rows(json!([
        {"id": "b", "displayName": "sg", "mailNickname": "sg2"},
        {"id": "a", "displayName": "sg", "createdDateTime": "2020-01-01T00:00:00Z"},
    ]));
    let (resolution, _) = resolve_one(
        PrincipalKind::Group,
        "sg",
        vec![("GET /v1.0/groups?", 200, two)],
    )
    .await;
    let Resolution::Ambiguous(candidates) = resolution else {
        panic!("{resolution:?}")
    };
    let shown: Vec<(&str, &str)> = candidates
        .iter()
        .map(|candidate| (candidate.object_id.as_str(), candidate.description.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("a", "sg, created 2020-01-01T00:00:00Z"),
            ("b", "sg, mail nickname sg2")
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_user_is_found_though_the_bin_changes_the_name() {
    let bin = rows(json!([
        {"id": "x", "displayName": "Other", "userPrincipalName": "123other@contoso.com"},
        {"id": ID, "displayName": "Kim", "userPrincipalName": "77777777777747778777777777777777Kim@contoso.com"},
    ]));
    let parts = vec![
        ("GET /v1.0/users?", 200, rows(json!([]))),
        (
            "GET /v1.0/directory/deletedItems/microsoft.graph.user?",
            200,
            bin,
        ),
    ];
    let (resolution, _) = resolve_one(PrincipalKind::User, "kim@contoso.com", parts).await;
    let Resolution::Deleted(candidate) = resolution else {
        panic!("{resolution:?}")
    };
    assert_eq!(candidate.object_id, ID);
}

#[tokio::test(start_paused = true)]
async fn an_application_id_is_told_from_an_object_id() {
    let parts = vec![
        ("POST /v1.0/directoryObjects/getByIds", 200, rows(json!([]))),
        (
            "GET /v1.0/servicePrincipals?",
            200,
            rows(json!([{"id": "sp", "displayName": "ci"}])),
        ),
    ];
    let (resolution, _) = resolve_one(PrincipalKind::ObjectId, ID, parts).await;
    let Resolution::ApplicationId(candidate) = resolution else {
        panic!("{resolution:?}")
    };
    assert_eq!(
        (candidate.object_id.as_str(), candidate.description.as_str()),
        ("sp", "ci")
    );
}

#[tokio::test(start_paused = true)]
async fn an_object_id_is_found_with_its_type_and_nothing_more_is_asked() {
    let found = rows(
        json!([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": ID, "displayName": "ci"}]),
    );
    let parts = vec![("POST /v1.0/directoryObjects/getByIds", 200, found)];
    let (resolution, lines) = resolve_one(PrincipalKind::ObjectId, &ID.to_uppercase(), parts).await;
    let Resolution::Found(found) = resolution else {
        panic!("{resolution:?}")
    };
    assert_eq!(
        (
            found.object_id.as_str(),
            found.principal_type.as_str(),
            found.enabled
        ),
        (ID, "ServicePrincipal", None)
    );
    assert_eq!(lines, ["POST /v1.0/directoryObjects/getByIds"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_id_is_missing_without_a_question() {
    let (resolution, lines) = resolve_one(PrincipalKind::ObjectId, "kim", Vec::new()).await;
    assert_eq!((resolution, lines), (Resolution::Missing, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_bin_that_may_not_be_read_leaves_a_name_missing() {
    let refused = json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}});
    let parts = vec![
        ("GET /v1.0/users?", 200, rows(json!([]))),
        ("GET /v1.0/directory/", 403, refused),
    ];
    assert_eq!(
        resolve_one(PrincipalKind::User, "kim@contoso.com", parts)
            .await
            .0,
        Resolution::Missing
    );
}

fn sighting(devices: Json) -> Sighting {
    let sought = Sought {
        machine: ArmId::of_subscription("s")
            .group("rg")
            .resource("Microsoft.Compute/virtualMachines", "web01"),
        computer_name: "WEB01".to_owned(),
        since: "2026-11-21T10:00:00Z".parse().unwrap(),
    };
    judge(&sought, &serde_json::from_value::<Vec<_>>(devices).unwrap())
}

#[test]
fn a_device_that_points_at_the_machine_is_the_machine_whenever_it_joined() {
    let ids = json!([
        "[HWID]:h:1",
        "[AzureResourceId]:/subscriptions/S/resourcegroups/RG/providers/Microsoft.Compute/virtualMachines/web01"
    ]);
    assert_eq!(
        sighting(json!([{"physicalIds": ids, "registrationDateTime": "2020-01-01T00:00:00Z"}])),
        Sighting::Pointing
    );
}

#[test]
fn a_device_of_the_name_counts_only_if_it_joined_during_the_run() {
    let device = |trust: &str, time: &str| json!([{"trustType": trust, "registrationDateTime": time, "physicalIds": []}]);
    assert_eq!(
        sighting(device("AzureAd", "2026-11-21T10:03:00Z")),
        Sighting::Named
    );
    assert_eq!(
        sighting(device("AzureAd", "2026-11-21T09:59:00Z")),
        Sighting::Named
    );
    for (trust, time) in [
        ("AzureAd", "2026-11-21T09:00:00Z"),
        ("ServerAd", "2026-11-21T10:03:00Z"),
        ("AzureAd", "soon"),
    ] {
        assert_eq!(
            sighting(device(trust, time)),
            Sighting::Nothing { others: 1 },
            "{trust} {time}"
        );
    }
}

#[test]
fn a_device_that_points_at_another_machine_is_not_this_one() {
    let ids = json!([
        "[AzureResourceId]:/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web011"
    ]);
    let device = json!([{"trustType": "AzureAd", "registrationDateTime": "2026-11-21T10:03:00Z", "physicalIds": ids}]);
    assert_eq!(sighting(device), Sighting::Nothing { others: 1 });
    assert_eq!(sighting(json!([])), Sighting::Nothing { others: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_deleted_name_is_found_behind_its_object_id_and_a_longer_name_is_another() {
    let bin = |upn: &str| {
        let rows = rows(json!([{"id": ID, "displayName": "Kim", "userPrincipalName": upn}]));
        vec![
            ("GET /v1.0/users?", 200, self::rows(json!([]))),
            (
                "GET /v1.0/directory/deletedItems/microsoft.graph.user?",
                200,
                rows,
            ),
        ]
    };
    let simple = ID.replace('-', "");
    for (upn, is_deleted) in [
        (format!("{simple}kim@contoso.com"), true),
        (format!("{}KIM@contoso.com", simple.to_uppercase()), true),
        ("kim@contoso.com".to_owned(), true),
        (format!("{simple}joakim@contoso.com"), false),
        ("joakim@contoso.com".to_owned(), false),
    ] {
        let (resolution, _) = resolve_one(PrincipalKind::User, "kim@contoso.com", bin(&upn)).await;
        assert_eq!(
            matches!(resolution, Resolution::Deleted(_)),
            is_deleted,
            "{upn}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_without_an_id_is_no_object() {
    let server = rehearsal::server(vec![(
        "GET /v1.0/groups?",
        200,
        rows(json!([{"displayName": "sg-web"}])),
    )])
    .await;
    let asked = vec![principal(PrincipalKind::Group, "sg-web")];
    let fault = ask(&rehearsal::client(&server), asked).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[tokio::test(start_paused = true)]
async fn each_name_has_an_answer_of_its_own() {
    let refused = json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}});
    let server = rehearsal::server(vec![
        ("GET /v1.0/users?", 200, rows(json!([{"id": ID}]))),
        ("GET /v1.0/groups?", 403, refused),
    ])
    .await;
    let asked = vec![
        principal(PrincipalKind::User, "kim@contoso.com"),
        principal(PrincipalKind::Group, "sg-web"),
    ];
    let answers = ask(&rehearsal::client(&server), asked).await.unwrap();
    assert!(
        matches!(answers[0].1, Ok(Resolution::Found(_))),
        "{answers:?}"
    );
    let fault = answers[1].1.as_ref().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Permission);
    let help = fault.help.as_deref().unwrap_or_default();
    assert!(help.contains("`vmlogin pin`"), "{help}");
}

#[tokio::test]
async fn many_names_of_devices_are_one_question_and_each_gets_its_own() {
    let device = |id: &str, name: &str| json!({"id": id, "displayName": name});
    let found = rows(json!([
        device("1", "WEB02"),
        device("2", "web01"),
        device("3", "web02")
    ]));
    let server = rehearsal::server(vec![("GET /v1.0/devices?", 200, found)]).await;
    let names = ["web01", "web02", "o'neil"];
    let answers = namesakes(&rehearsal::client(&server), &names)
        .await
        .unwrap();
    let ids: Vec<Vec<String>> = answers
        .into_iter()
        .map(|answer| answer.unwrap().into_iter().map(|it| it.id).collect())
        .collect();
    assert_eq!(ids, [vec!["2"], vec!["1", "3"], vec![]]);
    let lines = server.lines();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("displayName%20in%20"), "{lines:?}");
    assert!(lines[0].contains("o%27%27neil"), "{lines:?}");
}
