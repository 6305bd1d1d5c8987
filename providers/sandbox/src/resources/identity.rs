//! The identity of a machine: what a PATCH or PUT makes of it (arm/OBSERVED.md 6).

use serde_json::{Map, Value, json};

use crate::http::Call;
use crate::http::error;
use crate::http::reply::Reply;
use crate::state::{Identity, UserAssigned, World, named_guid};

/// What a body asks for.
struct Wanted {
    system: bool,
    user: bool,
}

/// The identity that a body's `identity` leads to. `None` where the body has none: what is attached stays.
pub(crate) fn changed(
    call: &mut Call<'_>,
    name: &str,
    before: &Identity,
    sent: &Value,
) -> Result<Option<Identity>, Reply> {
    if sent.is_null() {
        return Ok(None);
    }
    let wanted = wanted(sent, before)?;
    let mut after = Identity {
        system: before.system.clone().filter(|_| wanted.system),
        user: if wanted.user {
            before.user.clone()
        } else {
            Vec::new()
        },
    };
    if wanted.user {
        merge(&mut after.user, &sent["userAssignedIdentities"])?;
    }
    if wanted.system && after.system.is_none() {
        let (tenant, made_by, now) = (
            call.bearer.tenant.clone(),
            call.world.requests,
            call.pace.now,
        );
        after.system = Some(
            call.world
                .new_service_principal(&tenant, name, made_by, now),
        );
    }
    Ok(Some(after))
}

/// Takes the object of a system-assigned identity out of the directory. Its role assignments stay, orphaned.
pub(crate) fn forget(world: &mut World, principal: &str) {
    for tenant in world.tenants.values_mut() {
        tenant.service_principals.remove(principal);
    }
}

/// The `identity` member of an answer: absent where there is none.
pub(crate) fn shown(call: &Call<'_>, identity: &Identity) -> Option<Value> {
    // With the blank, whatever the client sent: a client compares it (arm/CLIENTS.md 2.2).
    let kind = match (&identity.system, identity.user.is_empty()) {
        (Some(_), false) => "SystemAssigned, UserAssigned",
        (Some(_), true) => "SystemAssigned",
        (None, false) => "UserAssigned",
        (None, true) => return None,
    };
    let tenant = &call.bearer.tenant;
    let mut shown = json!({"type": kind});
    if let Some(principal) = &identity.system {
        shown["principalId"] = json!(principal);
        shown["tenantId"] = json!(tenant);
    }
    if !identity.user.is_empty() {
        let attached: Map<String, Value> = identity
            .user
            .iter()
            .map(|it| (it.id.clone(), ids(call, it)))
            .collect();
        shown["userAssignedIdentities"] = attached.into();
    }
    Some(shown)
}

fn ids(call: &Call<'_>, identity: &UserAssigned) -> Value {
    if !identity.settled {
        return json!({});
    }
    let key = identity.id.to_lowercase();
    if let Some(known) = call.world.resources.get(&key) {
        return json!({"principalId": known.properties["principalId"],
            "clientId": known.properties["clientId"]});
    }
    // Attached by a seed that does not tell of the identity itself.
    let tenant = &call.bearer.tenant;
    json!({"principalId": named_guid(tenant, &format!("principal of {key}")),
        "clientId": named_guid(tenant, &format!("client of {key}"))})
}

fn wanted(sent: &Value, before: &Identity) -> Result<Wanted, Reply> {
    let Some(kind) = sent["type"].as_str() else {
        // A map alone is taken to add to what is there: unverified against Azure, 2026-11-21.
        return Ok(Wanted {
            system: before.system.is_some(),
            user: true,
        });
    };
    let mut wanted = Wanted {
        system: false,
        user: false,
    };
    for word in kind.split(',').map(|it| it.trim().to_lowercase()) {
        match word.as_str() {
            "systemassigned" => wanted.system = true,
            "userassigned" => wanted.user = true,
            "none" => {}
            _ => {
                return Err(error::targeted(
                    400,
                    "InvalidParameter",
                    format!("The value '{kind}' of parameter 'identity.type' is invalid."),
                    "identity.type",
                ));
            }
        }
    }
    Ok(wanted)
}

/// The map of a body adds to what is attached; null takes one away. The refusal is unverified against Azure, 2026-11-21.
fn merge(attached: &mut Vec<UserAssigned>, sent: &Value) -> Result<(), Reply> {
    for (id, value) in sent.as_object().into_iter().flatten() {
        if !is_identity(id) {
            return Err(error::provider(
                400,
                "LinkedInvalidPropertyId",
                format!("Property id '{id}' at path 'identity.userAssignedIdentities' is invalid."),
            ));
        }
        let at = attached
            .iter()
            .position(|it| it.id.eq_ignore_ascii_case(id));
        match (at, value.is_null()) {
            (Some(at), true) => {
                attached.remove(at);
            }
            (None, false) => attached.push(UserAssigned {
                id: id.clone(),
                settled: false,
            }),
            _ => {}
        }
    }
    Ok(())
}

fn is_identity(id: &str) -> bool {
    let lower = id.to_lowercase();
    let parts: Vec<&str> = lower.split('/').collect();
    matches!(
        parts.as_slice(),
        ["", "subscriptions", _, "resourcegroups", _, "providers", "microsoft.managedidentity",
            "userassignedidentities", name] if !name.is_empty()
    )
}
