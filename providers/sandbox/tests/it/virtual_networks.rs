use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, group_id, seed};

fn id() -> String {
    format!(
        "{}/providers/Microsoft.Network/virtualNetworks/vnet-web",
        group_id()
    )
}

fn body() -> Value {
    json!({"location": "West Europe", "tags": {"a": "b"}, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}}})
}

#[tokio::test]
async fn a_network_is_made_with_201_and_is_not_finished_then() {
    let stage = Stage::new(seed()).await;
    let made = stage.put(&id(), body()).await;
    assert_eq!(made.status, 201);
    let properties = &made.body["properties"];
    assert_eq!(properties["provisioningState"], "Updating");
    assert_eq!(properties["subnets"], json!([]));
    assert!(properties["resourceGuid"].is_string());
    stage.finish(&made).await;
    let live = stage.get(&id()).await.body;
    assert_eq!(live["properties"]["provisioningState"], "Succeeded");
    assert_eq!(live["location"], "westeurope");
    assert_ne!(live["etag"], made.body["etag"]);
}

#[tokio::test]
async fn a_put_replaces_all_and_drops_tags_that_it_does_not_say() {
    let stage = Stage::new(seed()).await;
    let made = stage.put(&id(), body()).await;
    stage.finish(&made).await;
    let mut again = body();
    again.as_object_mut().unwrap().remove("tags");
    again["properties"]["subnets"] =
        json!([{"name": "servers", "properties": {"addressPrefix": "10.0.0.0/24"}}]);
    let put = stage.put(&id(), again).await;
    assert_eq!((put.status, put.body.get("tags")), (200, None));
    assert_eq!(put.body["properties"]["subnets"][0]["name"], "servers");
    let mut none = body();
    none["properties"]["subnets"] = json!([]);
    let emptied = stage.put(&id(), none).await;
    assert_eq!(emptied.body["properties"]["subnets"], json!([]));
}

#[tokio::test]
async fn a_network_without_a_range_is_refused() {
    let stage = Stage::new(seed()).await;
    let got = stage.put(&id(), json!({"location": "westeurope"})).await;
    assert_eq!((got.status, got.code()), (400, "InvalidRequestFormat"));
}

#[tokio::test]
async fn a_network_is_gone_when_its_deletion_has_ended() {
    let stage = Stage::new(seed()).await;
    let made = stage.put(&id(), body()).await;
    stage.finish(&made).await;
    let gone = stage.send(Method::DELETE, &id(), None).await;
    assert_eq!(gone.status, 202);
    stage.finish(&gone).await;
    assert_eq!(stage.get(&id()).await.code(), "ResourceNotFound");
    assert_eq!(stage.send(Method::DELETE, &id(), None).await.status, 204);
}
