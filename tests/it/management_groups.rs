//! Roles granted at a management group: refused for sign-in roles unless allowed, and never taken away by themselves.

use insta::assert_snapshot;

use crate::estate::HEAD;
use crate::estate::SEED;
use crate::stage::Stage;

const ALLOW: &[&str] = &["--allow", "VML401"];

/// The usual head, with these nodes in the management group.
fn manifest(inside: &str) -> String {
    HEAD.replace(
        "    subscription core",
        &format!(
            "    management-group everything id=mg-root {{ {inside} }}\n    subscription core"
        ),
    )
}

fn stage(inside: &str) -> Stage {
    let seed = SEED.replacen(
        "    user \"kim@contoso.com\"",
        "    management-group mg-root\n    user \"kim@contoso.com\"",
        1,
    );
    Stage::new(&manifest(inside), &seed)
}

fn with<'a>(verb: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [verb, more].concat()
}

#[test]
fn a_sign_in_role_is_refused_unless_it_is_allowed_and_then_made_once() {
    let stage = stage("grant user (group)sg-web-admins reason=CHG-4711");
    assert_snapshot!("above_refused", stage.sandbox(&["plan"]).expect(4));
    stage.sandbox(&["apply", "--yes"]).expect(4);
    assert_snapshot!(
        "above_allowed",
        stage.sandbox(&with(&["apply", "--yes"], ALLOW)).expect(0)
    );
    let assignments = stage.state()["assignments"].to_string();
    assert!(
        assignments.contains("managementGroups/mg-root"),
        "{assignments}"
    );
    stage
        .sandbox(&with(&["plan", "--detailed-exitcode"], ALLOW))
        .expect(0);
}

#[test]
fn what_is_granted_there_stays_when_its_node_is_gone_and_is_listed() {
    let stage = stage("grant user (group)sg-web-admins");
    stage.sandbox(&with(&["apply", "--yes"], ALLOW)).expect(0);
    let before = stage.state()["assignments"].clone();
    stage.write("estate.kdl", &manifest(""));
    assert_snapshot!(
        "above_node_gone",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(stage.state()["assignments"], before);
}

#[test]
fn a_narrower_grant_of_the_same_role_is_told_to_add_nothing() {
    let stage = stage("grant Reader (group)sg-web-admins");
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let narrower = "resource-group rg-web { grant Reader (group)sg-web-admins }";
    let both = format!(
        "{}{narrower}",
        manifest("grant Reader (group)sg-web-admins")
    );
    stage.write("estate.kdl", &both);
    assert_snapshot!("above_hands_down", stage.sandbox(&["plan"]).expect(0));
}

#[test]
fn destroy_takes_away_what_is_declared_there() {
    let stage = stage("grant user (group)sg-web-admins");
    stage.sandbox(&with(&["apply", "--yes"], ALLOW)).expect(0);
    assert_snapshot!(
        "above_destroyed",
        stage.sandbox(&["destroy", "--yes"]).expect(0)
    );
    assert_eq!(stage.state()["assignments"].to_string(), "{}");
}

#[test]
fn a_role_that_lets_nobody_sign_in_needs_no_flag() {
    let stage = stage("grant Reader (group)sg-web-admins");
    assert_snapshot!("above_reader", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_management_group_that_is_not_there_says_what_to_check() {
    let stage = Stage::new(&manifest("grant Reader (group)sg-web-admins"), SEED);
    assert_snapshot!("above_unknown", stage.sandbox(&["plan"]));
}
