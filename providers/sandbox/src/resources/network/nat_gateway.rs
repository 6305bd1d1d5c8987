//! NAT gateways.

use serde_json::{Map, Value, json};

use super::{Draft, Kind, Look, reference, refusal};
use crate::http::reply::Reply;
use crate::state::{Resource, World};

pub(super) const KIND: Kind = Kind {
    name: "natGateways",
    child: None,
    wait: Some(1),
    written: "Updating",
    fill,
    free,
    show,
    settle: |_, _| Map::new(),
};

fn fill(world: &World, draft: &mut Draft<'_>) -> Result<(), Reply> {
    let made = &mut draft.made;
    made.properties.remove("subnets");
    made.properties
        .entry("idleTimeoutInMinutes")
        .or_insert(json!(4));
    let sku = made.members.entry("sku").or_insert(json!({}));
    if sku.get("name").is_none() {
        sku["name"] = json!("Standard");
    }
    let addresses = made.properties.get("publicIpAddresses");
    for id in addresses
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(reference::id_in)
    {
        reference::check(world, &made.id, &made.location, id, "publicIPAddresses")?;
    }
    Ok(())
}

/// Code and text are unverified against Azure, 2026-11-21.
fn free(world: &World, held: &Resource) -> Result<(), Reply> {
    let users = reference::subnets(world, "natGateway", &held.id);
    if users.is_empty() {
        return Ok(());
    }
    Err(refusal(
        400,
        "InUseNatGatewayCannotBeDeleted",
        format!(
            "NAT gateway {} cannot be deleted because it is in use by {}.",
            held.id,
            users.join(", ")
        ),
    ))
}

fn show(world: &World, held: &Resource, _: Look, properties: &mut Map<String, Value>) {
    let users = reference::subnets(world, "natGateway", &held.id);
    reference::show(properties, "subnets", users);
}
