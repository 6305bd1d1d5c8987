//! What the engine asks of a kind. A provider answers; the engine never learns what a kind is about.

mod scene;

use std::fmt;

pub use scene::Scene;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Holding;
use crate::address::Address;
use crate::inventory::Live;
use crate::manifest::{Manifest, Resource};
use crate::plan::Change;
use crate::problem::Problem;
use crate::schema::{Attribute, NameRule, Schema, Shape};
use crate::syntax::SecretWords;
use crate::value::Attributes;

/// A sort of resource: its schema, and the few questions whose answer needs the cloud's own knowledge. All answers are pure.
pub trait Kind: Sync {
    /// What it looks like in a manifest.
    fn schema(&self) -> &'static Schema;

    /// What its names may look like, where it is named ([`crate::schema::Naming::Names`]).
    fn names(&self) -> &'static NameRule {
        &NameRule::ANY
    }

    /// The settings without which a node is wrong, each with a line that shows how it is written.
    fn required(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Attributes whose values, taken together, no two of one parent may share; empty where there are none.
    fn apart(&self) -> &'static [&'static str] {
        &[]
    }

    /// The natural identity of a declared resource, spelt as [`Live::key`] is for a live one.
    /// `None` while something that it is made of is not resolved; a rule says what.
    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key>;

    /// The id under which the resource is or will be found. Names that have to be made (a grant's GUID) are made here.
    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String>;

    /// Where a thing lies that a manifest names by its id ([`crate::schema::Shape::Elsewhere`]); `None` where the text is no id of
    /// a thing in a subscription.
    fn elsewhere(&self, id: &str) -> Option<Elsewhere> {
        let _ = id;
        None
    }

    /// The id of the thing of this kind that has these names, in a subscription of the manifest: the names of what it lies in,
    /// outermost first, then its own. `None` where nothing refers to this kind.
    fn located(&self, manifest: &Manifest, subscription: &str, names: &[&str]) -> Option<String> {
        let _ = (manifest, subscription, names);
        None
    }

    /// Whether a text that somebody wrote for a reference is the full id of a thing of this kind.
    fn is_id(&self, text: &str) -> bool {
        let _ = text;
        false
    }

    /// What a write needs besides the declared attributes and the defaults: resolved ids, names, the region of the parent.
    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let _ = (resource, scene);
        Attributes::new()
    }

    /// What somebody has once this resource is made; `None` for what is no grant, or is not known to whom it is.
    fn holding(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Holding> {
        let _ = (resource, scene);
        None
    }

    /// What is wrong with a declared resource and only its kind can see, such as what a thing lacks that is to be made. Asked
    /// where nothing else is wrong, so that no mistake is told twice.
    fn problems(&self, resource: &Resource, manifest: &Manifest) -> Vec<Problem> {
        let _ = (resource, manifest);
        Vec::new()
    }

    /// What a change brings with it that a person should know beforehand: a machine restarts.
    fn consequence(&self, change: &Change) -> Option<String> {
        let _ = change;
        None
    }

    /// Whether what lies in a container of this kind is a part of it and goes with it where `absent` names it. Else it goes only
    /// when it holds nothing.
    fn holds_parts(&self) -> bool {
        false
    }

    /// The ids, in lower case, of what goes with a live one when that is deleted, besides what lies in it: the disk of a machine.
    fn takes_along(&self, live: &Live) -> Vec<String> {
        let _ = live;
        Vec::new()
    }

    /// The names of what is lost for good with a live one, since no node could bring it back: the data disks of a machine.
    fn loses(&self, live: &Live) -> Vec<String> {
        let _ = live;
        Vec::new()
    }

    /// What a person should know when a live one is deleted: what may be left of it elsewhere.
    fn leaves(&self, live: &Live) -> Option<String> {
        let _ = live;
        None
    }

    /// The id, in lower case, of what has a live one in use, so that it cannot go before that: the machine of an interface.
    fn used_by(&self, live: &Live) -> Option<String> {
        let _ = live;
        None
    }

    /// Whether it is made with what it stands in, in one write, so that whatever it refers to has to be there before that.
    fn rides(&self) -> bool {
        false
    }

    /// Why things of this kind are never replaced, where they are not: "all that it holds would go with it".
    fn never_replaced(&self) -> Option<&'static str> {
        None
    }

    /// What speaks for taking a live one that failed away and making it anew, rather than writing it again as it is; `None` where
    /// its failure does not ask for that.
    fn reinstall(&self, resource: &Resource, live: &Live, scene: &Scene<'_>) -> Option<Reinstall> {
        let _ = (resource, live, scene);
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

/// Where something lies that no node describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The id of its subscription, lower-case.
    pub subscription: String,
    /// The first word of the address of what stands in it, where that lies beneath it: `vm` for what stands in a machine.
    pub kind: Option<&'static str>,
    /// The names below the subscription in such an address, outermost first.
    pub names: Vec<String>,
}

impl Elsewhere {
    /// What the addresses of things of a kind that stand there begin with, in a subscription of this name.
    pub fn address(&self, of: &str, subscription: &str) -> Address {
        let names = self.names.iter().map(String::as_str);
        let path = std::iter::once(subscription).chain(names);
        match self.kind {
            Some(kind) => Address::new(kind, path).child(of),
            None => Address::new(of, path),
        }
    }
}

/// Why something cannot be done now, though it could be later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hindrance {
    /// "the machine is deallocated".
    pub reason: String,
    /// What lets it go on: "start it and run again".
    pub help: String,
}

/// What a failed thing asks for that writing it again may not mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reinstall {
    /// What its failure says, to stand before a colon: "its failure says that …".
    pub reason: String,
    /// Why it must not be taken away all the same, where something would be lost or nobody could tell.
    pub against: Option<String>,
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

    /// The words that secrets stand behind in a manifest.
    pub fn secret_words(&self) -> SecretWords {
        let schemas = self.kinds.iter().map(|kind| kind.schema());
        let attributes: Vec<&Attribute> = schemas.flat_map(|schema| schema.attributes).collect();
        let mut words = SecretWords::default();
        for secret in attributes.iter().filter(|one| one.shape == Shape::Secret) {
            let (node, word) = secret.name.rsplit_once('.').unwrap_or(("", secret.name));
            words.attributes.insert(word);
            if !node.is_empty() {
                words.nodes.insert(node);
            }
        }
        let details = attributes.iter().filter(|one| one.shape != Shape::Secret);
        let details = details.filter_map(|one| one.name.rsplit_once('.'));
        let open = details.filter(|(node, _)| words.nodes.contains(node));
        words.open = open.map(|(_, word)| word).collect();
        words
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list()
            .entries(self.kinds.iter().map(|kind| kind.schema().kind))
            .finish()
    }
}
