//! What a seed says of networks, locks and resources of other types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A virtual network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VirtualNetwork {
    /// Resource name.
    pub name: String,
    /// Region; the group's when absent.
    pub location: Option<String>,
    /// Its ranges in CIDR form, at least one.
    pub address_space: Vec<String>,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subnet {
    /// Its name.
    pub name: String,
    /// Its range in CIDR form.
    pub prefix: String,
    /// ARM id of its network security group, or the name of one of the same group.
    pub security_group: Option<String>,
    /// ARM id of its route table, or the name of one of the same group.
    pub route_table: Option<String>,
    /// Whether machines in it reach the internet by themselves; not said when absent.
    pub default_outbound: Option<bool>,
}

/// A network security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityGroup {
    /// Resource name.
    pub name: String,
    /// Region; the group's when absent.
    pub location: Option<String>,
    /// Its rules, beside those that every group has.
    pub rules: Vec<SecurityRule>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A security rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityRule {
    /// Its name.
    pub name: String,
    /// 100 to 4096, the lower the earlier.
    pub priority: i64,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// `allow` or `deny`.
    pub access: String,
    /// `*`, `tcp`, `udp` and the like.
    pub protocol: String,
    /// Where traffic comes from: ranges or one tag.
    pub sources: Vec<String>,
    /// Where it goes.
    pub destinations: Vec<String>,
    /// Ports that it goes to.
    pub ports: Vec<String>,
}

/// A route table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteTable {
    /// Resource name.
    pub name: String,
    /// Region; the group's when absent.
    pub location: Option<String>,
    /// Its routes.
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// The range that it is for.
    pub prefix: String,
    /// Type of the next hop, as ARM spells it: `None`, `Internet`, `VirtualAppliance` and the like.
    pub next_hop: String,
    /// Address of an appliance.
    pub address: Option<String>,
}

/// The network interface of a machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Interface {
    /// Resource name.
    pub name: String,
    /// ARM id of its subnet, or `network/subnet` of the same group.
    pub subnet: String,
    /// ARM id of its network security group, or the name of one of the same group.
    pub security_group: Option<String>,
}

/// A management lock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lock {
    /// Its name.
    pub name: String,
    /// `CanNotDelete` or `ReadOnly`.
    pub level: String,
    /// ARM id of what it is at; what it stands in when absent.
    pub scope: Option<String>,
    /// What somebody wrote about it.
    pub notes: Option<String>,
}

/// A resource of any other type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OtherResource {
    /// Its type with the namespace, for example `Microsoft.KeyVault/vaults`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Resource name.
    pub name: String,
    /// Region; the group's when absent.
    pub location: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}
