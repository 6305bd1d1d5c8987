//! Public addresses as ARM spells them.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::arm::ArmId;
use crate::kinds::{Provisioning, Tags};

/// A public address.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct PublicIp {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// The rest.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of a public address, as far as they tell how it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    pub(crate) provisioning_state: Provisioning,
    ip_configuration: Option<Holder>,
}

/// What has the address.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Holder {
    id: Option<String>,
}

impl PublicIp {
    /// The id of what has it: an address of a network interface.
    pub(super) fn user_id(&self) -> Option<&str> {
        self.properties.ip_configuration.as_ref()?.id.as_deref()
    }

    /// The name of what has it: of the network interface, where it is the configuration of one.
    pub(super) fn user(&self) -> Option<String> {
        let id = self.user_id()?;
        Some(match ArmId::parse(id) {
            Ok(id) => id.parent().name().to_owned(),
            Err(_) => id.to_owned(),
        })
    }
}

/// A new address, but for where it lies.
pub(super) fn new() -> Json {
    json!({
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static"},
    })
}
