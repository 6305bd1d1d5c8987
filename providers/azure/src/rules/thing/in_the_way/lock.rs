//! Locks that stand in the way.

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::inventory::{Forbids, Lock};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::manifest::{Resource, Subscription};
use vmlogin_engine::rule::Finding;

use super::CARD;

use crate::arm::ArmId;
use crate::kinds::{arm_id, catalogue, live_of};

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let ground = Ground::of(scene);
    let subscriptions = scene.manifest.subscriptions.values();
    subscriptions
        .flat_map(
            |subscription| match scene.inventory.locks.get(&subscription.name) {
                Some(Ok(locks)) => locks
                    .iter()
                    .filter_map(|lock| opinion(&ground, lock))
                    .collect(),
                Some(Err(fault)) => vec![unread(subscription, &fault.to_string())],
                None => vec![unread(subscription, "they were not read")],
            },
        )
        .collect()
}

/// What locks can stand in the way of, each with its id: worked out once for all locks.
struct Ground<'a> {
    /// What is declared, each with how deep it lies, by the ids in lower case.
    declared: BTreeMap<String, Vec<(usize, &'a Resource)>>,
    /// What is there and declared absent.
    going: Vec<(ArmId, usize, &'a Resource)>,
    /// The scopes of live grants of this estate that are declared no more.
    leftovers: Vec<ArmId>,
}

impl<'a> Ground<'a> {
    fn of(scene: &Scene<'a>) -> Ground<'a> {
        let are_locks =
            |locks: &Result<Vec<Lock>, _>| locks.as_ref().is_ok_and(|it| !it.is_empty());
        if !scene.inventory.locks.values().any(are_locks) {
            return Ground {
                declared: BTreeMap::new(),
                going: Vec::new(),
                leftovers: Vec::new(),
            };
        }
        let manifest = scene.manifest;
        let depth = |resource: &Resource| manifest.around(resource).count();
        let mut declared: BTreeMap<String, Vec<(usize, &Resource)>> = BTreeMap::new();
        for resource in manifest.resources.values() {
            if let Some(id) = arm_id(resource, manifest) {
                let there = declared.entry(id.key().to_owned()).or_default();
                there.push((depth(resource), resource));
            }
        }
        let absent = manifest.absent.values();
        let going = absent.filter(|resource| live_of(resource, scene).is_some());
        Ground {
            declared,
            going: going
                .filter_map(|it| Some((arm_id(it, manifest)?, depth(it), it)))
                .collect(),
            leftovers: leftovers(scene),
        }
    }

    /// What is declared at a scope or beneath it.
    fn beneath(&self, scope: &ArmId) -> impl Iterator<Item = (usize, &'a Resource)> {
        let inside = format!("{}/", scope.key().trim_end_matches('/'));
        let at = self.declared.get(scope.key()).into_iter();
        let below = self.declared.range(inside.clone()..);
        let below = below.take_while(move |(key, _)| key.starts_with(&inside));
        at.chain(below.map(|(_, there)| there)).flatten().copied()
    }

    /// What goes beneath a scope or around it: nothing can go that holds what is locked.
    fn going(&self, scope: &ArmId) -> Vec<(usize, &'a Resource)> {
        let held = |id: &ArmId| scope.contains(id) || id.contains(scope);
        let going = self.going.iter().filter(|(id, ..)| held(id));
        going
            .map(|(_, depth, resource)| (*depth, *resource))
            .collect()
    }
}

fn unread(subscription: &Subscription, why: &str) -> Finding {
    let message = format!(
        "whether locks stand in the way in subscription `{}`: {why}",
        subscription.name
    );
    Finding::not_checked(&CARD, subscription.address(), subscription.span, message)
}

fn opinion(ground: &Ground<'_>, lock: &Lock) -> Option<Finding> {
    let scope = ArmId::parse(&lock.scope).ok()?;
    let going = ground.going(&scope);
    let beneath: Vec<(usize, &Resource)> = ground
        .beneath(&scope)
        .chain(going.iter().copied())
        .collect();
    // The one nearest to the lock speaks for all.
    let nearest = beneath
        .iter()
        .min_by_key(|(depth, resource)| (*depth, &resource.address));
    let (_, first) = *nearest?;
    let going: Vec<&Resource> = going.into_iter().map(|(_, resource)| resource).collect();
    let (lock_name, place) = (&lock.name, scope.name());
    let mut about = first;
    let message = match lock.forbids {
        Forbids::Writing => format!(
            "the lock `{lock_name}` (ReadOnly) at `{place}` makes every change beneath it fail with ScopeLocked: {}",
            declared(beneath.len())
        ),
        Forbids::Deletion => {
            let left = ground.leftovers.iter().filter(|id| scope.contains(id));
            let left = left.count();
            about = going.first().copied().unwrap_or(first);
            let goes = [to_revoke(left), to_delete(&going)];
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

/// The scopes of live grants of this estate that are declared no more.
fn leftovers(scene: &Scene<'_>) -> Vec<ArmId> {
    let Some(kind) = catalogue().kind("grant") else {
        return Vec::new();
    };
    let grants = scene.manifest.of_kind("grant");
    let declared: BTreeSet<Key> = grants.filter_map(|grant| kind.key(grant, scene)).collect();
    let live = scene.inventory.of_kind("grant");
    live.filter(|live| live.stamp.as_deref() == Some(scene.manifest.estate.as_str()))
        .filter(|live| !declared.contains(&live.key))
        .filter_map(|live| Some(ArmId::parse(&live.id).ok()?.scope()))
        .collect()
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
                .retain(|resource| resource.kind != "grant");
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
        shown(&super::check(&Scene::of(&manifest, &inventory)))
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
            for resource in all {
                match own(resource.address.as_str()) {
                    true if resource.address.as_str() == machine => {
                        manifest.absent.insert(resource);
                    }
                    true => {}
                    false => manifest.resources.insert(resource),
                }
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
            shown(&super::check(&Scene::of(&manifest, &inventory)))
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
