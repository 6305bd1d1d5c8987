//! Policy definitions: some that are built in, and those that somebody makes.

use axum::http::Method;
use serde_json::{Value, json};

use super::condition;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::resources::{Scope, method_not_allowed};
use crate::seed;
use crate::state::{Policy, World};

const DEFINITIONS: &str = "/providers/Microsoft.Authorization/policyDefinitions";
const SETS: &str = "/providers/Microsoft.Authorization/policySetDefinitions";

/// The initiative that a seed's assignment of one names: the cloud security benchmark.
const BENCHMARK: &str = "1f3afdf9-d0c9-4c3d-847f-89da613e70a8";
const LOCATIONS: &str = "e56962a6-4747-49cd-b67b-bf8b01975c4c";
const APPROVED: &str = "c0e996f8-39cf-4af9-9f45-83fbde810432";
const NOT_ALLOWED: &str = "6c112d4e-5bc7-47ae-a041-ea2d9dccd749";

/// Those that matter to machines. Ids, names and parameters are general knowledge (2026-11-21); the rules are shortened to what
/// [`condition`] judges.
fn built_in(name: &str) -> Option<Policy> {
    let effect = |default: &str| json!({"type": "String", "allowedValues": ["Audit", "Deny", "Disabled"], "defaultValue": default});
    let extensions = "Microsoft.Compute/virtualMachines/extensions";
    let (title, mode, parameters, rule) = match name {
        LOCATIONS => (
            "Allowed locations",
            "Indexed",
            json!({"listOfAllowedLocations": {"type": "Array"}}),
            json!({"if": {"allOf": [
                {"field": "location", "notIn": "[parameters('listOfAllowedLocations')]"},
                {"field": "location", "notEquals": "global"},
            ]}, "then": {"effect": "deny"}}),
        ),
        APPROVED => (
            "Only approved VM extensions should be installed",
            "Indexed",
            json!({"effect": effect("Audit"), "approvedExtensions": {"type": "Array"}}),
            json!({"if": {"allOf": [
                {"field": "type", "equals": extensions},
                {"field": format!("{extensions}/type"), "notIn": "[parameters('approvedExtensions')]"},
            ]}, "then": {"effect": "[parameters('effect')]"}}),
        ),
        NOT_ALLOWED => (
            "Not allowed resource types",
            "All",
            json!({"effect": effect("Deny"), "listOfResourceTypesNotAllowed": {"type": "Array"}}),
            json!({"if": {"field": "type", "in": "[parameters('listOfResourceTypesNotAllowed')]"},
                "then": {"effect": "[parameters('effect')]"}}),
        ),
        _ => return None,
    };
    Some(Policy {
        id: format!("{DEFINITIONS}/{name}"),
        name: name.to_owned(),
        properties: json!({"policyType": "BuiltIn", "mode": mode, "displayName": title, "parameters": parameters, "policyRule": rule}),
    })
}

/// The definition that a seed's assignment stands for, and its parameters.
pub(super) fn named(seed: &seed::Policy) -> (String, Value) {
    let effect = json!({"value": seed.effect});
    let list = |values: &[String]| json!({"value": values});
    let (name, parameters) = if seed.initiative {
        return (format!("{SETS}/{BENCHMARK}"), json!({}));
    } else if !seed.allowed_locations.is_empty() {
        let places = list(&seed.allowed_locations);
        (LOCATIONS, json!({"listOfAllowedLocations": places}))
    } else if !seed.approved_extensions.is_empty() {
        let approved = list(&seed.approved_extensions);
        (
            APPROVED,
            json!({"approvedExtensions": approved, "effect": effect}),
        )
    } else {
        let types = list(&seed.types);
        (
            NOT_ALLOWED,
            json!({"listOfResourceTypesNotAllowed": types, "effect": effect}),
        )
    };
    (format!("{DEFINITIONS}/{name}"), parameters)
}

/// A definition by its id.
pub(super) fn find(world: &World, id: &str) -> Option<Policy> {
    let key = id.to_lowercase();
    let own = world.policy_definitions.get(&key).cloned();
    own.or_else(|| {
        built_in(
            key.strip_prefix(&*DEFINITIONS.to_lowercase())?
                .strip_prefix('/')?,
        )
    })
}

/// Everything at `{subscription}/providers/Microsoft.Authorization/policyDefinitions` and at the same path of the tenant, where the
/// built-in ones are; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, scope: &Scope, rest: &[&str]) -> Answer {
    let at_tenant = scope.key == "/";
    let prefix = match at_tenant {
        true => DEFINITIONS.to_owned(),
        false => format!("{}{DEFINITIONS}", scope.id),
    };
    let [name] = rest else {
        return match call.request.method {
            Method::GET if rest.is_empty() => Ok(list(call.world, &prefix)),
            _ => Err(method_not_allowed(call)),
        };
    };
    let id = format!("{prefix}/{name}");
    match (call.request.method.clone(), find(call.world, &id)) {
        (Method::GET, Some(found)) => Ok(Reply::json(200, shown(&found))),
        (Method::GET, None) => Err(error::gateway(
            404,
            "PolicyDefinitionNotFound",
            format!("The policy definition '{name}' could not be found."),
        )),
        (Method::PUT, _) if !at_tenant => put(call, &prefix),
        (Method::DELETE, Some(found)) if !at_tenant => {
            call.world.policy_definitions.remove(&id.to_lowercase());
            call.world.touch();
            Ok(Reply::json(200, shown(&found)))
        }
        (Method::DELETE, None) if !at_tenant => Ok(Reply::empty(204)),
        _ => Err(method_not_allowed(call)),
    }
}

/// A subscription lists the built-in ones with its own.
fn list(world: &World, prefix: &str) -> Reply {
    let built_in = [LOCATIONS, APPROVED, NOT_ALLOWED]
        .into_iter()
        .filter_map(built_in);
    let own = world.policy_definitions.iter();
    let beneath = format!("{}/", prefix.to_lowercase());
    let own = own.filter(|(key, _)| key.starts_with(&beneath));
    let rows: Vec<Value> = built_in
        .chain(own.map(|(_, held)| held.clone()))
        .map(|it| shown(&it))
        .collect();
    Reply::json(200, json!({"value": rows}))
}

fn put(call: &mut Call<'_>, prefix: &str) -> Answer {
    let mut properties = call.request.object()?["properties"].clone();
    let rule = &properties["policyRule"];
    let unknown = condition::unknown(&rule["if"]);
    let unknown = unknown.or_else(|| condition::unknown_value(&rule["then"]["effect"]));
    if let Some(what) = unknown {
        return Err(error::not_emulated(&format!(
            "policies that ask for {what}"
        )));
    }
    properties["policyType"] = json!("Custom");
    let name = call.request.segments.last().cloned().unwrap_or_default();
    let made = Policy {
        id: format!("{prefix}/{name}"),
        name,
        properties,
    };
    let reply = Reply::json(201, shown(&made));
    call.world
        .policy_definitions
        .insert(made.id.to_lowercase(), made);
    call.world.touch();
    Ok(reply)
}

fn shown(held: &Policy) -> Value {
    json!({"properties": held.properties, "id": held.id, "type": "Microsoft.Authorization/policyDefinitions", "name": held.name})
}
