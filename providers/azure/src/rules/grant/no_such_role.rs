//! VML418: no role that can be granted there has the name that a grant gives.

use vmlogin_engine::inventory::RoleResolution;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

pub(in crate::rules) struct NoSuchRole;

static CARD: Card = Card {
    id: "VML418",
    title: "no role has the name that a grant gives",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "A grant names a role by `admin` or `user`, by the name that Azure shows, or by the id of its definition. Built-in and \
        custom roles are found alike, by asking for the definitions that can be granted at the scope; a custom role can be granted only \
        where its assignable scopes say so, and is not found elsewhere.\n\n\
        Write the name as Azure shows it, whatever its case, or the role's id.",
    source: "Azure role-based access control documentation, role definitions; recorded traffic of roleDefinitions with $filter",
    checked: "2026-11-21",
};

impl Rule for NoSuchRole {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let grants = scene.manifest.of_kind("grant");
        grants.filter_map(|grant| opinion(scene, grant)).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("there is no role to grant")
    }
}

fn opinion(scene: &Scene<'_>, grant: &Resource) -> Option<Finding> {
    let role = grant.get("role").and_then(Value::as_text)?;
    let (address, span) = (grant.address.clone(), grant.span);
    let message = match scene.inventory.role_of(grant) {
        Some(RoleResolution::Missing(near)) => {
            let message = format!("no role `{role}` can be granted {}", place(scene, grant));
            return Some(Finding::hit(&CARD, address, span, message, help(near)));
        }
        Some(_) => return None,
        None => format!("whether there is a role `{role}` was not looked up"),
    };
    Some(Finding::not_checked(&CARD, address, span, message))
}

fn place(scene: &Scene<'_>, grant: &Resource) -> String {
    match scene.manifest.management_groups.get(&grant.parent) {
        Some(group) => format!("at management group `{}`", group.name),
        None => format!("in subscription `{}`", grant.subscription),
    }
}

fn help(near: &[String]) -> String {
    let names: Vec<String> = near.iter().map(|name| format!("`\"{name}\"`")).collect();
    match names.as_slice() {
        [] => "write the role's name as Azure shows it, or its id".to_owned(),
        names => format!("did you mean {}?", names.join(" or ")),
    }
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
        shown(&NoSuchRole.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_name_that_no_role_has_is_refused_with_the_nearest() {
        let near = vec!["Key Vault Secrets User".to_owned()];
        assert_eq!(
            check(Some(RoleResolution::Missing(near))),
            "VML418 grant:core/rg-web/admin/group:sg-web error: no role `admin` can be granted in subscription `core`\n  help: did you mean `\"Key Vault Secrets User\"`?\n"
        );
        assert!(check(Some(RoleResolution::Missing(Vec::new()))).contains("or its id"));
    }

    #[test]
    fn a_role_that_exists_is_fine() {
        let (_, inventory) = scenes::estate();
        assert_eq!(check(inventory.roles.into_values().next()), "");
    }

    #[test]
    fn a_role_that_was_not_looked_up_is_not_checked() {
        assert_eq!(
            check(None),
            "VML418 grant:core/rg-web/admin/group:sg-web not checked: whether there is a role `admin` was not looked up\n"
        );
    }
}
