use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Inventory, Live};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::value::{Attributes, Value};

use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{SUBSCRIPTION, declare, estate};
use crate::kinds::{Place, resource_group};

const GROUP: &str = "resource-group:core/rg-web";

/// A declared group alone, with its tags.
fn declared() -> Manifest {
    let (mut manifest, _) = estate();
    manifest
        .resources
        .retain(|resource| resource.kind == "resource-group");
    let tags = Attributes::from([("owner".to_owned(), "team web".into())]);
    declare(&mut manifest, GROUP, "tags", Value::Map(tags));
    manifest
}

fn read(answer: &str) -> Live {
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("resource-group", ["core", "rg-web"]),
        name: "rg-web".to_owned(),
        id: ArmId::of_subscription(SUBSCRIPTION).group("rg-web"),
    };
    resource_group::live(&serde_json::from_str(answer).unwrap(), &place)
}

fn planned(manifest: &Manifest, live: Option<Live>, mode: Mode) -> Step {
    let mut inventory = Inventory::default();
    if let Some(live) = live {
        inventory.contents.insert(live.key.clone(), Vec::new());
        inventory.insert(live);
    }
    step(manifest, &inventory, mode, GROUP)
}

fn new() -> Step {
    let mut manifest = declared();
    declare(&mut manifest, GROUP, "location", "westeurope".into());
    declare(&mut manifest, GROUP, "protect", true.into());
    planned(&manifest, None, Mode::Apply)
}

#[test]
fn a_missing_group_is_made_with_tags_stamp_and_protection() {
    play(&new(), include_str!("testdata/create.json"));
}

#[test]
fn a_group_that_appeared_meanwhile_is_not_written_over() {
    play(&new(), include_str!("testdata/exists-meanwhile.json"));
}

#[test]
fn only_a_changed_tag_is_written() {
    let live = read(r#"{"location": "westeurope", "tags": {"cost": "4711", "Owner": "nobody"}}"#);
    play(
        &planned(&declared(), Some(live), Mode::Apply),
        include_str!("testdata/tags.json"),
    );
}

#[test]
fn protection_goes_only_by_saying_so() {
    let mut manifest = declared();
    let live =
        r#"{"location": "westeurope", "tags": {"owner": "team web", "VMLOGIN-protect": "yes"}}"#;
    let kept = planned(&manifest, Some(read(live)), Mode::Apply);
    assert!(!kept.action.writes() && kept.protected);
    declare(&mut manifest, GROUP, "protect", false.into());
    play(
        &planned(&manifest, Some(read(live)), Mode::Apply),
        include_str!("testdata/unprotect.json"),
    );
}

#[test]
fn an_empty_group_of_this_estate_is_deleted_and_a_filled_one_stays() {
    let live = read(r#"{"location": "westeurope", "tags": {"vmlogin-estate": "contoso"}}"#);
    let step = planned(&declared(), Some(live), Mode::Destroy);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-filled.json"));
    play(&step, include_str!("testdata/delete-taken-over.json"));
    play(&step, include_str!("testdata/delete-protected.json"));
    play(&step, include_str!("testdata/delete-gone.json"));
}

#[test]
fn an_answer_is_normalised() {
    let live = read(
        r#"{"location": "West Europe", "tags": {"a": "b", "VMLogin-Estate": "contoso"}, "properties": {"provisioningState": "Deleting"}}"#,
    );
    assert_eq!(live.attributes["location"], "westeurope".into());
    assert_eq!(
        live.attributes["tags"],
        Value::Map(Attributes::from([("a".to_owned(), "b".into())]))
    );
    assert_eq!(live.attributes["protect"], false.into());
    assert_eq!(live.stamp.as_deref(), Some("contoso"));
    assert_eq!(live.health, Health::Busy);
    assert_eq!(live.within, [format!("/subscriptions/{SUBSCRIPTION}")]);
}

#[test]
fn absent_null_and_empty_tags_plan_the_same() {
    let mut manifest = declared();
    declare(&mut manifest, GROUP, "protect", false.into());
    let steps = ["", r#", "tags": null"#, r#", "tags": {}"#].map(|tags| {
        planned(
            &manifest,
            Some(read(&format!(r#"{{"location": "westeurope"{tags}}}"#))),
            Mode::Apply,
        )
    });
    assert_eq!(steps[0], steps[1]);
    assert_eq!(steps[0], steps[2]);
    assert_eq!(steps[0].changes.len(), 1);
}

#[test]
fn the_id_is_spelt_as_azure_spells_it() {
    let id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/RG-Web");
    let live = read(&format!(r#"{{"location": "westeurope", "id": "{id}"}}"#));
    assert_eq!(live.id, id);
    let other = id.replace("RG-Web", "another");
    let live = read(&format!(r#"{{"location": "westeurope", "id": "{other}"}}"#));
    assert!(live.id.ends_with("/rg-web"));
}
