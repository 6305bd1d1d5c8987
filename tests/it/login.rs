//! What a manifest can say of a login: its version, its upgrades, its device management.

use insta::assert_snapshot;

use crate::estate::{HEAD, stage};

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
