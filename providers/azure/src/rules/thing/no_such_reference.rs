//! VML224: something that a node refers to, and that no node declares, does not exist.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::problem::nearest;
use vmlogin_engine::reference::{self, Reference};
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::arm::ArmId;
use crate::kinds::catalogue;

/// The kind that subnets lie in.
const NETWORK: &str = "virtual-network";

pub(in crate::rules) struct NoSuchReference;

static CARD: Card = Card {
    id: "VML224",
    title: "a thing that a node refers to does not exist",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "A node may name things that no node declares: a subnet of another team's network, a public address that was made \
        by other means. Such a thing has to exist, since vmlogin makes nothing that is not declared, and Azure refuses what is \
        connected to nothing.\n\n\
        Either the name or the group in front of it is wrong, or the thing was deleted. `nic subnet=servers` is the group's own; \
        write `\"rg-hub/vnet-hub/servers\"` for another group's, or the full id.",
    source: "OBSERVED.md 3: a missing referenced resource is 400 InvalidResourceReference or 404 NotFound",
    checked: "2026-11-21",
};

impl Rule for NoSuchReference {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let mut references = reference::all(scene.manifest, catalogue());
        references.retain(|reference| reference.to.is_none());
        let nearby = LazyCell::new(|| Nearby::of(scene, &references));
        references
            .iter()
            .filter_map(|reference| opinion(scene, reference, &nearby))
            .collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("what does not exist cannot be connected to")
    }
}

fn opinion<'a>(
    scene: &Scene<'a>,
    reference: &Reference<'a>,
    nearby: &LazyCell<Nearby<'a>, impl FnOnce() -> Nearby<'a>>,
) -> Option<Finding> {
    let (subject, span) = (reference.from.address.clone(), reference.span);
    let title = title(reference);
    let shown = shown(reference.id);
    match scene.inventory.referred.get(&reference.id.to_lowercase()) {
        Some(true) => None,
        Some(false) => {
            let message = format!(
                "the {title} `{shown}` does not exist, and `{}` refers to it",
                reference.attribute.name
            );
            let help = nearby.help(scene, reference);
            Some(Finding::hit(&CARD, subject, span, message, help))
        }
        None => {
            let message = format!("whether the {title} `{shown}` exists could not be read");
            Some(Finding::not_checked(&CARD, subject, span, message))
        }
    }
}

/// What the referred thing is called in a sentence.
fn title(reference: &Reference<'_>) -> &'static str {
    let mut kinds = reference
        .kinds
        .iter()
        .filter_map(|kind| catalogue().kind(kind));
    let named = kinds.clone().find(|kind| kind.is_id(reference.id));
    named
        .or_else(|| kinds.next())
        .map_or("thing", |kind| kind.schema().title)
}

/// An id as a manifest names it: the group, what it lies in, its own name.
fn shown(id: &str) -> String {
    let Ok(id) = ArmId::parse(id) else {
        return id.to_owned();
    };
    let group = id.resource_group().map(str::to_owned);
    let names = id.names().into_iter().map(str::to_owned);
    let names: Vec<String> = group.into_iter().chain(names).collect();
    names.join("/")
}

/// How many names a help chooses from.
const MOST_CONSIDERED: usize = 500;

/// What is declared, by the ids of what it lies in and of itself: a missing thing may be meant by thousands.
struct Nearby<'a> {
    lying_in: BTreeMap<String, Vec<&'a Resource>>,
    networks: BTreeMap<String, &'a Resource>,
}

impl<'a> Nearby<'a> {
    /// What these references may mean, and the networks that subnets lie in.
    fn of(scene: &Scene<'a>, references: &[Reference<'a>]) -> Nearby<'a> {
        let mut nearby = Nearby {
            lying_in: BTreeMap::new(),
            networks: BTreeMap::new(),
        };
        let kinds = references.iter().flat_map(|reference| reference.kinds);
        let kinds: BTreeSet<&str> = kinds.copied().chain([NETWORK]).collect();
        let resources = scene.manifest.resources.values();
        for resource in resources.filter(|resource| kinds.contains(resource.kind)) {
            let Some(id) = crate::kinds::arm_id(resource, scene.manifest) else {
                continue;
            };
            let around = id.parent().key().to_owned();
            nearby.lying_in.entry(around).or_default().push(resource);
            if resource.kind == NETWORK {
                nearby.networks.insert(id.key().to_owned(), resource);
            }
        }
        nearby
    }

    fn help(&self, scene: &Scene<'_>, reference: &Reference<'_>) -> String {
        let Ok(id) = ArmId::parse(reference.id) else {
            return "write its full id".to_owned();
        };
        let names = self.beside(scene, reference, &id);
        if let Some(near) = nearest(id.name(), names) {
            return format!("did you mean `{near}`?");
        }
        match self.networks.get(id.parent().key()) {
            Some(network) => format!(
                "correct the name, or declare `subnet {} {{ prefix … }}` in the braces of `{}`",
                id.name(),
                network.name
            ),
            None => "correct the name or the group in front of it, or write its full id".to_owned(),
        }
    }

    /// The names of what lies beside it: the other subnets of its network, where that was read, and declared things of its type.
    fn beside<'s>(
        &'s self,
        scene: &Scene<'s>,
        reference: &Reference<'_>,
        id: &ArmId,
    ) -> Vec<&'s str> {
        let outer = id.parent().into();
        let live: Option<&Live> = scene.inventory.get(NETWORK, &outer);
        let subnets = match live.and_then(|live| live.facts.get("subnets")) {
            Some(Value::List(names)) => names.as_slice(),
            _ => &[],
        };
        let subnets = subnets.iter().filter_map(Value::as_text);
        let lying = self.lying_in.get(&outer.0).into_iter().flatten();
        let declared = reference.kinds.iter().flat_map(|kind| {
            let lying = lying.clone();
            lying.filter(move |resource| resource.kind == *kind)
        });
        let declared = declared.map(|resource| resource.name.as_str());
        subnets.chain(declared).take(MOST_CONSIDERED).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes;

    const SUBNET: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/vnet-web/subnets/servrs";
    const NIC: &str = "network-interface:core/rg-web/web01-nic";

    fn check(referred: Option<(&str, bool)>, id: &str) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        scenes::declare(&mut manifest, NIC, "subnet", id.into());
        let referred = referred.map(|(id, exists)| (id.to_lowercase(), exists));
        inventory.referred.extend(referred);
        let scene = Scene::of(&manifest, &inventory);
        scenes::shown(&NoSuchReference.check(&scene))
    }

    #[test]
    fn what_does_not_exist_is_named_with_the_nearest() {
        assert_eq!(
            check(Some((SUBNET, false)), SUBNET),
            "VML224 network-interface:core/rg-web/web01-nic error: the subnet `rg-web/vnet-web/servrs` does not exist, and `subnet` refers to it\n  help: did you mean `servers`?\n"
        );
        let other = SUBNET.replace("servrs", "somewhere");
        assert_eq!(
            check(Some((&other, false)), &other),
            "VML224 network-interface:core/rg-web/web01-nic error: the subnet `rg-web/vnet-web/somewhere` does not exist, and `subnet` refers to it\n  help: correct the name, or declare `subnet somewhere { prefix … }` in the braces of `vnet-web`\n"
        );
        let hub = SUBNET.replace("vnet-web", "vnet-hub");
        assert_eq!(
            check(Some((&hub, false)), &hub),
            "VML224 network-interface:core/rg-web/web01-nic error: the subnet `rg-web/vnet-hub/servrs` does not exist, and `subnet` refers to it\n  help: correct the name or the group in front of it, or write its full id\n"
        );
    }

    #[test]
    fn what_exists_or_is_declared_is_no_finding() {
        assert_eq!(check(Some((SUBNET, true)), SUBNET), "");
        let declared = SUBNET.replace("servrs", "SERVERS");
        assert_eq!(check(None, &declared), "");
    }

    #[test]
    fn what_may_not_be_read_is_not_called_missing() {
        assert_eq!(
            check(None, SUBNET),
            "VML224 network-interface:core/rg-web/web01-nic not checked: whether the subnet `rg-web/vnet-web/servrs` exists could not be read\n"
        );
    }
}
