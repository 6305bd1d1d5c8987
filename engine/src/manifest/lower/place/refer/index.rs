//! What is declared, by where it lies and what it is called. Every question is answered without a walk through the manifest:
//! a hostile one could ask each of a hundred thousand times.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::manifest::{Manifest, Resource};

/// Where a thing lies: its subscription, and its group in lower case.
type Ground = (String, String);

/// How many things a hint chooses from.
const MOST_CONSIDERED: usize = 500;

/// The named things of a manifest.
pub(super) struct Index<'a> {
    /// By their own name, and by every path within the group that ends in it.
    by_path: BTreeMap<(Ground, &'static str, String), Vec<&'a Resource>>,
    by_ground: BTreeMap<(Ground, &'static str), Vec<&'a Resource>>,
    by_kind: BTreeMap<&'static str, Vec<&'a Resource>>,
    groups: BTreeMap<String, Vec<&'a Resource>>,
    along: BTreeMap<(&'a Address, &'static str), &'a Resource>,
}

impl<'a> Index<'a> {
    pub(super) fn of(manifest: &'a Manifest) -> Index<'a> {
        let mut index = Index {
            by_path: BTreeMap::new(),
            by_ground: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            groups: BTreeMap::new(),
            along: BTreeMap::new(),
        };
        let named = manifest.resources.values();
        for resource in named.filter(|resource| !resource.name.is_empty()) {
            index.add(manifest, resource);
        }
        index
    }

    fn add(&mut self, manifest: &'a Manifest, resource: &'a Resource) {
        let mut around: Vec<&Resource> = manifest.around(resource).collect();
        let outermost = around.pop().unwrap_or(resource);
        if around.is_empty() {
            let name = resource.name.to_lowercase();
            self.groups.entry(name).or_default().push(resource);
            return;
        }
        let ground = ground(&resource.subscription, &outermost.name);
        let kind = resource.kind;
        let mut path = String::new();
        for inner in around {
            let behind = if path.is_empty() { "" } else { "/" };
            path = format!("{}{behind}{path}", inner.name.to_lowercase());
            let key = (ground.clone(), kind, path.clone());
            self.by_path.entry(key).or_default().push(resource);
        }
        self.by_ground
            .entry((ground, kind))
            .or_default()
            .push(resource);
        self.by_kind.entry(kind).or_default().push(resource);
        if let Some(bearer) = &resource.along {
            self.along.insert((bearer, kind), resource);
        }
    }

    /// What comes along with a resource, where it is of one of these kinds and has this name.
    pub(super) fn along(
        &self,
        bearer: &Resource,
        kinds: &[&'static str],
        name: &str,
    ) -> Option<&'a Resource> {
        let keys = kinds.iter().map(|kind| (&bearer.address, *kind));
        let mut all = keys.filter_map(|key| self.along.get(&key).copied());
        all.find(|along| along.name == name)
    }

    /// The things of these kinds in a group whose path there ends with these names.
    pub(super) fn declared(
        &self,
        subscription: &str,
        group: &str,
        kinds: &[&'static str],
        names: &[&str],
    ) -> Vec<&'a Resource> {
        let (ground, path) = (ground(subscription, group), names.join("/").to_lowercase());
        let keys = kinds
            .iter()
            .map(|kind| (ground.clone(), *kind, path.clone()));
        // Two tell that a name is ambiguous; more are not needed.
        keys.flat_map(|key| self.by_path.get(&key).into_iter().flatten())
            .take(2)
            .copied()
            .collect()
    }

    /// The things of these kinds in a group.
    pub(super) fn in_group(
        &self,
        subscription: &str,
        group: &str,
        kinds: &[&'static str],
    ) -> Vec<&'a Resource> {
        let ground = ground(subscription, group);
        let keys = kinds.iter().map(|kind| (ground.clone(), *kind));
        keys.flat_map(|key| self.by_ground.get(&key).into_iter().flatten())
            .take(MOST_CONSIDERED)
            .copied()
            .collect()
    }

    /// The things of these kinds in a tenant.
    pub(super) fn in_tenant(&self, tenant: &str, kinds: &[&'static str]) -> Vec<&'a Resource> {
        kinds
            .iter()
            .flat_map(|kind| self.by_kind.get(kind).into_iter().flatten())
            .take(MOST_CONSIDERED)
            .filter(|resource| &*resource.tenant == tenant)
            .copied()
            .collect()
    }

    /// The groups of this name in a tenant.
    pub(super) fn groups(&self, tenant: &str, name: &str) -> Vec<&'a Resource> {
        let groups = self.groups.get(&name.to_lowercase());
        let groups = groups.into_iter().flatten();
        groups
            .filter(|group| &*group.tenant == tenant)
            .copied()
            .collect()
    }
}

fn ground(subscription: &str, group: &str) -> Ground {
    (subscription.to_owned(), group.to_lowercase())
}
