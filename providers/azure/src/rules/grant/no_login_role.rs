//! VML408: somebody gets Owner or Contributor where machines are signed in to, and no role that lets them sign in.

use std::collections::BTreeMap;

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Principal, PrincipalKind, Value};

use crate::arm::{ArmId, Scopes};
use crate::kinds::grant::{declared_scope, role::Role};

pub(in crate::rules) struct NoLoginRole;

static CARD: Card = Card {
    id: "VML408",
    title: "Owner or Contributor is granted as if it let people sign in",
    severity: Severity::Warning,
    needs: Needs::Manifest,
    explanation: "Owner and Contributor let people change a machine, delete it and run commands in it, but not sign in to it: that takes \
        the data actions of `admin` or `user` (Virtual Machine Administrator Login, Virtual Machine User Login), and no general role has \
        them.\n\n\
        Add a `grant admin` or `grant user` for the same people. If they are not meant to sign in, `--allow VML408` says so.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows: an Owner or Contributor does not automatically have the privilege to sign in",
    checked: "2026-11-21",
};

/// The general roles that are taken for it, by name and id. Azure's built-in role reference, read 2026-11-21.
const GENERAL: [(&str, &str); 3] = [
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    (
        "Virtual Machine Contributor",
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
    ),
];

impl Rule for NoLoginRole {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants: Vec<&Resource> = scene
            .manifest
            .of_kind("grant")
            .filter(|grant| general(grant).is_some())
            .collect();
        // Most manifests have none, and what follows looks at every login and every grant.
        if grants.is_empty() {
            return Vec::new();
        }
        let access = Access::of(scene);
        grants
            .into_iter()
            .filter_map(|grant| opinion(scene, &access, grant))
            .collect()
    }
}

/// Where people are to sign in, and where each principal may.
struct Access<'a> {
    logins: Scopes,
    admitted: BTreeMap<&'a Principal, Scopes>,
}

impl<'a> Access<'a> {
    fn of(scene: &Scene<'a>) -> Access<'a> {
        let manifest = scene.manifest;
        let logins = manifest.of_kind("login");
        let mut admitted: BTreeMap<&Principal, Scopes> = BTreeMap::new();
        for grant in manifest.of_kind("grant") {
            let role = grant.get("role").and_then(Value::as_text);
            let principal = grant.get("principal").and_then(Value::as_principal);
            let scope = declared_scope(grant, manifest);
            if let (Some(principal), Some(scope)) = (principal, scope)
                && role.is_some_and(|role| Role::named(role).is_some())
            {
                admitted.entry(principal).or_default().insert(&scope);
            }
        }
        Access {
            logins: logins
                .filter_map(|login| declared_scope(login, manifest))
                .collect(),
            admitted,
        }
    }

    /// Whether a principal has a sign-in role at, above or below the scope.
    fn admits(&self, principal: &Principal, scope: &ArmId) -> bool {
        let at = self.admitted.get(principal);
        at.is_some_and(|at| at.hold(scope) || at.are_in(scope))
    }
}

fn opinion(scene: &Scene<'_>, access: &Access<'_>, grant: &Resource) -> Option<Finding> {
    let role = general(grant)?;
    let principal = grant.get("principal")?.as_principal()?;
    let person = matches!(
        principal.kind,
        PrincipalKind::User | PrincipalKind::Group | PrincipalKind::ObjectId
    );
    let scope = declared_scope(grant, scene.manifest)?;
    if !person || !access.logins.are_in(&scope) || access.admits(principal, &scope) {
        return None;
    }
    let message = format!("`{role}` does not let {principal} sign in to the machines here");
    let help = format!(
        "add `grant user ({})\"{}\"` or `grant admin …` beside it, if they are to sign in",
        principal.kind.word(),
        principal.name
    );
    Some(Finding::hit(
        &CARD,
        grant.address.clone(),
        grant.span,
        message,
        help,
    ))
}

fn general(grant: &Resource) -> Option<&'static str> {
    let written = grant.get("role").and_then(Value::as_text)?;
    GENERAL
        .iter()
        .find(|(name, id)| name.eq_ignore_ascii_case(written) || *id == written)
        .map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(manifest: &Manifest) -> String {
        shown(&NoLoginRole.check(&Scene::of(manifest, &Inventory::default())))
    }

    fn with_role(role: &str) -> Manifest {
        let mut manifest = scenes::manifest();
        let grant = "grant:core/rg-web/admin/group:sg-web";
        scenes::declare(&mut manifest, grant, "role", role.into());
        manifest
    }

    #[test]
    fn an_owner_who_may_not_sign_in_is_told_of() {
        assert_eq!(
            check(&with_role("owner")),
            "VML408 grant:core/rg-web/admin/group:sg-web warning: `Owner` does not let group:sg-web sign in to the machines here\n  help: add `grant user (group)\"sg-web\"` or `grant admin …` beside it, if they are to sign in\n"
        );
        assert!(
            check(&with_role("b24988ac-6180-42a0-ab88-20f7382dd24c")).contains("`Contributor`")
        );
    }

    #[test]
    fn one_who_may_sign_in_besides_and_one_where_nobody_does_are_fine() {
        let mut manifest = with_role("Owner");
        let mut grant = manifest.of_kind("grant").next().unwrap().clone();
        grant.address = grant.address.child("second");
        grant.attributes.get_mut("role").unwrap().value = "user".into();
        manifest.resources.insert(grant);
        assert_eq!(check(&manifest), "");
        let mut manifest = with_role("Owner");
        manifest
            .resources
            .retain(|resource| resource.kind != "login");
        assert_eq!(check(&manifest), "");
        assert_eq!(check(&with_role("Reader")), "");
    }

    #[test]
    fn it_can_always_look_because_the_manifest_is_enough() {
        assert_eq!(CARD.needs, Needs::Manifest);
        let mut manifest = with_role("Owner");
        manifest.subscriptions.clear();
        assert_eq!(check(&manifest), "", "a scope that has no id holds nothing");
    }
}
