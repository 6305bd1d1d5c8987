//! VML401: a sign-in role at a management group.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::{ManagementGroup as Group, Resource};
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::kinds::grant::role::{self, Role};

pub(in crate::rules) struct ManagementGroup;

static CARD: Card = Card {
    id: "VML401",
    title: "a sign-in role is granted at a management group",
    severity: Severity::Error,
    needs: Needs::Manifest,
    explanation: "The two sign-in roles consist of data actions. Microsoft's article on Windows machines (2023) says that such roles \
        cannot be granted at a management group; a newer one on Linux machines (March 2025) recommends that very scope, and the \
        troubleshooting page says that it works only hours later. Until Microsoft's pages agree, vmlogin refuses it.\n\n\
        Grant the role at each subscription of the management group instead: there it takes effect within ten minutes. Roles that let \
        nobody sign in may be granted at a management group.\n\n\
        `--allow VML401` makes the grant all the same. It then holds for every machine beneath the management group, and vmlogin never \
        takes it away by itself: when its node is gone, the plan lists it as unmanaged. A custom role with data actions Azure refuses there.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2023) against howto-vm-sign-in-azure-ad-linux (2025-03)",
    checked: "2026-11-21",
};

impl Rule for ManagementGroup {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let groups = &scene.manifest.management_groups;
        if groups.is_empty() {
            return Vec::new();
        }
        let grants = scene.manifest.of_kind("grant");
        grants
            .filter_map(|grant| Some((grant, groups.get(&grant.parent)?)))
            .filter(|(grant, _)| signs_in(scene, grant))
            .map(|(grant, group)| opinion(scene, grant, group))
            .collect()
    }
}

/// Whether the role lets people sign in, as far as that is known: of a role that is not looked up yet only its name is.
fn signs_in(scene: &Scene<'_>, grant: &Resource) -> bool {
    let written = grant.get("role").and_then(Value::as_text);
    written.is_some_and(|written| Role::named(written).is_some())
        || role::of(grant, scene).is_some_and(|role| role.signs_in)
}

fn opinion(scene: &Scene<'_>, grant: &Resource, group: &Group) -> Finding {
    let message = format!(
        "a sign-in role cannot be granted at the management group `{}`: Microsoft's article on Windows machines excludes it, though its newer page on Linux machines (2025-03) names it",
        group.name
    );
    let subscriptions: Vec<String> = scene
        .manifest
        .subscriptions
        .values()
        .filter(|subscription| subscription.tenant == group.tenant)
        .map(|subscription| format!("`subscription {}`", subscription.name))
        .collect();
    let help = if subscriptions.is_empty() {
        "declare the subscriptions of the management group and move the `grant` into each"
            .to_owned()
    } else {
        format!("move the `grant` into {}", subscriptions.join(", "))
    };
    let help = format!("{help}, or accept what that page says with `--allow VML401`");
    Finding::hit(&CARD, grant.address.clone(), grant.span, message, help)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::{Inventory, Role as Known, RoleResolution};
    use vmlogin_engine::rule::{Certainty, Ruling, Severities};

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(role: &str, inventory: &Inventory) -> Vec<Finding> {
        ManagementGroup.check(&Scene::of(&scenes::above(role), inventory))
    }

    const REFUSED: &str = "VML401 management-group:root/grant/admin/group:sg-web error: a sign-in role cannot be granted at the management group `root`: Microsoft's article on Windows machines excludes it, though its newer page on Linux machines (2025-03) names it\n  help: move the `grant` into `subscription core`, or accept what that page says with `--allow VML401`\n";

    #[test]
    fn a_grant_at_a_management_group_is_refused() {
        assert_eq!(shown(&check("admin", &scenes::inventory())), REFUSED);
    }

    #[test]
    fn it_can_be_allowed() {
        let allow = ["VML401".to_owned()];
        let severities = Severities::read(crate::rules::rules(), &allow, &[]).unwrap();
        let weighed = severities.weigh(check("admin", &scenes::inventory()));
        assert_eq!(weighed[0].ruling, Some(Ruling::Allowed));
        assert_eq!(weighed[0].certainty, Certainty::Seen);
    }

    #[test]
    fn a_role_that_lets_nobody_sign_in_may_be_granted_there_and_a_custom_one_that_does_may_not() {
        let mut inventory = scenes::inventory();
        assert_eq!(check("Reader", &inventory), []);
        let mut known = Known {
            id: "r".to_owned(),
            name: "Reader".to_owned(),
            signs_in: false,
            admin: false,
            rights: Default::default(),
            privileged: false,
        };
        let place = ("management-group:root".to_owned(), "reader".to_owned());
        let found = RoleResolution::Found(known.clone());
        inventory.roles.insert(place.clone(), found);
        assert_eq!(check("Reader", &inventory), []);
        known.signs_in = true;
        inventory.roles.insert(place, RoleResolution::Found(known));
        assert_eq!(check("Reader", &inventory).len(), 1);
    }

    #[test]
    fn a_grant_at_a_group_is_fine() {
        let (manifest, inventory) = scenes::estate();
        assert_eq!(ManagementGroup.check(&Scene::of(&manifest, &inventory)), []);
    }

    #[test]
    fn it_can_always_look_at_the_two_roles_because_the_manifest_is_enough() {
        assert_eq!(shown(&check("admin", &Inventory::default())), REFUSED);
        assert_eq!(CARD.needs, Needs::Manifest);
    }
}
