//! Subnets: parts of virtual networks.

use serde_json::{Map, Value, json};

use super::prefix::Prefix;
use super::{Child, Look, Owner, part, parts, reference, refusal, virtual_network};
use crate::http::reply::Reply;
use crate::state::{Resource, World};

pub(super) const CHILD: Child = Child {
    name: "subnets",
    writable: true,
    wait: Some(3),
    fill,
    agree,
    free,
    show,
};

/// What clients send back and only the service sets.
const READ_ONLY: [&str; 7] = [
    "ipConfigurations",
    "ipConfigurationProfiles",
    "privateEndpoints",
    "serviceAssociationLinks",
    "resourceNavigationLinks",
    "interfaceEndpoints",
    "purpose",
];

/// Members that refer to another resource, and its type.
const REFERENCES: [(&str, &str); 3] = [
    ("networkSecurityGroup", "networkSecurityGroups"),
    ("routeTable", "routeTables"),
    ("natGateway", "natGateways"),
];

/// Refuses a new state of a network that takes away what is in use.
fn check_kept(world: &World, held: &Resource, made: &Resource) -> Result<(), Reply> {
    for (name, before) in parts(held, "subnets") {
        let Some(after) = part(made, "subnets", name) else {
            free(world, &held.id, name)?;
            continue;
        };
        let (before, after) = (&before["properties"], &after["properties"]);
        let gone = written_ranges(before)
            .into_iter()
            .find(|it| !written_ranges(after).contains(it));
        if let Some(gone) = gone
            && users(world, &held.id, name).next().is_some()
        {
            // Code and text are unverified against Azure, 2026-11-21.
            return Err(refusal(
                400,
                "InUsePrefixCannotBeDeleted",
                format!(
                    "IpPrefix {gone} on Subnet {name} has active allocations and cannot be deleted."
                ),
            ));
        }
    }
    Ok(())
}

/// Refuses to give up a subnet that something has an address in, as recorded.
pub(super) fn free(world: &World, network: &str, name: &str) -> Result<(), Reply> {
    let users: Vec<String> = users(world, network, name).collect();
    if users.is_empty() {
        return Ok(());
    }
    Err(refusal(
        400,
        "InUseSubnetCannotBeDeleted",
        format!(
            "Subnet {name} is in use by {} and cannot be deleted. In order to delete the subnet, delete all the resources \
             within the subnet. See aka.ms/deletesubnet.",
            users.join(", ")
        ),
    ))
}

/// The ranges of the subnet with this id, and the region of its network.
pub(super) fn ranges_of(world: &World, id: &str) -> Vec<Prefix> {
    let key = id.to_lowercase();
    let Some((parent, [_, name])) = super::split_part(&key) else {
        return Vec::new();
    };
    let held = world.resources.get(&parent);
    let found = held.and_then(|held| part(held, "subnets", name));
    found.map_or_else(Vec::new, |it| ranges(&it["properties"]))
}

fn fill(
    world: &World,
    owner: &Owner<'_>,
    name: &str,
    properties: &mut Map<String, Value>,
) -> Result<(), Reply> {
    let id = format!("{}/subnets/{name}", owner.id);
    properties.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    let written = written_ranges(&Value::Object(properties.clone()));
    if written.is_empty() {
        // Code and text are unverified against Azure, 2026-11-21.
        return Err(refusal(
            400,
            "InvalidRequestFormat",
            format!("Cannot parse the request: the subnet {id} has no address prefix."),
        ));
    }
    for range in written {
        virtual_network::range(&range, &id)?;
    }
    for (member, kind) in REFERENCES {
        reference::keep(world, &id, owner.location, properties, member, kind)?;
    }
    for endpoint in list(properties, "serviceEndpoints") {
        endpoint["provisioningState"] = json!("Succeeded");
        if endpoint.get("locations").is_none() {
            endpoint["locations"] = json!([owner.location]);
        }
    }
    for delegation in list(properties, "delegations") {
        let service = delegation["properties"]["serviceName"].clone();
        *delegation = json!({"name": delegation["name"], "properties": {"provisioningState": "Succeeded",
            "serviceName": service, "actions": ["Microsoft.Network/virtualNetworks/subnets/join/action"]}});
    }
    let defaults = [
        ("delegations", json!([])),
        ("privateEndpointNetworkPolicies", json!("Disabled")),
        ("privateLinkServiceNetworkPolicies", json!("Enabled")),
    ];
    for (name, value) in defaults {
        properties.entry(name).or_insert(value);
    }
    Ok(())
}

/// Every subnet lies in the network and in no other subnet, and nothing in use is lost. Codes and texts are unverified against
/// Azure, 2026-11-21.
fn agree(world: &World, held: Option<&Resource>, network: &Resource) -> Result<(), Reply> {
    if let Some(held) = held {
        check_kept(world, held, network)?;
    }
    let space = virtual_network::ranges(network)?;
    let mut seen: Vec<Prefix> = Vec::new();
    for (name, subnet) in parts(network, "subnets") {
        for range in ranges(&subnet["properties"]) {
            let (code, why) = if !space.iter().any(|it| it.holds(range)) {
                (
                    "NetcfgSubnetRangeOutsideVnet",
                    "is outside the IP address range of",
                )
            } else if seen.iter().any(|it| it.overlaps(range)) {
                (
                    "NetcfgSubnetRangesOverlap",
                    "overlaps with that of an existing subnet in",
                )
            } else {
                seen.push(range);
                continue;
            };
            return Err(refusal(
                400,
                code,
                format!(
                    "Subnet '{name}' is not valid because its IP address range {why} virtual network '{}'.",
                    network.name
                ),
            ));
        }
    }
    Ok(())
}

fn show(world: &World, id: &str, etag: &str, look: Look, properties: &mut Map<String, Value>) {
    for delegation in list(properties, "delegations") {
        let name = delegation["name"].as_str().unwrap_or_default().to_owned();
        delegation["id"] = json!(format!("{id}/delegations/{name}"));
        delegation["etag"] = json!(etag);
        delegation["type"] = json!("Microsoft.Network/virtualNetworks/subnets/delegations");
    }
    let users = users_of(world, id)
        .map(|it| reference::spelt(&it, look))
        .collect();
    reference::show(properties, "ipConfigurations", users);
}

fn users<'a>(
    world: &'a World,
    network: &str,
    name: &str,
) -> impl Iterator<Item = String> + use<'a> {
    users_of(world, &format!("{network}/subnets/{name}"))
}

/// The IP configurations that have an address in a subnet.
fn users_of<'a>(world: &'a World, id: &str) -> impl Iterator<Item = String> + use<'a> {
    reference::ip_configurations(world, "subnet", id)
}

fn ranges(properties: &Value) -> Vec<Prefix> {
    written_ranges(properties)
        .iter()
        .filter_map(|it| Prefix::parse(it))
        .collect()
}

fn written_ranges(properties: &Value) -> Vec<String> {
    let many = properties["addressPrefixes"]
        .as_array()
        .into_iter()
        .flatten();
    let one = Some(&properties["addressPrefix"]).filter(|it| !it.is_null());
    let mut found: Vec<String> = one
        .into_iter()
        .chain(many)
        .map(|it| it.as_str().unwrap_or_default().to_owned())
        .collect();
    found.dedup();
    found
}

fn list<'a>(
    properties: &'a mut Map<String, Value>,
    member: &str,
) -> impl Iterator<Item = &'a mut Value> {
    properties
        .get_mut(member)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}
