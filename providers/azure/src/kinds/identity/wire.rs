//! A machine's identity as ARM spells it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

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
    /// The user-assigned ones by id, in whatever casing they were attached with.
    pub(crate) user_assigned_identities: Option<BTreeMap<String, Json>>,
}

impl Identity {
    /// Whether the machine has an identity of its own.
    pub(crate) fn is_system_assigned(&self) -> bool {
        self.holds("SystemAssigned")
    }

    /// The ids of the user-assigned ones.
    pub(crate) fn attached(&self) -> impl Iterator<Item = &str> {
        let all = self.user_assigned_identities.iter().flatten();
        all.map(|(id, _)| id.as_str())
    }

    /// The user-assigned ones by their object ids in the directory, where the answer tells these: a list may leave them out.
    pub(crate) fn attached_principals(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.user_assigned_identities.iter().flatten();
        all.filter_map(|(id, known)| Some((id.as_str(), known.get("principalId")?.as_str()?)))
    }

    /// Whether a user-assigned one is attached, however its id is spelt.
    pub(crate) fn is_attached(&self, id: &str) -> bool {
        self.attached().any(|own| own.eq_ignore_ascii_case(id))
    }

    /// The member to send so that the machine gets these and keeps every other one.
    ///
    /// A bare `SystemAssigned` would detach all user-assigned identities, and a bare `UserAssigned` switch the machine's own off.
    /// The map names only what is new: a PATCH merges, and unnamed ones stay (recorded), so that none is detached that was
    /// attached meanwhile.
    pub(crate) fn with(&self, own: bool, attached: &[&str]) -> Json {
        let own = own || self.is_system_assigned();
        let any = self.holds("UserAssigned") || !attached.is_empty();
        let mut member = json!({"type": type_of(own, any)});
        if !attached.is_empty() {
            let map: Map<String, Json> = attached
                .iter()
                .map(|id| ((*id).to_owned(), json!({})))
                .collect();
            member["userAssignedIdentities"] = map.into();
        }
        member
    }

    /// The member to send so that one user-assigned identity goes and every other one stays.
    ///
    /// Null takes away what it names (recorded). The type of a machine that loses its last one no longer says that it has any, as
    /// recorded for the last one of two.
    pub(crate) fn without(&self, id: &str) -> Json {
        let spelt = self.attached().find(|own| own.eq_ignore_ascii_case(id));
        let others = self.attached().any(|own| !own.eq_ignore_ascii_case(id));
        let mut member = json!({"type": type_of(self.is_system_assigned(), others)});
        if let Some(spelt) = spelt.filter(|_| others) {
            let map = Map::from_iter([(spelt.to_owned(), Json::Null)]);
            member["userAssignedIdentities"] = map.into();
        }
        member
    }

    /// The words of the type may be sent without the blank between them.
    fn holds(&self, word: &str) -> bool {
        let words = self.type_of.as_deref().unwrap_or_default();
        words
            .split(',')
            .any(|own| own.trim().eq_ignore_ascii_case(word))
    }
}

fn type_of(own: bool, attached: bool) -> &'static str {
    match (own, attached) {
        (true, true) => "SystemAssigned, UserAssigned",
        (true, false) => "SystemAssigned",
        (false, true) => "UserAssigned",
        (false, false) => "None",
    }
}
