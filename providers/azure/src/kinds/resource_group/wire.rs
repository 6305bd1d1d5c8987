//! Resource groups as ARM spells them.

use serde::Deserialize;

use crate::kinds::{Provisioning, Tags};

/// A resource group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Group {
    /// Its id, with its name as it was spelt when it was made.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Where its own record lies.
    pub(crate) location: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Its state.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of a group.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Properties {
    /// `Succeeded`, `Deleting`.
    #[serde(rename = "provisioningState", default)]
    pub(crate) provisioning_state: Provisioning,
}

/// One row of the list of what lies in a group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Row {
    /// Its id.
    pub(crate) id: String,
    /// `web01`; a child's is `web01/AADLoginForWindows`.
    pub(crate) name: String,
    /// `Microsoft.Compute/virtualMachines`.
    #[serde(rename = "type")]
    pub(crate) full_type: String,
}

impl Row {
    /// Its type and name, for sentences.
    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.full_type, self.name)
    }
}
