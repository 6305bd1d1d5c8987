//! The machines that lose every administrator that they have.

use std::collections::{BTreeMap, BTreeSet};

use super::{Admins, Going, is_active};
use crate::access::{Door, Holding};
use crate::address::Address;
use crate::kind::{Catalogue, Scene};
use crate::plan::{Action, Step};

/// The machines that stay and that nobody who is an administrator now could sign in to any more, those alike told together.
pub(super) fn of(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    going: &Going<'_>,
    steps: &[Step],
) -> Vec<Admins> {
    let admins = going.lost.iter().filter(|(own, _)| may_be_admin(own));
    let lost: Vec<(&Holding, &Step)> = admins.copied().collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let left = Left::of(scene, going);
    let given = given(catalogue, scene, steps);
    let mut alike: BTreeMap<Key, Vec<Address>> = BTreeMap::new();
    let doors = scene.inventory.access.doors.iter();
    for door in doors.filter(|door| !going.is_deleted(&door.within)) {
        let of_door = lost.iter().filter(|(holding, _)| reaches(holding, door));
        let of_door: Vec<_> = of_door.collect();
        if of_door.is_empty() || left.admins.reach(door) {
            continue;
        }
        let unread = of_door.iter().filter(|(own, _)| own.admin.is_none());
        let unread = unread.map(|(own, _)| unread_role(own));
        let given = given.iter().filter(|(holding, _)| reaches(holding, door));
        let key = (
            sorted(of_door.iter().map(|(_, step)| step.address.clone())),
            sorted(of_door.iter().map(|(holding, _)| holding.who.clone())),
            sorted(given.map(|(_, step)| step.address.clone())),
            sorted(left.untold(scene, door).into_iter().chain(unread)),
        );
        alike.entry(key).or_default().push(door.address.clone());
    }
    let told = alike.into_iter();
    told.map(|((by, who, given, untold), machines)| Admins {
        machines,
        by,
        who,
        given,
        untold,
    })
    .collect()
}

/// What machines are told together by: steps, people, steps that give, what is not known.
type Key = (Vec<Address>, Vec<String>, Vec<Address>, Vec<String>);

fn is_admin(holding: &Holding) -> bool {
    holding.admin == Some(true) && holding.is_of_people()
}

/// Of what goes, what could not be read may have let somebody in.
fn may_be_admin(holding: &Holding) -> bool {
    holding.admin != Some(false) && holding.is_of_people()
}

fn unread_role(holding: &Holding) -> String {
    format!("what {} allows could not be read", holding.title)
}

fn reaches(holding: &Holding, door: &Door) -> bool {
    holding.covers(&door.subscription, &door.within)
}

/// What steps give that let somebody in as administrator.
fn given<'a>(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    steps: &'a [Step],
) -> Vec<(Holding, &'a Step)> {
    let made = steps
        .iter()
        .filter(|step| is_active(step) && step.action == Action::Create);
    made.filter_map(|step| {
        let resource = scene.manifest.resource(&step.address)?;
        let holding = catalogue.kind(resource.kind)?.holding(resource, scene)?;
        is_admin(&holding).then_some((holding, step))
    })
    .collect()
}

/// What stays: grants that surely let people in as administrators, and those that might.
struct Left<'a> {
    admins: Reach<'a>,
    unread: Vec<&'a Holding>,
}

impl<'a> Left<'a> {
    fn of(scene: &Scene<'a>, going: &Going<'_>) -> Left<'a> {
        let mut left = Left {
            admins: Reach::default(),
            unread: Vec::new(),
        };
        let holdings = scene.inventory.access.holdings.iter();
        let stay = holdings.filter(|own| own.is_of_people() && going.takes(own).is_none());
        for holding in stay {
            match holding.admin {
                // A condition may keep it from being of use.
                Some(true) if !holding.conditional => left.admins.add(holding),
                Some(_) => {}
                None => left.unread.push(holding),
            }
        }
        left
    }

    fn untold(&self, scene: &Scene<'_>, door: &Door) -> Vec<String> {
        let reaching = self.unread.iter().filter(|own| reaches(own, door));
        let mut untold: Vec<String> = reaching.map(|own| unread_role(own)).collect();
        let complete = &scene.inventory.grants_complete;
        if !complete.contains(&door.subscription) {
            let name = &door.subscription;
            untold.push(format!("the grants of `{name}` could not all be read"));
        }
        sorted(untold.into_iter())
    }
}

/// Where some grants hold, to be asked for many machines.
#[derive(Default)]
struct Reach<'a> {
    scopes: BTreeSet<(&'a str, &'a str)>,
    beyond: BTreeSet<&'a str>,
}

impl<'a> Reach<'a> {
    fn add(&mut self, holding: &'a Holding) {
        if holding.beyond {
            self.beyond.insert(&holding.subscription);
        } else if let Some(scope) = holding.within.last() {
            self.scopes.insert((&holding.subscription, scope));
        }
    }

    fn reach(&self, door: &Door) -> bool {
        let subscription = door.subscription.as_str();
        let mut within = door.within.iter();
        self.beyond.contains(subscription)
            || within.any(|id| self.scopes.contains(&(subscription, id.as_str())))
    }
}

fn sorted<T: Ord>(these: impl Iterator<Item = T>) -> Vec<T> {
    let mut these: Vec<T> = these.collect();
    these.sort();
    these.dedup();
    these
}
