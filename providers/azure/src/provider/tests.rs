use std::sync::Mutex;

use serde_json::{Value as Json, json};
use vmlogin_engine::graph::Graph;
use vmlogin_engine::inventory::{Health, Inventory};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::plan::{Action, Mode, Step, Wish, plan};
use vmlogin_engine::provider::{Done, Fault, FaultKind, Progress, Proof, Provider};
use vmlogin_engine::value::{Attributes, Value};

use super::rehearsal::{self, Part};
use crate::kinds::{catalogue, scenes};
use crate::testing::{Answer, Server};

const LOGIN: &str = "vm:core/rg-web/web01/login";
const GRANT: &str = "grant:core/rg-web/admin/group:sg-web";

/// A step of the scenes' estate, in which this kind is missing.
fn creating(kind: &str, address: &str) -> Step {
    let (manifest, mut inventory): (_, Inventory) = scenes::estate();
    inventory.live.retain(|(live, _), _| *live != kind);
    for live in inventory.live.values_mut() {
        live.facts.remove("extensions");
    }
    let scene = Scene::of(&manifest, &inventory);
    let wish = Wish {
        mode: Mode::Apply,
        selected: Selected::default(),
        replaced: Vec::new(),
        reinstall: false,
        tool: "test".to_owned(),
    };
    let graph = Graph::of(&manifest, catalogue()).unwrap();
    let plan = plan(catalogue(), &scene, &graph, Vec::new(), &wish).unwrap();
    let step = plan
        .steps
        .into_iter()
        .find(|step| step.address.as_str() == address)
        .unwrap();
    assert_eq!(step.action, Action::Create);
    step
}

/// The replacement of the scenes' login, which failed for want of an identity and never joined.
fn reinstalling() -> Step {
    let (manifest, mut inventory): (_, Inventory) = scenes::estate();
    for live in inventory.live.values_mut() {
        match live.kind {
            "login" => {
                live.stamp = Some("contoso".to_owned());
                live.health = Health::Failed {
                    message: "Exit code: -2145648574".to_owned(),
                };
            }
            "vm" => drop(
                live.facts
                    .insert("devices".to_owned(), Value::Map(Attributes::new())),
            ),
            _ => {}
        }
    }
    let scene = Scene::of(&manifest, &inventory);
    let wish = Wish {
        mode: Mode::Apply,
        selected: Selected::default(),
        replaced: Vec::new(),
        reinstall: true,
        tool: "test".to_owned(),
    };
    let graph = Graph::of(&manifest, catalogue()).unwrap();
    let plan = plan(catalogue(), &scene, &graph, Vec::new(), &wish).unwrap();
    let mut steps = plan.steps.into_iter();
    let step = steps.find(|step| step.kind == "login").unwrap();
    assert_eq!(step.action, Action::Replace);
    step
}

/// What goes over the wire for it where its creation is answered with this status.
async fn reinstalled(created: u16) -> (Vec<String>, Result<Done, Fault>) {
    let failed = json!({
        "id": format!("{}/extensions/AADLoginForWindows", scenes::machine_id()),
        "tags": {"vmlogin-estate": "contoso"},
        "properties": {"publisher": "Microsoft.Azure.ActiveDirectory", "type": "AADLoginForWindows", "provisioningState": "Failed"},
    });
    let server = Server::start(move |seen| {
        match (seen.line.split(' ').next().unwrap(), seen.before) {
            ("GET", 0) => Answer::json(200, failed.clone()),
            ("DELETE", 1) => Answer::json(200, json!({})),
            ("GET", 2) => Answer::json(200, json!({"value": []})),
            ("PUT", 3) => Answer::json(
                created,
                json!({"properties": {"provisioningState": "Succeeded"}, "error": {"code": "No", "message": "no"}}),
            ),
            other => panic!("not asked for: {other:?}"),
        }
    })
    .await;
    let done = rehearsal::azure(&server)
        .carry_out(&reinstalling(), &|_| {})
        .await;
    let lines = server.lines();
    let lines = lines.iter().map(|line| {
        let line = line.split('?').next().unwrap();
        line.replace(&scenes::machine_id().to_string(), "")
    });
    (lines.collect(), done)
}

#[tokio::test(start_paused = true)]
async fn a_login_is_installed_anew_by_a_delete_and_a_put() {
    let (lines, done) = reinstalled(201).await;
    assert_eq!(
        lines,
        [
            "GET /extensions/AADLoginForWindows",
            "DELETE /extensions/AADLoginForWindows",
            "GET /extensions",
            "PUT /extensions/AADLoginForWindows",
        ]
    );
    assert!(done.unwrap().id.unwrap().ends_with("/AADLoginForWindows"));
    let (lines, refused) = reinstalled(403).await;
    assert_eq!(lines.len(), 4);
    let refused = refused.unwrap_err();
    assert!(!refused.unsent);
    assert!(
        refused.help.unwrap().starts_with("the old one is deleted"),
        "what is gone is said"
    );
}

async fn verify(step: &Step, parts: Vec<Part>) -> (Vec<(String, Proof)>, usize) {
    let server = rehearsal::server(parts).await;
    let verdicts = rehearsal::azure(&server).verify(step).await;
    let looks = server
        .lines()
        .iter()
        .filter(|line| line.starts_with("GET /v1.0/devices?"))
        .count();
    (
        verdicts
            .into_iter()
            .map(|verdict| (verdict.check, verdict.result))
            .collect(),
        looks,
    )
}

fn devices(devices: Json) -> Part {
    ("GET /v1.0/devices?", 200, json!({"value": devices}))
}

#[tokio::test(start_paused = true)]
async fn a_login_is_read_written_and_followed_to_its_end() {
    let server = Server::start(
        |seen| match (seen.line.split(' ').next().unwrap(), seen.before) {
            ("GET", 0) => Answer::json(200, json!({"value": []})),
            ("PUT", 1) => Answer::json(
                201,
                json!({"properties": {"provisioningState": "Creating"}}),
            )
            .with(
                "azure-asyncoperation",
                format!(
                    "http://{}/subscriptions/s/operations/o?api-version=1",
                    seen.headers["host"]
                ),
            ),
            ("GET", 2) => Answer::json(200, json!({"status": "InProgress"})),
            _ => Answer::json(200, json!({"status": "Succeeded"})),
        },
    )
    .await;
    let told = Mutex::new(Vec::new());
    let progress = |news: Progress| told.lock().unwrap().push(news.status);
    let done = rehearsal::azure(&server)
        .carry_out(&creating("login", LOGIN), &progress)
        .await
        .unwrap();
    assert!(done.id.unwrap().ends_with("/extensions/AADLoginForWindows"));
    let verbs: Vec<String> = server
        .lines()
        .iter()
        .map(|line| line.split('?').next().unwrap().to_owned())
        .collect();
    let machine = scenes::machine_id();
    assert_eq!(
        verbs,
        [
            format!("GET {machine}/extensions"),
            format!("PUT {machine}/extensions/AADLoginForWindows"),
            "GET /subscriptions/s/operations/o".to_owned(),
            "GET /subscriptions/s/operations/o".to_owned(),
        ]
    );
    assert!(!told.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_equal_grant_that_is_there_is_looked_up_and_kept() {
    let mut twin = scenes::assignment_body();
    twin["name"] = "twin".into();
    let exists = json!({"error": {"code": "RoleAssignmentExists", "message": "The role assignment already exists."}});
    let server = rehearsal::server(vec![
        ("PUT ", 409, exists),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Authorization/roleAssignments?",
            200,
            json!({"value": [twin]}),
        ),
    ])
    .await;
    let done = rehearsal::azure(&server)
        .carry_out(&creating("grant", GRANT), &|_| {})
        .await
        .unwrap();
    assert_eq!(
        done.note.as_deref(),
        Some("an equal grant was there already, as `twin`; it is kept as it is")
    );
}

#[tokio::test(start_paused = true)]
async fn a_step_of_a_tenant_that_nobody_signed_in_to_is_a_fault() {
    let server = rehearsal::server(Vec::new()).await;
    let step = Step {
        tenant: "fabrikam".to_owned(),
        ..creating("grant", GRANT)
    };
    let fault = rehearsal::azure(&server)
        .carry_out(&step, &|_| {})
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.message.as_str()),
        (FaultKind::Rejected, "nobody signed in to tenant `fabrikam`")
    );
}

#[tokio::test(start_paused = true)]
async fn a_login_is_verified_by_the_device_that_points_at_the_machine() {
    let id = format!("[AzureResourceId]:{}", scenes::machine_id());
    let (verdicts, looks) = verify(
        &creating("login", LOGIN),
        vec![devices(json!([{"physicalIds": [id]}]))],
    )
    .await;
    assert_eq!(
        verdicts,
        [
            ("the extension reports success".to_owned(), Proof::Verified),
            ("version 2.2.0.0 runs".to_owned(), Proof::Verified),
            (
                "the directory has a device for the machine".to_owned(),
                Proof::Verified
            ),
        ]
    );
    assert_eq!(looks, 1);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_never_appears_is_wrong_after_the_last_look() {
    let (verdicts, looks) = verify(&creating("login", LOGIN), vec![devices(json!([]))]).await;
    let Proof::Wrong(why) = &verdicts[2].1 else {
        panic!("{verdicts:?}")
    };
    assert!(
        why.starts_with("the extension reports success, and no device `WEB01` is in the directory"),
        "{why}"
    );
    assert_eq!(looks, 3);
}

#[tokio::test(start_paused = true)]
async fn devices_that_may_not_be_read_are_not_checked() {
    let refused = json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}});
    let (verdicts, looks) = verify(
        &creating("login", LOGIN),
        vec![("GET /v1.0/devices?", 403, refused)],
    )
    .await;
    assert!(
        matches!(&verdicts[2].1, Proof::NotChecked(why) if why.contains("Insufficient privileges")),
        "{verdicts:?}"
    );
    assert_eq!(looks, 1);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_cannot_be_read_back_is_not_checked() {
    let refused = json!({"error": {"code": "AuthorizationFailed", "message": "no"}});
    let machine = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?";
    let (verdicts, _) = verify(&creating("login", LOGIN), vec![(machine, 403, refused)]).await;
    assert!(
        matches!(&verdicts[..], [(_, Proof::NotChecked(_))]),
        "{verdicts:?}"
    );
}

/// The machine without what its agent tells of extensions.
fn silent() -> Json {
    let mut machine = scenes::machine_body(&scenes::machine_id());
    let view = machine["properties"]["instanceView"]
        .as_object_mut()
        .unwrap();
    view.remove("extensions");
    machine
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_reports_late_is_waited_for() {
    let step = creating("login", LOGIN);
    let looks = Mutex::new(0);
    let server = Server::start(move |seen| {
        if seen.line.contains("/virtualMachines/web01?") {
            let mut looks = looks.lock().unwrap();
            *looks += 1;
            let machine = match *looks {
                1 | 2 => silent(),
                _ => scenes::machine_body(&scenes::machine_id()),
            };
            return Answer::json(200, machine);
        }
        let device = json!({"displayName": "web01", "trustType": "AzureAd", "physicalIds": [format!("[AzureResourceId]:{}", scenes::machine_id())]});
        Answer::json(200, json!({"value": [device]}))
    })
    .await;
    let verdicts = rehearsal::azure(&server).verify(&step).await;
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.result == Proof::Verified),
        "{verdicts:?}"
    );
    let looks = server
        .lines()
        .into_iter()
        .filter(|line| line.contains("/virtualMachines/web01?"));
    assert_eq!(looks.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_never_reports_is_not_checked_after_the_last_look() {
    let step = creating("login", LOGIN);
    let machine = (
        "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?",
        200,
        silent(),
    );
    let (verdicts, _) = verify(&step, vec![machine, devices(json!([]))]).await;
    assert_eq!(
        verdicts[0].1,
        Proof::NotChecked("the machine's agent has not reported yet".to_owned())
    );
}
