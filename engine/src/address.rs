//! The stable name of a resource in its manifest, printed the same everywhere and accepted by `--target` and `--exclude`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::problem::nearest;

/// Names one declared resource: `vm:core/rg-web/web01/login`.
///
/// The word before the first `:` is the kind of the outermost named thing, the rest its place. `/`, `%` and `*` inside a
/// name are percent-encoded, so that splitting at `/` is always right.
///
/// It is shared, not copied: an estate of many machines names each of them in many places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct Address(Arc<str>);

/// How long most addresses are.
const ROOM: usize = 64;

impl Address {
    /// Makes `kind:segment/segment/…` of names as they were written.
    pub fn new<'a>(kind: &str, segments: impl IntoIterator<Item = &'a str>) -> Address {
        let mut text = String::with_capacity(ROOM);
        text.push_str(kind);
        text.push(':');
        for (at, segment) in segments.into_iter().enumerate() {
            if at > 0 {
                text.push('/');
            }
            encode(segment, &mut text);
        }
        Address(text.into())
    }

    /// An address as a person typed it, its segments encoded already.
    pub fn read(text: &str) -> Address {
        Address(text.into())
    }

    /// Whether both name the same thing: Azure's names have no case.
    pub fn is(&self, other: &Address) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }

    /// Whether both are the same text, told without reading it where one was made of the other.
    pub(crate) fn equals(&self, other: &Address) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self == other
    }

    /// The address without case. One that has none already is not copied.
    pub(crate) fn in_lower_case(&self) -> Address {
        match in_lower_case(&self.0) {
            Cow::Borrowed(_) => self.clone(),
            Cow::Owned(text) => Address(text.into()),
        }
    }

    /// Adds one segment below this address.
    pub fn child(&self, segment: &str) -> Address {
        self.below([segment])
    }

    /// Adds segments below this address.
    pub fn below<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Address {
        let mut text = String::with_capacity(self.0.len() + ROOM);
        text.push_str(&self.0);
        for segment in segments {
            text.push('/');
            encode(segment, &mut text);
        }
        Address(text.into())
    }

    /// The kind of the outermost named thing: `vm` in `vm:core/rg-web/web01/login`.
    pub fn root(&self) -> &str {
        self.0.split_once(':').map_or("", |(kind, _)| kind)
    }

    /// The encoded segments after the kind.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0
            .split_once(':')
            .map_or("", |(_, path)| path)
            .split('/')
    }

    /// Whether it is beneath another one.
    pub fn lies_in(&self, other: &Address) -> bool {
        self.0
            .strip_prefix(other.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        String::deserialize(deserializer).map(|text| Address(text.into()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A pattern of `--target` or `--exclude`: an address in which `*` stands for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern as a person typed it. An empty one, or one without `kind:`, is an error that says what is expected.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        match text.split_once(':') {
            Some((kind, path)) if !kind.is_empty() && !path.is_empty() => {
                Ok(Pattern(text.to_owned()))
            }
            _ => Err(format!(
                "`{text}` is no address; addresses look like `vm:core/rg-web/web01`, and `vm:*/{}` is one in any group",
                if text.is_empty() || text.contains([':', '/']) {
                    "web01"
                } else {
                    text
                }
            )),
        }
    }

    /// Whether the address itself, or something that it lies beneath, matches; Azure's names have no case.
    pub fn covers(&self, address: &Address) -> bool {
        let pattern = self.0.to_lowercase();
        let address = address.as_str().to_lowercase();
        matches(pattern.as_bytes(), address.as_bytes())
            || matches(format!("{pattern}/*").as_bytes(), address.as_bytes())
    }

    /// The address that was probably meant by a pattern that covers none: one of the same last name, else the one with the fewest
    /// slips between them.
    pub fn meant<'a>(&self, among: impl Iterator<Item = &'a Address> + Clone) -> Option<&'a str> {
        let last = |text: &str| text.rsplit(['/', ':']).next().map(str::to_lowercase);
        let name = last(&self.0).filter(|name| !name.contains('*'));
        let texts = || among.clone().map(Address::as_str);
        let alike = texts().filter(|text| name.is_some() && last(text) == name);
        alike.min().or_else(|| nearest(&self.0, texts()))
    }

    /// The pattern as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Wildcard match in time proportional to the product of the lengths, without recursion.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        if at < pattern.len() && pattern[at] == b'*' {
            star = Some((at, from));
            at += 1;
        } else if at < pattern.len() && pattern[at] == text[from] {
            at += 1;
            from += 1;
        } else if let Some((place, taken)) = star {
            star = Some((place, taken + 1));
            at = place + 1;
            from = taken + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// A text without case. One that has none already is not copied.
pub(crate) fn in_lower_case(text: &str) -> Cow<'_, str> {
    // Not `any`: it looks at one letter after another, and this at many at once.
    let or_not_lower = |not: bool, byte: u8| not | !byte.is_ascii() | byte.is_ascii_uppercase();
    match text.bytes().fold(false, or_not_lower) {
        false => text.into(),
        true => text.to_lowercase().into(),
    }
}

fn encode(name: &str, text: &mut String) {
    if !name.bytes().any(|byte| matches!(byte, b'%' | b'/' | b'*')) {
        text.push_str(name);
        return;
    }
    for character in name.chars() {
        match character {
            '%' => text.push_str("%25"),
            '/' => text.push_str("%2F"),
            '*' => text.push_str("%2A"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_slash_stays_one_segment() {
        let address = Address::new("vm", ["core", "rg", "a/b%*"]);
        assert_eq!(address.as_str(), "vm:core/rg/a%2Fb%25%2A");
        assert_eq!(address.segments().count(), 3);
    }

    #[test]
    fn a_pattern_covers_what_lies_beneath_and_ignores_case() {
        let pattern = Pattern::parse("vm:core/RG-Web/*").expect("a pattern");
        assert!(pattern.covers(&Address::new("vm", ["core", "rg-web", "web01"]).child("login")));
        assert!(!pattern.covers(&Address::new("vm", ["core", "rg-data", "web01"])));
        let exact = Pattern::parse("vm:core/rg/web1").expect("a pattern");
        assert!(exact.covers(&Address::new("vm", ["core", "rg", "web1"]).child("login")));
        assert!(!exact.covers(&Address::new("vm", ["core", "rg", "web10"])));
    }

    #[test]
    fn a_pattern_that_covers_nothing_knows_what_was_meant() {
        let web01 = Address::new("vm", ["core", "rg-web", "web01"]);
        let group = Address::new("resource-group", ["core", "rg-web"]);
        let known = [&group, &web01];
        let meant = |text: &str| Pattern::parse(text).unwrap().meant(known.into_iter());
        assert_eq!(meant("vm:rg-web/WEB01"), Some(web01.as_str()));
        assert_eq!(meant("vm:core/rg-wbe/web10"), Some(web01.as_str()));
        assert_eq!(meant("resource-grop:core/rg-web"), Some(group.as_str()));
        assert_eq!(meant("vm:core/rg-data/*"), None);
        assert_eq!(meant("arc-machine:elsewhere/x"), None);
    }

    #[test]
    fn a_pattern_without_a_kind_is_refused() {
        assert!(Pattern::parse("web01").is_err());
        assert!(Pattern::parse(":x").is_err());
    }
}
