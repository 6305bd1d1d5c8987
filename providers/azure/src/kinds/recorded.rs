//! Recorded traffic and published examples of the types that vmlogin reads: every reply decodes, and decodes alike each time.
//! Both lie beside the project; where they are absent the tests say so on stderr and pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use vmlogin_engine::address::Address;
use vmlogin_engine::diff::diff;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::value::Value;

use super::{
    Place, arc_machine, grant, identity, login, managed_identity, network_interface,
    network_security_group, public_ip, resource_group, security_rule, subnet, surroundings,
    virtual_network, vm,
};
use crate::arm::ArmId;
use crate::testing::{recordings, shared};

/// What was decoded: how many replies of each type, so that a test cannot pass by decoding nothing.
type Tally = BTreeMap<&'static str, usize>;

#[test]
fn every_recorded_reply_of_our_types_decodes_alike_each_time() {
    let mut tally = Tally::new();
    let all = recordings();
    for exchange in &all {
        let path = exchange.url.split(['?', '#']).next().unwrap_or_default();
        let path = path
            .split("://")
            .nth(1)
            .and_then(|rest| rest.find('/').map(|at| &rest[at..]))
            .unwrap_or(path);
        if let (Some(body), true) = (exchange.reply.value(), exchange.reply.is_success()) {
            decode(&exchange.name, path, &body, &mut tally);
        }
    }
    if !all.is_empty() {
        let least: Tally = [
            ("arc-extension", 5),
            ("arc-machine", 20),
            ("assignment", 100),
            ("extension", 10),
            ("group", 20),
            ("managed-identity", 20),
            ("network-interface", 5),
            ("network-security-group", 5),
            ("public-ip", 5),
            ("row", 20),
            ("rule", 3),
            ("subnet", 5),
            ("virtual-network", 5),
            ("vm", 100),
        ]
        .into();
        assert_at_least(&tally, &least);
    }
}

#[test]
fn every_published_example_of_our_types_decodes_alike_each_time() {
    let Some(shared) = shared() else { return };
    let mut tally = Tally::new();
    for (folder, path) in [
        ("Microsoft.Compute/2024-07-01/virtualMachineExamples", ""),
        ("Microsoft.Authorization/2022-04-01", ""),
        ("Microsoft.HybridCompute/2024-07-10/extension", ""),
        ("Microsoft.HybridCompute/2024-07-10/machine", ""),
        ("Microsoft.ManagedIdentity/2023-01-31", ""),
        ("Microsoft.Network/2024-03-01", ""),
        ("Microsoft.Resources/2024-07-01", ""),
        ("recorded", ""),
    ] {
        for file in files(&shared.join("arm/examples").join(folder)) {
            let name = file.display().to_string();
            let example: Json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            for body in bodies(&example) {
                decode(&name, path, body, &mut tally);
            }
        }
    }
    let least: Tally = [
        ("arc-extension", 3),
        ("arc-machine", 4),
        ("assignment", 5),
        ("extension", 5),
        ("group", 1),
        ("managed-identity", 5),
        ("network-interface", 3),
        ("public-ip", 3),
        ("virtual-network", 5),
        ("vm", 10),
    ]
    .into();
    assert_at_least(&tally, &least);
}

/// The bodies of an example: of its answers by status, or of the one that was recorded.
fn bodies(example: &Json) -> Vec<&Json> {
    let published = example["responses"].as_object().into_iter().flatten();
    let published = published
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(_, response)| &response["body"]);
    let recorded = Some(&example["response"]["body"])
        .filter(|_| example["response"]["status"].as_u64() < Some(300));
    published
        .chain(recorded)
        .filter(|body| !body.is_null())
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn assert_at_least(tally: &Tally, least: &Tally) {
    for (of, count) in least {
        assert!(tally.get(of) >= Some(count), "{of}: {tally:?}");
    }
}

/// Decodes a body, or each row of it, by the type that it says it has, else by the path that it was read at.
fn decode(name: &str, path: &str, body: &Json, tally: &mut Tally) {
    if let Some(rows) = body["value"].as_array() {
        rows.iter()
            .for_each(|row| decode_one(name, path, row, tally));
    } else {
        decode_one(name, path, body, tally);
    }
}

fn decode_one(name: &str, path: &str, body: &Json, tally: &mut Tally) {
    let own = body["type"].as_str().unwrap_or_default().to_lowercase();
    let of = match own.as_str() {
        // In the list of a group's contents they have no properties of their own.
        _ if path.to_lowercase().ends_with("/resources") && body["id"].is_string() => "row",
        "microsoft.compute/virtualmachines" if body["location"].is_string() => "vm",
        "microsoft.compute/virtualmachines/extensions" if body["properties"].is_object() => {
            "extension"
        }
        "microsoft.hybridcompute/machines" if body["location"].is_string() => "arc-machine",
        "microsoft.hybridcompute/machines/extensions" if body["properties"].is_object() => {
            "arc-extension"
        }
        "microsoft.managedidentity/userassignedidentities" => "managed-identity",
        "microsoft.network/virtualnetworks" if body["location"].is_string() => "virtual-network",
        "microsoft.network/virtualnetworks/subnets" if body["properties"].is_object() => "subnet",
        "microsoft.network/publicipaddresses" if body["location"].is_string() => "public-ip",
        "microsoft.network/networkinterfaces" if body["location"].is_string() => {
            "network-interface"
        }
        "microsoft.network/networksecuritygroups" if body["location"].is_string() => {
            "network-security-group"
        }
        "microsoft.network/networksecuritygroups/securityrules" => "rule",
        "microsoft.authorization/roleassignments" => "assignment",
        // Older answers do not say the type of a group.
        "" | "microsoft.resources/resourcegroups" if is_group(body) => "group",
        _ => return,
    };
    *tally.entry(of).or_default() += 1;
    let once = lives(name, of, body);
    assert_eq!(once, lives(name, of, body), "{name}");
    for live in &once {
        let schema = super::catalogue().kind(live.kind).unwrap().schema();
        let differs = diff(schema, &live.attributes, &live.attributes);
        assert_eq!(differs, Vec::new(), "{name}: {}", live.kind);
    }
    if of == "vm" {
        assert!(
            once[0].attributes["location"]
                .as_text()
                .is_some_and(|region| !region.contains(' ')),
            "{name}"
        );
    }
}

fn is_group(body: &Json) -> bool {
    let id = body["id"].as_str().and_then(|id| ArmId::parse(id).ok());
    body["location"].is_string()
        && id.is_some_and(|id| id.resource_group().is_some() && id.provider().is_none())
}

/// What a body decodes to.
fn lives(name: &str, of: &str, body: &Json) -> Vec<Live> {
    let place = place(body);
    match of {
        "vm" => {
            let machine: vm::wire::Machine = read(name, body);
            let parts = [
                identity::live(&machine, &place),
                login::live(&machine, &place),
            ];
            std::iter::once(vm::live(&machine, &place))
                .chain(parts.into_iter().flatten())
                .collect()
        }
        "arc-machine" => {
            let machine: arc_machine::wire::Machine = read(name, body);
            std::iter::once(arc_machine::live(&machine, &place))
                .chain(login::live(&machine, &place))
                .collect()
        }
        "arc-extension" => {
            let extension: login::wire::Extension = read(name, body);
            let state = extension.properties.instance_view.as_ref();
            assert!(!extension.properties.publisher().is_empty(), "{name}");
            // Published examples show statuses that nobody has recorded.
            assert!(
                state.is_none_or(
                    |state| state.as_on_a_vm().is_some() || !name.contains("recordings")
                ),
                "{name}"
            );
            Vec::new()
        }
        "managed-identity" => {
            let live = managed_identity::live(&read(name, body), &place);
            assert!(live.facts.contains_key("principal-id"), "{name}");
            vec![live]
        }
        "virtual-network" => {
            let live = virtual_network::live(&read(name, body), &place);
            assert!(live.attributes.contains_key("address-space"), "{name}");
            vec![live]
        }
        "network-security-group" => {
            let group = read(name, body);
            let rules = surroundings::security_group(&group)["rules"].to_string();
            assert!(rules.contains("AllowInternetOutBound"), "{name}: {rules}");
            network_security_group::lives(&group, &place)
        }
        "rule" => {
            let rule: security_rule::wire::SecurityRule = read(name, body);
            let says = rule.attributes();
            for attribute in [
                "priority",
                "direction",
                "access",
                "protocol",
                "from",
                "to",
                "ports",
            ] {
                assert_ne!(says[attribute], Value::Null, "{name}: {attribute}");
            }
            vec![security_rule::live(&rule, &place)]
        }
        "subnet" => {
            assert!(surroundings::subnet(&read(name, body)).contains_key("nat-gateway"));
            let live = subnet::live(&read(name, body), &Default::default(), &place);
            assert!(live.attributes["prefix"].as_text().is_some(), "{name}");
            vec![live]
        }
        "public-ip" => vec![public_ip::live(&read(name, body), &place)],
        "network-interface" => {
            let says = surroundings::interface(&read(name, body));
            assert_ne!(says["subnet"], Value::Null, "{name}");
            let live = network_interface::live(&read(name, body), &place);
            assert!(live.attributes["subnet"].as_text().is_some(), "{name}");
            vec![live]
        }
        "group" => vec![resource_group::live(&read(name, body), &place)],
        "extension" => {
            let extension: login::wire::Extension = read(name, body);
            assert!(!extension.properties.publisher().is_empty(), "{name}");
            Vec::new()
        }
        "row" => {
            let row: resource_group::wire::Row = read(name, body);
            assert!(row.title().contains('/'), "{name}");
            Vec::new()
        }
        _ => {
            let assignment = read(name, body);
            assert!(grant::scope(&assignment).is_some(), "{name}");
            let wording = grant::Wording {
                place: Address::new("grant", ["s"]),
                around: "s".to_owned(),
                role: "admin".to_owned(),
                role_name: "Virtual Machine Administrator Login".to_owned(),
                principal: "object-id:p".to_owned(),
            };
            grant::live(&assignment, "s", &wording)
                .into_iter()
                .collect()
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(name: &str, body: &Json) -> T {
    serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{name}: {error}: {body}"))
}

fn place(body: &Json) -> Place {
    let id = body["id"].as_str().unwrap_or_default();
    Place {
        subscription: "s".to_owned(),
        address: Address::new("vm", ["s", "rg", "vm"]),
        name: "vm".to_owned(),
        // Published examples write placeholders for whole ids.
        id: ArmId::parse(id).unwrap_or_else(|_| ArmId::of_subscription("s")),
    }
}
