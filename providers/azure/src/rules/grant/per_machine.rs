//! VML406: one grant on every machine of a group, where one grant at the group would do.

use std::collections::BTreeMap;

use vmlogin_engine::address::Address;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Principal, Value};

pub(in crate::rules) struct PerMachine;

static CARD: Card = Card {
    id: "VML406",
    title: "the same grant stands at each machine of a resource group",
    severity: Severity::Warning,
    needs: Needs::Manifest,
    explanation: "A subscription holds at most 4,000 role assignments. The same role for the same people at each machine of a resource \
        group uses one for every machine, and one more has to be thought of with every new machine.\n\n\
        One `grant` in the resource group does the same, also for machines that the manifest does not name: look at what else lies in \
        the group before you move it.",
    source: "Azure RBAC limits; public issue MicrosoftDocs/azure-docs 85759",
    checked: "2026-11-21",
};

impl Rule for PerMachine {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let fleets = fleets(scene).into_iter();
        fleets
            .flat_map(|(group, fleet)| fleet.opinions(group))
            .collect()
    }
}

/// The machines of one group, and at how many of them each grant stands that the first of them has: no other stands at all.
#[derive(Default)]
struct Fleet<'a> {
    machines: usize,
    first: Option<&'a Address>,
    granted: BTreeMap<(&'a str, &'a Principal), usize>,
}

impl<'a> Fleet<'a> {
    /// Counts a grant at a machine. Those of one machine come one after another, as their addresses do.
    fn count(&mut self, machine: &'a Resource, terms: (&'a str, &'a Principal)) {
        if *self.first.get_or_insert(&machine.address) == &machine.address {
            self.granted.insert(terms, 1);
        } else if let Some(count) = self.granted.get_mut(&terms) {
            *count += 1;
        }
    }

    fn opinions(self, group: &Resource) -> Vec<Finding> {
        let machines = self.machines;
        let granted = self.granted.into_iter();
        granted
            .filter(|(_, count)| machines >= 2 && *count == machines)
            .map(|((role, principal), count)| opinion(group, role, principal, count))
            .collect()
    }
}

/// The groups in the order of their addresses, each with its machines: one look at each resource.
fn fleets<'a>(scene: &Scene<'a>) -> Vec<(&'a Resource, Fleet<'a>)> {
    let manifest = scene.manifest;
    let mut fleets: BTreeMap<&Address, Fleet<'_>> = BTreeMap::new();
    for machine in manifest
        .of_kind("vm")
        .chain(manifest.of_kind("arc-machine"))
    {
        fleets.entry(&machine.parent).or_default().machines += 1;
    }
    for grant in manifest.of_kind("grant") {
        let Some(machine) = manifest.parent_of(grant) else {
            continue;
        };
        if let (Some(fleet), Some(terms)) = (fleets.get_mut(&machine.parent), terms(grant)) {
            fleet.count(machine, terms);
        }
    }
    let groups = manifest.of_kind("resource-group");
    groups
        .filter_map(|group| Some((group, fleets.remove(&group.address)?)))
        .collect()
}

/// Role and principal; at one machine they stand once.
fn terms(grant: &Resource) -> Option<(&str, &Principal)> {
    let role = grant.get("role").and_then(Value::as_text)?;
    Some((role, grant.get("principal")?.as_principal()?))
}

fn opinion(group: &Resource, role: &str, principal: &Principal, count: usize) -> Finding {
    let name = &group.name;
    let message = format!(
        "`{role}` is granted to {principal} at each of the {count} machines of `{name}` that the manifest names"
    );
    let help = format!(
        "one `grant {role}` in `resource-group {name}` does the same, for its other machines too"
    );
    Finding::hit(&CARD, group.address.clone(), group.span, message, help)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    /// A group with two machines, at so many of which the grant stands.
    fn check(granted: usize) -> String {
        let mut manifest = scenes::manifest();
        let twin = scenes::twin(&mut manifest, "web02");
        let machines = [Address::new("vm", ["core", "rg-web", "web01"]), twin];
        let grant = manifest.of_kind("grant").next().unwrap().clone();
        for machine in machines.into_iter().take(granted) {
            let own = Resource {
                address: machine.child("grant").child("admin").child("group:sg-web"),
                parent: machine,
                ..grant.clone()
            };
            manifest.resources.insert(own);
        }
        shown(&PerMachine.check(&Scene::of(&manifest, &Inventory::default())))
    }

    #[test]
    fn a_grant_at_each_machine_is_a_warning_about_the_group() {
        assert_eq!(
            check(2),
            "VML406 resource-group:core/rg-web warning: `admin` is granted to group:sg-web at each of the 2 machines of `rg-web` that the manifest names\n  help: one `grant admin` in `resource-group rg-web` does the same, for its other machines too\n"
        );
    }

    #[test]
    fn a_grant_at_some_machines_is_fine() {
        assert_eq!(check(1), "");
    }

    #[test]
    fn it_can_always_look_because_the_manifest_is_enough() {
        assert_eq!(check(0), "");
        assert_eq!(CARD.needs, Needs::Manifest);
    }
}
