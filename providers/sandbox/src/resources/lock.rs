//! Management locks. Nobody has recorded a refusal (arm/OBSERVED.md 11): code and text are those that users report
//! (hashicorp/terraform-provider-azurerm issue 17478, Azure/azure-cli issue 20232, read 2026-11-21).

use axum::http::Method;
use serde_json::{Value, json};

use super::{Scope, beneath_scope, method_not_allowed};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::Lock;

const BETWEEN: &str = "/providers/microsoft.authorization/locks/";

/// Everything at `{scope}/providers/Microsoft.Authorization/locks`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, scope: &Scope, rest: &[&str]) -> Answer {
    let [name] = rest else {
        return match call.request.method {
            Method::GET if rest.is_empty() => Ok(list(call, scope)),
            _ => Err(method_not_allowed(call)),
        };
    };
    let key = format!("{}{BETWEEN}{name}", scope.key);
    match (call.request.method.clone(), call.world.locks.get(&key)) {
        (Method::PUT, _) => put(call, scope, key),
        (Method::GET, Some(lock)) => Ok(Reply::json(200, shown(lock))),
        (Method::DELETE, Some(_)) => {
            call.world.locks.remove(&key);
            call.world.touch();
            Ok(Reply::empty(200))
        }
        (Method::DELETE, None) => Ok(Reply::empty(204)),
        // Code and text are unverified against Azure, 2026-11-21.
        (Method::GET, None) => Err(error::gateway(
            404,
            "LockNotFound",
            format!("The lock '{name}' could not be found."),
        )),
        _ => Err(method_not_allowed(call)),
    }
}

/// Refuses what a lock forbids: deletions of what one is at, above or beneath, and with `ReadOnly` all writes to what one is at
/// or above. Locks themselves can always be written and taken away.
pub(crate) fn check(call: &Call<'_>) -> Result<(), Reply> {
    let verb = match call.request.method.as_str() {
        "DELETE" => "delete",
        "PUT" | "PATCH" | "POST" => "write",
        _ => return Ok(()),
    };
    let target = format!("/{}", call.request.lower.join("/"));
    if target.contains(BETWEEN) || !target.starts_with("/subscriptions/") {
        return Ok(());
    }
    let locked: Vec<&str> = call
        .world
        .locks
        .values()
        .filter(|lock| forbids(lock, verb, &target))
        .map(|lock| scope_of(&lock.id))
        .collect();
    if locked.is_empty() {
        return Ok(());
    }
    Err(error::gateway(
        409,
        "ScopeLocked",
        format!(
            "The scope '/{}' cannot perform {verb} operation because following scope(s) are locked: '{}'. Please remove the \
             lock and try again.",
            call.request.segments.join("/"),
            locked.join("', '")
        ),
    ))
}

fn forbids(lock: &Lock, verb: &str, target: &str) -> bool {
    let scope = scope_of(&lock.id).to_lowercase();
    let above = beneath_scope(target, &scope);
    match verb {
        "delete" => above || beneath_scope(&scope, target),
        _ => above && lock.level == "ReadOnly",
    }
}

/// Without a filter those beneath come, too; that `atScope()` leaves them out follows the contract.
fn list(call: &Call<'_>, scope: &Scope) -> Reply {
    let filter = call.request.query("$filter").unwrap_or_default();
    let deep = !filter.to_lowercase().contains("atscope()");
    let rows: Vec<Value> = call
        .world
        .locks
        .values()
        .filter(|lock| {
            let at = scope_of(&lock.id).to_lowercase();
            beneath_scope(&scope.key, &at) || deep && beneath_scope(&at, &scope.key)
        })
        .map(shown)
        .collect();
    Reply::json(200, json!({"value": rows}))
}

fn put(call: &mut Call<'_>, scope: &Scope, key: String) -> Answer {
    let properties = &call.request.object()?["properties"];
    let level = properties["level"].as_str().unwrap_or_default();
    let levels = ["CanNotDelete", "ReadOnly"];
    let Some(level) = levels.iter().find(|it| it.eq_ignore_ascii_case(level)) else {
        // Code and text are unverified against Azure, 2026-11-21.
        return Err(error::gateway(
            400,
            "InvalidLockLevel",
            format!(
                "The lock level '{level}' is invalid. Supported levels: CanNotDelete, ReadOnly."
            ),
        ));
    };
    let name = call.request.segments.last().cloned().unwrap_or_default();
    let status = if call.world.locks.contains_key(&key) {
        200
    } else {
        201
    };
    let made = Lock {
        // As its creator spelt it (arm/OBSERVED.md 4).
        id: format!(
            "{}/providers/Microsoft.Authorization/locks/{name}",
            scope.id
        ),
        name,
        level: (*level).to_owned(),
        notes: properties["notes"].as_str().map(str::to_owned),
    };
    let reply = Reply::json(status, shown(&made));
    call.world.locks.insert(key, made);
    call.world.touch();
    Ok(reply)
}

fn scope_of(id: &str) -> &str {
    let at = id.to_lowercase().rfind(BETWEEN).unwrap_or(id.len());
    id.get(..at).unwrap_or(id)
}

fn shown(lock: &Lock) -> Value {
    let mut properties = json!({"level": lock.level});
    if let Some(notes) = &lock.notes {
        properties["notes"] = json!(notes);
    }
    json!({"properties": properties, "id": lock.id, "type": "Microsoft.Authorization/locks", "name": lock.name})
}
