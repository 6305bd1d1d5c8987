//! Network interfaces, subnets and route tables as ARM spells them, as far as they say where traffic may go.

use serde::Deserialize;

use vmlogin_engine::value::Value;

/// Another resource, by its id.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Reference {
    pub(crate) id: Option<String>,
}

/// A network interface.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Interface {
    pub(crate) properties: InterfaceProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct InterfaceProperties {
    pub(crate) network_security_group: Option<Reference>,
    ip_configurations: Option<Vec<Address>>,
}

/// One address of an interface.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    pub(crate) properties: AddressProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AddressProperties {
    primary: Option<bool>,
    pub(crate) subnet: Option<Reference>,
    #[serde(rename = "publicIPAddress")]
    pub(crate) public_ip_address: Option<Reference>,
    #[serde(rename = "privateIPAddress")]
    pub(crate) private_ip_address: Option<String>,
    pub(crate) load_balancer_backend_address_pools: Option<Vec<Reference>>,
}

impl InterfaceProperties {
    /// The address that says it is the primary one, else the first.
    pub(crate) fn primary(&self) -> Option<&Address> {
        let mut addresses = self.ip_configurations.iter().flatten();
        let says_so = addresses
            .clone()
            .find(|address| address.properties.primary == Some(true));
        says_so.or_else(|| addresses.next())
    }

    /// Whether something holds of any address.
    pub(crate) fn any(&self, holds: impl Fn(&AddressProperties) -> bool) -> Value {
        let mut addresses = self.ip_configurations.iter().flatten();
        addresses.any(|address| holds(&address.properties)).into()
    }
}

/// A virtual network.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Network {
    properties: NetworkProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct NetworkProperties {
    subnets: Option<Vec<SubnetWithin>>,
}

/// A subnet in the answer of its network.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct SubnetWithin {
    name: Option<String>,
    properties: Option<SubnetProperties>,
}

impl Network {
    /// Its subnets by name, as readings of the subnets themselves show them. One that is only named says nothing: neither that it has
    /// no filter.
    pub(crate) fn subnets(&self) -> impl Iterator<Item = (&str, &SubnetProperties)> {
        let subnets = self.properties.subnets.iter().flatten();
        subnets.filter_map(|subnet| Some((subnet.name.as_deref()?, subnet.properties.as_ref()?)))
    }
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Subnet {
    pub(crate) properties: SubnetProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SubnetProperties {
    pub(crate) network_security_group: Option<Reference>,
    pub(crate) route_table: Option<Reference>,
    pub(crate) nat_gateway: Option<Reference>,
    pub(crate) default_outbound_access: Option<bool>,
}

/// A route table.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct RouteTable {
    pub(crate) properties: RouteTableProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct RouteTableProperties {
    pub(crate) routes: Option<Vec<Route>>,
}

/// One route.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Route {
    pub(crate) name: Option<String>,
    pub(crate) properties: RouteProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RouteProperties {
    pub(crate) address_prefix: Option<String>,
    pub(crate) next_hop_type: Option<String>,
}
