//! What pinning anew comes to: each name held against what the directory makes of it now.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pin, Pins, TenantPins};
use crate::inventory::{Found, Resolution};
use crate::manifest::Manifest;
use crate::value::Principal;

/// The lock that should be, and what becomes of each name.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewal {
    /// What the lock should say. Not to be written while a name is refused.
    pub pins: Pins,
    /// What becomes of each name, by tenant and name.
    pub rows: Vec<Row>,
}

/// What becomes of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The tenant, by its name in the manifest.
    pub tenant: String,
    /// The name.
    pub principal: Principal,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was not pinned, and is now.
    New(Pin),
    /// It stands for the same object as before, under the same display name.
    Unchanged(Pin),
    /// It stands for the same object as before, which is called something else now.
    Renamed {
        /// The object's display name when it was pinned.
        was: String,
        /// The object.
        pin: Pin,
    },
    /// It stands for another object, and somebody has asked for that.
    Renewed {
        /// The object that it stood for.
        was: Pin,
        /// The one that it stands for now.
        pin: Pin,
    },
    /// The manifest does not use it any more.
    Gone(Pin),
    /// Only `absent` names it, and nobody has the name: nothing can be pinned, and nothing needs to be.
    LeftOut,
    /// It cannot be pinned: it stands for another object than before, for several or for none.
    Refused {
        /// The object that it stood for, where it was pinned.
        was: Option<Pin>,
        /// What the directory makes of it.
        now: Resolution,
    },
}

impl Renewal {
    /// Whether a name cannot be pinned, so that nothing may be written.
    pub fn is_refused(&self) -> bool {
        let mut fates = self.rows.iter().map(|row| &row.fate);
        fates.any(|fate| matches!(fate, Fate::Refused { .. }))
    }
}

/// Holds the names of a manifest, and those pinned before, against what the directory makes of them. What stands for another object
/// than before is pinned anew only where `wanted` names it, in its tenant: one name stands for somebody else in another.
pub fn renew(
    manifest: &Manifest,
    before: Option<&Pins>,
    found: &BTreeMap<(String, Principal), Resolution>,
    wanted: &BTreeSet<(String, Principal)>,
) -> Renewal {
    let needed = named(manifest);
    let whole = manifest.with_absent();
    let mut rows = Vec::new();
    for (tenant, principal) in named(&whole) {
        let was = before.and_then(|before| before.pin(tenant, principal));
        let name = (tenant.to_owned(), principal.clone());
        let now = found.get(&name).cloned().unwrap_or(Resolution::Missing);
        let is_needed = needed.contains(&(tenant, principal));
        rows.push(Row {
            tenant: tenant.to_owned(),
            principal: principal.clone(),
            fate: fate(was, now, is_needed, wanted.contains(&name)),
        });
    }
    let gone = before.into_iter().flat_map(|before| {
        let surplus = before.surplus(manifest).into_iter();
        surplus.filter_map(|(tenant, principal)| {
            Some(Row {
                tenant: tenant.to_owned(),
                principal: principal.clone(),
                fate: Fate::Gone(before.pin(tenant, principal)?.clone()),
            })
        })
    });
    rows.extend(gone);
    rows.sort_by(|one, other| {
        (&one.tenant, &one.principal).cmp(&(&other.tenant, &other.principal))
    });
    Renewal {
        pins: pins(manifest, &rows),
        rows,
    }
}

fn named(manifest: &Manifest) -> BTreeSet<(&str, &Principal)> {
    let principals = manifest.principals();
    principals
        .map(|(tenant, principal, _)| (tenant, principal))
        .collect()
}

fn fate(was: Option<&Pin>, now: Resolution, needed: bool, wanted: bool) -> Fate {
    let found = match &now {
        Resolution::Found(found) => pin(found),
        _ if !needed => return Fate::LeftOut,
        _ => {
            return Fate::Refused {
                was: was.cloned(),
                now,
            };
        }
    };
    match was.cloned() {
        None => Fate::New(found),
        Some(was) if was.object_id != found.object_id => match wanted {
            true => Fate::Renewed { was, pin: found },
            false => Fate::Refused {
                was: Some(was),
                now,
            },
        },
        Some(was) if was == found => Fate::Unchanged(found),
        Some(was) => Fate::Renamed {
            was: was.display_name,
            pin: found,
        },
    }
}

fn pin(found: &Found) -> Pin {
    Pin {
        object_id: found.object_id.to_lowercase(),
        principal_type: found.principal_type.clone(),
        display_name: found.display_name.clone(),
    }
}

/// The lock that these rows come to; tenants of which nobody is named have no place in it.
fn pins(manifest: &Manifest, rows: &[Row]) -> Pins {
    let mut pins = Pins::default();
    for row in rows {
        let (Fate::New(pin)
        | Fate::Unchanged(pin)
        | Fate::Renamed { pin, .. }
        | Fate::Renewed { pin, .. }) = &row.fate
        else {
            continue;
        };
        let Some(tenant) = manifest.tenants.get(&row.tenant) else {
            continue;
        };
        let of_tenant = pins.tenants.entry(row.tenant.clone());
        let of_tenant = of_tenant.or_insert_with(|| TenantPins {
            id: tenant.id.clone(),
            span: None,
            principals: BTreeMap::new(),
        });
        of_tenant
            .principals
            .insert(row.principal.clone(), pin.clone());
    }
    pins
}
