//! The resources of a manifest, by address.

use indexmap::IndexMap;

use super::Resource;
use crate::address::Address;

/// Resources by address, in the order of their addresses. Each is found by a hash: the addresses of an estate are long and begin
/// alike, and every stage asks for most of them several times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources(IndexMap<Address, Resource>);

impl Resources {
    /// None.
    #[must_use]
    pub fn new() -> Resources {
        Resources::default()
    }

    /// The resource at an address.
    #[must_use]
    pub fn get(&self, address: &Address) -> Option<&Resource> {
        self.0.get(address)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, address: &Address) -> Option<&mut Resource> {
        self.0.get_mut(address)
    }

    /// Whether there is one at an address.
    #[must_use]
    pub fn contains_key(&self, address: &Address) -> bool {
        self.0.contains_key(address)
    }

    /// How many come before that at an address.
    #[must_use]
    pub fn number(&self, address: &Address) -> Option<usize> {
        self.0.get_index_of(address)
    }

    /// The one before which so many come.
    #[must_use]
    pub fn at(&self, number: usize) -> Option<&Resource> {
        self.0.get_index(number).map(|(_, resource)| resource)
    }

    /// All, by address.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Resource> + ExactSizeIterator + Clone {
        self.0.values()
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Resource> {
        self.0.values_mut()
    }

    /// The addresses, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Address> + ExactSizeIterator {
        self.0.keys()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts one in at its place, and gives back the one that had its address. For many at once there is [`Extend`].
    pub fn insert(&mut self, address: Address, resource: Resource) -> Option<Resource> {
        self.0.insert_sorted(address, resource).1
    }

    /// Takes the one at an address out.
    pub fn remove(&mut self, address: &Address) -> Option<Resource> {
        self.0.shift_remove(address)
    }

    /// Takes out those that are not to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&Address, &mut Resource) -> bool) {
        self.0.retain(keep);
    }

    /// Puts one in behind all others, wherever it belongs. Whoever does that sorts them in the end.
    pub(super) fn push(&mut self, resource: Resource) {
        self.0.insert(resource.address.clone(), resource);
    }

    /// Puts all in the order of their addresses. Most stand so already.
    pub(super) fn sort(&mut self) {
        self.0.sort_keys();
        self.0.shrink_to_fit();
    }
}

impl Extend<(Address, Resource)> for Resources {
    fn extend<I: IntoIterator<Item = (Address, Resource)>>(&mut self, resources: I) {
        self.0.extend(resources);
        self.0.sort_unstable_keys();
    }
}

impl<const N: usize> From<[(Address, Resource); N]> for Resources {
    fn from(resources: [(Address, Resource); N]) -> Resources {
        let mut all = Resources::new();
        all.extend(resources);
        all
    }
}

impl IntoIterator for Resources {
    type Item = (Address, Resource);
    type IntoIter = indexmap::map::IntoIter<Address, Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl std::ops::Index<&Address> for Resources {
    type Output = Resource;

    fn index(&self, address: &Address) -> &Resource {
        &self.0[address]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Settings;
    use crate::source::{SourceId, Span};

    fn at(name: &str) -> (Address, Resource) {
        let address = Address::new("vm", [name]);
        let resource = Resource {
            address: address.clone(),
            kind: "vm",
            name: name.to_owned(),
            parent: Address::new("resource-group", ["core"]),
            subscription: "core".into(),
            tenant: "contoso".into(),
            along: None,
            attributes: Settings::new(),
            span: Span::new(SourceId(0), 0, 0),
        };
        (address, resource)
    }

    fn names(resources: &Resources) -> Vec<&str> {
        resources.values().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn they_stand_in_the_order_of_their_addresses_however_they_come() {
        let mut resources = Resources::new();
        for name in ["c", "a", "d", "b"] {
            let (address, resource) = at(name);
            assert_eq!(resources.insert(address, resource), None);
        }
        assert_eq!(names(&resources), ["a", "b", "c", "d"]);
        resources.remove(&at("b").0);
        resources.extend(["e", "a", "bb"].map(at));
        assert_eq!(names(&resources), ["a", "bb", "c", "d", "e"]);
        assert_eq!(resources.number(&at("c").0), Some(2));
        let mut pushed = Resources::new();
        for name in ["e", "c", "bb", "a", "d"] {
            pushed.push(at(name).1);
        }
        pushed.sort();
        assert_eq!(names(&pushed), names(&resources));
        assert_eq!(pushed, resources);
    }
}
