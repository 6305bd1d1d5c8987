//! Nothing is made anew unless it is named, and then only what loses nothing.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{HEAD, stage};
use crate::stage::{Server, Stage};

const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web";
const MADE: &str = r#"resource-group rg-web {
    managed-identity id-web
    virtual-network vnet-web { address-space "10.20.0.0/16" }
}"#;
const MOVED: &str = r#"resource-group rg-web {
    managed-identity id-web location=northeurope
    virtual-network vnet-web location=northeurope { address-space "10.20.0.0/16" }
}"#;
const IDENTITY: &str = "--accept=replace=managed-identity:core/rg-web/id-web";
const NETWORK: &str = "--accept=replace=virtual-network:core/rg-web/vnet-web";

fn moved() -> Stage {
    let stage = stage(MADE);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}{MOVED}"));
    stage
}

fn live(stage: &Stage, name: &str) -> Json {
    let state = stage.state();
    let resources = state["resources"].as_object().expect("resources");
    let found = resources
        .iter()
        .find(|(key, _)| key.ends_with(&format!("/{name}")));
    found.map_or(Json::Null, |(_, it)| it.clone())
}

#[test]
fn a_difference_is_a_problem_that_names_the_way_and_nothing_is_made_anew() {
    let stage = moved();
    let before = (live(&stage, "id-web"), live(&stage, "vnet-web"));
    assert_snapshot!("replace_unasked", stage.sandbox(&["plan"]).expect(4));
    stage.sandbox(&["apply", "--yes"]).expect(4);
    assert_eq!((live(&stage, "id-web"), live(&stage, "vnet-web")), before);
}

#[test]
fn what_is_named_is_deleted_and_made_anew_and_then_there_is_nothing_to_do() {
    let stage = moved();
    let screen = stage
        .sandbox(&["apply", "--yes", IDENTITY, NETWORK])
        .expect(0);
    assert_snapshot!("replaced", screen);
    assert_eq!(live(&stage, "id-web")["location"], "northeurope");
    assert_eq!(live(&stage, "vnet-web")["location"], "northeurope");
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert_snapshot!(
        "replace_again",
        stage.sandbox(&["apply", "--yes", IDENTITY]).expect(5)
    );
}

#[test]
fn what_would_be_lost_is_protected_or_is_somebody_elses_stays() {
    let stage = moved();
    stage.change_state(|state| {
        let key = format!("{GROUP}/providers/microsoft.network/virtualnetworks/vnet-web");
        state["resources"][&key]["properties"]["subnets"] =
            json!([{"name": "servers", "id": format!("{key}/subnets/servers"), "properties": {"addressPrefix": "10.20.1.0/24"}}]);
        let key = format!("{GROUP}/providers/microsoft.managedidentity/userassignedidentities/id-web");
        state["resources"][&key]["tags"] = json!({});
    });
    assert_snapshot!(
        "replace_unfit",
        stage
            .sandbox(&["apply", "--yes", IDENTITY, NETWORK])
            .expect(5)
    );
    let protected = moved();
    let text = MOVED.replace(
        "id-web location=northeurope",
        "id-web location=northeurope { protect }",
    );
    protected.write("estate.kdl", &format!("{HEAD}{text}"));
    let screen = protected
        .sandbox(&["apply", "--yes", IDENTITY, NETWORK])
        .expect(5);
    assert!(screen.says("the guard `protected` refuses"), "{screen}");
    protected
        .sandbox(&["apply", "--yes", IDENTITY, NETWORK, "--accept", "protected"])
        .expect(0);
}

#[test]
fn what_can_never_be_made_anew_and_slips_of_the_pen_are_refused() {
    let stage = stage("resource-group rg-web location=northeurope");
    let group = "--accept=replace=resource-group:core/rg-web";
    assert_snapshot!(
        "replace_never",
        stage.sandbox(&["apply", "--yes", group]).expect(5)
    );
    let unknown = "--accept=replace=vm:core/rg-web/nobody";
    let screen = stage.sandbox(&["apply", "--yes", unknown]).expect(5);
    assert!(screen.says("no node declares it"), "{screen}");
    for wrong in [
        "--accept=replace",
        "--accept=replace=*",
        "--accept=replace=vm:core/*",
    ] {
        let screen = stage.sandbox(&["apply", "--yes", wrong]).expect(64);
        assert!(screen.says("write `--accept replace=ADDRESS`"), "{screen}");
    }
}

#[test]
fn a_new_one_that_could_not_be_made_is_made_by_the_next_run() {
    let stage = Stage::new(
        &format!("{HEAD}{MADE}"),
        &format!(
            "{}\nfault method=PUT path=\"*/userAssignedIdentities/*\" status=400 code=NoRoom message=\"no room\" after=1 times=1\n",
            crate::estate::SEED
        ),
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}{MOVED}"));
    let screen = stage
        .sandbox(&["apply", "--yes", IDENTITY, NETWORK])
        .expect(6);
    assert!(screen.says("the old one is deleted"), "{screen}");
    assert_eq!(live(&stage, "id-web"), Json::Null);
    stage.sandbox(&["apply", "--yes", IDENTITY]).expect(0);
    assert_eq!(live(&stage, "id-web")["location"], "northeurope");
}

/// A machine of this estate with a login that works.
const MACHINE: &str = r#"
resource-group rg-web {
    virtual-network vnet-app { address-space "10.20.0.0/16"; subnet servers { prefix "10.20.1.0/24" } }
    vm app01 {
        image Win2022Datacenter
        size Standard_D2s_v5
        zone 1
        admin azureuser password=random
        nic subnet=servers
        identity system-assigned
        login
        grant admin (group)sg-web-admins
    }
}
"#;
const APP: &str = "--accept=replace=vm:core/rg-web/app01";

fn machine(stage: &Stage) -> Json {
    let key = format!("{GROUP}/providers/microsoft.compute/virtualmachines/app01");
    stage.state()["machines"][key].clone()
}

/// The deletions and creations of a run, in their order, by the last parts of their paths.
fn writes(stage: &Stage) -> Vec<String> {
    let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    let lines = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let writes = lines.filter_map(|entry: Json| {
        let method = entry["method"].as_str()?.to_owned();
        let path = entry["url"].as_str()?.split('?').next()?.to_owned();
        let parts: Vec<&str> = path.rsplitn(3, '/').collect();
        matches!(method.as_str(), "PUT" | "DELETE" | "PATCH")
            .then(|| format!("{method} {}/{}", parts[1], parts[0]))
    });
    writes.collect()
}

#[test]
fn a_machine_is_uninstalled_deleted_and_made_anew_with_all_that_it_had() {
    let stage = stage(MACHINE);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    // Somebody gave the machine another interface; the one that its node describes is gone.
    stage.change_state(|state| {
        let nics = format!("{GROUP}/providers/microsoft.network/networkinterfaces");
        let mut other = state["resources"][format!("{nics}/app01-nic")].take();
        other["id"] = format!("{nics}/other-nic").into();
        other["name"] = "other-nic".into();
        let resources = state["resources"].as_object_mut().expect("resources");
        resources.remove(&format!("{nics}/app01-nic"));
        resources.insert(format!("{nics}/other-nic"), other);
        let key = format!("{GROUP}/providers/microsoft.compute/virtualmachines/app01");
        state["machines"][key]["properties"]["networkProfile"]["networkInterfaces"][0]["id"] =
            format!("{nics}/other-nic").into();
    });
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", MACHINE.replace("zone 1", "zone 2")),
    );
    assert_snapshot!("machine_to_replace", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!(
        "machine_replaced",
        stage.sandbox(&["apply", "--yes", APP]).expect(0)
    );
    assert_eq!(machine(&stage)["members"]["zones"], json!(["2"]));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn its_login_goes_before_the_machine_and_all_comes_back_in_the_order_of_making() {
    let stage = stage(MACHINE);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let sandbox = format!("--sandbox={}", server.url);
    stage.run(&["apply", "--yes", &sandbox]).expect(0);
    let before = writes(&stage).len();
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", MACHINE.replace("zone 1", "zone 2")),
    );
    stage.run(&["apply", "--yes", &sandbox, APP]).expect(0);
    drop(server);
    let again = writes(&stage).split_off(before);
    insta::assert_snapshot!(again.join("\n"), @"
    DELETE extensions/AADLoginForWindows
    DELETE virtualMachines/app01
    PUT virtualMachines/app01
    PUT extensions/AADLoginForWindows
    PUT roleAssignments/096b64f0-a7e2-5699-b79b-4133fef2591b
    ");
}

#[test]
fn a_machine_that_is_stopped_is_made_anew_only_once_its_login_can_go() {
    let stage = stage(MACHINE);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let key = format!("{GROUP}/providers/microsoft.compute/virtualmachines/app01");
        state["machines"][key]["power"] = json!("deallocated");
    });
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", MACHINE.replace("zone 1", "zone 2")),
    );
    assert_snapshot!(
        "stopped_machine_not_replaced",
        stage.sandbox(&["apply", "--yes", APP]).expect(0)
    );
    assert_eq!(machine(&stage)["members"]["zones"], json!(["1"]));
}

/// The machine with its own identity's roles, at its group and at itself.
fn with_roles(zone: &str) -> String {
    let machine = MACHINE.replace("zone 1", &format!("zone {zone}"));
    let roles = "resource-group rg-web {\n    grant Reader (identity)app01";
    let own = "login\n        grant Contributor (identity)app01";
    machine
        .replacen("resource-group rg-web {", roles, 1)
        .replacen("login", own, 1)
}

/// Whom the assignments of the state are to, by the last part of their scope.
fn holders(stage: &Stage) -> Vec<(String, Json)> {
    let state = stage.state();
    let assignments = state["assignments"].as_object().expect("assignments");
    let holders = assignments.values().map(|it| {
        let scope = it["scope"].as_str().expect("a scope");
        let around = scope.rsplit('/').next().unwrap_or_default();
        (around.to_lowercase(), it["principal"].clone())
    });
    let mut holders: Vec<(String, Json)> = holders.collect();
    holders.sort_by_key(|(around, principal)| format!("{around} {principal}"));
    holders
}

#[test]
fn the_roles_of_its_own_identity_go_to_the_new_one_in_the_same_run() {
    let stage = stage(&with_roles("1"));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let old = machine(&stage)["identity"]["system"].clone();
    stage.write("estate.kdl", &format!("{HEAD}{}", with_roles("2")));
    assert_snapshot!(
        "machine_replaced_with_roles",
        stage.sandbox(&["apply", "--yes", APP]).expect(0)
    );
    let new = machine(&stage)["identity"]["system"].clone();
    assert_ne!(old, new);
    let holders = holders(&stage);
    assert!(
        holders.contains(&("rg-web".to_owned(), new)),
        "{holders:#?}"
    );
    assert!(
        holders.iter().all(|(_, holder)| *holder != old),
        "{holders:#?}"
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_managed_identitys_roles_go_to_the_new_one_in_the_same_run() {
    let granted =
        |text: &str| text.replacen("{", "{\n    grant Reader (identity)id-web reason=reads", 1);
    let stage = stage(&granted(MADE));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}{}", granted(MOVED)));
    stage
        .sandbox(&["apply", "--yes", IDENTITY, NETWORK])
        .expect(0);
    let new = live(&stage, "id-web")["properties"]["principalId"].clone();
    assert_eq!(holders(&stage), [("rg-web".to_owned(), new)]);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_machine_stays_whose_identitys_roles_are_not_selected_too() {
    let stage = stage(&with_roles("1"));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}{}", with_roles("2")));
    let before = holders(&stage);
    let alone = "--target=vm:core/rg-web/app01";
    assert_snapshot!(
        "machine_with_roles_elsewhere_kept",
        stage.sandbox(&["apply", "--yes", APP, alone]).expect(4)
    );
    assert_eq!(machine(&stage)["members"]["zones"], json!(["1"]));
    assert_eq!(holders(&stage), before);
}
