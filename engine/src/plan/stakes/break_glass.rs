//! Which live grants are of those who get in when all else fails. One that could not be found might be anybody of its sort: what
//! might be theirs is taken for theirs.

use std::collections::BTreeMap;

use super::{Lost, OfBreakGlass, is_active};
use crate::access::Holding;
use crate::inventory::{Candidate, Found, Resolution};
use crate::kind::Scene;
use crate::plan::{Action, Step};
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
            principal: called(principal),
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

/// What goes where nobody could read who has which role: what is at it may be of a break-glass principal.
pub(super) fn unread<'a>(
    scene: &'a Scene<'_>,
    steps: &'a [Step],
) -> impl Iterator<Item = Lost> + 'a {
    let complete = &scene.inventory.grants_complete;
    let goes = |step: &&Step| {
        is_active(step)
            && matches!(step.action, Action::Delete | Action::Replace)
            && !complete.contains(&step.subscription)
    };
    steps.iter().filter(goes).filter_map(|step| {
        let tenant = scene.manifest.tenants.get(&step.tenant)?;
        let all = tenant.break_glass.iter();
        let all: Vec<String> = all.map(|(principal, _)| called(principal)).collect();
        (!all.is_empty()).then(|| Lost {
            step: step.address.clone(),
            grant: format!("what is granted at {}", step.title),
            who: "somebody whose grants could not be read".to_owned(),
            break_glass: Some(OfBreakGlass {
                principal: all.join(" or "),
                doubt: Some(format!(
                    "as the grants of `{}` could not be read",
                    step.subscription
                )),
            }),
            lockout: Vec::new(),
        })
    })
}

fn called(principal: &Principal) -> String {
    format!("{} `{}`", principal.kind.word(), principal.name)
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
