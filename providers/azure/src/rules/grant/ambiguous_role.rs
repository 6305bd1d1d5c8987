//! VML419: several roles have the name that a grant gives.

use vmlogin_engine::inventory::{Candidate, RoleResolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

pub(in crate::rules) struct AmbiguousRole;

static CARD: Card = Card {
    id: "VML419",
    title: "several roles have the name that a grant gives",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "A custom role may be called like another one. Choosing one of several would grant rights by accident, or let somebody \
        choose which ones by making a role of the same name.\n\n\
        Name the role that is meant by the id of its definition: `grant \"00000000-0000-0000-0000-000000000000\" (group)\"…\"`. The \
        finding lists the ids of all that have the name.",
    source: "Azure role-based access control documentation, custom roles",
    checked: "2026-11-21",
};

impl Rule for AmbiguousRole {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants.filter_map(|grant| opinion(scene, grant)).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("which of the roles is meant is not known")
    }
}

fn opinion(scene: &Scene<'_>, grant: &Resource) -> Option<Finding> {
    // That a role was not looked up at all is told by VML418.
    let RoleResolution::Ambiguous(candidates) = scene.inventory.role_of(grant)? else {
        return None;
    };
    let role = grant.get("role").and_then(Value::as_text)?;
    let message = format!("{} roles are called `{role}`", candidates.len());
    let help = help(candidates);
    Some(Finding::hit(
        &CARD,
        grant.address.clone(),
        grant.span,
        message,
        help,
    ))
}

fn help(candidates: &[Candidate]) -> String {
    let each: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("`\"{}\"` ({})", candidate.object_id, candidate.description))
        .collect();
    format!(
        "name the one that is meant by its id: {}",
        each.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(resolution: Option<RoleResolution>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.roles.clear();
        let place = ("core".to_owned(), "admin".to_owned());
        inventory.roles.extend(resolution.map(|role| (place, role)));
        shown(&AmbiguousRole.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn two_roles_of_one_name_are_listed_with_their_ids() {
        let candidate = |id: &str| Candidate {
            object_id: id.to_owned(),
            description: "custom role `Starter`".to_owned(),
        };
        assert_eq!(
            check(Some(RoleResolution::Ambiguous(vec![
                candidate("a"),
                candidate("b")
            ]))),
            "VML419 grant:core/rg-web/admin/group:sg-web error: 2 roles are called `admin`\n  help: name the one that is meant by its id: `\"a\"` (custom role `Starter`) or `\"b\"` (custom role `Starter`)\n"
        );
    }

    #[test]
    fn one_role_is_fine() {
        let (_, inventory) = scenes::estate();
        assert_eq!(check(inventory.roles.into_values().next()), "");
    }

    #[test]
    fn a_role_that_was_not_looked_up_is_left_to_the_rule_that_says_so() {
        assert_eq!(check(None), "");
    }
}
