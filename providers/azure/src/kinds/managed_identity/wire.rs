//! User-assigned identities as ARM spells them.

use serde::Deserialize;

use crate::kinds::Tags;

/// A user-assigned identity. It has no `provisioningState`: all that is done to it is done at once.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct ManagedIdentity {
    /// Its id, with `resourcegroups` in lower case whoever made it (OBSERVED 4).
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Where it lies.
    pub(crate) location: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Who it is in the directory.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// Who an identity is in the directory.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    /// The object id of its service principal: whom grants are made to.
    pub(crate) principal_id: Option<String>,
    /// The id under which programs sign in as it.
    pub(crate) client_id: Option<String>,
}
