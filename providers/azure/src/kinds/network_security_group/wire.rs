//! Network security groups as ARM spells them.

use serde::Deserialize;

use crate::kinds::security_rule::wire::SecurityRule;
use crate::kinds::{Provisioning, Tags};

/// A network security group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct NetworkSecurityGroup {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Where it lies.
    pub(crate) location: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// The rest.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of a group, as far as they are read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    /// `Succeeded`, `Updating`.
    pub(crate) provisioning_state: Provisioning,
    security_rules: Option<Vec<SecurityRule>>,
    default_security_rules: Option<Vec<SecurityRule>>,
}

impl NetworkSecurityGroup {
    /// The rules that somebody made.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &SecurityRule> {
        self.properties.security_rules.iter().flatten()
    }

    /// Those, and the ones that Azure gives each group.
    pub(crate) fn all_rules(&self) -> impl Iterator<Item = &SecurityRule> {
        self.rules()
            .chain(self.properties.default_security_rules.iter().flatten())
    }
}
