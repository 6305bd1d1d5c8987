//! What stands in the way of a write: management locks, and policies that deny. The plan tells before anything is sent.

use insta::assert_snapshot;
use serde_json::json;

use crate::estate::{CHAIN, HEAD, SEED};
use crate::stage::Stage;

/// The usual stage, with something more in the group of the seed.
fn stage(manifest: &str, in_group: &str) -> Stage {
    let owner = "            tag owner \"team web\"";
    let seed = SEED.replacen(owner, &format!("{owner}\n            {in_group}"), 1);
    Stage::new(&format!("{HEAD}{manifest}"), &seed)
}

/// The same, whose caller lacks these actions.
fn without_rights(actions: &str, in_group: &str) -> Stage {
    let caller = format!(
        "caller \"33333333-3333-4333-8333-333333333333\" app-id=\"34343434-3333-4333-8333-333333333333\" {{ deny {actions}; }}"
    );
    let kim = "    user \"kim@contoso.com\"";
    let owner = "            tag owner \"team web\"";
    let seed = SEED
        .replacen(kim, &format!("    {caller}\n{kim}"), 1)
        .replacen(owner, &format!("{owner}\n            {in_group}"), 1);
    Stage::new(&format!("{HEAD}{CHAIN}"), &seed)
}

/// Puts a lock against deletion at the group, as somebody else would.
fn keep(stage: &Stage) {
    let id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Authorization/locks/keep";
    stage.change_state(|state| {
        state["locks"][id.to_lowercase()] =
            json!({"id": id, "name": "keep", "level": "CanNotDelete", "notes": null});
    });
}

#[test]
fn a_lock_against_writing_is_told_once_and_then_azure_refuses() {
    let stage = stage(CHAIN, "lock freeze level=ReadOnly");
    assert_snapshot!("lock_read_only_plan", stage.sandbox(&["plan"]).expect(0));
    let applied = stage.sandbox(&["apply", "--yes"]).expect(1);
    assert!(applied.says("ScopeLocked"), "{applied}");
}

#[test]
fn a_lock_against_deletion_is_told_where_a_grant_is_to_be_revoked() {
    let stage = stage(CHAIN, "");
    stage.sandbox(&["apply", "--yes"]).expect(0);
    keep(&stage);
    let silent = stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(!silent.says("VML220"), "{silent}");
    let fewer = CHAIN.replace(
        "    grant user (user)\"lee@contoso.com\" reason=\"CHG-4711\"\n",
        "",
    );
    stage.write("estate.kdl", &format!("{HEAD}{fewer}"));
    assert_snapshot!(
        "lock_can_not_delete_grant_plan",
        stage.sandbox(&["plan"]).expect(0)
    );
    let applied = stage.sandbox(&["apply", "--yes"]).expect(1);
    assert!(applied.says("ScopeLocked"), "{applied}");
}

#[test]
fn a_lock_against_deletion_is_told_where_something_is_declared_absent() {
    let group = |line: &str| format!("resource-group rg-web {{\n    {line}\n}}\n");
    let stage = stage(&group("network-security-group nsg-web"), "");
    stage.sandbox(&["apply", "--yes"]).expect(0);
    keep(&stage);
    let gone = group("absent network-security-group nsg-web");
    stage.write("estate.kdl", &format!("{HEAD}{gone}"));
    assert_snapshot!(
        "lock_can_not_delete_absent_plan",
        stage.sandbox(&["plan"]).expect(0)
    );
    let applied = stage.sandbox(&["apply", "--yes"]).expect(1);
    assert!(applied.says("ScopeLocked"), "{applied}");
}

const APPROVED: &str = "policy approved title=\"Approved extensions only\" approved-extensions=\"AzureMonitorWindowsAgent\"";

#[test]
fn a_policy_that_denies_the_login_is_told_and_then_azure_refuses() {
    let stage = stage(CHAIN, APPROVED);
    assert_snapshot!("policy_plan", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!("policy_apply", stage.sandbox(&["apply", "--yes"]).expect(6));
}

#[test]
fn a_policy_that_approves_audits_or_is_not_enforced_is_not_told() {
    for policy in [
        "policy approved approved-extensions=\"AADLoginForWindows\"",
        "policy audited approved-extensions=Other effect=audit",
        "policy idle approved-extensions=Other enforced=#false",
        "policy regions allowed-locations=westeurope",
        "policy addresses types=\"Microsoft.Network/publicIPAddresses\"",
    ] {
        let stage = stage(CHAIN, policy);
        let planned = stage.sandbox(&["plan"]).expect(0);
        assert!(!planned.says("VML220"), "{policy}: {planned}");
        stage.sandbox(&["apply", "--yes"]).expect(0);
    }
}

#[test]
fn a_policy_about_regions_or_types_denies_what_is_made() {
    let network = "resource-group rg-web {\n    network-security-group nsg-web\n}\n";
    for policy in [
        "policy regions allowed-locations=northeurope",
        "policy groups types=\"Microsoft.Network/networkSecurityGroups\"",
    ] {
        let stage = stage(network, policy);
        let planned = stage.sandbox(&["plan"]).expect(0);
        assert!(planned.says("VML220"), "{policy}: {planned}");
        let applied = stage.sandbox(&["apply", "--yes"]).expect(8);
        assert!(
            applied.says("RequestDisallowedByPolicy"),
            "{policy}: {applied}"
        );
    }
}

#[test]
fn an_initiative_is_said_to_be_not_looked_into() {
    let benchmark = "policy bench title=\"Cloud security benchmark\" initiative=#true";
    let stage = stage(CHAIN, benchmark);
    assert_snapshot!("policy_initiative_plan", stage.sandbox(&["plan"]).expect(0));
    stage.sandbox(&["apply", "--yes"]).expect(0);
}

#[test]
fn locks_and_policies_that_may_not_be_read_are_said_to_be_not_checked() {
    let lists =
        "\"Microsoft.Authorization/locks/read\" \"Microsoft.Authorization/policyAssignments/read\"";
    let stage = without_rights(lists, "");
    assert_snapshot!("in_the_way_unread_plan", stage.sandbox(&["plan"]).expect(0));
    let definitions = "\"Microsoft.Authorization/policyDefinitions/read\"";
    let stage = without_rights(definitions, APPROVED);
    let planned = stage.sandbox(&["plan"]).expect(0);
    assert!(
        planned.says("whether a policy stands in the way"),
        "{planned}"
    );
}
