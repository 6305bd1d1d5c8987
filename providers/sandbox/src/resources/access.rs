//! Who may do what: the caller may do everything but the actions that the seed denies.

use axum::http::Method;
use serde_json::json;

use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::pattern::covers;
use crate::state::Caller;

/// Refuses what the caller may not do, before it is said whether the thing exists: so does Azure.
pub(crate) fn check(call: &Call<'_>) -> Result<(), Reply> {
    let Some(caller) = caller(call) else {
        return Ok(());
    };
    let Some(action) = action(&call.request.method, &call.request.segments) else {
        return Ok(());
    };
    if !caller.deny.iter().any(|denied| covers(denied, &action)) {
        return Ok(());
    }
    Err(error::gateway(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{}' with object id '{}' does not have authorization to perform action '{action}' over scope \
             '{}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
            caller.app_id,
            caller.id,
            scope(&call.request.segments),
        ),
    ))
}

/// `GET {scope}/providers/Microsoft.Authorization/permissions`.
pub(crate) fn permissions(call: &mut Call<'_>) -> Answer {
    let denied = caller(call).map(|it| it.deny.clone()).unwrap_or_default();
    Ok(Reply::json(
        200,
        json!({"value": [{"actions": ["*"], "notActions": denied, "dataActions": [], "notDataActions": []}]}),
    ))
}

/// The caller as the world knows it.
pub(crate) fn caller<'a>(call: &'a Call<'_>) -> Option<&'a Caller> {
    let tenant = call.world.tenants.get(&call.bearer.tenant)?;
    tenant
        .callers
        .iter()
        .find(|it| it.id == call.bearer.object_id)
}

/// The action that a request is, spelt as the request spells its types. `None` where none is needed.
fn action(method: &Method, segments: &[String]) -> Option<String> {
    let lower: Vec<String> = segments.iter().map(|it| it.to_lowercase()).collect();
    let verb = match method.as_str() {
        "GET" | "HEAD" => "read",
        "PUT" | "PATCH" => "write",
        "DELETE" => "delete",
        _ => "action",
    };
    let Some(at) = lower.iter().rposition(|it| it == "providers") else {
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let path = match lower.as_slice() {
            ["subscriptions"] | ["subscriptions", _] => "subscriptions",
            ["subscriptions", _, "locations"] => "subscriptions/locations",
            ["subscriptions", _, "resources"] => "subscriptions/resources",
            ["subscriptions", _, "resourcegroups"] | ["subscriptions", _, "resourcegroups", _] => {
                "subscriptions/resourceGroups"
            }
            ["subscriptions", _, "resourcegroups", _, "resources"] => {
                "subscriptions/resourceGroups/resources"
            }
            _ => return None,
        };
        return Some(format!("Microsoft.Resources/{path}/{verb}"));
    };
    let rest = &segments[at + 1..];
    match rest {
        [] | [_] => Some(format!(
            "Microsoft.Resources/subscriptions/providers/{verb}"
        )),
        [namespace, word] if word.eq_ignore_ascii_case("register") => {
            Some(format!("{namespace}/register/action"))
        }
        // The state of one's own work.
        [_, locations, _, operations, ..]
            if locations.eq_ignore_ascii_case("locations")
                && operations.to_lowercase().starts_with("operation") =>
        {
            None
        }
        [namespace, path @ ..] => {
            let types: Vec<&str> = path.iter().step_by(2).map(String::as_str).collect();
            Some(format!("{namespace}/{}/{verb}", types.join("/")))
        }
    }
}

/// What the action is over: the thing itself, or for a list what it is a list of.
fn scope(segments: &[String]) -> String {
    let lower: Vec<String> = segments.iter().map(|it| it.to_lowercase()).collect();
    let end = match lower.iter().rposition(|it| it == "providers") {
        Some(at) if (segments.len() - at) % 2 == 1 => {
            // A list at the scope itself, else an action or a list of a thing's children.
            if segments.len() - at == 3 {
                at
            } else {
                segments.len() - 1
            }
        }
        Some(_) => segments.len(),
        None if segments.len() % 2 == 1 => segments.len() - 1,
        None => segments.len(),
    };
    format!("/{}", segments[..end].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: Method, path: &str) -> (Option<String>, String) {
        let segments: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        (action(&method, &segments), scope(&segments))
    }

    #[test]
    fn an_assignment_is_written_over_itself() {
        let path =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Authorization/roleAssignments/n";
        let (action, scope) = of(Method::PUT, path);
        assert_eq!(
            action.as_deref(),
            Some("Microsoft.Authorization/roleAssignments/write")
        );
        assert_eq!(scope, path);
    }

    #[test]
    fn a_list_is_read_over_what_it_lists() {
        let (action, scope) = of(
            Method::GET,
            "/subscriptions/s/providers/Microsoft.Compute/virtualMachines",
        );
        assert_eq!(
            action.as_deref(),
            Some("Microsoft.Compute/virtualMachines/read")
        );
        assert_eq!(scope, "/subscriptions/s");
        let machine =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v";
        let (action, scope) = of(Method::GET, &format!("{machine}/extensions"));
        assert_eq!(
            action.as_deref(),
            Some("Microsoft.Compute/virtualMachines/extensions/read")
        );
        assert_eq!(scope, machine);
    }

    #[test]
    fn starting_a_machine_is_an_action_of_it() {
        let machine =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v";
        let (action, _) = of(Method::POST, &format!("{machine}/start"));
        assert_eq!(
            action.as_deref(),
            Some("Microsoft.Compute/virtualMachines/start/action")
        );
    }
}
