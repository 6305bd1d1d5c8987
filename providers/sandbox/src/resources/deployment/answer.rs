//! How deployments are answered.

use serde_json::{Value, json};

use crate::state::{Deployment, Step, clock, named_guid};

/// One resource of a deployment, as its operations tell it.
pub(super) fn step_shown(held: &Deployment, it: &Step) -> Value {
    let id = named_guid(&held.hash, &it.target).replace('-', "")[..16]
        .to_uppercase()
        .to_lowercase();
    let state = if it.error.is_some() {
        "Failed"
    } else {
        "Succeeded"
    };
    let code = match it.status {
        200 => "OK".to_owned(),
        201 => "Created".to_owned(),
        202 => "Accepted".to_owned(),
        400 => "BadRequest".to_owned(),
        409 => "Conflict".to_owned(),
        other => other.to_string(),
    };
    let mut properties = json!({"provisioningOperation": "Create", "provisioningState": state,
        "timestamp": clock::with_z(held.started), "statusCode": code,
        "targetResource": {"id": it.target, "resourceType": it.kind, "resourceName": it.name}});
    if let Some(error) = &it.error {
        properties["statusMessage"] = json!({"error": error});
    }
    json!({"id": format!("{}/operations/{id}", held.id), "operationId": id, "properties": properties})
}

/// A deployment, without its template.
pub(super) fn shown(held: &Deployment) -> Value {
    let mut providers: Vec<Value> = Vec::new();
    for (kind, place) in &held.types {
        let (namespace, kind) = kind.split_once('/').unwrap_or((kind, ""));
        let row = json!({"resourceType": kind, "locations": [place]});
        match providers.iter_mut().find(|it| it["namespace"] == namespace) {
            Some(known) => {
                if let Some(types) = known["resourceTypes"].as_array_mut() {
                    types.push(row);
                }
            }
            None => providers.push(json!({"namespace": namespace, "resourceTypes": [row]})),
        }
    }
    let mut properties = json!({"templateHash": held.hash, "parameters": held.parameters, "mode": "Incremental",
        "provisioningState": held.state, "timestamp": clock::with_z(held.started), "duration": "PT1S",
        "correlationId": named_guid(&held.hash, &held.id), "providers": providers, "dependencies": []});
    if !held.outputs.is_null() {
        properties["outputs"] = held.outputs.clone();
    }
    if held.state == "Succeeded" {
        let ids: Vec<Value> = held
            .steps
            .iter()
            .map(|it| json!({"id": it.target}))
            .collect();
        properties["outputResources"] = ids.into();
    }
    if let Some(error) = &held.error {
        properties["error"] = error.clone();
    }
    json!({"id": held.id, "name": held.name, "type": "Microsoft.Resources/deployments", "properties": properties})
}
