//! Subnets as ARM spells them.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use vmlogin_engine::value::{Attributes, Value};

use crate::arm::ArmId;
use crate::kinds::{Provisioning, amended};

/// A subnet, read by itself or in its network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Subnet {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Its name.
    pub(crate) name: String,
    /// The version of what was read, quotes and all: `W/"…"`.
    #[serde(default)]
    pub(crate) etag: Option<String>,
    /// The rest.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of a subnet, as far as they are declared or tell how it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    pub(crate) provisioning_state: Provisioning,
    address_prefix: Option<String>,
    address_prefixes: Option<Vec<String>>,
    network_security_group: Option<Reference>,
    default_outbound_access: Option<bool>,
    ip_configurations: Option<Vec<Reference>>,
    private_endpoints: Option<Vec<Reference>>,
    service_association_links: Option<Vec<Reference>>,
    resource_navigation_links: Option<Vec<Reference>>,
}

/// Something by its id.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Reference {
    pub(crate) id: Option<String>,
}

impl Subnet {
    /// Its declared attributes. A manifest names one prefix: of several the one that [`counts`].
    pub(crate) fn attributes(&self) -> Attributes {
        let properties = &self.properties;
        let several = properties.address_prefixes.as_deref().unwrap_or_default();
        let several = several.get(counts(several.iter().map(String::as_str)));
        let prefix = properties.address_prefix.as_ref().or(several);
        let group = properties.network_security_group.as_ref();
        Attributes::from([
            ("prefix", text(prefix)),
            (
                "network-security-group",
                text(group.and_then(|group| group.id.as_ref())),
            ),
            (
                "default-outbound-access",
                properties.default_outbound_access.unwrap_or(true).into(),
            ),
        ])
    }

    /// What uses it, by name: network interfaces, private endpoints, what services put into it.
    pub(crate) fn users(&self) -> Vec<String> {
        let properties = &self.properties;
        let interfaces = properties.ip_configurations.iter().flatten();
        let interfaces = interfaces.map(|one| named(one, true));
        let others = [
            &properties.private_endpoints,
            &properties.service_association_links,
            &properties.resource_navigation_links,
        ];
        let others = others.into_iter().flatten().flatten();
        interfaces
            .chain(others.map(|one| named(one, false)))
            .collect()
    }
}

/// The name of what uses a subnet. A configuration of an interface is called after the interface.
fn named(reference: &Reference, configuration: bool) -> String {
    let id = reference.id.as_deref().unwrap_or_default();
    match ArmId::parse(id) {
        Ok(id) if configuration => id.parent().name().to_owned(),
        Ok(id) => id.name().to_owned(),
        Err(_) => id.to_owned(),
    }
}

/// Which of the prefixes of a subnet counts: the first of IPv4, of which a subnet that machines are in has one, wherever it stands.
fn counts<'a>(mut prefixes: impl Iterator<Item = &'a str>) -> usize {
    let is_ipv4 = |prefix: &str| !prefix.contains(':');
    prefixes.position(is_ipv4).unwrap_or_default()
}

pub(crate) fn text(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| Value::from(text.as_str()))
}

/// A new subnet.
pub(super) fn new(write: &Attributes) -> Json {
    let mut body = json!({"properties": {}});
    for attribute in [
        "prefix",
        "network-security-group",
        "default-outbound-access",
    ] {
        if let Some(value) = write.get(attribute) {
            set(&mut body, attribute, value);
        }
    }
    body
}

/// Puts one declared value into a subnet, where the subnet has its own.
pub(super) fn set(body: &mut Json, attribute: &str, value: &Value) {
    match (attribute, value) {
        ("prefix", Value::Text(prefix)) => {
            let several = body.pointer_mut("/properties/addressPrefixes");
            let several = several.and_then(Json::as_array_mut);
            let one = several.and_then(|all| {
                let at = counts(all.iter().map(|one| one.as_str().unwrap_or_default()));
                all.get_mut(at)
            });
            match one {
                Some(one) => *one = json!(prefix),
                None => {
                    amended::put_member(body, "/properties", "addressPrefix", Some(json!(prefix)));
                }
            }
        }
        ("network-security-group", group) => {
            let group = group.as_text().map(|id| json!({"id": id}));
            amended::put_member(body, "/properties", "networkSecurityGroup", group);
        }
        ("default-outbound-access", Value::Bool(on)) => {
            amended::put_member(
                body,
                "/properties",
                "defaultOutboundAccess",
                Some(json!(on)),
            );
        }
        _ => {}
    }
}

/// Takes out the members that are only for reading (virtualNetwork.json 2024-03-01).
pub(super) fn writable(body: &mut Json) {
    amended::without(body, "", &["etag", "name", "type"]);
    let read_only = [
        "provisioningState",
        "purpose",
        "ipConfigurations",
        "ipConfigurationProfiles",
        "privateEndpoints",
        "resourceNavigationLinks",
        "serviceAssociationLinks",
    ];
    amended::without(body, "/properties", &read_only);
}
