//! Why something waits.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Why something waits, as a screen says it. What was made up for many is shared by them.
#[derive(Clone, Debug)]
pub enum Reason {
    /// Said by a schema.
    Fixed(&'static str),
    /// Made of names.
    Told(Arc<str>),
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Reason::Fixed(text) => text,
            Reason::Told(text) => text,
        }
    }
}

impl From<&'static str> for Reason {
    fn from(text: &'static str) -> Reason {
        Reason::Fixed(text)
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Reason {
        Reason::Told(text.into())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self)
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Reason) -> bool {
        **self == **other
    }
}

impl Eq for Reason {}

impl PartialOrd for Reason {
    fn partial_cmp(&self, other: &Reason) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reason {
    fn cmp(&self, other: &Reason) -> Ordering {
        (**self).cmp(&**other)
    }
}
