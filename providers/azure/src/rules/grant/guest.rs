//! VML402: a grant to a guest, who cannot sign in to a machine.

use vmlogin_engine::inventory::{Found, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::grant::role;

pub(in crate::rules) struct Guest;

static CARD: Card = Card {
    id: "VML402",
    title: "a guest is let in, and guests cannot sign in",
    severity: Severity::Error,
    needs: Needs::Directory,
    explanation: "Azure takes a sign-in role for a guest of the tenant without a word, but the machine refuses guests: the article on \
        Arc-enabled servers and today's page on Windows machines say so plainly, while the article of 2023 only keeps them out of \
        Bastion.\n\n\
        Grant to an account of this tenant instead. Guests inside groups are not looked for here.",
    source: "Microsoft Entra documentation: Arc-enabled servers; howto-vm-sign-in-azure-ad-windows of 2023 against 2025-12",
    checked: "2026-11-21",
};

impl Rule for Guest {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants.filter_map(|grant| opinion(scene, grant)).collect()
    }
}

fn opinion(scene: &Scene<'_>, grant: &Resource) -> Option<Finding> {
    // A role that lets nobody sign in may well be a guest's.
    if role::of(grant, scene).is_some_and(|role| !role.signs_in) {
        return None;
    }
    let Some(Resolution::Found(found)) = scene.inventory.principal_of(grant) else {
        return None;
    };
    let (address, span, name) = (grant.address.clone(), grant.span, &found.display_name);
    match found {
        Found {
            guest: Some(true), ..
        } => {
            let message = format!(
                "`{name}` is a guest of `{}`, and guests cannot sign in to machines",
                grant.tenant
            );
            let help = "grant to an account of this tenant instead".to_owned();
            Some(Finding::hit(&CARD, address, span, message, help))
        }
        Found {
            guest: None,
            principal_type,
            ..
        } if principal_type == "User" => {
            let message = format!("whether `{name}` is a guest is not told by the directory");
            Some(Finding::not_checked(&CARD, address, span, message))
        }
        Found { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(guest: Option<bool>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        let found = Found {
            principal_type: "User".to_owned(),
            display_name: "Kim Rossi".to_owned(),
            guest,
            ..scenes::found()
        };
        inventory
            .principals
            .insert(scenes::principal(), Resolution::Found(found));
        shown(&Guest.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_guest_is_refused() {
        assert_eq!(
            check(Some(true)),
            "VML402 grant:core/rg-web/admin/group:sg-web error: `Kim Rossi` is a guest of `contoso`, and guests cannot sign in to machines\n  help: grant to an account of this tenant instead\n"
        );
    }

    #[test]
    fn a_member_is_fine_and_so_is_a_group() {
        assert_eq!(check(Some(false)), "");
        let (manifest, inventory) = scenes::estate();
        let scene = Scene::of(&manifest, &inventory);
        assert_eq!(Guest.check(&scene), []);
    }

    #[test]
    fn where_the_directory_does_not_tell_it_is_not_checked() {
        assert_eq!(
            check(None),
            "VML402 grant:core/rg-web/admin/group:sg-web not checked: whether `Kim Rossi` is a guest is not told by the directory\n"
        );
    }
}
