//! What stands around the machine of the scenes, for rules about the network.

use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::{Inventory, Sight};
use vmlogin_engine::kind::Key;
use vmlogin_engine::value::Attributes;

use crate::kinds::surroundings;

/// The network interface of `web01`.
pub(crate) const INTERFACE: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkInterfaces/web01-nic";
/// The network that it is in, which the scenes declare.
pub(crate) const NETWORK: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/vnet-web";
/// The subnet that it is in.
pub(crate) const SUBNET: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/vnet-web/subnets/servers";
/// A security group that no node declares.
pub(crate) const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkSecurityGroups/nsg-live";
/// The one of the scenes.
pub(crate) const DECLARED_GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkSecurityGroups/nsg-web";
/// A route table.
pub(crate) const TABLE: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/routeTables/rt-live";

/// Puts the machine into a subnet with these properties; the groups have these rules, the table these routes.
pub(crate) fn put(inventory: &mut Inventory, subnet: Json, rules: Json, routes: Json) {
    for live in inventory.live.values_mut().filter(|live| live.kind == "vm") {
        live.facts.insert("interface".to_owned(), INTERFACE.into());
    }
    let interface = json!({"properties": {"ipConfigurations": [{"properties": {
        "subnet": {"id": SUBNET},
        "privateIPAddress": "10.20.1.4",
    }}]}});
    let group = json!({"location": "westeurope", "properties": {"securityRules": rules}});
    see(inventory, INTERFACE, surroundings::interface, interface);
    see(
        inventory,
        SUBNET,
        surroundings::subnet,
        json!({"properties": subnet}),
    );
    see(
        inventory,
        GROUP,
        surroundings::security_group,
        group.clone(),
    );
    see(
        inventory,
        DECLARED_GROUP,
        surroundings::security_group,
        group,
    );
    see(
        inventory,
        TABLE,
        surroundings::route_table,
        json!({"properties": {"routes": routes}}),
    );
}

fn see<T: serde::de::DeserializeOwned>(
    inventory: &mut Inventory,
    id: &str,
    says: fn(&T) -> Attributes,
    body: Json,
) {
    let sight = Sight::Seen(says(&serde_json::from_value(body).unwrap()));
    inventory.surroundings.insert(Key(id.to_lowercase()), sight);
}
