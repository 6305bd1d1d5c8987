//! Makes a world out of a seed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, json};

use super::{
    Assignment, Caller, Device, DirectoryGroup, Extension, FORMAT, Fault, Group, HandlerView,
    Identity, Machine, ServicePrincipal, Subscription, Tags, Tenant, User, UserAssigned, World,
    clock, named_guid,
};
use crate::resources::{handler, location};
use crate::seed::{self, ExtensionState, Os};

impl World {
    /// The world as the seed says, at the time `now`. The seed has been checked.
    pub(crate) fn sow(seed: &seed::Seed, now: Timestamp) -> World {
        let mut world = World {
            format: FORMAT,
            born: now,
            requests: 0,
            counter: 0,
            tenants: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            groups: BTreeMap::new(),
            machines: BTreeMap::new(),
            extensions: BTreeMap::new(),
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
            generation: 0,
        };
        for tenant in &seed.tenants {
            world.sow_tenant(tenant);
        }
        world
    }

    fn sow_tenant(&mut self, seed: &seed::Tenant) {
        let tenant = directory(seed, self.born);
        let key = tenant.id.to_lowercase();
        self.tenants.insert(key.clone(), tenant);
        for subscription in &seed.subscriptions {
            self.sow_subscription(&key, subscription);
        }
    }

    fn sow_subscription(&mut self, tenant: &str, seed: &seed::Subscription) {
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
            for machine in &group.machines {
                self.sow_machine(tenant, &id, group, machine);
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
        for assignment in &seed.role_assignments {
            self.sow_assignment(tenant, assignment);
        }
    }

    fn sow_machine(
        &mut self,
        tenant: &str,
        group_id: &str,
        group: &seed::ResourceGroup,
        seed: &seed::Machine,
    ) {
        let id = format!(
            "{group_id}/providers/Microsoft.Compute/virtualMachines/{}",
            seed.name
        );
        let system = seed
            .system_assigned
            .then(|| self.new_service_principal(tenant, &seed.name, 0, self.born));
        let region = seed.location.as_ref().unwrap_or(&group.location);
        let machine = machine(
            tenant,
            &id,
            seed,
            location::canonical(region),
            system,
            self.born,
        );
        for extension in &seed.extensions {
            let extension = sown_extension(&machine, extension);
            self.extensions
                .insert(extension.id.to_lowercase(), extension);
        }
        self.machines.insert(id.to_lowercase(), machine);
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
    let service_principals = callers
        .iter()
        .map(|it| (&it.id, &it.app_id, &it.name))
        .chain(applications)
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

fn machine(
    tenant: &str,
    id: &str,
    seed: &seed::Machine,
    location: String,
    system: Option<String>,
    born: Timestamp,
) -> Machine {
    let computer_name = seed
        .computer_name
        .clone()
        .unwrap_or_else(|| seed.name.clone());
    let (os_name, os_version) = match seed.os {
        Os::Windows => ("Windows Server 2022 Datacenter", "10.0.20348.2700"),
        Os::Linux => ("ubuntu", "22.04"),
    };
    Machine {
        id: id.to_owned(),
        name: seed.name.clone(),
        location,
        tags: some_tags(&seed.tags),
        identity: Identity {
            system,
            user: seed
                .user_assigned
                .iter()
                .map(|id| UserAssigned {
                    id: id.clone(),
                    settled: true,
                })
                .collect(),
        },
        members: Map::new(),
        properties: model(tenant, id, seed.os, &computer_name, born),
        provisioning_state: "Succeeded".to_owned(),
        etag: 1,
        changed: born,
        os: seed.os,
        os_name: seed.os_name.clone().unwrap_or_else(|| os_name.to_owned()),
        os_version: seed
            .os_version
            .clone()
            .unwrap_or_else(|| os_version.to_owned()),
        computer_name,
        power: seed.power,
        agent: seed.agent,
        registration: !seed.no_registration,
    }
}

/// The model of a machine that someone made before: members and order of detail as in recorded answers. Its network
/// interface and disk are named, yet exist nowhere else.
fn model(
    tenant: &str,
    id: &str,
    os: Os,
    computer_name: &str,
    born: Timestamp,
) -> Map<String, serde_json::Value> {
    let (group, name) = id
        .split_once("/providers/Microsoft.Compute/virtualMachines/")
        .unwrap_or((id, ""));
    let (family, image, size, configuration) = match os {
        Os::Windows => (
            "Windows",
            json!({"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter-g2",
                "version": "latest", "exactVersion": "20348.2700.240906"}),
            127,
            (
                "windowsConfiguration",
                json!({"provisionVMAgent": true, "enableAutomaticUpdates": true,
                    "patchSettings": {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault"}}),
            ),
        ),
        Os::Linux => (
            "Linux",
            json!({"publisher": "Canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts-gen2",
                "version": "latest", "exactVersion": "22.04.202409120"}),
            30,
            (
                "linuxConfiguration",
                json!({"disablePasswordAuthentication": true, "provisionVMAgent": true,
                    "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"}}),
            ),
        ),
    };
    let disk = format!(
        "{name}_OsDisk_1_{}",
        named_guid(tenant, id).replace('-', "")
    );
    let mut os_profile = json!({"computerName": computer_name, "adminUsername": "localadmin", "secrets": [],
        "allowExtensionOperations": true, "requireGuestProvisionSignal": true});
    os_profile[configuration.0] = configuration.1;
    let model = json!({
        "vmId": named_guid(tenant, &format!("vmId of {id}")),
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {
            "imageReference": image,
            "osDisk": {"osType": family, "name": disk, "createOption": "FromImage", "caching": "ReadWrite",
                "managedDisk": {"storageAccountType": "Premium_LRS",
                    "id": format!("{group}/providers/Microsoft.Compute/disks/{disk}")},
                "deleteOption": "Detach", "diskSizeGB": size},
            "dataDisks": [],
            "diskControllerType": "SCSI",
        },
        "osProfile": os_profile,
        "networkProfile": {"networkInterfaces": [
            {"id": format!("{group}/providers/Microsoft.Network/networkInterfaces/{name}-nic")}]},
        "timeCreated": clock::with_offset(born),
    });
    match model {
        serde_json::Value::Object(model) => model,
        _ => Map::new(),
    }
}

fn sown_extension(machine: &Machine, seed: &seed::Extension) -> Extension {
    let failed = seed.state == ExtensionState::Failed;
    let version = handler::running_version(&seed.version);
    let view = match failed {
        false => HandlerView {
            version,
            failure: None,
            message: seed
                .message
                .clone()
                .unwrap_or_else(|| "Enable succeeded.".to_owned()),
        },
        true => HandlerView {
            failure: Some("1007".to_owned()),
            message: seed.message.clone().unwrap_or_else(|| {
                let handler = format!("{}.{}", seed.publisher, seed.kind);
                handler::install_failed(&handler, &seed.name, &version, seed.exit_code.unwrap_or(1))
            }),
            version,
        },
    };
    let mut properties = Map::new();
    properties.insert("publisher".to_owned(), json!(seed.publisher));
    properties.insert("type".to_owned(), json!(seed.kind));
    properties.insert("typeHandlerVersion".to_owned(), json!(seed.version));
    properties.insert("autoUpgradeMinorVersion".to_owned(), json!(true));
    Extension {
        id: format!("{}/extensions/{}", machine.id, seed.name),
        name: seed.name.clone(),
        location: machine.location.clone(),
        tags: None,
        properties,
        provisioning_state: if failed { "Failed" } else { "Succeeded" }.to_owned(),
        view: Some(view),
    }
}

fn some_tags(tags: &Tags) -> Option<Tags> {
    (!tags.is_empty()).then(|| tags.clone())
}
