//! VML401: a sign-in role at a management group.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::{ManagementGroup as Group, Resource};
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

pub(in crate::rules) struct ManagementGroup;

static CARD: Card = Card {
    id: "VML401",
    title: "a sign-in role is granted at a management group",
    severity: Severity::Error,
    needs: Needs::Manifest,
    explanation: "The two sign-in roles consist of data actions. Microsoft's article on Windows machines (2023) says that such roles \
        cannot be granted at a management group; a newer one on Linux machines (March 2025) recommends that very scope, and the \
        troubleshooting page says that it works only hours later. Until Microsoft's pages agree, vmlogin refuses it.\n\n\
        Grant the role at each subscription of the management group instead: there it takes effect within ten minutes. \
        `--allow VML401` does not lift this yet, since this version does not read what is granted at a management group.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2023) against howto-vm-sign-in-azure-ad-linux (2025-03)",
    checked: "2026-11-21",
};

impl Rule for ManagementGroup {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants
            .filter_map(|grant| {
                Some(opinion(
                    scene,
                    grant,
                    scene.manifest.management_groups.get(&grant.parent)?,
                ))
            })
            .collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some(
            "this version does not read the grants at a management group, so nothing sound could be planned there",
        )
    }
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
    Finding::hit(&CARD, grant.address.clone(), grant.span, message, help)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::address::Address;
    use vmlogin_engine::inventory::Inventory;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    #[test]
    fn a_grant_at_a_management_group_is_refused() {
        let (mut manifest, inventory) = scenes::estate();
        let address = Address::new("management-group", ["root"]);
        let group = Group {
            name: "root".to_owned(),
            id: "mg-root".to_owned(),
            tenant: "contoso".to_owned(),
            span: scenes::SPAN,
        };
        manifest.management_groups.insert(address.clone(), group);
        for grant in manifest
            .resources
            .values_mut()
            .filter(|resource| resource.kind == "grant")
        {
            grant.parent = address.clone();
        }
        let found = shown(&ManagementGroup.check(&Scene {
            manifest: &manifest,
            inventory: &inventory,
        }));
        assert_eq!(
            found,
            "VML401 grant:core/rg-web/admin/group:sg-web error: a sign-in role cannot be granted at the management group `root`: Microsoft's article on Windows machines excludes it, though its newer page on Linux machines (2025-03) names it\n  help: move the `grant` into `subscription core`\n"
        );
    }

    #[test]
    fn a_grant_at_a_group_is_fine() {
        let (manifest, inventory) = scenes::estate();
        assert_eq!(
            ManagementGroup.check(&Scene {
                manifest: &manifest,
                inventory: &inventory
            }),
            []
        );
    }

    #[test]
    fn it_can_always_look_because_the_manifest_is_enough() {
        let (manifest, inventory) = scenes::estate();
        let blind = Inventory::default();
        let with = ManagementGroup.check(&Scene {
            manifest: &manifest,
            inventory: &inventory,
        });
        assert_eq!(
            ManagementGroup.check(&Scene {
                manifest: &manifest,
                inventory: &blind
            }),
            with
        );
        assert_eq!(CARD.needs, Needs::Manifest);
    }
}
