//! From a KDL file to a machine people can sign in to, and what happens when the way is not straight.

use insta::assert_snapshot;

use crate::estate::{CHAIN, stage, stage_with_seed};
use crate::stage::{Stage, repository};

#[test]
fn the_readme_quickstart_applies_verifies_and_then_has_nothing_to_do() {
    let stage = Stage::empty();
    let manifest = repository().join("examples/01-quickstart/estate.kdl");
    let manifest = manifest.to_str().expect("UTF-8");
    let arguments = ["apply", "-f", manifest, "--sandbox", "--yes"];
    let first = stage.run(&arguments).expect(0);
    assert_snapshot!("quickstart_first", first);
    let second = stage.run(&arguments).expect(0);
    assert_snapshot!("quickstart_second", second);
}

#[test]
fn a_plan_shows_everything_and_writes_nothing() {
    let stage = stage(CHAIN);
    assert_snapshot!("plan_of_the_chain", stage.sandbox(&["plan"]).expect(0));
    let before = stage.state();
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(2);
    assert_eq!(stage.state()["tenants"], before["tenants"]);
}

#[test]
fn a_stopped_machine_is_put_off_and_picked_up_once_it_runs() {
    let stage = stage(&CHAIN.replace("web01", "web02"));
    let first = stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!("apply_with_a_stopped_machine", first);
    start(&stage, "web02");
    let second = stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!("apply_once_it_runs", second);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_login_without_an_identity_is_refused_and_let_through_fails_with_azures_words_until_it_is_repaired()
 {
    let stage = stage("resource-group rg-web { vm web01 { login } }");
    let refused = stage.sandbox(&["apply", "--yes"]).expect(4);
    assert_snapshot!("login_without_an_identity_refused", refused);
    let failed = stage
        .sandbox(&["apply", "--yes", "--allow", "VML203"])
        .expect(6);
    assert_snapshot!("login_without_an_identity", failed);
    stage.write("estate.kdl", &format!("{}{CHAIN}", crate::estate::HEAD));
    let repaired = stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!("login_repaired", repaired);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn an_old_windows_is_refused_and_let_through_fails_with_51() {
    let stage = stage("resource-group rg-web { vm old01 { identity system-assigned; login } }");
    let refused = stage.sandbox(&["apply", "--yes"]).expect(4);
    assert_snapshot!("login_on_an_old_windows_refused", refused);
    let screen = stage
        .sandbox(&["apply", "--yes", "--allow", "VML201"])
        .expect(6);
    assert!(screen.says("51"), "{screen}");
    assert_snapshot!("login_on_an_old_windows", screen);
}

#[test]
fn a_group_is_made_where_the_manifest_says_how() {
    let stage = stage(
        r#"resource-group rg-new location="West Europe" {
            tags owner="team new"
            protect
            grant user (object-id)"aaaaaaaa-0000-4000-8000-000000000001"
        }"#,
    );
    assert_snapshot!("group_made", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_failure_stops_only_what_needs_it_and_running_again_finishes() {
    let stage = stage_with_seed(
        CHAIN,
        "",
        "fault method=PUT path=\"*/extensions/*\" status=409 code=Conflict message=\"the extension handler is busy with something else\" times=1",
    );
    let first = stage.sandbox(&["apply", "--yes"]).expect(6);
    assert_snapshot!("apply_with_a_failure", first);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_throttled_and_a_broken_answer_are_tried_again() {
    let stage = stage_with_seed(
        CHAIN,
        "",
        "fault method=PUT path=\"*/roleAssignments/*\" status=429 code=TooManyRequests message=\"slow down\" retry-after=0 times=2\n\
         fault method=PATCH path=\"*/virtualMachines/*\" status=503 code=ServerTimeout message=\"try later\" retry-after=0 times=1",
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

/// Starts a machine behind vmlogin's back.
fn start(stage: &Stage, machine: &str) {
    stage.change_state(|state| {
        let key = format!(
            "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines/{machine}"
        );
        let machine = &mut state["machines"][&key];
        assert_eq!(machine["power"], "deallocated");
        machine["power"] = "running".into();
    });
}
