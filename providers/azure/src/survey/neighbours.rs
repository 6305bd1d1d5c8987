//! The machines beside those that the manifest names and that are not there: what a misspelt name may have meant.

use std::collections::BTreeSet;

use serde::Deserialize;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::Reader;
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::{arc_machine, arm_id, vm};

/// A row of the list of machines.
#[derive(Deserialize)]
struct Row {
    name: String,
}

/// The sorts of machines, each with the fact of a group that lists them and the request that does.
type Sort = (&'static str, &'static str, fn(&ArmId, String) -> Request);

static SORTS: [Sort; 2] = [
    ("vm", "machines", vm::list),
    ("arc-machine", "arc-machines", arc_machine::list),
];

/// Adds, to each group in which a declared machine is missing, the names of the machines of its sort that are there: the facts
/// `machines` and `arc-machines`. Only then is the list worth its request.
pub(super) async fn read(
    reader: Reader<'_>,
    groups: &mut [Live],
    machines: &[Live],
) -> Result<(), Fault> {
    let present: BTreeSet<&str> = machines.iter().map(|live| live.key.0.as_str()).collect();
    for sort in &SORTS {
        let incomplete: BTreeSet<String> = reader
            .manifest
            .of_kind(sort.0)
            .filter(|resource| !reader.manifest.absent.contains_key(&resource.address))
            .filter_map(|resource| arm_id(resource, reader.manifest))
            .filter(|id| !present.contains(id.key()))
            .map(|id| id.parent().key().to_owned())
            .collect();
        let asked: Vec<&mut Live> = groups
            .iter_mut()
            .filter(|group| incomplete.contains(&group.key.0))
            .collect();
        reader
            .each(asked, |group| name_machines(reader, group, sort))
            .await?;
    }
    Ok(())
}

async fn name_machines(
    reader: Reader<'_>,
    group: &mut Live,
    (_, fact, list): &Sort,
) -> Result<(), Fault> {
    let Some(resource) = reader.manifest.resource(&group.address) else {
        return Ok(());
    };
    let Some(id) = arm_id(resource, reader.manifest) else {
        return Ok(());
    };
    let client = &reader.tenant(&resource.tenant)?.client;
    let request = list(&id, format!("list the machines of `{}`", resource.name));
    let mut names: Vec<String> = client
        .list::<Row>(request)
        .await?
        .into_iter()
        .map(|row| row.name)
        .collect();
    names.sort();
    let names = names.into_iter().map(Value::Text).collect();
    group.facts.insert((*fact).to_owned(), Value::List(names));
    Ok(())
}
