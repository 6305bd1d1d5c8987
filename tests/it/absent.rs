//! What `absent` names goes away, and nothing else does.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::stage::Stage;

const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web";

/// The chain on a machine, installed by somebody who used another tool, and the same machine named in `absent`.
const WITHOUT_MACHINE: &str = r#"
resource-group rg-web {
    grant user (user)"lee@contoso.com" reason="CHG-4711"
    absent vm web01 gone09
}
"#;

fn applied() -> Stage {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage
}

fn rewrite(stage: &Stage, manifest: &str) {
    stage.write("estate.kdl", &format!("{HEAD}{manifest}"));
}

/// Nothing is left to do, and no exit code says otherwise.
fn is_converged(stage: &Stage) {
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

fn machine(stage: &Stage, name: &str) -> Json {
    stage.state()["machines"][format!("{GROUP}/providers/microsoft.compute/virtualmachines/{name}")]
        .clone()
}

#[test]
fn a_machine_goes_after_its_grants_and_its_login_and_its_neighbours_stay() {
    let stage = applied();
    let before = machine(&stage, "web02");
    rewrite(&stage, WITHOUT_MACHINE);
    assert_snapshot!(
        "machine_absent",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(machine(&stage, "web01"), Json::Null);
    assert_eq!(machine(&stage, "web02"), before);
    is_converged(&stage);
}

#[test]
fn a_login_goes_alone_and_the_grants_that_are_declared_stay() {
    let stage = applied();
    rewrite(
        &stage,
        &CHAIN.replace("        login\n", "        absent login\n"),
    );
    assert_snapshot!("login_absent", stage.sandbox(&["apply", "--yes"]).expect(0));
    is_converged(&stage);
}

#[test]
fn a_login_on_a_stopped_machine_is_put_off() {
    let stage = stage("resource-group rg-web { vm web02 { identity system-assigned; login } }");
    let seed = SEED.replace("                power deallocated\n", "");
    stage.write("sandbox.kdl", &seed);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let key = format!("{GROUP}/providers/microsoft.compute/virtualmachines/web02");
        state["machines"][key]["power"] = json!("deallocated");
    });
    rewrite(
        &stage,
        "resource-group rg-web { vm web02 { identity system-assigned; absent login } }",
    );
    assert_snapshot!(
        "absent_login_put_off",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
}

#[test]
fn exactly_one_grant_goes_and_what_is_inherited_is_said() {
    let stage = stage(
        r#"resource-group rg-web {
            grant user (group)sg-web-admins
            vm web01 { grant user (group)sg-web-admins; grant user (user)"kim@contoso.com" }
        }"#,
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    // Somebody else's grant: no stamp is on it.
    stage.change_state(|state| {
        for assignment in state["assignments"].as_object_mut().into_iter().flatten() {
            assignment.1["description"] = Json::Null;
        }
    });
    rewrite(
        &stage,
        r#"resource-group rg-web {
            grant user (group)sg-web-admins
            vm web01 { absent grant user (group)sg-web-admins; grant user (user)"kim@contoso.com" }
        }"#,
    );
    assert_snapshot!("grant_absent", stage.sandbox(&["apply", "--yes"]).expect(0));
    is_converged(&stage);
}

#[test]
fn a_group_that_still_holds_something_stays_and_an_empty_one_goes() {
    let stage = stage("resource-group rg-old location=westeurope { managed-identity id-old }");
    stage.sandbox(&["apply", "--yes"]).expect(0);
    rewrite(&stage, "absent resource-group rg-old rg-never");
    assert_snapshot!(
        "full_group_absent",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    rewrite(
        &stage,
        "resource-group rg-old { absent managed-identity id-old }",
    );
    assert_snapshot!(
        "identity_absent",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    rewrite(&stage, "absent resource-group rg-old");
    assert_snapshot!(
        "empty_group_absent",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    is_converged(&stage);
}

#[test]
fn a_network_goes_with_its_subnets_and_says_so() {
    let stage = stage(
        "resource-group rg-web { virtual-network vnet-web { address-space \"10.20.0.0/16\" } }",
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let key = format!("{GROUP}/providers/microsoft.network/virtualnetworks/vnet-web");
    stage.change_state(|state| {
        state["resources"][&key]["properties"]["subnets"] =
            json!([{"name": "servers", "id": format!("{key}/subnets/servers"), "properties": {"addressPrefix": "10.20.1.0/24"}}]);
        state["resources"][&key]["tags"] = json!({});
    });
    rewrite(
        &stage,
        "resource-group rg-web { absent virtual-network vnet-web }",
    );
    assert_snapshot!(
        "network_absent",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(stage.state()["resources"][&key], Json::Null);
    is_converged(&stage);
}

#[test]
fn guards_stop_what_is_protected_what_another_estate_made_and_what_is_too_much() {
    let stage = applied();
    rewrite(
        &stage,
        &CHAIN.replace("    vm web01 {", "    vm web01 {\n        protect"),
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    // The live tag protects, though the node is gone.
    rewrite(&stage, WITHOUT_MACHINE);
    assert_snapshot!(
        "absent_protected",
        stage.sandbox(&["apply", "--yes"]).expect(5)
    );
    rewrite(
        &stage,
        &WITHOUT_MACHINE.replace(
            "absent vm web01 gone09",
            "absent vm web01 web02 tux01 old01",
        ),
    );
    let few = stage
        .sandbox(&["apply", "--yes", "--accept", "protected"])
        .expect(5);
    assert!(few.says("6 things would be revoked or deleted"), "{few}");
    let other = WITHOUT_MACHINE.replace(
        "    grant user (user)\"lee@contoso.com\" reason=\"CHG-4711\"\n",
        "",
    );
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{other}").replace("web-prod", "web-dev"),
    );
    assert_snapshot!(
        "absent_foreign",
        stage
            .sandbox(&["apply", "--yes", "--accept", "protected"])
            .expect(5)
    );
    stage
        .sandbox(&[
            "apply",
            "--yes",
            "--accept",
            "protected",
            "--accept",
            "foreign-estate",
        ])
        .expect(0);
    is_converged(&stage);
}

#[test]
fn a_selection_holds_for_what_is_absent_too() {
    let stage = applied();
    rewrite(&stage, &WITHOUT_MACHINE.replace("gone09", "tux01"));
    stage
        .sandbox(&["apply", "--yes", "--target", "vm:core/rg-web/tux01"])
        .expect(0);
    assert_eq!(machine(&stage, "tux01"), Json::Null);
    assert_ne!(machine(&stage, "web01"), Json::Null);
    stage
        .sandbox(&["apply", "--yes", "--exclude", "vm:core/rg-web/web01"])
        .expect(0);
    assert_ne!(machine(&stage, "web01"), Json::Null);
}

#[test]
fn a_machine_stays_while_a_grant_at_it_is_excluded() {
    let stage = applied();
    rewrite(&stage, WITHOUT_MACHINE);
    let before = (
        stage.state()["assignments"].clone(),
        machine(&stage, "web01"),
    );
    let excluded = "--exclude=vm:core/rg-web/web01/grant/*";
    assert_snapshot!(
        "absent_machine_with_excluded_grant",
        stage.sandbox(&["apply", "--yes", excluded]).expect(0)
    );
    let after = (
        stage.state()["assignments"].clone(),
        machine(&stage, "web01"),
    );
    assert_eq!(after.0, before.0);
    assert_ne!(after.1, Json::Null);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_eq!(machine(&stage, "web01"), Json::Null);
}

#[test]
fn a_machines_own_identity_cannot_be_named() {
    let stage = stage("resource-group rg-web { vm web01 { absent identity system-assigned } }");
    let screen = stage.run(&["validate"]).expect(3);
    assert!(
        screen.says("`identity` is no value of `absent`"),
        "{screen}"
    );
}

/// A machine with an interface and a public address of its own, in a network of its own.
const WIRED: &str = r#"
resource-group rg-web {
    virtual-network vnet-app {
        address-space "10.20.0.0/16"
        subnet servers { prefix "10.20.1.0/24" }
    }
    vm app01 {
        image Win2022Datacenter
        size Standard_D2s_v5
        admin azureuser password=random
        nic subnet=servers public-ip=#true
        identity system-assigned
        login
    }
}
"#;

const WITHOUT_APP: &str = r#"
resource-group rg-web { absent vm app01; absent virtual-network vnet-app }
"#;

fn resource(stage: &Stage, kind: &str, name: &str) -> Json {
    stage.state()["resources"][format!("{GROUP}/providers/microsoft.network/{kind}/{name}")].clone()
}

#[test]
fn what_came_along_with_a_machine_goes_after_it_and_before_its_network() {
    let stage = stage(WIRED);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    rewrite(&stage, WITHOUT_APP);
    assert_snapshot!(
        "machine_and_network_absent",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    for (kind, name) in [
        ("networkinterfaces", "app01-nic"),
        ("publicipaddresses", "app01-pip"),
        ("virtualnetworks", "vnet-app"),
    ] {
        assert_eq!(resource(&stage, kind, name), Json::Null);
    }
    is_converged(&stage);
}

#[test]
fn what_somebody_else_made_or_has_does_not_go_along() {
    let stage = stage(WIRED);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let nic = format!("{GROUP}/providers/microsoft.network/networkinterfaces/app01-nic");
        state["resources"][nic]["tags"] = json!({"owner": "team net"});
    });
    rewrite(
        &stage,
        &WITHOUT_APP.replace("; absent virtual-network vnet-app", ""),
    );
    assert_snapshot!(
        "interface_of_others_stays",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_ne!(
        resource(&stage, "networkinterfaces", "app01-nic"),
        Json::Null
    );
    assert_ne!(
        resource(&stage, "publicipaddresses", "app01-pip"),
        Json::Null
    );
}

#[test]
fn a_deletion_in_a_plan_is_for_machines_too() {
    let stage = applied();
    rewrite(&stage, WITHOUT_MACHINE);
    let plan = stage.sandbox(&["plan", "--format", "json"]).expect(0);
    let plan: Json = serde_json::from_str(&plan.stdout).expect("JSON");
    let deleted: Vec<&str> = plan["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter(|step| step["action"] == "delete")
        .filter_map(|step| step["address"].as_str())
        .collect();
    assert_eq!(
        deleted,
        ["vm:core/rg-web/web01/login", "vm:core/rg-web/web01"]
    );
}

/// A machine with two identities attached by somebody, one of which another tool needs.
fn attached(manifest: &str) -> Stage {
    let id = |name: &str| {
        format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
    };
    let seed = SEED.replacen(
        "            vm web02 os=windows {\n",
        &format!(
            "            managed-identity id-old\n            managed-identity id-ops\n            vm web02 os=windows {{\n                identity system-assigned\n                identity user-assigned \"{}\" \"{}\"\n",
            id("id-old"),
            id("id-ops")
        ),
        1,
    );
    Stage::new(&format!("{HEAD}{manifest}"), &seed)
}

#[test]
fn exactly_the_identities_that_are_named_are_detached_from_a_machine_that_is_stopped() {
    let stage =
        attached("resource-group rg-web { vm web02 { absent user-assigned id-old id-never } }");
    assert_snapshot!(
        "identity_detached",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let machine = machine(&stage, "web02").to_string();
    assert!(machine.contains("id-ops"), "{machine}");
    assert!(!machine.contains("id-old"), "{machine}");
    is_converged(&stage);
    rewrite(
        &stage,
        "resource-group rg-web { absent managed-identity id-ops; vm web02 { identity system-assigned { absent user-assigned id-ops } } }",
    );
    assert_snapshot!(
        "identity_detached_and_deleted",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    is_converged(&stage);
}

#[test]
fn the_last_identity_leaves_a_machine_without_any() {
    let stage = attached(
        "resource-group rg-web { vm web02 { identity { absent user-assigned id-old id-ops } } }",
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let machine = machine(&stage, "web02").to_string();
    assert!(!machine.contains("id-o"), "{machine}");
    is_converged(&stage);
}

#[test]
fn an_identity_cannot_be_attached_and_detached_at_once() {
    let stage = attached(
        r#"resource-group rg-web {
            vm web02 { identity { user-assigned id-old id-ops }; absent user-assigned "rg-web/id-old" }
        }"#,
    );
    assert_snapshot!("attached_and_absent", stage.run(&["validate"]).expect(3));
}
