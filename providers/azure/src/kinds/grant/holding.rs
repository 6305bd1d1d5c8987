//! Who has a role where, in the words and places that guards judge.

use std::sync::LazyLock;

use vmlogin_engine::inventory::{Found, Role as Known};
use vmlogin_engine::value::{Principal, PrincipalKind};

use super::definition::{Definition, built_in};
use super::role::{ROLES, defined};
use crate::arm::ArmId;
use crate::kinds::place::around;

/// Ids in lower case of what a scope lies in, outermost first, its own last.
pub(crate) fn within(scope: &ArmId) -> Vec<String> {
    let mut within = around(scope);
    within.push(scope.key().to_owned());
    within
}

/// A principal as the manifest names it, and as the directory shows it where that says more.
pub(crate) fn declared(principal: &Principal, found: &Found) -> String {
    let name = &principal.name;
    let kind = match principal.kind {
        PrincipalKind::ObjectId => word(&found.principal_type),
        kind => kind.word(),
    };
    named(kind, name, &found.display_name)
}

/// "user `kim@contoso.com` (Kim Rossi)".
pub(crate) fn named(kind: &str, name: &str, display_name: &str) -> String {
    match display_name.is_empty() || display_name.eq_ignore_ascii_case(name) {
        true => format!("{kind} `{name}`"),
        false => format!("{kind} `{name}` ({display_name})"),
    }
}

/// The word for a principal's type, as ARM spells it.
pub(crate) fn word(principal_type: &str) -> &'static str {
    match principal_type {
        "User" => "user",
        "Group" => "group",
        "ServicePrincipal" => "service-principal",
        _ => "object-id",
    }
}

/// A role that needs not be read: what it lets people do is known by heart.
pub(crate) fn by_heart(guid: &str) -> Option<&'static Known> {
    BY_HEART.iter().find(|role| role.id == guid)
}

/// The commonest built-in roles: Azure's built-in role reference, read 2026-11-21. That two of them do what their names say is general
/// knowledge of that day.
static BY_HEART: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let definitions: [Definition; 6] = [
        built_in("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", &["*"], &[]),
        built_in(
            "b24988ac-6180-42a0-ab88-20f7382dd24c",
            "Contributor",
            &["*"],
            &["Microsoft.Authorization/*/Write"],
        ),
        built_in(
            "acdd72a7-3385-48ef-bd42-f606fba81ae7",
            "Reader",
            &["*/read"],
            &[],
        ),
        built_in(
            "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
            "User Access Administrator",
            &["*/read", "Microsoft.Authorization/*"],
            &[],
        ),
        built_in(
            "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
            "Role Based Access Control Administrator",
            &["Microsoft.Authorization/roleAssignments/write", "*/read"],
            &[],
        ),
        built_in(
            "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
            "Virtual Machine Contributor",
            &["Microsoft.Compute/virtualMachines/*"],
            &[],
        ),
    ];
    let sign_in = ROLES.iter().map(|role| role.known());
    sign_in.chain(definitions.iter().map(defined)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_common_roles_let_people_do_is_known() {
        let rights = |guid: &str| {
            let role = by_heart(guid).unwrap();
            let rights: Vec<&str> = role.rights.iter().copied().collect();
            format!("{} {} {}", role.name, role.admin, rights.join(", "))
        };
        let all: Vec<String> = BY_HEART.iter().map(|role| rights(&role.id)).collect();
        assert_eq!(
            all,
            [
                "Virtual Machine Administrator Login true ",
                "Virtual Machine User Login false ",
                "Owner false hand out roles, install extensions, install extensions on Arc machines, write machines, write resource groups",
                "Contributor false install extensions, install extensions on Arc machines, write machines, write resource groups",
                "Reader false ",
                "User Access Administrator false hand out roles",
                "Role Based Access Control Administrator false hand out roles",
                "Virtual Machine Contributor false install extensions, write machines",
            ]
        );
    }
}
