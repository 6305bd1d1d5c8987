//! Where a node stands, and the addresses of what is there.

use std::sync::Arc;

use crate::address::Address;

/// Where a node stands.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// What it stands in.
    pub(super) address: Address,
    /// The name of the subscription; empty in a management group.
    pub(super) subscription: Arc<str>,
    /// The name of the tenant.
    pub(super) tenant: Arc<str>,
    /// Names from the subscription down to what it stands in; empty in a management group.
    path: Vec<Arc<str>>,
}

/// Grants in what lies deeper than this below a subscription have their address beneath it.
const SHALLOW: usize = 2;

impl Spot {
    /// The spot in a subscription.
    pub(super) fn in_subscription(name: &str, tenant: &str) -> Spot {
        Spot {
            address: Address::new("subscription", [name]),
            subscription: name.into(),
            tenant: tenant.into(),
            path: vec![name.into()],
        }
    }

    /// The spot in a management group.
    pub(super) fn in_management_group(address: Address, tenant: &str) -> Spot {
        Spot {
            address,
            subscription: "".into(),
            tenant: tenant.into(),
            path: Vec::new(),
        }
    }

    /// The same spot, for what belongs to another subscription.
    pub(super) fn for_subscription(&self, name: &str) -> Spot {
        Spot {
            subscription: name.into(),
            ..self.clone()
        }
    }

    /// The same spot with texts of its own: each thing there takes hold of them, and threads that do so by turns wait for each other.
    pub(super) fn copied(&self) -> Spot {
        Spot {
            address: Address::read(self.address.as_str()),
            subscription: Arc::from(&*self.subscription),
            tenant: Arc::from(&*self.tenant),
            path: self.path.iter().map(|name| Arc::from(&**name)).collect(),
        }
    }

    /// The address of a named thing here.
    pub(super) fn named(&self, kind: &str, name: &str) -> Address {
        Address::new(kind, self.path.iter().map(|name| &**name).chain([name]))
    }

    /// The address of the one thing of a kind here.
    pub(super) fn beneath(&self, kind: &str) -> Address {
        self.address.child(kind)
    }

    /// The address of a grant here.
    pub(super) fn grant(&self, kind: &str, role: &str, principal: &str) -> Address {
        if self.path.is_empty() || self.path.len() > SHALLOW {
            return self.address.below([kind, role, principal]);
        }
        let path = self.path.iter().map(|name| &**name);
        Address::new(kind, path.chain([role, principal]))
    }

    /// The name of what it is in, innermost; empty in a management group.
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", |name| name)
    }

    /// The spot in a named thing here.
    pub(super) fn within(&self, address: Address, name: &str) -> Spot {
        let path = self.path.iter().cloned().chain([name.into()]).collect();
        Spot {
            address,
            path,
            ..self.clone()
        }
    }
}
