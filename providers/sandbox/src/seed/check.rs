//! What a seed may not say.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{FaultRule, Lock, Policy, ResourceGroup, Seed, Subscription, Tenant};
use crate::state::World;

/// What is wrong with a seed. `place` says where: names from the outside in, joined by ` / `.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// A value that has to be a GUID is none.
    #[error("`{value}` is not a GUID ({place}: {attribute})")]
    NotAGuid {
        /// Where it stands.
        place: String,
        /// The attribute that holds it.
        attribute: &'static str,
        /// What was written.
        value: String,
    },
    /// Two things share an id or a name that has to be unique.
    #[error("{what} `{value}` is declared twice ({place})")]
    Twice {
        /// Where the second one stands.
        place: String,
        /// What sort of thing it is.
        what: &'static str,
        /// The id or name they share.
        value: String,
    },
    /// Something that cannot be empty is.
    #[error("{attribute} is empty ({place})")]
    Empty {
        /// Where it stands.
        place: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// Something that Azure would refuse to make.
    #[error("{message} ({place})")]
    Refused {
        /// Where it stands.
        place: String,
        /// Its name.
        value: String,
        /// What Azure says.
        message: String,
    },
    /// A value outside what is allowed.
    #[error("`{value}` is not allowed for {attribute} ({place}); {allowed}")]
    NotAllowed {
        /// Where it stands.
        place: String,
        /// The attribute.
        attribute: &'static str,
        /// What was written.
        value: String,
        /// What may be written.
        allowed: &'static str,
    },
}

impl Seed {
    /// Checks what the types cannot: ids that are GUIDs, names that are unique, regions and times that exist.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn check(&self) -> Result<(), SeedError> {
        let mut tenants = BTreeSet::new();
        let mut subscriptions = BTreeSet::new();
        let mut assignments = BTreeSet::new();
        for tenant in &self.tenants {
            let place = format!("tenant {}", tenant.id);
            guid(&place, "id", &tenant.id)?;
            once(&mut tenants, &place, "tenant", &tenant.id)?;
            filled(&place, "domain", &tenant.domain)?;
            check_directory(tenant, &place)?;
            for subscription in &tenant.subscriptions {
                let place = format!("{place} / subscription {}", subscription.id);
                guid(&place, "id", &subscription.id)?;
                once(&mut subscriptions, &place, "subscription", &subscription.id)?;
                check_subscription(subscription, &place, &mut assignments)?;
            }
        }
        self.faults.iter().try_for_each(check_fault)?;
        // What Azure would refuse shows when the world is made.
        World::try_sow(self, jiff::Timestamp::UNIX_EPOCH).map(|_| ())
    }
}

fn check_directory(tenant: &Tenant, place: &str) -> Result<(), SeedError> {
    let mut objects = BTreeSet::new();
    let mut upns = BTreeSet::new();
    for caller in &tenant.callers {
        let place = format!("{place} / caller {}", caller.id);
        guid(&place, "id", &caller.id)?;
        guid(&place, "app-id", &caller.app_id)?;
        once(&mut objects, &place, "object", &caller.id)?;
    }
    for user in &tenant.users {
        let place = format!("{place} / user {}", user.upn);
        filled(&place, "user principal name", &user.upn)?;
        guid(&place, "id", &user.id)?;
        once(&mut objects, &place, "object", &user.id)?;
        if !user.deleted {
            once(&mut upns, &place, "user", &user.upn)?;
        }
    }
    for group in &tenant.groups {
        let place = format!("{place} / group {}", group.name);
        guid(&place, "id", &group.id)?;
        once(&mut objects, &place, "object", &group.id)?;
    }
    for principal in &tenant.service_principals {
        let place = format!("{place} / service-principal {}", principal.name);
        guid(&place, "id", &principal.id)?;
        guid(&place, "app-id", &principal.app_id)?;
        once(&mut objects, &place, "object", &principal.id)?;
    }
    for role in &tenant.custom_roles {
        let place = format!("{place} / custom-role {}", role.name);
        filled(&place, "name", &role.name)?;
        guid(&place, "id", &role.id)?;
        once(&mut objects, &place, "role", &role.id)?;
    }
    let mut above = BTreeSet::new();
    for group in &tenant.management_groups {
        let place = format!("{place} / management-group {group}");
        filled(&place, "id", group)?;
        once(&mut above, &place, "management group", group)?;
    }
    for device in &tenant.devices {
        let place = format!("{place} / device {}", device.name);
        guid(&place, "id", &device.id)?;
        once(&mut objects, &place, "object", &device.id)?;
        if let Some(registered) = &device.registered
            && registered.parse::<jiff::Timestamp>().is_err()
        {
            return Err(SeedError::NotAllowed {
                place,
                attribute: "registered",
                value: registered.clone(),
                allowed: "write a time like 2026-01-02T03:04:05Z",
            });
        }
    }
    Ok(())
}

fn check_subscription(
    subscription: &Subscription,
    place: &str,
    assignments: &mut BTreeSet<String>,
) -> Result<(), SeedError> {
    let mut groups = BTreeSet::new();
    for group in &subscription.resource_groups {
        let place = format!("{place} / resource-group {}", group.name);
        filled(&place, "name", &group.name)?;
        filled(&place, "location", &group.location)?;
        once(&mut groups, &place, "resource group", &group.name)?;
        check_locks(&place, &group.locks)?;
        check_policies(&place, &group.policies)?;
        check_resources(group, &place)?;
        let mut identities = BTreeSet::new();
        for identity in &group.managed_identities {
            let place = format!("{place} / managed-identity {}", identity.name);
            filled(&place, "name", &identity.name)?;
            once(&mut identities, &place, "managed identity", &identity.name)?;
        }
        let mut machines = BTreeSet::new();
        let mut arcs = BTreeSet::new();
        let all = group.machines.iter().map(|machine| ("vm", machine));
        let outside = group.arc_machines.iter();
        let outside = outside.map(|arc| ("arc-machine", &arc.machine));
        for (what, machine) in all.chain(outside) {
            let place = format!("{place} / {what} {}", machine.name);
            filled(&place, "name", &machine.name)?;
            let names = if what == "vm" {
                &mut machines
            } else {
                &mut arcs
            };
            once(names, &place, what, &machine.name)?;
            let mut extensions = BTreeSet::new();
            for extension in &machine.extensions {
                let place = format!("{place} / extension {}", extension.name);
                once(&mut extensions, &place, "extension", &extension.name)?;
                filled(&place, "publisher", &extension.publisher)?;
                filled(&place, "type", &extension.kind)?;
            }
        }
    }
    check_locks(place, &subscription.locks)?;
    check_policies(place, &subscription.policies)?;
    for assignment in &subscription.role_assignments {
        let place = format!("{place} / role-assignment {}", assignment.id);
        guid(&place, "id", &assignment.id)?;
        guid(&place, "role", &assignment.role)?;
        guid(&place, "principal", &assignment.principal)?;
        once(assignments, &place, "role assignment", &assignment.id)?;
        if !assignment.scope.starts_with('/') {
            return Err(SeedError::NotAllowed {
                place,
                attribute: "scope",
                value: assignment.scope.clone(),
                allowed: "a scope is an id that begins with a slash",
            });
        }
    }
    Ok(())
}

/// Names of one type are unique in a group, and a type has a namespace.
fn check_resources(group: &ResourceGroup, place: &str) -> Result<(), SeedError> {
    let mut seen = BTreeSet::new();
    let networks = group
        .virtual_networks
        .iter()
        .map(|it| ("virtual-network", &it.name));
    let groups = group
        .security_groups
        .iter()
        .map(|it| ("network-security-group", &it.name));
    let tables = group
        .route_tables
        .iter()
        .map(|it| ("route-table", &it.name));
    let others = group
        .resources
        .iter()
        .map(|it| (it.kind.as_str(), &it.name));
    for (what, name) in networks.chain(groups).chain(tables).chain(others) {
        let place = format!("{place} / {what} {name}");
        filled(&place, "name", name)?;
        once(&mut seen, &place, "resource", &format!("{what} {name}"))?;
    }
    for it in &group.resources {
        if it.kind.split('/').filter(|it| !it.is_empty()).count() != 2 || !it.kind.contains('.') {
            return Err(SeedError::NotAllowed {
                place: format!("{place} / resource {}", it.name),
                attribute: "type",
                value: it.kind.clone(),
                allowed: "write a namespace and a type, like Microsoft.KeyVault/vaults",
            });
        }
    }
    Ok(())
}

fn check_locks(place: &str, locks: &[Lock]) -> Result<(), SeedError> {
    for lock in locks {
        let place = format!("{place} / lock {}", lock.name);
        filled(&place, "name", &lock.name)?;
        if !["CanNotDelete", "ReadOnly"].contains(&lock.level.as_str()) {
            return Err(SeedError::NotAllowed {
                place,
                attribute: "level",
                value: lock.level.clone(),
                allowed: "CanNotDelete or ReadOnly",
            });
        }
    }
    Ok(())
}

fn check_policies(place: &str, policies: &[Policy]) -> Result<(), SeedError> {
    for policy in policies {
        let place = format!("{place} / policy {}", policy.name);
        filled(&place, "name", &policy.name)?;
        let wrong = |attribute, value: &str, allowed| SeedError::NotAllowed {
            place: place.clone(),
            attribute,
            value: value.to_owned(),
            allowed,
        };
        if !["deny", "audit"].contains(&policy.effect.as_str()) {
            return Err(wrong("effect", &policy.effect, "deny or audit"));
        }
        let said = [
            policy.initiative,
            !policy.types.is_empty(),
            !policy.approved_extensions.is_empty(),
            !policy.allowed_locations.is_empty(),
        ];
        if said.into_iter().filter(|said| *said).count() != 1 {
            let allowed =
                "one of `types`, `approved-extensions`, `allowed-locations` and `initiative`";
            return Err(wrong("types", "", allowed));
        }
        // The built-in definition has no other effect.
        if policy.effect == "audit" && !policy.allowed_locations.is_empty() {
            return Err(wrong("effect", "audit", "allowed-locations always denies"));
        }
    }
    Ok(())
}

fn check_fault(fault: &FaultRule) -> Result<(), SeedError> {
    let place = format!("fault {} {}", fault.method, fault.path);
    if !(400..=599).contains(&fault.status) {
        return Err(SeedError::NotAllowed {
            place,
            attribute: "status",
            value: fault.status.to_string(),
            allowed: "an error has a status from 400 to 599",
        });
    }
    let methods = ["*", "GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];
    if !methods.contains(&fault.method.as_str()) {
        return Err(SeedError::NotAllowed {
            place,
            attribute: "method",
            value: fault.method.clone(),
            allowed: "one of * GET HEAD PUT PATCH POST DELETE",
        });
    }
    Ok(())
}

fn guid(place: &str, attribute: &'static str, value: &str) -> Result<(), SeedError> {
    match Uuid::try_parse(value) {
        Ok(_) if value.len() == 36 => Ok(()),
        _ => Err(SeedError::NotAGuid {
            place: place.to_owned(),
            attribute,
            value: value.to_owned(),
        }),
    }
}

fn once(
    seen: &mut BTreeSet<String>,
    place: &str,
    what: &'static str,
    value: &str,
) -> Result<(), SeedError> {
    match seen.insert(value.to_lowercase()) {
        true => Ok(()),
        false => Err(SeedError::Twice {
            place: place.to_owned(),
            what,
            value: value.to_owned(),
        }),
    }
}

fn filled(place: &str, attribute: &'static str, value: &str) -> Result<(), SeedError> {
    match value.is_empty() {
        false => Ok(()),
        true => Err(SeedError::Empty {
            place: place.to_owned(),
            attribute,
        }),
    }
}
