use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{SUB, Stage, group_id, machine_id, seed};

fn id() -> String {
    format!(
        "{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web",
        group_id()
    )
}

#[tokio::test]
async fn an_identity_is_made_at_once_with_its_ids() {
    let stage = Stage::new(seed()).await;
    let made = stage.put(&id(), json!({"location": "West US"})).await;
    assert_eq!(made.status, 201);
    assert!(
        made.body["id"]
            .as_str()
            .is_some_and(|id| id.contains("/resourcegroups/rg-web/"))
    );
    assert_eq!(made.body["location"], "westus");
    assert_eq!(made.body["tags"], json!({}));
    assert!(made.body["properties"]["principalId"].is_string());
    assert!(made.body["properties"].get("provisioningState").is_none());
    let again = stage.put(&id(), json!({"location": "westus"})).await;
    assert_eq!((again.status, &again.body), (200, &made.body));
    assert_eq!(stage.get(&id()).await.body, made.body);
}

#[tokio::test]
async fn a_place_is_needed_and_stays() {
    let stage = Stage::new(seed()).await;
    let none = stage.put(&id(), json!({})).await;
    assert_eq!((none.status, none.code()), (400, "LocationRequired"));
    stage.put(&id(), json!({"location": "westus"})).await;
    let moved = stage.put(&id(), json!({"location": "eastus"})).await;
    assert_eq!(
        (moved.status, moved.code()),
        (409, "InvalidResourceLocation")
    );
}

#[tokio::test]
async fn tags_of_a_patch_replace_all_and_those_of_the_tags_resource_merge() {
    let stage = Stage::new(seed()).await;
    let body = json!({"location": "westus", "tags": {"a": "b"}});
    stage.put(&id(), body).await;
    let at = format!("{}/providers/Microsoft.Resources/tags/default", id());
    let merge = json!({"operation": "Merge", "properties": {"tags": {"c": "d"}}});
    assert_eq!(stage.patch(&at, merge).await.status, 200);
    assert_eq!(
        stage.get(&id()).await.body["tags"],
        json!({"a": "b", "c": "d"})
    );
    let patched = stage.patch(&id(), json!({"tags": {"e": "f"}})).await;
    assert_eq!(patched.body["tags"], json!({"e": "f"}));
}

#[tokio::test]
async fn a_deletion_is_done_when_answered_and_may_be_said_again() {
    let stage = Stage::new(seed()).await;
    stage.put(&id(), json!({"location": "westus"})).await;
    let gone = stage.send(Method::DELETE, &id(), None).await;
    assert_eq!((gone.status, gone.body), (200, Value::Null));
    assert_eq!(stage.get(&id()).await.code(), "ResourceNotFound");
    assert_eq!(stage.send(Method::DELETE, &id(), None).await.status, 204);
}

#[tokio::test]
async fn an_identity_is_listed_with_what_its_group_holds() {
    let stage = Stage::new(seed()).await;
    stage.put(&id(), json!({"location": "westus"})).await;
    let list = format!("/subscriptions/{SUB}/resources");
    let rows = stage.get(&list).await.body["value"].clone();
    let named = |row: &Value| row["name"] == "id-web";
    assert!(
        rows.as_array().is_some_and(|rows| rows.iter().any(named)),
        "{rows}"
    );
    let list = format!(
        "{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
        group_id()
    );
    let rows = stage.get(&list).await.body["value"].clone();
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_machine_that_has_it_attached_tells_its_ids() {
    let stage = Stage::new(seed()).await;
    let made = stage.put(&id(), json!({"location": "westeurope"})).await;
    let attach =
        json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {id(): {}}}});
    assert_eq!(stage.patch(&machine_id(), attach).await.status, 200);
    stage.get(&machine_id()).await;
    let machine = stage.get(&machine_id()).await.body;
    assert_eq!(
        machine["identity"]["userAssignedIdentities"][id()]["principalId"],
        made.body["properties"]["principalId"]
    );
}
