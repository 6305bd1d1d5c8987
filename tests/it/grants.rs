//! Whose grants are whose, and what becomes of them.

use insta::assert_snapshot;

use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::stage::Stage;

/// The usual seed with a role assignment in its subscription.
fn seed_with(assignment: &str) -> String {
    SEED.replacen(
        "        resource-group rg-web",
        &format!("        {assignment}\n        resource-group rg-web"),
        1,
    )
}

const USER_LOGIN: &str = "fb879df8-f326-4884-b1cf-06f3ad86be52";
const RG: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web";

fn assignment(more: &str) -> String {
    format!(
        "role-assignment \"eeeeeeee-0000-4000-8000-000000000001\" role=\"{USER_LOGIN}\" principal=\"aaaaaaaa-0000-4000-8000-000000000002\" principal-type=User scope=\"{RG}\" {more}"
    )
}

#[test]
fn a_live_grant_that_the_manifest_lists_is_kept_and_not_stamped() {
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), &seed_with(&assignment("")));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let state = stage.state().to_string();
    assert!(
        state.contains("eeeeeeee-0000-4000-8000-000000000001"),
        "{state}"
    );
    assert!(!state.contains("vmlogin:web-prod CHG-4711"), "{state}");
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_condition_on_the_live_twin_of_a_grant_stops_it() {
    let seed = seed_with(&assignment(
        "condition=\"@Resource[Microsoft.Compute/virtualMachines:name] StringEquals 'web01'\"",
    ));
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), &seed);
    assert_snapshot!(stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_grant_of_another_estate_is_refused_until_it_is_accepted() {
    let seed = seed_with(&assignment(
        "description=\"vmlogin:data-prod their reason\"",
    ));
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), &seed);
    assert_snapshot!(stage.sandbox(&["apply", "--yes"]).expect(5));
    stage
        .sandbox(&["apply", "--yes", "--accept", "foreign-estate"])
        .expect(0);
    assert!(
        stage
            .state()
            .to_string()
            .contains("vmlogin:data-prod their reason")
    );
}

#[test]
fn a_grant_whose_node_is_gone_is_revoked_and_what_others_made_stays() {
    let stage = Stage::new(
        &format!("{HEAD}{CHAIN}"),
        &seed_with(&assignment("").replace(
            "000000000002\" principal-type",
            "000000000001\" principal-type",
        )),
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let without = CHAIN.replace(
        "    grant user (user)\"lee@contoso.com\" reason=\"CHG-4711\"\n",
        "",
    );
    stage.write("estate.kdl", &format!("{HEAD}{without}"));
    assert_snapshot!(stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_changed_reason_is_written_and_nothing_else_of_the_grant() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", CHAIN.replace("CHG-4711", "CHG-4712")),
    );
    assert_snapshot!(stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn too_many_revocations_are_refused_with_the_flag_that_lifts_the_guard() {
    let stage = stage(CHAIN);
    let people = ["kim@contoso.com", "lee@contoso.com"];
    let nodes: Vec<String> = ["web01", "web02", "old01"]
        .iter()
        .map(|machine| {
            let grants: Vec<String> = people
                .iter()
                .map(|person| format!("grant user (user)\"{person}\""))
                .collect();
            format!("vm {machine} {{ {} }}", grants.join("; "))
        })
        .collect();
    stage.write(
        "estate.kdl",
        &format!("{HEAD}resource-group rg-web {{ {} }}", nodes.join("; ")),
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}resource-group rg-web"));
    assert_snapshot!(stage.sandbox(&["apply", "--yes"]).expect(5));
    stage
        .sandbox(&["apply", "--yes", "--accept", "max-delete=6"])
        .expect(0);
}

#[test]
fn a_partial_plan_says_so_and_removes_nothing_outside_it() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write(
        "estate.kdl",
        &format!("{HEAD}resource-group rg-web {{ vm web01 }}"),
    );
    let partial = stage
        .sandbox(&["plan", "--target", "vm:core/rg-web/web01"])
        .expect(0);
    assert_snapshot!(partial);
}

#[test]
fn destroy_takes_back_what_was_made_and_leaves_the_rest_as_it_was() {
    let stage = stage(CHAIN);
    stage.sandbox(&["plan"]).expect(0);
    let before = stage.state();
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!(stage.sandbox(&["destroy", "--yes"]).expect(0));
    let again = stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert!(again.says("nothing"), "{again}");
    let after = stage.state();
    assert_eq!(before["groups"], after["groups"]);
    assert_eq!(before["extensions"], after["extensions"]);
    assert_eq!(before["assignments"], after["assignments"]);
}

#[test]
fn a_destroy_ends_well_though_the_manifest_names_what_is_not_there() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", CHAIN.replace("vm web01", "vm web01 web99")),
    );
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert_eq!(stage.state()["assignments"], serde_json::json!({}));
}

#[test]
fn an_excluded_group_is_left_alone_with_all_that_lies_in_it() {
    let stage = stage(CHAIN);
    let screen = stage
        .sandbox(&["apply", "--yes", "--exclude", "resource-group:core/rg-web"])
        .expect(0);
    assert!(screen.says("nothing is to change"), "{screen}");
    for things in ["assignments", "extensions"] {
        assert_eq!(stage.state()[things], serde_json::json!({}), "{things}");
    }
}

#[test]
fn one_object_under_two_names_is_granted_once_and_the_second_name_is_an_error() {
    let twice = format!(
        r#"{HEAD}resource-group rg-web {{
    grant user (group)sg-web-admins reason="one"
    grant user (object-id)"bbbbbbbb-0000-4000-8000-000000000001" reason="other"
}}
"#
    );
    let stage = Stage::new(&twice, SEED);
    assert_snapshot!(stage.sandbox(&["apply", "--yes"]).expect(6));
    let again = stage.sandbox(&["apply", "--yes"]).expect(4);
    assert!(again.says("nothing is to change"), "{again}");
}
