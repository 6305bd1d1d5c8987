//! What a screen calls the things that values point at: what the plan knows by its address, everything else by its whole id.
//! JSON keeps the ids.

use std::collections::BTreeMap;

use vmlogin_engine::address::Address;
use vmlogin_engine::plan::Plan;
use vmlogin_engine::value::Value;

/// The addresses of everything in a plan, by their ids in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names<'a> {
    addresses: BTreeMap<String, &'a Address>,
}

impl<'a> Names<'a> {
    /// The names of a plan.
    pub(crate) fn of(plan: &'a Plan) -> Names<'a> {
        let addresses = plan
            .steps
            .iter()
            .filter_map(|step| Some((step.id.as_ref()?.to_lowercase(), &step.address)))
            .collect();
        Names { addresses }
    }

    /// An id as people read it.
    pub(super) fn id(&self, id: &'a str) -> &'a str {
        let known = self.addresses.get(&id.to_lowercase());
        known.map_or(id, |address| address.as_str())
    }

    /// A value as people read it.
    pub(crate) fn said(&self, value: &Value) -> String {
        match value {
            Value::List(values) => {
                let values: Vec<String> = values.iter().map(|value| self.said(value)).collect();
                format!("[{}]", values.join(", "))
            }
            value => self
                .address(value)
                .map_or_else(|| value.to_string(), Address::to_string),
        }
    }

    /// What a value points at, where the plan knows it.
    pub(super) fn address(&self, value: &Value) -> Option<&'a Address> {
        let id = value.as_text()?.to_lowercase();
        self.addresses.get(&id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{plan, step};
    use vmlogin_engine::plan::Action;

    const ID: &str = "/subscriptions/s/resourceGroups/rg-web/providers/Microsoft.Network/networkInterfaces/web01-nic";

    fn interface() -> Plan {
        let address = Address::new("network-interface", ["core", "rg-web", "web01-nic"]);
        let mut interface = step(address, "network-interface", "", Action::Keep);
        interface.id = Some(ID.to_owned());
        plan(vec![interface])
    }

    #[test]
    fn an_id_in_the_plan_is_an_address_and_any_other_stays_whole() {
        let plan = interface();
        let names = Names::of(&plan);
        let address = "network-interface:core/rg-web/web01-nic";
        assert_eq!(names.said(&ID.to_uppercase().as_str().into()), address);
        assert_eq!(
            names.said(&"/subscriptions/s".into()),
            "\"/subscriptions/s\""
        );
        let list = Value::List(vec![ID.into(), "x".into(), Value::Bool(true)]);
        assert_eq!(names.said(&list), format!("[{address}, \"x\", true]"));
    }
}
