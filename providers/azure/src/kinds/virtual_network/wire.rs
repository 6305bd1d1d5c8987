//! Virtual networks as ARM spells them.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::kinds::subnet::wire::Subnet;
use crate::kinds::{Provisioning, Tags};

/// A virtual network with its subnets. What lies in those is spelt in upper case there (OBSERVED 4).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct VirtualNetwork {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Where it lies.
    pub(crate) location: String,
    /// The version of what was read, quotes and all: `W/"…"`.
    #[serde(default)]
    pub(crate) etag: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// The rest.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of a network, as far as they are declared or tell how it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    /// `Succeeded`, `Updating`.
    pub(crate) provisioning_state: Provisioning,
    /// Its ranges.
    pub(crate) address_space: Option<AddressSpace>,
    /// Its name servers; absent where Azure's own are in use.
    pub(crate) dhcp_options: Option<DhcpOptions>,
    /// Its subnets.
    pub(crate) subnets: Option<Vec<Subnet>>,
}

/// The ranges of a network.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AddressSpace {
    pub(crate) address_prefixes: Option<Vec<String>>,
}

/// What machines in a network are told when they start.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DhcpOptions {
    pub(crate) dns_servers: Option<Vec<String>>,
}

impl VirtualNetwork {
    /// Its ranges.
    pub(crate) fn ranges(&self) -> &[String] {
        let space = self.properties.address_space.as_ref();
        space
            .and_then(|space| space.address_prefixes.as_deref())
            .unwrap_or_default()
    }

    /// Its own name servers.
    pub(crate) fn name_servers(&self) -> &[String] {
        let options = self.properties.dhcp_options.as_ref();
        options
            .and_then(|options| options.dns_servers.as_deref())
            .unwrap_or_default()
    }

    /// The names of its subnets.
    pub(crate) fn subnets(&self) -> impl Iterator<Item = &str> {
        let subnets = self.properties.subnets.iter().flatten();
        subnets.map(|subnet| subnet.name.as_str())
    }

    /// The subnet of this name.
    pub(crate) fn subnet(&self, name: &str) -> Option<&Subnet> {
        let mut subnets = self.properties.subnets.iter().flatten();
        subnets.find(|subnet| subnet.name.eq_ignore_ascii_case(name))
    }
}

/// The properties of a new network.
pub(super) fn new(ranges: &Json, name_servers: Option<&Json>) -> Json {
    let mut properties = json!({"addressSpace": {"addressPrefixes": ranges}});
    if let Some(name_servers) = name_servers {
        properties["dhcpOptions"] = json!({"dnsServers": name_servers});
    }
    properties
}

/// Puts the declared values into what was read, without the network's own members that are only for reading. Every other member
/// stays as it is: the subnets are not looked into, since a subnet that is left out of a PUT is deleted by it.
pub(super) fn change(body: &mut Json, ranges: Option<Json>, name_servers: Option<Json>) {
    let read_only = [
        ("", ["etag", "name", "type"]),
        (
            "/properties",
            ["provisioningState", "resourceGuid", "flowLogs"],
        ),
    ];
    for (place, members) in read_only {
        if let Some(held) = body.pointer_mut(place).and_then(Json::as_object_mut) {
            held.retain(|name, _| !members.contains(&name.as_str()));
        }
    }
    let changes = [
        ("addressSpace", "addressPrefixes", ranges),
        ("dhcpOptions", "dnsServers", name_servers),
    ];
    for (group, member, value) in changes {
        let Some(value) = value else { continue };
        let held = &mut body["properties"][group];
        if !held.is_object() {
            *held = json!({});
        }
        held[member] = value;
    }
}
