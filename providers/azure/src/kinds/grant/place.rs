//! Where grants lie, as their addresses say it: `grant:core/rg-web` at a group, `vm:core/rg-web/web01/grant` at a machine,
//! `grant:core/rg-data/Microsoft.KeyVault%2Fvaults%2Fkv-data` at what no node describes. Declared and live grants are called
//! alike, so that a plan that takes one away says the address that it had.

use vmlogin_engine::kind::Elsewhere;

use crate::arm::ArmId;

/// The place of a scope; `None` for one that lies in no subscription.
pub(crate) fn elsewhere(scope: &ArmId) -> Option<Elsewhere> {
    let subscription = scope.subscription()?.to_lowercase();
    let Some(group) = scope.resource_group() else {
        // A resource of the subscription itself has no place among the nodes of a manifest.
        let names = match scope.provider() {
            Some(_) => vec![resource(scope)],
            None => Vec::new(),
        };
        return Some(Elsewhere {
            subscription,
            kind: None,
            names,
        });
    };
    let machine = MACHINES
        .iter()
        .find(|(full_type, _)| scope.is_type(full_type))
        .map(|(_, kind)| *kind);
    let inner = match (machine, scope.provider()) {
        (Some(_), _) => Some(scope.name().to_owned()),
        (None, Some(_)) => Some(resource(scope)),
        (None, None) => None,
    };
    Some(Elsewhere {
        subscription,
        kind: machine,
        names: std::iter::once(group.to_owned()).chain(inner).collect(),
    })
}

/// What grants stand in beneath their address.
const MACHINES: [(&str, &str); 2] = [
    ("Microsoft.Compute/virtualMachines", "vm"),
    ("Microsoft.HybridCompute/machines", "arc-machine"),
];

fn resource(scope: &ArmId) -> String {
    let full_type = scope.full_type().unwrap_or_default();
    format!("{full_type}/{}", scope.names().join("/"))
}
