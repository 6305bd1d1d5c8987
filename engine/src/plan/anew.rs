//! What of the things that are to be made anew is: only what is selected, and only where all that lies in it is made again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::draft::{self, blank, made_of};
use super::matching::{Matching, Pair};
use super::{Action, Blocked, Step, Wish, replace};
use crate::address::Address;
use crate::inventory::{Inventory, Live};
use crate::kind::{Catalogue, Scene};
use crate::value::Value;

/// The things that are to be made anew and can be.
pub(super) struct Anew<'a> {
    /// Those that are.
    made: BTreeSet<&'a Address>,
    /// Those that are not, each with what stands in the way.
    held: BTreeMap<&'a Address, Address>,
}

impl<'a> Anew<'a> {
    /// What was asked for and is fit for it.
    pub(super) fn of(
        catalogue: &Catalogue,
        scene: &Scene<'a>,
        matching: &Matching<'a>,
        wish: &Wish,
    ) -> Anew<'a> {
        let mut anew = Anew {
            made: BTreeSet::new(),
            held: BTreeMap::new(),
        };
        for (address, pair) in &matching.pairs {
            let asked = wish.replaced.iter().any(|asked| asked.is(address));
            let Some(live) = pair.live.filter(|_| asked) else {
                continue;
            };
            if replace::fit(catalogue, scene, matching, pair, live).is_err() {
                continue;
            }
            let places: Vec<&Address> = scene.manifest.places(pair.resource).collect();
            match wish.selected.names(&places) {
                true => anew.made.insert(*address),
                // What is merely needed is not taken away.
                false => anew.held.insert(*address, (*address).clone()).is_none(),
            };
        }
        anew
    }

    /// What is made anew.
    pub(super) fn made(&self) -> &BTreeSet<&'a Address> {
        &self.made
    }

    /// Whether there is any such thing.
    pub(super) fn is_any(&self) -> bool {
        !self.made.is_empty()
    }

    /// What was read, without all that.
    pub(super) fn without<'s>(
        &self,
        scene: &Scene<'s>,
        matching: &Matching<'_>,
    ) -> Cow<'s, Inventory> {
        replace::without(scene, matching, &self.made)
    }

    /// Holds back what would lose something by the steps that follow from it: a part that is not selected, or that something
    /// stands in the way of. Whether there was such a thing.
    pub(super) fn holds_back(&mut self, scene: &Scene<'a>, steps: &[Step]) -> bool {
        if self.made.is_empty() {
            return false;
        }
        let steps: BTreeMap<&Address, &Step> =
            steps.iter().map(|step| (&step.address, step)).collect();
        let is_made = |address: &Address| {
            let step = steps.get(address);
            step.is_some_and(|step| {
                step.blocked.is_none() && matches!(step.action, Action::Create | Action::Replace)
            })
        };
        let lost: Vec<(&Address, Address)> = self
            .made
            .iter()
            .filter(|address| is_made(address))
            .filter_map(|address| {
                let around = scene.manifest.resource(address)?;
                let mut parts = replace::goes_with(scene, around);
                let part = parts.find(|part| !is_made(part))?;
                Some((*address, part.clone()))
            })
            .collect();
        for (address, part) in &lost {
            self.made.remove(address);
            self.held.insert(address, part.clone());
        }
        !lost.is_empty()
    }

    /// What is made anew around a thing, or the thing whose identity a grant is to, so that it has to be made again.
    pub(super) fn around(&self, scene: &Scene<'a>, pair: &Pair<'a>) -> Option<&'a Address> {
        let around = scene.manifest.around(pair.resource).skip(1);
        let mut around = around.map(|around| &around.address);
        around
            .find(|around| self.made.contains(around))
            .or_else(|| self.holder(scene, &pair.resource.address))
    }

    /// The thing that is made anew whose identity a grant is to.
    fn holder(&self, scene: &Scene<'a>, grant: &Address) -> Option<&'a Address> {
        let of = &scene.inventory.successors.get(grant)?.of;
        self.made.get(of).copied()
    }

    /// The steps that take away this estate's grants to identities that went: the grant would stay for nobody. What lies in a thing
    /// that is made anew goes with that.
    pub(super) fn revocations(
        &self,
        scene: &Scene<'a>,
        matching: &Matching<'a>,
        steps: &[Step],
    ) -> Vec<Step> {
        if self.made.is_empty() {
            return Vec::new();
        }
        let steps = steps.iter();
        let going: BTreeSet<&Address> = steps
            .filter(|step| step.blocked.is_none() && step.action.writes())
            .map(|step| &step.address)
            .collect();
        let goes = |address: &Address| going.contains(address);
        let grants = matching.pairs.values().filter_map(|pair| {
            let holder = self.holder(scene, &pair.resource.address)?;
            let mut around = scene.manifest.around(pair.resource).skip(1);
            let lies_in_it = around.any(|around| self.made.contains(&around.address));
            let live = pair.live.filter(|_| !lies_in_it)?;
            let ours = live.stamp.as_deref() == Some(scene.manifest.estate.as_str());
            (ours && goes(holder) && goes(&pair.resource.address)).then_some((live, holder))
        });
        grants
            .map(|(live, holder)| {
                let why = format!("its identity goes with the old `{holder}`");
                let mut removal =
                    draft::removal(scene, &matching.protected, live, Action::Revoke, &why);
                removal.address = nameless(live);
                removal
            })
            .collect()
    }

    /// Makes the step of a thing that is made anew a replacement, and blocks that of one that is held back: what is written over
    /// it would rest on something else than was asked for.
    pub(super) fn apply<'s>(
        &self,
        scene: &Scene<'s>,
        matching: &'s Matching<'s>,
        pair: &Pair<'s>,
        step: &mut Step,
    ) {
        if let Some(part) = self.held.get(&step.address) {
            let lies_in_it = scene.manifest.resource(part).is_some_and(|part| {
                scene
                    .manifest
                    .places(part)
                    .any(|place| *place == step.address)
            });
            step.notes.push(match *part == step.address {
                true => "it is not made anew: it is not selected".to_owned(),
                false if lies_in_it => {
                    format!("it is not made anew: `{part}` in it would not be made again")
                }
                false => format!(
                    "it is not made anew: `{part}`, which is to its identity, would not be made again"
                ),
            });
            step.blocked = Some(Blocked {
                rule: "replace".to_owned(),
                subject: part.clone(),
            });
        } else if let Some(live) = pair.live.filter(|_| self.made.contains(&step.address))
            && step.action != Action::Defer
        {
            replace::replaced(scene, matching, pair, live, step);
        }
    }
}

/// The address of a grant to an identity that is to be gone: its name is that of the one which comes after it.
fn nameless(grant: &Live) -> Address {
    let principal = grant.facts.get("principal-id").and_then(Value::as_text);
    match (principal, grant.address.as_str().rsplit_once('/')) {
        (Some(principal), Some((role, _))) => {
            Address::read(role).child(&format!("object-id:{principal}"))
        }
        _ => grant.address.clone(),
    }
}

/// Decides the step of what lies in something that is made anew: it is gone then, whatever it is now.
pub(super) fn again(scene: &Scene<'_>, pair: &Pair<'_>, around: &Address) -> Step {
    let mut step = blank(scene, pair);
    step.changes = made_of(pair.kind.schema(), &step.write);
    step.action = Action::Create;
    step.notes
        .push(format!("it is made again, since `{around}` is replaced"));
    step
}
