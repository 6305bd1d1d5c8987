//! Role definitions: the built-in ones that matter to machines and to whoever hands out roles, and those of the seed.

use serde_json::{Value, json};

use super::{Scope, beneath_scope};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::seed::CustomRole;

/// A built-in role.
struct Role {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    actions: &'static [&'static str],
    not_actions: &'static [&'static str],
    data_actions: &'static [&'static str],
}

const LOGIN_READS: &[&str] = &[
    "Microsoft.Network/publicIPAddresses/read",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/loadBalancers/read",
    "Microsoft.Network/networkInterfaces/read",
    "Microsoft.Compute/virtualMachines/*/read",
    "Microsoft.HybridCompute/machines/*/read",
    "Microsoft.HybridConnectivity/endpoints/listCredentials/action",
];

/// Ids and login permissions after arm/data/role-definitions.json and arm/FACTS.md 9; the actions of the general roles
/// are shortened.
const ROLES: [Role; 11] = [
    Role {
        id: "1c0163c0-47e6-4577-8991-ea5c82e286e4",
        name: "Virtual Machine Administrator Login",
        description: "View Virtual Machines in the portal and login as administrator",
        actions: LOGIN_READS,
        not_actions: &[],
        data_actions: &[
            "Microsoft.Compute/virtualMachines/login/action",
            "Microsoft.Compute/virtualMachines/loginAsAdmin/action",
            "Microsoft.HybridCompute/machines/login/action",
            "Microsoft.HybridCompute/machines/loginAsAdmin/action",
        ],
    },
    Role {
        id: "fb879df8-f326-4884-b1cf-06f3ad86be52",
        name: "Virtual Machine User Login",
        description: "View Virtual Machines in the portal and login as a regular user.",
        actions: LOGIN_READS,
        not_actions: &[],
        data_actions: &[
            "Microsoft.Compute/virtualMachines/login/action",
            "Microsoft.HybridCompute/machines/login/action",
        ],
    },
    Role {
        id: "66f75aeb-eabe-4b70-9f1e-c350c4c9ad04",
        name: "Virtual Machine Data Access Administrator (preview)",
        description: "Manage access to Virtual Machines by adding or removing role assignments for the Virtual Machine \
                      Administrator Login and Virtual Machine User Login roles. Includes an ABAC condition to \
                      constrain role assignments.",
        actions: &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Compute/virtualMachines/*/read",
            "Microsoft.HybridCompute/machines/*/read",
        ],
        not_actions: &[],
        data_actions: &[],
    },
    Role {
        id: "602da2ba-a5c2-41da-b01d-5360126ab525",
        name: "Virtual Machine Local User Login",
        description: "View Virtual Machines in the portal and login as a local user configured on the arc server",
        actions: &[
            "Microsoft.HybridCompute/machines/*/read",
            "Microsoft.HybridConnectivity/endpoints/listCredentials/action",
        ],
        not_actions: &[],
        data_actions: &[],
    },
    Role {
        id: "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        name: "Virtual Machine Contributor",
        description: "Lets you manage virtual machines, but not access to them, and not the virtual network or storage \
                      account they're connected to.",
        actions: &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Compute/virtualMachines/*",
        ],
        not_actions: &[],
        data_actions: &[],
    },
    Role {
        id: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        name: "Reader",
        description: "View all resources, but does not allow you to make any changes.",
        actions: &["*/read"],
        not_actions: &[],
        data_actions: &[],
    },
    Role {
        id: "b24988ac-6180-42a0-ab88-20f7382dd24c",
        name: "Contributor",
        description: "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
        actions: &["*"],
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
        data_actions: &[],
    },
    Role {
        id: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        name: "Owner",
        description: "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        actions: &["*"],
        not_actions: &[],
        data_actions: &[],
    },
    Role {
        id: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        name: "User Access Administrator",
        description: "Lets you manage user access to Azure resources.",
        actions: &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        not_actions: &[],
        data_actions: &[],
    },
    // These two ids are general knowledge, 2026-11-21.
    Role {
        id: "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        name: "Role Based Access Control Administrator",
        description: "Manage access to Azure resources by assigning roles using Azure RBAC.",
        actions: &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
        ],
        not_actions: &[],
        data_actions: &[],
    },
    Role {
        id: "4633458b-17de-408a-b874-0445c86b69e6",
        name: "Key Vault Secrets User",
        description: "Read secret contents.",
        actions: &[],
        not_actions: &[],
        data_actions: &[
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
    },
];

/// Everything at `{scope}/providers/Microsoft.Authorization/roleDefinitions`, reads only.
pub(crate) fn answer(call: &mut Call<'_>, scope: &Scope, rest: &[&str]) -> Answer {
    let tenant = &call.bearer.tenant;
    let made = call.world.roles.values().filter(|it| it.tenant == *tenant);
    let all: Vec<CustomRole> = ROLES
        .iter()
        .map(Role::definition)
        .chain(made.map(|it| it.definition.clone()))
        .collect();
    let subscription = scope.subscription();
    match rest {
        [] => {
            let filter = call.request.query("$filter").unwrap_or_default();
            let rows: Vec<Value> = all
                .iter()
                .filter(|role| can_be_granted(role, &scope.key))
                .map(|role| admitted(role, filter).map(|it| it.then(|| shown(role, subscription))))
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?;
            Ok(Reply::json(200, json!({"value": rows})))
        }
        [id] => match all.iter().find(|role| role.id.eq_ignore_ascii_case(id)) {
            Some(role) => Ok(Reply::json(200, shown(role, subscription))),
            None => Err(does_not_exist(id)),
        },
        _ => Err(super::unknown(call)),
    }
}

/// The GUID at the end of a role definition's id, if there is such a role.
pub(crate) fn known(call: &Call<'_>, id: &str) -> Result<String, Reply> {
    let guid = id.rsplit('/').next().unwrap_or_default().to_lowercase();
    let made = call.world.roles.get(&guid);
    let made = made.is_some_and(|it| it.tenant == call.bearer.tenant);
    match made || ROLES.iter().any(|role| role.id == guid) {
        true => Ok(guid),
        false => Err(does_not_exist(&guid)),
    }
}

impl Role {
    fn definition(&self) -> CustomRole {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        CustomRole {
            name: self.name.to_owned(),
            id: self.id.to_owned(),
            scopes: vec!["/".to_owned()],
            actions: owned(self.actions),
            not_actions: owned(self.not_actions),
            data_actions: owned(self.data_actions),
            not_data_actions: Vec::new(),
        }
    }
}

/// A list shows what can be granted at its scope: a role whose assignable scopes hold it. Documented; unverified against Azure,
/// 2026-11-21.
fn can_be_granted(role: &CustomRole, scope: &str) -> bool {
    role.scopes.iter().any(|own| {
        let own = own.trim_end_matches('/').to_lowercase();
        beneath_scope(scope, &own) || own.is_empty()
    })
}

/// The id of a role as told in a subscription, or in none.
pub(crate) fn id_in(subscription: Option<&str>, role: &str) -> String {
    let path = format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
    match subscription {
        Some(subscription) => format!("/subscriptions/{subscription}{path}"),
        None => path,
    }
}

fn does_not_exist(id: &str) -> Reply {
    error::provider(
        404,
        "RoleDefinitionDoesNotExist",
        format!("The specified role definition with ID '{id}' does not exist."),
    )
}

/// `roleName eq '…'`, `type eq '…'`, `atScopeAndBelow()`, joined by `and`.
fn admitted(role: &CustomRole, filter: &str) -> Result<bool, Reply> {
    let mut admitted = true;
    for part in filter
        .split(" and ")
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let lower = part.to_lowercase();
        let value = lower.split('\'').nth(1).unwrap_or_default();
        if lower.starts_with("rolename eq ") {
            admitted &= role.name.to_lowercase() == value;
        } else if lower.starts_with("type eq ") {
            admitted &= value == kind(role).to_lowercase();
        } else if lower != "atscopeandbelow()" && lower != "atscope()" {
            return Err(error::provider(
                400,
                "UnsupportedQuery",
                format!("The filter '{part}' is not supported."),
            ));
        }
    }
    Ok(admitted)
}

fn kind(role: &CustomRole) -> &'static str {
    match ROLES.iter().any(|own| own.id == role.id) {
        true => "BuiltInRole",
        false => "CustomRole",
    }
}

fn shown(role: &CustomRole, subscription: Option<&str>) -> Value {
    let built_in = ROLES.iter().find(|own| own.id == role.id);
    let description = built_in.map_or("", |own| own.description);
    json!({
        "properties": {
            "roleName": role.name, "type": kind(role), "description": description, "assignableScopes": role.scopes,
            "permissions": [{"actions": role.actions, "notActions": role.not_actions,
                "dataActions": role.data_actions, "notDataActions": role.not_data_actions}],
            "createdOn": "2018-02-09T18:36:13.3315744Z", "updatedOn": "2021-11-11T20:14:30.0434317Z",
            "createdBy": null, "updatedBy": null,
        },
        "id": id_in(subscription, &role.id), "type": "Microsoft.Authorization/roleDefinitions", "name": role.id,
    })
}
