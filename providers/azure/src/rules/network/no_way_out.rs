//! VML219: nothing leads out of the subnet that a machine is in, so that it cannot join.

use vmlogin_engine::inventory::Health;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Attributes, Value};

use super::way::{self, Subject, logins, named};
use crate::kinds::catalogue;
use crate::network::route::{self, Lead};
use crate::network::{Flow, Target};

pub(in crate::rules) struct NoWayOut;

static CARD: Card = Card {
    id: "VML219",
    title: "nothing leads out of the subnet, so a machine in it cannot join",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "A machine joins the directory by talking to it. A subnet whose `defaultOutboundAccess` is false gives its machines no \
        address to the outside; recorded traffic of 2025 makes subnets so. Without a public IP on the machine, a NAT gateway on \
        the subnet, or a route to a firewall, nothing gets out, and the login ends with 0x801C0021, \
        DSREG_AUTOJOIN_DISC_FAILED, after some minutes.\n\n\
        Looked at are the subnets of machines whose login is still to be installed, and new subnets of the manifest. Default outbound \
        access is set when a subnet is made and stays so: give the subnet a NAT gateway, or the machine a public IP.",
    source: "Microsoft.Network 2024-03-01, Subnet.defaultOutboundAccess, as published in azure-rest-api-specs; recorded traffic of azure-cli, 2025",
    checked: "2026-11-21",
};

impl Rule for NoWayOut {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let logins = logins(scene);
        let machines = logins
            .iter()
            .filter(|subject| !is_installed(scene, subject))
            .filter_map(|subject| opinion(scene, subject));
        let subnets = scene.manifest.of_kind("subnet");
        machines
            .chain(subnets.filter_map(|subnet| of_new_subnet(scene, subnet)))
            .collect()
    }
}

/// Whether the login works already: then nothing is installed, and nothing can fail to be.
fn is_installed(scene: &Scene<'_>, subject: &Subject<'_>) -> bool {
    let live = catalogue().kind("login").and_then(|kind| {
        let key = kind.key(subject.login, scene)?;
        scene.inventory.get("login", &key)
    });
    live.is_some_and(|live| live.health == Health::Good)
}

fn opinion(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let name = subject.name();
    match stranded(scene, subject) {
        Ok(None) => None,
        Ok(Some(subnet)) => {
            let message = format!(
                "nothing leads `{name}` out of subnet `{subnet}`: no public IP, no NAT gateway, no route, and its default outbound access is off, so joining would fail with 0x801C0021"
            );
            let help = format!("give `{subnet}` a NAT gateway, or `{name}` a public IP");
            Some(subject.hit(&CARD, message, help))
        }
        Err(why) => {
            let message = format!("whether something leads `{name}` out could not be told: {why}");
            Some(subject.not_checked(&CARD, message))
        }
    }
}

/// The name of the subnet that a machine cannot leave.
fn stranded<'a>(scene: &Scene<'a>, subject: &Subject<'a>) -> Result<Option<&'a str>, String> {
    let interface = subject.interface(scene)?;
    if is(interface, "public-ip") {
        return Ok(None);
    }
    let (name, subnet) = named(scene, interface, "subnet", "subnet")
        .ok_or("its network interface tells no subnet")?;
    let subnet = subnet?;
    if is(subnet, "nat-gateway") || is(subnet, "default-outbound-access") {
        return Ok(None);
    }
    if let Some((_, table)) = named(scene, subnet, "route-table", "route table") {
        let routes = way::routes(table?)?;
        let anywhere = Flow {
            source: None,
            target: Target::Host(&[]),
            port: 443,
        };
        // Where it leads is VML301's matter.
        if matches!(
            route::lead(&routes, &anywhere),
            Lead::Elsewhere(_) | Lead::Unsure(_)
        ) {
            return Ok(None);
        }
    }
    if is(interface, "balanced") {
        return Err("it stands behind a load balancer, which may lead it out".to_owned());
    }
    Ok(Some(name))
}

fn is(says: &Attributes, attribute: &str) -> bool {
    says.get(attribute).and_then(Value::as_bool) == Some(true)
}

/// A subnet that the plan makes without a way out, unless every machine that the manifest puts there has a public IP.
fn of_new_subnet(scene: &Scene<'_>, subnet: &Resource) -> Option<Finding> {
    let kind = catalogue().kind(subnet.kind)?;
    let attribute = kind.schema().attribute("default-outbound-access")?;
    let default = attribute.default.map(|literal| literal.value());
    let access = subnet.get(attribute.name).or(default.as_ref());
    let is_new = scene
        .inventory
        .get(kind.schema().kind, &kind.key(subnet, scene)?)
        .is_none();
    if !is_new || access.and_then(Value::as_bool) != Some(false) {
        return None;
    }
    let id = kind.id(subnet, scene)?;
    let in_it = |interface: &&Resource| {
        let named = interface.get("subnet").and_then(Value::as_text);
        named.is_some_and(|named| named.eq_ignore_ascii_case(&id))
    };
    let mut interfaces = scene
        .manifest
        .of_kind("network-interface")
        .filter(in_it)
        .peekable();
    let public = |interface: &Resource| {
        interface
            .get("public-ip")
            .is_some_and(|it| *it != Value::Null)
    };
    if interfaces.peek().is_some() && interfaces.all(public) {
        return None;
    }
    let name = &subnet.name;
    let message = format!(
        "nothing will lead out of the new subnet `{name}`: its default outbound access is off, so a login on a machine in it without a public IP fails with 0x801C0021"
    );
    let help = format!(
        "write `default-outbound-access #true` in the braces of `{name}`, or give it a NAT gateway before machines join"
    );
    Some(Finding::hit(
        &CARD,
        subnet.address.clone(),
        subnet.span,
        message,
        help,
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vmlogin_engine::inventory::{Inventory, Sight};
    use vmlogin_engine::kind::Key;

    use super::*;
    use crate::kinds::scenes::{self, around, fault, shown};

    /// What the rule says of the scenes' machine before its login is there, in a subnet that says this.
    fn check(
        subnet: serde_json::Value,
        routes: serde_json::Value,
        change: impl FnOnce(&mut Inventory),
    ) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        around::put(&mut inventory, subnet, json!([]), routes);
        change(&mut inventory);
        shown(&NoWayOut.check(&Scene {
            manifest: &manifest,
            inventory: &inventory,
        }))
    }

    fn interface(inventory: &mut Inventory, attribute: &str) {
        let key = Key(around::INTERFACE.to_lowercase());
        let Some(Sight::Seen(says)) = inventory.surroundings.get_mut(&key) else {
            panic!("no interface");
        };
        says.insert(attribute.to_owned(), true.into());
    }

    #[test]
    fn a_subnet_without_a_way_out_is_named() {
        assert_eq!(
            check(json!({"defaultOutboundAccess": false}), json!([]), |_| {}),
            "VML219 vm:core/rg-web/web01/login warning: nothing leads `web01` out of subnet `servers`: no public IP, no NAT gateway, no route, and its default outbound access is off, so joining would fail with 0x801C0021\n  help: give `servers` a NAT gateway, or `web01` a public IP\n"
        );
    }

    #[test]
    fn any_way_out_will_do() {
        let private = json!({"defaultOutboundAccess": false});
        assert_eq!(check(json!({}), json!([]), |_| {}), "");
        assert_eq!(
            check(
                json!({"defaultOutboundAccess": false, "natGateway": {"id": "/n"}}),
                json!([]),
                |_| {}
            ),
            ""
        );
        assert_eq!(
            check(private.clone(), json!([]), |inventory| interface(
                inventory,
                "public-ip"
            )),
            ""
        );
        let firewall = json!([{"name": "fw", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}}]);
        let routed = json!({"defaultOutboundAccess": false, "routeTable": {"id": around::TABLE}});
        assert_eq!(check(routed.clone(), firewall, |_| {}), "");
        assert!(check(routed, json!([]), |_| {}).contains("warning: nothing leads"));
    }

    #[test]
    fn a_login_that_works_is_left_alone() {
        let (manifest, mut inventory) = scenes::estate();
        around::put(
            &mut inventory,
            json!({"defaultOutboundAccess": false}),
            json!([]),
            json!([]),
        );
        let scene = Scene {
            manifest: &manifest,
            inventory: &inventory,
        };
        assert_eq!(NoWayOut.check(&scene), []);
    }

    #[test]
    fn what_was_not_seen_is_not_checked() {
        let private = json!({"defaultOutboundAccess": false});
        let balanced = check(private.clone(), json!([]), |inventory| {
            interface(inventory, "balanced")
        });
        assert_eq!(
            balanced,
            "VML219 vm:core/rg-web/web01/login not checked: whether something leads `web01` out could not be told: it stands behind a load balancer, which may lead it out\n"
        );
        let unread = check(private, json!([]), |inventory| {
            let key = Key(around::SUBNET.to_lowercase());
            inventory.surroundings.insert(key, Sight::Unread(fault()));
        });
        assert_eq!(
            unread,
            "VML219 vm:core/rg-web/web01/login not checked: whether something leads `web01` out could not be told: could not read: Denied: no\n"
        );
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        scenes::fact(&mut inventory, "vm", "interface", None);
        let scene = Scene {
            manifest: &manifest,
            inventory: &inventory,
        };
        assert!(shown(&NoWayOut.check(&scene)).contains("the machine tells no network interface"));
    }

    #[test]
    fn a_new_subnet_without_a_way_out_is_named_unless_all_in_it_have_a_public_ip() {
        let (mut manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "subnet");
        let subnet = "subnet:core/rg-web/vnet-web/servers";
        let told = |manifest: &vmlogin_engine::manifest::Manifest| {
            let scene = Scene {
                manifest,
                inventory: &inventory,
            };
            let findings = NoWayOut.check(&scene);
            shown(&findings)
                .lines()
                .filter(|line| line.contains(subnet))
                .map(str::to_owned)
                .collect::<Vec<String>>()
        };
        assert_eq!(told(&manifest), Vec::<String>::new());
        scenes::declare(
            &mut manifest,
            subnet,
            "default-outbound-access",
            false.into(),
        );
        assert_eq!(told(&manifest), Vec::<String>::new());
        let interface = "network-interface:core/rg-web/web01-nic";
        scenes::declare(&mut manifest, interface, "public-ip", Value::Null);
        assert_eq!(
            told(&manifest),
            [
                "VML219 subnet:core/rg-web/vnet-web/servers warning: nothing will lead out of the new subnet `servers`: its default outbound access is off, so a login on a machine in it without a public IP fails with 0x801C0021"
            ]
        );
    }
}
