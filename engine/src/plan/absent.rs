//! What `absent` names goes, stamped or not, in the order opposite to making; what is gone already has no step.

mod edges;
mod inherited;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use edges::edges;
use edges::holder;

use super::draft::{self, CLAIM, PARTS};
use super::matching::{Matching, Pair};
use super::ownership::removal;
use super::standing::{FOLLOWS, NOT_SELECTED};
use super::unknown::{self, Unknown};
use super::{Action, Blocked, DECLARED_TOO, Foreign, Step, UNRESOLVED, Wait, Wish, teardown};
use crate::address::Address;
use crate::graph::{Cycle, Graph};
use crate::inventory::{Content, Live};
use crate::kind::{Catalogue, Hindrance, Key, Scene};
use crate::manifest::{Manifest, Resource};
use crate::schema::{Lifetime, Need};
use crate::value::Value;

/// What becomes of all that `absent` names.
#[derive(Default)]
pub(super) struct Cleared {
    /// The steps that take it away, last made first.
    pub(super) steps: Vec<Step>,
    /// What has no step, since nobody finds it.
    pub(super) gone: Vec<Address>,
}

/// Takes away what `absent` names. `revoked` are the ids, in lower case, of the grants that go
/// anyway. The scene's manifest holds what should be absent among its resources.
pub(super) fn steps(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    wish: &Wish,
    revoked: &BTreeSet<String>,
) -> Result<Cleared, Cycle> {
    if scene.manifest.absent.is_empty() {
        return Ok(Cleared::default());
    }
    // Only what goes is ordered: nothing that should be there waits for it, nor it for that.
    let alone = Manifest {
        resources: scene.manifest.absent.clone(),
        ..scene.manifest.clone()
    };
    let graph = Graph::with(&alone, catalogue, edges(scene, matching))?;
    let mut clearing = Clearing {
        scene,
        matching,
        wish,
        access: access(scene, matching),
        by_id: by_id(scene),
        declared: declared(scene, matching),
        gone: revoked.clone(),
        held_up: BTreeMap::new(),
        placed: BTreeSet::new(),
        steps: Vec::new(),
    };
    let mut waits = teardown::waits(&graph);
    for address in graph.order().iter().rev() {
        if let Some(pair) = matching.pairs.get(address) {
            clearing.clear(pair, waits.remove(address).unwrap_or_default());
        }
    }
    clearing.tell_what_is_inherited();
    let gone = scene.manifest.absent.keys().filter_map(|address| {
        let pair = matching.pairs.get(address)?;
        clearing.is_gone_already(pair).then(|| address.clone())
    });
    Ok(Cleared {
        gone: gone.collect(),
        steps: clearing.steps,
    })
}

/// What the manifest declares, by what it is: two names of one person may be declared and absent at once.
fn declared<'a>(
    scene: &Scene<'_>,
    matching: &'a Matching<'_>,
) -> BTreeMap<(&'static str, &'a Key), &'a Address> {
    let pairs = matching.pairs.iter();
    pairs
        .filter(|(address, _)| !scene.manifest.absent.contains_key(address))
        .filter_map(|(address, pair)| Some(((pair.resource.kind, pair.key.as_ref()?), *address)))
        .collect()
}

/// The live things that vanish with their nodes and that no node names, by the ids of what they lie in.
fn access<'a>(scene: &Scene<'a>, matching: &Matching<'_>) -> BTreeMap<&'a str, Vec<&'a Live>> {
    let mut access: BTreeMap<&str, Vec<&Live>> = BTreeMap::new();
    for grant in scene.inventory.live.values() {
        if matching.lifetime(grant) == Some(Lifetime::Vanishes) && !matching.claims(grant) {
            for around in &grant.within {
                access.entry(around).or_default().push(grant);
            }
        }
    }
    access
}

fn by_id<'a>(scene: &Scene<'a>) -> BTreeMap<String, &'a Live> {
    let lives = scene.inventory.live.values();
    lives.map(|live| (live.id.to_lowercase(), live)).collect()
}

struct Clearing<'a, 'm> {
    scene: &'a Scene<'m>,
    matching: &'a Matching<'m>,
    wish: &'a Wish,
    /// What vanishes and no node names, by the ids of what it lies in.
    access: BTreeMap<&'m str, Vec<&'m Live>>,
    /// What is there, by its id in lower case.
    by_id: BTreeMap<String, &'m Live>,
    declared: BTreeMap<(&'static str, &'a Key), &'a Address>,
    /// The ids, in lower case, of what goes before.
    gone: BTreeSet<String>,
    /// What does not go now though it is there, and why what it lies in has to wait.
    held_up: BTreeMap<Address, Hindrance>,
    /// The addresses of the steps.
    placed: BTreeSet<Address>,
    steps: Vec<Step>,
}

impl Clearing<'_, '_> {
    fn clear(&mut self, pair: &Pair<'_>, waits: Vec<Wait>) {
        let address = &pair.resource.address;
        let places: Vec<&Address> = self.scene.manifest.places(pair.resource).collect();
        if !self.wish.selected.names(&places) {
            if pair.live.is_some() {
                let hindrance = Hindrance {
                    reason: format!("`{address}` goes first, and that is not selected"),
                    help: NOT_SELECTED.to_owned(),
                };
                self.held_up.insert(address.clone(), hindrance);
            }
            return;
        }
        let Some(mut step) = self.decide(pair) else {
            return;
        };
        step.waits = waits;
        // Revocations come first of all, and wait for nothing.
        step.waits
            .retain(|wait| step.action != Action::Revoke && self.has_step(&wait.on));
        if step.action.writes()
            && let Some(hindrance) = self
                .hindrance_of(&step)
                .or_else(|| self.left_at(pair, &places))
        {
            draft::defer(&mut step, hindrance);
        }
        match (step.action, pair.live) {
            (Action::Defer, _) => {
                let hindrance = Hindrance {
                    reason: format!("`{address}` goes first, and that is put off"),
                    help: FOLLOWS.to_owned(),
                };
                self.held_up.insert(address.clone(), hindrance);
            }
            (action, Some(live)) if action.removes() && step.blocked.is_none() => {
                let grants = self.grants_at(live, &step);
                step.waits.extend(grants.iter().map(|grant| Wait {
                    on: grant.address.clone(),
                    need: Need::Success,
                    reason: "access goes before what it is at".to_owned(),
                }));
                self.gone.insert(live.id.to_lowercase());
                self.gone.extend(pair.kind.takes_along(live));
                step.notes.extend(pair.kind.leaves(live));
                self.gone.extend(
                    grants
                        .iter()
                        .filter_map(|grant| Some(grant.id.as_ref()?.to_lowercase())),
                );
                self.placed
                    .extend(grants.iter().map(|grant| grant.address.clone()));
                self.steps.extend(grants);
            }
            _ => {}
        }
        self.placed.insert(step.address.clone());
        self.steps.push(step);
    }

    /// Whether nobody finds what a line names. Where grants were not read to the end, that is not said.
    fn is_gone_already(&self, pair: &Pair<'_>) -> bool {
        let resource = pair.resource;
        let places: Vec<&Address> = self.scene.manifest.places(resource).collect();
        let read = pair.kind.schema().lifetime != Lifetime::Vanishes
            || self
                .scene
                .inventory
                .grants_complete
                .contains(resource.realm());
        let named = resource.along.is_none() && !self.goes_with_parent(resource);
        let known = pair.key.is_some() || unknown::is_of_nobody(self.scene, resource);
        let missing = known && pair.live.is_none();
        named && missing && read && self.wish.selected.names(&places)
    }

    /// Whether a thing stands in no `absent` of its own: a part of what goes has the place of that.
    fn goes_with_parent(&self, resource: &Resource) -> bool {
        let parent = self.scene.manifest.parent_of(resource);
        parent.is_some_and(|parent| {
            self.scene.manifest.absent.contains_key(&parent.address) && parent.span == resource.span
        })
    }

    /// Decides one step from what was found; `None` where there is nothing.
    fn decide(&self, pair: &Pair<'_>) -> Option<Step> {
        let mut step = draft::blank(self.scene, pair);
        let Some(key) = &pair.key else {
            if unknown::is_of_nobody(self.scene, pair.resource) {
                return None;
            }
            let Unknown { what, help } = unknown::of(self.scene, pair.resource);
            step.notes.push(format!("{what}: {help}"));
            step.blocked = Some(blocked(UNRESOLVED, &step.address));
            return Some(step);
        };
        if let Some(declared) = self.declared.get(&(pair.resource.kind, key)) {
            step.notes.push(format!(
                "it is declared too, as `{declared}`: remove one of the two"
            ));
            step.blocked = Some(blocked(DECLARED_TOO, declared));
            return Some(step);
        }
        let live = pair.live?;
        if self.gone.contains(&live.id.to_lowercase()) {
            return None;
        }
        // What came along is named by nobody: only what this estate made goes, and only with what had it.
        if let Some(bearer) = &pair.resource.along
            && let Some(why) = self.not_along(pair, live)
        {
            // Without the thing that it would have come with it is nobody's business.
            self.matching.pairs.get(bearer)?.live?;
            step.notes.push(format!("it stays: {why}"));
            step.foreign = None;
            return Some(step);
        }
        step.protected = self.matching.protected.touches(self.scene, pair, live);
        step.write.insert(
            CLAIM.to_owned(),
            live.stamp.as_deref().unwrap_or_default().into(),
        );
        if pair.kind.schema().container {
            match self.contents(pair, live) {
                Ok(parts) if parts.is_empty() => {}
                Ok(parts) => {
                    step.notes.push(format!(
                        "what it holds goes with it: {}",
                        teardown::named(&parts)
                    ));
                    let names = parts.iter().map(|part| part.name.as_str().into());
                    step.write
                        .insert(PARTS.to_owned(), Value::List(names.collect()));
                }
                Err(why) => {
                    step.notes
                        .push(format!("`absent` names it, and it stays: {why}"));
                    step.foreign = None;
                    return Some(step);
                }
            }
        }
        step.action = removal(pair.kind.schema().lifetime);
        step.notes.insert(0, self.why(pair, live));
        if let Some(hindrance) = pair.kind.hindrance(pair.resource, Some(live), self.scene) {
            draft::defer(&mut step, hindrance);
        }
        Some(step)
    }

    /// Why a thing does not go along with what brought it.
    fn not_along(&self, pair: &Pair<'_>, live: &Live) -> Option<String> {
        if live.stamp.as_deref() != Some(self.scene.manifest.estate.as_str()) {
            return Some(draft::maker(live));
        }
        let user = pair.kind.used_by(live)?;
        let known = holder(&self.by_id, &user);
        let name = known.map_or(format!("`{user}`"), |live| format!("the {}", live.title));
        (!teardown::is_in(&user, &self.gone)).then(|| format!("{name} has it"))
    }

    fn why(&self, pair: &Pair<'_>, live: &Live) -> String {
        if let Some(bearer) = &pair.resource.along {
            return format!(
                "it came along with `{bearer}`, which is absent, and nothing else has it"
            );
        }
        let named = match self.scene.manifest.parent_of(pair.resource) {
            Some(parent) if self.goes_with_parent(pair.resource) => {
                format!("it goes with `{}`, which `absent` names", parent.name)
            }
            _ => "`absent` names it".to_owned(),
        };
        match &live.stamp {
            Some(estate) if *estate == self.scene.manifest.estate => named,
            None if !pair.kind.schema().stamped => named,
            _ => format!("{named}, though {}", draft::maker(live)),
        }
    }

    /// What a container takes along with it, or why it may not go.
    fn contents(&self, pair: &Pair<'_>, live: &Live) -> Result<Vec<&Content>, String> {
        let left = teardown::left_in(self.scene, live, &self.gone)
            .ok_or_else(|| "what it holds could not be read".to_owned())?;
        match left.is_empty() || pair.kind.holds_parts() {
            true => Ok(left),
            false => Err(format!("it still holds {}", teardown::named(&left))),
        }
    }

    /// The live grants at a thing, and in it, which no step takes away yet.
    fn access_to(&self, live: &Live) -> impl Iterator<Item = &Live> {
        let grants = self.access.get(live.id.to_lowercase().as_str());
        let grants = grants.into_iter().flatten().copied();
        grants.filter(|grant| !self.gone.contains(&grant.id.to_lowercase()))
    }

    /// Why a thing has to stay for a grant at it that is not selected: the grant would go with it.
    fn left_at(&self, pair: &Pair<'_>, places: &[&Address]) -> Option<Hindrance> {
        let mut grants = self.access_to(pair.live?);
        let left = grants.find(|grant| {
            let places: Vec<&Address> = [&grant.address]
                .into_iter()
                .chain(places.to_vec())
                .collect();
            !self.wish.selected.names(&places)
        })?;
        Some(Hindrance {
            reason: format!("`{}` goes first, and that is not selected", left.address),
            help: NOT_SELECTED.to_owned(),
        })
    }

    /// The steps that take away the access to a thing that goes.
    fn grants_at(&self, live: &Live, step: &Step) -> Vec<Step> {
        self.access_to(live)
            .map(|grant| {
                let why = format!("what it is at goes: {}", step.title);
                let mut removal = draft::removal(
                    self.scene,
                    &self.matching.protected,
                    grant,
                    Action::Revoke,
                    &why,
                );
                removal.write.insert(
                    CLAIM.to_owned(),
                    grant.stamp.as_deref().unwrap_or_default().into(),
                );
                removal.foreign = grant
                    .stamp
                    .clone()
                    .filter(|stamp| *stamp != self.scene.manifest.estate)
                    .map(|estate| Foreign {
                        estate,
                        by_being_named: true,
                    });
                removal
            })
            .collect()
    }

    fn hindrance_of(&self, step: &Step) -> Option<Hindrance> {
        let around = &step.address;
        let mut held = self.held_up.range(Address::read(&format!("{around}/"))..);
        held.next()
            .filter(|(inner, _)| inner.lies_in(around))
            .map(|(_, hindrance)| hindrance.clone())
            .or_else(|| {
                let mut waits = step.waits.iter();
                waits.find_map(|wait| self.held_up.get(&wait.on).cloned())
            })
    }

    fn has_step(&self, address: &Address) -> bool {
        self.placed.contains(address)
    }
}

fn blocked(rule: &str, subject: &Address) -> Blocked {
    Blocked {
        rule: rule.to_owned(),
        subject: subject.clone(),
    }
}
