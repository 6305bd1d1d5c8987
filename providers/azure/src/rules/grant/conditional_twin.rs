//! VML416: the live grant that equals a declared one carries a condition that the manifest does not.

use vmlogin_engine::kind::{Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::kinds::grant::Grant;

pub(in crate::rules) struct ConditionalTwin;

static CARD: Card = Card {
    id: "VML416",
    title: "an equal grant carries a condition",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "Azure allows one assignment for a scope, a principal and a role. Where the one that is there carries a condition, the \
        declared grant cannot be made beside it, and taking the condition away would let somebody in whom the condition keeps out. \
        Neither is done unasked.\n\n\
        Remove the condition in Azure if the plain grant is meant, or remove the grant from the manifest if the condition is.",
    source: "Azure role-based access control documentation, conditions and troubleshooting (RoleAssignmentExists)",
    checked: "2026-11-21",
};

impl Rule for ConditionalTwin {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants.filter_map(|grant| opinion(scene, grant)).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some(
            "making the grant would clash with the conditional one, and changing that one would widen access",
        )
    }
}

fn opinion(scene: &Scene<'_>, grant: &Resource) -> Option<Finding> {
    // Without a key the principal is not resolved, and VML403 or VML404 say so.
    let key = Grant.key(grant, scene)?;
    let (address, span) = (grant.address.clone(), grant.span);
    match scene.inventory.get("grant", &key) {
        Some(live) => {
            let condition = live.facts.get("condition").and_then(Value::as_text)?;
            let message = format!(
                "the equal grant `{}` carries the condition `{condition}`",
                live.id
            );
            let help = "remove the condition there if the plain grant is meant, else take the `grant` out of the manifest";
            Some(Finding::hit(&CARD, address, span, message, help.to_owned()))
        }
        None if scene
            .manifest
            .subscriptions
            .contains_key(&*grant.subscription)
            && !scene
                .inventory
                .grants_complete
                .contains(&*grant.subscription) =>
        {
            let message = format!(
                "the grants of subscription `{}` could not all be read",
                grant.subscription
            );
            Some(Finding::not_checked(&CARD, address, span, message))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    #[test]
    fn a_condition_on_the_live_twin_is_named() {
        let (manifest, mut inventory) = scenes::estate();
        scenes::fact(
            &mut inventory,
            "grant",
            "condition",
            Some("@Resource[x] StringEquals 'y'"),
        );
        assert_eq!(
            shown(&ConditionalTwin.check(&Scene::of(&manifest, &inventory))),
            "VML416 grant:core/rg-web/admin/group:sg-web error: the equal grant `/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Authorization/roleAssignments/g1` carries the condition `@Resource[x] StringEquals 'y'`\n  help: remove the condition there if the plain grant is meant, else take the `grant` out of the manifest\n"
        );
    }

    #[test]
    fn a_plain_twin_and_none_at_all_are_fine() {
        let (manifest, mut inventory) = scenes::estate();
        assert_eq!(ConditionalTwin.check(&Scene::of(&manifest, &inventory)), []);
        inventory.live.retain(|(kind, _), _| *kind != "grant");
        assert_eq!(ConditionalTwin.check(&Scene::of(&manifest, &inventory)), []);
    }

    #[test]
    fn a_list_that_was_not_read_is_not_checked() {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "grant");
        inventory.grants_complete.clear();
        assert_eq!(
            shown(&ConditionalTwin.check(&Scene::of(&manifest, &inventory))),
            "VML416 grant:core/rg-web/admin/group:sg-web not checked: the grants of subscription `core` could not all be read\n"
        );
    }
}
