//! Exchanges about role assignments, and the look-ups in the directory that go before them.

use serde_json::{Value, json};

use super::super::{row, sent};
use super::{GRANT, GROUP, PRINCIPAL, ROLE, SUB, VM, with};

pub(super) fn grants() -> Vec<Value> {
    let definition = format!("{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}");
    let at = |scope: &str| {
        format!(
            "{scope}/providers/Microsoft.Authorization/roleAssignments/{GRANT}?api-version=2022-04-01"
        )
    };
    let put = json!({"properties": {
        "roleDefinitionId": definition, "principalId": PRINCIPAL, "principalType": "Group", "description": "vmlogin: web admins"
    }});
    let grant = |scope: &str| {
        json!({
            "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{GRANT}"), "name": GRANT,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": definition, "principalId": PRINCIPAL, "principalType": "Group", "scope": scope,
                "condition": null, "conditionVersion": null, "description": null, "delegatedManagedIdentityResourceId": null,
                "createdOn": "2026-11-21T10:00:00.1234567Z", "updatedOn": "2026-11-21T10:00:00.1234567Z",
                "createdBy": null, "updatedBy": PRINCIPAL
            }
        })
    };
    let role = json!({"value": [{
        "id": definition, "name": ROLE, "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {"roleName": "Virtual Machine Administrator Login", "type": "BuiltInRole", "permissions": [], "createdBy": null}
    }]});
    let list =
        format!("{SUB}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01");
    vec![
        with(row(0, "GET", &list), 200, json!({"value": [grant(SUB)]})),
        with(
            row(0, "GET", &format!("{list}&$filter=atScope()")),
            200,
            json!({"value": []}),
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{GROUP}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=principalId%20eq%20'{PRINCIPAL}'"
                ),
            ),
            200,
            json!({"value": []}),
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{VM}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"
                ),
            ),
            200,
            json!({"value": []}),
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{SUB}/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName%20eq%20'Reader'&api-version=2022-04-01"
                ),
            ),
            200,
            role,
        ),
        with(sent(0, "PUT", &at(SUB), put.clone()), 201, grant(SUB)),
        with(sent(0, "PUT", &at(GROUP), put.clone()), 201, grant(GROUP)),
        with(
            sent(0, "PUT", &at(VM), put.clone()),
            409,
            json!({"error": {"code": "RoleAssignmentExists", "message": "The role assignment already exists."}}),
        ),
        with(sent(0, "PUT", &at(VM), put), 201, grant(VM)),
        with(row(0, "DELETE", &at(VM)), 200, grant(VM)),
        with(row(0, "DELETE", &at(VM)), 204, json!(null)),
    ]
}

pub(super) fn directory() -> Vec<Value> {
    let user = json!({"@odata.type": "#microsoft.graph.user", "id": PRINCIPAL, "userPrincipalName": "ada@contoso.example", "userType": "Member", "accountEnabled": true});
    let group = json!({"@odata.type": "#microsoft.graph.group", "id": PRINCIPAL, "displayName": "web admins", "securityEnabled": true});
    let select = "$select=id,userPrincipalName,displayName,userType,accountEnabled";
    let batch = json!({"requests": [
        {"id": "1", "method": "GET", "url": format!("/users/ada@contoso.example?{select}")},
        {"id": "2", "method": "GET", "url": "/groups?$filter=displayName eq 'web admins'&$select=id,displayName"},
        {"id": "3", "method": "POST", "url": "/directoryObjects/getByIds", "headers": {"Content-Type": "application/json"}, "body": {"ids": [PRINCIPAL]}}
    ]});
    let answers = json!({"responses": [
        {"id": "2", "status": 200, "body": {"value": [{"id": PRINCIPAL, "displayName": "web admins"}]}},
        {"id": "1", "status": 404, "body": {"error": {"code": "Request_ResourceNotFound", "message": "no such user"}}},
        {"id": "3", "status": 200, "body": {"value": [group]}}
    ]});
    let by_ids =
        json!({"ids": [PRINCIPAL], "types": ["user", "group", "servicePrincipal", "device"]});
    vec![
        with(
            row(
                0,
                "GET",
                &format!("/v1.0/users/ada%40contoso.example?{select}"),
            ),
            200,
            user.clone(),
        ),
        with(
            row(
                0,
                "GET",
                "/v1.0/groups?%24filter=displayName%20eq%20%27web%20admins%27&%24select=id%2CdisplayName&%24top=2",
            ),
            200,
            json!({"value": []}),
        ),
        with(
            row(
                0,
                "GET",
                "/v1.0/servicePrincipals(appId='372140e0-b3b7-4226-8ef9-d57986796201')",
            ),
            200,
            json!({"id": PRINCIPAL, "appId": "372140e0-b3b7-4226-8ef9-d57986796201"}),
        ),
        with(
            sent(
                0,
                "POST",
                "/v1.0/servicePrincipals",
                json!({"appId": "372140e0-b3b7-4226-8ef9-d57986796201"}),
            ),
            201,
            json!({"id": PRINCIPAL}),
        ),
        with(
            row(0, "GET", "/v1.0/devices?$filter=displayName eq 'web01'"),
            200,
            json!({"value": [{"id": PRINCIPAL, "deviceId": PRINCIPAL, "trustType": "AzureAd"}]}),
        ),
        with(
            row(0, "GET", "/v1.0/identity/conditionalAccess/policies"),
            200,
            json!({"value": [{"id": PRINCIPAL, "state": "enabled", "conditions": {"applications": {"includeApplications": ["All"]}}}]}),
        ),
        with(
            sent(0, "POST", "/v1.0/directoryObjects/getByIds", by_ids),
            200,
            json!({"value": [user]}),
        ),
        with(sent(0, "POST", "/v1.0/$batch", batch), 200, answers),
    ]
}
