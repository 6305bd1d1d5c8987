//! Live resources by kind and key.

use indexmap::map::{IntoValues, ValuesMut};
use indexmap::{Equivalent, IndexMap};

use super::Live;
use crate::kind::Key;

/// Live resources by kind and key, in that order. Each is found by a hash: keys are long and begin alike, and every stage asks for most
/// of them several times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lives(IndexMap<Place, Live>);

/// A kind and a key.
type Place = (&'static str, Key);

/// The same, borrowed. It hashes as a [`Place`] does: part by part.
#[derive(Hash)]
struct Sought<'a>(&'a str, &'a Key);

impl Equivalent<Place> for Sought<'_> {
    fn equivalent(&self, (kind, key): &Place) -> bool {
        self.0 == *kind && self.1 == key
    }
}

impl Lives {
    /// The one of a kind with this key.
    #[must_use]
    pub fn get(&self, kind: &str, key: &Key) -> Option<&Live> {
        self.0.get(&Sought(kind, key))
    }

    /// How many come before that of a kind with this key.
    #[must_use]
    pub fn number(&self, kind: &str, key: &Key) -> Option<usize> {
        self.0.get_index_of(&Sought(kind, key))
    }

    /// The one before which so many come.
    #[must_use]
    pub fn at(&self, number: usize) -> Option<&Live> {
        self.0.get_index(number).map(|(_, live)| live)
    }

    /// The one of a kind with this key, to be changed.
    pub fn get_mut(&mut self, kind: &str, key: &Key) -> Option<&mut Live> {
        self.0.get_mut(&Sought(kind, key))
    }

    /// All of a kind, by key.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Live> + use<'_> {
        let first = self.0.partition_point(|(of, _), _| *of < kind);
        let end = self.0.partition_point(|(of, _), _| *of <= kind);
        let of_kind = self.0.get_range(first..end);
        of_kind.into_iter().flat_map(|all| all.values())
    }

    /// All, by kind and key.
    pub fn values(&self) -> impl Iterator<Item = &Live> {
        self.0.values()
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> ValuesMut<'_, Place, Live> {
        self.0.values_mut()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts one in at its place, and takes out the one that had its kind and key. For many at once there is [`Extend`].
    pub fn insert(&mut self, live: Live) {
        self.0.insert_sorted((live.kind, live.key.clone()), live);
    }

    /// Takes out those that are not to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&Place, &mut Live) -> bool) {
        self.0.retain(keep);
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl Extend<Live> for Lives {
    fn extend<I: IntoIterator<Item = Live>>(&mut self, lives: I) {
        let lives = lives.into_iter();
        self.0
            .extend(lives.map(|live| ((live.kind, live.key.clone()), live)));
        self.0.sort_unstable_keys();
    }
}

impl FromIterator<Live> for Lives {
    fn from_iter<I: IntoIterator<Item = Live>>(lives: I) -> Lives {
        let mut all = Lives::default();
        all.extend(lives);
        all
    }
}

impl IntoIterator for Lives {
    type Item = Live;
    type IntoIter = IntoValues<Place, Live>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_values()
    }
}
