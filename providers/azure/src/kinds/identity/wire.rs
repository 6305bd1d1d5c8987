//! A machine's identity as ARM spells it.

use serde::Deserialize;

/// The `identity` member of a machine.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Identity {
    /// `SystemAssigned`, `UserAssigned`, `SystemAssigned, UserAssigned` or `None`.
    #[serde(rename = "type")]
    pub(crate) type_of: Option<String>,
    /// The object id of the system-assigned one.
    pub(crate) principal_id: Option<String>,
    /// The directory that it is in.
    pub(crate) tenant_id: Option<String>,
}

impl Identity {
    /// Whether the machine has an identity of its own.
    pub(crate) fn is_system_assigned(&self) -> bool {
        self.holds("SystemAssigned")
    }

    /// The type to send so that the machine gets an identity of its own and keeps every other one.
    ///
    /// A bare `SystemAssigned` would detach all user-assigned identities. The combined type without a map of them keeps them
    /// (recorded: a PATCH merges, and unnamed ones stay), and unlike a map it cannot detach one that was attached meanwhile.
    pub(crate) fn with_system_assigned(&self) -> &'static str {
        if self.holds("UserAssigned") {
            "SystemAssigned, UserAssigned"
        } else {
            "SystemAssigned"
        }
    }

    /// The words of the type may be sent without the blank between them.
    fn holds(&self, word: &str) -> bool {
        let words = self.type_of.as_deref().unwrap_or_default();
        words
            .split(',')
            .any(|own| own.trim().eq_ignore_ascii_case(word))
    }
}
