//! VML403: nobody who could sign in has the name that a grant gives.

use vmlogin_engine::inventory::{Found, Pinned, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Principal, PrincipalKind};

pub(in crate::rules) struct NoSuchPrincipal;

static CARD: Card = Card {
    id: "VML403",
    title: "a principal is not found, disabled or deleted, or an application id stands for an object id",
    severity: Severity::Error,
    needs: Needs::Directory,
    explanation: "A grant names people by user principal name, groups by display name, and anything by object id. Azure does \
        not look an id up whose type is sent along, as vmlogin does, so a wrong one would be found only when somebody cannot sign in.\n\n\
        The commonest mistake is an application's own id (shown as \"Application (client) ID\") where the object id of its service \
        principal is needed. Disabled accounts cannot sign in, and deleted ones must be restored first.",
    source: "public issues hashicorp/terraform-provider-azurerm 18113 and 6068; Microsoft Graph v1.0 documentation",
    checked: "2026-11-21",
};

impl Rule for NoSuchPrincipal {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants.filter_map(|grant| opinion(scene, grant)).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("there is nobody whom the grant could let in")
    }
}

fn opinion(scene: &Scene<'_>, grant: &Resource) -> Option<Finding> {
    let principal = grant.get("principal")?.as_principal()?;
    let (address, span) = (grant.address.clone(), grant.span);
    let Some(resolution) = scene.inventory.principal_of(grant) else {
        let message = format!("{} was not looked up in the directory", shown(principal));
        return Some(Finding::not_checked(&CARD, address, span, message));
    };
    if was_not_asked(scene, grant, principal, resolution) {
        let message = format!("whether `{principal}` is disabled is not told by the directory");
        return Some(Finding::not_checked(&CARD, address, span, message));
    }
    let (message, help) = judge(principal, &grant.tenant, resolution)?;
    Some(Finding::hit(&CARD, address, span, message, help))
}

/// Whether it is a user of whom nothing is known but what the principal lock says.
fn was_not_asked(
    scene: &Scene<'_>,
    grant: &Resource,
    principal: &Principal,
    resolution: &Resolution,
) -> bool {
    let name = (grant.tenant.to_string(), principal.clone());
    let is_user = matches!(resolution, Resolution::Found(found) if found.principal_type == "User");
    is_user && scene.inventory.pinned.get(&name) == Some(&Pinned::Unasked)
}

/// What is wrong, and what to do.
pub(super) fn judge(
    principal: &Principal,
    tenant: &str,
    resolution: &Resolution,
) -> Option<(String, String)> {
    let who = shown(principal);
    match resolution {
        Resolution::Found(Found {
            enabled: Some(false),
            display_name,
            ..
        }) => Some((
            format!("{who} (`{display_name}`) is disabled and cannot sign in"),
            "have the account enabled, or take it out of the grant".to_owned(),
        )),
        Resolution::Found(_) | Resolution::Ambiguous(_) | Resolution::Pending { .. } => None,
        Resolution::NoIdentity { of, help } => Some((
            format!("{who}: {of} has no identity of its own, and none is declared"),
            help.clone(),
        )),
        Resolution::Missing => Some((
            match principal.kind {
                // A device or a contact may well have it.
                PrincipalKind::ObjectId => {
                    format!("no user, group or service principal of `{tenant}` has the {who}")
                }
                PrincipalKind::Identity => format!("{who} is no identity that exists"),
                PrincipalKind::User | PrincipalKind::Group | PrincipalKind::ServicePrincipal => {
                    format!("{who} is not in the directory of `{tenant}`")
                }
            },
            missing(principal.kind),
        )),
        Resolution::Deleted(candidate) => Some((
            format!("{who} was deleted and lies in the recycle bin of the directory"),
            format!(
                "restore `{}` ({}), or take it out of the grant",
                candidate.object_id, candidate.description
            ),
        )),
        Resolution::ApplicationId(candidate) => Some((
            format!(
                "{who} is the application id of `{}`, not an object id",
                candidate.description
            ),
            format!(
                "write `(object-id)\"{}\"`, the object id of its service principal, or `(service-principal)\"{}\"`",
                candidate.object_id, principal.name
            ),
        )),
    }
}

fn missing(kind: PrincipalKind) -> String {
    match kind {
        PrincipalKind::User => "write the user principal name as the directory has it; a guest's looks like `name_example.com#EXT#@…`",
        PrincipalKind::Group => "write the group's display name as the directory has it, or its `(object-id)`",
        PrincipalKind::ServicePrincipal => "write the display name of the application's service principal in this tenant, or its application id",
        PrincipalKind::Identity => "name a managed identity or a machine of the manifest, or write its full id",
        PrincipalKind::ObjectId => "write the object id of a user, a group or a service principal of this tenant; a device or an application object is none of these",
    }
    .to_owned()
}

fn shown(principal: &Principal) -> String {
    format!("{} `{}`", principal.kind.word(), principal.name)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Candidate;

    use super::*;
    use crate::kinds::scenes;

    fn check(resolution: Option<Resolution>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.principals.clear();
        inventory
            .principals
            .extend(resolution.map(|resolution| (scenes::principal(), resolution)));
        scenes::shown(&NoSuchPrincipal.check(&Scene::of(&manifest, &inventory)))
    }

    fn candidate() -> Candidate {
        Candidate {
            object_id: "99999999-0000-4000-8000-000000000009".to_owned(),
            description: "ci-deployer".to_owned(),
        }
    }

    #[test]
    fn a_name_that_nobody_has_is_refused() {
        assert_eq!(
            check(Some(Resolution::Missing)),
            "VML403 grant:core/rg-web/admin/group:sg-web error: group `sg-web` is not in the directory of `contoso`\n  help: write the group's display name as the directory has it, or its `(object-id)`\n"
        );
    }

    #[test]
    fn an_object_id_of_something_else_is_not_called_unknown() {
        let device = Principal {
            kind: PrincipalKind::ObjectId,
            name: "99999999-0000-4000-8000-000000000009".to_owned(),
        };
        let (message, _) = judge(&device, "contoso", &Resolution::Missing).unwrap();
        assert_eq!(
            message,
            "no user, group or service principal of `contoso` has the object-id `99999999-0000-4000-8000-000000000009`"
        );
    }

    #[test]
    fn an_application_id_is_answered_with_the_object_id() {
        let found = check(Some(Resolution::ApplicationId(candidate())));
        assert!(
            found.contains("is the application id of `ci-deployer`, not an object id"),
            "{found}"
        );
        assert!(
            found.contains("write `(object-id)\"99999999-0000-4000-8000-000000000009\"`"),
            "{found}"
        );
    }

    #[test]
    fn a_deleted_and_a_disabled_one_are_told_apart() {
        assert!(check(Some(Resolution::Deleted(candidate()))).contains("was deleted"));
        let disabled = Found {
            enabled: Some(false),
            ..scenes::found()
        };
        assert!(check(Some(Resolution::Found(disabled))).contains("is disabled"));
    }

    #[test]
    fn whether_somebody_is_disabled_who_was_not_looked_up_is_not_checked() {
        let of_type = |principal_type: &str| {
            let (manifest, mut inventory) = scenes::estate();
            let unasked = Found {
                enabled: None,
                principal_type: principal_type.to_owned(),
                ..scenes::found()
            };
            let unasked = Resolution::Found(unasked);
            inventory.principals.insert(scenes::principal(), unasked);
            let pinned = Pinned::Unasked;
            inventory.pinned.insert(scenes::principal(), pinned);
            scenes::shown(&NoSuchPrincipal.check(&Scene::of(&manifest, &inventory)))
        };
        assert_eq!(
            of_type("User"),
            "VML403 grant:core/rg-web/admin/group:sg-web not checked: whether `group:sg-web` is disabled is not told by the directory\n"
        );
        assert_eq!(of_type("Group"), "");
    }

    #[test]
    fn somebody_who_exists_is_fine() {
        assert_eq!(check(Some(Resolution::Found(scenes::found()))), "");
    }

    #[test]
    fn a_name_that_was_not_looked_up_is_not_checked() {
        assert_eq!(
            check(None),
            "VML403 grant:core/rg-web/admin/group:sg-web not checked: group `sg-web` was not looked up in the directory\n"
        );
    }
}
