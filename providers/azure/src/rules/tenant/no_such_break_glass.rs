//! VML508: a break-glass principal that cannot be told, or could not get in.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Candidate, Found, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Tenant;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::source::Span;
use vmlogin_engine::value::Principal;

pub(in crate::rules) struct NoSuchBreakGlass;

static CARD: Card = Card {
    id: "VML508",
    title: "a break-glass principal is not found, not the only one of its name, deleted or disabled",
    severity: Severity::Warning,
    needs: Needs::Directory,
    explanation: "`break-glass` names those who get in when all else fails, and the guard of that name keeps their grants. It can \
        do so only for objects that it knows: as long as a name is not found, or several have it, the guard takes every grant that \
        may be theirs for one of theirs, and refuses to take it away.\n\n\
        An account that is disabled or deleted is known, but nobody could get in with it.",
    source: "the guard `break-glass`; Microsoft Graph v1.0 documentation (accountEnabled, deletedItems)",
    checked: "2026-11-21",
};

impl Rule for NoSuchBreakGlass {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let tenants = scene.manifest.tenants.values();
        let named = tenants.flat_map(|tenant| {
            let named = tenant.break_glass.iter();
            named.map(move |(principal, span)| (tenant, principal, *span))
        });
        named
            .filter_map(|(tenant, principal, span)| opinion(scene, tenant, principal, span))
            .collect()
    }
}

fn opinion(
    scene: &Scene<'_>,
    tenant: &Tenant,
    principal: &Principal,
    span: Span,
) -> Option<Finding> {
    let address = Address::new("tenant", [&*tenant.name]);
    let who = format!("break-glass {} `{}`", principal.kind.word(), principal.name);
    let Some(resolution) = scene.inventory.principal(&tenant.name, principal) else {
        let message = format!("{who} was not looked up in the directory");
        return Some(Finding::not_checked(&CARD, address, span, message));
    };
    let (what, help) = judge(&tenant.name, resolution)?;
    let message = format!("{who} {what}");
    Some(Finding::hit(&CARD, address, span, message, help))
}

/// What is wrong, and what to do.
fn judge(tenant: &str, resolution: &Resolution) -> Option<(String, String)> {
    let until = "until then no grant that may be theirs goes without `--accept break-glass`";
    match resolution {
        Resolution::Found(Found {
            enabled: Some(false),
            ..
        }) => Some((
            "is disabled and cannot sign in".to_owned(),
            "have the account enabled, or name another one".to_owned(),
        )),
        Resolution::Found(_) | Resolution::Pending { .. } | Resolution::NoIdentity { .. } => None,
        Resolution::Missing => Some((
            format!("is not in the directory of `{tenant}`"),
            format!("write the name as the directory has it, or the `(object-id)`; {until}"),
        )),
        Resolution::Ambiguous(candidates) => Some((
            format!("may be any of {}", listed(candidates)),
            format!("write the `(object-id)` of the one that is meant; {until}"),
        )),
        Resolution::Deleted(candidate) => Some((
            "was deleted and lies in the recycle bin of the directory".to_owned(),
            format!("restore `{}`, or name another one", candidate.object_id),
        )),
        Resolution::ApplicationId(candidate) => Some((
            format!(
                "is the application id of `{}`, not an object id",
                candidate.description
            ),
            format!("write `(object-id)\"{}\"`", candidate.object_id),
        )),
    }
}

fn listed(candidates: &[Candidate]) -> String {
    let ids: Vec<String> = candidates
        .iter()
        .map(|one| format!("`{}` ({})", one.object_id, one.description))
        .collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::PrincipalKind;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(resolution: Option<Resolution>) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        let principal = Principal {
            kind: PrincipalKind::User,
            name: "bg1@contoso.com".to_owned(),
        };
        for tenant in manifest.tenants.values_mut() {
            tenant.break_glass = vec![(principal.clone(), tenant.span)];
        }
        let key = ("contoso".to_owned(), principal);
        inventory
            .principals
            .extend(resolution.map(|resolution| (key, resolution)));
        shown(&NoSuchBreakGlass.check(&Scene::of(&manifest, &inventory)))
    }

    fn candidate() -> Candidate {
        Candidate {
            object_id: "99999999-0000-4000-8000-000000000009".to_owned(),
            description: "Break Glass".to_owned(),
        }
    }

    #[test]
    fn one_that_nobody_is_called_is_a_warning() {
        assert_eq!(
            check(Some(Resolution::Missing)),
            "VML508 tenant:contoso warning: break-glass user `bg1@contoso.com` is not in the directory of `contoso`\n  help: write the name as the directory has it, or the `(object-id)`; until then no grant that may be theirs goes without `--accept break-glass`\n"
        );
    }

    #[test]
    fn one_of_several_one_that_is_deleted_and_one_that_is_disabled_are_told_apart() {
        let several = Resolution::Ambiguous(vec![candidate(), candidate()]);
        assert!(check(Some(several)).contains("may be any of `99999999-"));
        assert!(check(Some(Resolution::Deleted(candidate()))).contains("was deleted"));
        let application = Resolution::ApplicationId(candidate());
        assert!(check(Some(application)).contains("is the application id of `Break Glass`"));
        let disabled = Found {
            enabled: Some(false),
            ..scenes::found()
        };
        assert!(check(Some(Resolution::Found(disabled))).contains("is disabled"));
    }

    #[test]
    fn one_that_is_there_is_fine() {
        assert_eq!(check(Some(Resolution::Found(scenes::found()))), "");
    }

    #[test]
    fn one_that_was_not_looked_up_is_not_checked() {
        assert_eq!(
            check(None),
            "VML508 tenant:contoso not checked: break-glass user `bg1@contoso.com` was not looked up in the directory\n"
        );
    }
}
