//! Network interfaces as ARM spells them.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use vmlogin_engine::value::{Attributes, Value};

use crate::arm::ArmId;
use crate::kinds::subnet::wire::{Reference, text};
use crate::kinds::{Provisioning, Tags, amended};

/// A network interface.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Interface {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// The version of what was read, quotes and all: `W/"…"`.
    #[serde(default)]
    pub(crate) etag: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// The rest.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// The properties of an interface, as far as they are declared or tell how it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    pub(crate) provisioning_state: Provisioning,
    ip_configurations: Option<Vec<Configuration>>,
    network_security_group: Option<Reference>,
    virtual_machine: Option<Reference>,
}

/// One of its addresses.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Configuration {
    properties: Address,
}

/// What an address is of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Address {
    primary: Option<bool>,
    subnet: Option<Reference>,
    #[serde(rename = "publicIPAddress")]
    public_ip_address: Option<Reference>,
}

impl Interface {
    /// Its declared attributes. Of several addresses the primary one counts.
    pub(crate) fn attributes(&self) -> Attributes {
        let primary = self.primary();
        let id = |reference: Option<&Reference>| text(reference.and_then(|one| one.id.as_ref()));
        Attributes::from([
            (
                "subnet",
                id(primary.and_then(|address| address.subnet.as_ref())),
            ),
            (
                "public-ip",
                id(primary.and_then(|address| address.public_ip_address.as_ref())),
            ),
            (
                "network-security-group",
                id(self.properties.network_security_group.as_ref()),
            ),
        ])
    }

    /// The id of the machine that it is in.
    pub(super) fn machine_id(&self) -> Option<&str> {
        self.properties.virtual_machine.as_ref()?.id.as_deref()
    }

    /// The name of the machine that it is in.
    pub(super) fn machine(&self) -> Option<String> {
        let id = self.machine_id()?;
        Some(ArmId::parse(id).map_or(id.to_owned(), |id| id.name().to_owned()))
    }

    fn primary(&self) -> Option<&Address> {
        let all = || self.properties.ip_configurations.iter().flatten();
        all()
            .find(|one| one.properties.primary == Some(true))
            .or_else(|| all().next())
            .map(|one| &one.properties)
    }
}

/// The properties of a new interface: one address that the subnet gives out, as `az vm create` asks for.
pub(super) fn new(write: &Attributes) -> Json {
    let mut body = json!({"properties": {"ipConfigurations": [{
        "name": "ipconfig1",
        "properties": {"privateIPAllocationMethod": "Dynamic", "primary": true},
    }]}});
    for attribute in ["subnet", "public-ip", "network-security-group"] {
        if let Some(value) = write.get(attribute) {
            set(&mut body, attribute, value);
        }
    }
    body
}

/// Puts one declared value into an interface; nothing takes out what is there.
pub(super) fn set(body: &mut Json, attribute: &str, value: &Value) {
    let value = value.as_text().map(|id| json!({"id": id}));
    let address = format!("/properties/ipConfigurations/{}/properties", primary(body));
    match attribute {
        "subnet" => amended::put_member(body, &address, "subnet", value),
        "public-ip" => amended::put_member(body, &address, "publicIPAddress", value),
        "network-security-group" => {
            amended::put_member(body, "/properties", "networkSecurityGroup", value);
        }
        _ => {}
    }
}

/// Which of its addresses is the primary one.
fn primary(body: &Json) -> usize {
    let addresses = body.pointer("/properties/ipConfigurations");
    let addresses = addresses.and_then(Json::as_array).into_iter().flatten();
    let mut primaries = addresses.map(|one| one.pointer("/properties/primary"));
    primaries
        .position(|primary| primary == Some(&Json::Bool(true)))
        .unwrap_or_default()
}

/// Takes out the members that are only for reading (networkInterface.json 2024-03-01), and two that Azure answers beyond that file
/// and finds out by itself: `kind` and `allowPort25Out` (recorded 2023).
pub(super) fn writable(body: &mut Json) {
    amended::without(body, "", &["etag", "name", "type", "kind"]);
    let read_only = [
        "provisioningState",
        "resourceGuid",
        "macAddress",
        "primary",
        "virtualMachine",
        "privateEndpoint",
        "tapConfigurations",
        "hostedWorkloads",
        "dscpConfiguration",
        "vnetEncryptionSupported",
        "allowPort25Out",
    ];
    amended::without(body, "/properties", &read_only);
    let read_only = [
        "appliedDnsServers",
        "internalFqdn",
        "internalDomainNameSuffix",
    ];
    amended::without(body, "/properties/dnsSettings", &read_only);
    let addresses = body.pointer_mut("/properties/ipConfigurations");
    let addresses = addresses.and_then(Json::as_array_mut);
    for address in addresses.into_iter().flatten() {
        amended::without(address, "", &["etag"]);
        let read_only = ["provisioningState", "privateLinkConnectionProperties"];
        amended::without(address, "/properties", &read_only);
    }
}
