//! What was read from the cloud, as values. Everything that a plan or a rule says about live things rests on this and nothing else.

mod lives;

use std::collections::{BTreeMap, BTreeSet};

pub use lives::Lives;
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::address::Address;
use crate::kind::Key;
use crate::manifest::Resource;
use crate::pins::Pin;
use crate::provider::Fault;
use crate::value::{Attributes, Principal, PrincipalKind};

/// What one reading saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Live resources by kind and key. A declared one that is missing here does not exist.
    pub live: Lives,
    /// What became of each principal of the manifest, by tenant name.
    pub principals: BTreeMap<(String, Principal), Resolution>,
    /// How each principal of the manifest stands to the principal lock, by tenant name; empty where there is no lock.
    pub pinned: BTreeMap<(String, Principal), Pinned>,
    /// What became of the identity that each grant to one names, by the grant's address: one name means different things in
    /// different places.
    pub identities: BTreeMap<Address, Resolution>,
    /// Who comes after the identity of each grant to that of a declared thing, if that thing is made anew, by the grant's address.
    pub successors: BTreeMap<Address, Successor>,
    /// What became of each role that the manifest grants, by [`Resource::realm`] and by the role as it is written, in lower case.
    pub roles: BTreeMap<(String, String), RoleResolution>,
    /// What the caller may hand out, by the id of the scope in lower case; read only where a grant is to be made.
    pub granting: BTreeMap<String, Granting>,
    /// Display names for object ids met in live grants, where the directory told them.
    pub names: BTreeMap<String, String>,
    /// Names that new things must not take: the GUIDs of every role assignment that was listed, of whatever role and scope.
    pub names_taken: BTreeSet<String>,
    /// What hands grants down to a subscription (by manifest name) from outside of it, as ids in lower case.
    pub above: BTreeMap<String, BTreeSet<String>>,
    /// The subscriptions (by manifest name) and management groups (by address) whose grants were read to the last page.
    pub grants_complete: BTreeSet<String>,
    /// What lies in a resource group, by its key; read only where a plan might delete the group.
    pub contents: BTreeMap<Key, Vec<Content>>,
    /// What was read of each tenant besides, by its name in the manifest, for rules. Never compared.
    pub tenants: BTreeMap<String, Attributes>,
    /// What stands around declared things and is read for rules alone, by key: network interfaces, route tables. No step is about it.
    pub surroundings: BTreeMap<Key, Sight>,
    /// What the manifest refers to without declaring it, by its id in lower case, and whether it exists. What is not here could
    /// not be read.
    pub referred: BTreeMap<String, bool>,
    /// What forbids writes or deletions, by the manifest's name of the subscription; the fault where that could not be read.
    pub locks: BTreeMap<String, Result<Vec<Lock>, Fault>>,
    /// Who has which role where, for guards.
    pub access: Access,
    /// What only lists told of, by address: it is read by itself before anything is written to it. See [`crate::plan::unconfirmed`].
    pub secondhand: BTreeSet<Address>,
    /// What could not be read, and why. What is missing here is unknown, not absent.
    pub gaps: Vec<Gap>,
}

/// What a look at a thing showed that no node is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What it says, normalised by the provider.
    Seen(Attributes),
    /// It is not there.
    Absent,
    /// It could not be looked at.
    Unread(Fault),
}

/// One live resource, normalised by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Its kind.
    pub kind: &'static str,
    /// Its natural identity.
    pub key: Key,
    /// The id that Azure gave it, in Azure's spelling.
    pub id: String,
    /// The address that it has, or would have, in a manifest. For a grant the principal is `object-id:GUID` where no name is known.
    pub address: Address,
    /// What a sentence calls it: "grant of `Virtual Machine User Login` to user `kim@contoso.com`".
    pub title: String,
    /// The manifest's name of the subscription that it was read in.
    pub subscription: String,
    /// Where it lies: ids of the things around it, lower-case, outermost first (subscription, group, machine).
    pub within: Vec<String>,
    /// Normalised attributes, by the names of the kind's schema.
    pub attributes: Attributes,
    /// The estate that made it.
    pub stamp: Option<String>,
    /// Whether the live protection tag is on it.
    pub protected: bool,
    /// How it is.
    pub health: Health,
    /// What was read besides, for rules and screens: power state, operating system, agent. Never compared.
    pub facts: Attributes,
}

/// How a live resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Its last operation succeeded.
    Good,
    /// An operation is running on it.
    Busy,
    /// Its last operation failed.
    Failed {
        /// What the service says, as read.
        message: String,
    },
}

/// One resource inside a group, of whatever type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its id, lower-case.
    pub id: String,
    /// Its name for screens: `Microsoft.Compute/virtualMachines/web01`.
    pub name: String,
}

/// Something that forbids writes or deletions in a scope, whoever asks for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Its name.
    pub name: String,
    /// The id of what it is at, lower-case; all that lies beneath is locked too.
    pub scope: String,
    /// What it forbids.
    pub forbids: Forbids,
}

/// What a lock forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbids {
    /// To delete.
    Deletion,
    /// To write at all.
    Writing,
}

/// What became of a principal's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// One directory object.
    Found(Found),
    /// No object has the name.
    Missing,
    /// Several objects have the name.
    Ambiguous(Vec<Candidate>),
    /// The object is in the recycle bin of the directory.
    Deleted(Candidate),
    /// The id given as an object id is the application id of this service principal.
    ApplicationId(Candidate),
    /// An identity that a step makes: its id in the directory is known when that step is done.
    Pending {
        /// The resource whose step makes it.
        address: Address,
        /// That attribute of it.
        attribute: String,
        /// The id of the thing that has the identity.
        id: String,
    },
    /// What should have the identity has none, and none is declared.
    NoIdentity {
        /// What it is: "vm `web01`".
        of: String,
        /// What to do.
        help: String,
    },
}

/// How a principal's name stands to the principal lock. Where the lock has the name, its [`Resolution`] is the pinned object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pinned {
    /// The directory makes of it the object that the lock has.
    Confirmed,
    /// The directory could not be asked: the lock's word is taken.
    Unasked,
    /// The directory makes something else of it.
    Moved {
        /// The object that the lock has.
        pin: Pin,
        /// What the directory makes of it.
        now: Resolution,
    },
    /// The lock does not have it.
    NotPinned,
}

/// What an identity is once the thing that has it is made anew: another one than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    /// The thing that has the identity.
    pub of: Address,
    /// What is known of the new one before it is made.
    pub resolution: Resolution,
}

/// What became of the name of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleResolution {
    /// One role.
    Found(Role),
    /// No role that can be granted there has the name; these names are the nearest.
    Missing(Vec<String>),
    /// Several roles have the name.
    Ambiguous(Vec<Candidate>),
}

/// Which roles the caller may hand out at a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granting {
    /// All.
    Allowed,
    /// Those with these ids, lower-case.
    Only(Vec<String>),
    /// None.
    Denied,
    /// It could not be read; why.
    Unknown(String),
}

/// A role that can be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id, lower-case.
    pub id: String,
    /// Its name, as the cloud spells it.
    pub name: String,
    /// Whether it lets people sign in to machines.
    pub signs_in: bool,
    /// Whether whoever has it can hand out roles.
    pub privileged: bool,
    /// Whether it lets people sign in to machines as administrator.
    pub admin: bool,
    /// What this program writes that it lets its holder write: see [`crate::access::Holding::rights`].
    pub rights: BTreeSet<&'static str>,
}

/// A directory object that can be granted a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its object id, lower-case.
    pub object_id: String,
    /// `User`, `Group` or `ServicePrincipal`, as ARM's `principalType` spells it.
    pub principal_type: String,
    /// Its display name.
    pub display_name: String,
    /// Whether the account is enabled; `None` where the directory does not tell or was not asked, and for what has no such switch.
    pub enabled: Option<bool>,
    /// Whether it is a guest in the tenant; `None` where the directory does not tell, and for what is no user.
    pub guest: Option<bool>,
}

/// An object that might have been meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its object id.
    pub object_id: String,
    /// What tells it from the others: its display name, mail nickname or user principal name.
    pub description: String,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// What: "grants of subscription `core`".
    pub what: String,
    /// Why.
    pub fault: Fault,
}

/// What was read first, put in its order at once.
impl FromIterator<Live> for Inventory {
    fn from_iter<I: IntoIterator<Item = Live>>(lives: I) -> Inventory {
        Inventory {
            live: lives.into_iter().collect(),
            ..Inventory::default()
        }
    }
}

impl Inventory {
    /// Adds a live resource under its kind and key.
    pub fn insert(&mut self, live: Live) {
        self.live.insert(live);
    }

    /// The live resource of a kind with this key.
    pub fn get(&self, kind: &str, key: &Key) -> Option<&Live> {
        self.live.get(kind, key)
    }

    /// All live resources of a kind, by key.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Live> + use<'_> {
        self.live.of_kind(kind)
    }

    /// What became of the principal of a grant.
    pub fn principal_of(&self, grant: &Resource) -> Option<&Resolution> {
        let principal = grant.get("principal")?.as_principal()?;
        match principal.kind {
            PrincipalKind::Identity => self.identities.get(&grant.address),
            _ => self.principal(&grant.tenant, principal),
        }
    }

    /// What became of the role of a grant.
    pub fn role_of(&self, grant: &Resource) -> Option<&RoleResolution> {
        let role = grant.get("role")?.as_text()?.to_lowercase();
        self.roles.get(&(grant.realm().to_owned(), role))
    }

    /// What became of a principal in a tenant.
    pub fn principal(&self, tenant: &str, principal: &Principal) -> Option<&Resolution> {
        self.principals.get(&(tenant.to_owned(), principal.clone()))
    }
}
