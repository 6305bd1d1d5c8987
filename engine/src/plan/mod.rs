//! The plan: every decision, as data that can be saved, compared and shown. Apply obeys it and makes none.

mod absent;
mod anew;
pub mod audit;
pub mod decide;
mod draft;
pub mod fingerprint;
pub mod guard;
mod matching;
mod ownership;
pub mod reinstall;
pub mod replace;
pub mod saved;
pub mod selection;
pub mod stakes;
mod standing;
mod teardown;
mod unconfirmed;
mod unknown;
mod unneeded;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use decide::{Wish, plan};
pub use draft::{CLAIM, FIRST, PARTS};
pub use stakes::Stakes;
pub use standing::NOT_WAITED_FOR;
pub use unconfirmed::unconfirmed;

use crate::address::Address;
use crate::kind::Hindrance;
use crate::rule::Finding;
use crate::schema::{Class, Need};
use crate::value::{Attributes, SecretSource, Value};

/// The version of the plan's JSON. It rises when a reader of the old form would be misled.
pub const FORMAT: u32 = 1;

/// All steps and their order, with everything that a person needs to judge them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The version of this JSON: [`FORMAT`].
    pub format: u32,
    /// The version of vmlogin that made it.
    pub tool: String,
    /// The estate whose stamp is written.
    pub estate: String,
    /// Whether it builds or tears down.
    pub mode: Mode,
    /// What was selected of the manifest, where it was not all.
    pub selection: Option<Selection>,
    /// Steps in an order in which they could run one by one.
    pub steps: Vec<Step>,
    /// What the rules say, by subject. They have no say in a destroy.
    pub findings: Vec<Finding>,
    /// Live grants of the sign-in roles that no node names, and things of this estate whose node is gone: they stay.
    pub unmanaged: Vec<Unmanaged>,
    /// What could not be read, so that nothing is concluded from it.
    pub gaps: Vec<String>,
    /// What `absent` names and nobody finds: it is gone already, or never had that name.
    #[serde(default)]
    pub gone: Vec<Address>,
    /// How many live objects of each kind lie in the manifest's scope; guards count against it.
    pub live_counts: BTreeMap<String, u32>,
    /// Who loses what by its steps.
    #[serde(default)]
    pub stakes: Stakes,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Bring the live side in line with the manifest.
    Apply,
    /// Delete what this estate made.
    Destroy,
}

/// What was selected of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// The patterns of `--target`.
    pub targets: Vec<String>,
    /// The patterns of `--exclude`.
    pub excludes: Vec<String>,
}

/// One action on one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it acts on.
    pub address: Address,
    /// The kind of that.
    pub kind: String,
    /// What a sentence calls it: "login extension of `web01`".
    pub title: String,
    /// What is done.
    pub action: Action,
    /// The id of the live thing, or the one that it will have.
    pub id: Option<String>,
    /// The tenant's name in the manifest.
    pub tenant: String,
    /// The subscription's name in the manifest.
    pub subscription: String,
    /// The differences that are written, or for a note or problem only shown.
    pub changes: Vec<Change>,
    /// Everything that a write needs: declared attributes, defaults and what the kind completed.
    pub write: Attributes,
    /// What a person should know: create-only differences, what stays and why.
    pub notes: Vec<String>,
    /// The steps that go first, and why.
    pub waits: Vec<Wait>,
    /// Why it is put off, for a deferral.
    pub hindrance: Option<Hindrance>,
    /// The rule whose error finding blocks it, and the finding's subject.
    pub blocked: Option<Blocked>,
    /// A hash of what the decision rests on: the normalised attributes that the diff read, or absence.
    pub fingerprint: String,
    /// The other estate whose stamp is on the live thing, or on what it is a part of.
    pub foreign: Option<Foreign>,
    /// The role that it grants, where whoever has that can hand out roles.
    #[serde(default)]
    pub privileged: Option<String>,
    /// Whether the live thing, or the manifest, protects it.
    pub protected: bool,
}

/// What a step does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Make what is missing.
    Create,
    /// Change what differs.
    Update,
    /// Delete it and make it anew, since it differs in what is settled when it is made, or failed in a way that asks for it.
    Replace,
    /// Take a grant away.
    Revoke,
    /// Delete what this estate made.
    Delete,
    /// Nothing: it is as it should be, or stays for a reason that a note gives.
    Keep,
    /// Nothing now: something outside the manifest stands in the way.
    Defer,
}

impl Action {
    /// Whether it writes.
    pub fn writes(self) -> bool {
        !matches!(self, Action::Keep | Action::Defer)
    }

    /// Whether it takes something away.
    pub fn removes(self) -> bool {
        matches!(self, Action::Revoke | Action::Delete)
    }

    /// Whether something that is there goes, be it for good or to be made anew.
    pub fn loses(self) -> bool {
        self.removes() || self == Action::Replace
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Replace => "replace",
            Action::Revoke => "revoke",
            Action::Delete => "delete",
            Action::Keep => "keep",
            Action::Defer => "defer",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// One difference between declared and live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The attribute, with the name inside a map after a dot: `tags.owner`.
    pub attribute: String,
    /// What the difference means.
    pub class: Class,
    /// What was read.
    pub before: Value,
    /// What should be.
    pub after: Value,
}

/// A step that goes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Wait {
    /// Its address.
    pub on: Address,
    /// What is waited for.
    pub need: Need,
    /// Why.
    pub reason: String,
}

/// The error finding that blocks a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocked {
    /// The rule.
    pub rule: String,
    /// Whom the rule speaks of.
    pub subject: Address,
}

/// Another estate's claim to the subject of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Foreign {
    /// That estate.
    pub estate: String,
    /// Whether naming the thing is already a claim to it, as for a grant: the two estates would each revoke it one day.
    pub by_being_named: bool,
}

/// A live thing that no node names and that stays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unmanaged {
    /// Where it lies, as an id.
    pub scope: String,
    /// Its role and principal.
    pub name: String,
    /// The id of the assignment.
    pub id: String,
    /// The estate that made it, where it is another one's.
    pub stamp: Option<String>,
    /// Why it stays.
    pub why: String,
}

/// What blocks a step where no rule says it: nobody could tell which live thing it is about.
pub const UNRESOLVED: &str = "unresolved";

/// The same: what the manifest only adopts is not there.
pub const MISSING: &str = "missing";

/// The same: the manifest declares what `absent` names.
pub const DECLARED_TOO: &str = "declared and absent";

impl Blocked {
    /// What is said of it at a step: the rule, and whom it speaks of where that is not the step's own subject.
    pub fn because(&self, step: &Address) -> String {
        let why = match self.rule.as_str() {
            UNRESOLVED => "a name that is not known",
            MISSING => "what should be there and is not",
            DECLARED_TOO => return format!("`{}`, which declares it", self.subject),
            rule => rule,
        };
        if self.subject == *step {
            why.to_owned()
        } else {
            format!("{why} about {}", self.subject)
        }
    }
}

impl Plan {
    /// The step at an address.
    pub fn step(&self, address: &Address) -> Option<&Step> {
        self.steps.iter().find(|step| step.address == *address)
    }

    /// Steps that write and that no finding blocks.
    pub fn writes(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| step.action.writes() && step.blocked.is_none())
    }

    /// The secrets that its writes need, each with the step and the attribute that it is for. What exists keeps its own: a secret
    /// is sent when a thing is made, and never again.
    pub fn secrets(&self) -> impl Iterator<Item = (&Step, &str, &SecretSource)> {
        self.writes()
            .filter(|step| matches!(step.action, Action::Create | Action::Replace))
            .flat_map(|step| {
                let values = step.write.iter();
                values.filter_map(move |(name, value)| match value {
                    Value::Secret(source) => Some((step, name.as_ref(), source)),
                    _ => None,
                })
            })
    }

    /// Whether an apply would have anything to write.
    pub fn is_empty(&self) -> bool {
        self.writes().next().is_none()
    }

    /// Error findings, each of which blocks its subject.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.blocks())
    }

    /// Whether anything is blocked: by an error finding, or because it could not be decided.
    pub fn is_refused(&self) -> bool {
        self.errors().next().is_some() || self.steps.iter().any(|step| step.blocked.is_some())
    }

    /// How many steps of each action there are, blocked ones left out.
    pub fn tally(&self) -> BTreeMap<Action, usize> {
        let mut tally = BTreeMap::new();
        for step in self.steps.iter().filter(|step| step.blocked.is_none()) {
            *tally.entry(step.action).or_insert(0) += 1;
        }
        tally
    }
}
