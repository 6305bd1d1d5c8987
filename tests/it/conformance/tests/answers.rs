//! The sandbox's side: a wrong answer of every sort is found, and each known deviation is still one.

use serde_json::{Value, json};

use super::super::known::{DEVIATIONS, Deviation, deviation};
use super::super::operation::answer_flaws;
use super::super::row::Row;
use super::super::specs::Specs;
use super::super::{Flaw, check_answers};
use super::examples::examples;
use super::good::{GRANT, GROUP, SUB, VM};
use super::recordings::{operation, recordings};
use super::{ndjson, real, row};

#[track_caller]
fn check(method: &str, url: &str, status: u16, answer: Value, expected: &[&str]) {
    let Some(specs) = real() else { return };
    let mut row = row(1, method, url);
    (row["status"], row["response"]) = (json!(status), answer);
    let found: Vec<_> = check_answers(&ndjson(&[row]), specs)
        .into_iter()
        .map(|found| format!("{}: {}", found.place, found.what))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_status_that_no_file_declares() {
    let grant = format!(
        "{GROUP}/providers/Microsoft.Authorization/roleAssignments/{GRANT}?api-version=2022-04-01"
    );
    check(
        "PUT",
        &grant,
        202,
        json!(null),
        &["status: is 202, declared are 200, 201, default"],
    );
    check(
        "DELETE",
        &format!("{VM}?api-version=2024-07-01"),
        201,
        json!(null),
        &["status: is 201, declared are 200, 202, 204, default"],
    );
}

#[test]
fn an_answer_of_the_wrong_shape() {
    let url = format!("{VM}?api-version=2024-07-01");
    check(
        "GET",
        &url,
        200,
        json!({"name": "web01"}),
        &["answer body: lacks the required property `location`"],
    );
    check(
        "GET",
        &url,
        200,
        json!({"location": "westeurope", "identity": {"type": "systemAssigned"}, "properties": {"timeCreated": "now", "powerState": "on"}}),
        &[
            r#"answer /identity/type: is "systemAssigned", which is "SystemAssigned" in another case"#,
            "answer /properties/powerState: is not a property of the schema",
            "answer /properties/timeCreated: is not of format `date-time`",
        ],
    );
    check(
        "GET",
        &url,
        404,
        json!({"code": "ResourceNotFound"}),
        &["answer /code: is not a property of the schema"],
    );
}

#[test]
fn a_body_where_there_is_none_and_none_where_there_is_one() {
    let grants =
        format!("{SUB}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01");
    check(
        "GET",
        &grants,
        200,
        json!(null),
        &["answer body: is missing"],
    );
    check(
        "DELETE",
        &format!("{VM}?api-version=2024-07-01"),
        204,
        json!({}),
        &["answer body: is not declared for this status"],
    );
}

#[test]
fn the_directory_answers_typed_objects() {
    let ids = "/v1.0/directoryObjects/getByIds";
    check(
        "POST",
        ids,
        200,
        json!({"value": [{"id": "1"}]}),
        &["answer /value/0: lacks `@odata.type`"],
    );
    check(
        "POST",
        ids,
        201,
        json!({"value": []}),
        &["status: is 201, this call answers 200"],
    );
    check(
        "GET",
        "/v1.0/users",
        200,
        json!([]),
        &["answer body: is no object"],
    );
    check(
        "GET",
        "/v1.0/users/a",
        404,
        json!({"message": "no"}),
        &["answer /error: lacks `code` or `message`"],
    );
    check(
        "GET",
        "/v1.0/users/a",
        200,
        json!({"id": null, "appId": "x"}),
        &[
            "answer /appId: is not a property of `user`",
            "answer /id: is null",
        ],
    );
}

#[test]
fn a_throttled_compute_call_answers_without_its_wrapper() {
    let answer = json!({"code": "OperationNotAllowed", "message": "too many", "details": [{"code": "TooManyRequests"}]});
    check(
        "GET",
        &format!("{VM}?api-version=2024-07-01"),
        429,
        answer,
        &[],
    );
}

/// A deviation that no evidence shows any more would only hide mistakes. Those of any operation are from notes on traffic
/// that is not among the recordings.
#[test]
fn each_known_deviation_is_still_one() {
    let Some(specs) = real() else { return };
    let mut rows: Vec<Value> = recordings(specs).into_iter().flatten().collect();
    rows.extend(
        specs
            .operations()
            .flat_map(|operation| examples(specs, operation).into_values().flatten()),
    );
    let mut seen: Vec<&Deviation> = Vec::new();
    for row in &rows {
        let id = operation(specs, row);
        let status = row["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or_default();
        seen.extend(
            flaws(specs, &id, row)
                .iter()
                .filter_map(|flaw| deviation(&id, status, flaw)),
        );
    }
    for known in DEVIATIONS.iter().filter(|known| known.operation != "*") {
        assert!(seen.contains(&known), "{known:?} is seen nowhere");
    }
}

fn flaws(specs: &Specs, id: &str, row: &Value) -> Vec<Flaw> {
    let row: Row = serde_json::from_value(row.clone()).expect("a row of these tests is one");
    let operation = specs
        .operations()
        .find(|operation| operation.id == id && operation.verb == row.method);
    operation
        .map(|operation| answer_flaws(specs, operation, &row))
        .unwrap_or_default()
}
