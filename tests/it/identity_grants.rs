//! User-assigned identities on machines, and grants to identities, from the manifest to the sandbox and back.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{HEAD, SEED, stage};
use crate::stage::Stage;

const MACHINE: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines/web01";
const RG: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web";

/// The names of what is attached to the machine.
fn attached(stage: &Stage) -> Vec<String> {
    let state = stage.state();
    let user = state["machines"][MACHINE]["identity"]["user"].as_array();
    let ids = user.into_iter().flatten();
    ids.map(|it| {
        let id = it["id"].as_str().expect("an id");
        id.rsplit('/').next().unwrap_or_default().to_lowercase()
    })
    .collect()
}

fn principal(stage: &Stage, identity: &str) -> Json {
    let state = stage.state();
    let resources = state["resources"].as_object().expect("resources");
    let found = resources
        .iter()
        .find(|(key, _)| key.ends_with(&format!("/{identity}")));
    found.map_or(Json::Null, |(_, it)| {
        it["properties"]["principalId"].clone()
    })
}

/// The usual world, in which the machine has an identity that nobody declared.
fn seed_with_attached(more: &str) -> String {
    SEED.replacen(
        "            vm web01 os=windows {",
        &format!(
            "            managed-identity id-old\n            vm web01 os=windows {{\n                identity user-assigned \"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-old\"\n                {more}"
        ),
        1,
    )
}

#[test]
fn identities_are_attached_beside_those_that_are_there_and_then_there_is_nothing_to_do() {
    let manifest = r#"resource-group rg-web {
        managed-identity id-web id-ops
        vm web01 { identity system-assigned { user-assigned id-web id-ops } }
    }"#;
    let stage = Stage::new(&format!("{HEAD}{manifest}"), &seed_with_attached(""));
    assert_snapshot!(
        "identities_attached",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(attached(&stage), ["id-old", "id-ops", "id-web"]);
    let state = stage.state();
    assert!(state["machines"][MACHINE]["identity"]["system"].is_string());
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_machine_may_have_attached_identities_only_and_its_own_is_not_switched_off() {
    let manifest = r#"resource-group rg-web {
        managed-identity id-web
        vm web01 { identity { user-assigned "rg-web/id-web" } }
    }"#;
    let stage = Stage::new(
        &format!("{HEAD}{manifest}"),
        &seed_with_attached("identity system-assigned"),
    );
    let before = stage.sandbox(&["plan"]).expect(0);
    assert_snapshot!("identity_attached_only", before);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_eq!(attached(&stage), ["id-old", "id-web"]);
    assert!(stage.state()["machines"][MACHINE]["identity"]["system"].is_string());
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_login_is_not_content_with_attached_identities() {
    let stage = stage(
        r#"resource-group rg-web {
            managed-identity id-web
            vm web01 { identity { user-assigned id-web }; login }
        }"#,
    );
    assert_snapshot!(
        "login_with_attached_only",
        stage.sandbox(&["plan"]).expect(4)
    );
}

#[test]
fn what_an_identity_node_may_not_say_is_a_problem() {
    let stage = stage(
        r#"resource-group rg-web {
            vm web01 { identity }
            vm web02 { identity own { user-assigned id-web } }
            vm tux01 { identity { user-assigned "a/b/c" "/subscriptions/x" } }
            grant Reader (identity)"a/b/c"
        }"#,
    );
    assert_snapshot!("identity_node_mistakes", stage.run(&["validate"]).expect(3));
}

/// A managed identity that is made, with a role at a key vault, and a machine whose own identity reads the group.
const GRANTS: &str = r#"
resource-group rg-web {
    managed-identity id-web
    grant "Key Vault Secrets User" (identity)id-web reason="reads secrets" scope="/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-data/providers/Microsoft.KeyVault/vaults/kv-data"
    grant Reader (identity)web01
    vm web01 { identity system-assigned }
}
"#;

/// The usual world with a key vault.
pub(crate) fn with_vault(manifest: &str) -> Stage {
    let seed = SEED.replacen(
        "        resource-group rg-web",
        "        resource-group rg-data location=westeurope { resource \"Microsoft.KeyVault/vaults\" kv-data }\n        resource-group rg-web",
        1,
    );
    Stage::new(&format!("{HEAD}{manifest}"), &seed)
}

#[test]
fn identities_that_are_made_get_their_roles_in_the_same_run_and_then_there_is_nothing_to_do() {
    let stage = with_vault(GRANTS);
    assert_snapshot!(
        "identity_grants_planned",
        stage.sandbox(&["plan"]).expect(0)
    );
    assert_snapshot!(
        "identity_grants_made",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let state = stage.state();
    let assignments = state["assignments"].as_object().expect("assignments");
    let mut holders: Vec<&Json> = assignments.values().map(|it| &it["principal"]).collect();
    holders.sort_by_key(|holder| holder.to_string());
    let mut wanted = [
        principal(&stage, "id-web"),
        state["machines"][MACHINE]["identity"]["system"].clone(),
    ];
    wanted.sort_by_key(Json::to_string);
    assert_eq!(holders, wanted.iter().collect::<Vec<_>>());
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_grant_to_an_identity_goes_with_its_node_and_a_second_estate_of_names_changes_nothing() {
    let stage = with_vault(GRANTS);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let other_names = GRANTS.replace("(identity)id-web", "(identity)\"rg-web/id-web\"");
    stage.write("estate.kdl", &format!("{HEAD}{other_names}"));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    let without: String = GRANTS
        .lines()
        .filter(|line| !line.contains("Key Vault"))
        .map(|line| format!("{line}\n"))
        .collect();
    stage.write("estate.kdl", &format!("{HEAD}{without}"));
    assert_snapshot!(
        "identity_grant_revoked",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_grant_to_an_identity_that_is_to_be_made_anew_does_not_keep_the_old_one() {
    let stage = with_vault(GRANTS);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let resources = state["resources"].as_object_mut().expect("resources");
        resources.retain(|key, _| !key.ends_with("/id-web"));
    });
    assert_snapshot!(
        "identity_made_anew",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_machine_without_an_identity_cannot_be_granted_anything() {
    let stage =
        stage("resource-group rg-web { grant Reader (identity)web01 (identity)id-none; vm web01 }");
    assert_snapshot!(
        "machine_without_identity",
        stage.sandbox(&["plan"]).expect(4)
    );
}

#[test]
fn an_application_is_named_by_its_display_name_or_its_application_id() {
    let by_name = "resource-group rg-web { grant Reader (service-principal)deployer }";
    let stage = stage(by_name);
    assert_snapshot!(
        "service_principal_granted",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let by_id = by_name.replace("deployer", "\"cccccccc-0000-4000-8000-00000000000a\"");
    stage.write("estate.kdl", &format!("{HEAD}{by_id}"));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    let nobody = by_name.replace("deployer", "deploier");
    stage.write("estate.kdl", &format!("{HEAD}{nobody}"));
    assert_snapshot!(
        "service_principal_unknown",
        stage.sandbox(&["plan"]).expect(4)
    );
    let wrong = by_name.replace(
        "(service-principal)deployer",
        "(object-id)\"cccccccc-0000-4000-8000-00000000000a\"",
    );
    stage.write("estate.kdl", &format!("{HEAD}{wrong}"));
    assert_snapshot!(
        "application_id_for_object_id",
        stage.sandbox(&["plan"]).expect(4)
    );
}

#[test]
fn a_grant_waits_for_the_identity_that_it_is_to() {
    let stage = with_vault(GRANTS);
    assert_snapshot!("identity_grants_graph", stage.run(&["graph"]).expect(0));
}

#[test]
fn a_grant_whose_identity_could_not_be_made_waits_for_the_next_run() {
    let stage = with_vault(GRANTS);
    stage.sandbox(&["plan"]).expect(0);
    stage.change_state(|state| {
        state["faults"] = json!([{"met": 0, "rule": {
            "method": "PUT", "path": "*/userAssignedIdentities/*", "status": 409, "code": "Conflict", "message": "not now", "times": 1,
        }}]);
    });
    assert_snapshot!(
        "identity_grant_waits",
        stage.sandbox(&["apply", "--yes"]).expect(6)
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}
