//! Makes a world out of a seed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::sown_network::Place;
use super::{
    ArcMachine, Assignment, Caller, Device, DirectoryGroup, FORMAT, Fault, Group, Resource, Role,
    ServicePrincipal, Subscription, Tags, Tenant, User, World, named_guid, sown_machine,
    sown_network,
};
use crate::resources::{location, managed_identity};
use crate::seed::{self, SeedError};
use crate::sweep::Sweep;

impl World {
    /// The world as the seed says, at the time `now`.
    ///
    /// # Errors
    /// What Azure would refuse to make.
    pub(crate) fn try_sow(seed: &seed::Seed, now: Timestamp) -> Result<World, SeedError> {
        let mut world = World {
            format: FORMAT,
            born: now,
            requests: 0,
            counter: 0,
            tenants: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            groups: BTreeMap::new(),
            machines: BTreeMap::new(),
            arcs: BTreeMap::new(),
            extensions: BTreeMap::new(),
            resources: BTreeMap::new(),
            locks: BTreeMap::new(),
            policy_assignments: BTreeMap::new(),
            policy_definitions: BTreeMap::new(),
            roles: BTreeMap::new(),
            deployments: BTreeMap::new(),
            assignments: BTreeMap::new(),
            operations: BTreeMap::new(),
            faults: seed
                .faults
                .iter()
                .map(|rule| Fault {
                    rule: rule.clone(),
                    met: 0,
                })
                .collect(),
            behaviour: seed.behaviour,
            sweep: Sweep::default(),
            quota: None,
            users: None,
            generation: 0,
        };
        for tenant in &seed.tenants {
            world.sow_tenant(tenant)?;
        }
        Ok(world)
    }

    fn sow_tenant(&mut self, seed: &seed::Tenant) -> Result<(), SeedError> {
        let tenant = directory(seed, self.born);
        let key = tenant.id.to_lowercase();
        self.tenants.insert(key.clone(), tenant);
        for role in &seed.custom_roles {
            let made = Role {
                definition: role.clone(),
                tenant: key.clone(),
            };
            self.roles.insert(role.id.to_lowercase(), made);
        }
        for subscription in &seed.subscriptions {
            self.sow_subscription(&key, subscription)?;
        }
        Ok(())
    }

    fn sow_subscription(
        &mut self,
        tenant: &str,
        seed: &seed::Subscription,
    ) -> Result<(), SeedError> {
        let key = seed.id.to_lowercase();
        self.subscriptions.insert(
            key.clone(),
            Subscription {
                id: seed.id.clone(),
                name: seed.name.clone(),
                tenant: tenant.to_owned(),
                tags: None,
                registered: BTreeMap::new(),
            },
        );
        for group in &seed.resource_groups {
            let id = format!("/subscriptions/{}/resourceGroups/{}", seed.id, group.name);
            sown_network::sow(self, &Place { id: &id, group })?;
            sown_network::sow_locks(self, &id, &group.locks);
            sown_network::sow_policies(self, &id, &group.policies);
            for arc in &group.arc_machines {
                self.sow_arc(tenant, &id, group, arc);
            }
            for identity in &group.managed_identities {
                self.sow_managed_identity(tenant, &seed.id, group, identity);
            }
            self.groups.insert(
                id.to_lowercase(),
                Group {
                    id,
                    name: group.name.clone(),
                    location: location::canonical(&group.location),
                    tags: some_tags(&group.tags),
                    provisioning_state: "Succeeded".to_owned(),
                },
            );
        }
        // An interface may lie in a network of a group further down.
        for group in &seed.resource_groups {
            let id = format!("/subscriptions/{}/resourceGroups/{}", seed.id, group.name);
            for (n, machine) in (0..).zip(&group.machines) {
                self.sow_machine(tenant, &Place { id: &id, group }, machine, n)?;
            }
        }
        let id = format!("/subscriptions/{}", seed.id);
        sown_network::sow_locks(self, &id, &seed.locks);
        sown_network::sow_policies(self, &id, &seed.policies);
        for assignment in &seed.role_assignments {
            self.sow_assignment(tenant, assignment);
        }
        Ok(())
    }

    fn sow_managed_identity(
        &mut self,
        tenant: &str,
        subscription: &str,
        group: &seed::ResourceGroup,
        seed: &seed::ManagedIdentity,
    ) {
        let id = managed_identity::id(subscription, &group.name, &seed.name);
        let region = seed.location.as_ref().unwrap_or(&group.location);
        let region = location::canonical(region);
        let key = id.to_lowercase();
        let made = managed_identity::new(self, tenant, id, region, 0, self.born);
        let tags = some_tags(&seed.tags);
        self.resources.insert(key, Resource { tags, ..made });
    }

    fn sow_machine(
        &mut self,
        tenant: &str,
        place: &Place<'_>,
        seed: &seed::Machine,
        n: u32,
    ) -> Result<(), SeedError> {
        let id = format!(
            "{}/providers/Microsoft.Compute/virtualMachines/{}",
            place.id, seed.name
        );
        let interface = sown_network::sow_interface(self, place, seed, n)?;
        let system = seed
            .system_assigned
            .then(|| self.new_service_principal(tenant, &seed.name, 0, self.born));
        let region = seed.location.as_ref().unwrap_or(&place.group.location);
        let mut machine = sown_machine::machine(
            tenant,
            &id,
            seed,
            location::canonical(region),
            system,
            self.born,
        );
        machine.properties.insert(
            "networkProfile".to_owned(),
            json!({"networkInterfaces": [{"id": interface}]}),
        );
        for extension in &seed.extensions {
            let extension = sown_machine::extension(&machine, extension);
            self.extensions
                .insert(extension.id.to_lowercase(), extension);
        }
        self.machines.insert(id.to_lowercase(), machine);
        Ok(())
    }

    /// An agent gives its machine an identity when it onboards it.
    fn sow_arc(
        &mut self,
        tenant: &str,
        group_id: &str,
        group: &seed::ResourceGroup,
        seed: &seed::ArcMachine,
    ) {
        let name = &seed.machine.name;
        let id = format!("{group_id}/providers/Microsoft.HybridCompute/machines/{name}");
        let system = self.new_service_principal(tenant, name, 0, self.born);
        let region = seed.machine.location.as_ref().unwrap_or(&group.location);
        let mut machine = sown_machine::machine(
            tenant,
            &id,
            &sown_machine::on_arc(&seed.machine),
            location::canonical(region),
            Some(system),
            self.born,
        );
        machine.properties.clear();
        for extension in &seed.machine.extensions {
            let mut extension = sown_machine::extension(&machine, extension);
            if let Some(view) = &extension.view {
                let version = view.version.clone().into();
                let properties = &mut extension.properties;
                properties.insert("typeHandlerVersion".to_owned(), version);
            }
            self.extensions
                .insert(extension.id.to_lowercase(), extension);
        }
        let arc = ArcMachine {
            machine,
            status: seed.status,
            told: Default::default(),
        };
        self.arcs.insert(id.to_lowercase(), arc);
    }

    fn sow_assignment(&mut self, tenant: &str, seed: &seed::RoleAssignment) {
        let principal_type = seed
            .principal_type
            .clone()
            .or_else(|| self.principal_type(tenant, &seed.principal))
            // A principal that is gone still has its assignment, with the type it had: mostly a person's.
            .unwrap_or_else(|| "User".to_owned());
        let maker = named_guid(tenant, "someone else");
        self.assignments.insert(
            seed.id.to_lowercase(),
            Assignment {
                name: seed.id.clone(),
                scope: seed.scope.clone(),
                role: seed.role.to_lowercase(),
                principal: seed.principal.clone(),
                principal_type,
                description: seed.description.clone(),
                condition: seed.condition.clone(),
                condition_version: seed.condition.as_ref().map(|_| "2.0".to_owned()),
                delegated_identity: None,
                created: self.born,
                updated: self.born,
                created_by: maker.clone(),
                updated_by: maker,
                tenant: tenant.to_owned(),
            },
        );
    }

    /// Makes the directory's object of a managed identity and answers its object id.
    pub(crate) fn new_service_principal(
        &mut self,
        tenant: &str,
        name: &str,
        made_by: u64,
        now: Timestamp,
    ) -> String {
        let id = self.new_guid(tenant);
        let app_id = self.new_guid(tenant);
        if let Some(tenant) = self.tenants.get_mut(tenant) {
            tenant.service_principals.insert(
                id.clone(),
                ServicePrincipal {
                    id: id.clone(),
                    app_id,
                    name: name.to_owned(),
                    managed: true,
                    made_by,
                    created: now,
                },
            );
        }
        id
    }

    /// What a principal is, if the directory knows it.
    pub(crate) fn principal_type(&self, tenant: &str, id: &str) -> Option<String> {
        let tenant = self.tenants.get(tenant)?;
        let id = id.to_lowercase();
        if tenant.users.get(&id).is_some_and(|user| !user.deleted) {
            return Some("User".to_owned());
        }
        if tenant.groups.contains_key(&id) {
            return Some("Group".to_owned());
        }
        if tenant.service_principals.contains_key(&id) {
            return Some("ServicePrincipal".to_owned());
        }
        tenant
            .devices
            .contains_key(&id)
            .then(|| "Device".to_owned())
    }
}

/// The app by which people sign in to Windows machines, and one of the names that it has (RULES.md 1, row 13).
const SIGN_IN_APP: (&str, &str) = (
    "372140e0-b3b7-4226-8ef9-d57986796201",
    "Azure Windows VM Sign-In",
);

fn directory(seed: &seed::Tenant, born: Timestamp) -> Tenant {
    let mut callers: Vec<seed::Caller> = seed.callers.clone();
    if callers.is_empty() {
        callers.push(seed::Caller {
            id: named_guid(&seed.id, "caller"),
            app_id: named_guid(&seed.id, "caller's application"),
            name: "sandbox".to_owned(),
            ..seed::Caller::default()
        });
    }
    let applications = seed
        .service_principals
        .iter()
        .map(|it| (&it.id, &it.app_id, &it.name));
    let sign_in_app = (
        named_guid(&seed.id, "the sign-in app"),
        SIGN_IN_APP.0.to_owned(),
        SIGN_IN_APP.1.to_owned(),
    );
    let sown = |it: &&(String, String, String)| {
        let told = seed.service_principals.iter();
        !seed.no_sign_in_app && !told.map(|it| &it.app_id).any(|own| *own == it.1)
    };
    let sign_in_app = Some(&sign_in_app).filter(sown);
    let service_principals = callers
        .iter()
        .map(|it| (&it.id, &it.app_id, &it.name))
        .chain(applications)
        .chain(sign_in_app.map(|(id, app_id, name)| (id, app_id, name)))
        .map(|(id, app_id, name)| {
            let principal = ServicePrincipal {
                id: id.clone(),
                app_id: app_id.clone(),
                name: name.clone(),
                managed: false,
                made_by: 0,
                created: born,
            };
            (id.to_lowercase(), principal)
        })
        .collect();
    Tenant {
        id: seed.id.clone(),
        name: seed.name.clone(),
        domain: seed.domain.clone(),
        management_groups: seed
            .management_groups
            .iter()
            .map(|id| id.to_lowercase())
            .collect(),
        callers: callers
            .into_iter()
            .map(|caller| Caller {
                id: caller.id,
                app_id: caller.app_id,
                deny: caller.deny,
                no_directory_rights: caller.no_directory_rights,
            })
            .collect(),
        users: seed
            .users
            .iter()
            .map(|user| {
                let it = User {
                    id: user.id.clone(),
                    upn: user.upn.clone(),
                    name: user.name.clone(),
                    guest: user.guest,
                    enabled: user.enabled,
                    deleted: user.deleted,
                    created: born,
                };
                (user.id.to_lowercase(), it)
            })
            .collect(),
        groups: seed
            .groups
            .iter()
            .map(|group| {
                let it = DirectoryGroup {
                    id: group.id.clone(),
                    name: group.name.clone(),
                    members: group.members.iter().map(|id| id.to_lowercase()).collect(),
                    created: born,
                };
                (group.id.to_lowercase(), it)
            })
            .collect(),
        service_principals,
        devices: seed
            .devices
            .iter()
            .map(|device| {
                let it = Device {
                    id: device.id.clone(),
                    device_id: named_guid(&seed.id, &format!("device of {}", device.id)),
                    name: device.name.clone(),
                    machine: device.machine.clone(),
                    registered: device
                        .registered
                        .as_ref()
                        .and_then(|time| time.parse().ok())
                        .unwrap_or(born),
                    os_version: None,
                };
                (device.id.to_lowercase(), it)
            })
            .collect(),
    }
}

/// Tags as a resource carries them: none is another thing than an empty map.
pub(super) fn some_tags(tags: &Tags) -> Option<Tags> {
    (!tags.is_empty()).then(|| tags.clone())
}
