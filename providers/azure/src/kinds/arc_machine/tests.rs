use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::plan::Mode;
use vmlogin_engine::value::{Attributes, Value};

use super::live;
use super::wire::Machine;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{arc, declare};

const LINE: &str = "arc-machine:core/rg-web/line1";

fn read(body: Json) -> Live {
    live(&machine(body), &arc::place())
}

fn machine(body: Json) -> Machine {
    serde_json::from_value(body).unwrap()
}

#[test]
fn tags_and_protection_are_merged() {
    let (mut manifest, inventory) = arc::estate();
    let tags = Attributes::from([("site".to_owned(), "plant sh".into())]);
    declare(&mut manifest, LINE, "tags", Value::Map(tags));
    declare(&mut manifest, LINE, "protect", true.into());
    play(
        &step(&manifest, &inventory, Mode::Apply, LINE),
        include_str!("testdata/tags.json"),
    );
}

#[test]
fn an_adopted_machine_that_is_as_declared_is_left_alone() {
    let (manifest, inventory) = arc::estate();
    for mode in [Mode::Apply, Mode::Destroy] {
        assert!(!step(&manifest, &inventory, mode, LINE).action.writes());
    }
}

#[test]
fn a_reading_tells_how_the_machine_and_its_agent_are() {
    let live = read(arc::body(&arc::id()));
    let facts: Vec<String> = live
        .facts
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let expected = [
        "agent: \"connected\"",
        "agent-version: \"1.52.03039.2243\"",
        "computer-name: \"LINE1\"",
        "config-mode: \"full\"",
        "domain: \"WORKGROUP\"",
        "extension-operations: \"on\"",
        "extension-service: \"running\"",
        "extensions: {AADLogin=\"Microsoft.Azure.ActiveDirectory.AADLoginForWindows\"}",
        "extensions-allowed: []",
        "extensions-blocked: []",
        "location: \"westeurope\"",
        "os: \"windows\"",
        "os-edition: \"serverstandard\"",
        "os-name: \"Windows Server 2025 Standard\"",
        "os-version: \"10.0.26100.1742\"",
        "other-extensions: {}",
        "principal-id: \"99999999-9999-4999-8999-999999999999\"",
        "product-type: \"7\"",
        "tenant-id: \"11111111-1111-4111-8111-111111111111\"",
    ];
    assert_eq!(facts, expected);
    assert_eq!(live.attributes["os"], "windows".into());
    assert_eq!(live.health, Health::Good);
    assert_eq!(live.within.len(), 2);
}

#[test]
fn a_record_without_an_agent_tells_nothing_and_is_read_all_the_same() {
    let bare = read(json!({
        "location": "westus2", "identity": {"type": "None", "tenantId": "t"},
        "properties": {"provisioningState": "Succeeded"}
    }));
    assert_eq!(bare.facts["agent"], "never-seen".into());
    assert_eq!(bare.facts.get("principal-id"), None);
    assert_eq!(bare.facts.get("extension-operations"), None);
    assert_eq!(bare.attributes["os"], Value::Null);
}

#[test]
fn what_the_agent_calls_unknown_is_not_known() {
    let linux = read(json!({
        "location": "westus2",
        "properties": {"osType": "linux", "osEdition": "unknown", "domainName": "unknown", "detectedProperties": {"productType": "unknown"}}
    }));
    assert_eq!(linux.facts["os"], "linux".into());
    for name in ["os-edition", "domain", "product-type"] {
        assert_eq!(linux.facts.get(name), None, "{name}");
    }
}

#[test]
fn switches_are_text_and_lists_name_handlers() {
    let strict = read(json!({
        "location": "westus2",
        "properties": {"agentConfiguration": {"extensionsEnabled": "False", "configMode": "Monitor",
            "extensionsBlockList": [{"publisher": "P", "type": "T"}], "extensionsAllowList": []}}
    }));
    assert_eq!(strict.facts["extension-operations"], "off".into());
    assert_eq!(strict.facts["config-mode"], "monitor".into());
    assert_eq!(
        strict.facts["extensions-blocked"],
        Value::List(vec!["P.T".into()])
    );
    assert_eq!(strict.facts["extensions-allowed"], Value::List(Vec::new()));
}
