//! ARM ids: the natural identity of every Azure resource, compared without case, segment by segment.

mod scopes;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::http::segment;

pub(crate) use scopes::Scopes;

/// An ARM id or a scope: `/`, a subscription, a group, a resource, or a resource upon another one.
///
/// Equality, order and hash ignore case; [`fmt::Display`] keeps the spelling it was made from.
#[derive(Debug, Clone)]
pub struct ArmId {
    segments: Vec<String>,
    key: String,
}

impl ArmId {
    /// The root scope `/`, above every subscription.
    #[must_use]
    pub fn root() -> ArmId {
        ArmId::from_segments(Vec::new())
    }

    /// A subscription.
    #[must_use]
    pub fn of_subscription(subscription: &str) -> ArmId {
        ArmId::root().with(["subscriptions", subscription])
    }

    /// A resource group in this subscription.
    #[must_use]
    pub fn group(&self, name: &str) -> ArmId {
        self.with(["resourceGroups", name])
    }

    /// A resource at this scope; the type is written with its namespace, `Microsoft.Compute/virtualMachines`.
    #[must_use]
    pub fn resource(&self, full_type: &str, name: &str) -> ArmId {
        let (namespace, kind) = full_type.split_once('/').unwrap_or((full_type, ""));
        self.with(["providers", namespace, kind, name])
    }

    /// A child of this resource; the type is its own part only, `extensions`.
    #[must_use]
    pub fn child(&self, kind: &str, name: &str) -> ArmId {
        self.with([kind, name])
    }

    /// The same, its last segment spelt so.
    #[must_use]
    pub fn named(&self, name: &str) -> ArmId {
        let mut segments = self.segments.clone();
        if let Some(last) = segments.last_mut() {
            name.clone_into(last);
        }
        ArmId::from_segments(segments)
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`NotAnId`] with the reason: no leading slash, an empty segment, a name left without its type or a type without its name.
    pub fn parse(text: &str) -> Result<ArmId, NotAnId> {
        let refuse = |why| {
            Err(NotAnId {
                text: text.to_owned(),
                why,
            })
        };
        let Some(rest) = text.strip_prefix('/') else {
            return refuse("it does not begin with `/`");
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.is_empty() {
            return Ok(ArmId::root());
        }
        let segments: Vec<String> = rest.split('/').map(str::to_owned).collect();
        if segments.iter().any(String::is_empty) {
            return refuse("it has an empty segment");
        }
        if segments
            .iter()
            .any(|segment| segment == "." || segment == "..")
        {
            return refuse("it has a `.` or `..` segment");
        }
        let id = ArmId::from_segments(segments);
        let complete = match id.parts() {
            Some(parts) => parts.rest.len() % 2 == 1 && parts.rest.len() >= 3,
            None => id.is_container(),
        };
        if complete {
            Ok(id)
        } else {
            refuse("it does not name a subscription, a resource group or a resource")
        }
    }

    /// The subscription, spelled as in the id.
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        self.after("subscriptions", 0)
    }

    /// The resource group, spelled as in the id: not a name to show, lists write it in upper case.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        self.subscription()
            .and_then(|_| self.after("resourcegroups", 2))
    }

    /// The namespace of the resource's provider (`Microsoft.Compute`), none for a subscription or group.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.parts().map(|parts| parts.rest[0].as_str())
    }

    /// The full type, `Microsoft.Compute/virtualMachines/extensions`.
    #[must_use]
    pub fn full_type(&self) -> Option<String> {
        self.parts().map(|parts| {
            let kinds = parts.rest[1..].iter().step_by(2).map(String::as_str);
            std::iter::once(parts.rest[0].as_str())
                .chain(kinds)
                .collect::<Vec<_>>()
                .join("/")
        })
    }

    /// Whether the full type is this one, whatever the case.
    #[must_use]
    pub fn is_type(&self, full_type: &str) -> bool {
        self.full_type()
            .is_some_and(|own| own.to_lowercase() == full_type.to_lowercase())
    }

    /// The names of the resource and its parents, outermost first.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.parts()
            .map(|parts| {
                parts.rest[1..]
                    .iter()
                    .skip(1)
                    .step_by(2)
                    .map(String::as_str)
                    .collect()
            })
            .unwrap_or_default()
    }

    /// The last segment: the name of whatever this is. Empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }

    /// What the resource hangs on: all before its own `/providers/`. A subscription or group is its own scope.
    #[must_use]
    pub fn scope(&self) -> ArmId {
        match self.parts() {
            Some(parts) => ArmId::from_segments(self.segments[..parts.at].to_vec()),
            None => self.clone(),
        }
    }

    /// The next thing outwards: the parent resource of a child, else the scope; the subscription of a group; the root.
    #[must_use]
    pub fn parent(&self) -> ArmId {
        match self.parts() {
            Some(parts) if parts.rest.len() <= 3 => self.scope(),
            _ => ArmId::from_segments(
                self.segments[..self.segments.len().saturating_sub(2)].to_vec(),
            ),
        }
    }

    /// Whether `other` is this or lies below it. Management groups lie outside the path and are not seen.
    #[must_use]
    pub fn contains(&self, other: &ArmId) -> bool {
        let rest = other.key.strip_prefix(self.key.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The id in lower case: equal for equal ids, for use as a map key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The id as the path of a URL, every segment percent-encoded. Empty for the root, so that `/providers/…` can follow.
    #[must_use]
    pub fn path(&self) -> String {
        self.segments
            .iter()
            .map(|name| format!("/{}", segment::encode(name)))
            .collect()
    }

    fn with<const N: usize>(&self, more: [&str; N]) -> ArmId {
        let more = more
            .iter()
            .flat_map(|part| part.split('/'))
            .filter(|part| !part.is_empty())
            .map(str::to_owned);
        ArmId::from_segments(self.segments.iter().cloned().chain(more).collect())
    }

    fn from_segments(segments: Vec<String>) -> ArmId {
        let key = format!("/{}", segments.join("/").to_lowercase());
        ArmId { segments, key }
    }

    fn after(&self, name: &str, at: usize) -> Option<&str> {
        self.segments
            .get(at)
            .filter(|segment| segment.eq_ignore_ascii_case(name))?;
        self.segments.get(at + 1).map(String::as_str)
    }

    /// The last `/providers/` and what follows it. Only segments where a type could stand count, so that a group called
    /// `providers` is no provider.
    fn parts(&self) -> Option<Parts<'_>> {
        let at = (0..self.segments.len()).step_by(2).rfind(|&at| {
            self.segments[at].eq_ignore_ascii_case("providers") && at + 1 < self.segments.len()
        })?;
        Some(Parts {
            at,
            rest: &self.segments[at + 1..],
        })
    }

    fn is_container(&self) -> bool {
        match self.segments.len() {
            2 => self.subscription().is_some(),
            4 => self.resource_group().is_some(),
            _ => false,
        }
    }
}

struct Parts<'a> {
    at: usize,
    /// Namespace, type, name, type, name, …
    rest: &'a [String],
}

/// A text that is no ARM id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an ARM id: {why}")]
pub struct NotAnId {
    /// What was read.
    pub text: String,
    /// Why it is none.
    pub why: &'static str,
}

impl fmt::Display for ArmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.segments.join("/"))
    }
}

impl FromStr for ArmId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<ArmId, NotAnId> {
        ArmId::parse(text)
    }
}

impl PartialEq for ArmId {
    fn eq(&self, other: &ArmId) -> bool {
        self.key == other.key
    }
}

impl Eq for ArmId {}

impl PartialOrd for ArmId {
    fn partial_cmp(&self, other: &ArmId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ArmId {
    fn cmp(&self, other: &ArmId) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for ArmId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

#[cfg(test)]
mod tests;
