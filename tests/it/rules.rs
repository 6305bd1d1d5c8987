//! What rules say, what a person makes of it, and how a rule explains itself.

use insta::assert_snapshot;

use crate::estate::{CHAIN, stage};
use crate::stage::Stage;

#[test]
fn a_rule_explains_itself() {
    let stage = Stage::empty();
    assert_snapshot!(stage.run(&["explain", "VML401"]).expect(0));
}

#[test]
fn without_a_rule_all_are_listed() {
    let stage = Stage::empty();
    assert_snapshot!(stage.run(&["explain"]).expect(0));
}

#[test]
fn an_explanation_as_json_is_one_document() {
    let screen = Stage::empty()
        .run(&["explain", "VML403", "--format", "json"])
        .expect(0);
    let document: serde_json::Value = serde_json::from_str(&screen.stdout).expect("JSON");
    assert_eq!(document["format"], 1);
    assert_eq!(document["rules"][0]["id"], "VML403");
    assert_eq!(document["rules"][0]["checked"], "2026-11-21");
}

#[test]
fn what_is_no_rule_is_told_from_what_nobody_knows() {
    let stage = Stage::empty();
    assert_snapshot!(
        "explain_a_problem",
        stage.run(&["explain", "VML112"]).expect(64)
    );
    assert_snapshot!(
        "explain_a_slip",
        stage.run(&["explain", "vml410"]).expect(64)
    );
}

#[test]
fn a_rule_that_does_not_exist_cannot_be_allowed() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.sandbox(&["plan", "--allow", "VML44"]).expect(64));
}

#[test]
fn a_management_group_is_refused_whatever_is_allowed() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.run(&["validate", "--allow", "VML401"]).expect(64));
}
