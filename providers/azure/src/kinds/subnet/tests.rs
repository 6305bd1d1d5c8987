use proptest::prelude::*;
use serde_json::json;
use vmlogin_engine::inventory::{Health, Inventory};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::value::Value;

use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{declare, estate, network_body, subnet_id};
use crate::kinds::{AzureKind, Seen, Write, subnet};

const SUBNET: &str = "subnet:core/rg-web/vnet-web/servers";
const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkSecurityGroups/web-nsg";

/// The estate with a security group declared of the subnet.
fn declared() -> (Manifest, Inventory) {
    let (mut manifest, inventory) = estate();
    declare(
        &mut manifest,
        SUBNET,
        "network-security-group",
        GROUP.into(),
    );
    (manifest, inventory)
}

fn updated() -> Step {
    let (manifest, inventory) = declared();
    step(&manifest, &inventory, Mode::Apply, SUBNET)
}

fn read(properties: serde_json::Value) -> subnet::wire::Subnet {
    serde_json::from_value(json!({"name": "servers", "properties": properties})).unwrap()
}

#[test]
fn a_missing_subnet_is_made_with_what_is_declared() {
    let (manifest, mut inventory) = declared();
    inventory.live.retain(|_, live| live.kind != "subnet");
    let step = step(&manifest, &inventory, Mode::Apply, SUBNET);
    play(&step, include_str!("testdata/create.json"));
}

#[test]
fn an_existing_subnet_is_sent_back_as_it_was_read_with_the_declared_values_in_it() {
    play(&updated(), include_str!("testdata/update.json"));
}

#[test]
fn what_somebody_changed_meanwhile_is_not_written_over() {
    play(&updated(), include_str!("testdata/changed-meanwhile.json"));
    play(&updated(), include_str!("testdata/newer.json"));
}

#[test]
fn a_subnet_is_deleted_only_while_nothing_uses_it_and_its_network_is_ours() {
    let (manifest, mut inventory) = estate();
    for live in inventory.live.values_mut() {
        if live.kind == "subnet" {
            live.stamp = Some("contoso".to_owned());
        }
    }
    let step = step(&manifest, &inventory, Mode::Destroy, SUBNET);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-used.json"));
    play(&step, include_str!("testdata/delete-theirs.json"));
    play(&step, include_str!("testdata/delete-gone.json"));
}

#[test]
fn subnets_of_one_network_are_written_one_at_a_time() {
    let key = subnet::Subnet.alone(&updated()).unwrap();
    assert_eq!(key.0, subnet_id().parent().key());
}

#[test]
fn a_group_by_another_spelling_and_a_prefix_in_a_list_make_no_difference() {
    let (manifest, mut inventory) = declared();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "subnet")
    {
        live.attributes = read(json!({
            "addressPrefixes": ["10.20.1.0/24"],
            "networkSecurityGroup": {"id": GROUP.to_uppercase()},
        }))
        .attributes();
    }
    let step = step(&manifest, &inventory, Mode::Apply, SUBNET);
    assert!(!step.action.writes(), "{step:?}");
}

#[test]
fn of_two_families_the_prefix_of_ipv4_is_the_declared_one_wherever_it_stands() {
    let both = json!({"properties": {"addressPrefixes": ["fd00:20::/64", "10.20.1.0/24"]}});
    let read = read(both["properties"].clone());
    assert_eq!(read.attributes()["prefix"], "10.20.1.0/24".into());
    let mut changed = both;
    subnet::wire::set(&mut changed, "prefix", &"10.20.2.0/24".into());
    assert_eq!(
        changed["properties"]["addressPrefixes"],
        json!(["fd00:20::/64", "10.20.2.0/24"])
    );
}

#[test]
fn an_outbound_access_that_differs_is_a_note_since_it_can_be_set_only_once() {
    let (mut manifest, mut inventory) = estate();
    declare(
        &mut manifest,
        SUBNET,
        "default-outbound-access",
        true.into(),
    );
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "subnet")
    {
        let attributes =
            read(json!({"addressPrefix": "10.20.1.0/24", "defaultOutboundAccess": false}));
        live.attributes = attributes.attributes();
    }
    let step = step(&manifest, &inventory, Mode::Apply, SUBNET);
    assert!(!step.action.writes(), "{step:?}");
    assert_eq!(
        step.notes,
        ["`default-outbound-access` is false and stays so: only making it anew would set true"]
    );
}

#[test]
fn a_failed_subnet_is_written_again() {
    let (manifest, mut inventory) = estate();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "subnet")
    {
        live.health = Health::Failed {
            message: "why".to_owned(),
        };
    }
    let step = step(&manifest, &inventory, Mode::Apply, SUBNET);
    let body = network_body(&subnet_id().parent())["properties"]["subnets"][0].clone();
    let Write::Send(requests) = subnet::Subnet.write(&step, &Seen::One(body)).unwrap() else {
        panic!("nothing is sent");
    };
    let sent = requests[0].body.as_ref().unwrap();
    assert_eq!(sent["properties"]["addressPrefix"], "10.20.1.0/24");
}

#[test]
fn absent_members_are_none_and_access_is_on_where_azure_says_nothing() {
    let attributes = read(json!({})).attributes();
    assert_eq!(attributes["prefix"], Value::Null);
    assert_eq!(attributes["default-outbound-access"], Value::Bool(true));
    assert_eq!(
        attributes,
        read(json!({"addressPrefix": null, "networkSecurityGroup": null})).attributes()
    );
}

proptest! {
    #[test]
    fn every_undeclared_member_survives_an_update(
        names in prop::collection::btree_map("x[a-z]{1,8}", "[a-z]{0,8}", 0..6),
    ) {
        let network = network_body(&subnet_id().parent());
        let mut body = network["properties"]["subnets"][0].clone();
        for (name, value) in &names {
            body[name] = json!(value);
            body["properties"][name] = json!([{"of": value}]);
        }
        let Write::Send(requests) = subnet::Subnet.write(&updated(), &Seen::One(body.clone())).unwrap() else {
            panic!("nothing is sent");
        };
        body["properties"]["networkSecurityGroup"] = json!({"id": GROUP});
        for name in ["etag", "name", "type"] {
            body.as_object_mut().unwrap().remove(name);
        }
        for name in ["provisioningState", "ipConfigurations"] {
            body["properties"].as_object_mut().unwrap().remove(name);
        }
        prop_assert_eq!(requests[0].body.as_ref(), Some(&body));
    }
}
