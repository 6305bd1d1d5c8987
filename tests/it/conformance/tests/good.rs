//! Every request that FACTS.md 2 and 19 list for this product, hand-made, is clean, and so are answers as the service gives
//! them.

use serde_json::{Value, json};

use super::super::{check_answers, check_log, operations_used};
use super::{lines, ndjson, real, row, sent};

mod grants;
mod machine;

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
    rows.extend(machine::machine());
    rows.extend(grants::grants());
    rows.extend(grants::directory());
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
    let page = json!({"value": [machine::vm("SystemAssigned")], "nextLink": format!("http://127.0.0.1:4711{next}")});
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
