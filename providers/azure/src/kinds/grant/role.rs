//! Roles: the two that let people sign in to a machine, known by heart, and any other by its definition.

use std::collections::BTreeSet;

use vmlogin_engine::inventory::Role as Known;
use vmlogin_engine::inventory::RoleResolution;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;

use super::definition::Definition;

/// A built-in role whose data actions are those of signing in. One pair serves virtual machines and Arc machines.
#[derive(Debug, PartialEq, Eq)]
pub struct Role {
    /// The word for it in a manifest.
    pub word: &'static str,
    /// Its name in Azure.
    pub title: &'static str,
    /// The GUID of its definition, alike in all three clouds. Azure's built-in role reference, read 2026-11-21.
    pub guid: &'static str,
}

/// The roles, by their words in a manifest.
pub static ROLES: [Role; 2] = [
    Role {
        word: "admin",
        title: "Virtual Machine Administrator Login",
        guid: "1c0163c0-47e6-4577-8991-ea5c82e286e4",
    },
    Role {
        word: "user",
        title: "Virtual Machine User Login",
        guid: "fb879df8-f326-4884-b1cf-06f3ad86be52",
    },
];

impl Role {
    /// The role of this word, name or GUID.
    pub fn named(written: &str) -> Option<&'static Role> {
        ROLES.iter().find(|role| {
            role.word == written
                || role.title.eq_ignore_ascii_case(written)
                || role.guid.eq_ignore_ascii_case(written)
        })
    }

    /// The role of a role definition's id.
    pub fn of_definition(id: &str) -> Option<&'static Role> {
        let guid = guid(id);
        ROLES.iter().find(|role| role.guid == guid)
    }

    /// What a survey tells of a role.
    pub(crate) fn known(&self) -> Known {
        Known {
            id: self.guid.to_owned(),
            name: self.title.to_owned(),
            signs_in: true,
            privileged: false,
            admin: self.word == ROLES[0].word,
            rights: BTreeSet::new(),
        }
    }
}

/// The GUID of a role definition's id, lower-case. Only its last segment tells: the prefix is the tenant's, a subscription's, or
/// that of whatever it was written at.
pub(crate) fn guid(id: &str) -> String {
    id.rsplit('/').next().unwrap_or_default().to_lowercase()
}

/// The role of a declared grant, where it is known.
pub(crate) fn of<'a>(grant: &Resource, scene: &Scene<'a>) -> Option<&'a Known> {
    match scene.inventory.role_of(grant)? {
        RoleResolution::Found(role) => Some(role),
        RoleResolution::Missing(_) | RoleResolution::Ambiguous(_) => None,
    }
}

/// Makes a definition into what rules and guards ask of a role.
pub(crate) fn defined(definition: &Definition) -> Known {
    Known {
        id: guid(&definition.name),
        name: definition.properties.role_name.clone(),
        signs_in: SIGN_IN.iter().any(|action| definition.allows_data(action)),
        privileged: PRIVILEGED
            .iter()
            .any(|action| definition.allows_everywhere(action)),
        admin: AS_ADMIN.iter().any(|action| definition.allows_data(action)),
        rights: RIGHTS
            .iter()
            .filter(|(action, _)| definition.allows(action))
            .map(|(_, right)| *right)
            .collect(),
    }
}

/// The data actions of signing in. Who has one of them can sign in somewhere. Azure's built-in role reference, read 2026-11-21.
const SIGN_IN: [&str; 4] = [
    "Microsoft.Compute/virtualMachines/login/action",
    "Microsoft.Compute/virtualMachines/loginAsAdmin/action",
    "Microsoft.HybridCompute/machines/login/action",
    "Microsoft.HybridCompute/machines/loginAsAdmin/action",
];

/// Those of them with which one is an administrator.
const AS_ADMIN: [&str; 2] = [SIGN_IN[1], SIGN_IN[3]];

/// What this program writes, and what a sentence calls the right to do so.
pub(crate) const RIGHTS: [(&str, &str); 5] = [
    (GRANTING, "hand out roles"),
    ("Microsoft.Compute/virtualMachines/write", "write machines"),
    (
        "Microsoft.Compute/virtualMachines/extensions/write",
        "install extensions",
    ),
    (
        "Microsoft.HybridCompute/machines/extensions/write",
        "install extensions on Arc machines",
    ),
    (
        "Microsoft.Resources/subscriptions/resourceGroups/write",
        "write resource groups",
    ),
];

/// The action of handing out roles.
pub(crate) const GRANTING: &str = "Microsoft.Authorization/roleAssignments/write";

/// Actions by which one comes to any role: to hand out roles, to change what a role allows, and to ask for an assignment in time or
/// on request. That the last three suffice is general knowledge, held against no document (2026-11-21).
const PRIVILEGED: [&str; 4] = [
    GRANTING,
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn custom(actions: &[&str], less: &[&str]) -> Known {
        let definition = json!({
            "name": "00000000-0000-4000-8000-000000000001",
            "properties": {
                "roleName": "Custom",
                "permissions": [{ "actions": actions, "notActions": less, "dataActions": [], "notDataActions": [] }],
            },
        });
        defined(&serde_json::from_value(definition).unwrap())
    }

    #[test]
    fn whoever_comes_to_any_role_is_privileged() {
        for action in PRIVILEGED {
            assert!(custom(&[action], &[]).privileged, "{action}");
        }
        assert!(custom(&["*"], &[]).privileged);
        assert!(custom(&["Microsoft.Authorization/roleDefinitions/*"], &[]).privileged);
        assert!(!custom(&["*"], &["Microsoft.Authorization/*/write"]).privileged);
        assert!(!custom(&["Microsoft.Authorization/*/read"], &[]).privileged);
    }
}
