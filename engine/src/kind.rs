//! What the engine asks of a kind. A provider answers; the engine never learns what a kind is about.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inventory::{Inventory, Live};
use crate::manifest::{Manifest, Resource};
use crate::schema::{NameRule, Schema};
use crate::value::Attributes;

/// A sort of resource: its schema, and the few questions whose answer needs the cloud's own knowledge. All answers are pure.
pub trait Kind: Sync {
    /// What it looks like in a manifest.
    fn schema(&self) -> &'static Schema;

    /// What its names may look like, where it is named ([`crate::schema::Naming::Names`]).
    fn names(&self) -> &'static NameRule {
        &NameRule::ANY
    }

    /// The natural identity of a declared resource, spelt as [`Live::key`] is for a live one.
    /// `None` while something that it is made of is not resolved; a rule says what.
    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key>;

    /// The id under which the resource is or will be found. Names that have to be made (a grant's GUID) are made here.
    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String>;

    /// What a write needs besides the declared attributes and the defaults: resolved ids, names, the region of the parent.
    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let _ = (resource, scene);
        Attributes::new()
    }

    /// Whether what lies in a container of this kind is a part of it and goes with it where `absent` names it. Else it goes only
    /// when it holds nothing.
    fn holds_parts(&self) -> bool {
        false
    }

    /// Why things of this kind are never replaced, where they are not: "all that it holds would go with it".
    fn never_replaced(&self) -> Option<&'static str> {
        None
    }

    /// Why the resource cannot be made or changed now though nothing is wrong with the manifest: its machine is stopped.
    fn hindrance(
        &self,
        resource: &Resource,
        live: Option<&Live>,
        scene: &Scene<'_>,
    ) -> Option<Hindrance> {
        let _ = (resource, live, scene);
        None
    }
}

/// The natural identity of a resource, computed alike from both sides: a grant is (scope, principal, role), whatever its id.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Key(pub String);

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Both sides at once: what should be, and what was read.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What should be.
    pub manifest: &'a Manifest,
    /// What was read.
    pub inventory: &'a Inventory,
}

/// Why something cannot be done now, though it could be later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hindrance {
    /// "the machine is deallocated".
    pub reason: String,
    /// What lets it go on: "start it and run again".
    pub help: String,
}

/// All kinds that a provider knows, in the order in which screens group them, with the words that lowering checks against.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The kinds.
    pub kinds: &'static [&'static dyn Kind],
    /// The values of `cloud=`, the first being the default.
    pub clouds: &'static [&'static str],
}

impl Catalogue {
    /// The kind of this name.
    pub fn kind(&self, name: &str) -> Option<&'static dyn Kind> {
        self.kinds
            .iter()
            .copied()
            .find(|kind| kind.schema().kind == name)
    }

    /// The schemas of the kinds that may stand in a node.
    pub fn standing_in(&self, node: &str) -> impl Iterator<Item = &'static Schema> {
        let node = node.to_owned();
        self.kinds
            .iter()
            .map(|kind| kind.schema())
            .filter(move |schema| schema.stands_in.contains(&node.as_str()))
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list()
            .entries(self.kinds.iter().map(|kind| kind.schema().kind))
            .finish()
    }
}
