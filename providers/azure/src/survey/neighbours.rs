//! The machines beside those that the manifest names and that are not there: what a misspelt name may have meant.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Reader, optional};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::{arc_machine, arm_id, catalogue, vm};

/// A row of the list of machines.
#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    id: String,
    name: String,
}

/// The sorts of machines, each with the fact of a group that lists them and the request that does, for a group or a subscription.
type Sort = (&'static str, &'static str, fn(&ArmId, String) -> Request);

static SORTS: [Sort; 2] = [
    ("vm", "machines", vm::list),
    ("arc-machine", "arc-machines", arc_machine::list),
];

/// A group in which a machine is missing.
struct Incomplete<'a> {
    group: &'a mut Live,
    id: ArmId,
    /// The tenant whose identity may look.
    tenant: &'a str,
    name: &'a str,
}

/// Adds, to each group in which a declared machine is missing that nobody is to make, the names of the machines of its sort that are
/// there: the facts `machines` and `arc-machines`. Only then is the list worth its request, and one tells of all groups of a
/// subscription where they are many.
pub(super) async fn read(
    reader: Reader<'_>,
    groups: &mut [Live],
    machines: &[Live],
) -> Result<(), Fault> {
    let present: BTreeSet<&str> = machines.iter().map(|live| live.key.0.as_str()).collect();
    for sort in &SORTS {
        for (subscription, lot) in lots(reader, groups, &expecting(reader, sort.0, &present)) {
            match reader.manner.lists(lot.len()) {
                true => together(reader, lot, &subscription, sort).await?,
                false => one_by_one(reader, lot, sort).await?,
            }
        }
    }
    Ok(())
}

/// The groups, by id, in which a machine of a kind is expected that is not present.
fn expecting(reader: Reader<'_>, kind: &str, present: &BTreeSet<&str>) -> BTreeSet<String> {
    let existence = catalogue().kind(kind).map(|kind| kind.schema().existence);
    reader
        .manifest
        .of_kind(kind)
        .filter(|resource| existence.is_some_and(|it| !it.makes(resource)))
        .filter(|resource| !reader.manifest.absent.contains_key(&resource.address))
        .filter_map(|resource| arm_id(resource, reader.manifest))
        .filter(|id| !present.contains(id.key()))
        .map(|id| id.parent().key().to_owned())
        .collect()
}

/// These groups by tenant and subscription.
fn lots<'a>(
    reader: Reader<'a>,
    groups: &'a mut [Live],
    expecting: &BTreeSet<String>,
) -> Vec<(ArmId, Vec<Incomplete<'a>>)> {
    let mut lots: BTreeMap<(&str, ArmId), Vec<Incomplete<'_>>> = BTreeMap::new();
    for group in groups.iter_mut().filter(|it| expecting.contains(&it.key.0)) {
        let Some(resource) = reader.manifest.resource(&group.address) else {
            continue;
        };
        let Some(id) = arm_id(resource, reader.manifest) else {
            continue;
        };
        let (tenant, name) = (&*resource.tenant, resource.name.as_str());
        lots.entry((tenant, id.parent()))
            .or_default()
            .push(Incomplete {
                group,
                id,
                tenant,
                name,
            });
    }
    lots.into_iter()
        .map(|((_, subscription), lot)| (subscription, lot))
        .collect()
}

/// Names the machines of many groups by the list of their subscription; where that may not be read, by one of each group.
async fn together(
    reader: Reader<'_>,
    lot: Vec<Incomplete<'_>>,
    subscription: &ArmId,
    sort: &Sort,
) -> Result<(), Fault> {
    let Some(first) = lot.first() else {
        return Ok(());
    };
    let client = &reader.tenant(first.tenant)?.client;
    let attempted = format!("list the machines of subscription {}", subscription.name());
    let listed = client.list::<Row>((sort.2)(subscription, attempted)).await;
    let rows = match optional(listed)? {
        Ok(rows) => rows,
        Err(fault) => {
            reader.hearsay.refused(fault.to_string());
            return one_by_one(reader, lot, sort).await;
        }
    };
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        if let Ok(id) = ArmId::parse(&row.id) {
            let group = id.parent().key().to_owned();
            names.entry(group).or_default().push(row.name);
        }
    }
    for Incomplete { group, id, .. } in lot {
        add(group, sort.1, names.remove(id.key()).unwrap_or_default());
    }
    Ok(())
}

async fn one_by_one(
    reader: Reader<'_>,
    lot: Vec<Incomplete<'_>>,
    sort: &Sort,
) -> Result<(), Fault> {
    let (fact, list) = (sort.1, sort.2);
    reader
        .each(
            lot,
            |Incomplete {
                 group,
                 id,
                 tenant,
                 name,
             }| async move {
                let client = &reader.tenant(tenant)?.client;
                let request = list(&id, format!("list the machines of `{name}`"));
                let rows = client.list::<Row>(request).await?;
                add(group, fact, rows.into_iter().map(|row| row.name).collect());
                Ok(())
            },
        )
        .await?;
    Ok(())
}

fn add(group: &mut Live, fact: &str, mut names: Vec<String>) {
    names.sort();
    let names = names.into_iter().map(Value::Text).collect();
    group.facts.insert(fact.to_owned(), Value::List(names));
}
