//! Public IP addresses.

use serde_json::{Map, Value, json};

use super::{Draft, Kind, Look, reference, refusal};
use crate::http::reply::Reply;
use crate::state::{Resource, World, named_guid};

pub(super) const KIND: Kind = Kind {
    name: "publicIPAddresses",
    child: None,
    wait: Some(1),
    written: "Updating",
    fill,
    free,
    show,
    settle,
};

fn fill(_: &World, draft: &mut Draft<'_>) -> Result<(), Reply> {
    let made = &mut draft.made;
    for read_only in ["ipConfiguration", "ipAddress", "natGateway"] {
        made.properties.remove(read_only);
    }
    if let Some(address) = draft.held.and_then(|it| it.properties.get("ipAddress")) {
        made.properties
            .insert("ipAddress".to_owned(), address.clone());
    }
    let sku = made
        .members
        .entry("sku")
        .or_insert(json!({"name": "Basic"}));
    if sku.get("tier").is_none() {
        sku["tier"] = json!("Regional");
    }
    let standard = sku["name"]
        .as_str()
        .is_some_and(|it| it.starts_with("Standard"));
    let defaults = [
        ("publicIPAddressVersion", json!("IPv4")),
        ("publicIPAllocationMethod", json!("Dynamic")),
        ("idleTimeoutInMinutes", json!(4)),
        ("ipTags", json!([])),
        (
            "ddosSettings",
            json!({"protectionMode": "VirtualNetworkInherited"}),
        ),
    ];
    for (name, value) in defaults {
        made.properties.entry(name).or_insert(value);
    }
    if standard && made.properties["publicIPAllocationMethod"] != "Static" {
        // Code and text are unverified against Azure, 2026-11-21.
        return Err(refusal(
            400,
            "PublicIPAddressStandardSkuMustBeStatic",
            format!(
                "Standard sku publicIp {} must have AllocationMethod set to Static.",
                made.id
            ),
        ));
    }
    let label = made.properties.get_mut("dnsSettings");
    if let Some(settings) = label
        && let Some(label) = settings["domainNameLabel"].as_str()
    {
        let name = format!("{label}.{}.cloudapp.azure.com", made.location);
        settings["fqdn"] = json!(name);
    }
    Ok(())
}

/// Refuses the deletion of an address that something has, as recorded.
fn free(world: &World, held: &Resource) -> Result<(), Reply> {
    let Some(user) = user(world, &held.id) else {
        return Ok(());
    };
    Err(refusal(
        400,
        "PublicIPAddressCannotBeDeleted",
        format!(
            "Public IP address {} can not be deleted since it is still allocated to resource {user}. In order to delete the \
             public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see \
             aka.ms/deletepublicip.",
            held.id
        ),
    ))
}

fn show(world: &World, held: &Resource, _: Look, properties: &mut Map<String, Value>) {
    let configuration = ip_configuration(world, &held.id);
    if let Some(id) = &configuration {
        properties.insert("ipConfiguration".to_owned(), json!({"id": id}));
    }
    let gateway = gateway(world, &held.id);
    if let Some(id) = gateway {
        properties.insert("natGateway".to_owned(), json!({"id": id}));
    }
    let dynamic = properties["publicIPAllocationMethod"] == "Dynamic";
    if dynamic && configuration.is_some() {
        properties.insert("ipAddress".to_owned(), json!(address(held)));
    }
}

/// A static address is there when the write has ended, as recorded.
fn settle(_: &World, held: &Resource) -> Map<String, Value> {
    let mut settled = Map::new();
    if held.properties["publicIPAllocationMethod"] == "Static" {
        settled.insert("ipAddress".to_owned(), json!(address(held)));
    }
    settled
}

/// The IP configuration or gateway that has an address.
fn user(world: &World, id: &str) -> Option<String> {
    ip_configuration(world, id).or_else(|| gateway(world, id))
}

pub(super) fn ip_configuration(world: &World, id: &str) -> Option<String> {
    reference::ip_configurations(world, "publicIPAddress", id).next()
}

fn gateway(world: &World, id: &str) -> Option<String> {
    let has = |it: &&Resource| {
        let held = it.properties.get("publicIpAddresses");
        let held = held.and_then(Value::as_array).into_iter().flatten();
        held.filter_map(reference::id_in)
            .any(|it| reference::same(it, id))
    };
    reference::of_kind(world, "natGateways")
        .find(has)
        .map(|it| it.id.clone())
}

/// An address out of the ranges that are set aside for benchmarks (RFC 2544), so that nobody is ever reached by it.
fn address(held: &Resource) -> String {
    let bytes = uuid::Uuid::parse_str(&named_guid(&held.id, "address")).unwrap_or_default();
    let [a, b, c, ..] = bytes.into_bytes();
    format!("198.{}.{b}.{c}", 18 + (a & 1))
}
