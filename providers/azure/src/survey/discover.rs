//! What there is, where no manifest says what to look for: tenants, subscriptions, groups with machines in them. Only lists are
//! read; how the machines are is a survey's matter.

use std::collections::BTreeMap;

use serde::Deserialize;
use vmlogin_engine::provider::Fault;

use crate::arm::ArmId;
use crate::http::{Client, Request};
use crate::kinds::versions;

/// A subscription that can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, lower-case.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The id of its tenant, lower-case.
    pub tenant_id: String,
}

/// A resource group with the machines in it, in Azure's spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its machines, by name.
    pub machines: Vec<Machine>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its kind: `vm` or `arc-machine`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// The names of the tenants that can be seen, by their ids. One that does not tell its name is left out.
///
/// # Errors
/// What the list ended in; so for all functions here.
pub async fn tenants(client: &Client) -> Result<BTreeMap<String, String>, Fault> {
    let request = Request::get("/tenants", versions::SUBSCRIPTIONS, "list the tenants");
    let rows: Vec<TenantRow> = client.list(request).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.tenant_id.to_lowercase(), row.display_name?)))
        .collect())
}

/// The subscriptions that can be used, by name.
pub async fn subscriptions(client: &Client) -> Result<Vec<Subscription>, Fault> {
    let request = Request::get(
        "/subscriptions",
        versions::SUBSCRIPTIONS,
        "list the subscriptions",
    );
    let rows: Vec<SubscriptionRow> = client.list(request).await?;
    let mut found: Vec<Subscription> = rows
        .into_iter()
        .filter(SubscriptionRow::is_usable)
        .map(|row| Subscription {
            name: row
                .display_name
                .unwrap_or_else(|| row.subscription_id.clone()),
            id: row.subscription_id.to_lowercase(),
            tenant_id: row.tenant_id.to_lowercase(),
        })
        .collect();
    found.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    Ok(found)
}

/// The groups of a subscription that hold machines of these kinds, by name.
pub async fn groups(
    client: &Client,
    subscription: &Subscription,
    kinds: &[&str],
) -> Result<Vec<Group>, Fault> {
    let own = ArmId::of_subscription(&subscription.id);
    let list = |path: String, version: &str, what: &str| {
        let attempted = format!("list the {what} of subscription `{}`", subscription.name);
        client.list::<Row>(Request::get(path, version, attempted))
    };
    let groups = format!("{}/resourcegroups", own.path());
    // Lists of machines spell the names of groups in capitals at times; the groups' own list has the right ones.
    let groups = list(groups, versions::RESOURCES, "resource groups").await?;
    let mut found: BTreeMap<String, Group> = groups
        .into_iter()
        .map(|row| {
            (
                row.name.to_lowercase(),
                Group {
                    name: row.name,
                    machines: Vec::new(),
                },
            )
        })
        .collect();
    for (kind, full_type, version, what) in SORTS {
        if !kinds.contains(kind) {
            continue;
        }
        let path = format!("{}/providers/{full_type}", own.path());
        for row in list(path, version, what).await? {
            let group = ArmId::parse(&row.id)
                .ok()
                .and_then(|id| id.resource_group().map(str::to_lowercase));
            // A machine whose group is gone meanwhile is gone too.
            if let Some(group) = group.and_then(|group| found.get_mut(&group)) {
                group.machines.push(Machine {
                    kind,
                    name: row.name,
                });
            }
        }
    }
    Ok(found
        .into_values()
        .filter(|group| !group.machines.is_empty())
        .map(sorted)
        .collect())
}

fn sorted(mut group: Group) -> Group {
    group
        .machines
        .sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    group
}

/// The sorts of machines: kind, type, version, and what a sentence calls them.
const SORTS: &[(&str, &str, &str, &str)] = &[
    (
        "vm",
        "Microsoft.Compute/virtualMachines",
        versions::COMPUTE,
        "virtual machines",
    ),
    (
        "arc-machine",
        "Microsoft.HybridCompute/machines",
        ARC,
        "Arc-enabled machines",
    ),
];

/// The version whose OpenAPI file the list was checked against, 2026-11-21.
const ARC: &str = "2024-07-10";

#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenantRow {
    tenant_id: String,
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionRow {
    subscription_id: String,
    tenant_id: String,
    display_name: Option<String>,
    state: Option<String>,
}

impl SubscriptionRow {
    /// One that is switched off can be read and not written.
    fn is_usable(&self) -> bool {
        !matches!(self.state.as_deref(), Some("Disabled" | "Deleted"))
    }
}
