//! The principal lock: which directory object each name of a manifest stood for when people last agreed on it. Display names are
//! not unique and can be taken by somebody else; ids are, and cannot.
//!
//! The lock is text that is checked in beside the manifest, one principal a line, so that changes are read and merged by line.

mod problem;
mod read;
mod renewal;

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Manifest;
use crate::problem::Problem;
use crate::source::Span;
use crate::syntax::print::{text, verbatim};
use crate::value::Principal;

use problem::PinProblem;
pub use read::{Reading, read};
pub use renewal::{Fate, Renewal, Row, renew};

/// What the file is called; it lies beside the manifest.
pub const FILE: &str = "principals.lock.kdl";

/// The version of the file's form.
pub const FORMAT: i64 = 1;

/// The types of directory objects that roles can be granted to, as ARM's `principalType` spells them.
pub const PRINCIPAL_TYPES: [&str; 3] = ["Group", "ServicePrincipal", "User"];

/// What a principal lock says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    /// Its tenants, by the names that the manifest gives them.
    pub tenants: BTreeMap<String, TenantPins>,
}

/// What it says of one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantPins {
    /// The tenant's id, lower-case.
    pub id: String,
    /// Where that stands; nowhere in a lock that was never read from a text.
    pub span: Option<Span>,
    /// Its principals, by their names as the manifest writes them.
    pub principals: BTreeMap<Principal, Pin>,
}

/// The directory object that a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Its object id, lower-case.
    pub object_id: String,
    /// One of [`PRINCIPAL_TYPES`].
    pub principal_type: String,
    /// What it was called when it was pinned; for people, never compared.
    pub display_name: String,
}

impl Pins {
    /// What a name of a tenant stands for.
    pub fn pin(&self, tenant: &str, principal: &Principal) -> Option<&Pin> {
        self.tenants.get(tenant)?.principals.get(principal)
    }

    /// How many names are pinned.
    pub fn count(&self) -> usize {
        let tenants = self.tenants.values();
        tenants.map(|tenant| tenant.principals.len()).sum()
    }

    /// Names that the manifest uses and that are not pinned, by tenant.
    pub fn lacking(&self, manifest: &Manifest) -> BTreeSet<(String, Principal)> {
        let used = manifest.principals();
        let lacking = used.filter(|(tenant, principal, _)| self.pin(tenant, principal).is_none());
        lacking
            .map(|(tenant, principal, _)| (tenant.to_owned(), principal.clone()))
            .collect()
    }

    /// Names that are pinned although the manifest does not use them.
    pub fn surplus(&self, manifest: &Manifest) -> Vec<(&str, &Principal)> {
        let whole = manifest.with_absent();
        let used = whole.principals();
        let used: BTreeSet<(&str, &Principal)> = used.map(|(tenant, of, _)| (tenant, of)).collect();
        let all = self.tenants.iter().flat_map(|(tenant, pins)| {
            let principals = pins.principals.keys();
            principals.map(move |principal| (tenant.as_str(), principal))
        });
        all.filter(|named| !used.contains(named)).collect()
    }

    /// What is wrong with a lock for this manifest: it was made for another tenant of the same name.
    pub fn strangers(&self, manifest: &Manifest) -> Vec<Problem> {
        let tenants = self.tenants.iter().filter_map(|(name, pins)| {
            let tenant = manifest.tenants.get(name)?;
            let span = pins.span.filter(|_| pins.id != tenant.id)?;
            Some(Problem::from(PinProblem::OtherTenant {
                name: name.clone(),
                declared: tenant.id.clone(),
                span,
                declared_at: tenant.span,
            }))
        });
        tenants.collect()
    }

    /// The lock as the text of its file: the same pins, the same bytes.
    pub fn text(&self) -> String {
        let mut lines = format!("{HEAD}principal-lock {FORMAT}\n");
        for (name, tenant) in &self.tenants {
            let head = format!("tenant {} id={}", text(name), verbatim(&tenant.id));
            lines.push_str(&format!("\n{head} {{\n"));
            for (principal, pin) in &tenant.principals {
                lines.push_str(&format!("    {}\n", line(principal, pin)));
            }
            lines.push_str("}\n");
        }
        lines
    }
}

const HEAD: &str = "\
/- kdl-version 2
// Which directory object each name in the manifest stands for. Checked in beside the manifest and reviewed with it: who
// changes an id here changes who can sign in. Written by `vmlogin pin`; run that again when the manifest names somebody new.
// A name that has come to stand for another object is renewed one by one: `vmlogin pin --renew 'group:NAME'`.

";

fn line(principal: &Principal, pin: &Pin) -> String {
    format!(
        "{} {} id={} type={} name={}",
        principal.kind.word(),
        verbatim(&principal.name),
        verbatim(&pin.object_id),
        text(&pin.principal_type),
        verbatim(&pin.display_name),
    )
}
