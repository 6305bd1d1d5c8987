use serde_json::json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Inventory, Live, RoleResolution};
use vmlogin_engine::kind::{Kind, Scene};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::provider::Proof;
use vmlogin_engine::value::Value;

use super::role::ROLES;
use super::{Grant, Wording, live, wire};
use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{self, GROUP_ID, SUBSCRIPTION, declare, estate};
use crate::kinds::{AzureKind, Seen};

const GRANT: &str = "grant:core/rg-web/admin/group:sg-web";

/// The estate with a reason for its grant, which is not live.
fn without_grant() -> (Manifest, Inventory) {
    let (mut manifest, mut inventory) = estate();
    declare(&mut manifest, GRANT, "reason", "CHG-4711".into());
    inventory.live.retain(|(kind, _), _| *kind != "grant");
    (manifest, inventory)
}

fn new() -> Step {
    let (manifest, inventory) = without_grant();
    step(&manifest, &inventory, Mode::Apply, GRANT)
}

fn played(step: &Step, file: &str) {
    let name = step.id.as_deref().unwrap().rsplit('/').next().unwrap();
    play(step, &file.replace("@NAME@", name));
}

fn read(properties: serde_json::Value) -> Option<Live> {
    let group = ArmId::of_subscription(SUBSCRIPTION).group("rg-web");
    let id = format!("{group}/providers/Microsoft.Authorization/roleAssignments/g1");
    let body = json!({"id": id, "name": "g1", "properties": properties});
    let assignment: wire::Assignment = serde_json::from_value(body).unwrap();
    let wording = Wording {
        place: Address::new("grant", ["core", "rg-web"]),
        around: "rg-web".to_owned(),
        role: "admin".to_owned(),
        role_name: "Virtual Machine Administrator Login".to_owned(),
        principal: "group:sg-web".to_owned(),
    };
    live(&assignment, "core", &wording)
}

#[test]
fn a_grant_is_made_with_its_type_of_principal_and_the_stamp() {
    played(&new(), include_str!("testdata/create.json"));
}

#[test]
fn a_grant_at_a_management_group_names_the_role_of_no_subscription() {
    let manifest = scenes::above("admin");
    let mut inventory = scenes::inventory();
    let admin = RoleResolution::Found(ROLES[0].known());
    let place = ("management-group:root".to_owned(), "admin".to_owned());
    inventory.roles.insert(place, admin);
    let address = "management-group:root/grant/admin/group:sg-web";
    let step = step(&manifest, &inventory, Mode::Apply, address);
    assert_eq!(
        (step.action, step.tenant.as_str()),
        (Action::Create, "contoso")
    );
    played(&step, include_str!("testdata/create-above.json"));
}

#[test]
fn an_equal_grant_under_another_name_is_what_was_wanted() {
    played(&new(), include_str!("testdata/exists.json"));
}

#[test]
fn an_equal_grant_with_a_condition_is_a_fault_that_names_it() {
    played(&new(), include_str!("testdata/exists-with-condition.json"));
}

#[test]
fn a_grant_that_appeared_meanwhile_is_not_written_over() {
    played(&new(), include_str!("testdata/there-meanwhile.json"));
    played(
        &new(),
        include_str!("testdata/there-meanwhile-with-condition.json"),
    );
    played(&new(), include_str!("testdata/name-taken.json"));
}

#[test]
fn a_reason_that_did_not_arrive_is_told() {
    let (mut manifest, inventory) = estate();
    declare(&mut manifest, GRANT, "reason", "CHG-4711".into());
    let step = step(&manifest, &inventory, Mode::Apply, GRANT);
    let shows = |description: &str| {
        let mut body = crate::kinds::scenes::assignment_body();
        body["properties"]["description"] = description.into();
        Grant.judge(&step, &Seen::One(body)).remove(0).result
    };
    assert_eq!(shows("vmlogin:contoso CHG-4711"), Proof::Verified);
    assert_eq!(
        shows("vmlogin:contoso CHG-1"),
        Proof::Wrong("its `reason` is not `CHG-4711`".to_owned())
    );
}

#[test]
fn another_reason_changes_the_same_assignment() {
    let (mut manifest, inventory) = estate();
    declare(&mut manifest, GRANT, "reason", "CHG-4711".into());
    let step = step(&manifest, &inventory, Mode::Apply, GRANT);
    played(&step, include_str!("testdata/reason.json"));
    played(&step, include_str!("testdata/no-longer-ours.json"));
}

#[test]
fn a_grant_of_somebody_else_is_kept_as_it_is() {
    let (mut manifest, mut inventory) = estate();
    declare(&mut manifest, GRANT, "reason", "CHG-4711".into());
    for live in inventory.live.values_mut() {
        live.stamp = None;
    }
    let step = step(&manifest, &inventory, Mode::Apply, GRANT);
    assert_eq!((step.action, step.changes), (Action::Keep, Vec::new()));
}

#[test]
fn a_grant_whose_node_is_gone_is_revoked_by_its_id_while_it_is_still_ours() {
    let (mut manifest, inventory) = estate();
    manifest
        .resources
        .retain(|resource| resource.kind != "grant");
    let step = step(&manifest, &inventory, Mode::Apply, GRANT);
    assert_eq!(step.action, Action::Revoke);
    played(&step, include_str!("testdata/revoke.json"));
    played(&step, include_str!("testdata/revoke-gone.json"));
    played(&step, include_str!("testdata/revoke-taken-over.json"));
}

#[test]
fn a_name_that_the_listing_shows_is_not_taken() {
    let (manifest, mut inventory) = without_grant();
    let name = |inventory: &Inventory| {
        let id = step(&manifest, inventory, Mode::Apply, GRANT).id.unwrap();
        id.rsplit('/').next().unwrap().to_owned()
    };
    let first = name(&inventory);
    assert_eq!(first, name(&inventory));
    inventory.names_taken.insert(first.clone());
    assert_ne!(name(&inventory), first);
}

#[test]
fn a_grant_is_found_by_its_triple_whatever_its_spelling_and_name() {
    let (manifest, inventory) = estate();
    let resource = manifest.of_kind("grant").next().unwrap();
    let declared = Grant
        .key(resource, &Scene::of(&manifest, &inventory))
        .unwrap();
    let odd = read(json!({
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/1C0163C0-47E6-4577-8991-EA5C82E286E4",
        "principalId": GROUP_ID.to_uppercase(),
        "scope": format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/RG-WEB"),
    }));
    assert_eq!(odd.unwrap().key, declared);
}

#[test]
fn a_grant_to_a_name_that_is_not_resolved_has_no_key() {
    let (manifest, mut inventory) = estate();
    inventory.principals.clear();
    let scene = Scene::of(&manifest, &inventory);
    let resource = manifest.of_kind("grant").next().unwrap();
    assert_eq!(
        (Grant.key(resource, &scene), Grant.id(resource, &scene)),
        (None, None)
    );
}

#[test]
fn any_role_is_told_by_the_guid_of_its_definition() {
    let reader = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
    );
    let live = read(json!({"roleDefinitionId": reader, "principalId": GROUP_ID})).unwrap();
    assert!(
        live.key
            .0
            .ends_with("|acdd72a7-3385-48ef-bd42-f606fba81ae7")
    );
    assert_eq!(
        live.facts["role-id"],
        "acdd72a7-3385-48ef-bd42-f606fba81ae7".into()
    );
}

#[test]
fn a_reading_tells_stamp_reason_condition_and_what_is_not_known() {
    let live = read(json!({
        "roleDefinitionId": "/x/fb879df8-f326-4884-b1cf-06f3ad86be52",
        "principalId": GROUP_ID,
        "principalType": "Group",
        "condition": "@Resource[a] BoolEquals true",
        "description": "vmlogin:contoso-dev CHG-1: on call",
    }))
    .unwrap();
    assert_eq!(
        live.address.as_str(),
        "grant:core/rg-web/admin/group:sg-web"
    );
    assert_eq!(live.title, "grant `admin` to group:sg-web at `rg-web`");
    assert_eq!(live.stamp.as_deref(), Some("contoso-dev"));
    assert_eq!(live.attributes["reason"], "CHG-1: on call".into());
    assert_eq!(
        live.facts["condition"],
        "@Resource[a] BoolEquals true".into()
    );
    assert_eq!(live.facts["eligible-face"], Value::from("unknown"));
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-web");
    assert_eq!(
        live.within,
        [format!("/subscriptions/{SUBSCRIPTION}"), group]
    );
}
