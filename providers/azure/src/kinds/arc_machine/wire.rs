//! Arc-enabled machines as ARM spells them: only what vmlogin reads. Nearly everything the agent tells is text, switches and
//! numbers included (OBSERVED 10).

use serde::{Deserialize, Deserializer};

use crate::arm::ArmId;
use crate::kinds::identity::wire::Identity;
use crate::kinds::login::Host;
use crate::kinds::login::wire::Extension;
use crate::kinds::vm::wire::ExtensionView;
use crate::kinds::{Provisioning, Tags};

/// An Arc-enabled machine. Read alone it comes with its extensions in full; rows of lists have none.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// The region that its record is in.
    pub(crate) location: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Its identity, which its agent gave it; a record without one says `None`.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) identity: Identity,
    /// Its properties.
    #[serde(default)]
    pub(crate) properties: Properties,
    /// Its extensions.
    #[serde(default)]
    pub(crate) resources: Option<Vec<Extension>>,
}

/// What the agent told of the machine. A record that no agent stands behind has none of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    pub(crate) provisioning_state: Provisioning,
    /// `Connected`, `Disconnected`, `Expired` and whatever comes: an open word.
    pub(crate) status: Option<String>,
    pub(crate) agent_version: Option<String>,
    /// `windows`, `linux`.
    pub(crate) os_type: Option<String>,
    pub(crate) os_version: Option<String>,
    /// The product's name: `Windows Server 2025 Standard`.
    pub(crate) os_sku: Option<String>,
    /// `serverstandard`, `enterprise`.
    pub(crate) os_edition: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) os_profile: OsProfile,
    /// `WORKGROUP`, the domain's name, or `unknown` on Linux.
    pub(crate) domain_name: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) agent_configuration: AgentConfiguration,
    #[serde(deserialize_with = "or_default")]
    pub(crate) service_statuses: ServiceStatuses,
    #[serde(deserialize_with = "or_default")]
    pub(crate) detected_properties: DetectedProperties,
    pub(crate) error_details: Option<Vec<ErrorDetail>>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OsProfile {
    pub(crate) computer_name: Option<String>,
}

/// What whoever owns the machine lets the agent do.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AgentConfiguration {
    /// `true` or `false`, as text.
    pub(crate) extensions_enabled: Option<String>,
    /// `full` or `monitor`.
    pub(crate) config_mode: Option<String>,
    /// Empty: all are allowed.
    pub(crate) extensions_allow_list: Option<Vec<Listed>>,
    pub(crate) extensions_block_list: Option<Vec<Listed>>,
}

/// An extension on a list of the agent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Listed {
    pub(crate) publisher: Option<String>,
    #[serde(rename = "type")]
    pub(crate) handler: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ServiceStatuses {
    #[serde(deserialize_with = "or_default")]
    pub(crate) extension_service: ServiceStatus,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ServiceStatus {
    /// `running`, `stopped`.
    pub(crate) status: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DetectedProperties {
    /// The number by which Windows names its edition: `8` for Datacenter.
    pub(crate) product_type: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ErrorDetail {
    pub(crate) message: Option<String>,
}

impl Machine {
    /// A machine of a list with its extensions, as a reading of its own would show it; their ids are put together from `id`.
    pub(crate) fn with(self, id: &ArmId, extensions: Vec<Extension>) -> Machine {
        let named = |extension: Extension| Extension {
            id: id.clone().child("extensions", extension.name()).to_string(),
            ..extension
        };
        Machine {
            resources: Some(extensions.into_iter().map(named).collect()),
            ..self
        }
    }

    /// The agent's word in lower case; `never-seen` for a record that no agent stands behind.
    pub(crate) fn agent(&self) -> String {
        told(&self.properties.status)
            .map_or_else(|| "never-seen".to_owned(), |it| it.to_lowercase())
    }

    /// `on` or `off`, where the agent tells whether it takes extensions.
    pub(crate) fn extension_operations(&self) -> Option<&'static str> {
        let switch = told(&self.properties.agent_configuration.extensions_enabled)?;
        Some(if switch.eq_ignore_ascii_case("false") {
            "off"
        } else {
            "on"
        })
    }

    /// Why the record's last operation failed.
    pub(crate) fn failure(&self) -> Option<String> {
        let details = self.properties.error_details.iter().flatten();
        let messages: Vec<&str> = details.filter_map(|it| it.message.as_deref()).collect();
        (!messages.is_empty()).then(|| messages.join("; "))
    }
}

impl Host for Machine {
    fn os(&self) -> Option<String> {
        told(&self.properties.os_type).map(str::to_lowercase)
    }

    fn computer_name(&self) -> Option<String> {
        told(&self.properties.os_profile.computer_name).map(str::to_owned)
    }

    fn extensions(&self) -> &[Extension] {
        self.resources.as_deref().unwrap_or_default()
    }

    /// Each extension brings its own.
    fn view(&self, extension: &Extension) -> Option<ExtensionView> {
        extension.properties.instance_view.as_ref()?.as_on_a_vm()
    }
}

impl Listed {
    /// `publisher.type`, as handlers are written here.
    pub(crate) fn handler(&self) -> String {
        format!(
            "{}.{}",
            self.publisher.as_deref().unwrap_or_default(),
            self.handler.as_deref().unwrap_or_default()
        )
    }
}

/// Published examples write null where recorded answers leave a member out.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A text that says something: the agent writes `unknown` for what it does not know.
pub(crate) fn told(text: &Option<String>) -> Option<&str> {
    let text = text.as_deref()?.trim();
    (!text.is_empty() && !text.eq_ignore_ascii_case("unknown")).then_some(text)
}
