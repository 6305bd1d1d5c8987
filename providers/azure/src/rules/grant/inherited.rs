//! VML407: a grant that a wider one makes superfluous.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Inventory, Live, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{PrincipalKind, Value};

use crate::kinds::grant::{declared_scope, role};

pub(in crate::rules) struct Inherited;

static CARD: Card = Card {
    id: "VML407",
    title: "the same people have the same role from a wider scope already",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "A role at a subscription or a resource group holds for every machine in it. The same role for the same people at a \
        narrower scope adds nothing, and whoever takes the narrower one away believes that nobody gets in any more.\n\n\
        Take out the narrower `grant`, or the wider one if it lets in more than was meant. A management group of the \
        manifest is looked at too, where Azure shows that it hands grants down to the subscription; other management groups, and what \
        membership of another group hands down, are not.",
    source: "Azure RBAC documentation, scope: role assignments are inherited by what lies beneath",
    checked: "2026-11-21",
};

impl Rule for Inherited {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let alike = Alike::of(scene);
        let granted = Granted::of(scene.inventory);
        let grants = scene.manifest.of_kind("grant");
        grants
            .filter_map(|grant| opinion(scene, &alike, &granted, grant))
            .collect()
    }
}

fn opinion(
    scene: &Scene<'_>,
    alike: &Alike<'_>,
    granted: &Granted<'_>,
    grant: &Resource,
) -> Option<Finding> {
    let (address, span) = (grant.address.clone(), grant.span);
    // What lies above a management group is not looked at.
    if grant.subscription.is_empty() {
        return None;
    }
    let wider = match alike.wider(scene, grant) {
        Some(wider) => format!("`{}` grants it", wider.address),
        None if scene
            .inventory
            .grants_complete
            .contains(&*grant.subscription) =>
        {
            format!("`{}` grants it", granted.wider(scene, grant)?.address)
        }
        None => {
            let message = format!(
                "the grants of subscription `{}` could not be read, so nobody knows whether a wider one does the same",
                grant.subscription
            );
            return Some(Finding::not_checked(&CARD, address, span, message));
        }
    };
    let role = grant
        .get("role")
        .and_then(Value::as_text)
        .unwrap_or_default();
    let message = format!("`{role}` holds here from a wider scope already: {wider}");
    let help = "take out one of the two".to_owned();
    Some(Finding::hit(&CARD, address, span, message, help))
}

/// The declared grants by what they are alike in and by the keys of their scopes, the first of each.
struct Alike<'a>(BTreeMap<(String, String), BTreeMap<String, &'a Resource>>);

impl<'a> Alike<'a> {
    fn of(scene: &Scene<'a>) -> Alike<'a> {
        let mut alike: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for grant in scene.manifest.of_kind("grant") {
            if let (Some(terms), Some(scope)) =
                (terms(scene, grant), declared_scope(grant, scene.manifest))
            {
                let of_terms = alike.entry(terms).or_default();
                let scope = scope.key().trim_end_matches('/').to_owned();
                of_terms.entry(scope).or_insert(grant);
            }
        }
        Alike(alike)
    }

    /// The one of the same role to the same principal at a scope around this one's.
    fn wider(&self, scene: &Scene<'_>, grant: &Resource) -> Option<&'a Resource> {
        let own = declared_scope(grant, scene.manifest)?;
        let alike = self.0.get(&terms(scene, grant)?)?;
        let wider = outwards(own.key()).filter_map(|scope| alike.get(scope).copied());
        wider.min_by_key(|grant| &grant.address)
    }
}

/// The keys of all that an id may lie in.
fn outwards(key: &str) -> impl Iterator<Item = &str> {
    key.match_indices('/').map(|(end, _)| &key[..end])
}

/// Role and principal, by their ids where they are known. One name of an identity means different things in different places, so
/// that it says nothing by itself.
fn terms(scene: &Scene<'_>, grant: &Resource) -> Option<(String, String)> {
    let principal = grant.get("principal").and_then(Value::as_principal)?;
    let role = match role::of(grant, scene) {
        Some(role) => role.id.clone(),
        None => grant.get("role")?.as_text()?.to_owned(),
    };
    match scene.inventory.principal_of(grant) {
        Some(Resolution::Found(found)) => Some((role, found.object_id.clone())),
        _ if principal.kind == PrincipalKind::Identity => None,
        _ => Some((role, format!("{} {principal}", grant.tenant))),
    }
}

/// The live grants without a condition by role and principal and by what they are at. Those of this estate that no node names are about
/// to go, but for those at management groups.
struct Granted<'a>(BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, Vec<&'a Live>>>);

impl<'a> Granted<'a> {
    fn of(inventory: &'a Inventory) -> Granted<'a> {
        let mut granted: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        let grants = inventory.of_kind("grant");
        for live in grants.filter(|live| !live.facts.contains_key("condition")) {
            let fact = |name: &str| live.facts.get(name).and_then(Value::as_text);
            if let (Some(role), Some(principal)) = (fact("role-id"), fact("principal-id")) {
                let scope = live.within.last().map(String::as_str).unwrap_or_default();
                let alike = granted.entry((role, principal)).or_default();
                alike.entry(scope).or_default().push(live);
            }
        }
        Granted(granted)
    }

    /// The one of the same role to the same principal around a declared grant, or handed down from above.
    fn wider(&self, scene: &Scene<'_>, grant: &Resource) -> Option<&'a Live> {
        let Resolution::Found(found) = scene.inventory.principal_of(grant)? else {
            return None;
        };
        let role = role::of(grant, scene)?;
        let alike = self.0.get(&(role.id.as_str(), found.object_id.as_str()))?;
        let id = declared_scope(grant, scene.manifest)?;
        let at = |scope: &str| alike.get(scope).into_iter().flatten().copied();
        let estate = Some(scene.manifest.estate.as_str());
        let around = outwards(id.key()).flat_map(at);
        let around = around.filter(|live| live.stamp.as_deref() != estate);
        let above = scene.inventory.above.get(&*grant.subscription);
        let handed_down = above.into_iter().flatten();
        let handed_down = handed_down.flat_map(|scope| at(scope));
        around.chain(handed_down).min_by_key(|live| &live.key)
    }
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::address::Address;
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(manifest: &Manifest, inventory: &Inventory) -> String {
        shown(&Inherited.check(&Scene::of(manifest, inventory)))
    }

    /// The estate, with the grant of the group at the machine too, or only there.
    fn narrowed(also_at_the_group: bool) -> (Manifest, Inventory) {
        let (mut manifest, inventory) = scenes::estate();
        let grant = manifest.of_kind("grant").next().unwrap().clone();
        if !also_at_the_group {
            manifest.resources.remove(&grant.address);
        }
        let machine = Address::new("vm", ["core", "rg-web", "web01"]);
        let own = Resource {
            address: machine.child("grant").child("admin").child("group:sg-web"),
            parent: machine,
            ..grant
        };
        manifest.resources.insert(own);
        (manifest, inventory)
    }

    #[test]
    fn a_wider_grant_in_the_manifest_is_named() {
        let (manifest, inventory) = narrowed(true);
        assert_eq!(
            check(&manifest, &inventory),
            "VML407 vm:core/rg-web/web01/grant/admin/group:sg-web warning: `admin` holds here from a wider scope already: `grant:core/rg-web/admin/group:sg-web` grants it\n  help: take out one of the two\n"
        );
    }

    #[test]
    fn a_wider_grant_that_somebody_else_made_is_named_too() {
        let (manifest, mut inventory) = narrowed(false);
        for live in inventory.live.values_mut() {
            live.stamp = None;
        }
        assert_eq!(
            check(&manifest, &inventory),
            "VML407 vm:core/rg-web/web01/grant/admin/group:sg-web warning: `admin` holds here from a wider scope already: `grant:core/rg-web/admin/group:sg-web` grants it\n  help: take out one of the two\n"
        );
    }

    #[test]
    fn a_wider_grant_that_goes_in_this_run_does_not_count() {
        let (manifest, inventory) = narrowed(false);
        assert_eq!(check(&manifest, &inventory), "");
    }

    #[test]
    fn a_grant_that_a_management_group_hands_down_is_named_whoever_made_it() {
        let (manifest, mut inventory) = scenes::estate();
        let group = "/providers/microsoft.management/managementgroups/mg-root";
        let mut above = inventory.of_kind("grant").next().unwrap().clone();
        above.address = Address::new("management-group", ["root"]).child("grant");
        above.key = vmlogin_engine::kind::Key("above".to_owned());
        above.subscription = String::new();
        above.within = vec![group.to_owned()];
        inventory.insert(above);
        assert_eq!(check(&manifest, &inventory), "");
        let handed_down = [group.to_owned()].into();
        inventory.above.insert("core".to_owned(), handed_down);
        assert_eq!(
            check(&manifest, &inventory),
            "VML407 grant:core/rg-web/admin/group:sg-web warning: `admin` holds here from a wider scope already: `management-group:root/grant` grants it\n  help: take out one of the two\n"
        );
    }

    #[test]
    fn a_grant_at_a_management_group_has_nothing_wider_that_was_looked_at() {
        assert_eq!(check(&scenes::above("admin"), &scenes::inventory()), "");
    }

    #[test]
    fn one_grant_alone_is_fine() {
        let (manifest, inventory) = scenes::estate();
        assert_eq!(check(&manifest, &inventory), "");
    }

    #[test]
    fn where_the_grants_could_not_be_read_it_is_not_checked() {
        let (manifest, mut inventory) = narrowed(false);
        inventory.grants_complete.clear();
        assert_eq!(
            check(&manifest, &inventory),
            "VML407 vm:core/rg-web/web01/grant/admin/group:sg-web not checked: the grants of subscription `core` could not be read, so nobody knows whether a wider one does the same\n"
        );
    }
}
