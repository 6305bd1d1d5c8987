//! What a seed says of policies.

use serde::{Deserialize, Serialize};

/// The assignment of a policy: of one of the built-in definitions, by which of its lists is not empty, or of an initiative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The assignment's name.
    pub name: String,
    /// What people call it; its name when absent.
    pub title: Option<String>,
    /// `deny` or `audit`.
    pub effect: String,
    /// Types that are not allowed, with their namespaces.
    pub types: Vec<String>,
    /// Types of VM extensions of which no other is allowed.
    pub approved_extensions: Vec<String>,
    /// Regions of which no other is allowed.
    pub allowed_locations: Vec<String>,
    /// It is of an initiative. Those deny nothing here.
    pub initiative: bool,
    /// Whether it is enforced.
    pub enforced: bool,
    /// ARM id of what it is at; what it stands in when absent.
    pub scope: Option<String>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            name: String::new(),
            title: None,
            effect: "deny".to_owned(),
            types: Vec::new(),
            approved_extensions: Vec::new(),
            allowed_locations: Vec::new(),
            initiative: false,
            enforced: true,
            scope: None,
        }
    }
}
