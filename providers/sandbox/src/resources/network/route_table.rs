//! Route tables and their routes.

use serde_json::{Map, Value, json};

use super::{Child, Draft, Kind, Look, Owner, child, reference, refusal};
use crate::http::reply::Reply;
use crate::state::{Resource, World};

pub(super) const KIND: Kind = Kind {
    name: "routeTables",
    child: Some(&ROUTES),
    wait: Some(1),
    written: "Updating",
    fill,
    free,
    show,
    settle: |_, _| Map::new(),
};

/// Routes are kept as they are sent; that they fit together is not checked.
const ROUTES: Child = Child {
    name: "routes",
    writable: true,
    wait: Some(1),
    fill: fill_route,
    agree: |_, _, _| Ok(()),
    free: |_, _, _| Ok(()),
    show: |_, _, _, _, _| {},
};

fn fill(world: &World, draft: &mut Draft<'_>) -> Result<(), Reply> {
    let properties = &mut draft.made.properties;
    properties.remove("subnets");
    properties
        .entry("disableBgpRoutePropagation")
        .or_insert(json!(false));
    child::fill_all(world, &mut draft.made, &ROUTES)
}

fn fill_route(
    _: &World,
    _: &Owner<'_>,
    _: &str,
    properties: &mut Map<String, Value>,
) -> Result<(), Reply> {
    properties.entry("hasBgpOverride").or_insert(json!(false));
    Ok(())
}

/// The text is unverified against Azure, 2026-11-21.
fn free(world: &World, held: &Resource) -> Result<(), Reply> {
    if reference::subnets(world, "routeTable", &held.id).is_empty() {
        return Ok(());
    }
    Err(refusal(
        400,
        "InUseRouteTableCannotBeDeleted",
        format!("Route table {} is in use and cannot be deleted.", held.name),
    ))
}

fn show(world: &World, held: &Resource, _: Look, properties: &mut Map<String, Value>) {
    let users = reference::subnets(world, "routeTable", &held.id);
    reference::show(properties, "subnets", users);
}
