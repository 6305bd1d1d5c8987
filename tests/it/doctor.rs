//! What is wrong with an installation, and how to mend it.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::conformance::{Specs, wrong_but_for_last_pages};
use crate::estate::{CHAIN, HEAD, SEED, stage, stage_with_seed};
use crate::stage::{Server, Stage};

#[test]
fn all_is_well_in_a_sandbox_without_any_account() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.sandbox(&["doctor"]).expect(0));
    let json = stage.sandbox(&["doctor", "--format", "json"]).expect(0);
    let json: Json = serde_json::from_str(&json.stdout).expect("JSON");
    let checks = json["checks"].as_array().expect("checks");
    assert!(
        checks.iter().all(|check| check["result"] == "ok"),
        "{json:#}"
    );
}

#[test]
fn what_is_missing_is_named_with_the_way_to_mend_it() {
    assert_snapshot!("no_manifest", Stage::empty().sandbox(&["doctor"]).expect(1));
    let denied = stage_with_seed(
        CHAIN,
        "caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { no-directory-rights; deny \"Microsoft.Authorization/roleAssignments/read\" }",
        "",
    );
    assert_snapshot!("no_rights", denied.sandbox(&["doctor"]).expect(8));
}

#[test]
fn where_nobody_is_signed_in_the_rest_is_not_checked() {
    let stage = stage(CHAIN);
    let mut command = stage.command(&["doctor", "--auth", "cli"]);
    command
        .env("PATH", "")
        .env("HTTPS_PROXY", "http://me:secret@proxy.contoso.com:8080");
    let screen = stage.finish(command).expect(8);
    assert!(!screen.says("secret"), "{screen}");
    assert_snapshot!(screen);
}

#[test]
fn a_broken_manifest_and_a_damaged_state_are_both_told() {
    let stage = stage("resource-group rg-web { vm web01 { logn } }\n");
    stage.write(".vmlogin/sandbox.json", "{oops");
    assert_snapshot!(stage.sandbox(&["doctor"]).expect(1));
}

#[test]
fn a_sandbox_that_nobody_serves_is_no_matter_of_access() {
    let stage = stage(CHAIN);
    // Port 1 is nobody's here.
    let screen = stage
        .run(&["doctor", "--sandbox=http://127.0.0.1:1"])
        .expect(1);
    assert!(
        screen.says("x wrong tenant `contoso`: connection"),
        "{screen}"
    );
    assert!(screen.says("? not checked subscription `core`"), "{screen}");
}

#[test]
fn every_request_and_answer_of_a_check_fits_microsofts_openapi_files() {
    let Some(folder) = Specs::find() else { return };
    let specs = Specs::load(&folder);
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let sandbox = format!("--sandbox={}", server.url);
    stage.run(&["doctor", &sandbox]).expect(0);
    drop(server);
    let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    // Nobody has recorded the list that lacks it.
    let wrong = wrong_but_for_last_pages(&log, &specs);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_world_that_began_with_another_seed_is_told() {
    const TOLD: &str = "another seed than sandbox.kdl as it is now";
    let stage = stage(CHAIN);
    assert!(!stage.sandbox(&["plan"]).expect(0).says(TOLD));
    assert!(!stage.sandbox(&["plan"]).expect(0).says(TOLD));
    stage.write("sandbox.kdl", &format!("{SEED}// more\n"));
    assert!(stage.sandbox(&["plan"]).expect(0).says(TOLD));
    std::fs::remove_file(stage.path(".vmlogin/sandbox.json")).expect("gone");
    assert!(!stage.sandbox(&["plan"]).expect(0).says(TOLD));
    // A server's world began with what it was told: nothing is concluded from the one before.
    std::fs::remove_file(stage.path(".vmlogin/sandbox.json")).expect("gone");
    drop(Server::start(&stage, &["--seed", "sandbox.kdl"]));
    stage.write("sandbox.kdl", SEED);
    assert!(!stage.sandbox(&["plan"]).expect(0).says(TOLD));
}

#[test]
fn a_seed_that_is_wrong_is_to_be_corrected() {
    let screen = Stage::new(HEAD, "nonsense\n")
        .sandbox(&["doctor"])
        .expect(1);
    assert!(
        screen.says("`vmlogin plan --sandbox` shows the place"),
        "{screen}"
    );
}
