//! Grants of other roles than the two for signing in: by name and id, built-in and custom, at any scope.

use insta::assert_snapshot;

use crate::estate::{HEAD, SEED, stage};
use crate::stage::Stage;

/// The usual world, with roles that somebody made, of which two have one name.
const ROLES: &str = r#"    custom-role "Machine Starter" id="dddddddd-0000-4000-8000-000000000001" {
        scope "/subscriptions/22222222-2222-4222-8222-222222222222"
        action "Microsoft.Compute/virtualMachines/start/action" "*/read"
    }
    custom-role "Desk Login" id="dddddddd-0000-4000-8000-000000000002" {
        scope "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web"
        data-action "Microsoft.Compute/virtualMachines/*"
    }
    custom-role "Twin" id="dddddddd-0000-4000-8000-000000000003" {
        scope "/subscriptions/22222222-2222-4222-8222-222222222222"
        action "*/read"
    }
    custom-role "twin" id="dddddddd-0000-4000-8000-000000000004" {
        scope "/subscriptions/22222222-2222-4222-8222-222222222222"
        action "*/read"
    }
"#;

fn with_roles(manifest: &str) -> Stage {
    let seed = SEED.replacen(
        "    user \"kim@contoso.com\"",
        &format!("{ROLES}    user \"kim@contoso.com\""),
        1,
    );
    Stage::new(&format!("{HEAD}{manifest}"), &seed)
}

#[test]
fn roles_are_granted_by_name_or_id_built_in_or_custom_and_then_there_is_nothing_to_do() {
    let stage = with_roles(
        r#"resource-group rg-web {
            grant Reader (group)sg-web-admins reason="audit"
            grant "machine starter" (user)"kim@contoso.com"
            grant "dddddddd-0000-4000-8000-000000000002" (user)"lee@contoso.com"
            vm web01 { grant "Desk Login" (user)"kim@contoso.com" }
        }"#,
    );
    assert_snapshot!(
        "roles_granted",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let again = stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert_snapshot!("roles_granted_again", again);
}

#[test]
fn a_grant_of_another_role_goes_with_its_node() {
    let stage =
        with_roles(r#"resource-group rg-web { grant "Machine Starter" (user)"kim@contoso.com" }"#);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}resource-group rg-web"));
    assert_snapshot!("role_revoked", stage.sandbox(&["apply", "--yes"]).expect(0));
    assert_eq!(stage.state()["assignments"], serde_json::json!({}));
}

#[test]
fn a_role_that_nobody_knows_or_that_several_are_is_refused() {
    let stage = with_roles(
        r#"resource-group rg-web {
            grant "Machine Startr" (user)"kim@contoso.com"
            grant Twin (user)"kim@contoso.com"
            grant "dddddddd-0000-4000-8000-0000000000ff" (user)"kim@contoso.com"
        }"#,
    );
    assert_snapshot!("roles_unknown", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_role_whose_name_is_lost_stops_no_grant_of_it() {
    let stage =
        with_roles(r#"resource-group rg-web { grant "Machine Starter" (user)"kim@contoso.com" }"#);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        state["roles"]["dddddddd-0000-4000-8000-000000000001"]["definition"]["name"] =
            "Renamed".into();
    });
    let screen = stage.sandbox(&["apply", "--yes"]).expect(4);
    assert_snapshot!("role_renamed", screen);
    assert_eq!(
        stage.state()["assignments"]
            .as_object()
            .expect("assignments")
            .len(),
        1
    );
}

/// What holds at a key vault that no node describes.
const VAULT: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-data/providers/Microsoft.KeyVault/vaults/kv-data";

#[test]
fn a_grant_holds_at_whatever_scope_it_names() {
    let manifest = format!(
        r#"resource-group rg-web {{
            grant "Key Vault Secrets User" (group)sg-web-admins scope="{VAULT}"
        }}"#
    );
    let stage = crate::identity_grants::with_vault(&manifest);
    assert_snapshot!(
        "grant_elsewhere",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}resource-group rg-web"));
    assert_snapshot!(
        "grant_elsewhere_revoked",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
}

#[test]
fn a_scope_that_is_none_or_lies_outside_the_manifest_is_a_problem() {
    let stage = stage(
        r#"resource-group rg-web {
            grant Reader (group)sg-web-admins scope="kv-data"
            grant Reader (group)sg-web-admins scope="/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/rg-data"
        }"#,
    );
    assert_snapshot!("scope_mistakes", stage.run(&["validate"]).expect(3));
}

#[test]
fn who_only_owns_machines_is_told_apart_from_who_signs_in() {
    let stage = stage(
        r#"resource-group rg-web {
            grant Contributor (group)sg-web-admins
            vm web01 { identity system-assigned; login }
        }"#,
    );
    assert_snapshot!(
        "contributor_cannot_sign_in",
        stage.run(&["validate"]).expect(0)
    );
}

#[test]
fn a_role_that_hands_out_roles_is_refused_until_it_is_accepted() {
    let stage = with_roles(
        r#"resource-group rg-web {
            grant owner (group)sg-web-admins
            grant "Role Based Access Control Administrator" (user)"kim@contoso.com"
            grant Contributor (user)"lee@contoso.com"
        }"#,
    );
    assert_snapshot!(
        "privileged_role",
        stage.sandbox(&["apply", "--yes"]).expect(5)
    );
    assert_eq!(stage.state()["assignments"], serde_json::json!({}));
    stage
        .sandbox(&["apply", "--yes", "--accept", "privileged-role"])
        .expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn two_live_grants_of_one_kind_are_both_seen_and_the_stamped_one_is_ours() {
    let manifest = r#"resource-group rg-web { grant user (user)"kim@contoso.com" }"#;
    let stage = with_roles(manifest);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let assignments = state["assignments"].as_object_mut().expect("assignments");
        let mut twin = assignments.values().next().expect("a grant").clone();
        twin["name"] = "00000000-0000-4000-8000-000000000001".into();
        twin["description"] = serde_json::Value::Null;
        assignments.insert("00000000-0000-4000-8000-000000000001".to_owned(), twin);
    });
    let screen = stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert_snapshot!("grant_twice_live", screen);
    stage.write("estate.kdl", &format!("{HEAD}resource-group rg-web"));
    assert_snapshot!(
        "grant_twice_live_revoked",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
}

#[test]
fn who_may_not_hand_out_roles_is_told_before_anything_is_written() {
    let seed = SEED.replacen(
        "    user \"kim@contoso.com\"",
        "    caller \"cccccccc-0000-4000-8000-0000000000ff\" { deny \"Microsoft.Authorization/roleAssignments/write\" }\n    user \"kim@contoso.com\"",
        1,
    );
    let manifest = r#"resource-group rg-web { grant user (user)"kim@contoso.com" }"#;
    let stage = Stage::new(&format!("{HEAD}{manifest}"), &seed);
    assert_snapshot!(
        "no_right_to_grant",
        stage.sandbox(&["apply", "--yes"]).expect(4)
    );
}
