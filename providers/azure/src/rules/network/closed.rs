//! VML301: a security rule or a route keeps a machine from a host that sign-ins need.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Attributes, Value};

use super::way::{self, logins, named};
use crate::kinds::surroundings::Planned;
use crate::network::filter::{self, Decision};
use crate::network::route::{self, Lead};
use crate::network::{Flow, Target};
use crate::rules::subject::Subject;
use crate::tables::endpoints::{self, Endpoint};

pub(in crate::rules) struct Closed;

static CARD: Card = Card {
    id: "VML301",
    title: "a rule or a route keeps the machine from a host that sign-ins need",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "A machine that people sign in to talks to some hosts on port 443: device registration and sign-in of Entra ID, the \
        check of roles, on Linux the packages. Which ones depends on the cloud and the system; in 21Vianet's cloud the pages name two \
        hosts for sign-ins, and both are asked for. Where one is closed, joining ends with 0x801C0021 or people are turned away.\n\n\
        What is looked at are the rules of the security groups of the machine's network interface and of its subnet, as they will be \
        after this plan and in the order of their priorities, and the routes of the subnet. The addresses of the hosts are not \
        known and change, so a rule is said to deny them only where it does so whatever they are: to any, to `Internet`, to \
        `AzureActiveDirectory`, to ranges that hold every address. What depends on an address, or on a firewall behind a \
        route, is said to be not checked, as long as the login is still to be installed. Security admin rules and routes that a gateway learned are not seen.\n\n\
        Allow outbound TCP 443 to the service tag `AzureActiveDirectory`, with a lower number than the rule that denies.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows and -linux, network requirements; azure-docs, network-security-groups-overview",
    checked: "2026-11-21",
};

impl Rule for Closed {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let planned = Planned::of(scene.manifest, scene.inventory);
        let subjects = logins(scene);
        subjects
            .iter()
            .flat_map(|subject| opinions(scene, &planned, subject))
            .collect()
    }
}

/// Whether traffic to one host gets through.
enum Passage {
    Open,
    /// Something stops it, and what could be done.
    Shut(String, String),
    /// That could not be told.
    Unknown(String),
}

/// One opinion a reason, with all hosts that it concerns.
fn opinions<'a>(scene: &Scene<'a>, planned: &Planned<'a>, subject: &Subject<'a>) -> Vec<Finding> {
    let Some(system) = subject.os() else {
        let message = format!("which system `{}` runs is not told", subject.name());
        return vec![subject.not_checked(&CARD, message)];
    };
    let way = match Way::of(planned, subject) {
        Ok(way) => way,
        Err(_) if subject.is_installed() => return Vec::new(),
        Err(why) => {
            let message = format!(
                "whether `{}` reaches the hosts that sign-ins need could not be told: {why}",
                subject.name()
            );
            return vec![subject.not_checked(&CARD, message)];
        }
    };
    let tenant = scene.manifest.tenants.get(&*subject.machine.tenant);
    let cloud = tenant.map_or("", |tenant| tenant.cloud.as_str());
    let mut shut = Reasons::default();
    let mut unknown = Reasons::default();
    for endpoint in endpoints::needed(cloud, system) {
        match way.passage(endpoint) {
            Passage::Open => {}
            Passage::Shut(why, help) => shut.add(endpoint, why, help),
            Passage::Unknown(why) => unknown.add(endpoint, why, String::new()),
        }
    }
    let name = subject.name();
    let closed = shut.0.into_iter().map(|reason| {
        let message = format!("`{name}` cannot reach {}: {}", reason.places(), reason.why);
        subject.hit(&CARD, message, reason.help())
    });
    let open = unknown.0.into_iter().map(|reason| {
        let message = format!(
            "whether `{name}` reaches {} could not be told: {}",
            reason.places(),
            reason.why
        );
        subject.not_checked(&CARD, message)
    });
    // What could not be told of the way of a machine that has joined is nothing to act on: it got through once.
    let open = open.filter(|_| !subject.is_installed());
    closed.chain(open).collect()
}

/// Reasons in the order in which they came up.
#[derive(Default)]
struct Reasons(Vec<Reason>);

struct Reason {
    why: String,
    help: String,
    endpoints: Vec<&'static Endpoint>,
}

impl Reasons {
    fn add(&mut self, endpoint: &'static Endpoint, why: String, help: String) {
        match self.0.iter_mut().find(|reason| reason.why == why) {
            Some(reason) => reason.endpoints.push(endpoint),
            None => self.0.push(Reason {
                why,
                help,
                endpoints: vec![endpoint],
            }),
        }
    }
}

impl Reason {
    /// "`a` (sign-in), `b` (the check of roles) on port 443".
    fn places(&self) -> String {
        let by_port = self
            .endpoints
            .chunk_by(|one, other| one.port == other.port)
            .map(|endpoints| {
                let hosts: Vec<String> = endpoints.iter().map(|it| named_host(it)).collect();
                let port = endpoints.first().map_or(443, |endpoint| endpoint.port);
                format!("{} on port {port}", hosts.join(", "))
            });
        by_port.collect::<Vec<String>>().join(" and ")
    }

    /// What could be done, and who says that the hosts are needed.
    fn help(&self) -> String {
        let mut sources: Vec<&str> = self.endpoints.iter().map(|it| it.source).collect();
        sources.sort_unstable();
        sources.dedup();
        let read = self.endpoints.first().map_or("", |it| it.checked);
        format!(
            "{} (the hosts are from Microsoft's pages, read on {read}: {})",
            self.help,
            sources.join(", ")
        )
    }
}

fn named_host(endpoint: &Endpoint) -> String {
    let derived = if endpoint.derived { ", derived" } else { "" };
    format!("`{}` ({}{derived})", endpoint.host, endpoint.purpose)
}

/// Everything that the traffic of a machine passes.
struct Way {
    source: Option<String>,
    /// Security groups, by their names.
    filters: Vec<(String, Result<Vec<filter::Rule>, String>)>,
    /// The route table, by its name.
    routes: Option<(String, Result<Vec<route::Route>, String>)>,
    /// Why some of it is not known.
    unread: Option<String>,
}

impl Way {
    fn of<'a>(planned: &Planned<'a>, subject: &Subject<'a>) -> Result<Way, String> {
        let interface = way::interface(planned, subject)?;
        let address = interface.get("address").and_then(Value::as_text);
        let mut way = Way {
            source: address.map(str::to_owned),
            filters: filter_of(planned, &interface).into_iter().collect(),
            routes: None,
            unread: None,
        };
        match named(planned, &interface, "subnet", "subnet") {
            Some((_, Ok(subnet))) => {
                way.filters.extend(filter_of(planned, &subnet));
                let table = named(planned, &subnet, "route-table", "route table");
                way.routes =
                    table.map(|(name, table)| (name, table.and_then(|table| way::routes(&table))));
            }
            Some((_, Err(why))) => way.unread = Some(why),
            None => way.unread = Some("its network interface tells no subnet".to_owned()),
        }
        Ok(way)
    }

    /// What stops traffic anywhere stops it, whatever is not known elsewhere.
    fn passage(&self, endpoint: &'static Endpoint) -> Passage {
        let flow = Flow {
            source: self.source.as_deref(),
            target: endpoint.target,
            port: endpoint.port,
        };
        let filters = self
            .filters
            .iter()
            .map(|(name, rules)| filtered(name, rules, endpoint, &flow));
        let routes = self.routes.iter();
        let routes = routes.map(|(name, routes)| routed(name, routes, endpoint, &flow));
        let mut unknown = self.unread.clone();
        for passage in filters.chain(routes) {
            match passage {
                Passage::Open => {}
                Passage::Unknown(why) => unknown = unknown.or(Some(why)),
                shut @ Passage::Shut(..) => return shut,
            }
        }
        unknown.map_or(Passage::Open, Passage::Unknown)
    }
}

/// The security group that a network interface or a subnet names.
fn filter_of<'a>(
    planned: &Planned<'a>,
    of: &Attributes,
) -> Option<(String, Result<Vec<filter::Rule>, String>)> {
    let (name, group) = named(planned, of, "security-group", "network security group")?;
    let id = of.get("security-group").and_then(Value::as_text)?;
    Some((
        name,
        group.and_then(|group| way::rules(planned, id, &group)),
    ))
}

fn filtered(
    group: &str,
    rules: &Result<Vec<filter::Rule>, String>,
    endpoint: &Endpoint,
    flow: &Flow<'_>,
) -> Passage {
    let rules = match rules {
        Ok(rules) => rules,
        Err(why) => return Passage::Unknown(why.clone()),
    };
    let told = |rule: &filter::Rule| {
        format!(
            "rule `{}` (priority {}) of network security group `{group}`",
            rule.name, rule.priority
        )
    };
    match filter::decide(rules, flow) {
        Decision::Allowed => Passage::Open,
        Decision::Denied(rule) => Passage::Shut(
            format!("{} denies it", told(rule)),
            help(group, rule, endpoint),
        ),
        Decision::Unsure(rule) => Passage::Unknown(format!(
            "{} {} {}, and whether that is about them is not known",
            told(rule),
            if rule.allows { "allows" } else { "denies" },
            listed(&rule.to)
        )),
    }
}

fn help(group: &str, rule: &filter::Rule, endpoint: &Endpoint) -> String {
    let (name, priority, port) = (&rule.name, rule.priority, endpoint.port);
    match endpoint.target {
        Target::Metadata => format!("take `AzurePlatformIMDS` out of rule `{name}` of `{group}`"),
        Target::Host(tags) => {
            let to = tags.first().map_or("them", |tag| *tag);
            format!(
                "allow outbound TCP {port} to `{to}` in `{group}` with a priority below {priority}"
            )
            .replace("`them`", "them")
        }
    }
}

fn routed(
    table: &str,
    routes: &Result<Vec<route::Route>, String>,
    endpoint: &Endpoint,
    flow: &Flow<'_>,
) -> Passage {
    let routes = match routes {
        Ok(routes) => routes,
        Err(why) => return Passage::Unknown(why.clone()),
    };
    let told = |route: &route::Route| format!("route `{}` of route table `{table}`", route.name);
    match route::lead(routes, flow) {
        Lead::Out => Passage::Open,
        Lead::Lost(route) => Passage::Shut(
            format!("{} leads it nowhere", told(route)),
            format!(
                "give `{}` of `{table}` another next hop, or add a route to port {} of them",
                route.name, endpoint.port
            ),
        ),
        Lead::Elsewhere(route) => Passage::Unknown(format!(
            "{} leads it to something that decides for itself, such as a firewall",
            told(route)
        )),
        Lead::Unsure(route) => Passage::Unknown(format!(
            "whether {} is about them is not known",
            told(route)
        )),
    }
}

fn listed(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vmlogin_engine::inventory::Sight;

    use super::*;
    use crate::kinds::scenes::{self, around, fault, shown};

    /// What the rule says of the scenes' machine, whose subnet has a group with these rules.
    fn check(
        rules: serde_json::Value,
        change: impl FnOnce(&mut vmlogin_engine::inventory::Inventory),
    ) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        let subnet = json!({"networkSecurityGroup": {"id": around::GROUP}, "routeTable": {"id": around::TABLE}});
        around::put(&mut inventory, subnet, rules, json!([]));
        change(&mut inventory);
        shown(&Closed.check(&Scene::of(&manifest, &inventory)))
    }

    fn deny(to: &str) -> serde_json::Value {
        json!([{"name": "deny-out", "properties": {
            "priority": 200, "direction": "Outbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*",
            "sourceAddressPrefix": "*", "destinationAddressPrefix": to, "destinationPortRange": "*",
        }}])
    }

    #[test]
    fn a_rule_that_denies_all_hosts_is_named_with_them() {
        assert_eq!(
            check(deny("Internet"), |_| {}),
            "VML301 vm:core/rg-web/web01/login warning: `web01` cannot reach `enterpriseregistration.windows.net` (device registration), `login.microsoftonline.com` (sign-in), `device.login.microsoftonline.com` (device sign-in), `pas.windows.net` (the check of roles) on port 443: rule `deny-out` (priority 200) of network security group `nsg-live` denies it\n  help: allow outbound TCP 443 to `AzureActiveDirectory` in `nsg-live` with a priority below 200 (the hosts are from Microsoft's pages, read on 2026-11-21: Windows 2019, Windows 2023, Windows 2023 and Linux 2025-03)\n"
        );
    }

    #[test]
    fn what_gets_out_is_no_finding() {
        assert_eq!(check(json!([]), |_| {}), "");
        assert_eq!(check(deny("VirtualNetwork"), |_| {}), "");
    }

    #[test]
    fn a_rule_that_may_be_about_the_hosts_is_not_checked() {
        assert_eq!(
            check(deny("AzureCloud"), |_| {}),
            "VML301 vm:core/rg-web/web01/login not checked: whether `web01` reaches `enterpriseregistration.windows.net` (device registration), `login.microsoftonline.com` (sign-in), `device.login.microsoftonline.com` (device sign-in), `pas.windows.net` (the check of roles) on port 443 could not be told: rule `deny-out` (priority 200) of network security group `nsg-live` denies `AzureCloud`, and whether that is about them is not known\n"
        );
    }

    #[test]
    fn what_may_not_be_read_is_not_checked() {
        let unread = |id: &'static str| {
            check(json!([]), move |inventory| {
                let key = vmlogin_engine::kind::Key(id.to_lowercase());
                inventory.surroundings.insert(key, Sight::Unread(fault()));
            })
        };
        assert_eq!(
            unread(around::INTERFACE),
            "VML301 vm:core/rg-web/web01/login not checked: whether `web01` reaches the hosts that sign-ins need could not be told: could not read: Denied: no\n"
        );
        for id in [around::SUBNET, around::GROUP, around::TABLE] {
            assert!(
                unread(id).contains(
                    "not checked: whether `web01` reaches `enterpriseregistration.windows.net`"
                ),
                "{id}"
            );
        }
    }

    #[test]
    fn of_a_machine_that_has_joined_only_what_is_surely_shut_is_told() {
        let look = |rules: serde_json::Value| {
            let (manifest, mut inventory) = scenes::estate();
            let subnet = json!({"networkSecurityGroup": {"id": around::GROUP}});
            around::put(&mut inventory, subnet, rules, json!([]));
            shown(&Closed.check(&Scene::of(&manifest, &inventory)))
        };
        assert_eq!(look(deny("AzureCloud")), "");
        assert!(look(deny("Internet")).contains(" warning: "));
    }

    #[test]
    fn a_denial_counts_though_something_else_is_unknown() {
        let told = check(deny("any"), |inventory| {
            let key = vmlogin_engine::kind::Key(around::TABLE.to_lowercase());
            inventory.surroundings.insert(key, Sight::Unread(fault()));
        });
        assert!(told.contains(" warning: `web01` cannot reach"), "{told}");
    }

    #[test]
    fn a_route_loses_traffic_or_hands_it_to_a_firewall() {
        let routed = |hop: &str| {
            let routes = json!([{"name": "all", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": hop}}]);
            check(json!([]), |inventory| {
                let subnet = json!({"routeTable": {"id": around::TABLE}});
                around::put(inventory, subnet, json!([]), routes);
            })
        };
        assert!(routed("None").contains("warning: `web01` cannot reach `enterpriseregistration.windows.net` (device registration), `login.microsoftonline.com` (sign-in), `device.login.microsoftonline.com` (device sign-in), `pas.windows.net` (the check of roles) on port 443: route `all` of route table `rt-live` leads it nowhere"));
        assert!(routed("VirtualAppliance").contains("not checked: "));
        assert_eq!(routed("Internet"), "");
    }

    #[test]
    fn the_manifests_own_rules_count_as_they_will_be() {
        let (mut manifest, mut inventory) = scenes::estate();
        let subnet = json!({"networkSecurityGroup": {"id": around::DECLARED_GROUP}});
        around::put(&mut inventory, subnet, json!([]), json!([]));
        let checked = |manifest: &vmlogin_engine::manifest::Manifest,
                       inventory: &vmlogin_engine::inventory::Inventory| {
            shown(&Closed.check(&Scene::of(manifest, inventory)))
        };
        assert_eq!(checked(&manifest, &inventory), "");
        for (attribute, value) in [
            ("direction", Value::from("outbound")),
            ("access", "deny".into()),
            ("to", Value::List(vec!["any".into()])),
            ("ports", Value::List(vec!["443".into()])),
        ] {
            scenes::declare(
                &mut manifest,
                "rule:core/rg-web/nsg-web/allow-rdp",
                attribute,
                value,
            );
        }
        assert!(checked(&manifest, &inventory).contains(
            "rule `allow-rdp` (priority 100) of network security group `nsg-web` denies it"
        ));
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_what_is_declared_around_it() {
        let check = |access: &str| {
            let (mut manifest, inventory) = scenes::to_be_made("Ubuntu2404");
            for (attribute, value) in [
                ("direction", Value::from("outbound")),
                ("access", access.into()),
                ("to", Value::List(vec!["any".into()])),
                ("ports", Value::List(vec!["443".into()])),
            ] {
                let rule = "rule:core/rg-web/nsg-web/allow-rdp";
                scenes::declare(&mut manifest, rule, attribute, value);
            }
            let subnet = "subnet:core/rg-web/vnet-web/servers";
            let group = around::DECLARED_GROUP;
            scenes::declare(
                &mut manifest,
                subnet,
                "network-security-group",
                group.into(),
            );
            shown(&Closed.check(&Scene::of(&manifest, &inventory)))
        };
        let shut = check("deny");
        assert!(
            shut.contains("`packages.microsoft.com` (")
                && shut.contains(
                    "rule `allow-rdp` (priority 100) of network security group `nsg-web` denies it"
                ),
            "{shut}"
        );
        assert_eq!(check("allow"), "");
    }

    #[test]
    fn the_security_group_that_a_live_subnet_or_interface_gets_counts() {
        for address in [
            "subnet:core/rg-web/vnet-web/servers",
            "network-interface:core/rg-web/web01-nic",
        ] {
            let (mut manifest, mut inventory) = scenes::estate();
            around::put(&mut inventory, json!({}), deny("any"), json!([]));
            let scene = |manifest: &vmlogin_engine::manifest::Manifest| {
                shown(&Closed.check(&Scene::of(manifest, &inventory)))
            };
            assert_eq!(scene(&manifest), "");
            let group = around::GROUP;
            scenes::declare(
                &mut manifest,
                address,
                "network-security-group",
                group.into(),
            );
            assert!(
                scene(&manifest).contains("warning: `web01` cannot reach"),
                "{address}"
            );
        }
    }

    #[test]
    fn a_rule_that_the_manifest_takes_away_denies_no_more() {
        let (mut manifest, mut inventory) = scenes::estate();
        let subnet = json!({"networkSecurityGroup": {"id": around::DECLARED_GROUP}});
        around::put(&mut inventory, subnet, deny("any"), json!([]));
        let group = vmlogin_engine::address::Address::new(
            "network-security-group",
            ["core", "rg-web", "nsg-web"],
        );
        let address = vmlogin_engine::address::Address::new(
            "rule",
            ["core", "rg-web", "nsg-web", "deny-out"],
        );
        let rule = manifest.of_kind("rule").next().unwrap().clone();
        let gone = vmlogin_engine::manifest::Resource {
            address: address.clone(),
            name: "deny-out".to_owned(),
            parent: group,
            ..rule
        };
        let check = |manifest: &vmlogin_engine::manifest::Manifest| {
            shown(&Closed.check(&Scene::of(manifest, &inventory)))
        };
        assert!(check(&manifest).contains("rule `deny-out`"));
        manifest.absent.insert(gone);
        assert_eq!(check(&manifest), "");
    }
}
