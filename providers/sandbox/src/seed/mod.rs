//! What exists before the first request: people, subscriptions, machines, and the faults to act out.
//!
//! The command line reads a seed from KDL (grammar in SEED.md) and hands it over as these plain values. A seed is
//! used once, to make a new world; after that the state file is the world.

mod behaviour;
mod check;
mod fault;
mod network;
mod policy;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use behaviour::Behaviour;
pub use check::SeedError;
pub use fault::FaultRule;
pub use network::{
    Interface, Lock, OtherResource, Route, RouteTable, SecurityGroup, SecurityRule, Subnet,
    VirtualNetwork,
};
pub use policy::Policy;

/// Everything a new sandbox starts with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// The directories, each with the subscriptions that trust it.
    pub tenants: Vec<Tenant>,
    /// Answers that are to go wrong, in the order in which they are tried.
    pub faults: Vec<FaultRule>,
    /// In what the services differ from how they mostly are.
    pub behaviour: Behaviour,
}

/// A directory and the subscriptions that trust it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    /// The tenant's GUID.
    pub id: String,
    /// Its name, as shown by the organization.
    pub name: String,
    /// Its default domain, for example `contoso.com`.
    pub domain: String,
    /// Who may hold a token. The one whose `app_id` asks gets it, any other client gets the first; with none, one is
    /// made up from the tenant's id.
    pub callers: Vec<Caller>,
    /// The people.
    pub users: Vec<User>,
    /// The groups. Display names need not be unique.
    pub groups: Vec<Group>,
    /// The service principals.
    pub service_principals: Vec<ServicePrincipal>,
    /// The devices that joined already.
    pub devices: Vec<Device>,
    /// Whether the app is missing by which people sign in to Windows machines; most tenants have it.
    pub no_sign_in_app: bool,
    /// The roles that somebody made.
    pub custom_roles: Vec<CustomRole>,
    /// The ids of the management groups. Which subscriptions each holds is not known: all of the tenant's.
    pub management_groups: Vec<String>,
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
}

/// An application that may sign in, with what it may not do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caller {
    /// Object id (a GUID) of its service principal.
    pub id: String,
    /// Application (client) id, a GUID.
    pub app_id: String,
    /// Display name.
    pub name: String,
    /// ARM actions it lacks, with `*` as in role definitions. Everything else it may do.
    pub deny: Vec<String>,
    /// Whether it may read nothing in the directory.
    pub no_directory_rights: bool,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// User principal name.
    pub upn: String,
    /// Object id, a GUID.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether this is a guest of the tenant.
    pub guest: bool,
    /// Whether the account may sign in.
    pub enabled: bool,
    /// Whether the account lies among the deleted items.
    pub deleted: bool,
}

impl Default for User {
    fn default() -> Self {
        User {
            upn: String::new(),
            id: String::new(),
            name: String::new(),
            guest: false,
            enabled: true,
            deleted: false,
        }
    }
}

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// Display name.
    pub name: String,
    /// Object id, a GUID.
    pub id: String,
    /// Object ids of its direct members.
    pub members: Vec<String>,
}

/// An application's identity in the tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServicePrincipal {
    /// Display name.
    pub name: String,
    /// Object id, a GUID.
    pub id: String,
    /// Application (client) id, a GUID.
    pub app_id: String,
}

/// A device that joined the directory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    /// Display name, which is the host name.
    pub name: String,
    /// Object id, a GUID.
    pub id: String,
    /// ARM id of the machine it stands for, if any.
    pub machine: Option<String>,
    /// When it joined, RFC 3339; the start of the world when absent.
    pub registered: Option<String>,
}

/// A subscription and what lies in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscription {
    /// The subscription's GUID.
    pub id: String,
    /// Display name.
    pub name: String,
    /// The resource groups.
    pub resource_groups: Vec<ResourceGroup>,
    /// The role assignments at this subscription and beneath it.
    pub role_assignments: Vec<RoleAssignment>,
    /// The locks at this subscription.
    pub locks: Vec<Lock>,
    /// The policies assigned at this subscription.
    pub policies: Vec<Policy>,
}

/// A resource group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResourceGroup {
    /// Its name.
    pub name: String,
    /// Its region.
    pub location: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its virtual machines.
    pub machines: Vec<Machine>,
    /// Its machines outside Azure.
    pub arc_machines: Vec<ArcMachine>,
    /// Its user-assigned identities.
    pub managed_identities: Vec<ManagedIdentity>,
    /// Its virtual networks.
    pub virtual_networks: Vec<VirtualNetwork>,
    /// Its network security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// Its route tables.
    pub route_tables: Vec<RouteTable>,
    /// Its resources of other types.
    pub resources: Vec<OtherResource>,
    /// The locks at it, or at something in it.
    pub locks: Vec<Lock>,
    /// The policies assigned at it.
    pub policies: Vec<Policy>,
}

/// A machine outside Azure that an agent has onboarded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArcMachine {
    /// What it is. Power, agent and identities do not count: an agent gives it a system-assigned one.
    pub machine: Machine,
    /// What its agent last said.
    pub status: ArcStatus,
}

/// How an Arc agent stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArcStatus {
    /// It reports.
    #[default]
    Connected,
    /// It has not been heard of for a while.
    Disconnected,
    /// It has not been heard of for so long that its certificate ran out.
    Expired,
    /// It reports an error.
    Error,
}

/// A user-assigned identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ManagedIdentity {
    /// Resource name.
    pub name: String,
    /// Region; the group's when absent.
    pub location: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A virtual machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Machine {
    /// Resource name.
    pub name: String,
    /// Family of the operating system.
    pub os: Os,
    /// Region; the group's when absent.
    pub location: Option<String>,
    /// What the agent reports as product, for example `Windows Server 2022 Datacenter`.
    pub os_name: Option<String>,
    /// What the agent reports as version, for example `10.0.20348.2700`.
    pub os_version: Option<String>,
    /// Host name; the resource name when absent.
    pub computer_name: Option<String>,
    /// Whether it runs.
    pub power: Power,
    /// Whether its agent reports.
    pub agent: Agent,
    /// Whether it has a system-assigned identity.
    pub system_assigned: bool,
    /// ARM ids of the user-assigned identities attached to it.
    pub user_assigned: Vec<String>,
    /// Its extensions.
    pub extensions: Vec<Extension>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether the device registration endpoint is out of its reach, so that joining fails.
    pub no_registration: bool,
    /// Whether a login that failed for want of an identity fails until it is uninstalled, whatever is mended meanwhile.
    pub keeps_failed_login: bool,
    /// Its network interface; one in a network of its own making when absent. Does not count outside Azure.
    pub interface: Option<Interface>,
    /// The Active Directory domain that it has joined, if any.
    pub domain: Option<String>,
}

impl Default for Machine {
    fn default() -> Self {
        Machine {
            name: String::new(),
            os: Os::Windows,
            location: None,
            os_name: None,
            os_version: None,
            computer_name: None,
            power: Power::Running,
            agent: Agent::Ready,
            system_assigned: false,
            user_assigned: Vec::new(),
            extensions: Vec::new(),
            tags: BTreeMap::new(),
            no_registration: false,
            keeps_failed_login: false,
            interface: None,
            domain: None,
        }
    }
}

/// Family of an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// Windows.
    Windows,
    /// Linux.
    Linux,
}

/// Power state of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// It runs.
    Running,
    /// Shut down, still allocated.
    Stopped,
    /// Shut down and given back.
    Deallocated,
}

/// Whether the agent in a machine reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agent {
    /// It reports.
    Ready,
    /// It is silent.
    NotReady,
}

/// An extension that is on a machine already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extension {
    /// Resource name.
    pub name: String,
    /// Publisher.
    pub publisher: String,
    /// Type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version as sent by whoever installed it.
    pub version: String,
    /// How it ended.
    pub state: ExtensionState,
    /// Exit code of its handler; only for a failed one.
    pub exit_code: Option<i64>,
    /// What the instance view says; composed from the exit code when absent.
    pub message: Option<String>,
}

impl Default for Extension {
    fn default() -> Self {
        Extension {
            name: String::new(),
            publisher: String::new(),
            kind: String::new(),
            version: "1.0".to_owned(),
            state: ExtensionState::Succeeded,
            exit_code: None,
            message: None,
        }
    }
}

/// How an extension ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtensionState {
    /// Installed.
    Succeeded,
    /// Its handler gave up.
    Failed,
}

/// A role that somebody made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomRole {
    /// Its name.
    pub name: String,
    /// The GUID of its definition.
    pub id: String,
    /// Where it can be granted, as ids of scopes.
    pub scopes: Vec<String>,
    /// What it allows.
    pub actions: Vec<String>,
    /// What it does not allow after all.
    pub not_actions: Vec<String>,
    /// What it allows inside of things.
    pub data_actions: Vec<String>,
    /// What it does not allow inside of things after all.
    pub not_data_actions: Vec<String>,
}

/// A role assignment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoleAssignment {
    /// Its name, a GUID.
    pub id: String,
    /// GUID of the role definition.
    pub role: String,
    /// Object id of the principal. It need not exist: assignments outlive their principals.
    pub principal: String,
    /// `User`, `Group`, `ServicePrincipal`, `ForeignGroup` or `Device`; looked up in the tenant when absent.
    pub principal_type: Option<String>,
    /// ARM id of the scope, kept as written.
    pub scope: String,
    /// Description.
    pub description: Option<String>,
    /// Condition, version 2.0.
    pub condition: Option<String>,
}
