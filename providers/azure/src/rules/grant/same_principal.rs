//! VML417: two declared grants give one role to one directory object, under two of its names.

use std::collections::BTreeMap;

use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::grant::Grant;

pub(in crate::rules) struct SamePrincipal;

static CARD: Card = Card {
    id: "VML417",
    title: "two grants are one",
    severity: Severity::Error,
    needs: Needs::Directory,
    explanation: "One directory object has several names: a group's display name and its object id, a user's old name and the new \
        one. Azure allows one assignment for a scope, a principal and a role, so that two grants which name the same object in \
        two ways are one assignment. It cannot have the reasons of both: each apply would write one over the other, and no plan \
        would ever be empty.\n\n\
        Keep the name that people know, and remove the other one. Until then the first of the two by its address is applied, \
        and the second is not.",
    source: "DESIGN.md, Identity of things; Azure role-based access control documentation, troubleshooting (RoleAssignmentExists)",
    checked: "2026-11-21",
};

impl Rule for SamePrincipal {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let mut firsts: BTreeMap<Key, &Resource> = BTreeMap::new();
        let mut findings = Vec::new();
        for grant in scene.manifest.of_kind("grant") {
            // Without a key the principal is not resolved, and VML403 or VML404 say so.
            // One to an identity that is yet to be made has the id at least that it will have.
            let pending = || Some(Key(Grant.id(grant, scene)?));
            let Some(key) = Grant.key(grant, scene).or_else(pending) else {
                continue;
            };
            match firsts.get(&key) {
                Some(first) => findings.push(opinion(first, grant)),
                None => {
                    firsts.insert(key, grant);
                }
            }
        }
        findings
    }

    fn firm(&self) -> Option<&'static str> {
        Some("each apply would write one of the two over the other")
    }
}

fn opinion(first: &Resource, second: &Resource) -> Finding {
    let name = |grant: &Resource| {
        let principal = grant.get("principal");
        principal.map_or_else(String::new, |principal| format!("`{principal}`"))
    };
    let (first_name, second_name) = (name(first), name(second));
    Finding::hit(
        &CARD,
        second.address.clone(),
        second.span,
        format!(
            "{second_name} is the same directory object as {first_name}, to which `{}` grants the role already",
            first.address
        ),
        format!("remove {second_name} or {first_name} from the grants there"),
    )
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::address::Address;
    use vmlogin_engine::inventory::{Inventory, Resolution};
    use vmlogin_engine::manifest::Manifest;
    use vmlogin_engine::value::{Principal, PrincipalKind, Value};

    use super::*;
    use crate::kinds::scenes::{self, shown};

    /// The estate, with the grant of its group declared once more by object id.
    fn twice(role: &str) -> (Manifest, Inventory) {
        let (mut manifest, mut inventory) = scenes::estate();
        let first = Address::new("grant", ["core", "rg-web", "admin", "group:sg-web"]);
        let principal = Principal {
            kind: PrincipalKind::ObjectId,
            name: scenes::GROUP_ID.to_owned(),
        };
        let mut second = manifest.resources[&first].clone();
        second.address = Address::new("grant", ["core", "rg-web", role, &principal.to_string()]);
        let address = second.address.to_string();
        manifest.resources.insert(second);
        scenes::declare(&mut manifest, &address, "role", role.into());
        scenes::declare(
            &mut manifest,
            &address,
            "principal",
            Value::Principal(principal.clone()),
        );
        inventory.principals.insert(
            ("contoso".to_owned(), principal),
            Resolution::Found(scenes::found()),
        );
        (manifest, inventory)
    }

    fn opinions((manifest, inventory): &(Manifest, Inventory)) -> String {
        shown(&SamePrincipal.check(&Scene::of(manifest, inventory)))
    }

    #[test]
    fn the_second_name_of_an_object_is_an_error_that_names_the_first() {
        assert_eq!(
            opinions(&twice("admin")),
            "VML417 grant:core/rg-web/admin/object-id:55555555-5555-4555-8555-555555555555 error: `object-id:55555555-5555-4555-8555-555555555555` is the same directory object as `group:sg-web`, to which `grant:core/rg-web/admin/group:sg-web` grants the role already\n  help: remove `object-id:55555555-5555-4555-8555-555555555555` or `group:sg-web` from the grants there\n"
        );
    }

    #[test]
    fn another_role_is_another_grant() {
        assert_eq!(opinions(&twice("user")), "");
    }

    #[test]
    fn a_name_that_is_not_resolved_is_nobodys_second() {
        let (manifest, mut inventory) = twice("admin");
        inventory
            .principals
            .retain(|(_, principal), _| principal.kind != PrincipalKind::ObjectId);
        assert_eq!(opinions(&(manifest, inventory)), "");
    }
}
