//! VML415: the caller may not hand out the role that a grant needs.

use std::collections::BTreeSet;

use vmlogin_engine::inventory::Granting;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::grant::{declared_scope, role};
use crate::kinds::live_of;

pub(in crate::rules) struct NoRight;

static CARD: Card = Card {
    id: "VML415",
    title: "you may not hand out this role here",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "To make a grant takes Microsoft.Authorization/roleAssignments/write at its scope, which Contributor does not have. \
        Owner, User Access Administrator and Role Based Access Control Administrator have it, and Virtual Machine Data Access \
        Administrator for the two sign-in roles alone. A delegation may carry a condition that lists the roles which it is for.\n\n\
        Have one of these roles assigned to the identity that runs vmlogin, at the scope of the grant or above. It takes up to ten \
        minutes until Azure knows everywhere.",
    source: "Azure role-based access control documentation, delegate role assignments; Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows",
    checked: "2026-11-21",
};

impl Rule for NoRight {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        // That it is not known is said once a scope.
        let mut told = BTreeSet::new();
        let grants = scene.manifest.of_kind("grant");
        grants
            .filter_map(|grant| opinion(scene, &mut told, grant))
            .collect()
    }
}

fn opinion(scene: &Scene<'_>, told: &mut BTreeSet<String>, grant: &Resource) -> Option<Finding> {
    if live_of(grant, scene).is_some() {
        return None;
    }
    let scope = declared_scope(grant, scene.manifest)?;
    let role = role::of(grant, scene)?;
    let (address, span) = (grant.address.clone(), grant.span);
    let place = match (scope.provider(), scope.resource_group()) {
        (None, None) => &*grant.subscription,
        _ => scope.name(),
    };
    let message = match scene.inventory.granting.get(scope.key())? {
        Granting::Allowed => return None,
        Granting::Only(roles) if roles.contains(&role.id) => return None,
        Granting::Only(_) => format!(
            "your right to hand out roles at `{place}` is for other roles than `{}`",
            role.name
        ),
        Granting::Denied => format!("you may not hand out roles at `{place}`"),
        Granting::Unknown(why) => {
            let first = told.insert(scope.key().to_owned());
            let message =
                format!("whether you may hand out roles at `{place}` is not known: {why}");
            return first.then(|| Finding::not_checked(&CARD, address, span, message));
        }
    };
    let help = format!(
        "have `Role Based Access Control Administrator` assigned to you at `{place}`, or let somebody run this who has it"
    );
    Some(Finding::hit(&CARD, address, span, message, help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    /// The estate, in which the grant is still to be made.
    fn check(granting: Option<Granting>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "grant");
        let scope = scenes::machine_id().scope();
        let scope = scope.key().to_owned();
        inventory
            .granting
            .extend(granting.map(|right| (scope, right)));
        shown(&NoRight.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn who_may_not_hand_out_roles_is_told_before_anything_is_written() {
        assert_eq!(
            check(Some(Granting::Denied)),
            "VML415 grant:core/rg-web/admin/group:sg-web error: you may not hand out roles at `rg-web`\n  help: have `Role Based Access Control Administrator` assigned to you at `rg-web`, or let somebody run this who has it\n"
        );
        let other = Granting::Only(vec!["fb879df8-f326-4884-b1cf-06f3ad86be52".to_owned()]);
        assert!(
            check(Some(other))
                .contains("is for other roles than `Virtual Machine Administrator Login`")
        );
    }

    #[test]
    fn who_may_is_fine_and_so_is_a_grant_that_is_there() {
        assert_eq!(check(Some(Granting::Allowed)), "");
        let own = Granting::Only(vec!["1c0163c0-47e6-4577-8991-ea5c82e286e4".to_owned()]);
        assert_eq!(check(Some(own)), "");
        let (manifest, mut inventory) = scenes::estate();
        let scope = scenes::machine_id().scope();
        inventory
            .granting
            .insert(scope.key().to_owned(), Granting::Denied);
        assert_eq!(NoRight.check(&Scene::of(&manifest, &inventory)), []);
    }

    #[test]
    fn what_could_not_be_read_is_not_checked() {
        assert_eq!(
            check(Some(Granting::Unknown("nobody says".to_owned()))),
            "VML415 grant:core/rg-web/admin/group:sg-web not checked: whether you may hand out roles at `rg-web` is not known: nobody says\n"
        );
    }
}
