//! Makes the networks, locks, policies and other resources of a world out of its seed.

use serde_json::{Map, Value, json};

use super::sown::some_tags;
use super::{Lock, Resource, Tags, World, named_guid};
use crate::resources::{location, network, policy};
use crate::seed::{self, SeedError};

/// Where a group of the seed lies.
pub(super) struct Place<'a> {
    pub id: &'a str,
    pub group: &'a seed::ResourceGroup,
}

impl Place<'_> {
    fn region(&self, own: Option<&String>) -> String {
        location::canonical(own.unwrap_or(&self.group.location))
    }

    /// An id, or the name of something of the network provider in the same group.
    fn network_id(&self, kind: &str, named: &str) -> String {
        match named.starts_with('/') {
            true => named.to_owned(),
            false => format!("{}/providers/Microsoft.Network/{kind}/{named}", self.id),
        }
    }

    fn subnet_id(&self, named: &str) -> String {
        match named.split_once('/') {
            Some((network, subnet)) if !network.is_empty() => {
                let network = self.network_id("virtualNetworks", network);
                format!("{network}/subnets/{subnet}")
            }
            _ => named.to_owned(),
        }
    }
}

/// The networks of a group and its other resources; what refers to something comes after it.
pub(super) fn sow(world: &mut World, place: &Place<'_>) -> Result<(), SeedError> {
    for it in &place.group.route_tables {
        let routes = it.routes.iter().map(|route| {
            json!({"name": route.name, "properties": {"addressPrefix": route.prefix, "nextHopType": route.next_hop,
                "nextHopIpAddress": route.address}})
        });
        let properties = json!({"routes": routes.collect::<Vec<_>>()});
        let made = resource(
            place,
            "routeTables",
            &it.name,
            it.location.as_ref(),
            &Tags::new(),
            properties,
        );
        put(world, place, made)?;
    }
    for it in &place.group.security_groups {
        let rules: Vec<Value> = it.rules.iter().map(rule).collect();
        let properties = json!({"securityRules": rules});
        let made = resource(
            place,
            "networkSecurityGroups",
            &it.name,
            it.location.as_ref(),
            &it.tags,
            properties,
        );
        put(world, place, made)?;
    }
    for it in &place.group.virtual_networks {
        let subnets: Vec<Value> = it.subnets.iter().map(|it| subnet(place, it)).collect();
        let properties =
            json!({"addressSpace": {"addressPrefixes": it.address_space}, "subnets": subnets});
        let made = resource(
            place,
            "virtualNetworks",
            &it.name,
            it.location.as_ref(),
            &it.tags,
            properties,
        );
        put(world, place, made)?;
    }
    for it in &place.group.resources {
        let id = format!("{}/providers/{}/{}", place.id, it.kind, it.name);
        let mut properties = Map::new();
        properties.insert("provisioningState".to_owned(), json!("Succeeded"));
        let made = Resource {
            id: id.clone(),
            name: it.name.clone(),
            kind: it.kind.clone(),
            location: place.region(it.location.as_ref()),
            tags: some_tags(&it.tags),
            members: Map::new(),
            properties,
            version: 1,
        };
        put(world, place, made)?;
    }
    Ok(())
}

/// The interface of a machine, where the seed says it, or in a network of its group that the seed does not mention. `n` counts
/// the machines of the group.
pub(super) fn sow_interface(
    world: &mut World,
    place: &Place<'_>,
    machine: &seed::Machine,
    n: u32,
) -> Result<String, SeedError> {
    let region = place.region(machine.location.as_ref());
    let Some(it) = &machine.interface else {
        let subnet = unmentioned(world, place, &region)?;
        let name = format!("{}-nic", machine.name);
        let place_in_group = machine.location.as_ref();
        let mut made = resource(
            place,
            "networkInterfaces",
            &name,
            place_in_group,
            &Tags::new(),
            json!({}),
        );
        network::sow_interface(&mut made, &subnet, n);
        let id = made.id.clone();
        world.resources.insert(id.to_lowercase(), made);
        return Ok(id);
    };
    let subnet = place.subnet_id(&it.subnet);
    let mut properties = json!({"ipConfigurations": [{"name": "ipconfig1", "properties": {"subnet": {"id": subnet}}}]});
    if let Some(group) = &it.security_group {
        let group = place.network_id("networkSecurityGroups", group);
        properties["networkSecurityGroup"] = json!({"id": group});
    }
    let location = machine.location.as_ref();
    let made = resource(
        place,
        "networkInterfaces",
        &it.name,
        location,
        &Tags::new(),
        properties,
    );
    let id = made.id.clone();
    put(world, place, made)?;
    Ok(id)
}

/// Locks at `scope`, unless they name another one.
pub(super) fn sow_locks(world: &mut World, scope: &str, locks: &[seed::Lock]) {
    for it in locks {
        let scope = it.scope.as_deref().unwrap_or(scope);
        let id = format!(
            "{scope}/providers/Microsoft.Authorization/locks/{}",
            it.name
        );
        let made = Lock {
            name: it.name.clone(),
            level: it.level.clone(),
            notes: it.notes.clone(),
            id: id.clone(),
        };
        world.locks.insert(id.to_lowercase(), made);
    }
}

pub(super) fn sow_policies(world: &mut World, scope: &str, policies: &[seed::Policy]) {
    for it in policies {
        policy::sown(world, scope, it);
    }
}

fn put(world: &mut World, place: &Place<'_>, made: Resource) -> Result<(), SeedError> {
    let (id, name, kind) = (made.id.to_lowercase(), made.name.clone(), made.kind.clone());
    let made = network::sown(world, made).map_err(|message| SeedError::Refused {
        place: format!("resource-group {} / {kind} {name}", place.group.name),
        value: name,
        message,
    })?;
    world.resources.insert(id, made);
    Ok(())
}

fn resource(
    place: &Place<'_>,
    kind: &str,
    name: &str,
    location: Option<&String>,
    tags: &Tags,
    properties: Value,
) -> Resource {
    let id = format!("{}/providers/Microsoft.Network/{kind}/{name}", place.id);
    let mut properties = properties.as_object().cloned().unwrap_or_default();
    let guid = named_guid(&id.to_lowercase(), "resourceGuid");
    properties.insert("resourceGuid".to_owned(), json!(guid));
    Resource {
        id,
        name: name.to_owned(),
        kind: format!("Microsoft.Network/{kind}"),
        location: place.region(location),
        tags: some_tags(tags),
        members: Map::new(),
        properties,
        version: 1,
    }
}

/// The subnet of machines whose place in a network the seed leaves open.
fn unmentioned(world: &mut World, place: &Place<'_>, region: &str) -> Result<String, SeedError> {
    let name = format!("{}-{region}-vnet", place.group.name);
    let mut made = resource(
        place,
        "virtualNetworks",
        &name,
        None,
        &Tags::new(),
        json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "default", "properties": {"addressPrefix": "10.0.0.0/16"}}]}),
    );
    made.location = region.to_owned();
    let subnet = format!("{}/subnets/default", made.id);
    if !world.resources.contains_key(&made.id.to_lowercase()) {
        put(world, place, made)?;
    }
    Ok(subnet)
}

fn subnet(place: &Place<'_>, it: &seed::Subnet) -> Value {
    let mut properties = json!({"addressPrefix": it.prefix});
    let references = [
        (
            "networkSecurityGroup",
            "networkSecurityGroups",
            &it.security_group,
        ),
        ("routeTable", "routeTables", &it.route_table),
    ];
    for (member, kind, named) in references {
        if let Some(named) = named {
            properties[member] = json!({"id": place.network_id(kind, named)});
        }
    }
    if let Some(on) = it.default_outbound {
        properties["defaultOutboundAccess"] = json!(on);
    }
    json!({"name": it.name, "properties": properties})
}

fn rule(it: &seed::SecurityRule) -> Value {
    json!({"name": it.name, "properties": {"priority": it.priority, "direction": it.direction, "access": it.access,
        "protocol": it.protocol, "sourcePortRange": "*", "sourceAddressPrefixes": it.sources,
        "destinationAddressPrefixes": it.destinations, "destinationPortRanges": it.ports}})
}
