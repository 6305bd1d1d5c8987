//! Azure Policy: definitions, assignments, and the refusal of what an enforced one with the effect `deny` fits.
//!
//! Nobody has recorded a refusal (arm/OBSERVED.md 11): its status and envelope follow arm/FACTS.md 7, its text what users report
//! (general knowledge, unverified against Azure, 2026-11-21).

mod condition;
mod definition;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{Scope, beneath_scope, method_not_allowed};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::seed;
use crate::state::{Policy, World};
use condition::Target;

pub(crate) use definition::answer as definitions;

const ASSIGNMENTS: &str = "/providers/Microsoft.Authorization/policyAssignments/";

/// Everything at `{scope}/providers/Microsoft.Authorization/policyAssignments`; `rest` is what follows.
pub(crate) fn assignments(call: &mut Call<'_>, scope: &Scope, rest: &[&str]) -> Answer {
    let [name] = rest else {
        return match call.request.method {
            Method::GET if rest.is_empty() => Ok(list(call, scope)),
            _ => Err(method_not_allowed(call)),
        };
    };
    let key = format!("{}{}{name}", scope.key, ASSIGNMENTS.to_lowercase());
    let held = call.world.policy_assignments.get(&key);
    match (call.request.method.clone(), held) {
        (Method::PUT, _) => put(call, scope, key),
        (Method::GET, Some(held)) => Ok(Reply::json(200, shown(held))),
        // With a body, and 204 for a missing one: arm/OBSERVED.md 2.
        (Method::DELETE, Some(held)) => {
            let reply = Reply::json(200, shown(held));
            call.world.policy_assignments.remove(&key);
            call.world.touch();
            Ok(reply)
        }
        (Method::DELETE, None) => Ok(Reply::empty(204)),
        (Method::GET, None) => Err(error::gateway(
            404,
            "PolicyAssignmentNotFound",
            format!("The policy assignment '{name}' is not found."),
        )),
        _ => Err(method_not_allowed(call)),
    }
}

/// Those at the scope, above it and beneath it; `atScope()` leaves out what is beneath.
fn list(call: &Call<'_>, scope: &Scope) -> Reply {
    let filter = call.request.query("$filter").unwrap_or_default();
    let deep = !filter.to_lowercase().contains("atscope()");
    let rows: Vec<Value> = call
        .world
        .policy_assignments
        .values()
        .filter(|held| {
            let at = scope_of(held).to_lowercase();
            beneath_scope(&scope.key, &at) || deep && beneath_scope(&at, &scope.key)
        })
        .map(shown)
        .collect();
    Reply::json(200, json!({"value": rows}))
}

fn put(call: &mut Call<'_>, scope: &Scope, key: String) -> Answer {
    let mut properties = call.request.object()?["properties"].clone();
    let definition = properties["policyDefinitionId"]
        .as_str()
        .unwrap_or_default();
    if definition.to_lowercase().contains("/policysetdefinitions/") {
        return Err(error::not_emulated("initiatives (policy set definitions)"));
    }
    if definition::find(call.world, definition).is_none() {
        return Err(error::gateway(
            404,
            "PolicyDefinitionNotFound",
            format!("The policy definition '{definition}' could not be found."),
        ));
    }
    let Some(members) = properties.as_object_mut() else {
        return Err(error::gateway(
            400,
            "InvalidRequestContent",
            "The request content was invalid: 'properties' are missing.",
        ));
    };
    members.insert("scope".to_owned(), json!(scope.id));
    members.entry("enforcementMode").or_insert(json!("Default"));
    let name = call.request.segments.last().cloned().unwrap_or_default();
    let made = Policy {
        id: format!("{}{ASSIGNMENTS}{name}", scope.id),
        name,
        properties,
    };
    let reply = Reply::json(201, shown(&made));
    call.world.policy_assignments.insert(key, made);
    call.world.touch();
    Ok(reply)
}

/// The assignment of a seed, which names a definition of the built-in ones.
pub(crate) fn sown(world: &mut World, scope: &str, seed: &seed::Policy) {
    let (definition, parameters) = definition::named(seed);
    let scope = seed.scope.as_deref().unwrap_or(scope);
    let mode = if seed.enforced {
        "Default"
    } else {
        "DoNotEnforce"
    };
    let made = Policy {
        id: format!("{scope}{ASSIGNMENTS}{}", seed.name),
        name: seed.name.clone(),
        properties: json!({"displayName": seed.title.as_ref().unwrap_or(&seed.name), "policyDefinitionId": definition,
            "scope": scope, "notScopes": [], "parameters": parameters, "enforcementMode": mode}),
    };
    world
        .policy_assignments
        .insert(made.id.to_lowercase(), made);
}

/// Refuses the PUT of a resource that an enforced assignment denies. PATCH is let through: what it leaves as it is would have to be
/// judged with what it changes.
pub(crate) fn check(call: &Call<'_>) -> Result<(), Reply> {
    let Some(kind) = type_of(call) else {
        return Ok(());
    };
    let Ok(body) = call.request.object() else {
        // Whoever answers to the path says what is wrong with it.
        return Ok(());
    };
    let target = Target {
        kind: &kind,
        body: &body,
    };
    let key = format!("/{}", call.request.lower.join("/"));
    let mut assignments = call.world.policy_assignments.values();
    match assignments.find(|held| covers(held, &key) && denies(call.world, held, &target)) {
        None => Ok(()),
        Some(held) => Err(refusal(call, held)),
    }
}

/// The type of what a PUT makes or changes, where policies are about it.
fn type_of(call: &Call<'_>) -> Option<String> {
    if call.request.method != Method::PUT {
        return None;
    }
    let (segments, lower) = (&call.request.segments, &call.request.lower);
    let Some(at) = lower.iter().rposition(|it| it == "providers") else {
        return (lower.len() == 4)
            .then(|| "Microsoft.Resources/subscriptions/resourceGroups".to_owned());
    };
    let namespace = segments.get(at + 1)?;
    if ["microsoft.authorization", "microsoft.resources"].contains(&lower.get(at + 1)?.as_str()) {
        return None;
    }
    let types = segments[at + 2..].iter().step_by(2);
    let types: Vec<&str> = types.map(String::as_str).collect();
    Some(format!("{namespace}/{}", types.join("/")))
}

fn covers(held: &Policy, key: &str) -> bool {
    let is_above = |scope: &Value| {
        let scope = scope.as_str().unwrap_or_default().to_lowercase();
        beneath_scope(key, &scope)
    };
    let excluded = held.properties["notScopes"].as_array();
    is_above(&held.properties["scope"]) && !excluded.into_iter().flatten().any(is_above)
}

fn denies(world: &World, held: &Policy, target: &Target<'_>) -> bool {
    let properties = &held.properties;
    if properties["enforcementMode"] == "DoNotEnforce" {
        return false;
    }
    let id = properties["policyDefinitionId"]
        .as_str()
        .unwrap_or_default();
    let Some(definition) = definition::find(world, id) else {
        return false;
    };
    let defined = &definition.properties;
    // `Indexed` leaves out types without tags and a region, and groups.
    let is_indexed = defined["mode"].as_str().unwrap_or("Indexed") == "Indexed";
    if is_indexed && (target.body.get("location").is_none() || target.is_group()) {
        return false;
    }
    let parameters = parameters(&defined["parameters"], &properties["parameters"]);
    let rule = &defined["policyRule"];
    let effect = condition::value(&rule["then"]["effect"], &parameters);
    effect
        .as_str()
        .is_some_and(|it| it.eq_ignore_ascii_case("deny"))
        && condition::holds(&rule["if"], &parameters, target)
}

/// What was assigned, else what the definition has by default; by names in lower case.
fn parameters(defined: &Value, assigned: &Value) -> Map<String, Value> {
    let of = |all: &Value, member: &str| -> Vec<(String, Value)> {
        let all = all.as_object().into_iter().flatten();
        all.filter_map(|(name, it)| Some((name.to_lowercase(), it.get(member)?.clone())))
            .collect()
    };
    let mut values: Map<String, Value> = of(defined, "defaultValue").into_iter().collect();
    values.extend(of(assigned, "value"));
    values
}

fn refusal(call: &Call<'_>, held: &Policy) -> Reply {
    let name = call.request.segments.last().map_or("", String::as_str);
    let properties = &held.properties;
    let definition = properties["policyDefinitionId"]
        .as_str()
        .unwrap_or_default();
    let identifiers = json!([{
        "policyAssignment": {"name": properties["displayName"], "id": held.id},
        "policyDefinition": {"id": definition},
    }]);
    let message =
        format!("Resource '{name}' was disallowed by policy. Policy identifiers: '{identifiers}'.");
    let info = json!({
        "policyDefinitionId": definition,
        "policyDefinitionName": definition.rsplit('/').next(),
        "policyDefinitionEffect": "deny",
        "policyAssignmentId": held.id,
        "policyAssignmentName": held.name,
        "policyAssignmentDisplayName": properties["displayName"],
        "policyAssignmentScope": properties["scope"],
        "policyAssignmentParameters": properties["parameters"],
    });
    let mut reply = error::gateway(403, "RequestDisallowedByPolicy", message);
    if let Some(body) = &mut reply.body {
        body["error"]["target"] = json!(name);
        body["error"]["additionalInfo"] = json!([{"type": "PolicyViolation", "info": info}]);
    }
    reply
}

fn scope_of(held: &Policy) -> &str {
    held.properties["scope"].as_str().unwrap_or_default()
}

fn shown(held: &Policy) -> Value {
    json!({"properties": held.properties, "id": held.id, "type": "Microsoft.Authorization/policyAssignments", "name": held.name})
}
