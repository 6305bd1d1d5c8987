//! Tenants and subscriptions.

use serde_json::{Value, json};
use uuid::Uuid;

use super::page;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::Subscription;

/// `GET /tenants`: the tenant of the token.
pub(crate) fn tenants(call: &mut Call<'_>) -> Answer {
    let rows: Vec<Value> = call
        .world
        .tenants
        .get(&call.bearer.tenant)
        .map(|it| {
            json!({"id": format!("/tenants/{}", it.id), "tenantId": it.id, "displayName": it.name,
                "tenantCategory": "Home", "defaultDomain": it.domain, "domains": [it.domain], "tenantType": "AAD"})
        })
        .into_iter()
        .collect();
    Ok(Reply::json(200, json!({"value": rows})))
}

/// `GET /subscriptions`: those of the token's tenant.
pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let rows = call
        .world
        .subscriptions
        .iter()
        .filter(|(_, it)| it.tenant == call.bearer.tenant);
    Ok(page::page(call, rows, |it| shown(call, it)))
}

/// `GET /subscriptions/{id}`.
pub(crate) fn get(call: &mut Call<'_>, id: &str) -> Answer {
    match call.world.subscriptions.get(id) {
        Some(subscription) => Ok(Reply::json(200, shown(call, subscription))),
        None => Err(not_found(id)),
    }
}

/// Refuses a subscription that is not there or that another tenant is trusted by.
pub(crate) fn known(call: &Call<'_>, id: &str) -> Result<(), Reply> {
    if Uuid::try_parse(id).is_err() {
        return Err(error::gateway(
            400,
            "InvalidSubscriptionId",
            format!("The provided subscription identifier '{id}' is malformed or invalid."),
        ));
    }
    let Some(subscription) = call.world.subscriptions.get(id) else {
        return Err(not_found(id));
    };
    if subscription.tenant == call.bearer.tenant {
        return Ok(());
    }
    let (theirs, ours) = (&call.bearer.tenant, &subscription.tenant);
    let message = format!(
        "The access token is from the wrong issuer 'https://sts.windows.net/{theirs}/'. It must match the tenant \
         'https://sts.windows.net/{ours}/' associated with this subscription. Please use the authority (URL) \
         'https://login.windows.net/{ours}' to get the token."
    );
    let challenge = format!(
        "Bearer authorization_uri=\"{}/{ours}\", error=\"invalid_token\", error_description=\"{message}\"",
        call.request.base
    );
    Err(
        error::gateway(401, "InvalidAuthenticationTokenTenant", message)
            .header("www-authenticate", challenge),
    )
}

fn not_found(id: &str) -> Reply {
    error::gateway(
        404,
        "SubscriptionNotFound",
        format!("The subscription '{id}' could not be found."),
    )
}

fn shown(call: &Call<'_>, subscription: &Subscription) -> Value {
    let tenant = call
        .world
        .tenants
        .get(&subscription.tenant)
        .map_or(&subscription.tenant, |it| &it.id);
    let mut shown = json!({
        "id": format!("/subscriptions/{}", subscription.id), "authorizationSource": "RoleBased",
        "managedByTenants": [], "subscriptionId": subscription.id, "tenantId": tenant,
        "displayName": subscription.name, "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off"},
    });
    if let Some(tags) = &subscription.tags {
        shown["tags"] = json!(tags);
    }
    shown
}
