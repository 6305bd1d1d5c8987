//! User-assigned identities, from the manifest to the sandbox and back.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::estate::{HEAD, SEED, stage};
use crate::stage::Stage;

/// An identity in a group that exists, and one in a group that is made with it.
const IDENTITIES: &str = r#"
resource-group rg-web {
    managed-identity id-web {
        tags tier=web
        protect
    }
}
resource-group rg-new location="West Europe" {
    managed-identity id-far location=northeurope
}
"#;

/// The usual world, with an identity that somebody else made.
fn seed(more: &str) -> String {
    SEED.replacen(
        "            vm web01 os=windows {",
        &format!(
            "            managed-identity id-web {{ {more} }}\n            vm web01 os=windows {{"
        ),
        1,
    )
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
fn identities_are_made_with_stamp_and_region_and_then_there_is_nothing_to_do() {
    let stage = stage(IDENTITIES);
    assert_snapshot!(
        "identities_made",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(live(&stage, "id-web")["tags"]["vmlogin-estate"], "web-prod");
    assert_eq!(live(&stage, "id-web")["location"], "westeurope");
    assert_eq!(live(&stage, "id-far")["location"], "northeurope");
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn an_identity_that_exists_keeps_all_that_nobody_declared() {
    let manifest = "resource-group rg-web { managed-identity ID-Web { tags tier=web } }";
    let stage = Stage::new(
        &format!("{HEAD}{manifest}"),
        &seed("location northeurope; tag Tier db; tag cost \"4711\""),
    );
    stage.sandbox(&["plan"]).expect(0);
    let mut before = live(&stage, "id-web");
    assert_snapshot!(
        "identity_adopted",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    before["tags"]["Tier"] = "web".into();
    before["version"] = 2.into();
    assert_eq!(live(&stage, "id-web"), before);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn another_region_than_the_live_one_is_a_problem_and_nothing_is_made_anew() {
    let manifest = "resource-group rg-web { managed-identity id-web location=northeurope }";
    let stage = Stage::new(&format!("{HEAD}{manifest}"), &seed(""));
    let screen = stage.sandbox(&["plan"]);
    assert_snapshot!("identity_in_another_region", screen);
    let before = live(&stage, "id-web");
    stage.sandbox(&["apply", "--yes"]);
    assert_eq!(live(&stage, "id-web"), before);
}

#[test]
fn destroy_takes_away_what_was_made_with_its_group_and_leaves_what_was_found() {
    let manifest = format!("{HEAD}{}", IDENTITIES.replace("        protect\n", ""));
    let stage = Stage::new(&manifest, &seed(""));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!(
        "identities_destroyed",
        stage.sandbox(&["destroy", "--yes"]).expect(0)
    );
    assert_eq!(live(&stage, "id-far"), Json::Null);
    assert_eq!(live(&stage, "id-web")["tags"]["tier"], "web");
}

#[test]
fn a_protected_identity_stops_a_destroy() {
    let stage = stage(IDENTITIES);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let screen = stage.sandbox(&["destroy", "--yes"]);
    assert_snapshot!("identity_protected", screen);
    assert_ne!(live(&stage, "id-web"), Json::Null);
}

#[test]
fn what_an_identity_may_not_say_is_refused_by_name() {
    let stage = stage(
        r#"resource-group rg-web {
            managed-identity "id web" { tag a=b }
            managed-identity id-a id-b { grant user (user)"kim@contoso.com" }
            managed-identity id-a
        }"#,
    );
    assert_snapshot!("identity_mistakes", stage.run(&["validate"]).expect(3));
}
