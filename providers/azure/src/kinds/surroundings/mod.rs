//! What stands between a machine and the world, read for rules alone: its network interface, the subnet of that, and what filters and
//! leads its traffic there. Each answer becomes values by names of our own; no step is about any of them.

mod planned;
pub(crate) mod wire;

pub(crate) use planned::{Declared, Planned};

use vmlogin_engine::value::{Attributes, Value};

use super::network_security_group::wire::NetworkSecurityGroup;

/// A network interface: `subnet`, `security-group` (ids), `address`, and whether it has a `public-ip` or stands behind a load
/// balancer (`balanced`). Of several addresses the primary one counts for where its traffic goes.
pub(crate) fn interface(interface: &wire::Interface) -> Attributes {
    let properties = &interface.properties;
    let primary = properties.primary();
    let of_primary = |read: fn(&wire::Address) -> Option<&String>| text(primary.and_then(read));
    Attributes::from([
        (
            "subnet",
            of_primary(|address| address.properties.subnet.as_ref()?.id.as_ref()),
        ),
        (
            "address",
            of_primary(|address| address.properties.private_ip_address.as_ref()),
        ),
        (
            "security-group",
            id(properties.network_security_group.as_ref()),
        ),
        (
            "public-ip",
            properties.any(|address| address.public_ip_address.is_some()),
        ),
        (
            "balanced",
            properties.any(|address| {
                let pools = address.load_balancer_backend_address_pools.as_ref();
                pools.is_some_and(|pools| !pools.is_empty())
            }),
        ),
    ])
}

/// A subnet: `security-group`, `route-table` (ids), whether it has a `nat-gateway`, and its `default-outbound-access`, which is on
/// where Azure says nothing of it.
pub(crate) fn subnet(subnet: &wire::Subnet) -> Attributes {
    subnet_within(&subnet.properties)
}

/// The same of one that its network tells of.
pub(crate) fn subnet_within(properties: &wire::SubnetProperties) -> Attributes {
    Attributes::from([
        (
            "security-group",
            id(properties.network_security_group.as_ref()),
        ),
        ("route-table", id(properties.route_table.as_ref())),
        ("nat-gateway", properties.nat_gateway.is_some().into()),
        (
            "default-outbound-access",
            properties.default_outbound_access.unwrap_or(true).into(),
        ),
    ])
}

/// The rules of a security group, those that Azure gives each one included: `rules`, each as a node of the manifest says it, and its
/// `name` and `source-ports`.
pub(crate) fn security_group(group: &NetworkSecurityGroup) -> Attributes {
    let rules = group.all_rules().map(|rule| {
        let mut says = rule.attributes();
        says.insert("name", rule.name.as_str().into());
        says.insert("source-ports", rule.source_ports());
        Value::Map(says)
    });
    Attributes::from([("rules", Value::List(rules.collect()))])
}

/// The routes of a route table: `routes`, each with its `name`, its `prefix` and its `next-hop`.
pub(crate) fn route_table(table: &wire::RouteTable) -> Attributes {
    let routes = table.properties.routes.iter().flatten().map(|route| {
        Value::Map(Attributes::from([
            ("name", text(route.name.as_ref())),
            ("prefix", text(route.properties.address_prefix.as_ref())),
            ("next-hop", text(route.properties.next_hop_type.as_ref())),
        ]))
    });
    Attributes::from([("routes", Value::List(routes.collect()))])
}

fn id(reference: Option<&wire::Reference>) -> Value {
    text(reference.and_then(|reference| reference.id.as_ref()))
}

fn text(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| text.as_str().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_primary_address_of_an_interface_says_where_its_traffic_goes() {
        let body = json!({"properties": {
            "networkSecurityGroup": {"id": "/nsg"},
            "ipConfigurations": [
                {"properties": {"subnet": {"id": "/other"}, "publicIPAddress": {"id": "/pip"}}},
                {"properties": {"primary": true, "subnet": {"id": "/subnet"}, "privateIPAddress": "10.20.1.4"}},
            ],
        }});
        assert_eq!(
            interface(&serde_json::from_value(body).unwrap()),
            Attributes::from([
                ("address".to_owned(), "10.20.1.4".into()),
                ("balanced".to_owned(), false.into()),
                ("public-ip".to_owned(), true.into()),
                ("security-group".to_owned(), "/nsg".into()),
                ("subnet".to_owned(), "/subnet".into()),
            ])
        );
    }

    #[test]
    fn a_subnet_that_says_nothing_lets_its_machines_out() {
        let silent = subnet(&serde_json::from_value(json!({})).unwrap());
        assert_eq!(silent["default-outbound-access"], true.into());
        let body = json!({"properties": {
            "defaultOutboundAccess": false,
            "natGateway": {"id": "/nat"},
            "routeTable": {"id": "/rt"},
        }});
        let read = subnet(&serde_json::from_value(body).unwrap());
        assert_eq!(read["default-outbound-access"], false.into());
        assert_eq!(read["nat-gateway"], true.into());
        assert_eq!(read["route-table"], "/rt".into());
        assert_eq!(read["security-group"], Value::Null);
    }

    #[test]
    fn the_rules_that_azure_gives_are_rules_too() {
        let body = json!({"location": "w", "properties": {
            "securityRules": [{"name": "own", "properties": {"priority": 100, "sourcePortRange": "*"}}],
            "defaultSecurityRules": [{"name": "DenyAllOutBound", "properties": {"priority": 65500, "direction": "Outbound"}}],
        }});
        let read = security_group(&serde_json::from_value(body).unwrap());
        let Value::List(rules) = &read["rules"] else {
            panic!("no list");
        };
        let names: Vec<&Value> = rules
            .iter()
            .map(|rule| &rule.as_map().unwrap()["name"])
            .collect();
        assert_eq!(names, [&"own".into(), &"DenyAllOutBound".into()]);
        assert_eq!(
            rules[0].as_map().unwrap()["source-ports"],
            Value::List(vec!["any".into()])
        );
    }

    #[test]
    fn a_route_says_where_it_leads() {
        let body = json!({"properties": {"routes": [
            {"name": "out", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}},
        ]}});
        let read = route_table(&serde_json::from_value(body).unwrap());
        assert_eq!(
            read["routes"].to_string(),
            "[{name=\"out\", next-hop=\"None\", prefix=\"0.0.0.0/0\"}]"
        );
    }
}
