//! Which part of a manifest a plan is for: `--target` takes what lies beneath it and what that needs, `--exclude` leaves out.

use indexmap::IndexSet;

use super::{Mode, Selection};
use crate::address::{Address, Pattern};
use crate::graph::Graph;
use crate::kind::Scene;
use crate::manifest::{Manifest, Subscription};
use crate::schema::Need;

/// What `--target` and `--exclude` say.
#[derive(Clone, Debug, Default)]
pub struct Selected {
    /// Patterns of `--target`; none means everything.
    pub targets: Vec<Pattern>,
    /// Patterns of `--exclude`.
    pub excludes: Vec<Pattern>,
}

impl Selected {
    /// Reads the patterns as a person typed them; the first that is no address is the error.
    pub fn read(targets: &[String], excludes: &[String]) -> Result<Selected, String> {
        let patterns = |texts: &[String]| -> Result<Vec<Pattern>, String> {
            texts.iter().map(|text| Pattern::parse(text)).collect()
        };
        Ok(Selected {
            targets: patterns(targets)?,
            excludes: patterns(excludes)?,
        })
    }

    /// Whether a thing is named and not left out, given its own address and those of what it lies in. Something that is taken
    /// away must be, never merely needed.
    pub(super) fn names(&self, places: &[&Address]) -> bool {
        (self.targets.is_empty() || cover(&self.targets, places)) && !self.leaves_out(places)
    }

    fn leaves_out(&self, places: &[&Address]) -> bool {
        cover(&self.excludes, places)
    }

    /// The first pattern that covers nothing, declared or live, and the address that was probably meant: a slip of the pen, not an
    /// empty wish.
    pub fn unmatched(&self, scene: &Scene<'_>) -> Option<(&str, Option<String>)> {
        let manifest = scene.manifest;
        let subscriptions: Vec<Address> = manifest
            .subscriptions
            .values()
            .map(Subscription::address)
            .collect();
        let addresses: Vec<&Address> = subscriptions
            .iter()
            .chain(manifest.management_groups.keys())
            .chain(manifest.resources.keys())
            .chain(manifest.absent.keys())
            .chain(scene.inventory.live.values().map(|live| &live.address))
            .collect();
        self.targets
            .iter()
            .chain(&self.excludes)
            .find(|pattern| !addresses.iter().any(|address| pattern.covers(address)))
            .map(|pattern| {
                let meant = pattern.meant(addresses.iter().copied());
                (pattern.as_str(), meant.map(str::to_owned))
            })
    }

    /// The record for the plan; `None` where everything is selected.
    pub fn record(&self) -> Option<Selection> {
        let texts = |patterns: &[Pattern]| {
            patterns
                .iter()
                .map(|pattern| pattern.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        let selection = Selection {
            targets: texts(&self.targets),
            excludes: texts(&self.excludes),
        };
        (selection != Selection::default()).then_some(selection)
    }

    /// The addresses that a plan is for: the named ones and, unless it tears down, what these need to succeed first.
    pub(super) fn of<'a>(
        &self,
        graph: &'a Graph,
        manifest: &Manifest,
        mode: Mode,
    ) -> IndexSet<&'a Address> {
        let mut taken = IndexSet::new();
        // From the last to the first, so that what something needs is met after it.
        for address in graph.order().iter().rev() {
            let places = places(manifest, address);
            if self.names(&places) || (taken.contains(address) && !self.leaves_out(&places)) {
                taken.insert(address);
                taken.extend(needs(graph, address).filter(|_| mode == Mode::Apply));
            } else {
                taken.swap_remove(address);
            }
        }
        taken
    }
}

/// Whether a pattern covers one of the addresses.
fn cover(patterns: &[Pattern], places: &[&Address]) -> bool {
    patterns
        .iter()
        .any(|pattern| places.iter().any(|place| pattern.covers(place)))
}

fn places<'a>(manifest: &'a Manifest, address: &Address) -> Vec<&'a Address> {
    manifest
        .resource(address)
        .map(|resource| manifest.places(resource).collect())
        .unwrap_or_default()
}

/// What has to succeed before a thing can be made.
fn needs<'a>(graph: &'a Graph, address: &Address) -> impl Iterator<Item = &'a Address> {
    graph
        .waits_of(address)
        .filter(|edge| edge.need == Need::Success)
        .map(|edge| edge.on)
}
