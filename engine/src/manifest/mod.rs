//! The checked manifest: what the user wrote, as values with their places.

mod check;
pub mod lower;
mod parents;
mod problem;
mod resources;
mod settings;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use resources::Resources;
pub use settings::Settings;

use crate::address::Address;
use crate::schema::NameRule;
use crate::source::Span;
use crate::value::{Attributes, Principal, PrincipalKind, Value};

pub(crate) use check::is_guid;
use parents::Parents;

/// Whether a text is a name by a rule.
#[must_use]
pub fn is_name(rule: &NameRule, text: &str) -> bool {
    check::name(rule, text).is_ok()
}

/// Everything that should be, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The ownership stamp.
    pub estate: String,
    /// Limits of the guards.
    pub safety: Safety,
    /// Tenants by name.
    pub tenants: BTreeMap<String, Tenant>,
    /// Subscriptions by name.
    pub subscriptions: BTreeMap<String, Subscription>,
    /// Management groups by address. Grants may be written in them; rule VML401 judges that.
    pub management_groups: BTreeMap<Address, ManagementGroup>,
    /// Resources by address.
    pub resources: Resources,
    /// What should not be, by the address that it has: what stands behind `absent`, and its parts that go before it. No address
    /// is here and among the resources.
    pub absent: Resources,
}

/// Limits of the guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safety {
    /// How many deletions and revocations one plan may hold.
    pub max_delete: u32,
    /// How many of a hundred live objects of a kind one plan may change or delete.
    pub max_change_percent: u32,
}

impl Default for Safety {
    /// What holds without a `safety` node.
    fn default() -> Safety {
        Safety {
            max_delete: 5,
            max_change_percent: 25,
        }
    }
}

/// A directory and the cloud that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its name in the manifest.
    pub name: String,
    /// Its id, lower-case.
    pub id: String,
    /// One of the catalogue's clouds.
    pub cloud: String,
    /// Those who get in when all else fails: no plan takes their grants away unasked. None of them is an identity.
    pub break_glass: Vec<(Principal, Span)>,
    /// Where it stands.
    pub span: Span,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its name in the manifest.
    pub name: String,
    /// Its id, lower-case.
    pub id: String,
    /// The name of its tenant.
    pub tenant: String,
    /// Where it stands.
    pub span: Span,
}

/// A management group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementGroup {
    /// Its name in the manifest.
    pub name: String,
    /// Its id.
    pub id: String,
    /// The name of its tenant.
    pub tenant: String,
    /// Where it stands.
    pub span: Span,
}

/// One declared resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its address.
    pub address: Address,
    /// Its kind.
    pub kind: &'static str,
    /// Its own name; empty for kinds without one.
    pub name: String,
    /// What it stands in: another resource, `subscription:NAME` or `management-group:NAME`.
    pub parent: Address,
    /// The name of its subscription; empty in a management group. Thousands stand in one, and share its name.
    pub subscription: Arc<str>,
    /// The name of its tenant, shared too.
    pub tenant: Arc<str>,
    /// The resource whose node brought it about, where it has none of its own.
    pub along: Option<Address>,
    /// Declared attributes, by the names of the kind's schema.
    pub attributes: Settings,
    /// The name or word that makes it a thing of its own.
    pub span: Span,
}

impl Resource {
    /// Whose lists and roles it belongs to: the name of its subscription, or the address of its management group.
    pub fn realm(&self) -> &str {
        if self.subscription.is_empty() {
            self.parent.as_str()
        } else {
            &self.subscription
        }
    }
}

/// A declared value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The value.
    pub value: Value,
    /// The place.
    pub span: Span,
}

impl Manifest {
    /// The manifest in which what should be absent is a resource like any other: what has to be read, and what has a place.
    pub fn with_absent(&self) -> Cow<'_, Manifest> {
        if self.absent.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut whole = self.clone();
        whole.resources.extend(self.absent.clone());
        Cow::Owned(whole)
    }

    /// Everybody whom the manifest names in a directory, with the name of the tenant and the place, one entry a place: those of
    /// grants, and those of `break-glass`. Identities are named after things of the cloud instead.
    pub fn principals(&self) -> impl Iterator<Item = (&str, &Principal, Span)> {
        let granted = self.of_kind("grant").filter_map(|grant| {
            let declared = grant.attributes.get("principal")?;
            let principal = declared.value.as_principal()?;
            (principal.kind != PrincipalKind::Identity).then_some((
                &*grant.tenant,
                principal,
                declared.span,
            ))
        });
        granted.chain(self.tenants.values().flat_map(|tenant| {
            let named = tenant.break_glass.iter();
            named.map(|(principal, span)| (tenant.name.as_str(), principal, *span))
        }))
    }

    /// The resource at an address.
    pub fn resource(&self, address: &Address) -> Option<&Resource> {
        self.resources.get(address)
    }

    /// The resource that this one stands in, where it is one.
    pub fn parent_of(&self, resource: &Resource) -> Option<&Resource> {
        self.resources.get(&resource.parent)
    }

    /// All resources by address, each with the one that it stands in, where that is one. Whoever goes through many asks here.
    pub fn with_parents(&self) -> impl Iterator<Item = (&Resource, Option<&Resource>)> {
        Parents::of(&self.resources)
    }

    /// The resource and those around it, innermost first.
    pub fn around<'a>(&'a self, resource: &'a Resource) -> impl Iterator<Item = &'a Resource> {
        std::iter::successors(Some(resource), |inner| self.parent_of(inner))
    }

    /// The addresses of the resource and of all that it lies in, innermost first; the last one is a subscription's or a
    /// management group's.
    pub fn places<'a>(&'a self, resource: &'a Resource) -> impl Iterator<Item = &'a Address> {
        let outermost = self.around(resource).last();
        self.around(resource)
            .map(|around| &around.address)
            .chain(outermost.map(|outermost| &outermost.parent))
    }

    /// All resources of a kind, by address.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .values()
            .filter(move |resource| resource.kind == kind)
    }
}

impl Subscription {
    /// What stands in it has this address around it.
    pub fn address(&self) -> Address {
        Address::new("subscription", [self.name.as_str()])
    }
}

impl Resource {
    /// A declared attribute's value.
    pub fn get(&self, attribute: &str) -> Option<&Value> {
        self.attributes
            .get(attribute)
            .map(|declared| &declared.value)
    }

    /// The declared values without their places.
    pub fn values(&self) -> Attributes {
        self.attributes
            .iter()
            .map(|(name, declared)| (*name, declared.value.clone()))
            .collect()
    }
}
