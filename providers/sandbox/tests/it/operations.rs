use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use vmlogin_sandbox::{Clock, Options, Sandbox};

use crate::stage::{Stage, login, login_id, machine_id, seed};

#[tokio::test]
async fn with_latency_an_operation_ends_when_its_time_is_over() {
    let start: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let now = Arc::new(Mutex::new(start));
    let told = now.clone();
    let options = Options {
        seed: seed(),
        latency: Some(Duration::from_secs(30)),
        ..Options::default()
    };
    let clock = Clock::new(move || *told.lock().unwrap());
    let stage = Stage::of(Sandbox::start_at(options, clock).await.unwrap()).await;
    let patched = stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    let url = &patched.headers["azure-asyncoperation"];
    let early = stage.raw(Method::GET, url, &stage.arm, None).await;
    assert_eq!(
        (&early.body["status"], &early.headers["retry-after"]),
        (&json!("InProgress"), &"30".to_owned())
    );
    *now.lock().unwrap() = start + SignedDuration::from_secs(30);
    // Nobody looked at it, yet it is over.
    let got = stage.get(&machine_id()).await;
    assert_eq!(got.body["properties"]["provisioningState"], "Succeeded");
    let late = stage.raw(Method::GET, url, &stage.arm, None).await;
    assert_eq!(late.body["status"], "Succeeded");
    assert_eq!(late.body["endTime"], "2026-11-21T12:00:30+00:00");
    assert_eq!(late.headers.get("retry-after"), None);
}

#[tokio::test]
async fn a_second_write_finds_the_first_one_done() {
    let stage = Stage::new(seed()).await;
    stage.identify().await;
    let first = stage.put(&login_id(), login()).await;
    let deleted = stage.delete(&login_id()).await;
    assert_eq!(deleted.status, 202);
    assert_eq!(stage.finish(&first).await.body["status"], "Succeeded");
    stage.finish(&deleted).await;
    assert_eq!(stage.get(&login_id()).await.status, 404);
}

#[tokio::test]
async fn an_unknown_operation_is_not_found() {
    let stage = Stage::new(seed()).await;
    let path = "/subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Compute/locations/westeurope/operations/x";
    assert_eq!(stage.get(path).await.status, 404);
}

#[tokio::test]
async fn each_answer_has_a_request_id_and_what_is_left_of_the_quota() {
    let stage = Stage::new(seed()).await;
    let one = stage.get(&machine_id()).await;
    let other = stage.get(&machine_id()).await;
    assert_ne!(
        one.headers["x-ms-request-id"],
        other.headers["x-ms-request-id"]
    );
    assert!(one.headers["x-ms-ratelimit-remaining-resource"].contains("LowCostGetResource;"));
    assert_eq!(
        one.headers["x-ms-ratelimit-remaining-subscription-global-reads"],
        "3749"
    );
}
