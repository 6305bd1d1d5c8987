//! A bad request of every sort is found, by its place and in words that lead to the cure.

use serde_json::{Value, json};

use super::super::check_log;
use super::good::{GRANT, GROUP, SUB, VM};
use super::{ndjson, real, row, sent};

/// What is wrong with one request to ARM: "place: what" of each violation.
#[track_caller]
fn check(row: Value, expected: &[&str]) {
    let Some(specs) = real() else { return };
    let found: Vec<_> = check_log(&ndjson(&[row]), specs)
        .into_iter()
        .map(|found| format!("{}: {}", found.place, found.what))
        .collect();
    assert_eq!(found, expected);
}

fn patch_vm(body: Value) -> Value {
    sent(1, "PATCH", &format!("{VM}?api-version=2024-07-01"), body)
}

fn put_extension(body: Value) -> Value {
    sent(
        1,
        "PUT",
        &format!("{VM}/extensions/AADLoginForWindows?api-version=2024-07-01"),
        body,
    )
}

fn put_grant(body: Value) -> Value {
    sent(
        1,
        "PUT",
        &format!(
            "{GROUP}/providers/Microsoft.Authorization/roleAssignments/{GRANT}?api-version=2022-04-01"
        ),
        body,
    )
}

#[test]
fn a_wrong_verb() {
    check(
        sent(
            1,
            "POST",
            &format!("{VM}?api-version=2024-07-01"),
            json!({}),
        ),
        &["method: the path has only `DELETE`, `GET`, `PATCH`, `PUT`"],
    );
    check(
        row(
            1,
            "PATCH",
            &format!(
                "{GROUP}/providers/Microsoft.Authorization/roleAssignments/{GRANT}?api-version=2022-04-01"
            ),
        ),
        &["method: the path has only `DELETE`, `GET`, `PUT`"],
    );
}

#[test]
fn a_path_with_a_typing_error_although_generic_resource_paths_would_fit() {
    let path =
        format!("{GROUP}/providers/Microsoft.Compute/virtualMachine/web01?api-version=2024-07-01");
    check(row(1, "GET", &path), &["path: is in no spec file"]);
}

#[test]
fn an_api_version_that_was_not_pinned() {
    check(
        row(1, "GET", &format!("{VM}?api-version=2025-04-01")),
        &["query `api-version`: this path is in the specs at `2024-07-01` only"],
    );
}

#[test]
fn an_unknown_property() {
    check(
        put_grant(
            json!({"name": GRANT, "properties": {"roleDefinitionId": "/r", "principalId": "p"}}),
        ),
        &["/name: is not a property of the schema"],
    );
    check(
        put_extension(
            json!({"location": "westeurope", "properties": {"autoUpgradeMinorversion": true}}),
        ),
        &[
            "/properties/autoUpgradeMinorversion: is not a property of the schema, which knows `autoUpgradeMinorVersion`",
        ],
    );
}

#[test]
fn a_read_only_property() {
    check(
        put_extension(json!({"id": "/x", "properties": {"provisioningState": "Succeeded"}})),
        &[
            "/id: is read-only",
            "/properties/provisioningState: is read-only",
        ],
    );
    check(
        patch_vm(
            json!({"identity": {"type": "SystemAssigned", "principalId": "b5dd7b9a-0c7a-4d93-8ff3-8a1b9a1f0c11"}}),
        ),
        &["/identity/principalId: is read-only"],
    );
    check(
        put_grant(
            json!({"properties": {"roleDefinitionId": "/r", "principalId": "p", "scope": GROUP}}),
        ),
        &["/properties/scope: is read-only"],
    );
}

#[test]
fn a_missing_required_property() {
    check(
        put_grant(json!({"properties": {"principalId": "p"}})),
        &["/properties: lacks the required property `roleDefinitionId`"],
    );
    check(
        sent(
            1,
            "PUT",
            &format!("{SUB}/resourcegroups/rg?api-version=2024-07-01"),
            json!({"tags": {}}),
        ),
        &["body: lacks the required property `location`"],
    );
    check(
        row(
            1,
            "PUT",
            &format!("{SUB}/resourcegroups/rg?api-version=2024-07-01"),
        ),
        &["body: is missing"],
    );
}

#[test]
fn an_update_needs_only_what_the_update_type_needs() {
    check(patch_vm(json!({})), &[]);
    check(
        patch_vm(json!({"location": "westeurope"})),
        &["/location: is not a property of the schema"],
    );
}

#[test]
fn a_wrong_enum() {
    check(
        patch_vm(json!({"identity": {"type": "SystemAssigned,UserAssigned"}})),
        &[
            r#"/identity/type: is "SystemAssigned,UserAssigned", not one of ["SystemAssigned","UserAssigned","SystemAssigned, UserAssigned","None"]"#,
        ],
    );
    check(
        put_grant(
            json!({"properties": {"roleDefinitionId": "/r", "principalId": "p", "principalType": "group"}}),
        ),
        &[r#"/properties/principalType: is "group", which is "Group" in another case"#],
    );
    check(
        put_grant(
            json!({"properties": {"roleDefinitionId": "/r", "principalId": "p", "principalType": "Agent"}}),
        ),
        &[],
    );
}

#[test]
fn a_wrong_type() {
    check(
        put_extension(
            json!({"properties": {"typeHandlerVersion": 1.0, "autoUpgradeMinorVersion": "true", "settings": "{}"}}),
        ),
        &[
            "/properties/autoUpgradeMinorVersion: is of type string, not boolean",
            "/properties/settings: is of type string, not object",
            "/properties/typeHandlerVersion: is of type number, not string",
        ],
    );
    check(
        patch_vm(json!({"tags": {"a": 1}})),
        &["/tags/a: is of type number, not string"],
    );
}

#[test]
fn null_in_a_put() {
    check(
        put_grant(
            json!({"properties": {"roleDefinitionId": "/r", "principalId": "p", "condition": null}}),
        ),
        &["/properties/condition: is null"],
    );
}

#[test]
fn an_identity_is_removed_by_null_in_a_patch_only() {
    let none = json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/s/id": null}}});
    check(patch_vm(none), &[]);
}

#[test]
fn an_unknown_query_option() {
    check(
        row(1, "GET", &format!("{VM}?api-version=2024-07-01&$select=id")),
        &["query `$select`: is not an option of this operation"],
    );
    check(
        row(
            1,
            "GET",
            &format!("{VM}?api-version=2024-07-01&$expand=instanceview"),
        ),
        &[r#"query `$expand`: is "instanceview", which is "instanceView" in another case"#],
    );
    check(
        row(
            1,
            "GET",
            &format!(
                "{SUB}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01&$skiptoken=made-up"
            ),
        ),
        &["query `$skiptoken`: is not an option of this operation"],
    );
}

#[test]
fn an_undeclared_body() {
    check(
        sent(
            1,
            "DELETE",
            &format!("{VM}?api-version=2024-07-01"),
            json!({}),
        ),
        &["body: is not declared for this operation"],
    );
    check(
        sent(
            1,
            "GET",
            &format!("{VM}?api-version=2024-07-01"),
            json!({"a": 1}),
        ),
        &["body: is not declared for this operation"],
    );
}

#[test]
fn a_subscription_that_is_no_guid_and_a_group_with_a_wrong_name() {
    check(
        row(
            1,
            "GET",
            "/subscriptions/prod/resourcegroups/rg%2Fweb?api-version=2024-07-01",
        ),
        &[r"path `resourceGroupName`: does not match the pattern `^[-\w\._\(\)]+$`"],
    );
    check(
        row(
            1,
            "GET",
            "/subscriptions/prod/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01",
        ),
        &[],
    );
}

#[test]
fn an_operation_nobody_started() {
    check(
        row(
            1,
            "GET",
            &format!(
                "{SUB}/providers/Microsoft.Compute/locations/westeurope/operations/1?api-version=2024-07-01"
            ),
        ),
        &["path: no earlier answer gave the address of this operation"],
    );
}

#[test]
fn one_line_says_all() {
    let Some(specs) = real() else { return };
    let found = check_log(
        &ndjson(&[sent(
            7,
            "PUT",
            "/subscriptions/s/resourcegroups/rg?api-version=2024-07-01",
            json!({}),
        )]),
        specs,
    );
    assert_eq!(
        found[0].to_string(),
        "#7 PUT /subscriptions/s/resourcegroups/rg?api-version=2024-07-01: body: lacks the required property `location`"
    );
}
