//! Everybody whom the manifest names in a directory, as rules look at them: in a grant, or in `break-glass`.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Pinned, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::pins::Pin;
use vmlogin_engine::source::Span;
use vmlogin_engine::value::Principal;

use super::{ambiguous_principal, moved_principal, no_such_principal};

/// One mention of somebody.
pub(super) struct Name<'a> {
    /// What a finding about it is about: the grant, or the tenant.
    pub(super) address: Address,
    /// Where it stands.
    pub(super) span: Span,
    pub(super) principal: &'a Principal,
    /// What the name stands for, where that is known.
    pub(super) resolution: Option<&'a Resolution>,
    /// How it stands to the principal lock; `None` without one.
    pub(super) pinned: Option<&'a Pinned>,
}

/// Why a name cannot be pinned, in the words of the rule that would refuse its grants, and what to do. `was` is what it is pinned to.
pub fn unpinnable(
    principal: &Principal,
    tenant: &str,
    was: Option<&Pin>,
    now: &Resolution,
) -> (String, String) {
    match (was, now) {
        (Some(pin), _) => moved_principal::moved(principal, pin, now),
        (None, Resolution::Ambiguous(candidates)) => {
            ambiguous_principal::judge(principal, candidates)
        }
        (None, _) => no_such_principal::judge(principal, tenant, now).unwrap_or_else(|| {
            let message = format!("`{principal}` stands for nothing that could be pinned");
            (message, "write it by its id: `(object-id)\"…\"`".to_owned())
        }),
    }
}

/// Everybody whom the manifest names in a directory, held against the principal lock; nobody where there is none.
pub(super) fn all<'a>(scene: &Scene<'a>) -> Vec<Name<'a>> {
    let (manifest, inventory) = (scene.manifest, scene.inventory);
    if inventory.pinned.is_empty() {
        return Vec::new();
    }
    let name = |address: Address, span, tenant: &str, principal: &'a Principal| {
        let key = (tenant.to_owned(), principal.clone());
        Name {
            address,
            span,
            principal,
            resolution: inventory.principals.get(&key),
            pinned: inventory.pinned.get(&key),
        }
    };
    let grants = manifest.of_kind("grant").filter_map(|grant| {
        let principal = grant.get("principal")?.as_principal()?;
        Some(name(
            grant.address.clone(),
            grant.span,
            &grant.tenant,
            principal,
        ))
    });
    let spared = manifest.tenants.values().flat_map(|tenant| {
        tenant.break_glass.iter().map(|(principal, span)| {
            let address = Address::new("tenant", [&*tenant.name]);
            name(address, *span, &tenant.name, principal)
        })
    });
    grants.chain(spared).collect()
}
