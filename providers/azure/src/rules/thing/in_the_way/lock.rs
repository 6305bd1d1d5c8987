//! Locks that stand in the way.

use vmlogin_engine::inventory::{Forbids, Live, Lock};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::{Resource, Subscription};
use vmlogin_engine::rule::Finding;

use super::CARD;

use crate::arm::ArmId;
use crate::kinds::{arm_id, catalogue};

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let subscriptions = scene.manifest.subscriptions.values();
    subscriptions
        .flat_map(
            |subscription| match scene.inventory.locks.get(&subscription.name) {
                Some(Ok(locks)) => locks
                    .iter()
                    .filter_map(|lock| opinion(scene, lock))
                    .collect(),
                Some(Err(fault)) => vec![unread(subscription, &fault.to_string())],
                None => vec![unread(subscription, "they were not read")],
            },
        )
        .collect()
}

fn unread(subscription: &Subscription, why: &str) -> Finding {
    let message = format!(
        "whether locks stand in the way in subscription `{}`: {why}",
        subscription.name
    );
    Finding::not_checked(&CARD, subscription.address(), subscription.span, message)
}

fn opinion(scene: &Scene<'_>, lock: &Lock) -> Option<Finding> {
    let scope = ArmId::parse(&lock.scope).ok()?;
    let lies_beneath = |resource: &&Resource| {
        arm_id(resource, scene.manifest).is_some_and(|id| scope.contains(&id))
    };
    let going = going(scene, &scope);
    let kept = scene.manifest.resources.values().filter(lies_beneath);
    let mut beneath: Vec<&Resource> = kept.chain(going.iter().copied()).collect();
    // The one nearest to the lock speaks for all.
    beneath.sort_by_key(|resource| (scene.manifest.around(resource).count(), &resource.address));
    let first = *beneath.first()?;
    let (lock_name, place) = (&lock.name, scope.name());
    let mut about = first;
    let message = match lock.forbids {
        Forbids::Writing => format!(
            "the lock `{lock_name}` (ReadOnly) at `{place}` makes every change beneath it fail with ScopeLocked: {}",
            declared(beneath.len())
        ),
        Forbids::Deletion => {
            about = going.first().copied().unwrap_or(first);
            let goes = [to_revoke(leftovers(scene, &scope)), to_delete(&going)];
            let goes: Vec<String> = goes.into_iter().flatten().collect();
            if goes.is_empty() {
                return None;
            }
            format!(
                "the lock `{lock_name}` (CanNotDelete) at `{place}` makes deletions fail with ScopeLocked: {}",
                goes.join(", and ")
            )
        }
    };
    let help = format!(
        "have `{lock_name}` taken off for the time of the run, or leave out what it is about: `--exclude {}`",
        about.address
    );
    Some(Finding::hit(
        &CARD,
        about.address.clone(),
        about.span,
        message,
        help,
    ))
}

fn declared(number: usize) -> String {
    match number {
        1 => "one declared thing lies there".to_owned(),
        number => format!("{number} declared things lie there"),
    }
}

fn to_revoke(number: usize) -> Option<String> {
    match number {
        0 => None,
        1 => Some("a grant of this estate there has lost its node".to_owned()),
        number => Some(format!(
            "{number} grants of this estate there have lost their nodes"
        )),
    }
}

fn to_delete(going: &[&Resource]) -> Option<String> {
    match going {
        [] => None,
        [one] => Some(format!("`{}` is declared absent", one.address)),
        [one, others @ ..] => Some(format!(
            "`{}` and {} more are declared absent",
            one.address,
            others.len()
        )),
    }
}

/// What is there and declared absent, beneath a scope or around it: nothing can go that holds what is locked.
fn going<'a>(scene: &Scene<'a>, scope: &ArmId) -> Vec<&'a Resource> {
    let is_held = |resource: &&Resource| {
        let id = arm_id(resource, scene.manifest);
        id.is_some_and(|id| scope.contains(&id) || id.contains(scope))
    };
    let is_live = |resource: &&Resource| {
        let kind = catalogue().kind(resource.kind);
        let key = kind.and_then(|kind| kind.key(resource, scene));
        key.is_some_and(|key| scene.inventory.get(resource.kind, &key).is_some())
    };
    let manifest = scene.manifest;
    let absent = manifest.absent.values();
    absent.filter(is_held).filter(is_live).collect()
}

/// How many live grants of this estate beneath a scope are declared no more.
fn leftovers(scene: &Scene<'_>, scope: &ArmId) -> usize {
    let is_declared = |live: &Live| {
        catalogue().kind(live.kind).is_some_and(|kind| {
            scene
                .manifest
                .of_kind(live.kind)
                .any(|resource| kind.key(resource, scene).as_ref() == Some(&live.key))
        })
    };
    scene
        .inventory
        .of_kind("grant")
        .filter(|live| live.stamp.as_deref() == Some(scene.manifest.estate.as_str()))
        .filter(|live| ArmId::parse(&live.id).is_ok_and(|id| scope.contains(&id.scope())))
        .filter(|live| !is_declared(live))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, SUBSCRIPTION, shown};

    fn check(locks: Option<&[(&str, Forbids)]>, forget_grant: bool) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        if forget_grant {
            manifest
                .resources
                .retain(|_, resource| resource.kind != "grant");
        }
        inventory.locks.clear();
        inventory.locks.extend(locks.map(|locks| {
            let locks = locks.iter().map(|(beneath, forbids)| Lock {
                name: "freeze".to_owned(),
                scope: format!("/subscriptions/{SUBSCRIPTION}{beneath}"),
                forbids: *forbids,
            });
            ("core".to_owned(), Ok(locks.collect()))
        }));
        shown(&super::check(&Scene {
            manifest: &manifest,
            inventory: &inventory,
        }))
    }

    const GROUP: &str = "/resourcegroups/rg-web";

    #[test]
    fn a_lock_against_writing_is_told_once_for_all_beneath_it() {
        assert_eq!(
            check(Some(&[(GROUP, Forbids::Writing)]), false),
            "VML220 resource-group:core/rg-web warning: the lock `freeze` (ReadOnly) at `rg-web` makes every change beneath it fail with ScopeLocked: 12 declared things lie there\n  help: have `freeze` taken off for the time of the run, or leave out what it is about: `--exclude resource-group:core/rg-web`\n"
        );
    }

    #[test]
    fn a_lock_against_deletion_is_told_where_a_grant_has_to_go() {
        let lock = [(GROUP, Forbids::Deletion)];
        assert_eq!(check(Some(&lock), false), "");
        assert!(
            check(Some(&lock), true)
                .contains("(CanNotDelete) at `rg-web` makes deletions fail with ScopeLocked: a grant of this estate there has lost its node")
        );
    }

    #[test]
    fn a_lock_elsewhere_is_no_matter() {
        let elsewhere = [("/resourcegroups/rg-other", Forbids::Writing)];
        assert_eq!(check(Some(&elsewhere), true), "");
        assert_eq!(check(Some(&[]), true), "");
    }

    #[test]
    fn locks_that_could_not_be_read_are_not_checked() {
        assert_eq!(
            check(None, false),
            "VML220 subscription:core not checked: whether locks stand in the way in subscription `core`: they were not read\n"
        );
    }

    #[test]
    fn a_lock_against_deletion_is_told_where_something_is_declared_absent() {
        let look = |beneath: &str, is_live: bool| {
            let (mut manifest, mut inventory) = scenes::estate();
            let machine = "vm:core/rg-web/web01";
            let own = |address: &str| address == machine || address.starts_with("vm:");
            let all = std::mem::take(&mut manifest.resources);
            for (address, resource) in all {
                match own(address.as_str()) {
                    true if address.as_str() == machine => {
                        manifest.absent.insert(address, resource)
                    }
                    true => None,
                    false => manifest.resources.insert(address, resource),
                };
            }
            if !is_live {
                inventory.live.retain(|(kind, _), _| *kind != "vm");
            }
            let lock = Lock {
                name: "keep".to_owned(),
                scope: format!("/subscriptions/{SUBSCRIPTION}{beneath}"),
                forbids: Forbids::Deletion,
            };
            inventory.locks.insert("core".to_owned(), Ok(vec![lock]));
            shown(&super::check(&Scene {
                manifest: &manifest,
                inventory: &inventory,
            }))
        };
        let told = look(GROUP, true);
        assert!(
            told.contains("the lock `keep` (CanNotDelete) at `rg-web` makes deletions fail with ScopeLocked: `vm:core/rg-web/web01` is declared absent"),
            "{told}"
        );
        let inside =
            format!("{GROUP}/providers/microsoft.compute/virtualmachines/web01/extensions/x");
        assert!(look(&inside, true).contains("`vm:core/rg-web/web01` is declared absent"));
        assert_eq!(look(GROUP, false), "");
    }
}
