use proptest::prelude::*;
use serde_json::json;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::value::Value;

use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{declare, estate, interface_body, interface_id, subnet_id};
use crate::kinds::{AzureKind, Seen, Write, network_interface};

const INTERFACE: &str = "network-interface:core/rg-web/web01-nic";
const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkSecurityGroups/web-nsg";

/// The estate with a security group declared of the interface, and no public address.
fn declared() -> (Manifest, Inventory) {
    let (mut manifest, inventory) = estate();
    declare(
        &mut manifest,
        INTERFACE,
        "network-security-group",
        GROUP.into(),
    );
    declare(&mut manifest, INTERFACE, "public-ip", Value::Null);
    (manifest, inventory)
}

fn updated() -> Step {
    let (manifest, inventory) = declared();
    step(&manifest, &inventory, Mode::Apply, INTERFACE)
}

#[test]
fn a_missing_interface_is_made_in_its_subnet_with_its_address() {
    let (manifest, mut inventory) = estate();
    inventory
        .live
        .retain(|(kind, _), _| *kind != "network-interface");
    let step = step(&manifest, &inventory, Mode::Apply, INTERFACE);
    play(&step, include_str!("testdata/create.json"));
}

#[test]
fn an_existing_interface_is_sent_back_as_it_was_read_with_the_declared_values_in_it() {
    play(&updated(), include_str!("testdata/update.json"));
}

#[test]
fn an_interface_is_deleted_only_while_no_machine_has_it() {
    let (manifest, mut inventory) = estate();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "network-interface")
    {
        live.stamp = Some("contoso".to_owned());
    }
    let step = step(&manifest, &inventory, Mode::Destroy, INTERFACE);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-attached.json"));
}

#[test]
fn another_subnet_is_a_note_and_another_spelling_is_nothing() {
    let (mut manifest, inventory) = estate();
    let own = subnet_id().to_string().to_uppercase();
    declare(&mut manifest, INTERFACE, "subnet", own.into());
    let kept = step(&manifest, &inventory, Mode::Apply, INTERFACE);
    assert!(!kept.action.writes() && kept.notes.is_empty(), "{kept:?}");
    let other = subnet_id().parent().child("subnets", "other").to_string();
    declare(&mut manifest, INTERFACE, "subnet", other.into());
    let noted = step(&manifest, &inventory, Mode::Apply, INTERFACE);
    assert!(
        !noted.action.writes() && noted.notes.len() == 1,
        "{noted:?}"
    );
}

proptest! {
    #[test]
    fn every_undeclared_member_survives_an_update(
        names in prop::collection::btree_map("x[a-z]{1,8}", "[a-z]{0,8}", 0..6),
        second in any::<bool>(),
    ) {
        let mut body = interface_body(&interface_id());
        for (name, value) in &names {
            body[name] = json!(value);
            body["properties"][name] = json!({"of": value});
            body["properties"]["ipConfigurations"][0]["properties"][name] = json!([value]);
        }
        if second {
            let other = json!({"name": "other", "properties": {"primary": false, "publicIPAddress": {"id": "/theirs"}}});
            body["properties"]["ipConfigurations"].as_array_mut().unwrap().insert(0, other);
        }
        let Write::Send(requests) = network_interface::NetworkInterface
            .write(&updated(), &Seen::One(body.clone()))
            .unwrap()
        else {
            panic!("nothing is sent");
        };
        let primary = &mut body["properties"]["ipConfigurations"][usize::from(second)]["properties"];
        primary.as_object_mut().unwrap().remove("publicIPAddress");
        body["properties"]["networkSecurityGroup"] = json!({"id": GROUP});
        let address = &mut body["properties"]["ipConfigurations"][usize::from(second)];
        address.as_object_mut().unwrap().remove("etag");
        address["properties"].as_object_mut().unwrap().remove("provisioningState");
        body["properties"]["dnsSettings"].as_object_mut().unwrap().remove("appliedDnsServers");
        for name in ["etag", "name", "type", "kind"] {
            body.as_object_mut().unwrap().remove(name);
        }
        for name in ["provisioningState", "resourceGuid", "virtualMachine"] {
            body["properties"].as_object_mut().unwrap().remove(name);
        }
        prop_assert_eq!(requests[0].body.as_ref(), Some(&body));
    }
}
