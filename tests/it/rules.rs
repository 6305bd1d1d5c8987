//! What rules say, what a person makes of it, and how a rule explains itself.

use insta::assert_snapshot;

use crate::estate::{CHAIN, HEAD, SEED, stage};
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
fn a_rule_without_which_nothing_sound_could_be_written_cannot_be_allowed() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.run(&["validate", "--allow", "VML403"]).expect(64));
}

/// A machine whose Windows the article of 2023 allows and the page of 2025 no longer names.
fn aging() -> Stage {
    let seed = SEED.replace("Windows Server 2025", "Windows Server 2022");
    let seed = seed.replace("10.0.26100.1742", "10.0.20348.2700");
    Stage::new(&format!("{HEAD}{CHAIN}"), &seed)
}

#[test]
fn a_warning_is_shown_and_stops_nothing_unless_it_is_told_to() {
    let stage = aging();
    assert_snapshot!("a_warning", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!(
        "a_warning_that_fails",
        stage.sandbox(&["plan", "--fail-on", "warn"]).expect(4)
    );
    assert_snapshot!(
        "a_warning_that_keeps_an_apply_from_beginning",
        stage
            .sandbox(&["apply", "--yes", "--fail-on", "warn"])
            .expect(4)
    );
    stage
        .sandbox(&["plan", "--fail-on", "warn", "--allow", "VML201"])
        .expect(0);
}

#[test]
fn a_denied_warning_blocks_what_it_is_about_and_nothing_else() {
    let stage = aging();
    assert_snapshot!(stage.sandbox(&["plan", "--deny", "VML201"]).expect(4));
    stage
        .sandbox(&["apply", "--yes", "--deny", "VML201"])
        .expect(6);
    let extensions = stage.state()["extensions"].to_string();
    assert!(!extensions.contains("AADLoginForWindows"), "{extensions}");
}

#[test]
fn what_was_allowed_is_told_in_json() {
    let stage = aging();
    let screen = stage
        .sandbox(&["plan", "--allow", "VML201", "--format", "json"])
        .expect(0);
    let plan: serde_json::Value = serde_json::from_str(&screen.stdout).expect("JSON");
    assert_eq!(plan["findings"][0]["rule"], "VML201");
    assert_eq!(plan["findings"][0]["ruling"], "allowed");
    assert_eq!(plan["findings"][0]["severity"], "warning");
}

#[test]
fn a_guest_is_not_let_in() {
    let seed = SEED.replace(
        "    group sg-web-admins",
        "    user \"sam_fabrikam.com#EXT#@contoso.com\" id=\"aaaaaaaa-0000-4000-8000-000000000009\" name=\"Sam Guest\" guest=#true\n    group sg-web-admins",
    );
    let manifest =
        "resource-group rg-web { grant user (user)\"sam_fabrikam.com#EXT#@contoso.com\" }";
    let stage = Stage::new(&format!("{HEAD}{manifest}"), &seed);
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_machine_with_a_failed_neighbour_in_another_domain_is_told_all_at_once() {
    let seed = SEED.replacen(
        "os-version \"10.0.26100.1742\"",
        "os-version \"10.0.26100.1742\"\n                extension joindomain publisher=\"Microsoft.Compute\" type=\"JsonADDomainExtension\" version=\"1.3\" state=failed exit-code=1 message=\"no such domain\"",
        1,
    );
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), &seed);
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn names_are_compared_without_a_network() {
    let stage = stage(
        r#"resource-group rg-web {
            vm web01 { identity system-assigned; login }
            vm frontend-westeurope-01 os=windows { identity system-assigned; login }
        }
        resource-group rg-old { vm WEB01 { identity system-assigned; login } }"#,
    );
    assert_snapshot!(stage.run(&["validate"]).expect(4));
    stage.run(&["validate", "--allow", "VML211"]).expect(0);
    let failing = ["validate", "--allow", "VML211", "--fail-on", "warn"];
    let screen = stage.run(&failing).expect(4);
    assert!(
        screen.says("note: `--fail-on warn` fails on 1 warning"),
        "{screen}"
    );
}

#[test]
fn one_grant_on_every_machine_and_one_too_many_are_warnings() {
    let stage = stage(
        r#"resource-group rg-web {
            grant user (user)"kim@contoso.com"
            vm web01 { grant admin (group)sg-web-admins; grant user (user)"kim@contoso.com" }
            vm old01 { grant admin (group)sg-web-admins }
        }"#,
    );
    assert_snapshot!(stage.sandbox(&["plan"]).expect(0));
}
