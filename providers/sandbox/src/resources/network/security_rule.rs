//! Security rules: parts of network security groups. The codes of refusals are those that Azure is known for; no reply with one was
//! at hand, so that codes and texts are unverified against it, 2026-11-21.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::prefix::Prefix;
use super::{Child, Owner, parts, refusal, security_group};
use crate::http::reply::Reply;
use crate::state::{Resource, World};

pub(super) const CHILD: Child = Child {
    name: "securityRules",
    writable: true,
    wait: Some(1),
    fill,
    agree,
    free: |_, _, _| Ok(()),
    show: |_, _, _, _, _| {},
};

/// Members that are one of some words, which are answered in this spelling.
const WORDS: [(&str, &[&str]); 3] = [
    ("protocol", &["*", "Tcp", "Udp", "Icmp", "Esp", "Ah"]),
    ("access", &["Allow", "Deny"]),
    ("direction", &["Inbound", "Outbound"]),
];

/// The singular and the plural form of the four ranges, and whether they are of ports.
const RANGES: [(&str, &str, bool); 4] = [
    ("sourcePortRange", "sourcePortRanges", true),
    ("destinationPortRange", "destinationPortRanges", true),
    ("sourceAddressPrefix", "sourceAddressPrefixes", false),
    (
        "destinationAddressPrefix",
        "destinationAddressPrefixes",
        false,
    ),
];

fn fill(
    _: &World,
    owner: &Owner<'_>,
    name: &str,
    properties: &mut Map<String, Value>,
) -> Result<(), Reply> {
    let id = format!("{}/securityRules/{name}", owner.id);
    for (member, words) in WORDS {
        let sent = properties
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some(word) = words.iter().find(|it| it.eq_ignore_ascii_case(sent)) else {
            return Err(refusal(
                400,
                "InvalidRequestFormat",
                format!("Cannot parse the request: '{sent}' is not a value of '{member}' in {id}."),
            ));
        };
        properties.insert(member.to_owned(), json!(word));
    }
    priority(&id, properties)?;
    RANGES
        .into_iter()
        .try_for_each(|(one, many, ports)| range(&id, properties, one, many, ports))
}

/// No two rules share priority and direction, and none has the name of a default rule.
fn agree(_: &World, _: Option<&Resource>, group: &Resource) -> Result<(), Reply> {
    let mut seen: Vec<(&str, &Value, &Value)> = Vec::new();
    for (name, rule) in parts(group, "securityRules") {
        let rule = &rule["properties"];
        let (priority, direction) = (&rule["priority"], &rule["direction"]);
        let other = seen
            .iter()
            .find(|it| it.1 == priority && it.2 == direction)
            .map(|it| it.0)
            .or_else(|| security_group::is_default(name).then_some(name));
        if let Some(other) = other {
            return Err(refusal(
                400,
                "SecurityRuleConflict",
                format!(
                    "Security rule {other} conflicts with rule {name}. Rules cannot have the same Priority and Direction. To \
                     learn more, see aka.ms/nsgrules."
                ),
            ));
        }
        seen.push((name, priority, direction));
    }
    Ok(())
}

fn priority(id: &str, properties: &Map<String, Value>) -> Result<(), Reply> {
    let sent = properties.get("priority").cloned().unwrap_or_default();
    if sent.as_i64().is_some_and(|it| (100..=4096).contains(&it)) {
        return Ok(());
    }
    Err(refusal(
        400,
        "SecurityRuleInvalidPriority",
        format!(
            "Security rule {id} has invalid Priority. Value provided: {sent} Allowed range 100-4096. To learn more, see \
             aka.ms/nsgrules."
        ),
    ))
}

/// One of the four ranges: one value stands in the singular form, several in the plural, and a plural that is not used is an
/// empty list (recorded; that one value in the plural moves to the singular: Azure/azure-cli issue 9993, read 2026-11-21).
fn range(
    id: &str,
    properties: &mut Map<String, Value>,
    one: &str,
    many: &str,
    ports: bool,
) -> Result<(), Reply> {
    let single = properties
        .remove(one)
        .and_then(|it| it.as_str().map(str::to_owned))
        .filter(|it| !it.is_empty());
    let several: Vec<String> = properties
        .remove(many)
        .and_then(|it| serde_json::from_value(it).ok())
        .unwrap_or_default();
    let side = one.split("Address").next().unwrap_or_default();
    let groups = format!("{side}ApplicationSecurityGroups");
    let by_group = !ports
        && properties
            .get(&groups)
            .and_then(Value::as_array)
            .is_some_and(|it| !it.is_empty());
    if single.is_some() && !several.is_empty() {
        return Err(refusal(
            400,
            "SecurityRuleParameterContainsConflictingValues",
            format!(
                "Security rule {id} has both '{one}' and '{many}'. Only one of them may be specified."
            ),
        ));
    }
    let all: Vec<&String> = single.iter().chain(&several).collect();
    if all.is_empty() && !by_group {
        return Err(refusal(
            400,
            "SecurityRuleParametersNotSpecified",
            format!(
                "Required security rule parameters are not specified for security rule with Id {id}. Security rule must specify {one} or {many}."
            ),
        ));
    }
    if several.len() > 1 {
        unsupported(id, many, &several, ports)?;
    }
    for value in &all {
        valid(id, value, ports)?;
    }
    if let [only] = all.as_slice() {
        properties.insert(one.to_owned(), json!(only));
    }
    let plural = if several.len() > 1 {
        several
    } else {
        Vec::new()
    };
    properties.insert(many.to_owned(), json!(plural));
    Ok(())
}

/// In a list of several addresses no tag and no `*` may stand.
fn unsupported(id: &str, many: &str, values: &[String], ports: bool) -> Result<(), Reply> {
    let wrong = values.iter().find(|it| {
        if ports {
            it.as_str() == "*"
        } else {
            !is_address(it)
        }
    });
    let Some(wrong) = wrong else {
        return Ok(());
    };
    Err(refusal(
        400,
        "SecurityRuleParameterContainsUnsupportedValue",
        format!(
            "Security rule parameter {many} for rule with Id {id} cannot specify existing VIRTUALNETWORK, INTERNET, \
             AZURELOADBALANCER, '*' or system tags. Unsupported value used: {wrong}."
        ),
    ))
}

fn valid(id: &str, value: &str, ports: bool) -> Result<(), Reply> {
    let (good, code, what) = match ports {
        true => (
            is_ports(value),
            "SecurityRuleInvalidPortRange",
            "Port range",
        ),
        false => (
            is_address(value) || is_tag(value),
            "SecurityRuleInvalidAddressPrefix",
            "Address prefix",
        ),
    };
    if good {
        return Ok(());
    }
    let help = match ports {
        true => {
            " Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535."
        }
        false => "",
    };
    Err(refusal(
        400,
        code,
        format!("Security rule {id} has invalid {what}. Value provided: {value}{help}"),
    ))
}

fn is_ports(value: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().ok();
    match value.split_once('-') {
        None => value == "*" || port(value).is_some(),
        Some((from, to)) => matches!((port(from), port(to)), (Some(from), Some(to)) if from <= to),
    }
}

fn is_address(value: &str) -> bool {
    value.parse::<IpAddr>().is_ok() || Prefix::parse(value).is_some()
}

/// A service tag: letters and digits, with a region after a dot. Which tags there are is not known here.
fn is_tag(value: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    value == "*"
        || value.split('.').all(plain) && value.chars().next().is_some_and(char::is_alphabetic)
}
