//! The machines that the manifest names, with their identities and their login extensions.

use std::collections::BTreeSet;

use serde::Deserialize;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Reader, unless_missing};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::{Place, arc_machine, arm_id, attachment, identity, login, vm};

/// Reads each machine with everything on it; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let declared: Vec<&Resource> = declared(reader).collect();
    let found = reader
        .each(declared, |resource| one(reader, resource))
        .await?;
    Ok(found.into_iter().flatten().collect())
}

fn declared<'a>(reader: Reader<'a>) -> impl Iterator<Item = &'a Resource> {
    let manifest = reader.manifest;
    manifest
        .of_kind("vm")
        .chain(manifest.of_kind("arc-machine"))
}

async fn one(reader: Reader<'_>, resource: &Resource) -> Result<Vec<Live>, Fault> {
    let Some(id) = arm_id(resource, reader.manifest) else {
        return Ok(Vec::new());
    };
    let client = &reader.tenant(&resource.tenant)?.client;
    let is_arc = resource.kind == "arc-machine";
    let request = if is_arc {
        arc_machine::read(&id, format!("read Arc-enabled machine `{}`", resource.name))
    } else {
        vm::read(&id, format!("read virtual machine `{}`", resource.name))
    };
    let Some(reply) = unless_missing(client.send(request).await)? else {
        return Ok(Vec::new());
    };
    let place = Place {
        subscription: resource.subscription.clone(),
        address: resource.address.clone(),
        name: resource.name.clone(),
        id,
    };
    if is_arc {
        return Ok(all_of_arc(&reply.json()?, &place));
    }
    let machine: vm::wire::Machine = reply.json()?;
    let mut all = all_of(&machine, &place);
    all.extend(attachment::lives(&machine, &place, reader.manifest));
    Ok(all)
}

/// What one reading of an Arc-enabled machine tells of. Its identity is the agent's affair, so it is no thing of its own.
fn all_of_arc(machine: &arc_machine::wire::Machine, place: &Place) -> Vec<Live> {
    std::iter::once(arc_machine::live(machine, place))
        .chain(login::live(machine, place))
        .collect()
}

/// What one reading of a virtual machine tells of.
pub(super) fn all_of(machine: &vm::wire::Machine, place: &Place) -> Vec<Live> {
    let parts = [identity::live(machine, place), login::live(machine, place)];
    std::iter::once(vm::live(machine, place))
        .chain(parts.into_iter().flatten())
        .collect()
}

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
pub(super) async fn neighbours(
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
