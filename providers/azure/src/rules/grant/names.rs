//! Everybody whom the manifest names in a directory, as rules look at them: in a grant, or in `break-glass`.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Pinned, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::source::Span;
use vmlogin_engine::value::Principal;

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

/// Everybody whom the manifest names in a directory.
pub(super) fn all<'a>(scene: &Scene<'a>) -> Vec<Name<'a>> {
    let Scene {
        manifest,
        inventory,
    } = *scene;
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
