//! What stands between the machines that have a login and the world, each thing read once: network interfaces, then their subnets,
//! then security groups and route tables. What may not be read is told by the rules that need it, and stops nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use vmlogin_engine::inventory::{Inventory, Sight};
use vmlogin_engine::kind::Key;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::{Attributes, Value};

use super::{Reader, optional, unless_missing};
use crate::arm::ArmId;
use crate::http::Client;
use crate::kinds::surroundings::Planned;
use crate::kinds::{made, surroundings};

/// Adds what is seen. Things that `inventory` has already are not read again.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    let interfaces = interfaces(reader, inventory);
    let interfaces = look(
        reader,
        inventory,
        interfaces,
        "network interface",
        surroundings::interface,
    )
    .await?;
    let subnets = named(reader, inventory, &interfaces, "subnet");
    let subnets = look(reader, inventory, subnets, "subnet", surroundings::subnet).await?;
    let around: Vec<Wanted> = interfaces.into_iter().chain(subnets).collect();
    let groups = named(reader, inventory, &around, "security-group");
    let what = "network security group";
    look(
        reader,
        inventory,
        groups,
        what,
        surroundings::security_group,
    )
    .await?;
    let tables = named(reader, inventory, &around, "route-table");
    let what = "route table";
    look(reader, inventory, tables, what, surroundings::route_table).await?;
    Ok(())
}

/// Something to look at, with the tenant whose identity may.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    tenant: String,
    id: ArmId,
}

/// The interfaces of the machines that a login is declared for: those that they have, or are to be made with.
fn interfaces(reader: Reader<'_>, inventory: &Inventory) -> BTreeSet<Wanted> {
    let planned = Planned::of(reader.manifest, inventory);
    let logins = reader.manifest.of_kind("login");
    let machines = logins.filter_map(|login| reader.manifest.parent_of(login));
    machines
        .filter_map(|machine| {
            let id = planned.interface_of(machine)?;
            Some(Wanted {
                tenant: machine.tenant.clone(),
                id: ArmId::parse(id).ok()?,
            })
        })
        .collect()
}

/// The things that others name, or will name once the plan is carried out.
fn named(
    reader: Reader<'_>,
    inventory: &Inventory,
    by: &[Wanted],
    attribute: &str,
) -> BTreeSet<Wanted> {
    let planned = Planned::of(reader.manifest, inventory);
    by.iter()
        .filter_map(|wanted| {
            let says = planned.says("", wanted.id.key()).ok()?;
            let id = says.get(attribute).and_then(Value::as_text)?;
            Some(Wanted {
                tenant: wanted.tenant.clone(),
                id: ArmId::parse(id).ok()?,
            })
        })
        .collect()
}

/// Looks at each thing that is there and was not looked at before, and gives back all of them.
async fn look<T: DeserializeOwned>(
    reader: Reader<'_>,
    inventory: &mut Inventory,
    wanted: BTreeSet<Wanted>,
    what: &str,
    says: fn(&T) -> Attributes,
) -> Result<Vec<Wanted>, Fault> {
    let planned = Planned::of(reader.manifest, inventory);
    let mut unseen: BTreeMap<Key, &Wanted> = BTreeMap::new();
    for wanted in &wanted {
        let key = Key(wanted.id.key().to_owned());
        if !inventory.surroundings.contains_key(&key) && !planned.is_new(&key.0) {
            unseen.insert(key, wanted);
        }
    }
    let seen = reader
        .each(unseen.into_iter().collect(), |(key, wanted)| async move {
            let client = &reader.tenant(&wanted.tenant)?.client;
            let sight = sight(client, &wanted.id, what, says).await?;
            Ok((key, sight))
        })
        .await?;
    inventory.surroundings.extend(seen);
    Ok(wanted.into_iter().collect())
}

/// What a look at one thing shows.
async fn sight<T: DeserializeOwned>(
    client: &Client,
    id: &ArmId,
    what: &str,
    says: fn(&T) -> Attributes,
) -> Result<Sight, Fault> {
    let request = made::read(id, format!("read {what} `{}`", id.name()));
    let read = match optional(unless_missing(client.send(request).await))? {
        Ok(Some(reply)) => reply.json().map(|body: T| Sight::Seen(says(&body))),
        Ok(None) => Ok(Sight::Absent),
        Err(fault) => Err(fault),
    };
    Ok(read.unwrap_or_else(Sight::Unread))
}
