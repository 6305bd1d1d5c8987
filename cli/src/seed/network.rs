//! The networks, locks, policies and other resources of a seed.

use vmlogin_sandbox::seed::{
    Interface, Lock, OtherResource, Policy, Route, RouteTable, SecurityGroup, SecurityRule, Subnet,
    VirtualNetwork,
};

use super::form::Form;

pub(super) fn virtual_network(form: &Form<'_>) -> VirtualNetwork {
    let mut network = VirtualNetwork {
        name: form.argument(),
        ..VirtualNetwork::default()
    };
    for child in form.children() {
        match child.name() {
            "location" => network.location = Some(child.argument()),
            "address-space" => network.address_space.extend(child.arguments()),
            "subnet" => network.subnets.push(Subnet {
                name: child.argument(),
                prefix: child.needed("prefix"),
                security_group: child.text("network-security-group"),
                route_table: child.text("route-table"),
                default_outbound: child.flag("default-outbound"),
            }),
            "tag" => network.tags.extend(child.pair()),
            _ => {}
        }
    }
    network
}

pub(super) fn security_group(form: &Form<'_>) -> SecurityGroup {
    let mut group = SecurityGroup {
        name: form.argument(),
        ..SecurityGroup::default()
    };
    for child in form.children() {
        match child.name() {
            "location" => group.location = Some(child.argument()),
            "rule" => group.rules.push(rule(&child)),
            "tag" => group.tags.extend(child.pair()),
            _ => {}
        }
    }
    group
}

pub(super) fn route_table(form: &Form<'_>) -> RouteTable {
    let mut table = RouteTable {
        name: form.argument(),
        ..RouteTable::default()
    };
    for child in form.children() {
        match child.name() {
            "location" => table.location = Some(child.argument()),
            "route" => table.routes.push(Route {
                name: child.argument(),
                prefix: child.needed("prefix"),
                next_hop: child.needed("next-hop"),
                address: child.text("address"),
            }),
            _ => {}
        }
    }
    table
}

pub(super) fn resource(form: &Form<'_>) -> OtherResource {
    let (kind, name) = form.pair().unwrap_or_default();
    let mut resource = OtherResource {
        kind,
        name,
        ..OtherResource::default()
    };
    for child in form.children() {
        match child.name() {
            "location" => resource.location = Some(child.argument()),
            "tag" => resource.tags.extend(child.pair()),
            _ => {}
        }
    }
    resource
}

pub(super) fn lock(form: &Form<'_>) -> Lock {
    Lock {
        name: form.argument(),
        level: form.needed("level"),
        scope: form.text("scope"),
        notes: form.text("notes"),
    }
}

/// Several values stand in one text, with commas between them.
pub(super) fn policy(form: &Form<'_>) -> Policy {
    let several = |name: &str| -> Vec<String> {
        let text = form.text(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let usual = Policy::default();
    Policy {
        name: form.argument(),
        title: form.text("title"),
        effect: form.text("effect").unwrap_or(usual.effect),
        types: several("types"),
        approved_extensions: several("approved-extensions"),
        allowed_locations: several("allowed-locations"),
        initiative: form.flag("initiative").unwrap_or(usual.initiative),
        enforced: form.flag("enforced").unwrap_or(usual.enforced),
        scope: form.text("scope"),
    }
}

pub(super) fn interface(form: &Form<'_>) -> Interface {
    Interface {
        name: form.argument(),
        subnet: form.needed("subnet"),
        security_group: form.text("network-security-group"),
    }
}

/// What is not said is any.
fn rule(form: &Form<'_>) -> SecurityRule {
    let any = |name: &str| form.text(name).unwrap_or_else(|| "*".to_owned());
    let several = |name: &str| {
        any(name)
            .split(',')
            .map(|it| it.trim().to_owned())
            .collect()
    };
    SecurityRule {
        name: form.argument(),
        priority: form.integer("priority").unwrap_or_default(),
        direction: form.needed("direction"),
        access: form.needed("access"),
        protocol: any("protocol"),
        sources: several("source"),
        destinations: several("destination"),
        ports: several("ports"),
    }
}
