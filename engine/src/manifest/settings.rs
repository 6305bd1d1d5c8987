//! The declared values of one thing, by name.

use super::Declared;

/// Declared values by their names, as a map has them, in the room that they take: most things have one or two, and there may be
/// hundreds of thousands of things, each of which would cost a map the room for eleven.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Vec<(&'static str, Declared)>);

impl Settings {
    /// None.
    #[must_use]
    pub fn new() -> Settings {
        Settings::default()
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Declared> {
        let at = self.find(name).ok()?;
        self.0.get(at).map(|(_, declared)| declared)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Declared> {
        let at = self.find(name).ok()?;
        self.0.get_mut(at).map(|(_, declared)| declared)
    }

    /// Whether there is one of this name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Puts a value in, and gives back the one that had its name.
    pub fn insert(&mut self, name: &'static str, declared: Declared) -> Option<Declared> {
        match self.find(name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, declared)),
            Err(at) => {
                // Most have one or two.
                self.0.reserve_exact(1);
                self.0.insert(at, (name, declared));
                None
            }
        }
    }

    /// Takes the value of this name out.
    pub fn remove(&mut self, name: &str) -> Option<Declared> {
        let at = self.find(name).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Takes out the values whose names are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&'static str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&&'static str, &Declared)> {
        self.0.iter().map(|(name, declared)| (name, declared))
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &&'static str> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, by name.
    pub fn values(&self) -> impl Iterator<Item = &Declared> {
        self.0.iter().map(|(_, declared)| declared)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Declared> {
        self.0.iter_mut().map(|(_, declared)| declared)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| (*own).cmp(name))
    }
}

impl Extend<(&'static str, Declared)> for Settings {
    fn extend<I: IntoIterator<Item = (&'static str, Declared)>>(&mut self, settings: I) {
        for (name, declared) in settings {
            self.insert(name, declared);
        }
    }
}

impl FromIterator<(&'static str, Declared)> for Settings {
    fn from_iter<I: IntoIterator<Item = (&'static str, Declared)>>(settings: I) -> Settings {
        let mut all = Settings::new();
        all.extend(settings);
        all
    }
}

impl<const N: usize> From<[(&'static str, Declared); N]> for Settings {
    fn from(settings: [(&'static str, Declared); N]) -> Settings {
        settings.into_iter().collect()
    }
}

impl IntoIterator for Settings {
    type Item = (&'static str, Declared);
    type IntoIter = std::vec::IntoIter<(&'static str, Declared)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    fn declared(text: &str) -> Declared {
        Declared {
            value: text.into(),
            span: Span::new(SourceId(0), 0, 0),
        }
    }

    #[test]
    fn they_are_a_map() {
        let mut settings = Settings::from([("size", declared("a")), ("image", declared("b"))]);
        assert_eq!(
            settings.keys().copied().collect::<Vec<_>>(),
            ["image", "size"]
        );
        assert_eq!(settings.insert("size", declared("c")), Some(declared("a")));
        assert_eq!(settings.get("size"), Some(&declared("c")));
        assert_eq!(settings.remove("image"), Some(declared("b")));
        assert!(!settings.contains_key("image") && settings.get_mut("none").is_none());
        assert_eq!(settings.values().count(), 1);
    }
}
