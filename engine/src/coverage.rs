//! How far the machines of a manifest have come: installed, joined, enterable, put off.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::inventory::{Health, Inventory, Live};
use crate::kind::{Catalogue, Scene};
use crate::manifest::Resource;
use crate::plan::{Action, Plan, Step};
use crate::provider::Proof;
use crate::value::Value;

/// How far the machines of one kind have come that the manifest gives a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// The kind of the machines.
    pub kind: String,
    /// How many of them the manifest gives a login.
    pub machines: usize,
    /// On how many the extension is there and reports success.
    pub installed: usize,
    /// How many the directory has a device for. Linux machines join without one and are not counted.
    pub joined: usize,
    /// Of how many installed ones it could not be told whether they joined.
    pub join_not_checked: usize,
    /// Why it could not be told, by the first of them.
    pub join_not_checked_why: Option<String>,
    /// Into how many somebody may sign in: the extension works, and a sign-in grant without a condition reaches them.
    pub enterable: usize,
    /// On how many something is put off.
    pub deferred: usize,
    /// What that is, and why.
    pub waiting: Vec<Waiting>,
}

/// Something that is put off.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// Its address.
    pub address: Address,
    /// Why.
    pub reason: String,
}

/// Counts the machines of each kind. The scene was read after the last write, and the plan made of it; `joined` tells of the
/// logins whether the directory has a device for the machine.
pub fn coverage(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    plan: &Plan,
    joined: &BTreeMap<Address, Proof>,
) -> Vec<Coverage> {
    let mut kinds: BTreeMap<&'static str, Coverage> = BTreeMap::new();
    let reach = Reach::of(scene.inventory);
    let deferred = Deferred::of(plan);
    for login in scene.manifest.of_kind("login") {
        let Some(machine) = scene.manifest.parent_of(login) else {
            continue;
        };
        let counts = kinds.entry(machine.kind).or_insert_with(|| Coverage {
            kind: machine.kind.to_owned(),
            machines: 0,
            installed: 0,
            joined: 0,
            join_not_checked: 0,
            join_not_checked_why: None,
            enterable: 0,
            deferred: 0,
            waiting: Vec::new(),
        });
        counts.machines += 1;
        let waiting = deferred.at(&machine.address);
        counts.deferred += usize::from(!waiting.is_empty());
        counts.waiting.extend(waiting);
        let works = live(catalogue, scene, login).is_some_and(|live| live.health == Health::Good);
        if !works {
            continue;
        }
        counts.installed += 1;
        let machine = live(catalogue, scene, machine);
        let has_device = machine
            .is_none_or(|live| live.facts.get("os").and_then(Value::as_text) != Some("linux"));
        match joined.get(&login.address) {
            Some(Proof::Verified) => counts.joined += 1,
            Some(Proof::NotChecked(why)) if has_device => {
                counts.join_not_checked += 1;
                counts.join_not_checked_why.get_or_insert(why.clone());
            }
            None if has_device => counts.join_not_checked += 1,
            _ => {}
        }
        if machine.is_some_and(|live| reach.reaches(live)) {
            counts.enterable += 1;
        }
    }
    kinds.into_values().collect()
}

fn live<'a>(catalogue: &Catalogue, scene: &Scene<'a>, resource: &Resource) -> Option<&'a Live> {
    scene.live_of(catalogue.kind(resource.kind)?, resource)
}

/// What a plan puts off, by address: every machine is asked about.
struct Deferred<'a>(BTreeMap<(&'a str, usize), &'a Step>);

impl<'a> Deferred<'a> {
    fn of(plan: &'a Plan) -> Deferred<'a> {
        let steps = plan.steps.iter().enumerate();
        let deferred = steps.filter(|(_, step)| step.action == Action::Defer);
        Deferred(
            deferred
                .map(|(at, step)| ((step.address.as_str(), at), step))
                .collect(),
        )
    }

    /// What is put off at a machine and beneath it, in the order of the plan.
    fn at(&self, machine: &Address) -> Vec<Waiting> {
        let own = machine.as_str();
        let (beneath, behind) = (format!("{own}/"), format!("{own}0"));
        let own = self.0.range((own, 0)..=(own, usize::MAX));
        // In the order of texts, `0` comes right behind `/`.
        let beneath = self.0.range((beneath.as_str(), 0)..(behind.as_str(), 0));
        let mut steps: Vec<_> = own.chain(beneath).collect();
        steps.sort_unstable_by_key(|((_, at), _)| *at);
        steps
            .into_iter()
            .filter_map(|(_, step)| {
                Some(Waiting {
                    address: step.address.clone(),
                    reason: step.hindrance.as_ref()?.reason.clone(),
                })
            })
            .collect()
    }
}

/// The ids, in lower case, at which somebody holds a sign-in role without a condition.
struct Reach<'a>(BTreeSet<&'a str>);

impl<'a> Reach<'a> {
    fn of(inventory: &'a Inventory) -> Reach<'a> {
        let grants = inventory.of_kind("grant");
        Reach(
            grants
                .filter(|grant| !grant.facts.contains_key("condition"))
                .filter_map(|grant| Some(grant.within.last()?.as_str()))
                .collect(),
        )
    }

    fn reaches(&self, machine: &Live) -> bool {
        let own = machine.id.to_lowercase();
        self.0.contains(own.as_str())
            || machine
                .within
                .iter()
                .any(|around| self.0.contains(around.as_str()))
    }
}
