//! Values by name, as a map has them, in the room that they take.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Index;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by their names, sorted: most things have one or two, and there may be hundreds of thousands of things, each of which would
/// cost a map the room for eleven.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named<N, V>(Vec<(N, V)>);

impl<N: Borrow<str> + Ord, V> Named<N, V> {
    /// None.
    #[must_use]
    pub fn new() -> Named<N, V> {
        Named(Vec::new())
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        let at = self.find(name).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let at = self.find(name).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is one of this name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        self.0.reserve_exact(more);
    }

    /// Puts a value in, and gives back the one that had its name.
    pub fn insert(&mut self, name: impl Into<N>, value: V) -> Option<V> {
        let name = name.into();
        match self.find(name.borrow()) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                // Most have one or two.
                self.0.reserve_exact(1);
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Takes the value of this name out.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let at = self.find(name).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Takes out the values that are not to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&N, &mut V) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Names and values, by name.
    pub fn iter(&self) -> Pairs<'_, N, V> {
        Pairs(self.0.iter())
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &N> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, by name.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
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

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.borrow().cmp(name))
    }
}

impl<N, V> Default for Named<N, V> {
    fn default() -> Named<N, V> {
        Named(Vec::new())
    }
}

impl<N: fmt::Debug, V: fmt::Debug> fmt::Debug for Named<N, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.0.iter().map(|(name, value)| (name, value));
        out.debug_map().entries(pairs).finish()
    }
}

impl<K: Into<N>, N: Borrow<str> + Ord, V> Extend<(K, V)> for Named<N, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, values: I) {
        let values = values.into_iter();
        self.0.reserve_exact(values.size_hint().0);
        for (name, value) in values {
            self.insert(name, value);
        }
        self.0.shrink_to_fit();
    }
}

impl<K: Into<N>, N: Borrow<str> + Ord, V> FromIterator<(K, V)> for Named<N, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(values: I) -> Named<N, V> {
        let values = values.into_iter().map(|(name, value)| (name.into(), value));
        let mut all: Vec<(N, V)> = values.collect();
        // Of several of one name the last one holds, as in a map.
        all.reverse();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.dedup_by(|(other, _), (one, _)| one == other);
        all.shrink_to_fit();
        Named(all)
    }
}

impl<K: Into<N>, N: Borrow<str> + Ord, V, const M: usize> From<[(K, V); M]> for Named<N, V> {
    fn from(values: [(K, V); M]) -> Named<N, V> {
        values.into_iter().collect()
    }
}

impl<N: Borrow<str> + Ord, V> Index<&str> for Named<N, V> {
    type Output = V;

    /// # Panics
    /// Where there is none of this name, as a map does.
    fn index(&self, name: &str) -> &V {
        self.get(name)
            .unwrap_or_else(|| panic!("nothing is called `{name}`"))
    }
}

impl<'a, N: Borrow<str> + Ord, V> IntoIterator for &'a Named<N, V> {
    type Item = (&'a N, &'a V);
    type IntoIter = Pairs<'a, N, V>;

    fn into_iter(self) -> Self::IntoIter {
        Pairs(self.0.iter())
    }
}

/// Names and values, by name.
#[derive(Debug)]
pub struct Pairs<'a, N, V>(std::slice::Iter<'a, (N, V)>);

impl<'a, N, V> Iterator for Pairs<'a, N, V> {
    type Item = (&'a N, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<N, V> IntoIterator for Named<N, V> {
    type Item = (N, V);
    type IntoIter = std::vec::IntoIter<(N, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<N: Serialize, V: Serialize> Serialize for Named<N, V> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Named<Cow<'static, str>, V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members(std::marker::PhantomData))
    }
}

struct Members<V>(std::marker::PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Members<V> {
    type Value = Named<Cow<'static, str>, V>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all: Vec<(String, V)> = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(all.into_iter().collect())
    }
}

impl<N, V: JsonSchema> JsonSchema for Named<N, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::collections::BTreeMap::<String, V>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        std::collections::BTreeMap::<String, V>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbers = Named<Cow<'static, str>, u8>;

    #[test]
    fn they_are_a_map() {
        let mut numbers = Numbers::from([("size", 1), ("image", 2)]);
        let names: Vec<&str> = numbers.keys().map(Borrow::borrow).collect();
        assert_eq!(names, ["image", "size"]);
        assert_eq!(numbers.insert("size", 3), Some(1));
        assert_eq!(numbers.get("size"), Some(&3));
        assert_eq!(numbers.remove("image"), Some(2));
        assert!(!numbers.contains_key("image") && numbers.get_mut("none").is_none());
        assert_eq!(numbers.values().count(), 1);
    }

    #[test]
    fn of_several_of_one_name_the_last_one_holds() {
        let numbers: Numbers = [("b", 1), ("a", 2), ("b", 3)].into_iter().collect();
        assert_eq!(numbers, Numbers::from([("a", 2), ("b", 3)]));
    }

    #[test]
    fn they_are_an_object_in_json() {
        let numbers = Numbers::from([("b", 1), ("a", 2)]);
        let json = serde_json::to_string(&numbers).expect("JSON");
        assert_eq!(json, r#"{"a":2,"b":1}"#);
        assert_eq!(
            serde_json::from_str::<Numbers>(&json).expect("numbers"),
            numbers
        );
    }
}
