//! What stands between the machines that have a login and the world, each thing read once: network interfaces, then their subnets,
//! then security groups and route tables. What may not be read is told by the rules that need it, and stops nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use vmlogin_engine::inventory::{Inventory, Sight};
use vmlogin_engine::kind::Key;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::{Attributes, Value};

use super::Reader;
use super::find::{self, Sort, Wanted};
use super::things::Subnets;
use crate::arm::ArmId;
use crate::kinds::surroundings;
use crate::kinds::surroundings::Declared;

/// Adds what is seen. Things that `inventory` has already are not read again, and neither are subnets that their networks told of.
pub(super) async fn read(
    reader: Reader<'_>,
    mut told: Subnets,
    inventory: &mut Inventory,
) -> Result<(), Fault> {
    let declared = &Declared::of(reader.manifest);
    let interfaces = interfaces(reader, declared, inventory);
    let what = (&find::INTERFACES, "network interface");
    let interfaces = look(
        reader,
        declared,
        inventory,
        interfaces,
        what,
        surroundings::interface,
    )
    .await?;
    let subnets = named(declared, inventory, &interfaces, "subnet");
    for Around { id, .. } in &subnets {
        let key = Key(id.key().to_owned());
        if let Some(says) = told.remove(&key) {
            inventory.surroundings.insert(key, Sight::Seen(says));
        }
    }
    let what = (&find::SUBNETS, "subnet");
    let subnets = look(
        reader,
        declared,
        inventory,
        subnets,
        what,
        surroundings::subnet,
    )
    .await?;
    let around: Vec<Around> = interfaces.into_iter().chain(subnets).collect();
    let groups = named(declared, inventory, &around, "security-group");
    let what = (&find::SECURITY_GROUPS, "network security group");
    look(
        reader,
        declared,
        inventory,
        groups,
        what,
        surroundings::security_group,
    )
    .await?;
    let tables = named(declared, inventory, &around, "route-table");
    let what = (&find::ROUTE_TABLES, "route table");
    look(
        reader,
        declared,
        inventory,
        tables,
        what,
        surroundings::route_table,
    )
    .await?;
    Ok(())
}

/// Something to look at, with the tenant whose identity may.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Around {
    tenant: String,
    id: ArmId,
}

/// The interfaces of the machines that a login is declared for: those that they have, or are to be made with.
fn interfaces(
    reader: Reader<'_>,
    declared: &Declared<'_>,
    inventory: &Inventory,
) -> BTreeSet<Around> {
    let planned = declared.over(inventory);
    let logins = reader.manifest.of_kind("login");
    let machines = logins.filter_map(|login| reader.manifest.parent_of(login));
    machines
        .filter_map(|machine| {
            let id = planned.interface_of(machine)?;
            Some(Around {
                tenant: machine.tenant.to_string(),
                id: ArmId::parse(id).ok()?,
            })
        })
        .collect()
}

/// The things that others name, or will name once the plan is carried out.
fn named(
    declared: &Declared<'_>,
    inventory: &Inventory,
    by: &[Around],
    attribute: &str,
) -> BTreeSet<Around> {
    let planned = declared.over(inventory);
    by.iter()
        .filter_map(|wanted| {
            let says = planned.says("", wanted.id.key()).ok()?;
            let id = says.get(attribute).and_then(Value::as_text)?;
            Some(Around {
                tenant: wanted.tenant.clone(),
                id: ArmId::parse(id).ok()?,
            })
        })
        .collect()
}

/// Looks at each thing that is there and was not looked at before, and gives back all of them.
async fn look<T: DeserializeOwned + Send>(
    reader: Reader<'_>,
    declared: &Declared<'_>,
    inventory: &mut Inventory,
    around: BTreeSet<Around>,
    (sort, word): (&'static Sort, &str),
    says: fn(&T) -> Attributes,
) -> Result<Vec<Around>, Fault> {
    let planned = declared.over(inventory);
    let mut unseen: BTreeMap<Key, Wanted> = BTreeMap::new();
    for Around { tenant, id } in &around {
        let key = Key(id.key().to_owned());
        if !inventory.surroundings.contains_key(&key) && !planned.is_new(&key.0) {
            let wanted = Wanted {
                tenant: tenant.clone(),
                id: id.clone(),
                attempted: format!("read {word} `{}`", id.name()),
                address: None,
            };
            unseen.insert(key, wanted);
        }
    }
    let (keys, wanted): (Vec<Key>, Vec<Wanted>) = unseen.into_iter().unzip();
    let found = find::find::<T>(reader, sort, wanted).await?;
    let sights = found.into_iter().map(|look| match look {
        Ok(Some(body)) => Sight::Seen(says(&body)),
        Ok(None) => Sight::Absent,
        Err(fault) => Sight::Unread(fault),
    });
    inventory.surroundings.extend(keys.into_iter().zip(sights));
    Ok(around.into_iter().collect())
}
