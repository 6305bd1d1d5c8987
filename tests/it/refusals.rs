//! Each bad input as the full screen that a user sees.

use insta::assert_snapshot;

use crate::estate::{CHAIN, HEAD, SEED, stage, stage_with_seed};
use crate::stage::Stage;

#[test]
fn an_unknown_node() {
    let stage = stage("resource-grup rg-web {\n    vm web01 { logn }\n}\n");
    assert_snapshot!(stage.run(&["validate"]).expect(3));
}

#[test]
fn a_missing_subscription() {
    let text = HEAD.replace(
        "    subscription core id=\"22222222-2222-4222-8222-222222222222\"\n",
        "",
    );
    let stage = Stage::new(&format!("{text}{CHAIN}"), SEED);
    assert_snapshot!(stage.run(&["validate"]).expect(3));
}

#[test]
fn a_cycle_of_lets() {
    let stage = stage("let a $b\nlet b $c\nlet c $a\nresource-group \"rg-${a}\"\n");
    assert_snapshot!(stage.run(&["validate"]).expect(3));
}

#[test]
fn many_mistakes_in_two_files_are_one_report() {
    let stage = stage("include \"teams/*.kdl\"\nresource-group rg-web { vm web01 { logn } }\n")
        .with(
            "teams/a.kdl",
            "resource-group rg-a { vm web_01 { login; use x } }\n",
        )
        .with("teams/b.kdl", "resource-group rg-web { template x }\n");
    assert_snapshot!(stage.run(&["validate"]).expect(3));
}

#[test]
fn a_management_group_scope() {
    let text = HEAD.replace(
        "    subscription core",
        "    management-group everything id=mg-root { grant user (group)sg-web-admins }\n    subscription core",
    );
    let stage = Stage::new(&format!("{text}{CHAIN}"), SEED);
    assert_snapshot!(stage.run(&["validate"]).expect(4));
}

#[test]
fn a_principal_that_does_not_exist() {
    let stage = stage("resource-group rg-web { grant user (user)\"kin@contoso.com\" }");
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_principal_whose_name_two_have() {
    let stage = stage("resource-group rg-web { grant user (group)sg-twins }");
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_client_id_given_for_an_object_id() {
    let stage = stage(
        "resource-group rg-web { grant user (object-id)\"cccccccc-0000-4000-8000-00000000000a\" }",
    );
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn people_who_left_or_are_disabled() {
    let stage = stage(
        "resource-group rg-web { grant user (user)\"old@contoso.com\" (user)\"left@contoso.com\" }",
    );
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_vm_that_does_not_exist() {
    let stage = stage("resource-group rg-web { vm web1 { identity system-assigned; login } }");
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_right_that_is_missing_is_named() {
    let stage = stage_with_seed(
        CHAIN,
        "caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { deny \"Microsoft.Compute/virtualMachines/read\" }",
        "",
    );
    assert_snapshot!(stage.sandbox(&["plan"]).expect(8));
}

#[test]
fn a_right_that_is_missing_while_writing() {
    let stage = stage_with_seed(
        CHAIN,
        "caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { deny \"Microsoft.Authorization/roleAssignments/write\" }",
        "",
    );
    // Without the flag VML415 sees it before anything is written.
    let apply = stage.sandbox(&["apply", "--yes", "--allow", "VML415"]);
    assert_snapshot!(apply.expect(6));
}

#[test]
fn a_directory_that_may_not_be_read() {
    let stage = stage_with_seed(
        CHAIN,
        "caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { no-directory-rights }",
        "",
    );
    assert_snapshot!(stage.sandbox(&["plan"]).expect(8));
}

#[test]
fn a_subscription_of_another_tenant() {
    let text = HEAD.replace(
        "11111111-1111-4111-8111-111111111111",
        "99999999-9999-4999-8999-999999999999",
    );
    let seed = format!(
        "{SEED}tenant \"99999999-9999-4999-8999-999999999999\" name=fabrikam domain=\"fabrikam.com\"\n"
    );
    let stage = Stage::new(&format!("{text}{CHAIN}"), &seed);
    assert_snapshot!(stage.sandbox(&["plan"]).expect(8));
}

#[test]
fn a_wrong_tenant() {
    let text = HEAD.replace(
        "11111111-1111-4111-8111-111111111111",
        "99999999-9999-4999-8999-999999999999",
    );
    let stage = Stage::new(&format!("{text}{CHAIN}"), SEED);
    assert_snapshot!(stage.sandbox(&["plan"]).expect(8));
}

#[test]
fn a_subscription_that_does_not_exist() {
    let text = HEAD.replace(
        "22222222-2222-4222-8222-222222222222",
        "22222222-2222-4222-8222-22222222222f",
    );
    let stage = Stage::new(&format!("{text}{CHAIN}"), SEED);
    assert_snapshot!(stage.sandbox(&["plan"]));
}

#[test]
fn a_damaged_state_is_left_as_it_is() {
    let stage = stage(CHAIN);
    stage.sandbox(&["plan"]).expect(0);
    let damaged = "{\"format\": 1, \"tenants\": [oops";
    stage.write(".vmlogin/sandbox.json", damaged);
    assert_snapshot!(stage.sandbox(&["plan"]).expect(1));
    let after = std::fs::read_to_string(stage.path(".vmlogin/sandbox.json")).expect("a state");
    assert_eq!(after, damaged);
}

#[test]
fn a_state_that_cannot_be_written_is_said_before_anything_is_done() {
    let stage = stage(CHAIN);
    // A file where the folder should be: root may write anywhere, so rights would prove nothing.
    stage.write(".vmlogin", "not a folder");
    assert_snapshot!(stage.sandbox(&["plan"]).expect(1));
    let after = std::fs::read_to_string(stage.path(".vmlogin")).expect("the file");
    assert_eq!(after, "not a folder");
}

#[test]
fn a_manifest_that_is_missing() {
    assert_snapshot!(Stage::empty().run(&["plan", "--sandbox"]).expect(3));
}

#[test]
fn a_manifest_that_is_not_text() {
    let stage = Stage::empty();
    std::fs::write(stage.path("estate.kdl"), b"vmlogin 1 \xff\xfe").expect("a file");
    assert_snapshot!(stage.run(&["validate"]).expect(3));
}

#[test]
fn an_apply_without_a_terminal_wants_yes() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.sandbox(&["apply"]).expect(64));
}

#[test]
fn an_include_that_leaves_the_tree_or_matches_nothing() {
    let stage = stage("include \"../*.kdl\"\ninclude \"none/*.kdl\"\n");
    assert_snapshot!(stage.run(&["validate"]).expect(3));
}
