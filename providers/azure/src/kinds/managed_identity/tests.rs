use serde_json::json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Inventory, Live};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::value::{Attributes, Value};

use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{SUBSCRIPTION, declare, estate, managed_identity_body};
use crate::kinds::{Place, managed_identity};

const IDENTITY: &str = "managed-identity:core/rg-web/id-web";

fn id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource("Microsoft.ManagedIdentity/userAssignedIdentities", "id-web")
}

fn read(tags: serde_json::Value) -> Live {
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("managed-identity", ["core", "rg-web", "id-web"]),
        name: "id-web".to_owned(),
        id: id(),
    };
    let mut body = managed_identity_body(&id());
    body["tags"] = tags;
    managed_identity::live(&serde_json::from_value(body).unwrap(), &place)
}

/// The estate with tags and protection declared of the identity.
fn declared() -> (Manifest, Inventory) {
    let (mut manifest, inventory) = estate();
    let tags = Attributes::from([("owner".to_owned(), "team web".into())]);
    declare(&mut manifest, IDENTITY, "tags", Value::Map(tags));
    declare(&mut manifest, IDENTITY, "protect", true.into());
    (manifest, inventory)
}

fn without(mut inventory: Inventory) -> Inventory {
    inventory
        .live
        .retain(|_, live| live.kind != "managed-identity");
    inventory
}

fn new(manifest: &Manifest, inventory: Inventory) -> Step {
    step(manifest, &without(inventory), Mode::Apply, IDENTITY)
}

#[test]
fn a_missing_identity_is_made_in_the_region_of_its_group() {
    let (manifest, inventory) = declared();
    let step = new(&manifest, inventory);
    play(&step, include_str!("testdata/create.json"));
    play(&step, include_str!("testdata/there-meanwhile.json"));
}

#[test]
fn a_region_of_its_own_wins_over_the_groups() {
    let (mut manifest, inventory) = declared();
    declare(&mut manifest, IDENTITY, "location", "northeurope".into());
    let step = new(&manifest, inventory);
    assert_eq!(step.write["location"], "northeurope".into());
}

#[test]
fn the_region_of_a_group_that_is_made_first_is_known() {
    let (mut manifest, inventory) = declared();
    let group = "resource-group:core/rg-web";
    declare(&mut manifest, group, "location", "swedencentral".into());
    let mut inventory = without(inventory);
    inventory
        .live
        .retain(|_, live| live.kind != "resource-group");
    let step = step(&manifest, &inventory, Mode::Apply, IDENTITY);
    assert_eq!(step.write["location"], "swedencentral".into());
    assert!(step.waits.iter().any(|wait| wait.on.as_str() == group));
}

#[test]
fn tags_and_protection_are_merged() {
    let (manifest, inventory) = declared();
    play(
        &step(&manifest, &inventory, Mode::Apply, IDENTITY),
        include_str!("testdata/tags.json"),
    );
}

#[test]
fn what_this_estate_made_is_deleted_unless_it_is_no_longer_ours() {
    let (manifest, mut inventory) = estate();
    assert!(
        !step(&manifest, &inventory, Mode::Destroy, IDENTITY)
            .action
            .writes()
    );
    inventory.insert(read(json!({"vmlogin-estate": "contoso"})));
    let step = step(&manifest, &inventory, Mode::Destroy, IDENTITY);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-taken-over.json"));
    play(&step, include_str!("testdata/delete-gone.json"));
}

#[test]
fn an_answer_tells_who_the_identity_is() {
    let live = read(json!({"a": "b", "VMLogin-Estate": "contoso"}));
    assert_eq!(
        live.facts["principal-id"],
        "77777777-7777-4777-8777-777777777777".into()
    );
    assert_eq!(
        live.facts["client-id"],
        "88888888-8888-4888-8888-888888888888".into()
    );
    assert_eq!(live.stamp.as_deref(), Some("contoso"));
    assert!(live.id.contains("/resourcegroups/"));
    assert_eq!(live.key.0, id().key());
}

#[test]
fn an_identity_that_is_as_declared_is_left_alone() {
    let (manifest, inventory) = estate();
    assert!(
        !step(&manifest, &inventory, Mode::Apply, IDENTITY)
            .action
            .writes()
    );
}
