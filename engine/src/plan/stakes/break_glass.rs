//! Which live grants are of those who get in when all else fails. One that could not be found might be anybody of its sort: what
//! might be theirs is taken for theirs.

use std::collections::BTreeMap;

use super::OfBreakGlass;
use crate::access::Holding;
use crate::inventory::{Candidate, Found, Resolution};
use crate::kind::Scene;
use crate::value::{Principal, PrincipalKind};

/// The break-glass principals of a manifest.
pub(super) struct BreakGlass<'a> {
    /// By tenant and object id.
    known: BTreeMap<(&'a str, String), OfBreakGlass>,
    /// By tenant: whom any grant of a type may belong to.
    unknown: Vec<(&'a str, &'static str, OfBreakGlass)>,
}

impl<'a> BreakGlass<'a> {
    pub(super) fn of(scene: &Scene<'a>) -> BreakGlass<'a> {
        let mut all = BreakGlass {
            known: BTreeMap::new(),
            unknown: Vec::new(),
        };
        for tenant in scene.manifest.tenants.values() {
            for (principal, _) in &tenant.break_glass {
                let resolution = scene.inventory.principal(&tenant.name, principal);
                all.add(&tenant.name, principal, resolution);
            }
        }
        all
    }

    /// Which break-glass principal a grant is of.
    pub(super) fn is(&self, holding: &Holding) -> Option<OfBreakGlass> {
        let key = (holding.tenant.as_str(), holding.principal.clone());
        let known = self.known.get(&key).cloned();
        known.or_else(|| {
            let mut unknown = self.unknown.iter();
            let may_be = unknown.find(|(tenant, sort, _)| {
                *tenant == holding.tenant
                    && (holding.principal_type.is_empty() || *sort == holding.principal_type)
            });
            may_be.map(|(.., which)| which.clone())
        })
    }

    fn add(&mut self, tenant: &'a str, principal: &Principal, resolution: Option<&Resolution>) {
        let sure = OfBreakGlass {
            principal: format!("{} `{}`", principal.kind.word(), principal.name),
            doubt: None,
        };
        let doubted = |why: &str| OfBreakGlass {
            doubt: Some(why.to_owned()),
            ..sure.clone()
        };
        match resolution {
            Some(Resolution::Found(Found { object_id, .. })) => self.know(tenant, object_id, sure),
            Some(
                Resolution::Deleted(Candidate { object_id, .. })
                | Resolution::ApplicationId(Candidate { object_id, .. }),
            ) => self.know(tenant, object_id, sure),
            Some(Resolution::Ambiguous(candidates)) => {
                for one in candidates {
                    let which = doubted("as several have the name");
                    self.know(tenant, &one.object_id, which);
                }
            }
            // An object id is itself, whether or not the directory tells of it.
            _ if principal.kind == PrincipalKind::ObjectId => {
                self.know(tenant, &principal.name, sure);
            }
            _ => {
                let which = doubted("who could not be found");
                self.unknown.push((tenant, sort(principal.kind), which));
            }
        }
    }

    fn know(&mut self, tenant: &'a str, object_id: &str, which: OfBreakGlass) {
        let key = (tenant, object_id.to_lowercase());
        self.known.entry(key).or_insert(which);
    }
}

/// The type of the grants that may be of a principal of some kind.
fn sort(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "User",
        PrincipalKind::Group => "Group",
        PrincipalKind::ServicePrincipal | PrincipalKind::Identity | PrincipalKind::ObjectId => {
            "ServicePrincipal"
        }
    }
}
