use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::plan::Mode;
use vmlogin_engine::value::Value;

use super::wire::Machine;
use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::login::Host;
use crate::kinds::scenes::{SUBSCRIPTION, declare, estate, machine_body};
use crate::kinds::{Place, vm};

const VM: &str = "vm:core/rg-web/web01";

fn id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource("Microsoft.Compute/virtualMachines", "web01")
}

fn read(answer: Json) -> Live {
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("vm", ["core", "rg-web", "web01"]),
        name: "web01".to_owned(),
        id: id(),
    };
    vm::live(&serde_json::from_value(answer).unwrap(), &place)
}

fn machine(answer: Json) -> Machine {
    serde_json::from_value(answer).unwrap()
}

#[test]
fn tags_and_protection_are_merged() {
    let (mut manifest, inventory) = estate();
    declare(
        &mut manifest,
        VM,
        "tags",
        Value::Map(BTreeMap::from([("owner".to_owned(), "team web".into())])),
    );
    declare(&mut manifest, VM, "protect", true.into());
    play(
        &step(&manifest, &inventory, Mode::Apply, VM),
        include_str!("testdata/tags.json"),
    );
}

#[test]
fn an_adopted_machine_that_is_as_declared_is_left_alone() {
    let (manifest, inventory) = estate();
    assert!(!step(&manifest, &inventory, Mode::Apply, VM).action.writes());
    assert!(
        !step(&manifest, &inventory, Mode::Destroy, VM)
            .action
            .writes()
    );
}

#[test]
fn a_reading_tells_how_the_machine_is() {
    let live = read(machine_body(&id()));
    let facts: Vec<(&str, String)> = live
        .facts
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_string()))
        .collect();
    assert_eq!(
        facts,
        [
            ("agent", "\"ready\"".to_owned()),
            ("computer-name", "\"WEB01\"".to_owned()),
            (
                "extensions",
                "{AADLoginForWindows=\"Microsoft.Azure.ActiveDirectory.AADLoginForWindows\"}"
                    .to_owned()
            ),
            ("location", "\"westeurope\"".to_owned()),
            ("os", "\"windows\"".to_owned()),
            ("os-name", "\"Windows Server 2022 Datacenter\"".to_owned()),
            ("other-extensions", "{}".to_owned()),
            ("power", "\"running\"".to_owned()),
            (
                "principal-id",
                "\"66666666-6666-4666-8666-666666666666\"".to_owned()
            ),
            (
                "tenant-id",
                "\"11111111-1111-4111-8111-111111111111\"".to_owned()
            ),
        ]
    );
    assert_eq!(live.health, Health::Good);
    assert_eq!(live.within.len(), 2);
}

#[test]
fn the_key_is_the_same_from_both_sides_whatever_the_spelling() {
    let (manifest, inventory) = estate();
    let live = inventory.of_kind("vm").next().unwrap();
    let upper = ArmId::parse(
        &live
            .id
            .to_uppercase()
            .replace("SUBSCRIPTIONS", "subscriptions"),
    )
    .unwrap();
    assert_eq!(live.key.0, upper.key());
    assert_eq!(
        step(&manifest, &inventory, Mode::Apply, VM).id.as_deref(),
        Some(live.id.as_str())
    );
}

#[test]
fn a_machine_that_says_nothing_of_itself_is_not_called_stopped() {
    let bare = machine(json!({"location": "westeurope"}));
    assert_eq!(
        (bare.power(), bare.agent(), bare.os(), bare.computer_name()),
        (None, "unknown", None, None)
    );
}

#[test]
fn an_agent_is_ready_only_when_it_says_so() {
    let agent = |code: &str| {
        machine(json!({"location": "w", "properties": {"instanceView": {"vmAgent": {"statuses": [{"code": code}]}}}})).agent()
    };
    assert_eq!(agent("ProvisioningState/succeeded"), "ready");
    assert_eq!(agent("ProvisioningState/Unavailable"), "not-ready");
    assert_eq!(agent("provisioningstate/NotReady/21"), "not-ready");
    assert_eq!(agent("ProvisioningState/"), "unknown");
}

#[test]
fn power_is_told_by_its_own_status() {
    let statuses =
        json!([{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/Deallocated"}]);
    let stopped =
        machine(json!({"location": "w", "properties": {"instanceView": {"statuses": statuses}}}));
    assert_eq!(stopped.power().as_deref(), Some("deallocated"));
}

#[test]
fn a_status_message_of_a_hundred_kilobytes_is_cut() {
    let statuses = json!([{"code": "ProvisioningState/failed/1", "level": "Error", "message": "ü".repeat(100_000)}]);
    let failed =
        machine(json!({"location": "w", "properties": {"instanceView": {"statuses": statuses}}}));
    assert_eq!(failed.failure().unwrap().chars().count(), 2_001);
}
