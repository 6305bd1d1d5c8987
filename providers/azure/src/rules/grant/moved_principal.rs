//! VML420: a name stands for another directory object than the principal lock says.

use vmlogin_engine::inventory::{Candidate, Found, Pinned, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::pins::Pin;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Principal;

use super::names::{self, Name};

pub(in crate::rules) struct MovedPrincipal;

static CARD: Card = Card {
    id: "VML420",
    title: "a name stands for another object than the one that it is pinned to",
    severity: Severity::Error,
    needs: Needs::Directory,
    explanation: "`principals.lock.kdl` says which directory object each name in the manifest stands for, as it was reviewed. A \
        display name is not unique and can be taken: whoever deletes a group and makes another one of that name, or renames \
        theirs to it, would choose who gets into the machines. So where the directory can be read, each name is looked up and has \
        to come to the pinned object. Until it does, its grants stay as they are: those of the pinned object are not taken away, and the \
        new one is given nothing.\n\n\
        If the new object is meant, renew that one name with `vmlogin pin --renew 'group:NAME'`, which shows both, and have the \
        change reviewed. If the old one is meant, write it by its id: `(object-id)\"…\"`. Where the directory cannot be read, the \
        lock is taken at its word, and this rule says that it did not look.",
    source: "DESIGN.md, Principal lock; Microsoft Graph v1.0 documentation, resource group: `displayName` is not unique",
    checked: "2026-11-21",
};

impl Rule for MovedPrincipal {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let names = names::all(scene);
        names.into_iter().filter_map(opinion).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("it is for the principal lock to say who is meant: renew the name there")
    }
}

fn opinion(name: Name<'_>) -> Option<Finding> {
    let principal = name.principal;
    match name.pinned? {
        Pinned::Moved { pin, now } => {
            let (message, help) = moved(principal, pin, now);
            Some(Finding::hit(&CARD, name.address, name.span, message, help))
        }
        Pinned::Unasked => {
            let message = format!(
                "whether `{principal}` still stands for the object that it is pinned to was not looked up in the directory"
            );
            Some(Finding::not_checked(
                &CARD,
                name.address,
                name.span,
                message,
            ))
        }
        Pinned::Confirmed | Pinned::NotPinned => None,
    }
}

/// What is wrong, and what to do.
pub(super) fn moved(principal: &Principal, pin: &Pin, now: &Resolution) -> (String, String) {
    let old = &pin.object_id;
    let pinned = format!(
        "`{principal}` is pinned to {} `{old}` (`{}`)",
        pin.principal_type, pin.display_name
    );
    let (stands, help) = match now {
        Resolution::Found(found) => (stands_for(found), renewed(principal, old)),
        Resolution::Ambiguous(candidates) => (
            format!(
                "{} objects of the directory have the name now",
                candidates.len()
            ),
            format!(
                "write the one that is meant by its id, {}, and run `vmlogin pin`",
                by_id(candidates)
            ),
        ),
        Resolution::Deleted(candidate) => (
            format!(
                "`{}` of that name lies in the recycle bin of the directory now",
                candidate.object_id
            ),
            "restore it there, or take it out of the manifest and run `vmlogin pin`".to_owned(),
        ),
        _ => (
            "nothing in the directory has the name now".to_owned(),
            format!(
                "if it was renamed, write its new name or `(object-id)\"{old}\"`; if it is gone, take it out of the manifest; then run `vmlogin pin`"
            ),
        ),
    };
    (format!("{pinned}, and {stands}"), help)
}

fn stands_for(found: &Found) -> String {
    format!(
        "stands for {} `{}` (`{}`) now",
        found.principal_type, found.object_id, found.display_name
    )
}

fn renewed(principal: &Principal, old: &str) -> String {
    let word = principal.to_string().replace('\'', "'\\''");
    format!(
        "find out why; if the new object is meant, run `vmlogin pin --renew '{word}'`; if the old one is, write `(object-id)\"{old}\"` and run `vmlogin pin`"
    )
}

fn by_id(candidates: &[Candidate]) -> String {
    let each = candidates.iter().map(|candidate| {
        format!(
            "`(object-id)\"{}\"` ({})",
            candidate.object_id, candidate.description
        )
    });
    each.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    const OTHER: &str = "99999999-0000-4000-8000-000000000009";

    fn check(pinned: Option<Pinned>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        let pinned = pinned.map(|pinned| (scenes::principal(), pinned));
        inventory.pinned.extend(pinned);
        opinions(&manifest, &inventory)
    }

    fn opinions(manifest: &Manifest, inventory: &Inventory) -> String {
        shown(&MovedPrincipal.check(&Scene::of(manifest, inventory)))
    }

    fn now(now: Resolution) -> String {
        let pin = Pin {
            object_id: scenes::GROUP_ID.to_owned(),
            principal_type: "Group".to_owned(),
            display_name: "sg-web".to_owned(),
        };
        check(Some(Pinned::Moved { pin, now }))
    }

    fn candidate(id: &str) -> Candidate {
        Candidate {
            object_id: id.to_owned(),
            description: "sg-web".to_owned(),
        }
    }

    #[test]
    fn another_object_is_refused_with_both_ids_and_the_way_to_renew() {
        let found = Found {
            object_id: OTHER.to_owned(),
            ..scenes::found()
        };
        assert_eq!(
            now(Resolution::Found(found)),
            "VML420 grant:core/rg-web/admin/group:sg-web error: `group:sg-web` is pinned to Group `55555555-5555-4555-8555-555555555555` (`sg-web`), and stands for Group `99999999-0000-4000-8000-000000000009` (`sg-web`) now\n  help: find out why; if the new object is meant, run `vmlogin pin --renew 'group:sg-web'`; if the old one is, write `(object-id)\"55555555-5555-4555-8555-555555555555\"` and run `vmlogin pin`\n"
        );
    }

    #[test]
    fn several_none_and_a_deleted_one_are_told_apart() {
        let several = now(Resolution::Ambiguous(vec![candidate("a"), candidate("b")]));
        assert!(
            several.contains("and 2 objects of the directory have the name now"),
            "{several}"
        );
        assert!(
            several.contains("`(object-id)\"a\"` (sg-web) or `(object-id)\"b\"` (sg-web)"),
            "{several}"
        );
        let none = now(Resolution::Missing);
        assert!(
            none.contains("nothing in the directory has the name now"),
            "{none}"
        );
        let deleted = now(Resolution::Deleted(candidate("a")));
        assert!(
            deleted.contains("`a` of that name lies in the recycle bin"),
            "{deleted}"
        );
    }

    #[test]
    fn a_pinned_name_that_breaks_the_glass_is_looked_at_too() {
        let (mut manifest, mut inventory) = scenes::estate();
        let (tenant, principal) = scenes::principal();
        manifest
            .resources
            .retain(|resource| resource.kind != "grant");
        let tenant = manifest.tenants.get_mut(&tenant).unwrap();
        let span = tenant.span;
        tenant.break_glass = vec![(principal, span)];
        inventory
            .pinned
            .insert(scenes::principal(), Pinned::Unasked);
        let said = opinions(&manifest, &inventory);
        assert!(
            said.starts_with("VML420 tenant:contoso not checked: "),
            "{said}"
        );
    }

    #[test]
    fn the_pinned_object_is_fine_and_so_is_everything_without_a_lock() {
        assert_eq!(check(Some(Pinned::Confirmed)), "");
        assert_eq!(check(Some(Pinned::NotPinned)), "");
        assert_eq!(check(None), "");
    }

    #[test]
    fn what_was_not_looked_up_is_not_checked() {
        assert_eq!(
            check(Some(Pinned::Unasked)),
            "VML420 grant:core/rg-web/admin/group:sg-web not checked: whether `group:sg-web` still stands for the object that it is pinned to was not looked up in the directory\n"
        );
    }
}
