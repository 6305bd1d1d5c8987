//! VML404: several directory objects have the name that a grant gives.

use vmlogin_engine::inventory::{Candidate, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Principal;

pub(in crate::rules) struct AmbiguousPrincipal;

static CARD: Card = Card {
    id: "VML404",
    title: "a principal's name is ambiguous",
    severity: Severity::Error,
    needs: Needs::Directory,
    explanation: "Display names of groups are not unique, and anybody who may make a group can give it the name of another. Choosing \
        one of several would let people into machines by accident, or let somebody choose who gets in.\n\n\
        Name the group that is meant by its object id: `(object-id)\"…\"`. The finding lists the ids of all that have the name.",
    source: "Microsoft Graph v1.0 documentation, resource group: `displayName` is not unique",
    checked: "2026-11-21",
};

impl Rule for AmbiguousPrincipal {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants.filter_map(|grant| opinion(scene, grant)).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("which of the objects is meant is not known")
    }
}

fn opinion(scene: &Scene<'_>, grant: &Resource) -> Option<Finding> {
    let principal = grant.get("principal")?.as_principal()?;
    let (address, span) = (grant.address.clone(), grant.span);
    let (kind, name) = (principal.kind.word(), &principal.name);
    match scene.inventory.principal_of(grant) {
        Some(Resolution::Ambiguous(candidates)) => {
            let (message, help) = judge(principal, candidates);
            Some(Finding::hit(&CARD, address, span, message, help))
        }
        Some(_) => None,
        None => {
            let message =
                format!("whether {kind} `{name}` is unique was not looked up in the directory");
            Some(Finding::not_checked(&CARD, address, span, message))
        }
    }
}

/// What is wrong, and what to do.
pub(super) fn judge(principal: &Principal, candidates: &[Candidate]) -> (String, String) {
    let message = format!(
        "{} objects of the directory are called {} `{}`",
        candidates.len(),
        principal.kind.word(),
        principal.name
    );
    (message, help(candidates))
}

fn help(candidates: &[Candidate]) -> String {
    let each: Vec<String> = candidates
        .iter()
        .map(|candidate| {
            format!(
                "`(object-id)\"{}\"` ({})",
                candidate.object_id, candidate.description
            )
        })
        .collect();
    format!(
        "name the one that is meant by its id: {}",
        each.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes;

    fn check(resolution: Option<Resolution>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.principals.clear();
        inventory
            .principals
            .extend(resolution.map(|resolution| (scenes::principal(), resolution)));
        scenes::shown(&AmbiguousPrincipal.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn two_groups_of_one_name_are_listed_with_their_ids() {
        let candidate = |id: &str, nickname: &str| Candidate {
            object_id: id.to_owned(),
            description: format!("sg-web, mail nickname {nickname}"),
        };
        assert_eq!(
            check(Some(Resolution::Ambiguous(vec![
                candidate("a", "web1"),
                candidate("b", "web2")
            ]))),
            "VML404 grant:core/rg-web/admin/group:sg-web error: 2 objects of the directory are called group `sg-web`\n  help: name the one that is meant by its id: `(object-id)\"a\"` (sg-web, mail nickname web1) or `(object-id)\"b\"` (sg-web, mail nickname web2)\n"
        );
    }

    #[test]
    fn one_object_is_fine() {
        assert_eq!(check(Some(Resolution::Found(scenes::found()))), "");
    }

    #[test]
    fn a_name_that_was_not_looked_up_is_not_checked() {
        assert!(check(None).starts_with("VML404 grant:core/rg-web/admin/group:sg-web not checked"));
    }
}
