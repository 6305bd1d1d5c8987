//! Network interfaces: an address in a subnet for each IP configuration. But for `NicInUse`, which was recorded, the codes and
//! texts of refusals are unverified against Azure, 2026-11-21.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::{Child, Draft, Kind, Look, Owner, child, parts, public_ip, reference, refusal, subnet};
use crate::http::reply::Reply;
use crate::state::{Machine, Resource, World, named_guid};

pub(super) const KIND: Kind = Kind {
    name: "networkInterfaces",
    child: Some(&CONFIGURATIONS),
    wait: None,
    // Finished in the first answer, as recorded.
    written: "Succeeded",
    fill,
    free,
    show,
    settle: |_, _| Map::new(),
};

const CONFIGURATIONS: Child = Child {
    name: "ipConfigurations",
    writable: false,
    wait: None,
    fill: fill_configuration,
    agree: |_, _, _| Ok(()),
    free: |_, _, _| Ok(()),
    show: |_, _, _, _, _| {},
};

/// What clients send back and only the service sets.
const READ_ONLY: [&str; 8] = [
    "virtualMachine",
    "macAddress",
    "primary",
    "hostedWorkloads",
    "tapConfigurations",
    "privateEndpoint",
    "vnetEncryptionSupported",
    "dscpConfiguration",
];

/// The machine that has the interface with this id.
pub(crate) fn attached_to<'a>(world: &'a World, id: &str) -> Option<&'a Machine> {
    if let Some(users) = &world.users {
        return world.machines.get(users.machine(id)?);
    }
    world.machines.values().find(|machine| {
        let profile = machine.properties.get("networkProfile");
        let held = profile.and_then(|it| it["networkInterfaces"].as_array());
        held.into_iter()
            .flatten()
            .filter_map(reference::id_in)
            .any(|it| reference::same(it, id))
    })
}

/// An interface was given to a machine, or taken from it: its etag changes.
pub(crate) fn touch(world: &mut World, id: &str) {
    if let Some(held) = world.resources.get_mut(&id.to_lowercase()) {
        held.version += 1;
    }
}

/// Fills an interface of a seed that says nothing of it: with the `n`th address of a large subnet that nothing else is put
/// into. Asking who has which address for each of thousands of machines would take too long.
pub(crate) fn sow_interface(made: &mut Resource, subnet: &str, n: u32) {
    let first = u32::from(std::net::Ipv4Addr::new(10, 0, 0, 4));
    let address = std::net::Ipv4Addr::from(first.saturating_add(n));
    let configurations = json!([{"name": "ipconfig1", "properties": {"subnet": {"id": subnet},
        "privateIPAddress": address, "privateIPAllocationMethod": "Dynamic", "privateIPAddressVersion": "IPv4",
        "primary": true}}]);
    made.properties
        .insert("ipConfigurations".to_owned(), configurations);
    complete(made);
    super::frame::set_states(made, "Succeeded");
}

fn fill(world: &World, draft: &mut Draft<'_>) -> Result<(), Reply> {
    let made = &mut draft.made;
    made.properties
        .retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    let (id, location) = (made.id.clone(), made.location.clone());
    reference::keep(
        world,
        &id,
        &location,
        &mut made.properties,
        "networkSecurityGroup",
        "networkSecurityGroups",
    )?;
    child::fill_all(world, made, &CONFIGURATIONS)?;
    if parts(made, "ipConfigurations").next().is_none() {
        return Err(refusal(
            400,
            "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
            format!("Network interface {id} must have at least one IP configuration."),
        ));
    }
    allocate(world, draft.held, made)?;
    complete(made);
    Ok(())
}

/// What the service adds to every interface.
fn complete(made: &mut Resource) {
    let label = made.properties.remove("dnsSettings").unwrap_or(json!({}));
    let suffix = format!(
        "{}.internal.cloudapp.net",
        &named_guid(&made.id, "suffix")[..8]
    );
    let mut dns = json!({"dnsServers": label.get("dnsServers").cloned().unwrap_or(json!([])),
        "appliedDnsServers": [], "internalDomainNameSuffix": suffix});
    if let Some(label) = label["internalDnsNameLabel"].as_str() {
        dns["internalDnsNameLabel"] = json!(label);
        dns["internalFqdn"] = json!(format!("{label}.{suffix}"));
    }
    made.properties.insert("dnsSettings".to_owned(), dns);
    let defaults = [
        ("enableAcceleratedNetworking", json!(false)),
        ("enableIPForwarding", json!(false)),
        ("nicType", json!("Standard")),
    ];
    for (name, value) in defaults {
        made.properties.entry(name).or_insert(value);
    }
    made.members.insert("kind".to_owned(), json!("Regular"));
}

fn fill_configuration(
    world: &World,
    owner: &Owner<'_>,
    name: &str,
    properties: &mut Map<String, Value>,
) -> Result<(), Reply> {
    let id = format!("{}/ipConfigurations/{name}", owner.id);
    let place = owner.location;
    if properties
        .get("subnet")
        .and_then(reference::id_in)
        .is_none()
    {
        return Err(refusal(
            400,
            "SubnetIsRequired",
            format!("Subnet reference is required for ipconfiguration {id}."),
        ));
    }
    reference::keep(world, owner.id, place, properties, "subnet", "subnets")?;
    let member = "publicIPAddress";
    reference::keep(
        world,
        owner.id,
        place,
        properties,
        member,
        "publicIPAddresses",
    )?;
    if let Some(address) = properties.get("publicIPAddress").and_then(reference::id_in)
        && let Some(user) = public_ip::ip_configuration(world, address)
        && !reference::same(&user, &id)
    {
        return Err(refusal(
            400,
            "PublicIPAddressInUse",
            format!(
                "Resource {id} is referencing public IP address {address} that is already allocated to resource {user}."
            ),
        ));
    }
    let defaults = [
        ("privateIPAllocationMethod", json!("Dynamic")),
        ("privateIPAddressVersion", json!("IPv4")),
    ];
    for (name, value) in defaults {
        properties.entry(name).or_insert(value);
    }
    Ok(())
}

/// Gives every IP configuration its address: the one that it asks for, the one that it has, or the first that is free.
fn allocate(world: &World, held: Option<&Resource>, made: &mut Resource) -> Result<(), Reply> {
    let id = made.id.clone();
    let mut taken: Vec<(String, IpAddr, String)> = reference::interfaces(world)
        .filter(|it| !reference::same(&it.id, &id))
        .flat_map(addresses)
        .collect();
    let configurations = made.properties.get_mut("ipConfigurations");
    let configurations = configurations.and_then(Value::as_array_mut);
    let alone = configurations.as_ref().is_some_and(|it| it.len() == 1);
    for (at, it) in configurations.into_iter().flatten().enumerate() {
        let name = it["name"].as_str().unwrap_or_default().to_owned();
        let own = format!("{id}/ipConfigurations/{name}");
        let properties = &mut it["properties"];
        let subnet = reference::id_in(&properties["subnet"])
            .unwrap_or_default()
            .to_owned();
        let asked = properties["privateIPAddress"].as_str().map(str::to_owned);
        let fixed = properties["privateIPAllocationMethod"] == "Static";
        let before = held
            .and_then(|held| super::part(held, "ipConfigurations", &name))
            .map(|it| &it["properties"])
            .filter(|it| {
                reference::id_in(&it["subnet"]).is_some_and(|it| reference::same(it, &subnet))
            })
            .and_then(|it| it["privateIPAddress"].as_str())
            .and_then(|it| it.parse().ok());
        let address = match (asked.filter(|_| fixed), before) {
            (Some(asked), _) => wanted(world, &own, &subnet, &asked, &taken)?,
            (None, Some(before)) => before,
            (None, None) => first_free(world, &subnet, &taken)?,
        };
        properties["privateIPAddress"] = json!(address.to_string());
        if properties.get("primary").is_none() {
            properties["primary"] = json!(alone || at == 0);
        }
        taken.push((subnet, address, own));
    }
    Ok(())
}

fn wanted(
    world: &World,
    own: &str,
    subnet: &str,
    asked: &str,
    taken: &[(String, IpAddr, String)],
) -> Result<IpAddr, Reply> {
    let ranges = subnet::ranges_of(world, subnet);
    let address = asked.parse::<IpAddr>().ok();
    let Some(address) = address.filter(|it| ranges.iter().any(|range| range.has(*it))) else {
        let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
        return Err(refusal(
            400,
            "PrivateIPAddressNotInSubnet",
            format!(
                "Private static IP address {asked} does not belong to the range of subnet prefix {}.",
                ranges.join(", ")
            ),
        ));
    };
    let user = taken
        .iter()
        .find(|(net, it, _)| reference::same(net, subnet) && *it == address);
    match user {
        None => Ok(address),
        Some((_, _, user)) => Err(refusal(
            400,
            "PrivateIPAddressIsAllocated",
            format!(
                "IP configuration {own} is using the private IP address {asked} which is already allocated to resource {user}."
            ),
        )),
    }
}

fn first_free(
    world: &World,
    subnet: &str,
    taken: &[(String, IpAddr, String)],
) -> Result<IpAddr, Reply> {
    let used: Vec<IpAddr> = taken
        .iter()
        .filter(|(net, _, _)| reference::same(net, subnet))
        .map(|(_, address, _)| *address)
        .collect();
    subnet::ranges_of(world, subnet)
        .into_iter()
        .flat_map(super::prefix::Prefix::usable)
        .find(|it| !used.contains(it))
        .ok_or_else(|| {
            refusal(
                400,
                "SubnetIsFull",
                format!("Subnet {subnet} does not have enough capacity for 1 IP addresses."),
            )
        })
}

/// Subnet, address and id of every IP configuration.
fn addresses(it: &Resource) -> Vec<(String, IpAddr, String)> {
    parts(it, "ipConfigurations")
        .filter_map(|(name, part)| {
            let properties = &part["properties"];
            let subnet = reference::id_in(&properties["subnet"])?.to_owned();
            let address = properties["privateIPAddress"].as_str()?.parse().ok()?;
            Some((
                subnet,
                address,
                format!("{}/ipConfigurations/{name}", it.id),
            ))
        })
        .collect()
}

/// Refuses the deletion of an interface that a machine has, as recorded.
fn free(world: &World, held: &Resource) -> Result<(), Reply> {
    let Some(machine) = attached_to(world, &held.id) else {
        return Ok(());
    };
    Err(refusal(
        400,
        "NicInUse",
        format!(
            "Network Interface {} is used by existing resource {}. In order to delete the network interface, it must be \
             dissociated from the resource. To learn more, see aka.ms/deletenic.",
            held.id, machine.id
        ),
    ))
}

fn show(world: &World, held: &Resource, _: Look, properties: &mut Map<String, Value>) {
    let always = [
        ("vnetEncryptionSupported", json!(false)),
        ("hostedWorkloads", json!([])),
        ("tapConfigurations", json!([])),
        ("allowPort25Out", json!(false)),
    ];
    for (name, value) in always {
        properties.insert(name.to_owned(), value);
    }
    let Some(machine) = attached_to(world, &held.id) else {
        return;
    };
    let first = &machine.properties["networkProfile"]["networkInterfaces"][0];
    let first = reference::id_in(first).is_some_and(|it| reference::same(it, &held.id));
    let attached = [
        ("virtualMachine", json!({"id": machine.id})),
        ("primary", json!(first)),
        ("macAddress", json!(mac(&held.id))),
        ("auxiliaryMode", json!("None")),
    ];
    for (name, value) in attached {
        properties.insert(name.to_owned(), value);
    }
}

/// A hardware address: Microsoft's first half, as recorded, and a second half of its own.
fn mac(id: &str) -> String {
    let digits = named_guid(id, "mac").to_uppercase();
    let [a, b, c] = [&digits[0..2], &digits[2..4], &digits[4..6]];
    format!("00-0D-3A-{a}-{b}-{c}")
}
