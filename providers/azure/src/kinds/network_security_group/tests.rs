use serde_json::json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Inventory, Live};
use vmlogin_engine::kind::Key;
use vmlogin_engine::plan::Mode;

use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{SUBSCRIPTION, estate, filter_body};
use crate::kinds::{Place, network_security_group};

const GROUP: &str = "network-security-group:core/rg-web/nsg-web";

fn id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource(network_security_group::TYPE, "nsg-web")
}

fn read(body: serde_json::Value) -> Vec<Live> {
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("network-security-group", ["core", "rg-web", "nsg-web"]),
        name: "nsg-web".to_owned(),
        id: id(),
    };
    network_security_group::lives(&serde_json::from_value(body).unwrap(), &place)
}

/// The inventory without the group and its rules.
fn without(inventory: &mut Inventory) {
    let of_it = |kind: &str| kind == "network-security-group" || kind == "rule";
    inventory.live.retain(|(kind, _), _| !of_it(kind));
}

#[test]
fn a_missing_group_is_made_without_a_list_of_rules() {
    let (manifest, mut inventory) = estate();
    without(&mut inventory);
    let step = step(&manifest, &inventory, Mode::Apply, GROUP);
    play(&step, include_str!("testdata/create.json"));
}

#[test]
fn a_group_goes_only_while_no_rule_of_others_is_in_it() {
    let (manifest, mut inventory) = estate();
    let mut body = filter_body(&id());
    body["tags"] = json!({"vmlogin-estate": "contoso"});
    without(&mut inventory);
    for live in read(body) {
        inventory.insert(live);
    }
    inventory
        .contents
        .insert(Key(id().key().to_owned()), Vec::new());
    let step = step(&manifest, &inventory, Mode::Destroy, GROUP);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-filled.json"));
}

#[test]
fn one_reading_tells_the_group_and_each_of_its_rules() {
    let lives = read(filter_body(&id()));
    let addresses: Vec<&str> = lives.iter().map(|live| live.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "network-security-group:core/rg-web/nsg-web",
            "rule:core/rg-web/nsg-web/allow-rdp"
        ]
    );
    assert_eq!(lives[1].stamp, None);
    assert!(lives[1].within.contains(&id().key().to_owned()));
}
