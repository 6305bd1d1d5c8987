//! Machines outside Azure, and their extensions.

use serde_json::{Value, json};
use vmlogin_sandbox::seed::{ArcMachine, ArcStatus, Machine, Os};

use crate::stage::{Got, Stage, group_id, seed};

fn arc_id() -> String {
    format!(
        "{}/providers/Microsoft.HybridCompute/machines/line1",
        group_id()
    )
}

fn login_id() -> String {
    format!("{}/extensions/AADLoginForWindows", arc_id())
}

fn login() -> Value {
    json!({"location": "westeurope", "properties": {"publisher": "Microsoft.Azure.ActiveDirectory",
        "type": "AADLoginForWindows", "settings": {"mdmId": ""}}})
}

async fn stage(change: impl FnOnce(&mut ArcMachine)) -> Stage {
    let mut seed = seed();
    let mut arc = ArcMachine {
        machine: Machine {
            name: "line1".to_owned(),
            computer_name: Some("LINE1".to_owned()),
            ..Machine::default()
        },
        ..ArcMachine::default()
    };
    change(&mut arc);
    let group = &mut seed.tenants[0].subscriptions[0].resource_groups[0];
    group.arc_machines.push(arc);
    Stage::new(seed).await
}

/// Follows the operation to its end.
async fn ended(stage: &Stage, begun: &Got) -> Got {
    let mut newest = begun.headers["azure-asyncoperation"].clone();
    loop {
        let got = stage.get(&newest).await;
        match got.headers.get("azure-asyncoperation") {
            Some(next) => {
                assert_ne!(&newest, next, "each answer signs anew");
                newest = next.clone();
            }
            None => return got,
        }
    }
}

#[tokio::test]
async fn an_onboarded_machine_tells_its_status_and_has_an_identity() {
    let stage = stage(|_| {}).await;
    let got = stage.get(&arc_id()).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.body["properties"]["status"], "Connected");
    assert_eq!(got.body["properties"]["osType"], "windows");
    assert_eq!(got.body["identity"]["type"], "SystemAssigned");
    assert_eq!(got.body["tags"], json!({}));
    assert_eq!(got.body["resources"], Value::Null);
    assert_eq!(got.body["properties"]["osEdition"], "serverdatacenter");
    assert_eq!(
        got.body["properties"]["detectedProperties"]["productType"],
        "8"
    );
    let gone = stage.get(&format!("{}x", arc_id())).await;
    assert_eq!((gone.status, gone.code()), (404, "ResourceNotFound"));
}

#[tokio::test]
async fn an_extension_is_accepted_without_a_body_and_filled_in() {
    let stage = stage(|_| {}).await;
    let put = stage.put(&login_id(), login()).await;
    assert_eq!((put.status, &put.body), (202, &Value::Null));
    assert!(put.headers.contains_key("location"));
    let end = ended(&stage, &put).await;
    assert_eq!(end.body["status"], "Succeeded");
    let properties = &end.body["properties"]["properties"];
    assert_eq!(properties["typeHandlerVersion"], "2.2.0.0");
    assert_eq!(properties["autoUpgradeMinorVersion"], false);
    assert_eq!(properties["enableAutomaticUpgrade"], true);
    assert_eq!(properties["instanceView"]["status"]["code"], "0");
    let machine = stage.get(&arc_id()).await;
    assert_eq!(machine.body["resources"][0]["name"], "AADLoginForWindows");
    let got = stage
        .look_up("/devices?$filter=displayName eq 'line1'")
        .await;
    assert_eq!(got.rows().len(), 1);
    let deleted = stage.delete(&login_id()).await;
    assert_eq!((deleted.status, &deleted.body), (202, &Value::Null));
    ended(&stage, &deleted).await;
    assert_eq!(stage.get(&login_id()).await.status, 404);
}

#[tokio::test]
async fn the_login_needs_the_setting_for_device_management() {
    let stage = stage(|_| {}).await;
    let mut body = login();
    body["properties"]["settings"] = json!({});
    let put = stage.put(&login_id(), body).await;
    let end = ended(&stage, &put).await;
    assert_eq!(end.body["status"], "Failed");
    assert!(end.message().contains("'mdmId'"), "{:?}", end.body);
    let got = stage.get(&login_id()).await;
    let properties = &got.body["properties"];
    assert_eq!(properties["provisioningState"], "Failed");
    assert_eq!(properties["instanceView"]["status"]["level"], "Error");
}

#[tokio::test]
async fn an_extension_waits_for_an_agent_that_is_away() {
    let stage = stage(|arc| arc.status = ArcStatus::Disconnected).await;
    let put = stage.put(&login_id(), login()).await;
    assert_eq!(put.status, 202);
    for _ in 0..4 {
        let got = stage.get(&login_id()).await;
        assert_eq!(got.body["properties"]["provisioningState"], "Creating");
    }
    let machine = stage.get(&arc_id()).await;
    assert_eq!(machine.body["properties"]["status"], "Disconnected");
}

#[tokio::test]
async fn the_login_of_another_system_ends_with_51() {
    let stage = stage(|arc| arc.machine.os = Os::Linux).await;
    let put = stage.put(&login_id(), login()).await;
    let end = ended(&stage, &put).await;
    assert!(end.message().contains("51"), "{:?}", end.body);
}

#[tokio::test]
async fn a_windows_that_a_virtual_machine_may_run_is_too_old_on_arc() {
    let old = |arc: &mut ArcMachine| {
        arc.machine.os_name = Some("Windows Server 2022 Datacenter".to_owned());
        arc.machine.os_version = Some("10.0.20348.2700".to_owned());
    };
    let stage = stage(old).await;
    let put = stage.put(&login_id(), login()).await;
    let end = ended(&stage, &put).await;
    assert!(end.message().contains("51"), "{:?}", end.body);
}

#[tokio::test]
async fn a_machine_is_listed_deleted_at_once_and_goes_with_its_group() {
    let stage = stage(|_| {}).await;
    let lists = [
        format!("{}/providers/Microsoft.HybridCompute/machines", group_id()),
        format!("{}/resources", group_id()),
    ];
    for list in &lists {
        let got = stage.get(list).await;
        let found = got.rows().iter().any(|row| row["name"] == "line1");
        assert!(found, "{:?}", got.body);
    }
    let tags = format!("{}/providers/Microsoft.Resources/tags/default", arc_id());
    let tagged = stage
        .patch(
            &tags,
            json!({"operation": "Merge", "properties": {"tags": {"a": "b"}}}),
        )
        .await;
    assert_eq!(tagged.status, 200);
    assert_eq!(stage.get(&arc_id()).await.body["tags"]["a"], "b");
    let deleted = stage.delete(&arc_id()).await;
    assert_eq!((deleted.status, &deleted.body), (200, &Value::Null));
    assert_eq!(stage.get(&arc_id()).await.status, 404);
}

#[tokio::test]
async fn one_handler_goes_by_one_name_outside_azure_too() {
    let stage = stage(|_| {}).await;
    let put = stage.put(&login_id(), login()).await;
    ended(&stage, &put).await;
    let other = format!("{}/extensions/AADLogin", arc_id());
    let got = stage.put(&other, login()).await;
    assert_eq!((got.status, got.code()), (409, "HCRP409"));
    assert!(
        got.message().contains("'AADLoginForWindows'"),
        "{}",
        got.message()
    );
    assert_eq!(stage.get(&other).await.status, 404);
    assert_eq!(stage.put(&login_id(), login()).await.status, 202);
}

#[tokio::test]
async fn an_expired_agent_does_nothing_either() {
    let stage = stage(|arc| arc.status = ArcStatus::Expired).await;
    let put = stage.put(&login_id(), login()).await;
    assert_eq!((put.status, &put.body), (202, &Value::Null));
    let url = put.headers["azure-asyncoperation"].clone();
    for _ in 0..3 {
        let polled = stage.get(&url).await.body;
        assert!(["Queued", "InProgress"].contains(&polled["status"].as_str().unwrap()));
    }
    assert_eq!(
        stage.get(&arc_id()).await.body["properties"]["status"],
        "Expired"
    );
}

#[tokio::test]
async fn a_machine_of_a_domain_tells_it_and_stays_there() {
    let stage = stage(|arc| arc.machine.domain = Some("corp.contoso.com".to_owned())).await;
    let machine = stage.get(&arc_id()).await.body;
    assert_eq!(machine["properties"]["domainName"], "corp.contoso.com");
    let put = stage.put(&login_id(), login()).await;
    assert_eq!(ended(&stage, &put).await.body["status"], "Failed");
    assert_eq!(stage.look_up("/devices").await.rows().len(), 0);
}
