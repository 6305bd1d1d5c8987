//! What a manifest can say of a login: its version, its upgrades, its device management.

use insta::assert_snapshot;

use crate::estate::{HEAD, SEED, stage};
use crate::stage::Stage;

fn manifest(machine: &str, login: &str) -> String {
    format!(
        "{HEAD}resource-group rg-web {{ vm {machine} {{ identity system-assigned; {login} }} }}"
    )
}

#[test]
fn what_is_said_of_a_login_is_sent_when_it_is_made_and_changed_later() {
    let stage = stage("");
    stage.write("estate.kdl", &manifest("web01", "login version=\"1.0\""));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let said = "login version=\"2.2\" auto-upgrade-minor-version=#false enable-automatic-upgrade=#true mdm-id=intune";
    stage.write("estate.kdl", &manifest("web01", said));
    assert_snapshot!("changed", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    // What is no longer said stays as it is.
    stage.write("estate.kdl", &manifest("web01", "login"));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    let state = stage.state();
    let extension = state["extensions"]
        .as_object()
        .and_then(|all| all.values().next())
        .expect("an extension");
    let properties = &extension["properties"];
    assert_eq!(
        properties["settings"]["mdmId"],
        "0000000a-0000-0000-c000-000000000000"
    );
    assert_eq!(properties["enableAutomaticUpgrade"], true);
}

#[test]
fn device_management_of_linux_is_a_problem() {
    let stage = stage("");
    stage.write("estate.kdl", &manifest("tux01", "login mdm-id=intune"));
    assert_snapshot!("mdm_on_linux", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn what_is_no_version_is_a_problem() {
    let stage = stage("");
    let said = "login version=1.0 auto-upgrade-minor-version=yes";
    stage.write("estate.kdl", &manifest("web01", said));
    assert_snapshot!("no_version", stage.sandbox(&["plan"]).expect(3));
}

/// A stage on which the login of a machine failed, since it had no identity yet, and keeps that until it is uninstalled; the
/// manifest asks for the identity by now.
fn failed_for_good(machine: &str) -> Stage {
    let sown = format!("vm {machine} os=");
    let start = SEED.find(&sown).expect("the machine is sown");
    let brace = start + SEED[start..].find('{').expect("a body");
    let (before, after) = SEED.split_at(brace + 1);
    let seed = format!("{before}\n                keeps-failed-login{after}");
    let text = format!("{HEAD}resource-group rg-web {{ vm {machine} {{ login }} }}");
    let stage = Stage::new(&text, &seed);
    stage
        .sandbox(&["apply", "--yes", "--allow", "VML203"])
        .expect(6);
    stage.write("estate.kdl", &manifest(machine, "login"));
    stage
}

#[test]
fn a_login_that_fails_until_it_is_installed_anew_is_so_once_that_is_accepted() {
    let stage = failed_for_good("web01");
    assert_snapshot!("reinstall_plan", stage.sandbox(&["plan"]).expect(0));
    let again = stage.sandbox(&["apply", "--yes"]).expect(6);
    assert!(again.says("-2145648574"), "{again}");
    let accepted = ["apply", "--yes", "--accept", "reinstall-login"];
    assert_snapshot!("reinstalled", stage.sandbox(&accepted).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    // Where nothing asks for it, it does nothing.
    let before = stage.state()["extensions"].clone();
    stage.sandbox(&accepted).expect(0);
    assert_eq!(stage.state()["extensions"], before);
}

#[test]
fn a_login_on_linux_that_never_worked_is_installed_anew_too() {
    let stage = failed_for_good("tux01");
    let again = stage.sandbox(&["apply", "--yes"]).expect(6);
    assert!(again.says("exit code: 22"), "{again}");
    let accepted = ["apply", "--yes", "--accept", "reinstall-login"];
    assert_snapshot!("reinstalled_on_linux", stage.sandbox(&accepted).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_login_whose_machine_may_have_joined_or_that_others_installed_is_not_deleted() {
    let accepted = ["apply", "--yes", "--accept", "reinstall-login"];
    let joined = failed_for_good("web01");
    joined.change_state(|state| {
        let tenant = &mut state["tenants"]["11111111-1111-4111-8111-111111111111"];
        tenant["devices"]["dddddddd-0000-4000-8000-000000000001"] = serde_json::json!({
            "id": "dddddddd-0000-4000-8000-000000000001",
            "device_id": "dddddddd-0000-4000-8000-000000000002",
            "name": "web01", "machine": null, "registered": "2026-11-01T00:00:00Z", "os_version": null,
        });
    });
    assert_snapshot!("reinstall_of_a_joined", joined.sandbox(&accepted).expect(6));
    let others = failed_for_good("web01");
    others.change_state(|state| {
        let extensions = state["extensions"].as_object_mut().expect("extensions");
        extensions
            .values_mut()
            .for_each(|it| it["tags"] = serde_json::Value::Null);
    });
    let screen = others.sandbox(&accepted).expect(6);
    assert!(screen.says("vmlogin did not make it"), "{screen}");
    assert!(!screen.says("TO REPLACE"), "{screen}");
}
