//! Tags: a user's own, and the two in which vmlogin keeps what it knows without a state file.

use std::collections::BTreeMap;

use serde::Deserialize;
use vmlogin_engine::value::{Attributes, Value};

/// The tag that names the estate which made a thing.
pub const ESTATE_TAG: &str = "vmlogin-estate";
/// The tag that protects a thing, so that removing its node does not.
pub const PROTECT_TAG: &str = "vmlogin-protect";

/// Tags as ARM answers them: absent, null and empty are the same.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tags(Option<BTreeMap<String, Option<String>>>);

impl Tags {
    /// The tags that are not vmlogin's own; [`Value::Null`] where there are none.
    pub(crate) fn of_the_user(&self) -> Value {
        let tags: Attributes = self
            .pairs()
            .filter(|(name, _)| !is_ours(name))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        if tags.is_empty() {
            Value::Null
        } else {
            Value::Map(tags)
        }
    }

    /// A tag's value; names have no case.
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The estate whose stamp is among the tags.
    pub(crate) fn estate(&self) -> Option<String> {
        self.get(ESTATE_TAG)
            .filter(|estate| !estate.is_empty())
            .map(str::to_owned)
    }

    /// Whether the tags protect. Only an explicit `false` does not: whoever wrote anything else meant it.
    pub(crate) fn is_protected(&self) -> bool {
        self.get(PROTECT_TAG)
            .is_some_and(|value| !value.eq_ignore_ascii_case("false"))
    }

    /// All of them, a null value as an empty one.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()))
    }
}

fn is_ours(name: &str) -> bool {
    [ESTATE_TAG, PROTECT_TAG]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(json: &str) -> Tags {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn absent_null_and_empty_tags_are_the_same() {
        assert_eq!(Tags::default().of_the_user(), Value::Null);
        assert_eq!(tags("null").of_the_user(), Value::Null);
        assert_eq!(tags("{}").of_the_user(), Value::Null);
        assert_eq!(
            tags(r#"{"vmlogin-estate": "a"}"#).of_the_user(),
            Value::Null
        );
    }

    #[test]
    fn our_tags_are_read_whatever_their_case_and_never_shown() {
        let tags = tags(r#"{"VMlogin-Estate": "contoso", "VMLOGIN-PROTECT": "", "owner": "web"}"#);
        assert_eq!(tags.estate(), Some("contoso".to_owned()));
        assert!(tags.is_protected());
        assert_eq!(
            tags.of_the_user(),
            Value::Map(Attributes::from([("owner".to_owned(), "web".into())]))
        );
    }

    #[test]
    fn an_explicit_false_does_not_protect() {
        assert!(!tags(r#"{"vmlogin-protect": "False"}"#).is_protected());
        assert!(!Tags::default().is_protected());
    }
}
