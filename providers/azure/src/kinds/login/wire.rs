//! Extensions of a machine as ARM spells them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Handler;
use crate::kinds::vm::wire::ExtensionView;
use crate::kinds::{Provisioning, Tags};

/// An extension. In lists of machines only its id is there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Extension {
    /// Its id.
    pub(crate) id: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Its properties.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of an extension.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    pub(crate) publisher: Option<String>,
    /// The handler's type; the resource may have any other name.
    #[serde(rename = "type")]
    pub(crate) handler: Option<String>,
    /// As it was sent; what runs is told by the instance view.
    pub(crate) type_handler_version: Option<String>,
    pub(crate) auto_upgrade_minor_version: Option<bool>,
    pub(crate) enable_automatic_upgrade: Option<bool>,
    pub(crate) force_update_tag: Option<String>,
    pub(crate) settings: Option<Map<String, Value>>,
    pub(crate) provisioning_state: Provisioning,
    /// How it runs, as an Arc-enabled machine always tells with it.
    pub(crate) instance_view: Option<ArcView>,
}

/// How an extension of an Arc-enabled machine runs: one status, whose code is the exit code as text (OBSERVED 7).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ArcView {
    pub(crate) name: Option<String>,
    pub(crate) type_handler_version: Option<String>,
    pub(crate) status: Option<Status>,
}

/// One status of an instance view.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Status {
    /// `PowerState/running`, `ProvisioningState/failed/1`.
    pub(crate) code: Option<String>,
    /// `Info`, `Warning`, `Error`.
    pub(crate) level: Option<String>,
    pub(crate) display_status: Option<String>,
    pub(crate) message: Option<String>,
}

impl Extension {
    /// Its resource's name: the last segment of its id.
    pub(crate) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }

    /// Its handler, where that is the login of Windows or of Linux.
    pub(crate) fn login(&self) -> Option<&'static Handler> {
        Handler::of(self.properties.publisher(), self.properties.handler())
    }

    /// Whether it is the configuration by which Azure Virtual Desktop's template joins its hosts to Entra ID: `aadJoin` among the
    /// properties that its settings hand on.
    pub(crate) fn joins_by_itself(&self) -> bool {
        let properties = &self.properties;
        let is_dsc = properties
            .publisher()
            .eq_ignore_ascii_case("Microsoft.Powershell")
            && properties.handler().eq_ignore_ascii_case("DSC");
        let handed_on = properties
            .settings
            .as_ref()
            .and_then(|it| it.get("properties"));
        is_dsc && handed_on.and_then(|it| it.get("aadJoin")) == Some(&Value::Bool(true))
    }
}

impl Properties {
    pub(crate) fn publisher(&self) -> &str {
        self.publisher.as_deref().unwrap_or_default()
    }

    pub(crate) fn handler(&self) -> &str {
        self.handler.as_deref().unwrap_or_default()
    }
}

impl ArcView {
    /// The same as a virtual machine would tell it. `None` where the agent has not reported.
    ///
    /// That a failed one has the level `Error`, and the code of its program, is unverified against Azure, 2026-11-21; so either
    /// is enough.
    pub(crate) fn as_on_a_vm(&self) -> Option<ExtensionView> {
        let status = self.status.as_ref()?;
        let code = status.code.as_deref().unwrap_or_default().trim();
        let level = status.level.as_deref().unwrap_or_default();
        let code = match code {
            _ if level.eq_ignore_ascii_case("error") => format!("ProvisioningState/failed/{code}"),
            "" => "ProvisioningState/unknown".to_owned(),
            code if code == "0" || code.eq_ignore_ascii_case("success") => {
                "ProvisioningState/succeeded".to_owned()
            }
            code if code.parse::<i64>().is_ok() => format!("ProvisioningState/failed/{code}"),
            code => format!("ProvisioningState/{code}"),
        };
        Some(ExtensionView {
            name: self.name.clone(),
            type_handler_version: self.type_handler_version.clone(),
            statuses: Some(vec![Status {
                code: Some(code),
                ..status.clone()
            }]),
            substatuses: None,
        })
    }
}

impl Status {
    /// The word after a prefix of the code, lower-case: `running` after `PowerState/`.
    pub(crate) fn after(&self, prefix: &str) -> Option<String> {
        let code = self.code.as_deref()?;
        let head = code.get(..prefix.len())?;
        let word = code[prefix.len()..].split('/').next().unwrap_or_default();
        (head.eq_ignore_ascii_case(prefix) && !word.is_empty()).then(|| word.to_lowercase())
    }

    /// Whether it reports an error: by its level, or by its code where the level is absent.
    pub(crate) fn is_error(&self) -> bool {
        let level = self.level.as_deref().unwrap_or_default();
        level.eq_ignore_ascii_case("error")
            || self
                .after("ProvisioningState/")
                .is_some_and(|state| state == "failed")
    }
}

/// The members of an extension that can be sent back, some of its properties changed. What ARM adds is left out; what it hides
/// (`protectedSettings`) is not known and so not sent.
pub(super) fn writable(body: &Value, changed: Map<String, Value>) -> Value {
    let mut properties = without_nulls(body.get("properties"));
    for read_only in ["provisioningState", "instanceView"] {
        properties.remove(read_only);
    }
    properties.extend(changed);
    let mut writable = Map::new();
    for member in ["location", "tags"] {
        if let Some(value) = body.get(member).filter(|value| !value.is_null()) {
            writable.insert(member.to_owned(), value.clone());
        }
    }
    writable.insert("properties".to_owned(), json!(properties));
    Value::Object(writable)
}

fn without_nulls(object: Option<&Value>) -> Map<String, Value> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
