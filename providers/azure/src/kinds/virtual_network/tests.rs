use proptest::prelude::*;
use serde_json::{Value as Json, json};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Inventory, Live};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::value::Value;

use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{SUBSCRIPTION, declare, estate, network_body};
use crate::kinds::{AzureKind, Place, Seen, Write, virtual_network};

const NETWORK: &str = "virtual-network:core/rg-web/vnet-web";

fn id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource("Microsoft.Network/virtualNetworks", "vnet-web")
}

fn read(body: Json) -> Live {
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("virtual-network", ["core", "rg-web", "vnet-web"]),
        name: "vnet-web".to_owned(),
        id: id(),
    };
    virtual_network::live(&serde_json::from_value(body).unwrap(), &place)
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|text| (*text).into()).collect())
}

/// The estate with two ranges and a name server declared of the network.
fn declared() -> (Manifest, Inventory) {
    let (mut manifest, inventory) = estate();
    let ranges = list(&["10.20.0.0/16", "10.30.0.0/16"]);
    declare(&mut manifest, NETWORK, "address-space", ranges);
    declare(&mut manifest, NETWORK, "dns", list(&["10.20.0.4"]));
    (manifest, inventory)
}

fn updated() -> Step {
    let (manifest, inventory) = declared();
    step(&manifest, &inventory, Mode::Apply, NETWORK)
}

#[test]
fn a_missing_network_is_made_with_its_addresses() {
    let (manifest, mut inventory) = declared();
    inventory
        .live
        .retain(|_, live| live.kind != "virtual-network");
    let step = step(&manifest, &inventory, Mode::Apply, NETWORK);
    play(&step, include_str!("testdata/create.json"));
}

#[test]
fn an_existing_network_is_sent_back_as_it_was_read_with_the_declared_values_in_it() {
    play(&updated(), include_str!("testdata/update.json"));
}

#[test]
fn addresses_that_somebody_changed_meanwhile_are_not_written_over() {
    play(&updated(), include_str!("testdata/changed-meanwhile.json"));
}

#[test]
fn a_network_is_deleted_only_while_it_is_empty_and_ours() {
    let (manifest, mut inventory) = estate();
    let mut body = network_body(&id());
    body["tags"] = json!({"vmlogin-estate": "contoso"});
    body["properties"]["subnets"] = json!([]);
    inventory.insert(read(body));
    let key = vmlogin_engine::kind::Key(id().key().to_owned());
    inventory.contents.insert(key, Vec::new());
    let step = step(&manifest, &inventory, Mode::Destroy, NETWORK);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-filled.json"));
}

#[test]
fn order_and_spelling_of_ranges_and_what_azure_fills_in_make_no_difference() {
    let (mut manifest, mut inventory) = estate();
    let ranges = list(&["FD00:0::/8", "10.20.0.0/16"]);
    declare(&mut manifest, NETWORK, "address-space", ranges);
    let mut body = network_body(&id());
    body["properties"]["addressSpace"]["addressPrefixes"] = json!(["10.20.0.0/16", "fd00::/8"]);
    inventory.insert(read(body));
    let step = step(&manifest, &inventory, Mode::Apply, NETWORK);
    assert!(!step.action.writes(), "{step:?}");
}

#[test]
fn absent_null_and_empty_lists_are_alike() {
    let of = |properties: Json| read(json!({"location": "w", "properties": properties})).attributes;
    let absent = of(json!({}));
    assert_eq!(
        absent,
        of(json!({"addressSpace": null, "dhcpOptions": null}))
    );
    assert_eq!(
        absent,
        of(json!({"addressSpace": {"addressPrefixes": null}, "dhcpOptions": {"dnsServers": []}}))
    );
}

proptest! {
    #[test]
    fn every_undeclared_member_survives_an_update(
        names in prop::collection::btree_map("x[a-z]{1,8}", "[a-z]{0,8}", 0..6),
        subnet in prop::collection::btree_map("x[a-z]{1,8}", any::<u32>(), 0..4),
    ) {
        let mut body = network_body(&id());
        for (name, value) in &names {
            body[name] = json!(value);
            body["properties"][name] = json!({"of": value});
            body["properties"]["addressSpace"][name] = json!([value]);
        }
        for (name, value) in &subnet {
            body["properties"]["subnets"][0]["properties"][name] = json!(value);
        }
        let Write::Send(requests) = virtual_network::VirtualNetwork
            .write(&updated(), &Seen::One(body.clone()))
            .unwrap()
        else {
            panic!("nothing is sent");
        };
        body["properties"]["addressSpace"]["addressPrefixes"] =
            json!(["10.20.0.0/16", "10.30.0.0/16"]);
        body["properties"]["dhcpOptions"] = json!({"dnsServers": ["10.20.0.4"]});
        for name in ["etag", "name", "type"] {
            body.as_object_mut().unwrap().remove(name);
        }
        for name in ["provisioningState", "resourceGuid"] {
            body["properties"].as_object_mut().unwrap().remove(name);
        }
        prop_assert_eq!(requests[0].body.as_ref(), Some(&body));
    }
}

#[test]
fn a_network_whose_last_write_failed_is_written_again() {
    let (manifest, mut inventory) = estate();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "virtual-network")
    {
        let message = "its last operation failed".to_owned();
        live.health = vmlogin_engine::inventory::Health::Failed { message };
    }
    let step = step(&manifest, &inventory, Mode::Apply, NETWORK);
    play(&step, include_str!("testdata/repair.json"));
}

#[test]
fn a_network_that_somebody_writes_at_the_same_time_is_not_overwritten() {
    play(&updated(), include_str!("testdata/newer.json"));
}
