//! The tables: each thing a row, made of what ARM would answer of it.

use serde_json::{Map, Value, json};

use super::evaluate::{Table, types};
use super::expression::Row;
use super::parse::{Query, Source};
use super::scope::{Beneath, Scopes};
use crate::http::Call;
use crate::resources::{self, arc, arc_extension, extension, machine_answer};
use crate::seed::Power;
use crate::state::{Assignment, Machine, beneath, clock};

const VM: &str = "microsoft.compute/virtualmachines";
const VM_EXTENSION: &str = "microsoft.compute/virtualmachines/extensions";
const ARC: &str = "microsoft.hybridcompute/machines";
const ARC_EXTENSION: &str = "microsoft.hybridcompute/machines/extensions";
const GROUP: &str = "microsoft.resources/subscriptions/resourcegroups";
const SUBSCRIPTION: &str = "microsoft.resources/subscriptions";
const ASSIGNMENT: &str = "microsoft.authorization/roleassignments";

/// Columns of every table, as far as they are known.
const COLUMNS: [&str; 16] = [
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
];

/// The table of a query, without the rows of which its conditions say at once that they are not wanted. In the order of their ids:
/// which one Azure has without `order by` is not said.
pub(super) fn of(call: &Call<'_>, query: &Query, scopes: &Scopes) -> Table {
    let wanted = types(query);
    let is_wanted = |kind: &str| {
        wanted
            .as_ref()
            .is_none_or(|types| types.iter().any(|it| it == kind))
            && scopes.may_read(kind)
    };
    let mut rows: Vec<(String, Row)> = Vec::new();
    for subscription in &scopes.subscriptions {
        match query.table {
            Source::Resources => resources(call, subscription, &is_wanted, &mut rows),
            Source::Containers => containers(call, subscription, &is_wanted, &mut rows),
            Source::Authorization if is_wanted(ASSIGNMENT) => {
                assignments(call, subscription, scopes, &mut rows);
            }
            Source::Authorization => {}
        }
    }
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    rows.dedup_by(|(a, _), (b, _)| a == b);
    Table {
        columns: COLUMNS.map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    }
}

fn resources(
    call: &Call<'_>,
    subscription: &str,
    is_wanted: &impl Fn(&str) -> bool,
    rows: &mut Vec<(String, Row)>,
) {
    let world = &*call.world;
    let prefix = format!("/subscriptions/{subscription}/");
    if is_wanted(VM) {
        rows.extend(beneath(&world.machines, prefix.clone()).map(|(key, it)| {
            let mut shown =
                machine_answer::shown_in_list(call, it, machine_answer::Casing::Stored, false);
            shown["properties"]["extended"] = extended(it);
            (key.clone(), row(call, VM, shown))
        }));
    }
    if is_wanted(ARC) {
        rows.extend(
            beneath(&world.arcs, prefix.clone())
                .map(|(key, it)| (key.clone(), row(call, ARC, arc::shown(call, it, false)))),
        );
    }
    if is_wanted(VM_EXTENSION) || is_wanted(ARC_EXTENSION) {
        rows.extend(
            beneath(&world.extensions, prefix.clone()).filter_map(|(key, it)| {
                let on_arc = key.contains(ARC);
                let kind = if on_arc { ARC_EXTENSION } else { VM_EXTENSION };
                let shown = || match on_arc {
                    true => arc_extension::shown(it),
                    false => extension::shown(it, machine_answer::Casing::Stored, false),
                };
                is_wanted(kind).then(|| (key.clone(), row(call, kind, shown())))
            }),
        );
    }
    rows.extend(beneath(&world.resources, prefix).filter_map(|(key, it)| {
        let kind = it.kind.to_lowercase();
        is_wanted(&kind).then(|| (key.clone(), row(call, &kind, resources::shown(world, it))))
    }));
}

/// What the platform knows of a running machine. That it is in rows is unverified against Azure, 2026-11-21 (arm/FACTS.md 4); that the
/// state of extensions is not is documented.
fn extended(machine: &Machine) -> Value {
    let (power, display) = match machine.power {
        Power::Running => ("running", "VM running"),
        Power::Stopped => ("stopped", "VM stopped"),
        Power::Deallocated => ("deallocated", "VM deallocated"),
    };
    json!({"instanceView": {"powerState": {"code": format!("PowerState/{power}"), "level": "Info",
        "displayStatus": display}, "computerName": machine.computer_name, "osName": machine.os_name,
        "osVersion": machine.os_version, "hyperVGeneration": "V2"}})
}

fn containers(
    call: &Call<'_>,
    subscription: &str,
    is_wanted: &impl Fn(&str) -> bool,
    rows: &mut Vec<(String, Row)>,
) {
    let world = &*call.world;
    if is_wanted(GROUP) {
        rows.extend(
            beneath(&world.groups, format!("/subscriptions/{subscription}/")).map(|(key, it)| {
                let shown = json!({"id": it.id, "name": it.name, "location": it.location, "tags": it.tags,
                    "properties": {"provisioningState": it.provisioning_state}});
                (key.clone(), row(call, GROUP, shown))
            }),
        );
    }
    if let Some(it) = world
        .subscriptions
        .get(subscription)
        .filter(|_| is_wanted(SUBSCRIPTION))
    {
        let shown = json!({"id": format!("/subscriptions/{}", it.id), "name": it.name, "tags": it.tags,
            "properties": {"state": "Enabled"}});
        let key = format!("/subscriptions/{subscription}");
        rows.push((key, row(call, SUBSCRIPTION, shown)));
    }
}

fn assignments(
    call: &Call<'_>,
    subscription: &str,
    scopes: &Scopes,
    rows: &mut Vec<(String, Row)>,
) {
    let own = format!("/subscriptions/{subscription}");
    let comes = |it: &Assignment| {
        let at = it.scope.to_lowercase();
        let is_above = !at.starts_with("/subscriptions/");
        let is_beneath = scopes.beneath == Beneath::All && resources::beneath_scope(&at, &own);
        it.tenant == call.bearer.tenant && (at == own || is_beneath || (is_above && scopes.above))
    };
    rows.extend(call.world.assignments.values().filter(|it| comes(it)).map(|it| {
        let scope = it.scope.trim_end_matches('/');
        let id = format!("{scope}/providers/Microsoft.Authorization/RoleAssignments/{}", it.name);
        // The role without a subscription: unverified against Azure, 2026-11-21.
        let role = format!("/providers/Microsoft.Authorization/RoleDefinitions/{}", it.role);
        let shown = json!({"id": id, "name": it.name, "location": "global", "properties": {
            "roleDefinitionId": role, "principalId": it.principal, "principalType": it.principal_type,
            "scope": it.scope, "description": it.description, "condition": it.condition,
            "conditionVersion": it.condition_version, "createdBy": it.created_by, "updatedBy": it.updated_by,
            "createdOn": clock::with_z(it.created), "updatedOn": clock::with_z(it.updated)}});
        (id.to_lowercase(), row(call, ASSIGNMENT, shown))
    }));
}

/// A row out of what ARM answers: the type in lower case, and where it lies told apart.
fn row(call: &Call<'_>, kind: &str, shown: Value) -> Row {
    let Value::Object(mut shown) = shown else {
        return Map::new();
    };
    let id = shown.get("id").and_then(Value::as_str).unwrap_or_default();
    let parts: Vec<&str> = id.split('/').collect();
    let part = |at: usize, word: &str| match parts.get(at) {
        Some(it) if it.eq_ignore_ascii_case(word) => parts.get(at + 1).copied(),
        _ => None,
    };
    let own = [
        ("type", json!(kind)),
        ("tenantId", json!(call.bearer.tenant)),
        (
            "resourceGroup",
            json!(part(3, "resourceGroups").unwrap_or_default().to_lowercase()),
        ),
        (
            "subscriptionId",
            json!(part(1, "subscriptions").unwrap_or_default()),
        ),
    ];
    let mut row: Row = COLUMNS
        .into_iter()
        .map(|column| {
            let empty = match column {
                "kind" | "managedBy" | "location" => json!(""),
                _ => Value::Null,
            };
            (column.to_owned(), shown.remove(column).unwrap_or(empty))
        })
        .collect();
    row.extend(own.map(|(column, value)| (column.to_owned(), value)));
    row
}
