//! Resource providers of a subscription, and their registration.

use axum::http::Method;
use serde_json::{Value, json};

use super::method_not_allowed;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};

/// Namespaces with their resource types and a newest version; the first five come registered.
const PROVIDERS: [(&str, &[&str], &str); 11] = [
    (
        "Microsoft.Authorization",
        &["roleAssignments", "roleDefinitions", "locks", "permissions"],
        "2022-04-01",
    ),
    (
        "Microsoft.Compute",
        &[
            "virtualMachines",
            "virtualMachines/extensions",
            "locations",
            "locations/operations",
            "disks",
        ],
        "2024-07-01",
    ),
    (
        "Microsoft.ManagedIdentity",
        &["userAssignedIdentities"],
        "2023-01-31",
    ),
    (
        "Microsoft.Network",
        &[
            "networkInterfaces",
            "virtualNetworks",
            "virtualNetworks/subnets",
            "networkSecurityGroups",
            "networkSecurityGroups/securityRules",
            "publicIPAddresses",
            "routeTables",
            "natGateways",
        ],
        "2024-03-01",
    ),
    (
        "Microsoft.Resources",
        &["resourceGroups", "subscriptions", "tags", "deployments"],
        "2024-07-01",
    ),
    (
        "Microsoft.HybridCompute",
        &["machines", "machines/extensions"],
        "2024-07-10",
    ),
    ("Microsoft.HybridConnectivity", &["endpoints"], "2023-03-15"),
    (
        "Microsoft.PolicyInsights",
        &["policyStates", "remediations"],
        "2024-10-01",
    ),
    ("Microsoft.KeyVault", &["vaults"], "2023-07-01"),
    (
        "Microsoft.OperationalInsights",
        &["workspaces"],
        "2023-09-01",
    ),
    ("Microsoft.Storage", &["storageAccounts"], "2023-05-01"),
];

const REGISTERED: usize = 5;

/// `GET /subscriptions/{id}/providers`.
pub(crate) fn list(call: &mut Call<'_>, subscription: &str) -> Answer {
    let rows: Vec<Value> = (0..PROVIDERS.len())
        .map(|at| shown(call, subscription, at))
        .collect();
    Ok(Reply::json(200, json!({"value": rows})))
}

/// `GET /subscriptions/{id}/providers/{namespace}`. A registration is under way for the first look.
pub(crate) fn get(call: &mut Call<'_>, subscription: &str) -> Answer {
    let at = find(call)?;
    let reply = Reply::json(200, shown(call, subscription, at));
    let state = call
        .world
        .subscriptions
        .get_mut(subscription)
        .and_then(|it| it.registered.get_mut(&PROVIDERS[at].0.to_lowercase()));
    if let Some(state) = state
        && state == "Registering"
    {
        *state = "Registered".to_owned();
        call.world.touch();
    }
    Ok(reply)
}

/// `POST /subscriptions/{id}/providers/{namespace}/register`.
pub(crate) fn register(call: &mut Call<'_>, subscription: &str) -> Answer {
    if call.request.method != Method::POST {
        return Err(method_not_allowed(call));
    }
    let at = find(call)?;
    if at >= REGISTERED
        && let Some(subscription) = call.world.subscriptions.get_mut(subscription)
    {
        subscription
            .registered
            .entry(PROVIDERS[at].0.to_lowercase())
            .or_insert_with(|| "Registering".to_owned());
        call.world.touch();
    }
    Ok(Reply::json(200, shown(call, subscription, at)))
}

fn find(call: &Call<'_>) -> Result<usize, Reply> {
    let namespace = &call.request.segments[3];
    PROVIDERS
        .iter()
        .position(|(name, _, _)| name.eq_ignore_ascii_case(namespace))
        .ok_or_else(|| {
            error::gateway(
                404,
                "InvalidResourceNamespace",
                format!("The resource namespace '{namespace}' is invalid."),
            )
        })
}

fn shown(call: &Call<'_>, subscription: &str, at: usize) -> Value {
    let (namespace, types, version) = PROVIDERS[at];
    let by_hand = call
        .world
        .subscriptions
        .get(subscription)
        .and_then(|it| it.registered.get(&namespace.to_lowercase()));
    let state = match by_hand {
        Some(state) => state,
        None if at < REGISTERED => "Registered",
        None => "NotRegistered",
    };
    let types: Vec<Value> = types
        .iter()
        .map(|name| json!({"resourceType": name, "locations": ["West Europe"], "apiVersions": [version]}))
        .collect();
    json!({"id": format!("/subscriptions/{subscription}/providers/{namespace}"), "namespace": namespace,
        "registrationPolicy": "RegistrationRequired", "registrationState": state, "resourceTypes": types})
}
