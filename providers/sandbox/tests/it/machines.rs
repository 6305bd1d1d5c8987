use reqwest::Method;
use serde_json::{Value, json};
use vmlogin_sandbox::Options;
use vmlogin_sandbox::seed::{Agent, Machine, Power};

use crate::stage::{SUB, Stage, group_id, login, login_id, machine, machine_id, seed};

const FIRST: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one";
const SECOND: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/two";

#[tokio::test]
async fn a_machine_without_identity_extensions_or_tags_has_no_such_members() {
    let stage = Stage::new(seed()).await;
    let got = stage.get(&machine_id()).await;
    assert_eq!(got.status, 200);
    for absent in ["identity", "resources", "tags"] {
        assert_eq!(got.body.get(absent), None, "{absent}");
    }
    assert_eq!(got.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(got.body["properties"]["osProfile"]["computerName"], "WEB01");
    assert_eq!(got.body["properties"].get("instanceView"), None);
}

#[tokio::test]
async fn an_instance_view_tells_power_agent_and_product() {
    let stage = Stage::new(seed()).await;
    let expanded = stage
        .get(&format!("{}?$expand=instanceView", machine_id()))
        .await;
    let view = &expanded.body["properties"]["instanceView"];
    assert_eq!(view["statuses"][1]["code"], "PowerState/running");
    assert_eq!(view["vmAgent"]["statuses"][0]["displayStatus"], "Ready");
    assert_eq!(view["osName"], "Windows Server 2022 Datacenter");
    assert_eq!(view.get("extensions"), None);
    let alone = stage.get(&format!("{}/instanceView", machine_id())).await;
    assert_eq!(alone.body, *view);
}

#[tokio::test]
async fn a_stopped_machine_has_no_agent_to_report() {
    let mut seed = seed();
    machine(&mut seed).power = Power::Stopped;
    let stage = Stage::new(seed).await;
    let view = stage
        .get(&format!("{}/instanceView", machine_id()))
        .await
        .body;
    assert_eq!(view["statuses"][1]["code"], "PowerState/stopped");
    assert_eq!(view["vmAgent"]["vmAgentVersion"], "Unknown");
    assert_eq!(view.get("osName"), None);
}

#[tokio::test]
async fn ids_match_without_case_and_a_get_echoes_the_groups_casing() {
    let stage = Stage::new(seed()).await;
    let odd = machine_id()
        .replace("rg-web", "RG-Web")
        .replace("virtualMachines", "VIRTUALMACHINES")
        .replace("web01", "WEB01");
    let got = stage.get(&odd).await;
    assert_eq!(got.body["id"], machine_id().replace("rg-web", "RG-Web"));
    assert_eq!(got.body["name"], "web01");
}

#[tokio::test]
async fn the_subscriptions_list_has_upper_case_groups_and_extensions_as_ids() {
    let stage = Stage::new(seed()).await;
    stage.identify().await;
    stage.install().await;
    let all = format!("/subscriptions/{SUB}/providers/Microsoft.Compute/virtualMachines");
    let upper = stage.get(&all).await;
    assert_eq!(
        upper.rows()[0]["id"],
        machine_id().replace("rg-web", "RG-WEB")
    );
    assert_eq!(
        upper.rows()[0]["resources"],
        json!([{"id": login_id().replace("rg-web", "RG-WEB")}])
    );
    let stored = stage
        .get(&format!(
            "{}/providers/Microsoft.Compute/virtualMachines",
            group_id()
        ))
        .await;
    assert_eq!(stored.rows()[0]["id"], machine_id());
    let single = stage.get(&machine_id()).await;
    assert_eq!(
        single.body["resources"][0]["properties"]["type"],
        "AADLoginForWindows"
    );
}

#[tokio::test]
async fn an_identity_patch_answers_200_and_is_not_finished() {
    let stage = Stage::new(seed()).await;
    let patched = stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    assert_eq!(patched.status, 200);
    assert_eq!(patched.body["properties"]["provisioningState"], "Updating");
    assert!(patched.body["identity"]["principalId"].is_string());
    assert!(!patched.headers.contains_key("location"));
    assert_eq!(patched.headers["retry-after"], "0");
    let url = &patched.headers["azure-asyncoperation"];
    assert!(url.len() > 3500, "{}", url.len());
    let first = stage.raw(Method::GET, url, &stage.arm, None).await;
    assert_eq!(first.body["status"], "InProgress");
    let second = stage.raw(Method::GET, url, &stage.arm, None).await;
    assert_eq!(second.body["status"], "Succeeded");
    assert!(second.body["endTime"].is_string());
    let got = stage.get(&machine_id()).await;
    assert_eq!(got.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(got.body["identity"], patched.body["identity"]);
}

#[tokio::test]
async fn a_machine_settles_for_a_client_that_never_polls() {
    let stage = Stage::new(seed()).await;
    stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    let first = stage.get(&machine_id()).await;
    assert_eq!(first.body["properties"]["provisioningState"], "Updating");
    let second = stage.get(&machine_id()).await;
    assert_eq!(second.body["properties"]["provisioningState"], "Succeeded");
}

async fn identity(stage: &Stage, sent: Value) -> Value {
    let patched = stage.patch(&machine_id(), json!({"identity": sent})).await;
    assert_eq!(patched.status, 200, "{:?}", patched.body);
    stage.finish(&patched).await;
    stage.get(&machine_id()).await.body["identity"].clone()
}

fn attached(identity: &Value) -> Vec<&str> {
    let map = identity["userAssignedIdentities"].as_object();
    map.into_iter()
        .flatten()
        .map(|(id, _)| id.as_str())
        .collect()
}

#[tokio::test]
async fn the_type_is_answered_with_its_blank() {
    let stage = Stage::new(seed()).await;
    let got = identity(
        &stage,
        json!({"type": "systemassigned,UserAssigned", "userAssignedIdentities": {FIRST: {}}}),
    )
    .await;
    assert_eq!(got["type"], "SystemAssigned, UserAssigned");
}

#[tokio::test]
async fn a_bare_system_assigned_detaches_all_others() {
    let mut seed = seed();
    machine(&mut seed).user_assigned = vec![FIRST.to_owned(), SECOND.to_owned()];
    let stage = Stage::new(seed).await;
    let got = identity(&stage, json!({"type": "SystemAssigned"})).await;
    assert_eq!(got["type"], "SystemAssigned");
    assert_eq!(attached(&got), Vec::<&str>::new());
}

#[tokio::test]
async fn the_combined_type_without_a_map_keeps_what_is_attached() {
    let mut seed = seed();
    machine(&mut seed).user_assigned = vec![FIRST.to_owned(), SECOND.to_owned()];
    let stage = Stage::new(seed).await;
    let got = identity(&stage, json!({"type": "SystemAssigned, UserAssigned"})).await;
    assert_eq!(attached(&got), [FIRST, SECOND]);
    assert!(got["principalId"].is_string());
}

#[tokio::test]
async fn null_in_the_map_detaches_one_whatever_its_case() {
    let mut seed = seed();
    machine(&mut seed).user_assigned = vec![FIRST.to_owned(), SECOND.to_owned()];
    let stage = Stage::new(seed).await;
    let sent =
        json!({"type": "UserAssigned", "userAssignedIdentities": {FIRST.to_lowercase(): null}});
    assert_eq!(attached(&identity(&stage, sent).await), [SECOND]);
}

#[tokio::test]
async fn a_new_attachment_shows_its_ids_only_when_the_operation_is_over() {
    let stage = Stage::new(seed()).await;
    let body = json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {FIRST: {}}}});
    let patched = stage.patch(&machine_id(), body).await;
    assert_eq!(
        patched.body["identity"]["userAssignedIdentities"][FIRST],
        json!({})
    );
    assert_eq!(patched.body["identity"].get("principalId"), None);
    stage.finish(&patched).await;
    let got = stage.get(&machine_id()).await;
    assert!(got.body["identity"]["userAssignedIdentities"][FIRST]["principalId"].is_string());
}

#[tokio::test]
async fn none_makes_the_member_vanish_and_a_new_identity_is_another() {
    let stage = Stage::new(seed()).await;
    let first = stage.identify().await;
    assert_eq!(
        stage
            .look_up(&format!("/servicePrincipals/{first}"))
            .await
            .status,
        200
    );
    let gone = stage
        .patch(&machine_id(), json!({"identity": {"type": "None"}}))
        .await;
    assert_eq!(gone.body.get("identity"), None);
    stage.finish(&gone).await;
    assert_eq!(
        stage
            .look_up(&format!("/servicePrincipals/{first}"))
            .await
            .status,
        404
    );
    assert_ne!(stage.identify().await, first);
}

#[tokio::test]
async fn the_principal_survives_later_writes() {
    let stage = Stage::new(seed()).await;
    let first = stage.identify().await;
    let patched = stage
        .patch(&machine_id(), json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(patched.body["identity"]["principalId"], first);
    let got = stage.get(&machine_id()).await.body;
    let mut sent = got.clone();
    for left_out in ["identity", "resources", "etag"] {
        sent.as_object_mut().unwrap().remove(left_out);
    }
    let put = stage.put(&machine_id(), sent).await;
    assert_eq!(put.status, 200);
    assert_eq!(put.body["identity"]["principalId"], first);
    assert_eq!(put.body["tags"], json!({"a": "b"}));
}

#[tokio::test]
async fn a_put_without_tags_drops_them_and_a_patch_without_keeps_them() {
    let mut seed = seed();
    machine(&mut seed)
        .tags
        .insert("a".to_owned(), "b".to_owned());
    let stage = Stage::new(seed).await;
    let patched = stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    assert_eq!(patched.body["tags"], json!({"a": "b"}));
    let put = stage
        .put(
            &machine_id(),
            json!({"location": "West Europe", "properties": {}}),
        )
        .await;
    assert_eq!((put.status, put.body.get("tags")), (200, None));
}

#[tokio::test]
async fn what_is_fixed_cannot_be_changed() {
    let stage = Stage::new(seed()).await;
    let body =
        json!({"location": "westeurope", "properties": {"osProfile": {"computerName": "WEB02"}}});
    let got = stage.put(&machine_id(), body).await;
    assert_eq!((got.status, got.code()), (409, "PropertyChangeNotAllowed"));
    let got = stage
        .put(&machine_id(), json!({"location": "northeurope"}))
        .await;
    assert_eq!((got.status, got.code()), (409, "InvalidResourceLocation"));
}

#[tokio::test]
async fn an_old_etag_does_not_match() {
    let stage = Stage::new(seed()).await;
    let etag = stage.get(&machine_id()).await.headers["etag"].clone();
    stage.identify().await;
    let url = format!(
        "{}{}?api-version=2024-07-01",
        stage.sandbox.url(),
        machine_id()
    );
    let request = stage
        .client
        .patch(url)
        .bearer_auth(&stage.arm)
        .header("if-match", etag);
    let answer = request.json(&json!({"tags": {}})).send().await.unwrap();
    assert_eq!(answer.status(), 412);
}

#[tokio::test]
async fn power_changes_when_the_operation_is_over() {
    let stage = Stage::new(seed()).await;
    let posted = stage
        .send(Method::POST, &format!("{}/deallocate", machine_id()), None)
        .await;
    assert_eq!((posted.status, &posted.body), (202, &Value::Null));
    let location = format!("{}&monitor=true", posted.headers["azure-asyncoperation"]);
    assert_eq!(posted.headers["location"], location);
    assert_eq!(
        stage
            .raw(Method::GET, &location, &stage.arm, None)
            .await
            .status,
        202
    );
    assert_eq!(
        stage
            .raw(Method::GET, &location, &stage.arm, None)
            .await
            .status,
        200
    );
    let view = stage
        .get(&format!("{}/instanceView", machine_id()))
        .await
        .body;
    assert_eq!(view["statuses"][1]["code"], "PowerState/deallocated");
}

#[tokio::test]
async fn a_deleted_machine_is_gone_with_its_extensions_but_not_its_device() {
    let stage = Stage::new(seed()).await;
    stage.identify().await;
    stage.install().await;
    let deleted = stage.delete(&machine_id()).await;
    assert_eq!((deleted.status, &deleted.body), (202, &Value::Null));
    assert!(deleted.headers.contains_key("location"));
    stage.finish(&deleted).await;
    assert_eq!(stage.get(&machine_id()).await.code(), "ResourceNotFound");
    assert_eq!(
        stage.get(&login_id()).await.code(),
        "ParentResourceNotFound"
    );
    assert_eq!(stage.delete(&machine_id()).await.status, 204);
    assert_eq!(stage.look_up("/devices").await.rows().len(), 1);
}

#[tokio::test]
async fn a_missing_machine_or_group_is_named() {
    let stage = Stage::new(seed()).await;
    let got = stage.get(&machine_id().replace("web01", "web02")).await;
    assert_eq!((got.status, got.code()), (404, "ResourceNotFound"));
    assert_eq!(got.headers["x-ms-failure-cause"], "gateway");
    assert!(
        got.message()
            .contains("'Microsoft.Compute/virtualMachines/web02' under resource group 'rg-web'")
    );
    let got = stage.get(&machine_id().replace("rg-web", "rg-gone")).await;
    assert_eq!((got.status, got.code()), (404, "ResourceGroupNotFound"));
    assert!(got.message().contains("'rg-gone'"));
}

#[tokio::test]
async fn a_long_list_comes_in_pages_that_link_to_each_other() {
    let mut seed = seed();
    let machines = &mut seed.tenants[0].subscriptions[0].resource_groups[0].machines;
    machines.extend((0..450).map(|n| Machine {
        name: format!("vm{n:03}"),
        agent: Agent::NotReady,
        ..Machine::default()
    }));
    let stage = Stage::new(seed).await;
    let mut url = format!(
        "/subscriptions/{SUB}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01"
    );
    let mut names: Vec<String> = Vec::new();
    let mut pages = 0;
    loop {
        let got = stage.raw(Method::GET, &url, &stage.arm, None).await;
        names.extend(
            got.rows()
                .iter()
                .map(|it| it["name"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        match got.body.get("nextLink") {
            Some(next) => url = next.as_str().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!((pages, names.len()), (3, 451));
    names.dedup();
    assert_eq!(names.len(), 451);
}

#[tokio::test]
async fn with_latency_headers_are_as_recorded() {
    let stage = Stage::with(Options {
        seed: seed(),
        latency: Some(std::time::Duration::from_secs(3600)),
        ..Options::default()
    })
    .await;
    let patched = stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    assert_eq!(patched.headers.get("retry-after"), None);
    let url = &patched.headers["azure-asyncoperation"];
    for _ in 0..5 {
        let polled = stage.raw(Method::GET, url, &stage.arm, None).await;
        assert_eq!(polled.body["status"], "InProgress");
    }
    let put = stage.put(&login_id(), login()).await;
    assert_eq!((put.status, put.headers.get("retry-after")), (201, None));
    let deleted = stage.delete(&machine_id()).await;
    assert_eq!(deleted.headers["retry-after"], "10");
}
