//! One thing from both sides.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::estate::{CHAIN, stage};

#[test]
fn a_machine_and_all_on_it_before_anything_is_applied() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.sandbox(&["show", "vm:core/rg-web/web01"]).expect(0));
    let plan = stage.sandbox(&["plan"]).expect(0);
    assert!(plan.says("4 to create"), "show writes nothing: {plan}");
}

#[test]
fn after_an_apply_both_sides_are_there_with_stamp_and_health() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!(
        stage
            .sandbox(&["show", "vm:core/*/login", "grant:*"])
            .expect(0)
    );
    let mut command = stage.command(&["show", "vm:core/*/login", "--sandbox"]);
    command.env("COLUMNS", "50");
    assert_snapshot!("narrow", stage.finish(command).expect(0));
}

#[test]
fn what_is_blocked_or_put_off_says_why() {
    let stage = stage(
        "resource-group rg-web { vm web02 { identity system-assigned; login }; vm old01 { login } }\n",
    );
    assert_snapshot!(
        stage
            .sandbox(&[
                "show",
                "vm:core/rg-web/web02/login",
                "vm:core/rg-web/old01/login"
            ])
            .expect(0)
    );
}

#[test]
fn what_is_live_and_not_declared_is_shown_too_and_json_has_it_all() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write(
        "estate.kdl",
        &format!(
            "{}resource-group rg-web {{ vm web01 }}\n",
            crate::estate::HEAD
        ),
    );
    let screen = stage
        .sandbox(&["show", "vm:core/rg-web/web01", "--format", "json"])
        .expect(0);
    let json: Json = serde_json::from_str(&screen.stdout).expect("JSON");
    let things = json["things"].as_array().expect("things");
    let login = things
        .iter()
        .find(|thing| thing["address"] == "vm:core/rg-web/web01/login")
        .expect("the login");
    assert_eq!(login["declared"], Json::Null);
    assert_eq!(login["live"]["health"], "good");
    assert_eq!(things[0]["declared"]["file"], "estate.kdl");
    let grant = things
        .iter()
        .find(|thing| thing["kind"] == "grant")
        .expect("the grant");
    assert_eq!(grant["live"]["stamp"], "web-prod");
    assert_eq!(grant["step"]["action"], "revoke");
}

#[test]
fn an_address_that_is_none_shows_nothing_or_is_a_plan_is_refused() {
    let stage = stage(CHAIN).with("plan.json", "{}");
    assert_snapshot!(
        "none",
        stage.sandbox(&["show", "vm:core/rg-web/web09"]).expect(64)
    );
    assert_snapshot!("a_plan", stage.sandbox(&["show", "plan.json"]).expect(7));
    assert_snapshot!("no_address", stage.sandbox(&["show", "web01"]).expect(64));
    assert_snapshot!("nothing", stage.sandbox(&["show"]).expect(64));
}
