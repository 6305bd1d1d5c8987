//! Network security groups, with the rules that every one of them has (arm/FACTS.md 16).

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::frame::etag;
use super::{Draft, Kind, Look, child, reference, refusal, security_rule};
use crate::http::Call;
use crate::http::reply::{Answer, Reply};
use crate::resources::{method_not_allowed, not_found};
use crate::state::{Resource, World};

pub(super) const KIND: Kind = Kind {
    name: "networkSecurityGroups",
    child: Some(&security_rule::CHILD),
    wait: Some(1),
    written: "Updating",
    fill,
    free,
    show,
    settle: |_, _| Map::new(),
};

/// Name, description, source, destination, access, priority and direction of the default rules, in recorded order.
const DEFAULTS: [[&str; 7]; 6] = [
    [
        "AllowVnetInBound",
        "Allow inbound traffic from all VMs in VNET",
        "VirtualNetwork",
        "VirtualNetwork",
        "Allow",
        "65000",
        "Inbound",
    ],
    [
        "AllowAzureLoadBalancerInBound",
        "Allow inbound traffic from azure load balancer",
        "AzureLoadBalancer",
        "*",
        "Allow",
        "65001",
        "Inbound",
    ],
    [
        "DenyAllInBound",
        "Deny all inbound traffic",
        "*",
        "*",
        "Deny",
        "65500",
        "Inbound",
    ],
    [
        "AllowVnetOutBound",
        "Allow outbound traffic from all VMs to all VMs in VNET",
        "VirtualNetwork",
        "VirtualNetwork",
        "Allow",
        "65000",
        "Outbound",
    ],
    [
        "AllowInternetOutBound",
        "Allow outbound traffic from all VMs to Internet",
        "*",
        "Internet",
        "Allow",
        "65001",
        "Outbound",
    ],
    [
        "DenyAllOutBound",
        "Deny all outbound traffic",
        "*",
        "*",
        "Deny",
        "65500",
        "Outbound",
    ],
];

/// The names of the default rules, which no other rule can take.
pub(super) fn is_default(name: &str) -> bool {
    DEFAULTS.iter().any(|it| it[0].eq_ignore_ascii_case(name))
}

/// `GET …/defaultSecurityRules` and one of them.
pub(super) fn defaults(call: &mut Call<'_>, key: &str, rest: &[&str]) -> Answer {
    if call.request.method != Method::GET {
        return Err(method_not_allowed(call));
    }
    let path = &call.request.segments;
    let Some(held) = call.world.resources.get(key) else {
        return Err(not_found(&format!("/{}", path[..8].join("/"))));
    };
    let rules = default_rules(held);
    match rest {
        [] => Ok(Reply::json(200, json!({"value": rules}))),
        [name] => rules
            .into_iter()
            .find(|it| {
                it["name"]
                    .as_str()
                    .is_some_and(|it| reference::same(it, name))
            })
            .map(|it| Reply::json(200, it))
            .ok_or_else(|| {
                let id = format!("/{}", path.join("/"));
                refusal(404, "NotFound", format!("Resource {id} not found."))
            }),
        _ => Err(method_not_allowed(call)),
    }
}

fn fill(world: &World, draft: &mut Draft<'_>) -> Result<(), Reply> {
    for read_only in [
        "defaultSecurityRules",
        "networkInterfaces",
        "subnets",
        "flowLogs",
    ] {
        draft.made.properties.remove(read_only);
    }
    child::fill_all(world, &mut draft.made, &security_rule::CHILD)
}

/// Refuses the deletion of a group that filters something, as recorded.
fn free(world: &World, held: &Resource) -> Result<(), Reply> {
    let users = [interfaces(world, &held.id), subnets(world, &held.id)].concat();
    if users.is_empty() {
        return Ok(());
    }
    Err(refusal(
        400,
        "InUseNetworkSecurityGroupCannotBeDeleted",
        format!(
            "Network security group {} cannot be deleted because it is in use by the following resources: {}. In order to \
             delete the Network security group, remove the association with the resource(s). To learn how to do this, see \
             aka.ms/deletensg.",
            held.id,
            users.join(", ")
        ),
    ))
}

fn show(world: &World, held: &Resource, _: Look, properties: &mut Map<String, Value>) {
    properties.insert(
        "defaultSecurityRules".to_owned(),
        default_rules(held).into(),
    );
    reference::show(properties, "networkInterfaces", interfaces(world, &held.id));
    reference::show(properties, "subnets", subnets(world, &held.id));
}

fn interfaces(world: &World, id: &str) -> Vec<String> {
    if let Some(users) = &world.users {
        return users.interfaces(id);
    }
    let mine = |it: &&Resource| {
        let group = it.properties.get("networkSecurityGroup");
        group
            .and_then(reference::id_in)
            .is_some_and(|it| reference::same(it, id))
    };
    let all = reference::interfaces(world).filter(mine);
    all.map(|it| it.id.clone()).collect()
}

fn subnets(world: &World, id: &str) -> Vec<String> {
    reference::subnets(world, "networkSecurityGroup", id)
}

fn default_rules(held: &Resource) -> Vec<Value> {
    let state = held.properties.get("provisioningState");
    DEFAULTS
        .iter()
        .map(|[name, description, source, destination, access, priority, direction]| {
            json!({"name": name, "id": format!("{}/defaultSecurityRules/{name}", held.id), "etag": etag(held),
                "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
                "properties": {"provisioningState": state, "description": description, "protocol": "*",
                    "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": source,
                    "destinationAddressPrefix": destination, "access": access,
                    "priority": priority.parse::<u32>().unwrap_or_default(), "direction": direction,
                    "sourcePortRanges": [], "destinationPortRanges": [], "sourceAddressPrefixes": [],
                    "destinationAddressPrefixes": []}})
        })
        .collect()
}
