//! VML219: nothing leads out of the subnet that a machine is in, so that it cannot join.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Attributes, Value};

use super::way::{self, logins, named};
use crate::kinds::catalogue;
use crate::kinds::surroundings::Planned;
use crate::network::route::{self, Lead};
use crate::network::{Flow, Target};
use crate::rules::subject::Subject;

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
        Looked at are the subnets of machines whose login is still to be installed, as they will be after this plan, and new \
        subnets that no machine is put into yet. Default outbound \
        access is set when a subnet is made and stays so: give the subnet a NAT gateway, or the machine a public IP.",
    source: "Microsoft.Network 2024-03-01, Subnet.defaultOutboundAccess, as published in azure-rest-api-specs; recorded traffic of azure-cli, 2025",
    checked: "2026-11-21",
};

impl Rule for NoWayOut {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let planned = Planned::of(scene.manifest, scene.inventory);
        let logins = logins(scene);
        let machines = logins
            .iter()
            .filter(|subject| !subject.is_installed())
            .filter_map(|subject| opinion(&planned, subject));
        let subnets = scene.manifest.of_kind("subnet");
        machines
            .chain(subnets.filter_map(|subnet| of_new_subnet(scene, subnet)))
            .collect()
    }
}

fn opinion<'a>(planned: &Planned<'a>, subject: &Subject<'a>) -> Option<Finding> {
    let name = subject.name();
    match stranded(planned, subject) {
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
fn stranded<'a>(planned: &Planned<'a>, subject: &Subject<'a>) -> Result<Option<String>, String> {
    let interface = way::interface(planned, subject)?;
    if is(&interface, "public-ip") {
        return Ok(None);
    }
    let (name, subnet) = named(planned, &interface, "subnet", "subnet")
        .ok_or("its network interface tells no subnet")?;
    let subnet = subnet?;
    if is(&subnet, "nat-gateway") || is(&subnet, "default-outbound-access") {
        return Ok(None);
    }
    if let Some((_, table)) = named(planned, &subnet, "route-table", "route table") {
        let routes = way::routes(&*table?)?;
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
    if is(&interface, "balanced") {
        return Err("it stands behind a load balancer, which may lead it out".to_owned());
    }
    Ok(Some(name))
}

fn is(says: &Attributes, attribute: &str) -> bool {
    says.get(attribute).and_then(Value::as_bool) == Some(true)
}

/// A subnet that the plan makes without a way out, for machines of which the manifest says nothing yet.
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
    // The machines that the manifest puts there speak for themselves.
    if scene
        .manifest
        .of_kind("network-interface")
        .any(|it| in_it(&it))
    {
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
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, around, fault, shown};

    /// What the rule says of the scenes' machine before its login is there, in a subnet that says this.
    fn check(
        subnet: serde_json::Value,
        routes: serde_json::Value,
        change: impl FnOnce(&mut Inventory),
    ) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        let interfaces = manifest.resources.values_mut();
        for interface in interfaces.filter(|it| it.kind == "network-interface") {
            interface.attributes.remove("public-ip");
        }
        around::put(&mut inventory, subnet, json!([]), routes);
        change(&mut inventory);
        shown(&NoWayOut.check(&Scene::of(&manifest, &inventory)))
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
        let scene = Scene::of(&manifest, &inventory);
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
        let scene = Scene::of(&manifest, &inventory);
        assert!(shown(&NoWayOut.check(&scene)).contains("the machine tells no network interface"));
    }

    #[test]
    fn a_new_subnet_without_a_way_out_is_named_where_no_machine_is_put_yet() {
        let (mut manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "subnet");
        let told = |manifest: &Manifest| {
            let scene = Scene::of(manifest, &inventory);
            let findings = NoWayOut.check(&scene).into_iter();
            let about = findings.filter(|it| it.subject.as_str() == SUBNET);
            shown(&about.collect::<Vec<_>>())
        };
        scenes::declare(
            &mut manifest,
            SUBNET,
            "default-outbound-access",
            false.into(),
        );
        assert_eq!(told(&manifest), "");
        manifest
            .resources
            .retain(|it| it.kind != "network-interface");
        assert_eq!(
            told(&manifest),
            "VML219 subnet:core/rg-web/vnet-web/servers warning: nothing will lead out of the new subnet `servers`: its default outbound access is off, so a login on a machine in it without a public IP fails with 0x801C0021\n  help: write `default-outbound-access #true` in the braces of `servers`, or give it a NAT gateway before machines join\n"
        );
        scenes::declare(
            &mut manifest,
            SUBNET,
            "default-outbound-access",
            true.into(),
        );
        assert_eq!(told(&manifest), "");
    }

    const SUBNET: &str = "subnet:core/rg-web/vnet-web/servers";

    /// What the rule says where the machine, its interface and its subnet are still to be made.
    fn from_nothing(outbound: bool, public: bool) -> String {
        let (mut manifest, inventory) = scenes::to_be_made("Win2022Datacenter");
        scenes::declare(
            &mut manifest,
            SUBNET,
            "default-outbound-access",
            outbound.into(),
        );
        if !public {
            let interface = "network-interface:core/rg-web/web01-nic";
            scenes::declare(&mut manifest, interface, "public-ip", Value::Null);
        }
        shown(&NoWayOut.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_what_is_declared() {
        assert!(
            from_nothing(false, false)
                .starts_with("VML219 vm:core/rg-web/web01/login warning: nothing leads `web01` out of subnet `servers`:")
        );
        assert_eq!(from_nothing(false, true), "");
        assert_eq!(from_nothing(true, false), "");
    }
}
