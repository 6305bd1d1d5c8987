use proptest::prelude::*;
use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::{Attributes, Value};

use super::wire;
use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{SUBSCRIPTION, declare, estate, fault, rule_body};
use crate::kinds::{AzureKind, Seen, Write, network_security_group, security_rule};

const RULE: &str = "rule:core/rg-web/nsg-web/allow-rdp";

fn group() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource(network_security_group::TYPE, "nsg-web")
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|text| (*text).into()).collect())
}

/// The estate with more sources and ports declared of the rule, and another priority.
fn declared() -> (Manifest, Inventory) {
    let (mut manifest, inventory) = estate();
    declare(&mut manifest, RULE, "priority", Value::Integer(110));
    let from = list(&["10.20.0.0/16", "10.30.0.4"]);
    declare(&mut manifest, RULE, "from", from);
    declare(&mut manifest, RULE, "ports", list(&["any"]));
    (manifest, inventory)
}

fn updated() -> Step {
    let (manifest, inventory) = declared();
    step(&manifest, &inventory, Mode::Apply, RULE)
}

fn attributes(properties: Json) -> Attributes {
    let rule: wire::SecurityRule =
        serde_json::from_value(json!({"name": "r", "properties": properties})).unwrap();
    rule.attributes()
}

#[test]
fn a_missing_rule_is_made_with_the_stamp_in_its_description() {
    let (manifest, mut inventory) = declared();
    inventory.live.retain(|(kind, _), _| *kind != "rule");
    let step = step(&manifest, &inventory, Mode::Apply, RULE);
    play(&step, include_str!("testdata/create.json"));
}

#[test]
fn an_existing_rule_is_sent_back_as_it_was_read_with_the_declared_values_in_it() {
    play(&updated(), include_str!("testdata/update.json"));
}

#[test]
fn a_rule_that_somebody_changed_meanwhile_is_not_written_over() {
    play(&updated(), include_str!("testdata/changed-meanwhile.json"));
}

#[test]
fn an_end_that_is_only_spelt_otherwise_is_not_taken_for_a_change() {
    let mut body = rule_body(&group());
    body["properties"]["sourceAddressPrefix"] = json!("virtualnetwork");
    let written = security_rule::SecurityRule.write(&updated(), &Seen::One(body));
    assert!(matches!(written, Ok(Write::Send(_))), "{written:?}");
}

#[test]
fn a_rule_is_deleted_while_it_is_ours() {
    let (manifest, mut inventory) = estate();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "rule")
    {
        live.stamp = Some("contoso".to_owned());
    }
    let step = step(&manifest, &inventory, Mode::Destroy, RULE);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-taken-over.json"));
}

#[test]
fn a_rule_that_no_estate_stamped_is_kept_by_destroy() {
    let (manifest, inventory) = estate();
    let step = step(&manifest, &inventory, Mode::Destroy, RULE);
    assert!(!step.action.writes(), "{step:?}");
}

#[test]
fn rules_of_one_group_are_written_one_after_the_other() {
    let alone = security_rule::SecurityRule.alone(&updated()).unwrap();
    assert_eq!(alone.0, group().key());
}

#[test]
fn one_member_or_the_other_and_any_spelling_make_no_difference() {
    let (mut manifest, mut inventory) = estate();
    declare(&mut manifest, RULE, "ports", list(&["443", "22"]));
    declare(&mut manifest, RULE, "from", list(&["virtualnetwork"]));
    let mut body = rule_body(&group());
    body["properties"]["destinationPortRange"] = Json::Null;
    body["properties"]["destinationPortRanges"] = json!(["22-22", "443"]);
    body["properties"]["sourceAddressPrefix"] = json!("");
    body["properties"]["sourceAddressPrefixes"] = json!(["VirtualNetwork"]);
    let rule: wire::SecurityRule = serde_json::from_value(body).unwrap();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "rule")
    {
        live.attributes = rule.attributes();
    }
    let step = step(&manifest, &inventory, Mode::Apply, RULE);
    assert!(!step.action.writes(), "{step:?}");
}

#[test]
fn absent_null_and_empty_members_are_alike() {
    let absent = attributes(json!({}));
    assert_eq!(
        absent,
        attributes(
            json!({"sourceAddressPrefix": "", "sourceAddressPrefixes": [], "destinationPortRanges": null, "protocol": null})
        )
    );
    assert_eq!(absent["from"], Value::Null);
}

#[test]
fn an_application_security_group_is_a_source_that_addresses_take_the_place_of() {
    let mut properties = json!({"sourceApplicationSecurityGroups": [{"id": "/x/asg-web"}], "sourceAddressPrefixes": []});
    assert_eq!(
        attributes(properties.clone())["from"],
        list(&["application-security-group/asg-web"])
    );
    wire::set(&mut properties, "from", &list(&["any"]));
    assert_eq!(
        properties,
        json!({"sourceAddressPrefix": "*", "sourceAddressPrefixes": []})
    );
}

#[test]
fn a_priority_that_is_taken_says_what_to_do() {
    let refused = Fault {
        kind: FaultKind::Rejected,
        code: Some("SecurityRuleConflict".to_owned()),
        ..fault()
    };
    let fault = security_rule::SecurityRule
        .make_sense(&updated(), refused, &Seen::NotAsked)
        .unwrap_err();
    assert_eq!(
        fault.help.unwrap(),
        "run again if another rule of this run gives the priority up; else choose one that no rule of `nsg-web` has"
    );
}

proptest! {
    #[test]
    fn every_undeclared_member_survives_an_update(
        names in prop::collection::btree_map("x[a-z]{1,8}", "[a-z]{0,8}", 0..6),
    ) {
        let mut body = rule_body(&group());
        for (name, value) in &names {
            body[name] = json!(value);
            body["properties"][name] = json!({"of": value});
        }
        let Write::Send(requests) = security_rule::SecurityRule
            .write(&updated(), &Seen::One(body.clone()))
            .unwrap()
        else {
            panic!("nothing is sent");
        };
        let properties = body["properties"].as_object_mut().unwrap();
        properties.insert("priority".to_owned(), json!(110));
        properties.remove("sourceAddressPrefix");
        properties.insert("sourceAddressPrefixes".to_owned(), json!(["10.20.0.0/16", "10.30.0.4"]));
        properties.insert("destinationPortRange".to_owned(), json!("*"));
        properties.remove("provisioningState");
        for name in ["etag", "name", "type"] {
            body.as_object_mut().unwrap().remove(name);
        }
        prop_assert_eq!(requests[0].body.as_ref(), Some(&body));
    }
}
