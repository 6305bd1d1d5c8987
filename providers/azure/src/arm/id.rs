//! ARM ids: the natural identity of every Azure resource, compared without case, segment by segment.

mod scopes;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use vmlogin_engine::kind::Key;

use crate::http::segment;

pub(crate) use scopes::Scopes;

/// An ARM id or a scope: `/`, a subscription, a group, a resource, or a resource upon another one.
///
/// Equality, order and hash ignore case; [`fmt::Display`] keeps the spelling it was made from.
///
/// There may be hundreds of thousands, and each is made many times: it is two texts, whose segments are looked for when asked for.
#[derive(Debug, Clone)]
pub struct ArmId {
    /// As it was spelt: `/` before each segment, and alone for the root.
    text: String,
    /// The same in lower case.
    key: String,
}

/// How long most ids are.
const ROOM: usize = 160;

impl ArmId {
    /// The root scope `/`, above every subscription.
    #[must_use]
    pub fn root() -> ArmId {
        ArmId::of("/".to_owned())
    }

    /// A subscription.
    #[must_use]
    pub fn of_subscription(subscription: &str) -> ArmId {
        let id = ArmId {
            text: String::with_capacity(ROOM),
            key: String::with_capacity(ROOM),
        };
        id.with(&["subscriptions"], subscription)
    }

    /// A resource group in this subscription.
    #[must_use]
    pub fn group(self, name: &str) -> ArmId {
        self.with(&["resourceGroups"], name)
    }

    /// A resource at this scope; the type is written with its namespace, `Microsoft.Compute/virtualMachines`.
    #[must_use]
    pub fn resource(self, full_type: &str, name: &str) -> ArmId {
        self.with(&["providers", full_type], name)
    }

    /// A child of this resource; the type is its own part only, `extensions`.
    #[must_use]
    pub fn child(self, kind: &str, name: &str) -> ArmId {
        self.with(&[kind], name)
    }

    /// The same, its last segment spelt so.
    #[must_use]
    pub fn named(&self, name: &str) -> ArmId {
        match self.text.rsplit_once('/') {
            Some((around, last)) if !last.is_empty() => ArmId::of(format!("{around}/{name}")),
            _ => self.clone(),
        }
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
        let segments: Vec<&str> = rest.split('/').collect();
        if segments.contains(&"") {
            return refuse("it has an empty segment");
        }
        if segments.contains(&".") || segments.contains(&"..") {
            return refuse("it has a `.` or `..` segment");
        }
        if is_complete(&segments) {
            Ok(ArmId::of(format!("/{rest}")))
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
        self.parts().map(|parts| parts.rest()[0])
    }

    /// The full type, `Microsoft.Compute/virtualMachines/extensions`.
    #[must_use]
    pub fn full_type(&self) -> Option<String> {
        self.parts().map(|parts| {
            let (namespace, kinds) = (parts.rest()[0], parts.rest()[1..].iter().step_by(2));
            let kinds: Vec<&str> = std::iter::once(&namespace).chain(kinds).copied().collect();
            kinds.join("/")
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
                parts.rest()[1..]
                    .iter()
                    .skip(1)
                    .step_by(2)
                    .copied()
                    .collect()
            })
            .unwrap_or_default()
    }

    /// The last segment: the name of whatever this is. Empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// What the resource hangs on: all before its own `/providers/`. A subscription or group is its own scope.
    #[must_use]
    pub fn scope(&self) -> ArmId {
        match self.parts() {
            Some(parts) => self.first(parts.at),
            None => self.clone(),
        }
    }

    /// The next thing outwards: the parent resource of a child, else the scope; the subscription of a group; the root.
    #[must_use]
    pub fn parent(&self) -> ArmId {
        let segments: Vec<&str> = segments(&self.text).collect();
        self.first(outwards(&segments))
    }

    /// The keys of all that it lies in, innermost first; the root is left out.
    #[must_use]
    pub fn around(&self) -> Vec<&str> {
        let segments: Vec<&str> = segments(&self.key).collect();
        let outer = std::iter::successors(Some(outwards(&segments)), |inner| {
            Some(outwards(&segments[..*inner]))
        });
        outer
            .take_while(|count| *count > 0)
            .map(|count| first(&self.key, count))
            .collect()
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
        segments(&self.text)
            .map(|name| format!("/{}", segment::encode(name)))
            .collect()
    }

    fn with(mut self, kind: &[&str], name: &str) -> ArmId {
        // Only the root ends with a slash.
        for text in [&mut self.text, &mut self.key] {
            text.truncate(text.trim_end_matches('/').len());
        }
        let from = self.text.len();
        for segment in kind.iter().copied().chain(segments(name)) {
            self.text.push('/');
            self.text.push_str(segment);
        }
        push_lowercase(&mut self.key, &self.text[from..]);
        self
    }

    /// The id of so many of its first segments.
    fn first(&self, count: usize) -> ArmId {
        match count {
            0 => ArmId::root(),
            _ => ArmId {
                text: first(&self.text, count).to_owned(),
                key: first(&self.key, count).to_owned(),
            },
        }
    }

    fn of(text: String) -> ArmId {
        let key = text.to_lowercase();
        ArmId { text, key }
    }

    fn after(&self, name: &str, at: usize) -> Option<&str> {
        let mut segments = segments(&self.text).skip(at);
        let is_it = segments.next()?.eq_ignore_ascii_case(name);
        segments.next().filter(|_| is_it)
    }

    fn parts(&self) -> Option<Parts<'_>> {
        let segments: Vec<&str> = segments(&self.text).collect();
        let at = provider(&segments)?;
        Some(Parts { segments, at })
    }
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split('/').filter(|segment| !segment.is_empty())
}

/// So many of the first segments of a text, which has a `/` before each.
fn first(text: &str, count: usize) -> &str {
    let end = text.match_indices('/').nth(count);
    end.map_or(text, |(end, _)| &text[..end])
}

/// Where the last `providers` stands. Only segments where a type could stand count, so that a group called `providers` is no
/// provider.
fn provider(segments: &[&str]) -> Option<usize> {
    (0..segments.len())
        .step_by(2)
        .rfind(|&at| segments[at].eq_ignore_ascii_case("providers") && at + 1 < segments.len())
}

/// Whether they name a subscription, a resource group or a resource.
fn is_complete(segments: &[&str]) -> bool {
    let is = |at: usize, name| segments[at].eq_ignore_ascii_case(name);
    match (provider(segments), segments.len()) {
        // `providers`, a namespace, and pairs of a type and a name.
        (Some(at), count) => (count - at) % 2 == 0 && count >= at + 4,
        (None, 2) => is(0, "subscriptions"),
        (None, 4) => is(0, "subscriptions") && is(2, "resourcegroups"),
        (None, _) => false,
    }
}

/// How many segments the next thing outwards has.
fn outwards(segments: &[&str]) -> usize {
    match provider(segments) {
        // `providers`, a namespace, a type, a name.
        Some(at) if segments.len() <= at + 4 => at,
        _ => segments.len().saturating_sub(2),
    }
}

fn push_lowercase(key: &mut String, text: &str) {
    let at = key.len();
    if !text.is_ascii() {
        key.push_str(&text.to_lowercase());
        return;
    }
    key.push_str(text);
    if let Some(pushed) = key.get_mut(at..) {
        pushed.make_ascii_lowercase();
    }
}

/// The last `/providers/` and what follows it.
struct Parts<'a> {
    segments: Vec<&'a str>,
    /// Where `providers` stands among them.
    at: usize,
}

impl<'a> Parts<'a> {
    /// Namespace, type, name, type, name, …
    fn rest(&self) -> &[&'a str] {
        &self.segments[self.at + 1..]
    }
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
        f.write_str(&self.text)
    }
}

/// The natural identity of what has an id of its own.
impl From<ArmId> for Key {
    fn from(id: ArmId) -> Key {
        Key(id.key)
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
