use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::conformance::{Specs, check_answers, check_log};

/// One file with a VM that can be read, made and deleted.
fn specs() -> Specs {
    let version = json!({"name": "api-version", "in": "query", "required": true, "type": "string"});
    let name =
        json!({"name": "vmName", "in": "path", "required": true, "type": "string", "maxLength": 4});
    let body = json!({"name": "vm", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Vm"}});
    let error = json!({"schema": {"type": "object", "properties": {"error": {"type": "object"}}, "required": ["error"]}});
    let vm = json!({"schema": {"$ref": "#/definitions/Vm"}});
    let file = json!({
        "info": {"version": "2024-07-01"},
        "paths": {
            "/vms": {"get": {
                "operationId": "Vms_List",
                "parameters": [version, {"name": "$top", "in": "query", "type": "integer", "minimum": 1}, {"name": "$expand", "in": "query", "type": "string", "enum": ["instanceView"]}],
                "responses": {"200": {"schema": {"type": "object", "properties": {"value": {"type": "array"}, "nextLink": {"type": "string"}}}}}
            }},
            "/vms/{vmName}": {
                "put": {"operationId": "Vms_Put", "parameters": [name, version, body], "responses": {"200": vm, "default": error}},
                "delete": {"operationId": "Vms_Delete", "parameters": [name, version], "responses": {"204": {}}}
            }
        },
        "definitions": {"Vm": {"type": "object", "properties": {"size": {"type": "string"}}, "required": ["size"]}}
    });
    Specs::of(BTreeMap::from([("A/1/a.json".to_owned(), file)]))
}

/// One exchange; what is left out is empty.
fn row(method: &str, url: &str, more: Value) -> Value {
    let mut row = json!({"n": 1, "method": method, "url": url, "headers": {}, "body": null, "status": 200, "response_headers": {}, "response": null});
    for (name, value) in more.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn asked(rows: &[Value]) -> Vec<String> {
    let log: Vec<String> = rows.iter().map(Value::to_string).collect();
    check_log(&log.join("\n"), &specs())
        .into_iter()
        .map(|found| format!("{}: {}", found.place, found.what))
        .collect()
}

fn answered(rows: &[Value]) -> Vec<String> {
    let log: Vec<String> = rows.iter().map(Value::to_string).collect();
    check_answers(&log.join("\n"), &specs())
        .into_iter()
        .map(|found| format!("{}: {}", found.place, found.what))
        .collect()
}

#[test]
fn query_options_are_declared_typed_and_there() {
    assert_eq!(
        asked(&[row(
            "GET",
            "/vms?api-version=2024-07-01&%24top=5&$expand=instanceView",
            json!({})
        )]),
        [""; 0]
    );
    assert_eq!(
        asked(&[row(
            "GET",
            "/vms?api-version=2024-07-01&$top=many&$expand=all&$filter=x&$TOP=1",
            json!({})
        )]),
        [
            "query `$top`: is of type string, not integer",
            r#"query `$expand`: is "all", not one of ["instanceView"]"#,
            "query `$filter`: is not an option of this operation",
            "query `$TOP`: is not an option of this operation, which knows `$top`",
        ]
    );
    assert_eq!(
        asked(&[row("GET", "/vms", json!({}))]),
        ["query `api-version`: this path is in the specs at `2024-07-01` only"]
    );
    assert_eq!(
        asked(&[row(
            "GET",
            "/vms?api-version=2024-07-01&$top=1&$top=2",
            json!({})
        )]),
        ["query `$top`: is given twice"]
    );
}

#[test]
fn a_next_page_may_say_what_its_link_said() {
    let next = "/vms?api-version=2024-07-01&%24skiptoken=abc";
    let link = format!("http://127.0.0.1:1234{next}");
    let first = row(
        "GET",
        "/vms?api-version=2024-07-01",
        json!({"response": {"value": [], "nextLink": link}}),
    );
    assert_eq!(asked(&[first, row("GET", next, json!({}))]), [""; 0]);
    assert_eq!(
        asked(&[row("GET", next, json!({}))]),
        ["query `$skiptoken`: is not an option of this operation"]
    );
}

#[test]
fn path_parameters_keep_their_limits() {
    let found = asked(&[row(
        "DELETE",
        "/vms/toolong?api-version=2024-07-01",
        json!({}),
    )]);
    assert_eq!(found, ["path `vmName`: is longer than 4 characters"]);
}

#[test]
fn a_body_is_sent_where_one_is_declared_and_nowhere_else() {
    let url = "/vms/a?api-version=2024-07-01";
    assert_eq!(
        asked(&[row("PUT", url, json!({"body": {"size": "B1"}}))]),
        [""; 0]
    );
    assert_eq!(asked(&[row("PUT", url, json!({}))]), ["body: is missing"]);
    assert_eq!(
        asked(&[row("PUT", url, json!({"body": {}}))]),
        ["body: lacks the required property `size`"]
    );
    assert_eq!(
        asked(&[row("DELETE", url, json!({"body": {}}))]),
        ["body: is not declared for this operation"]
    );
    let form = json!({"body": {"size": "B1"}, "headers": {"Content-Type": "text/plain"}});
    assert_eq!(
        asked(&[row("PUT", url, form)]),
        ["header `content-type`: is not application/json"]
    );
}

#[test]
fn a_body_that_is_no_json_is_seen_by_its_length() {
    let url = "/vms/a?api-version=2024-07-01";
    let form = json!({"headers": {"content-length": "7"}});
    assert_eq!(asked(&[row("DELETE", url, form)]), ["body: is no JSON"]);
    let empty = json!({"headers": {"content-length": "0"}});
    assert_eq!(asked(&[row("DELETE", url, empty)]), [""; 0]);
}

#[test]
fn another_verb_or_path_is_found() {
    assert_eq!(
        asked(&[row("PATCH", "/vms/a?api-version=2024-07-01", json!({}))]),
        ["method: the path has only `DELETE`, `PUT`"]
    );
    assert_eq!(
        asked(&[row("GET", "/disks?api-version=2024-07-01", json!({}))]),
        ["path: is in no spec file"]
    );
}

#[test]
fn an_operation_is_polled_only_where_an_answer_said_so() {
    let poll = "/locations/we/operations/1?api-version=2024-07-01&t=1";
    let given = json!({"Azure-AsyncOperation": format!("http://127.0.0.1:1{poll}")});
    let put = row(
        "PUT",
        "/vms/a?api-version=2024-07-01",
        json!({"body": {"size": "B1"}, "response_headers": given}),
    );
    assert_eq!(asked(&[put.clone(), row("GET", poll, json!({}))]), [""; 0]);
    assert_eq!(
        asked(&[put, row("DELETE", poll, json!({}))]),
        ["method: an operation is polled with GET"]
    );
    assert_eq!(
        asked(&[row("GET", poll, json!({}))]),
        ["path: no earlier answer gave the address of this operation"]
    );
}

#[test]
fn an_operation_answers_with_a_status() {
    let poll = "/locations/we/operations/1?api-version=2024-07-01";
    let put = json!({"body": {"size": "B1"}, "response": {"size": "B1"}, "response_headers": {"azure-asyncoperation": poll}});
    let put = row("PUT", "/vms/a?api-version=2024-07-01", put);
    assert_eq!(
        answered(&[
            put.clone(),
            row("GET", poll, json!({"response": {"status": "InProgress"}}))
        ]),
        [""; 0]
    );
    assert_eq!(
        answered(&[
            put,
            row("GET", poll, json!({"response": {}})),
            row("GET", poll, json!({"status": 204}))
        ]),
        [
            "answer /status: is missing or no string",
            "status: an operation never answers 204"
        ]
    );
}

#[test]
fn answers_have_a_declared_status_and_fit_its_schema() {
    let url = "/vms/a?api-version=2024-07-01";
    let put = |status: u16, response: Value| {
        answered(&[row(
            "PUT",
            url,
            json!({"status": status, "response": response}),
        )])
    };
    assert_eq!(put(200, json!({"size": "B1"})), [""; 0]);
    assert_eq!(put(404, json!({"error": {}})), [""; 0]);
    assert_eq!(
        put(200, json!({"size": 1})),
        ["answer /size: is of type number, not string"]
    );
    assert_eq!(put(200, json!(null)), ["answer body: is missing"]);
    assert_eq!(
        put(201, json!({"size": "B1"})),
        ["status: is 201, declared are 200, default"]
    );
    assert_eq!(put(409, json!({"Error": {}})).len(), 2);
    let delete = row("DELETE", url, json!({"status": 204, "response": {}}));
    assert_eq!(
        answered(&[delete]),
        ["answer body: is not declared for this status"]
    );
}

#[test]
fn nothing_is_clean_that_was_not_looked_at() {
    assert_eq!(
        asked(&[]),
        ["log: the log has no rows, so nothing was checked"]
    );
    assert!(
        check_log("{]", &specs())[0]
            .to_string()
            .starts_with("#1 - -: log: is no row: ")
    );
}

#[test]
fn sign_in_is_passed_over_by_name() {
    assert_eq!(
        asked(&[row("POST", "/tenant/oauth2/v2.0/token", json!({}))]),
        [""; 0]
    );
    assert_eq!(
        asked(&[row("POST", "/tenant/oauth2/v2.0/tokens", json!({}))]),
        ["path: is in no spec file"]
    );
}
