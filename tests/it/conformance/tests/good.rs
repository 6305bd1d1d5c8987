//! Every request that FACTS.md 2 and 19 list for this product, hand-made, is clean, and so are answers as the service gives
//! them.

use serde_json::{Value, json};

use super::super::{check_answers, check_log, operations_used};
use super::{lines, ndjson, real, row, sent};

pub(super) const SUB: &str = "/subscriptions/9b0c3c9a-2f0e-4f53-9f5e-0a5a7f1f2a10";
pub(super) const GROUP: &str =
    "/subscriptions/9b0c3c9a-2f0e-4f53-9f5e-0a5a7f1f2a10/resourceGroups/rg-web";
pub(super) const VM: &str = "/subscriptions/9b0c3c9a-2f0e-4f53-9f5e-0a5a7f1f2a10/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01";
pub(super) const GRANT: &str = "5f3c0f5e-8f5e-5b6e-9a43-1d2f3c4b5a69";
const ROLE: &str = "1c0163c0-47e6-4577-8991-ea5c82e286e4";
const PRINCIPAL: &str = "b5dd7b9a-0c7a-4d93-8ff3-8a1b9a1f0c11";

#[test]
fn the_requests_of_a_full_run_are_clean() {
    let Some(specs) = real() else { return };
    assert_eq!(lines(&check_log(&ndjson(&good()), specs)), [""; 0]);
}

#[test]
fn the_answers_of_a_full_run_are_clean() {
    let Some(specs) = real() else { return };
    assert_eq!(lines(&check_answers(&ndjson(&good()), specs)), [""; 0]);
}

#[test]
fn each_request_was_held_against_the_operation_it_is() {
    let Some(specs) = real() else { return };
    let used = operations_used(&ndjson(&good()), specs);
    insta::assert_snapshot!(used.iter().map(|(name, times)| format!("{times} {name}\n")).collect::<String>(), @r"
    1 ManagementLocks_ListAtResourceGroupLevel
    1 Permissions_ListForResource
    1 Permissions_ListForResourceGroup
    1 Providers_Get
    1 Providers_Register
    1 ResourceGroups_CheckExistence
    1 ResourceGroups_CreateOrUpdate
    1 ResourceGroups_Get
    1 Resources
    4 RoleAssignments_Create
    2 RoleAssignments_Delete
    1 RoleAssignments_ListForResource
    1 RoleAssignments_ListForResourceGroup
    2 RoleAssignments_ListForSubscription
    1 RoleDefinitions_List
    1 Subscriptions_Get
    1 Tags_UpdateAtScope
    1 VirtualMachineExtensionImages_ListVersions
    1 VirtualMachineExtensions_CreateOrUpdate
    1 VirtualMachineExtensions_Delete
    1 VirtualMachineExtensions_Get
    1 VirtualMachineExtensions_List
    1 VirtualMachineExtensions_Update
    1 VirtualMachines_Get
    1 VirtualMachines_InstanceView
    2 VirtualMachines_ListAll
    2 VirtualMachines_Update
    1 directory $batch
    1 directory devices
    1 directory directoryObjects
    1 directory groups
    1 directory identity
    2 directory servicePrincipals
    1 directory users
    2 poll
    1 sign-in
    ");
}

/// A whole run: sign-in, survey, apply, verify, destroy.
pub(super) fn good() -> Vec<Value> {
    let mut rows = survey();
    rows.extend(machine());
    rows.extend(grants());
    rows.extend(directory());
    for (row, n) in rows.iter_mut().zip(1..) {
        row["n"] = json!(n);
    }
    rows
}

fn survey() -> Vec<Value> {
    let group = json!({
        "id": GROUP, "name": "rg-web", "type": "Microsoft.Resources/resourceGroups", "location": "westeurope",
        "tags": {"vmlogin": "prod"}, "properties": {"provisioningState": "Succeeded"}
    });
    let put = json!({"location": "westeurope", "tags": {"vmlogin": "prod"}});
    let next = format!(
        "{SUB}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01&%24skiptoken=abc"
    );
    let page = json!({"value": [vm("SystemAssigned")], "nextLink": format!("http://127.0.0.1:4711{next}")});
    let query = json!({
        "subscriptions": ["9b0c3c9a-2f0e-4f53-9f5e-0a5a7f1f2a10"], "query": "Resources | project id",
        "options": {"resultFormat": "objectArray", "$top": 1000}
    });
    let found = json!({"totalRecords": 1, "count": 1, "resultTruncated": "false", "facets": [], "data": [{"id": VM}]});
    vec![
        sent(
            0,
            "POST",
            "/9b0c3c9a-2f0e-4f53-9f5e-0a5a7f1f2a10/oauth2/v2.0/token",
            json!("form"),
        ),
        with(
            row(
                0,
                "HEAD",
                &format!("{SUB}/resourcegroups/rg-web?api-version=2024-07-01"),
            ),
            404,
            json!(null),
        ),
        with(
            sent(
                0,
                "PUT",
                &format!("{SUB}/resourcegroups/rg-web?api-version=2024-07-01"),
                put,
            ),
            201,
            group.clone(),
        ),
        with(
            row(
                0,
                "GET",
                &format!("{SUB}/resourcegroups/rg-web?api-version=2024-07-01"),
            ),
            200,
            group,
        ),
        with(
            row(0, "GET", &format!("{SUB}?api-version=2022-12-01")),
            200,
            json!({"subscriptionId": "9b0c3c9a-2f0e-4f53-9f5e-0a5a7f1f2a10", "state": "Enabled"}),
        ),
        with(
            row(
                0,
                "GET",
                &format!("{SUB}/providers/Microsoft.Compute?api-version=2024-07-01"),
            ),
            200,
            json!({"namespace": "Microsoft.Compute", "registrationState": "Registered", "authorizations": []}),
        ),
        with(
            row(
                0,
                "POST",
                &format!("{SUB}/providers/Microsoft.Compute/register?api-version=2024-07-01"),
            ),
            200,
            json!({"namespace": "Microsoft.Compute"}),
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{SUB}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01&statusOnly=true"
                ),
            ),
            200,
            page,
        ),
        with(row(0, "GET", &next), 200, json!({"value": []})),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{GROUP}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
                ),
            ),
            200,
            json!({"value": [{"actions": ["*"], "notActions": []}]}),
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{VM}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
                ),
            ),
            200,
            json!({"value": []}),
        ),
        with(
            row(
                0,
                "GET",
                &format!("{GROUP}/providers/Microsoft.Authorization/locks?api-version=2020-05-01"),
            ),
            200,
            json!({"value": []}),
        ),
        with(
            sent(
                0,
                "POST",
                "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01",
                query,
            ),
            200,
            found,
        ),
    ]
}

fn machine() -> Vec<Value> {
    let poll = format!(
        "{SUB}/providers/Microsoft.Compute/locations/westeurope/operations/5b602c02-9ad6-48ad-961f-0d452249ef58?p=42&api-version=2024-07-01&t=1&s=x"
    );
    let extension_url = format!("{VM}/extensions/AADLoginForWindows?api-version=2024-07-01");
    let extension = |state: &str| {
        json!({
            "id": format!("{VM}/extensions/AADLoginForWindows"), "name": "AADLoginForWindows",
            "type": "Microsoft.Compute/virtualMachines/extensions", "location": "westeurope",
            "properties": {
                "publisher": "Microsoft.Azure.ActiveDirectory", "type": "AADLoginForWindows", "typeHandlerVersion": "1.0",
                "autoUpgradeMinorVersion": true, "settings": {"mdmId": ""}, "provisioningState": state
            }
        })
    };
    let put = json!({"location": "westeurope", "tags": {"vmlogin": "prod"}, "properties": {
        "publisher": "Microsoft.Azure.ActiveDirectory", "type": "AADLoginForWindows", "typeHandlerVersion": "1.0",
        "autoUpgradeMinorVersion": true, "enableAutomaticUpgrade": false, "settings": {"mdmId": ""}
    }});
    let patch = json!({"properties": {"autoUpgradeMinorVersion": true}});
    let done = json!({"startTime": "2026-11-21T10:00:00.1+00:00", "endTime": "2026-11-21T10:00:30+00:00", "status": "Succeeded", "name": "5b602c02-9ad6-48ad-961f-0d452249ef58"});
    let tags = json!({"operation": "Merge", "properties": {"tags": {"vmlogin": "prod"}}});
    let tagged = json!({"id": format!("{VM}/providers/Microsoft.Resources/tags/default"), "name": "default", "type": "Microsoft.Resources/tags", "properties": {"tags": {"vmlogin": "prod"}}});
    vec![
        with(
            row(
                0,
                "GET",
                &format!("{VM}?api-version=2024-07-01&%24expand=instanceView"),
            ),
            200,
            vm("None"),
        ),
        with(
            row(
                0,
                "GET",
                &format!("{VM}/instanceView?api-version=2024-07-01"),
            ),
            200,
            json!({"vmAgent": {"vmAgentVersion": "2.7"}, "statuses": [{"code": "PowerState/running", "level": "Info"}]}),
        ),
        started(
            sent(
                0,
                "PATCH",
                &format!("{VM}?api-version=2024-07-01"),
                json!({"identity": {"type": "SystemAssigned"}}),
            ),
            200,
            vm("SystemAssigned"),
            &poll,
        ),
        with(
            row(0, "GET", &poll),
            200,
            json!({"startTime": "2026-11-21T10:00:00.1+00:00", "status": "InProgress", "name": "5b602c02-9ad6-48ad-961f-0d452249ef58"}),
        ),
        with(row(0, "GET", &poll), 200, done),
        started(
            sent(
                0,
                "PATCH",
                &format!("{VM}?api-version=2024-07-01"),
                json!({"tags": {"vmlogin": "prod"}}),
            ),
            200,
            vm("SystemAssigned"),
            &poll,
        ),
        started(
            sent(0, "PUT", &extension_url, put),
            201,
            extension("Creating"),
            &poll,
        ),
        with(
            row(0, "GET", &format!("{extension_url}&$expand=instanceView")),
            200,
            extension("Succeeded"),
        ),
        with(
            row(0, "GET", &format!("{VM}/extensions?api-version=2024-07-01")),
            200,
            json!({"value": [extension("Succeeded")]}),
        ),
        started(
            sent(0, "PATCH", &extension_url, patch),
            200,
            extension("Updating"),
            &poll,
        ),
        started(row(0, "DELETE", &extension_url), 202, json!(null), &poll),
        with(
            sent(
                0,
                "PATCH",
                &format!("{VM}/providers/Microsoft.Resources/tags/default?api-version=2024-07-01"),
                tags,
            ),
            200,
            tagged,
        ),
        with(
            row(
                0,
                "GET",
                &format!(
                    "{SUB}/providers/Microsoft.Compute/locations/westeurope/publishers/Microsoft.Azure.ActiveDirectory/artifacttypes/vmextension/types/AADLoginForWindows/versions?api-version=2024-07-01"
                ),
            ),
            200,
            json!([]),
        ),
    ]
}

fn grants() -> Vec<Value> {
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

fn directory() -> Vec<Value> {
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

fn vm(identity: &str) -> Value {
    let mut vm = json!({
        "id": VM, "name": "web01", "type": "Microsoft.Compute/virtualMachines", "location": "westeurope", "etag": "\"4\"",
        "resources": [{"id": format!("{VM}/extensions/AADLoginForWindows")}],
        "properties": {
            "vmId": "4a3b2c1d-0000-4000-8000-1a2b3c4d5e6f", "provisioningState": "Updating", "timeCreated": "2026-11-21T09:00:00.1+00:00",
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "imageReference": {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2022-datacenter", "version": "latest", "exactVersion": "20348.1"},
                "osDisk": {"osType": "Windows", "name": "os", "caching": "ReadWrite", "createOption": "FromImage", "deleteOption": "Detach", "diskSizeGB": 127},
                "dataDisks": []
            },
            "osProfile": {"computerName": "web01", "adminUsername": "azureuser", "secrets": [], "allowExtensionOperations": true, "requireGuestProvisionSignal": true}
        }
    });
    // A VM without an identity has no such member (OBSERVED.md 6).
    if identity != "None" {
        vm["identity"] = json!({"type": identity, "principalId": PRINCIPAL, "tenantId": PRINCIPAL});
    }
    vm
}

fn with(mut row: Value, status: u16, answer: Value) -> Value {
    row["status"] = json!(status);
    row["response"] = answer;
    row
}

/// An answer that says where its operation is polled.
fn started(row: Value, status: u16, answer: Value, poll: &str) -> Value {
    let mut row = with(row, status, answer);
    row["response_headers"] =
        json!({"azure-asyncoperation": format!("http://127.0.0.1:4711{poll}")});
    row
}
