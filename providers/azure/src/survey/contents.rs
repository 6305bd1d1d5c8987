//! What lies in the groups and networks that a plan might delete.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Content, Inventory, Live};
use vmlogin_engine::kind::Key;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Reader, unless_missing};
use crate::arm::ArmId;
use crate::kinds::resource_group;

/// Lists the contents of every live group that the plan might delete: in a destroy all of them, else those that `absent` names.
/// What networks and security groups hold their own reading told.
pub(super) async fn read(
    reader: Reader<'_>,
    inventory: &Inventory,
    mode: Mode,
) -> Result<BTreeMap<Key, Vec<Content>>, Fault> {
    let may_go =
        |live: &&Live| mode == Mode::Destroy || reader.manifest.absent.contains_key(&live.address);
    let groups: Vec<&Live> = inventory.of_kind("resource-group").filter(may_go).collect();
    let listed = reader.each(groups, |group| one(reader, group)).await?;
    let networks = inventory
        .of_kind("virtual-network")
        .map(|network| (network.key.clone(), subnets(network)));
    let groups = inventory
        .of_kind("network-security-group")
        .map(|group| (group.key.clone(), foreign_rules(reader, inventory, group)));
    let read = listed.into_iter().flatten();
    Ok(read.chain(networks).chain(groups).collect())
}

/// The rules of a security group that this estate did not make. Its own go with the group.
fn foreign_rules(reader: Reader<'_>, inventory: &Inventory, group: &Live) -> Vec<Content> {
    let rules = inventory
        .of_kind("rule")
        .filter(|rule| rule.within.contains(&group.key.0));
    rules
        .filter(|rule| rule.stamp.as_deref() != Some(reader.manifest.estate.as_str()))
        .map(|rule| Content {
            id: rule.key.0.clone(),
            name: rule.title.replace('`', ""),
        })
        .collect()
}

/// The subnets of a network, which its own reading told already.
fn subnets(network: &Live) -> Vec<Content> {
    let Some(Value::List(names)) = network.facts.get("subnets") else {
        return Vec::new();
    };
    let names = names.iter().filter_map(Value::as_text);
    names
        .map(|name| Content {
            id: format!("{}/subnets/{}", network.key, name.to_lowercase()),
            name: format!("subnet {name}"),
        })
        .collect()
}

async fn one(reader: Reader<'_>, group: &Live) -> Result<Option<(Key, Vec<Content>)>, Fault> {
    let Some(resource) = reader.manifest.resource(&group.address) else {
        return Ok(None);
    };
    // The live group's own id rather than the manifest's: it has the name as Azure spells it.
    let Ok(id) = ArmId::parse(&group.id) else {
        return Ok(None);
    };
    let client = &reader.tenant(&resource.tenant)?.client;
    let request = resource_group::contents(
        &id,
        format!("list what lies in resource group `{}`", resource.name),
    );
    let rows = unless_missing(client.list::<resource_group::wire::Row>(request).await)?;
    let mut contents: Vec<Content> = rows.unwrap_or_default().into_iter().map(content).collect();
    contents.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Some((group.key.clone(), contents)))
}

fn content(row: resource_group::wire::Row) -> Content {
    Content {
        id: row.id.to_lowercase(),
        name: row.title(),
    }
}
