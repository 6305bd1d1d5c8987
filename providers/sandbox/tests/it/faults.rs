use serde_json::json;
use vmlogin_sandbox::Seed;
use vmlogin_sandbox::seed::FaultRule;

use crate::stage::{KIM, Stage, TENANT, login, login_id, machine_id, seed};

fn with(rule: FaultRule) -> Seed {
    let mut seed = seed();
    seed.faults.push(rule);
    seed
}

fn on_extensions() -> FaultRule {
    FaultRule {
        method: "PUT".to_owned(),
        path: "*/extensions/*".to_owned(),
        ..FaultRule::default()
    }
}

#[tokio::test]
async fn a_fault_waits_strikes_and_is_used_up() {
    let stage = Stage::new(with(FaultRule {
        path: "*/VIRTUALMACHINES/web01".to_owned(),
        method: "GET".to_owned(),
        after: 1,
        times: 2,
        status: 429,
        retry_after: Some(7),
        ..FaultRule::default()
    }))
    .await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let got = stage.get(&machine_id()).await;
        if got.status == 429 {
            assert_eq!(
                (got.code(), got.headers["retry-after"].as_str()),
                ("TooManyRequests", "7")
            );
        }
        statuses.push(got.status);
    }
    assert_eq!(statuses, [200, 429, 429, 200, 200]);
}

#[tokio::test]
async fn without_effect_nothing_is_written() {
    let stage = Stage::new(with(on_extensions())).await;
    let got = stage.put(&login_id(), login()).await;
    assert_eq!((got.status, got.code()), (503, "ServerTimeout"));
    assert_eq!(stage.get(&login_id()).await.status, 404);
    assert_eq!(stage.put(&login_id(), login()).await.status, 201);
}

#[tokio::test]
async fn with_effect_the_write_happens_behind_the_error() {
    let stage = Stage::new(with(FaultRule {
        effect: true,
        ..on_extensions()
    }))
    .await;
    assert_eq!(stage.put(&login_id(), login()).await.status, 503);
    assert_eq!(stage.get(&login_id()).await.status, 200);
}

#[tokio::test]
async fn an_accepted_request_may_fail_later() {
    let stage = Stage::new(with(FaultRule {
        ends_failed: true,
        status: 500,
        code: Some("VMExtensionProvisioningTimeout".to_owned()),
        message: Some("it took too long".to_owned()),
        ..on_extensions()
    }))
    .await;
    stage.identify().await;
    let put = stage.put(&login_id(), login()).await;
    assert_eq!(put.status, 201);
    let ended = stage.finish(&put).await;
    assert_eq!(ended.body["status"], "Failed");
    assert_eq!(
        (ended.code(), ended.message()),
        ("VMExtensionProvisioningTimeout", "it took too long")
    );
    assert_eq!(
        stage.get(&login_id()).await.body["properties"]["provisioningState"],
        "Failed"
    );
    assert_eq!(stage.look_up("/devices").await.rows().len(), 0);
    let mut again = login();
    again["properties"]["forceUpdateTag"] = json!("2");
    let put = stage.put(&login_id(), again).await;
    assert_eq!(stage.finish(&put).await.body["status"], "Succeeded");
}

#[tokio::test]
async fn a_failed_identity_change_leaves_what_was() {
    let stage = Stage::new(with(FaultRule {
        method: "PATCH".to_owned(),
        ends_failed: true,
        ..FaultRule::default()
    }))
    .await;
    let patched = stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    assert_eq!(stage.finish(&patched).await.body["status"], "Failed");
    let got = stage.get(&machine_id()).await.body;
    assert_eq!(
        (got.get("identity"), &got["properties"]["provisioningState"]),
        (None, &"Failed".into())
    );
    let principal = patched.body["identity"]["principalId"].as_str().unwrap();
    assert_eq!(
        stage
            .look_up(&format!("/servicePrincipals/{principal}"))
            .await
            .status,
        404
    );
    stage.identify().await;
}

#[tokio::test]
async fn one_part_of_a_batch_can_be_throttled() {
    let stage = Stage::new(with(FaultRule {
        path: "/v1.0/users/*".to_owned(),
        status: 429,
        retry_after: Some(3),
        ..FaultRule::default()
    }))
    .await;
    let part = |id: &str, url: &str| json!({"id": id, "method": "GET", "url": url});
    let asked =
        json!({"requests": [part("1", &format!("/users/{KIM}")), part("2", "/organization")]});
    let got = stage.post("/$batch", asked).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.body["responses"][0]["status"], 200);
    assert_eq!(got.body["responses"][1]["status"], 429);
    assert_eq!(got.body["responses"][1]["headers"]["Retry-After"], "3");
}

#[tokio::test]
async fn even_a_token_can_be_refused() {
    let stage = Stage::new(seed()).await;
    stage.sandbox.stop().await.unwrap();
    let rule = FaultRule {
        path: "*/oauth2/v2.0/token".to_owned(),
        after: 2,
        ..FaultRule::default()
    };
    let stage = Stage::new(with(rule)).await;
    let scope = "https://graph.microsoft.com/.default";
    assert_eq!(stage.ask_token(TENANT, scope).await.status, 503);
    assert_eq!(stage.ask_token(TENANT, scope).await.status, 200);
}
