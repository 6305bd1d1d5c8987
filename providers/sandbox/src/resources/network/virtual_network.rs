//! Virtual networks.

use serde_json::{Map, Value, json};

use super::prefix::Prefix;
use super::{Draft, Kind, child, parts, refusal, subnet};
use crate::http::reply::Reply;
use crate::state::{Resource, World};

pub(super) const KIND: Kind = Kind {
    name: "virtualNetworks",
    child: Some(&subnet::CHILD),
    wait: Some(3),
    written: "Updating",
    fill,
    free,
    show: |_, _, _, _| {},
    settle: |_, _| Map::new(),
};

/// From this version on a PUT that does not mention subnets keeps them; before, it removed them (Microsoft's
/// announcement of 2024-02, read 2026-11-21).
const KEEPS_SUBNETS: &str = "2023-09-01";

fn fill(world: &World, draft: &mut Draft<'_>) -> Result<(), Reply> {
    ranges(&draft.made)?;
    if let (Some(held), false) = (draft.held, draft.made.properties.contains_key("subnets"))
        && draft.api_version >= KEEPS_SUBNETS
    {
        let kept = held.properties.get("subnets").cloned();
        draft
            .made
            .properties
            .insert("subnets".to_owned(), kept.unwrap_or(json!([])));
    }
    child::fill_all(world, &mut draft.made, &subnet::CHILD)?;
    let defaults = [
        ("privateEndpointVNetPolicies", json!("Disabled")),
        ("virtualNetworkPeerings", json!([])),
        ("enableDdosProtection", json!(false)),
    ];
    for (name, value) in defaults {
        draft.made.properties.entry(name).or_insert(value);
    }
    Ok(())
}

/// The address space of a network. The codes are those that Azure is known for, the texts are unverified against it,
/// 2026-11-21.
pub(super) fn ranges(it: &Resource) -> Result<Vec<Prefix>, Reply> {
    let written = it
        .properties
        .get("addressSpace")
        .map(|it| &it["addressPrefixes"]);
    let written = written.and_then(Value::as_array);
    let Some(written) = written.filter(|it| !it.is_empty()) else {
        return Err(refusal(
            400,
            "InvalidRequestFormat",
            "Cannot parse the request: the address space of a virtual network has at least one prefix.",
        ));
    };
    written
        .iter()
        .map(|written| range(written.as_str().unwrap_or_default(), &it.id))
        .collect()
}

/// A range as it has to be written: with the address at which it begins.
pub(super) fn range(written: &str, id: &str) -> Result<Prefix, Reply> {
    let Some(prefix) = Prefix::parse(written) else {
        return Err(refusal(
            400,
            "InvalidAddressPrefixFormat",
            format!(
                "Address prefix {written} of resource {id} is not formatted correctly. It should follow CIDR notation, \
                 for example 10.0.0.0/24."
            ),
        ));
    };
    let canonical = prefix.canonical();
    if prefix == canonical {
        return Ok(prefix);
    }
    Err(refusal(
        400,
        "InvalidCIDRNotation",
        format!(
            "The address prefix {written} in resource {id} has an invalid CIDR notation. For the given prefix length, the \
             address prefix should be {canonical}."
        ),
    ))
}

fn free(world: &World, held: &Resource) -> Result<(), Reply> {
    parts(held, "subnets").try_for_each(|(name, _)| subnet::free(world, &held.id, name))
}
