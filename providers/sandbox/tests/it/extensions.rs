use reqwest::Method;
use serde_json::{Value, json};
use vmlogin_sandbox::seed::{Agent, Extension, ExtensionState, Os, Power};

use crate::stage::{Got, SUB, Stage, device, login, login_id, machine, machine_id, seed};

/// The login is put on a machine that `change` has changed; an identity is there unless it took it away.
async fn install_on(change: impl FnOnce(&mut vmlogin_sandbox::seed::Machine)) -> (Stage, Got) {
    let mut seed = seed();
    machine(&mut seed).system_assigned = true;
    change(machine(&mut seed));
    let stage = Stage::new(seed).await;
    let ended = stage.install().await;
    (stage, ended)
}

fn failure(ended: &Got) -> (&str, &str) {
    assert_eq!(ended.body["status"], "Failed", "{:?}", ended.body);
    (ended.code(), ended.message())
}

#[tokio::test]
async fn a_new_extension_is_creating_and_then_succeeded() {
    let stage = Stage::new(seed()).await;
    stage.identify().await;
    let put = stage.put(&login_id(), login()).await;
    assert_eq!(
        (put.status, &put.body["properties"]["provisioningState"]),
        (201, &"Creating".into())
    );
    assert!(put.headers.contains_key("azure-asyncoperation"));
    assert!(!put.headers.contains_key("location"));
    let ended = stage.finish(&put).await;
    assert_eq!(ended.body["status"], "Succeeded");
    let got = stage
        .get(&format!("{}?$expand=instanceView", login_id()))
        .await;
    let properties = &got.body["properties"];
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert_eq!(properties["typeHandlerVersion"], "1.0");
    assert_eq!(
        properties["instanceView"]["type"],
        "Microsoft.Azure.ActiveDirectory.AADLoginForWindows"
    );
    assert_eq!(properties["instanceView"]["typeHandlerVersion"], "1.0.0.1");
    assert_eq!(
        properties["instanceView"]["statuses"][0]["code"],
        "ProvisioningState/succeeded"
    );
}

/// The login for Linux is put on a Linux machine that `change` has changed.
async fn install_on_linux(
    change: impl FnOnce(&mut vmlogin_sandbox::seed::Machine),
) -> (Stage, Got) {
    let mut seed = seed();
    machine(&mut seed).os = Os::Linux;
    machine(&mut seed).system_assigned = true;
    change(machine(&mut seed));
    let stage = Stage::new(seed).await;
    let mut body = login();
    body["properties"]["type"] = "AADSSHLoginForLinux".into();
    let put = stage
        .put(
            &format!("{}/extensions/AADSSHLoginForLinux", machine_id()),
            body,
        )
        .await;
    let ended = stage.finish(&put).await;
    (stage, ended)
}

#[tokio::test]
async fn the_login_for_linux_succeeds_and_makes_no_device() {
    let (stage, ended) = install_on_linux(|_| {}).await;
    assert_eq!(ended.body["status"], "Succeeded", "{:?}", ended.body);
    let got = stage
        .look_up("/devices?$filter=displayName eq 'web01'")
        .await;
    assert_eq!(got.rows(), &[] as &[Value]);
}

#[tokio::test]
async fn the_login_for_linux_has_exit_codes_of_its_own() {
    let (_, ended) = install_on_linux(|it| it.system_assigned = false).await;
    assert!(failure(&ended).1.contains("Non-zero exit code: 22,"));
    let (_, ended) = install_on_linux(|it| {
        it.extensions.push(Extension {
            name: "AADLoginForLinux".to_owned(),
            publisher: "Microsoft.Azure.ActiveDirectory.LinuxSSH".to_owned(),
            kind: "AADLoginForLinux".to_owned(),
            ..Extension::default()
        });
    })
    .await;
    assert!(failure(&ended).1.contains("Non-zero exit code: 23,"));
    let (_, ended) = install_on_linux(|it| it.os = Os::Windows).await;
    assert!(failure(&ended).1.contains("Non-zero exit code: 51,"));
}

#[tokio::test]
async fn a_machine_that_joined_has_a_device() {
    let (stage, ended) = install_on(|_| {}).await;
    assert_eq!(ended.body["status"], "Succeeded");
    let got = stage
        .look_up("/devices?$filter=displayName eq 'web01'")
        .await;
    let device = &got.rows()[0];
    assert_eq!(device["displayName"], "WEB01");
    assert_eq!(device["trustType"], "AzureAd");
    assert_eq!(device["registrationDateTime"], "2026-11-21T12:00:00Z");
    assert_eq!(
        device["physicalIds"],
        json!([format!("[AzureResourceId]:{}", machine_id())])
    );
}

#[tokio::test]
async fn the_device_leaves_with_the_extension() {
    let (stage, _) = install_on(|_| {}).await;
    let deleted = stage.delete(&login_id()).await;
    assert_eq!((deleted.status, &deleted.body), (202, &Value::Null));
    stage.finish(&deleted).await;
    assert_eq!(stage.look_up("/devices").await.rows().len(), 0);
    let gone = stage.get(&login_id()).await;
    assert_eq!((gone.status, gone.code()), (404, "NotFound"));
    assert_eq!(gone.body["error"]["target"], "extensionName");
    assert_eq!(stage.get(&machine_id()).await.body.get("resources"), None);
    assert_eq!(stage.delete(&login_id()).await.status, 204);
}

#[tokio::test]
async fn without_an_identity_the_operation_fails_and_the_extension_stays() {
    let (stage, ended) = install_on(|it| it.system_assigned = false).await;
    let (code, message) = failure(&ended);
    assert_eq!(code, "VMExtensionProvisioningError");
    assert!(message.contains("terminal error code '1007'"), "{message}");
    assert!(message.contains("Exit code: -2145648574"), "{message}");
    let got = stage
        .get(&format!("{}?$expand=instanceView", machine_id()))
        .await
        .body;
    assert_eq!(got["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        got["resources"][0]["properties"]["provisioningState"],
        "Failed"
    );
    let status = &got["properties"]["instanceView"]["extensions"][0]["statuses"][0];
    assert_eq!(status["code"], "ProvisioningState/failed/1007");
    assert!(status["message"].as_str().unwrap().contains("-2145648574"));
    assert_eq!(stage.look_up("/devices").await.rows().len(), 0);
}

#[tokio::test]
async fn without_registration_the_exit_code_says_so() {
    let (_, ended) = install_on(|it| it.no_registration = true).await;
    assert!(failure(&ended).1.contains("Exit code: -2145648607"));
}

#[tokio::test]
async fn a_machine_of_a_domain_cannot_join() {
    let (stage, ended) = install_on(|it| it.domain = Some("corp.contoso.com".to_owned())).await;
    assert!(failure(&ended).1.contains("Exit code: 1'"));
    assert_eq!(stage.look_up("/devices").await.rows().len(), 0);
}

#[tokio::test]
async fn an_old_operating_system_ends_in_51() {
    let (_, ended) = install_on(|it| it.os_version = Some("10.0.14393.7259".to_owned())).await;
    assert!(failure(&ended).1.contains("Exit code: 51"));
    let (_, ended) =
        install_on(|it| it.os_name = Some("Windows Server 2016 Datacenter".to_owned())).await;
    assert!(failure(&ended).1.contains("Exit code: 51"));
    let (_, ended) = install_on(|it| it.os = Os::Linux).await;
    assert!(failure(&ended).1.contains("Exit code: 51"));
}

#[tokio::test]
async fn an_unknown_version_of_windows_is_given_the_benefit_of_the_doubt() {
    let (_, ended) = install_on(|it| it.os_version = Some("unknown".to_owned())).await;
    assert_eq!(ended.body["status"], "Succeeded");
}

#[tokio::test]
async fn a_silent_agent_is_another_error() {
    let (_, ended) = install_on(|it| it.agent = Agent::NotReady).await;
    assert_eq!(failure(&ended).0, "VMAgentStatusCommunicationError");
}

#[tokio::test]
async fn a_name_that_is_taken_keeps_a_machine_out() {
    let mut seed = seed();
    machine(&mut seed).system_assigned = true;
    seed.tenants[0]
        .devices
        .push(device("web01", Some("/subscriptions/x/other")));
    let stage = Stage::new(seed).await;
    let ended = stage.install().await;
    assert!(failure(&ended).1.contains("hostname duplication"));
    // With the old device gone, the way is free for a new try.
    let id = stage.look_up("/devices").await.rows()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1.0/devices/{id}");
    assert_eq!(
        stage
            .raw(Method::DELETE, &path, &stage.directory, None)
            .await
            .status,
        204
    );
    let mut again = login();
    again["properties"]["forceUpdateTag"] = json!("2");
    let put = stage.put(&login_id(), again).await;
    assert_eq!(stage.finish(&put).await.body["status"], "Succeeded");
}

#[tokio::test]
async fn a_machine_may_join_again_under_its_own_device() {
    let mut seed = seed();
    machine(&mut seed).system_assigned = true;
    seed.tenants[0]
        .devices
        .push(device("WEB01", Some(&machine_id().to_uppercase())));
    let stage = Stage::new(seed).await;
    assert_eq!(stage.install().await.body["status"], "Succeeded");
    let devices = stage.look_up("/devices").await;
    assert_eq!(devices.rows().len(), 1);
    assert_eq!(
        devices.rows()[0]["registrationDateTime"],
        "2026-11-21T12:00:00Z"
    );
}

#[tokio::test]
async fn only_a_change_runs_a_failed_handler_again() {
    let (stage, _) = install_on(|it| it.system_assigned = false).await;
    stage.identify().await;
    let same = stage.put(&login_id(), login()).await;
    assert_eq!(
        (same.status, &same.body["properties"]["provisioningState"]),
        (200, &"Updating".into())
    );
    assert_eq!(stage.finish(&same).await.body["status"], "Failed");
    let mut forced = login();
    forced["properties"]["forceUpdateTag"] = json!("another");
    let put = stage.put(&login_id(), forced).await;
    assert_eq!(put.status, 200);
    assert_eq!(stage.finish(&put).await.body["status"], "Succeeded");
}

#[tokio::test]
async fn a_machine_that_is_not_running_is_left_alone() {
    for power in [Power::Stopped, Power::Deallocated] {
        let mut seed = seed();
        machine(&mut seed).power = power;
        machine(&mut seed).extensions.push(Extension {
            name: "AADLoginForWindows".to_owned(),
            publisher: "Microsoft.Azure.ActiveDirectory".to_owned(),
            kind: "AADLoginForWindows".to_owned(),
            ..Extension::default()
        });
        let stage = Stage::new(seed).await;
        let refused = "Cannot modify extensions in the VM when the VM is not running.";
        for got in [
            stage.put(&login_id(), login()).await,
            stage.delete(&login_id()).await,
        ] {
            assert_eq!(
                (got.status, got.code(), got.message()),
                (409, "OperationNotAllowed", refused)
            );
        }
        // Its identity may change all the same.
        stage.identify().await;
    }
}

#[tokio::test]
async fn one_handler_goes_by_one_name() {
    let (stage, _) = install_on(|_| {}).await;
    let mut other = login();
    other["properties"]["publisher"] = json!("microsoft.azure.activedirectory");
    let got = stage
        .put(&format!("{}/extensions/AADLogin", machine_id()), other)
        .await;
    assert_eq!((got.status, got.code()), (400, "BadRequest"));
    assert!(
        got.message()
            .starts_with("Multiple VMExtensions per handler not supported for OS type 'Windows'.")
    );
    assert!(got.message().contains("'AADLoginForWindows'"));
}

#[tokio::test]
async fn a_failed_extension_keeps_others_off_but_not_its_own_repair() {
    let broken = Extension {
        name: "joindomain".to_owned(),
        publisher: "Microsoft.Compute".to_owned(),
        kind: "JsonADDomainExtension".to_owned(),
        state: ExtensionState::Failed,
        exit_code: Some(1),
        ..Extension::default()
    };
    let mut seed = seed();
    machine(&mut seed).extensions.push(broken);
    let stage = Stage::new(seed).await;
    let got = stage.put(&login_id(), login()).await;
    assert_eq!((got.status, got.code()), (409, "OperationNotAllowed"));
    assert!(
        got.message()
            .contains("since VM has extension 'joindomain' in failed state")
    );
    let body = json!({"location": "westeurope", "properties": {"publisher": "Microsoft.Compute",
        "type": "JsonADDomainExtension", "typeHandlerVersion": "1.3"}});
    let repaired = stage
        .put(&format!("{}/extensions/joindomain", machine_id()), body)
        .await;
    assert_eq!(stage.finish(&repaired).await.body["status"], "Succeeded");
    assert_eq!(stage.put(&login_id(), login()).await.status, 201);
}

#[tokio::test]
async fn handler_2_wants_its_setting_and_0_is_no_longer_to_be_had() {
    let mut seed = seed();
    machine(&mut seed).system_assigned = true;
    let stage = Stage::new(seed).await;
    let mut body = login();
    body["properties"]["typeHandlerVersion"] = json!("2.2");
    body["properties"]["settings"] = json!({"MdmId": ""});
    let put = stage.put(&login_id(), body).await;
    assert!(
        failure(&stage.finish(&put).await)
            .1
            .contains("'mdmId' setting was not found")
    );
    let mut body = login();
    body["properties"]["typeHandlerVersion"] = json!("0.4");
    assert_eq!(
        stage.put(&login_id(), body).await.code(),
        "ArtifactVersionNotFound"
    );
}

#[tokio::test]
async fn protected_settings_are_taken_and_never_told() {
    let stage = Stage::new(seed()).await;
    let body = json!({"location": "westeurope", "properties": {"publisher": "Microsoft.Compute", "type": "VMAccessAgent",
        "typeHandlerVersion": "2.4", "protectedSettings": {"password": "hunter2"}}});
    let put = stage
        .put(&format!("{}/extensions/enablevmaccess", machine_id()), body)
        .await;
    assert_eq!(put.body["properties"].get("protectedSettings"), None);
    assert_eq!(put.body["properties"]["autoUpgradeMinorVersion"], false);
    assert_eq!(put.body["properties"].get("enableAutomaticUpgrade"), None);
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let (stage, _) = install_on(|_| {}).await;
    let patched = stage
        .patch(
            &login_id(),
            json!({"properties": {"forceUpdateTag": "x"}, "tags": {"a": "b"}}),
        )
        .await;
    assert_eq!(
        (
            patched.status,
            &patched.body["properties"]["provisioningState"]
        ),
        (200, &"Updating".into())
    );
    stage.finish(&patched).await;
    let got = stage.get(&login_id()).await.body;
    assert_eq!(got["properties"]["forceUpdateTag"], "x");
    assert_eq!(got["properties"]["settings"], json!({"mdmId": ""}));
    assert_eq!(got["tags"], json!({"a": "b"}));
}

#[tokio::test]
async fn a_list_has_views_only_when_asked() {
    let (stage, _) = install_on(|_| {}).await;
    let path = format!("{}/extensions", machine_id());
    let got = stage.get(&path).await;
    assert_eq!(got.rows().len(), 1);
    assert_eq!(got.rows()[0]["properties"].get("instanceView"), None);
    let got = stage.get(&format!("{path}?$expand=instanceView")).await;
    assert!(got.rows()[0]["properties"]["instanceView"]["statuses"].is_array());
}

#[tokio::test]
async fn a_member_that_is_needed_is_missed() {
    let stage = Stage::new(seed()).await;
    let mut body = login();
    body["properties"]
        .as_object_mut()
        .unwrap()
        .remove("typeHandlerVersion");
    let got = stage.put(&login_id(), body).await;
    assert_eq!(
        (got.status, &got.body["error"]["target"]),
        (400, &"typeHandlerVersion".into())
    );
    let mut body = login();
    body.as_object_mut().unwrap().remove("location");
    assert_eq!(
        stage.put(&login_id(), body).await.code(),
        "LocationRequired"
    );
}

#[tokio::test]
async fn a_region_offers_versions_of_the_login() {
    let stage = Stage::new(seed()).await;
    let region =
        format!("/subscriptions/{SUB}/providers/Microsoft.Compute/locations/westeurope/publishers");
    let names = |got: Got| -> Vec<String> {
        let rows = got.body.as_array().expect("a plain array").clone();
        rows.iter()
            .map(|it| it["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(
        names(stage.get(&region).await),
        ["Microsoft.Azure.ActiveDirectory"]
    );
    let types = format!("{region}/microsoft.azure.activedirectory/artifacttypes/vmextension/types");
    assert_eq!(
        names(stage.get(&types).await),
        ["AADLoginForWindows", "AADSSHLoginForLinux"]
    );
    let versions = stage
        .get(&format!("{types}/AADLoginForWindows/versions"))
        .await;
    assert_eq!(names(versions), ["1.0.0.1", "2.2.0.0"]);
    let got = stage.get(&format!("{types}/Unheard/versions")).await;
    assert_eq!((got.status, got.code()), (404, "ArtifactNotFound"));
}
