//! One small estate for the tests of kinds and rules: a group with a machine that has everything, an identity, and a grant at
//! the group.

pub(crate) mod arc;
pub(crate) mod around;
mod bodies;

use std::collections::BTreeMap;

use serde_json::json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Found, Inventory, Resolution, RoleResolution, Sight};
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::{
    Declared, ManagementGroup, Manifest, Resource, Resources, Safety, Settings, Subscription,
    Tenant,
};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::rule::{Certainty, Finding, Severity};
use vmlogin_engine::schema::Naming;
use vmlogin_engine::source::{SourceId, Span};
use vmlogin_engine::value::{Principal, PrincipalKind, Value};

use crate::arm::ArmId;
use crate::kinds::{
    self, Place, grant, identity, login, managed_identity, network_interface,
    network_security_group, public_ip, resource_group, subnet, surroundings, virtual_network, vm,
};

pub(crate) use bodies::*;

pub(crate) const SPAN: Span = Span {
    source: SourceId(0),
    start: 0,
    end: 1,
};
pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const GROUP_ID: &str = "55555555-5555-4555-8555-555555555555";

/// The estate as it is declared and as it is live, in full agreement.
pub(crate) fn estate() -> (Manifest, Inventory) {
    (manifest(), inventory())
}

pub(crate) fn manifest() -> Manifest {
    let tenant = Tenant {
        name: "contoso".to_owned(),
        id: TENANT.to_owned(),
        cloud: "public".to_owned(),
        break_glass: Vec::new(),
        span: SPAN,
    };
    let subscription = Subscription {
        name: "core".to_owned(),
        id: SUBSCRIPTION.to_owned(),
        tenant: "contoso".to_owned(),
        span: SPAN,
    };
    let group = Address::new("resource-group", ["core", "rg-web"]);
    let machine = Address::new("vm", ["core", "rg-web", "web01"]);
    let managed = Address::new("managed-identity", ["core", "rg-web", "id-web"]);
    let network = Address::new("virtual-network", ["core", "rg-web", "vnet-web"]);
    let filter = Address::new("network-security-group", ["core", "rg-web", "nsg-web"]);
    let rule = Address::new("rule", ["core", "rg-web", "nsg-web", "allow-rdp"]);
    let subscription_address = Address::new("subscription", ["core"]);
    let grant = Address::new("grant", ["core", "rg-web", "admin", "group:sg-web"]);
    let mut manifest = Manifest {
        estate: "contoso".to_owned(),
        safety: Safety::default(),
        tenants: BTreeMap::from([(tenant.name.clone(), tenant)]),
        subscriptions: BTreeMap::from([(subscription.name.clone(), subscription)]),
        management_groups: BTreeMap::new(),
        absent: Resources::new(),
        resources: vec![
            resource(
                group.clone(),
                "resource-group",
                "rg-web",
                subscription_address,
            ),
            resource(managed, "managed-identity", "id-web", group.clone()),
            resource(
                network.clone(),
                "virtual-network",
                "vnet-web",
                group.clone(),
            ),
            resource(subnet_address(), "subnet", "servers", network),
            along("public-ip", "web01-pip", interface_address()),
            along("network-interface", "web01-nic", machine.clone()),
            resource(
                filter.clone(),
                "network-security-group",
                "nsg-web",
                group.clone(),
            ),
            resource(rule, "rule", "allow-rdp", filter),
            resource(machine.clone(), "vm", "web01", group.clone()),
            resource(machine.child("identity"), "identity", "", machine.clone()),
            resource(machine.child("login"), "login", "", machine),
            resource(grant, "grant", "", group),
        ]
        .into(),
    };
    let network = "virtual-network:core/rg-web/vnet-web";
    let ranges = Value::List(vec!["10.20.0.0/16".into()]);
    declare(&mut manifest, network, "address-space", ranges);
    let subnet = "subnet:core/rg-web/vnet-web/servers";
    declare(&mut manifest, subnet, "prefix", "10.20.1.0/24".into());
    let interface = "network-interface:core/rg-web/web01-nic";
    let (subnet, address) = (subnet_id().to_string(), address_id().to_string());
    declare(&mut manifest, interface, "subnet", subnet.into());
    declare(&mut manifest, interface, "public-ip", address.into());
    let list = |texts: &[&str]| Value::List(texts.iter().map(|text| (*text).into()).collect());
    for (attribute, value) in [
        ("priority", Value::Integer(100)),
        ("direction", "inbound".into()),
        ("access", "allow".into()),
        ("protocol", "tcp".into()),
        ("from", list(&["VirtualNetwork"])),
        ("to", list(&["any"])),
        ("ports", list(&["3389"])),
    ] {
        let rule = "rule:core/rg-web/nsg-web/allow-rdp";
        declare(&mut manifest, rule, attribute, value);
    }
    let own = interface_id().to_string();
    declare(&mut manifest, "vm:core/rg-web/web01", "nic", own.into());
    let identity = "vm:core/rg-web/web01/identity";
    declare(&mut manifest, identity, "system-assigned", true.into());
    let grant = "grant:core/rg-web/admin/group:sg-web";
    declare(&mut manifest, grant, "role", "admin".into());
    declare(
        &mut manifest,
        grant,
        "principal",
        Value::Principal(principal().1),
    );
    manifest
}

fn resource(address: Address, kind: &'static str, name: &str, parent: Address) -> Resource {
    Resource {
        address,
        kind,
        name: name.to_owned(),
        parent,
        subscription: "core".into(),
        tenant: "contoso".into(),
        along: None,
        attributes: Settings::new(),
        span: SPAN,
    }
}

/// Something that comes along with a machine.
fn along(kind: &'static str, name: &str, bearer: Address) -> Resource {
    let group = Address::new("resource-group", ["core", "rg-web"]);
    let address = Address::new(kind, ["core", "rg-web", name]);
    Resource {
        along: Some(bearer),
        ..resource(address, kind, name, group)
    }
}

fn subnet_address() -> Address {
    Address::new("subnet", ["core", "rg-web", "vnet-web", "servers"])
}

fn interface_address() -> Address {
    Address::new("network-interface", ["core", "rg-web", "web01-nic"])
}

/// Declares one more machine with a login in the group, and gives its address.
pub(crate) fn twin(manifest: &mut Manifest, name: &str) -> Address {
    let group = Address::new("resource-group", ["core", "rg-web"]);
    let machine = Address::new("vm", ["core", "rg-web", name]);
    manifest.resources.extend([
        resource(machine.clone(), "vm", name, group),
        resource(machine.child("login"), "login", "", machine.clone()),
    ]);
    machine
}

/// The estate whose machine, and whatever belongs to it, is still to be made, from this image.
pub(crate) fn to_be_made(image: &str) -> (Manifest, Inventory) {
    let (mut manifest, mut inventory) = estate();
    inventory
        .live
        .retain(|(kind, _), _| *kind == "resource-group");
    inventory.surroundings.clear();
    let machine = "vm:core/rg-web/web01";
    declare(&mut manifest, machine, "image", image.into());
    declare(&mut manifest, machine, "size", "Standard_D2s_v5".into());
    (manifest, inventory)
}

/// Declares one more attribute.
pub(crate) fn declare(
    manifest: &mut Manifest,
    address: &str,
    attribute: &'static str,
    value: Value,
) {
    let resource = manifest
        .resources
        .values_mut()
        .find(|resource| resource.address.as_str() == address)
        .unwrap();
    resource
        .attributes
        .insert(attribute, Declared { value, span: SPAN });
}

/// The manifest, with its grant at the management group `root` and of another role.
pub(crate) fn above(role: &str) -> Manifest {
    let mut manifest = manifest();
    let address = Address::new("management-group", ["root"]);
    let group = ManagementGroup {
        name: "root".to_owned(),
        id: "mg-root".to_owned(),
        tenant: "contoso".to_owned(),
        span: SPAN,
    };
    manifest.management_groups.insert(address.clone(), group);
    let below = manifest.of_kind("grant").next().unwrap().address.clone();
    let mut grant = manifest.resources.remove(&below).unwrap();
    grant.address = address.child("grant").child(role).child("group:sg-web");
    grant.parent = address;
    grant.subscription = "".into();
    grant.attributes.get_mut("role").unwrap().value = role.into();
    manifest.resources.insert(grant);
    manifest
}

pub(crate) fn inventory() -> Inventory {
    let mut inventory = Inventory::default();
    let group = ArmId::of_subscription(SUBSCRIPTION).group("rg-web");
    let machine = machine_id();
    let place = |address: Address, name: &str, id: &ArmId| Place {
        subscription: "core".to_owned(),
        address,
        name: name.to_owned(),
        id: id.clone(),
    };
    let at_group = place(
        Address::new("resource-group", ["core", "rg-web"]),
        "rg-web",
        &group,
    );
    let at_machine = place(
        Address::new("vm", ["core", "rg-web", "web01"]),
        "web01",
        &machine,
    );
    let read = serde_json::from_value(machine_body(&machine)).unwrap();
    let found: resource_group::wire::Group =
        serde_json::from_value(json!({"location": "westeurope"})).unwrap();
    inventory.insert(resource_group::live(&found, &at_group));
    let managed = group
        .clone()
        .resource("Microsoft.ManagedIdentity/userAssignedIdentities", "id-web");
    let at_managed = place(
        Address::new("managed-identity", ["core", "rg-web", "id-web"]),
        "id-web",
        &managed,
    );
    let body = serde_json::from_value(managed_identity_body(&managed)).unwrap();
    inventory.insert(managed_identity::live(&body, &at_managed));
    let network = group
        .clone()
        .resource("Microsoft.Network/virtualNetworks", "vnet-web");
    let at_network = place(
        Address::new("virtual-network", ["core", "rg-web", "vnet-web"]),
        "vnet-web",
        &network,
    );
    let body: virtual_network::wire::VirtualNetwork =
        serde_json::from_value(network_body(&network)).unwrap();
    inventory.insert(virtual_network::live(&body, &at_network));
    let at_subnet = place(subnet_address(), "servers", &subnet_id());
    let own = body.subnet("servers").unwrap();
    inventory.insert(subnet::live(own, &body.tags, &at_subnet));
    let address = Address::new("public-ip", ["core", "rg-web", "web01-pip"]);
    let at_address = place(address, "web01-pip", &address_id());
    let body = serde_json::from_value(address_body(&address_id())).unwrap();
    inventory.insert(public_ip::live(&body, &at_address));
    let at_interface = place(interface_address(), "web01-nic", &interface_id());
    let body = serde_json::from_value(interface_body(&interface_id())).unwrap();
    inventory.insert(network_interface::live(&body, &at_interface));
    let filter = group.resource(network_security_group::TYPE, "nsg-web");
    let at_filter = place(
        Address::new("network-security-group", ["core", "rg-web", "nsg-web"]),
        "nsg-web",
        &filter,
    );
    let body = serde_json::from_value(filter_body(&filter)).unwrap();
    for live in network_security_group::lives(&body, &at_filter) {
        inventory.insert(live);
    }
    let sight = Sight::Seen(surroundings::security_group(&body));
    inventory
        .surroundings
        .insert(Key(filter.key().to_owned()), sight);
    let sight = serde_json::from_value(interface_body(&interface_id())).unwrap();
    let sight = Sight::Seen(surroundings::interface(&sight));
    inventory
        .surroundings
        .insert(Key(interface_id().key().to_owned()), sight);
    let mut live = vm::live(&read, &at_machine);
    let own = interface_id().to_string();
    live.attributes.insert("nic".to_owned(), own.into());
    inventory.insert(live);
    inventory.insert(identity::live(&read, &at_machine).unwrap());
    inventory.insert(login::live(&read, &at_machine).unwrap());
    let assignment = serde_json::from_value(assignment_body()).unwrap();
    let wording = grant::Wording {
        place: Address::new("grant", ["core", "rg-web"]),
        around: "rg-web".to_owned(),
        role: "admin".to_owned(),
        role_name: "Virtual Machine Administrator Login".to_owned(),
        principal: "group:sg-web".to_owned(),
    };
    inventory.insert(grant::live(&assignment, "core", &wording).unwrap());
    inventory
        .principals
        .insert(principal(), Resolution::Found(found_principal()));
    inventory.roles.insert(
        ("core".to_owned(), "admin".to_owned()),
        RoleResolution::Found(grant::role::ROLES[0].known()),
    );
    inventory.grants_complete.insert("core".to_owned());
    let app = ("sign-in-app".to_owned(), true.into());
    inventory.tenants.insert("contoso".to_owned(), [app].into());
    inventory.locks.insert("core".to_owned(), Ok(Vec::new()));
    inventory
}

fn found_principal() -> Found {
    found()
}

/// Whom the grant lets in.
pub(crate) fn principal() -> (String, Principal) {
    (
        "contoso".to_owned(),
        Principal {
            kind: PrincipalKind::Group,
            name: "sg-web".to_owned(),
        },
    )
}

pub(crate) fn found() -> Found {
    Found {
        object_id: GROUP_ID.to_owned(),
        principal_type: "Group".to_owned(),
        display_name: "sg-web".to_owned(),
        enabled: None,
        guest: None,
    }
}

/// Sets or removes a fact of everything of a kind.
pub(crate) fn fact(inventory: &mut Inventory, kind: &str, name: &str, value: Option<&str>) {
    for live in inventory.live.values_mut().filter(|live| live.kind == kind) {
        match value {
            Some(value) => live.facts.insert(name.to_owned(), value.into()),
            None => live.facts.remove(name),
        };
    }
}

pub(crate) fn fault() -> Fault {
    Fault {
        status: Some(403),
        code: Some("Denied".to_owned()),
        ..Fault::new(FaultKind::Permission, "read", "no")
    }
}

/// Findings as text, for eyes.
pub(crate) fn shown(findings: &[Finding]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let weight = match (finding.certainty, finding.severity) {
        (Certainty::NotChecked, _) => "not checked",
        (Certainty::Seen, Severity::Error) => "error",
        (Certainty::Seen, Severity::Warning) => "warning",
        (Certainty::Seen, Severity::Info) => "info",
    };
    let help = finding
        .help
        .as_ref()
        .map(|help| format!("  help: {help}\n"))
        .unwrap_or_default();
    format!(
        "{} {} {weight}: {}\n{help}",
        finding.rule, finding.subject, finding.message
    )
}

/// Keeps the catalogue in use here, so that a kind that is renamed breaks these tests by name.
#[test]
fn the_estate_uses_every_kind() {
    let estates = [estate(), arc::estate()];
    // What only `absent` names no estate has.
    let all = kinds::catalogue().kinds.iter();
    for kind in all.filter(|kind| kind.schema().naming != Naming::Detached) {
        let name = kind.schema().kind;
        let once = |(manifest, inventory): &(Manifest, Inventory)| {
            (
                manifest.of_kind(name).count(),
                inventory.of_kind(name).count(),
            ) == (1, 1)
        };
        assert!(estates.iter().any(once), "{name}");
    }
}
