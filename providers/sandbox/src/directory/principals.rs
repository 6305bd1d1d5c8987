//! Service principals: applications and managed identities.

use serde_json::{Value, json};

use super::{Sort, find, many, not_found, one};
use crate::http::Call;
use crate::http::reply::Answer;
use crate::state::{ServicePrincipal, Tenant};

/// `servicePrincipals`, `servicePrincipals/{id}` and `servicePrincipals(appId='{id}')`.
pub(super) fn answer(call: &Call<'_>, tenant: &Tenant, path: &[&str]) -> Answer {
    match path {
        [set] if set.contains('(') => {
            let asked = set.split('\'').nth(1).unwrap_or_default();
            let principal = tenant
                .service_principals
                .values()
                .find(|it| it.app_id.eq_ignore_ascii_case(asked));
            let found = principal.map(|it| (Sort::ServicePrincipal, shown(tenant, it)));
            one(call, Sort::ServicePrincipal, found, asked)
        }
        [_] => {
            let principals = tenant.service_principals.iter();
            many(
                call,
                Sort::ServicePrincipal,
                principals.map(|(key, it)| (key.clone(), shown(tenant, it))),
            )
        }
        [_, id] => one(
            call,
            Sort::ServicePrincipal,
            find(tenant, id, &[Sort::ServicePrincipal]),
            id,
        ),
        _ => Err(not_found(path.get(1).copied().unwrap_or_default())),
    }
}

/// All that is known about a service principal.
pub(super) fn shown(tenant: &Tenant, it: &ServicePrincipal) -> Value {
    let kind = if it.managed {
        "ManagedIdentity"
    } else {
        "Application"
    };
    json!({"id": it.id, "deletedDateTime": null, "accountEnabled": true, "alternativeNames": [],
        "appDescription": null, "appDisplayName": if it.managed { Value::Null } else { json!(it.name) },
        "appId": it.app_id, "appOwnerOrganizationId": tenant.id, "appRoleAssignmentRequired": false,
        "description": null, "displayName": it.name,
        "homepage": null, "servicePrincipalNames": [it.app_id], "servicePrincipalType": kind,
        "signInAudience": "AzureADMyOrg", "tags": []})
}
