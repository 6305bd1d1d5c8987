//! Security rules as ARM spells them: each end of the traffic, and its ports, has one member for a single value and another for
//! several, of which the one that was not sent is absent or empty (recorded 2024).

use serde::Deserialize;
use serde_json::{Value as Json, json};
use vmlogin_engine::diff::same::ANY;
use vmlogin_engine::value::{Attributes, Value};

use crate::kinds::grant::description;
use crate::kinds::{Provisioning, amended};

/// A rule of a group, alone or in its group's answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SecurityRule {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Its name.
    #[serde(default)]
    pub(crate) name: String,
    /// The version of what was read, quotes and all: that of its whole group.
    #[serde(default)]
    pub(crate) etag: Option<String>,
    /// The rest.
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// What a rule says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    /// `Succeeded`, `Updating`.
    pub(crate) provisioning_state: Provisioning,
    description: Option<String>,
    priority: Option<i64>,
    direction: Option<String>,
    access: Option<String>,
    protocol: Option<String>,
    source_address_prefix: Option<String>,
    source_address_prefixes: Option<Vec<String>>,
    source_application_security_groups: Option<Vec<Reference>>,
    destination_address_prefix: Option<String>,
    destination_address_prefixes: Option<Vec<String>>,
    destination_application_security_groups: Option<Vec<Reference>>,
    source_port_range: Option<String>,
    source_port_ranges: Option<Vec<String>>,
    destination_port_range: Option<String>,
    destination_port_ranges: Option<Vec<String>>,
}

/// Another resource, by its id.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Reference {
    #[serde(default)]
    id: Option<String>,
}

impl SecurityRule {
    /// The estate that made it.
    pub(crate) fn estate(&self) -> Option<&str> {
        description::read(self.properties.description.as_deref()?).0
    }

    /// What it says, by the names of the manifest.
    pub(crate) fn attributes(&self) -> Attributes {
        let properties = &self.properties;
        let word = |text: &Option<String>| match text.as_deref() {
            Some("*") => ANY.into(),
            Some(text) => text.to_lowercase().into(),
            None => Value::Null,
        };
        let from = ends(
            properties.source_address_prefix.as_ref(),
            properties.source_address_prefixes.as_ref(),
            properties.source_application_security_groups.as_ref(),
        );
        let to = ends(
            properties.destination_address_prefix.as_ref(),
            properties.destination_address_prefixes.as_ref(),
            properties.destination_application_security_groups.as_ref(),
        );
        let ports = ends(
            properties.destination_port_range.as_ref(),
            properties.destination_port_ranges.as_ref(),
            None,
        );
        Attributes::from([
            (
                "priority".to_owned(),
                properties.priority.map_or(Value::Null, Value::Integer),
            ),
            ("direction".to_owned(), word(&properties.direction)),
            ("access".to_owned(), word(&properties.access)),
            ("protocol".to_owned(), word(&properties.protocol)),
            ("from".to_owned(), from),
            ("to".to_owned(), to),
            ("ports".to_owned(), ports),
        ])
    }

    /// The ports that the traffic comes from, which no manifest says.
    pub(crate) fn source_ports(&self) -> Value {
        ends(
            self.properties.source_port_range.as_ref(),
            self.properties.source_port_ranges.as_ref(),
            None,
        )
    }
}

/// All values of one end, whichever member they stand in. Application security groups are ends too, and no manifest says them.
fn ends(
    single: Option<&String>,
    several: Option<&Vec<String>>,
    groups: Option<&Vec<Reference>>,
) -> Value {
    let texts = single.into_iter().chain(several.into_iter().flatten());
    let texts = texts
        .filter(|text| !text.is_empty())
        .map(|text| match text.as_str() {
            "*" => ANY.into(),
            text => Value::from(text),
        });
    let groups = groups.into_iter().flatten().map(|group| {
        let id = group.id.as_deref().unwrap_or_default();
        let name = id.rsplit('/').next().unwrap_or_default();
        format!("application-security-group/{name}").into()
    });
    let all: Vec<Value> = texts.chain(groups).collect();
    match all.is_empty() {
        true => Value::Null,
        false => Value::List(all),
    }
}

/// The properties of a new rule. Ports that the traffic comes from are left open: clients choose them freely.
pub(super) fn new(estate: &str, write: &Attributes) -> Json {
    let mut properties = json!({
        "description": description::write(estate, None),
        "sourcePortRange": "*",
    });
    for (attribute, value) in write {
        set(&mut properties, attribute, value);
    }
    properties
}

/// Takes out of what was read the members that are only for reading.
pub(super) fn writable(body: &mut Json) {
    amended::without(body, "", &["etag", "name", "type"]);
    amended::without(body, "/properties", &["provisioningState"]);
}

/// Puts one declared value into the properties; what is no setting of a rule is left out.
pub(super) fn set(properties: &mut Json, attribute: &str, value: &Value) {
    match attribute {
        "priority" => {
            if let Value::Integer(number) = value {
                properties["priority"] = json!(number);
            }
        }
        "direction" | "access" | "protocol" => {
            properties[attribute] = json!(spelt(value.as_text().unwrap_or_default()));
        }
        "from" => {
            let (one, several) = ("sourceAddressPrefix", "sourceAddressPrefixes");
            set_ends(properties, one, several, value);
            without_groups(properties, "sourceApplicationSecurityGroups");
        }
        "to" => {
            let (one, several) = ("destinationAddressPrefix", "destinationAddressPrefixes");
            set_ends(properties, one, several, value);
            without_groups(properties, "destinationApplicationSecurityGroups");
        }
        "ports" => {
            let (one, several) = ("destinationPortRange", "destinationPortRanges");
            set_ends(properties, one, several, value);
        }
        _ => {}
    }
}

/// ARM's spelling of a word: `Inbound`, `Tcp`.
fn spelt(word: &str) -> String {
    if word == ANY {
        return "*".to_owned();
    }
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// One value goes into the one member, several into the other; the member that is not used is emptied where it was filled.
fn set_ends(properties: &mut Json, single: &str, several: &str, value: &Value) {
    let (Value::List(values), Some(held)) = (value, properties.as_object_mut()) else {
        return;
    };
    let texts: Vec<&str> = values
        .iter()
        .filter_map(Value::as_text)
        .map(|text| if text == ANY { "*" } else { text })
        .collect();
    if let [one] = texts.as_slice() {
        held.insert(single.to_owned(), json!(one));
        if held.contains_key(several) {
            held.insert(several.to_owned(), json!([]));
        }
    } else {
        held.remove(single);
        held.insert(several.to_owned(), json!(texts));
    }
}

/// Takes out an end that an application security group is: beside addresses Azure refuses it.
fn without_groups(properties: &mut Json, member: &str) {
    if let Some(held) = properties.as_object_mut() {
        held.remove(member);
    }
}
