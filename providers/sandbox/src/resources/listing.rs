//! `GET …/resources`: what lies in a group or subscription, in short.

use serde_json::{Value, json};

use super::page;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::{Tags, beneath, clock};

/// The machines, extensions and other resources under a scope, by its key.
pub(crate) fn list(call: &mut Call<'_>, scope: &str) -> Answer {
    let filter = call.request.query("$filter").unwrap_or_default();
    let wanted = conditions(filter)?;
    let full = call.request.expands("provisioningState");
    let times = call.request.expands("createdTime") || call.request.expands("changedTime");
    let prefix = format!("{scope}/");
    let born = clock::with_z(call.world.born);
    let machines = beneath(&call.world.machines, prefix.clone()).map(|(key, it)| {
        let mut row = row(
            &it.id,
            &it.name,
            "Microsoft.Compute/virtualMachines",
            &it.location,
            it.tags.as_ref(),
        );
        if let Some(identity) = super::identity::shown(call, &it.identity) {
            row["identity"] = identity;
        }
        (key, row, &it.provisioning_state)
    });
    let arcs = beneath(&call.world.arcs, prefix.clone()).map(|(key, it)| {
        let machine = &it.machine;
        let (place, tags) = (&machine.location, machine.tags.as_ref());
        let mut row = row(&machine.id, &machine.name, super::arc::TYPE, place, tags);
        if let Some(identity) = super::identity::shown(call, &machine.identity) {
            row["identity"] = identity;
        }
        (key, row, &machine.provisioning_state)
    });
    let succeeded = "Succeeded".to_owned();
    let resources = beneath(&call.world.resources, prefix.clone()).map(|(key, it)| {
        let row = row(&it.id, &it.name, &it.kind, &it.location, it.tags.as_ref());
        (key, row, &succeeded)
    });
    let extensions = beneath(&call.world.extensions, prefix).map(|(key, it)| {
        let machine = it.id.split('/').nth(8).unwrap_or_default();
        let name = format!("{machine}/{}", it.name);
        let machines: Vec<&str> = it.id.split('/').skip(6).take(2).collect();
        let kind = format!("{}/extensions", machines.join("/"));
        (
            key,
            row(&it.id, &name, &kind, &it.location, it.tags.as_ref()),
            &it.provisioning_state,
        )
    });
    let mut rows: Vec<(&String, Value)> = machines
        .chain(arcs)
        .chain(resources)
        .chain(extensions)
        .map(|(key, mut row, state)| {
            if full {
                row["provisioningState"] = json!(state);
            }
            if times {
                row["createdTime"] = json!(born);
                row["changedTime"] = json!(born);
            }
            (key, row)
        })
        .filter(|(_, row)| wanted.iter().all(|it| it.holds(row)))
        .collect();
    rows.sort_by_key(|(key, _)| *key);
    Ok(page::page(call, rows.into_iter(), |row| row))
}

fn row(id: &str, name: &str, kind: &str, location: &str, tags: Option<&Tags>) -> Value {
    let mut row = json!({"id": id, "name": name, "type": kind, "location": location});
    if let Some(tags) = tags {
        row["tags"] = json!(tags);
    }
    row
}

/// One `name eq 'value'` of a filter.
struct Condition {
    name: String,
    value: String,
}

impl Condition {
    fn holds(&self, row: &Value) -> bool {
        let same = |held: &str| held.eq_ignore_ascii_case(&self.value);
        let text = |member: &str| row[member].as_str().unwrap_or_default();
        match self.name.as_str() {
            "resourcetype" => same(text("type")),
            "name" => same(text("name")),
            "location" => same(text("location")),
            "resourcegroup" => same(text("id").split('/').nth(4).unwrap_or_default()),
            "tagname" => tags(row).any(|(name, _)| same(name)),
            _ => tags(row).any(|(_, value)| value == self.value),
        }
    }
}

fn tags(row: &Value) -> impl Iterator<Item = (&str, &str)> {
    row["tags"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
}

fn conditions(filter: &str) -> Result<Vec<Condition>, Reply> {
    let known = [
        "resourcetype",
        "name",
        "location",
        "resourcegroup",
        "tagname",
        "tagvalue",
    ];
    filter
        .split(" and ")
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(|part| {
            let parts: Vec<&str> = part.splitn(3, ' ').collect();
            match parts.as_slice() {
                [name, "eq", value]
                    if known.contains(&name.to_lowercase().as_str()) && value.starts_with('\'') =>
                {
                    Ok(Condition {
                        name: name.to_lowercase(),
                        value: value.trim_matches('\'').replace("''", "'"),
                    })
                }
                _ => Err(error::gateway(
                    400,
                    "InvalidFilterInQueryString",
                    format!("Invalid $filter '{part}' specified in the query string."),
                )),
            }
        })
        .collect()
}
