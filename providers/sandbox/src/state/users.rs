//! Who uses what of the network, found once for many looks: lists of thousands of interfaces would else ask every machine for each.

use std::collections::HashMap;

use serde_json::Value;

use super::World;

/// What refers to a thing, by its id in lower case.
#[derive(Debug, Default)]
pub(crate) struct Users {
    /// Keys of machines, by their interfaces.
    machines: HashMap<String, String>,
    /// Ids of IP configurations, by subnet and by public address.
    configurations: HashMap<String, Vec<String>>,
    /// Ids of interfaces, by network security group.
    interfaces: HashMap<String, Vec<String>>,
}

impl Users {
    /// As the world is now.
    pub(super) fn of(world: &World) -> Users {
        let mut users = Users::default();
        for (key, machine) in &world.machines {
            let profile = machine.properties.get("networkProfile");
            let held = profile.and_then(|it| it["networkInterfaces"].as_array());
            for nic in held.into_iter().flatten().filter_map(id_in) {
                users.machines.entry(nic).or_insert_with(|| key.clone());
            }
        }
        let nics = world.resources.values();
        for nic in nics.filter(|it| it.kind == "Microsoft.Network/networkInterfaces") {
            if let Some(group) = nic.properties.get("networkSecurityGroup").and_then(id_in) {
                users
                    .interfaces
                    .entry(group)
                    .or_default()
                    .push(nic.id.clone());
            }
            let parts = nic
                .properties
                .get("ipConfigurations")
                .and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                let id = format!(
                    "{}/ipConfigurations/{}",
                    nic.id,
                    part["name"].as_str().unwrap_or_default()
                );
                for member in ["subnet", "publicIPAddress"] {
                    if let Some(used) = id_in(&part["properties"][member]) {
                        users
                            .configurations
                            .entry(used)
                            .or_default()
                            .push(id.clone());
                    }
                }
            }
        }
        users
    }

    /// The key of the machine that has an interface.
    pub(crate) fn machine(&self, nic: &str) -> Option<&String> {
        self.machines.get(&nic.to_lowercase())
    }

    /// The IP configurations that use a subnet or a public address.
    pub(crate) fn configurations(&self, id: &str) -> Vec<String> {
        let found = self.configurations.get(&id.to_lowercase());
        found.cloned().unwrap_or_default()
    }

    /// The interfaces that have a network security group.
    pub(crate) fn interfaces(&self, group: &str) -> Vec<String> {
        let found = self.interfaces.get(&group.to_lowercase());
        found.cloned().unwrap_or_default()
    }
}

fn id_in(value: &Value) -> Option<String> {
    value["id"].as_str().map(str::to_lowercase)
}
