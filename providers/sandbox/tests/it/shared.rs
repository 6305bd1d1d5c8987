//! What was recorded between public clients and Azure, told to the sandbox: its answers are to be the recorded ones.
//!
//! The recordings lie beside the project. `VMLOGIN_SHARED` names the folder, else `../shared` of the repository is
//! taken; where there is none the tests say so and pass.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};
use vmlogin_sandbox::seed::{Machine, Os, ResourceGroup, ServicePrincipal, Subscription, User};
use vmlogin_sandbox::{Options, Seed};

use crate::stage::{Got, Stage, seed};

const SUB: &str = "00000000-0000-0000-0000-000000000000";

/// A recorded request with its answer.
struct Exchange {
    method: Method,
    /// Path and query.
    path: String,
    sent: Option<Value>,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Exchange {
    fn of(value: &Value) -> Exchange {
        let request = &value["request"];
        let url = request["uri"]
            .as_str()
            .or(request["url"].as_str())
            .expect("a url");
        let path = url.splitn(4, '/').nth(3).expect("a path");
        let path = path.replace("&t=<", "&x=<");
        Exchange {
            method: request["method"]
                .as_str()
                .expect("a method")
                .parse()
                .expect("a method"),
            path: format!("/{path}"),
            sent: Some(request["body"].clone()).filter(|it| !it.is_null()),
            status: u16::try_from(value["response"]["status"].as_u64().expect("a status"))
                .expect("a status"),
            headers: value["response"]["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| {
                    (
                        name.to_lowercase(),
                        value.as_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            body: value["response"]["body"].clone(),
        }
    }

    async fn replay(&self, stage: &Stage) -> Got {
        let got = stage
            .send(self.method.clone(), &self.path, self.sent.clone())
            .await;
        assert_eq!(
            got.status, self.status,
            "{} {}: {}",
            self.method, self.path, got.body
        );
        for name in [
            "azure-asyncoperation",
            "location",
            "retry-after",
            "x-ms-failure-cause",
        ] {
            // The recorders of azure-cli took Retry-After away, so its absence proves nothing.
            if name != "retry-after" || self.headers.contains_key(name) {
                let expected = self.headers.contains_key(name);
                assert_eq!(
                    got.headers.contains_key(name),
                    expected,
                    "{name} of {} {}",
                    self.method,
                    self.path
                );
            }
        }
        got
    }
}

fn shared(name: &str) -> Option<Value> {
    let root = std::env::var_os("VMLOGIN_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if !root.is_dir() {
        // Not `eprintln!`: the test runner would keep it to itself when the test passes.
        writeln!(
            std::io::stderr(),
            "skipped: {} is not here (VMLOGIN_SHARED names the folder)",
            root.display()
        )
        .expect("stderr takes a line");
        return None;
    }
    let path = root.join("arm").join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// One exchange of the recorded examples.
fn example(name: &str) -> Option<Exchange> {
    shared(&format!("examples/recorded/{name}")).map(|it| Exchange::of(&it))
}

/// The numbered exchanges of a recording.
fn recording(name: &str, numbers: &[u64]) -> Option<Vec<Exchange>> {
    let all = shared(&format!("recordings/{name}"))?;
    let all = all.as_array().expect("a list");
    let pick = |n: &u64| all.iter().find(|it| it["n"] == *n).map(Exchange::of);
    Some(
        numbers
            .iter()
            .map(|n| pick(n).expect("the exchange"))
            .collect(),
    )
}

/// The recorders' world: their zeroed subscription with one group and one running Linux machine.
fn world(group: &str, machine: &str, change: impl FnOnce(&mut Machine)) -> Seed {
    let mut seed = seed();
    let mut vm = Machine {
        name: machine.to_owned(),
        os: Os::Linux,
        ..Machine::default()
    };
    change(&mut vm);
    seed.tenants[0].subscriptions = vec![Subscription {
        id: SUB.to_owned(),
        name: "recorded".to_owned(),
        resource_groups: vec![ResourceGroup {
            name: group.to_owned(),
            location: "westus".to_owned(),
            machines: vec![vm],
            ..ResourceGroup::default()
        }],
        ..Subscription::default()
    }];
    seed
}

/// With latency, since the recorded headers are what is compared.
async fn stage(seed: Seed) -> Stage {
    Stage::with(Options {
        seed,
        latency: Some(std::time::Duration::ZERO),
        ..Options::default()
    })
    .await
}

/// Members gone that no two runs share.
fn lasting(mut value: Value, passing: &[&str]) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.retain(|name, _| !passing.contains(&name.as_str()));
            for member in members.values_mut() {
                *member = lasting(member.take(), passing);
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = lasting(item.take(), passing);
            }
        }
        _ => {}
    }
    value
}

#[tokio::test]
async fn an_extension_is_put_and_read_as_recorded() {
    let (Some(put), Some(creating), Some(ready)) = (
        example("vm_extension_put_201.json"),
        example("vm_extension_get_creating_200.json"),
        example("vm_extension_get_succeeded_200.json"),
    ) else {
        return;
    };
    let stage = Stage::new(world("cli_test_vm_extension000001", "myvm", |_| {})).await;
    let mut put = put;
    put.headers.insert("retry-after".to_owned(), "0".to_owned());
    assert_eq!(put.replay(&stage).await.body, put.body);
    assert_eq!(creating.replay(&stage).await.body, creating.body);
    assert_eq!(ready.replay(&stage).await.body, ready.body);
}

#[tokio::test]
async fn identities_are_taken_away_as_recorded() {
    let names = [
        "vm_patch_identity_remove_one_200.json",
        "vm_patch_identity_remove_last_200.json",
        "vm_patch_identity_none_200.json",
    ];
    let exchanges: Vec<Exchange> = names.iter().filter_map(|it| example(it)).collect();
    let Some(before) = example("vm_get_identity_both_200.json") else {
        return;
    };
    let held = before.body["identity"]["userAssignedIdentities"]
        .as_object()
        .expect("a map");
    let ids: Vec<String> = held.keys().cloned().collect();
    let seed = world("clitest.rg000001", "vm1", |vm| {
        vm.system_assigned = true;
        vm.user_assigned = ids;
    });
    let stage = stage(seed).await;
    let passing = ["principalId", "clientId", "tenantId"];
    let identity =
        |body: &Value| lasting(body.get("identity").cloned().unwrap_or_default(), &passing);
    let got = before.replay(&stage).await;
    assert_eq!(identity(&got.body), identity(&before.body));
    assert_eq!(exchanges.len(), 3);
    for exchange in exchanges {
        let got = exchange.replay(&stage).await;
        assert_eq!(identity(&got.body), identity(&exchange.body));
        assert_eq!(got.body["properties"]["provisioningState"], "Updating");
        assert_eq!(
            got.headers.contains_key("etag"),
            exchange.headers.contains_key("etag")
        );
    }
}

#[tokio::test]
async fn the_login_flow_of_2025_goes_as_recorded() {
    let Some(exchanges) = recording(
        "vm-login-flow/win_vm_extension_downgrade_2025.json",
        &[27, 32, 33, 43],
    ) else {
        return;
    };
    let [identity, assignment, extension, again] = exchanges.as_slice() else {
        panic!("four exchanges");
    };
    let mut seed = world("clitest.rg000001", "vm1", |_| {});
    let principal = assignment.body["properties"]["principalId"]
        .as_str()
        .expect("an id");
    seed.tenants[0].service_principals.push(ServicePrincipal {
        name: "vm1".to_owned(),
        id: principal.to_owned(),
        app_id: crate::stage::guid(1),
    });
    let stage = stage(seed).await;
    let got = identity.replay(&stage).await;
    let members = |body: &Value| {
        body.as_object()
            .expect("a machine")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut expected = members(&identity.body);
    expected.retain(|it| it != "tags");
    assert_eq!(members(&got.body), expected);
    let properties = |body: &Value| members(&body["properties"]);
    assert_eq!(properties(&got.body), properties(&identity.body));
    let passing = ["createdOn", "updatedOn", "updatedBy"];
    let got = assignment.replay(&stage).await;
    assert_eq!(
        lasting(got.body, &passing),
        lasting(assignment.body.clone(), &passing)
    );
    assert_eq!(extension.replay(&stage).await.body, extension.body);
    assert_eq!(again.replay(&stage).await.body, again.body);
}

#[tokio::test]
async fn an_assignment_of_2023_is_made_and_found_as_recorded() {
    let Some(exchanges) = recording("role-assignment/cli_ra_conflicted_names_2023.json", &[3, 4])
    else {
        return;
    };
    let mut seed = world("cli_role_assign000001", "vm1", |_| {});
    let put = &exchanges[1];
    seed.tenants[0].users.push(User {
        upn: "testuser@contoso.com".to_owned(),
        id: put.body["properties"]["principalId"]
            .as_str()
            .expect("an id")
            .to_owned(),
        name: "tester123".to_owned(),
        ..User::default()
    });
    let stage = stage(seed).await;
    let passing = ["createdOn", "updatedOn", "updatedBy", "description"];
    for exchange in &exchanges {
        let got = exchange.replay(&stage).await;
        assert_eq!(
            lasting(got.body, &passing),
            lasting(exchange.body.clone(), &passing)
        );
    }
}

#[tokio::test]
async fn a_group_comes_changes_and_goes_as_recorded() {
    let Some(exchanges) = recording("resource-group/aso_rg_crud_2024.json", &[0, 1, 2, 3, 4, 6])
    else {
        return;
    };
    let stage = stage(world("another", "vm1", |_| {})).await;
    for exchange in &exchanges {
        let got = exchange.replay(&stage).await;
        assert_eq!(got.body, exchange.body);
        if let Some(seconds) = exchange.headers.get("retry-after") {
            assert_eq!(&got.headers["retry-after"], seconds);
        }
    }
}

#[tokio::test]
async fn an_operation_is_told_with_the_recorded_members() {
    let (Some(running), Some(ended)) = (
        example("vm_operation_poll_inprogress_200.json"),
        example("vm_operation_poll_succeeded_200.json"),
    ) else {
        return;
    };
    let stage = Stage::new(world("clitest.rg000001", "vm1", |_| {})).await;
    let machine = format!(
        "/subscriptions/{SUB}/resourceGroups/clitest.rg000001/providers/Microsoft.Compute/virtualMachines/vm1"
    );
    let patched = stage
        .patch(&machine, json!({"identity": {"type": "SystemAssigned"}}))
        .await;
    let members = |body: &Value| {
        body.as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    for recorded in [running, ended] {
        let got = stage
            .raw(
                Method::GET,
                &patched.headers["azure-asyncoperation"],
                &stage.arm,
                None,
            )
            .await;
        assert_eq!(members(&got.body), members(&recorded.body));
        assert_eq!(got.body["status"], recorded.body["status"]);
    }
}

#[tokio::test]
async fn an_instance_view_has_the_recorded_members() {
    let Some(recorded) = example("vm_get_instanceview_with_extension_200.json") else {
        return;
    };
    let stage = Stage::new(world("cli_test_vm_extension000001", "myvm", |vm| {
        vm.extensions.push(vmlogin_sandbox::seed::Extension {
            name: "VMAccessForLinux".to_owned(),
            publisher: "Microsoft.OSTCExtensions".to_owned(),
            kind: "VMAccessForLinux".to_owned(),
            version: "1.2".to_owned(),
            ..vmlogin_sandbox::seed::Extension::default()
        });
    }))
    .await;
    let got = recorded.replay(&stage).await;
    let view = |body: &Value| body["properties"]["instanceView"].clone();
    let members = |value: &Value| {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (view(&got.body), view(&recorded.body));
    let missing: Vec<String> = members(&theirs)
        .into_iter()
        .filter(|it| ours.get(it).is_none())
        .collect();
    assert_eq!(missing, Vec::<String>::new());
    for part in [
        "/vmAgent",
        "/vmAgent/extensionHandlers/0",
        "/extensions/0",
        "/extensions/0/statuses/0",
        "/statuses/1",
    ] {
        let (ours, theirs) = (
            ours.pointer(part).expect(part),
            theirs.pointer(part).expect(part),
        );
        assert_eq!(members(ours), members(theirs), "{part}");
    }
    assert_eq!(got.body["resources"][0].get("instanceView"), None);
}
