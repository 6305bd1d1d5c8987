//! Nothing is made anew unless it is named, and then only what loses nothing.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{HEAD, stage};
use crate::stage::Stage;

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
