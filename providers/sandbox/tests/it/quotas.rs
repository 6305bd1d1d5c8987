//! `limits`: the buckets of ARM and Compute, and the window of Resource Graph. The clock stands still, so nothing comes back.

use reqwest::Method;
use serde_json::json;
use vmlogin_sandbox::Options;

use crate::stage::{Stage, group_id, machine_id, seed};

async fn stage() -> Stage {
    Stage::with(Options {
        seed: seed(),
        limits: true,
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn reads_are_counted_down_and_refused_with_a_time() {
    let stage = stage().await;
    let first = stage.get(&group_id()).await;
    assert_eq!(
        first.headers["x-ms-ratelimit-remaining-subscription-reads"],
        "249"
    );
    for _ in 0..249 {
        assert_eq!(stage.get(&group_id()).await.status, 200);
    }
    let refused = stage.get(&group_id()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (429, "SubscriptionRequestsThrottled")
    );
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.headers["x-ms-failure-cause"], "gateway");
    // Other buckets are as full as ever.
    assert_eq!(
        stage.get("/subscriptions").await.headers["x-ms-ratelimit-remaining-tenant-reads"],
        "249"
    );
    let group = json!({"location": "westeurope"});
    let written = stage.put(&group_id(), group).await;
    assert_eq!(
        written.headers["x-ms-ratelimit-remaining-subscription-writes"],
        "199"
    );
}

#[tokio::test]
async fn compute_refuses_a_thirteenth_update_of_a_machine_without_an_envelope() {
    let stage = stage().await;
    for left in (0..12).rev() {
        let got = stage
            .patch(&machine_id(), json!({"tags": {"n": left.to_string()}}))
            .await;
        let told = &got.headers["x-ms-ratelimit-remaining-resource"];
        assert!(
            told.contains(&format!("Microsoft.Compute/UpdateVMResource;{left}")),
            "{told}"
        );
    }
    let refused = stage.patch(&machine_id(), json!({"tags": {}})).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (429, &json!("OperationNotAllowed"))
    );
    assert_eq!(refused.body["details"][0]["code"], "TooManyRequests");
    assert_eq!(refused.headers["retry-after"], "15");
    assert!(!refused.headers.contains_key("x-ms-failure-cause"));
}

#[tokio::test]
async fn fifteen_queries_are_answered_in_five_seconds() {
    let stage = stage().await;
    let url = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
    let query = || Some(json!({"query": "Resources | count"}));
    for left in (0..15).rev() {
        let got = stage.send(Method::POST, url, query()).await;
        assert_eq!(got.status, 200, "{}", got.body);
        assert_eq!(got.headers["x-ms-user-quota-remaining"], left.to_string());
    }
    let refused = stage.send(Method::POST, url, query()).await;
    assert_eq!((refused.status, refused.code()), (429, "RateLimiting"));
    assert_eq!(refused.headers["x-ms-user-quota-resets-after"], "00:00:05");
}

#[tokio::test]
async fn without_limits_nothing_is_refused() {
    let stage = Stage::new(seed()).await;
    for _ in 0..260 {
        assert_eq!(stage.get(&group_id()).await.status, 200);
    }
}
