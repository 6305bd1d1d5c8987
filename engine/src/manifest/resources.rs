//! The resources of a manifest, by address.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::Resource;
use crate::address::Address;

/// Resources by address, in the order of their addresses. Each is found by a hash: the addresses of an estate are long and begin
/// alike, and every stage asks for most of them several times. Large estates take the room of one list and four bytes for each.
#[derive(Clone, Default)]
pub struct Resources {
    all: Vec<Resource>,
    /// Where each stands in the list, by the hash of its address.
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl Resources {
    /// None.
    #[must_use]
    pub fn new() -> Resources {
        Resources::default()
    }

    /// The resource at an address.
    #[must_use]
    pub fn get(&self, address: &Address) -> Option<&Resource> {
        self.number(address).map(|number| &self.all[number])
    }

    /// The same, to be changed; its address stays.
    pub fn get_mut(&mut self, address: &Address) -> Option<&mut Resource> {
        self.number(address).map(|number| &mut self.all[number])
    }

    /// Whether there is one at an address.
    #[must_use]
    pub fn contains_key(&self, address: &Address) -> bool {
        self.number(address).is_some()
    }

    /// How many come before that at an address.
    #[must_use]
    pub fn number(&self, address: &Address) -> Option<usize> {
        let is_it = |number: &u32| self.all[*number as usize].address == *address;
        let number = self.numbers.find(self.hasher.hash_one(address), is_it)?;
        Some(*number as usize)
    }

    /// The one before which so many come.
    #[must_use]
    pub fn at(&self, number: usize) -> Option<&Resource> {
        self.all.get(number)
    }

    /// All, by address.
    pub fn values(&self) -> std::slice::Iter<'_, Resource> {
        self.all.iter()
    }

    /// The same, to be changed; their addresses stay.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.all.iter_mut()
    }

    /// The addresses, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Address> + ExactSizeIterator {
        self.all.iter().map(|resource| &resource.address)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Puts one in at its place, and takes out the one that had its address. For many at once there is [`Extend`].
    pub fn insert(&mut self, resource: Resource) {
        self.extend([resource]);
    }

    /// Takes the one at an address out.
    pub fn remove(&mut self, address: &Address) -> Option<Resource> {
        let number = self.number(address)?;
        let resource = self.all.remove(number);
        self.numbered();
        Some(resource)
    }

    /// Takes out those that are not to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&Resource) -> bool) {
        self.all.retain(keep);
        self.numbered();
    }

    /// Puts the list in order, in which of several with one address the last one holds, as in a map.
    fn ordered(&mut self) {
        // Most stand so already, which this sort sees.
        self.all
            .sort_by(|one, other| one.address.cmp(&other.address));
        self.all.dedup_by(|later, earlier| {
            let same = later.address == earlier.address;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        self.numbered();
    }

    /// Takes note again of where each stands.
    fn numbered(&mut self) {
        let Resources {
            all,
            numbers,
            hasher,
        } = self;
        let hash = |number: &u32| hasher.hash_one(&all[*number as usize].address);
        numbers.clear();
        numbers.reserve(all.len(), hash);
        // A manifest may declare 300,000 things.
        for number in 0..u32::try_from(all.len()).unwrap_or(u32::MAX) {
            numbers.insert_unique(hash(&number), number, hash);
        }
    }
}

impl PartialEq for Resources {
    fn eq(&self, other: &Resources) -> bool {
        self.all == other.all
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(out)
    }
}

impl Extend<Resource> for Resources {
    fn extend<I: IntoIterator<Item = Resource>>(&mut self, resources: I) {
        self.all.extend(resources);
        self.ordered();
    }
}

impl From<Vec<Resource>> for Resources {
    fn from(all: Vec<Resource>) -> Resources {
        let mut resources = Resources {
            all,
            ..Resources::new()
        };
        resources.ordered();
        resources
    }
}

impl IntoIterator for Resources {
    type Item = Resource;
    type IntoIter = std::vec::IntoIter<Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl std::ops::Index<&Address> for Resources {
    type Output = Resource;

    /// # Panics
    /// Where there is none at this address, as a map does.
    fn index(&self, address: &Address) -> &Resource {
        self.get(address)
            .unwrap_or_else(|| panic!("no resource is at `{address}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Settings;
    use crate::source::{SourceId, Span};

    fn at(name: &str) -> Resource {
        Resource {
            address: Address::new("vm", [name]),
            kind: "vm",
            name: name.to_owned(),
            parent: Address::new("resource-group", ["core"]),
            subscription: "core".into(),
            tenant: "contoso".into(),
            along: None,
            attributes: Settings::new(),
            span: Span::new(SourceId(0), 0, 0),
        }
    }

    fn names(resources: &Resources) -> Vec<&str> {
        resources.values().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn they_stand_in_the_order_of_their_addresses_however_they_come() {
        let mut resources = Resources::new();
        for name in ["c", "a", "d", "b"] {
            resources.insert(at(name));
        }
        assert_eq!(names(&resources), ["a", "b", "c", "d"]);
        assert_eq!(resources.remove(&at("b").address), Some(at("b")));
        resources.extend(["e", "a", "bb"].map(at));
        assert_eq!(names(&resources), ["a", "bb", "c", "d", "e"]);
        assert_eq!(resources.number(&at("c").address), Some(2));
        resources.retain(|it| it.name != "bb");
        assert_eq!(names(&resources), ["a", "c", "d", "e"]);
        assert_eq!(resources.get(&at("e").address), Some(&at("e")));
        assert!(!resources.contains_key(&at("bb").address));
        assert_eq!(
            resources,
            Resources::from(["d", "a", "e", "c"].map(at).to_vec())
        );
    }

    #[test]
    fn of_several_with_one_address_the_last_one_holds() {
        let along = |along: &str| Resource {
            along: Some(Address::read(along)),
            ..at("a")
        };
        let mut resources = Resources::from(vec![along("vm:x"), at("b"), along("vm:y")]);
        assert_eq!(names(&resources), ["a", "b"]);
        assert_eq!(resources[&at("a").address], along("vm:y"));
        resources.insert(at("a"));
        assert_eq!(resources.len(), 2);
        assert_eq!(resources[&at("a").address], at("a"));
    }
}
