//! The world: everything the sandbox knows, as plain data.
//!
//! Things are kept by their id in lower case, so that ids match without case; each carries its id as it was written,
//! so that it is answered as stored.

pub(crate) mod clock;
pub(crate) mod file;
mod sown;
mod sown_machine;
mod sown_network;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::operation::Operation;
use crate::quota::Quota;
use crate::seed::{Agent, ArcStatus, Behaviour, CustomRole, FaultRule, Os, Power};
use crate::sweep::Sweep;

/// The form of the state file. Raised when an older sandbox could not read it.
pub(crate) const FORMAT: u32 = 1;

pub(crate) use users::Users;

/// Tags of a resource. Absent and empty are answered differently, as they were sent.
pub(crate) type Tags = BTreeMap<String, String>;

/// Everything the sandbox knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    pub format: u32,
    /// When it was made.
    pub born: Timestamp,
    /// Requests answered so far; the age of things is counted in these.
    pub requests: u64,
    /// New ids handed out so far.
    pub counter: u64,
    pub tenants: BTreeMap<String, Tenant>,
    pub subscriptions: BTreeMap<String, Subscription>,
    pub groups: BTreeMap<String, Group>,
    pub machines: BTreeMap<String, Machine>,
    /// Machines outside Azure, as their agents have onboarded them.
    #[serde(default)]
    pub arcs: BTreeMap<String, ArcMachine>,
    pub extensions: BTreeMap<String, Extension>,
    /// All that is neither a machine nor an extension of one.
    #[serde(default)]
    pub resources: BTreeMap<String, Resource>,
    /// Management locks.
    #[serde(default)]
    pub locks: BTreeMap<String, Lock>,
    /// Assignments of policies.
    #[serde(default)]
    pub policy_assignments: BTreeMap<String, Policy>,
    /// Policies that somebody made.
    #[serde(default)]
    pub policy_definitions: BTreeMap<String, Policy>,
    /// Roles that somebody made, by GUID.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Template deployments.
    #[serde(default)]
    pub deployments: BTreeMap<String, Deployment>,
    /// By name, which is unique in a tenant.
    pub assignments: BTreeMap<String, Assignment>,
    pub operations: BTreeMap<String, Operation>,
    pub faults: Vec<Fault>,
    /// In what it differs from the usual.
    #[serde(default, skip_serializing_if = "Behaviour::is_usual")]
    pub behaviour: Behaviour,
    /// What Resource Graph has seen.
    #[serde(skip)]
    pub sweep: Sweep,
    /// Who uses what, while nothing changes.
    #[serde(skip)]
    pub users: Option<Arc<Users>>,
    /// What callers have left, where that is counted.
    #[serde(skip)]
    pub quota: Option<Quota>,
    /// Raised by every change, so that the file knows what it has missed.
    #[serde(skip)]
    pub generation: u64,
}

impl World {
    /// Marks the world as changed: it is written before the answer goes out, a large one a little later.
    pub(crate) fn touch(&mut self) {
        self.generation += 1;
        self.users = None;
    }

    /// Finds out who uses what, for reads to come.
    pub(crate) fn know_users(&mut self) {
        if self.users.is_none() {
            self.users = Some(Arc::new(Users::of(self)));
        }
    }

    /// A new id: the same world hands out the same ids in the same order.
    pub(crate) fn new_guid(&mut self, tenant: &str) -> String {
        self.counter += 1;
        named_guid(tenant, &self.counter.to_string())
    }

    /// The extensions of a machine, by its key.
    pub(crate) fn extensions_of(
        &self,
        machine: &str,
    ) -> impl Iterator<Item = (&String, &Extension)> {
        beneath(&self.extensions, format!("{machine}/extensions/"))
    }

    /// The machines of a group or subscription, by its key.
    pub(crate) fn machines_under(&self, scope: &str) -> impl Iterator<Item = (&String, &Machine)> {
        beneath(&self.machines, format!("{scope}/"))
    }
}

/// What is the same whenever it is asked for: a GUID made of whose it is (a tenant, a resource) and a name.
pub(crate) fn named_guid(owner: &str, name: &str) -> String {
    let space = Uuid::try_parse(owner)
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_URL, owner.as_bytes()));
    Uuid::new_v5(&space, format!("vmlogin-sandbox/{name}").as_bytes()).to_string()
}

/// The entries whose key begins with `prefix`, in order.
pub(crate) fn beneath<T>(
    map: &BTreeMap<String, T>,
    prefix: String,
) -> impl Iterator<Item = (&String, &T)> {
    map.range(prefix.clone()..)
        .take_while(move |(key, _)| key.starts_with(&prefix))
}

/// A directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenant {
    pub id: String,
    pub name: String,
    pub domain: String,
    pub callers: Vec<Caller>,
    pub users: BTreeMap<String, User>,
    pub groups: BTreeMap<String, DirectoryGroup>,
    pub service_principals: BTreeMap<String, ServicePrincipal>,
    pub devices: BTreeMap<String, Device>,
    /// The ids of its management groups, in lower case.
    #[serde(default)]
    pub management_groups: BTreeSet<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Caller {
    pub id: String,
    pub app_id: String,
    pub deny: Vec<String>,
    pub no_directory_rights: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    pub id: String,
    pub upn: String,
    pub name: String,
    pub guest: bool,
    pub enabled: bool,
    pub deleted: bool,
    pub created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryGroup {
    pub id: String,
    pub name: String,
    /// Object ids of its direct members, lower-case.
    #[serde(default)]
    pub members: BTreeSet<String>,
    pub created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServicePrincipal {
    pub id: String,
    pub app_id: String,
    pub name: String,
    /// Whether it is a managed identity rather than an application.
    pub managed: bool,
    /// The request that made it; zero for what the seed brought.
    pub made_by: u64,
    pub created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    pub id: String,
    pub device_id: String,
    pub name: String,
    pub machine: Option<String>,
    pub registered: Timestamp,
    pub os_version: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    pub id: String,
    pub name: String,
    pub tenant: String,
    pub tags: Option<Tags>,
    /// Providers registered by hand, by lower-case namespace.
    pub registered: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub id: String,
    pub name: String,
    pub location: String,
    pub tags: Option<Tags>,
    pub provisioning_state: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    pub id: String,
    pub name: String,
    pub location: String,
    pub tags: Option<Tags>,
    pub identity: Identity,
    /// Members beside `properties` that are kept as sent: zones, plan and the like.
    pub members: Map<String, Value>,
    pub properties: Map<String, Value>,
    pub provisioning_state: String,
    pub etag: u64,
    pub changed: Timestamp,
    pub os: Os,
    pub os_name: String,
    pub os_version: String,
    pub computer_name: String,
    pub power: Power,
    pub agent: Agent,
    pub registration: bool,
    /// Whether a login that failed for want of an identity fails until it is uninstalled.
    #[serde(default)]
    pub keeps_failed_login: bool,
    /// Looks at its instance view until its agent reports for the first time.
    #[serde(default)]
    pub silent_looks: u32,
    /// Digest of the administrator's password. It is never written: a password can be guessed from its digest.
    #[serde(default, skip_serializing)]
    pub password: Option<String>,
    /// The Active Directory domain that it has joined.
    #[serde(default)]
    pub domain: Option<String>,
}

/// An Arc machine: what a machine is, except that an agent rather than Azure knows whether it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArcMachine {
    pub machine: Machine,
    pub status: ArcStatus,
    /// Properties that the agent tells otherwise than usual: its domain, its configuration.
    #[serde(default)]
    pub told: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// Object id of the system-assigned identity.
    pub system: Option<String>,
    pub user: Vec<UserAssigned>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserAssigned {
    /// In the casing in which it was sent.
    pub id: String,
    /// Its ids are answered only once the operation that attached it has ended.
    pub settled: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extension {
    pub id: String,
    pub name: String,
    pub location: String,
    pub tags: Option<Tags>,
    /// As sent, without protected settings.
    pub properties: Map<String, Value>,
    pub provisioning_state: String,
    /// Outcome of the handler's last run; absent before the first.
    pub view: Option<HandlerView>,
}

/// A resource that is no more than what ARM answers of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    pub id: String,
    pub name: String,
    /// Its type, with the namespace.
    pub kind: String,
    pub location: String,
    pub tags: Option<Tags>,
    /// Members beside `properties` that are kept as sent: sku, zones and the like.
    #[serde(default)]
    pub members: Map<String, Value>,
    pub properties: Map<String, Value>,
    /// Counts its changes, for its etag where its type has one.
    #[serde(default)]
    pub version: u64,
}

/// A management lock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    /// As it was written.
    pub id: String,
    pub name: String,
    /// `CanNotDelete` or `ReadOnly`.
    pub level: String,
    pub notes: Option<String>,
}

/// A definition of a policy, or an assignment of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// As it was written.
    pub id: String,
    pub name: String,
    pub properties: Value,
}

/// A template deployment. The template itself is not kept: it may hold secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deployment {
    pub id: String,
    pub name: String,
    pub state: String,
    pub hash: String,
    pub started: Timestamp,
    /// As they are told: secrets without a value.
    pub parameters: Value,
    /// Types of its resources, with their region.
    pub types: Vec<(String, String)>,
    pub steps: Vec<Step>,
    pub outputs: Value,
    pub error: Option<Value>,
}

/// One resource of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub target: String,
    pub kind: String,
    pub name: String,
    /// HTTP status of its PUT.
    pub status: u16,
    pub error: Option<Value>,
}

/// What the agent says about an extension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandlerView {
    /// Version that runs, as against the one that was asked for.
    pub version: String,
    /// Terminal code of a failure; absent after a success.
    pub failure: Option<String>,
    pub message: String,
}

/// A role that somebody made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Role {
    pub definition: CustomRole,
    pub tenant: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    pub name: String,
    /// In its creator's casing.
    pub scope: String,
    /// GUID of the role definition.
    pub role: String,
    pub principal: String,
    pub principal_type: String,
    pub description: Option<String>,
    pub condition: Option<String>,
    pub condition_version: Option<String>,
    pub delegated_identity: Option<String>,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub created_by: String,
    pub updated_by: String,
    pub tenant: String,
}

/// A fault and how often it was met.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub rule: FaultRule,
    pub met: u32,
}
