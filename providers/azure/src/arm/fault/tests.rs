use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::http::Headers;
use crate::testing::recordings;

fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply::new(
        status,
        Headers::from_iter([("x-ms-request-id", "r-1")]),
        body,
    )
}

fn read(status: u16, body: Value) -> Fault {
    from_reply("do it", &reply(status, body.to_string()))
}

fn said(fault: &Fault) -> (Option<&str>, &str) {
    (fault.code.as_deref(), fault.message.as_str())
}

#[test]
fn every_envelope_is_opened() {
    let cases = [
        ("wrapped", json!({"error": {"code": "C", "message": "m"}})),
        ("bare", json!({"code": "C", "message": "m", "target": "t"})),
        (
            "capitalised",
            json!({"Error": {"Code": "C", "Message": "m"}}),
        ),
        (
            "odata",
            json!({"odata.error": {"code": "C", "message": {"lang": "en", "value": "m"}, "requestId": "q"}}),
        ),
        (
            "on an operation",
            json!({"status": "Failed", "error": {"code": "C", "message": "m"}}),
        ),
        (
            "null details",
            json!({"error": {"code": "C", "message": "m", "details": null}}),
        ),
        (
            "empty details",
            json!({"error": {"code": "C", "message": "m", "details": []}}),
        ),
        (
            "details of text",
            json!({"error": {"code": "C", "message": "m", "details": "see elsewhere"}}),
        ),
        (
            "detail without error",
            json!({"error": {"code": "C", "message": "m", "details": [{"info": 1}]}}),
        ),
        (
            "one detail",
            json!({"error": {"code": "Outer", "message": "o", "details": [{"code": "C", "message": "m"}]}}),
        ),
        (
            "two deep",
            json!({"error": {"code": "O", "message": "o", "details": [{"code": "P", "details": [{"code": "C", "message": "m"}]}]}}),
        ),
        (
            "JSON in the message",
            json!({"error": {"code": "O", "message": "{\"error\":{\"code\":\"C\",\"message\":\"m\"}}"}}),
        ),
        (
            "JSON in a detail",
            json!({"Error": {"Code": "O", "Details": [{"Code": "P", "Message": " {\"Code\":\"C\",\"Message\":\"m\"}"}]}}),
        ),
    ];
    for (name, body) in cases {
        let fault = read(400, body);
        assert_eq!(said(&fault), (Some("C"), "m"), "{name}");
        assert_eq!(
            (fault.kind, fault.status),
            (FaultKind::Rejected, Some(400)),
            "{name}"
        );
        assert_eq!(fault.request_id.as_deref(), Some("r-1"), "{name}");
    }
}

#[test]
fn a_detail_that_only_has_figures_leaves_the_sentence() {
    let body = json!({"code": "OperationNotAllowed", "message": "too many requests", "details": [
        {"code": "TooManyRequests", "target": "HighCostGet30Min", "message": "{\"operationGroup\":\"HighCostGet30Min\"}"}]});
    let fault = read(429, body);
    assert_eq!(said(&fault), (Some("TooManyRequests"), "too many requests"));
    assert_eq!(fault.kind, FaultKind::Throttled);
}

#[test]
fn what_holds_no_error_is_told_by_its_kind() {
    let message = |content: &str, body: &str| {
        let headers = Headers::from_iter([("content-type", content)]);
        from_reply("do it", &Reply::new(502, headers, body)).message
    };
    assert_eq!(
        message("application/json", ""),
        "status 502 with an empty body"
    );
    assert_eq!(
        message("application/json", "null"),
        "status 502 with an empty body"
    );
    assert_eq!(
        message("text/html", "Sorry"),
        "status 502 with a web page where JSON was expected"
    );
    assert_eq!(
        message("", "  <!DOCTYPE html>"),
        "status 502 with a web page where JSON was expected"
    );
    assert_eq!(
        message("application/json", "{\"a\":1}"),
        "status 502 with a body that names no error"
    );
    assert_eq!(
        message("application/json", "{\"a\":"),
        "status 502 with a body that names no error"
    );
    assert_eq!(message("text/plain", " try later\n"), "try later");
}

#[test]
fn the_status_says_what_sort_of_fault_it_is() {
    let cases = [
        (400, FaultKind::Rejected),
        (401, FaultKind::SignIn),
        (403, FaultKind::Permission),
        (404, FaultKind::NotFound),
        (408, FaultKind::TimedOut),
        (409, FaultKind::Conflict),
        (412, FaultKind::Conflict),
        (429, FaultKind::Throttled),
        (500, FaultKind::Network),
        (503, FaultKind::Throttled),
        (504, FaultKind::TimedOut),
    ];
    for (status, kind) in cases {
        assert_eq!(read(status, json!({})).kind, kind, "{status}");
    }
}

#[test]
fn a_missing_permission_is_named_with_its_place_and_a_role() {
    let message = "The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your credentials.";
    let fault = read(
        403,
        json!({"error": {"code": "AuthorizationFailed", "message": message}}),
    );
    assert_eq!(fault.message, message);
    assert_eq!(
        fault.help.as_deref(),
        Some(
            "the identity lacks `Microsoft.Authorization/roleAssignments/write` at `/subscriptions/s`: ask for role `Virtual Machine Data Access Administrator (preview)` there, or wait some minutes if it was just granted"
        )
    );
}

#[test]
fn nobody_is_sent_to_grant_a_role_at_an_assignment() {
    let message = "The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/delete' over scope '/subscriptions/s/resourceGroups/g/providers/Microsoft.Authorization/roleAssignments/a' or the scope is invalid.";
    let fault = read(
        403,
        json!({"error": {"code": "AuthorizationFailed", "message": message}}),
    );
    let help = fault.help.unwrap();
    assert!(
        help.contains("at `/subscriptions/s/resourceGroups/g`: ask for role"),
        "{help}"
    );
}

#[test]
fn a_missing_permission_elsewhere_is_named_too() {
    let message = "The client has permission to perform action 'A' on scope 'S', however, it does not have permission to perform action(s) 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope(s) '/subscriptions/t/id' (respectively) or the linked scope(s) are invalid.";
    let fault = read(
        403,
        json!({"error": {"code": "LinkedAuthorizationFailed", "message": message}}),
    );
    let help = fault.help.unwrap();
    assert!(help.starts_with("the identity lacks `Microsoft.ManagedIdentity/userAssignedIdentities/assign/action` at `/subscriptions/t/id`: ask for role `Managed Identity Operator`"), "{help}");
}

#[test]
fn help_is_made_of_what_the_error_says() {
    let help = |status, body| read(status, body).help.unwrap_or_default();
    let namespace = json!({"error": {"code": "MissingSubscriptionRegistration", "message": "The subscription is not registered to use namespace 'Microsoft.Compute'. See x"}});
    assert_eq!(
        help(409, namespace),
        "register it once: `az provider register --namespace Microsoft.Compute`"
    );
    let policy = json!({"error": {"code": "RequestDisallowedByPolicy", "message": "m", "additionalInfo": [
        {"type": "PolicyViolation", "info": {"policyAssignmentName": "deny-all", "policyDefinitionName": "d"}}]}});
    assert!(help(403, policy).starts_with("policy assignment `deny-all` forbids it"));
    assert_eq!(
        help(412, json!({})),
        "it changed since it was read: plan again"
    );
    assert_eq!(
        read(
            400,
            json!({"error": {"code": "InvalidParameter", "message": "m"}})
        )
        .help,
        None
    );
}

#[test]
fn nothing_is_longer_than_can_be_shown() {
    let long = "é".repeat(10_000);
    let fault = read(400, json!({"error": {"code": &long, "message": &long}}));
    assert!(fault.message.len() <= 4096 && fault.message.ends_with("é…"));
    assert!(fault.code.unwrap().len() <= 256);
    assert!(from_reply("do it", &reply(500, long)).message.len() <= 4096);
}

#[test]
fn hostile_nesting_comes_to_an_end() {
    let mut body = json!({"code": "C", "message": "m"});
    for _ in 0..60 {
        body = json!({"code": "C", "message": "m", "details": [body]});
    }
    assert_eq!(said(&read(400, json!({ "error": body }))), (Some("C"), "m"));
}

#[test]
fn an_operation_that_failed_tells_why() {
    let body = json!({"status": "Failed", "error": {"code": "ResourceDeploymentFailure", "message": "failed", "details": [
        {"code": "VMExtensionHandlerNonTransientError", "message": "Handler 'x' has reported failure"}]}});
    let fault = from_operation("install it", &body, None);
    assert_eq!(
        said(&fault),
        (
            Some("VMExtensionHandlerNonTransientError"),
            "Handler 'x' has reported failure"
        )
    );
    assert_eq!(fault.status, None);
    let silent = from_operation("install it", &json!({"status": "Canceled"}), None);
    assert_eq!(
        said(&silent),
        (
            Some("Canceled"),
            "the operation ended as `Canceled` without saying why"
        )
    );
}

#[test]
fn every_recorded_error_is_read() {
    let mut read = 0;
    for exchange in recordings() {
        if exchange.reply.status < 400 || exchange.method == "HEAD" {
            continue;
        }
        let fault = from_reply("do it", &exchange.reply);
        let is_json = exchange.reply.value().is_some_and(|body| body.is_object());
        assert_eq!(
            fault.code.is_some(),
            is_json,
            "{}: {fault:?}",
            exchange.name
        );
        assert!(
            !fault.message.is_empty() && !fault.message.starts_with('{'),
            "{}: {fault:?}",
            exchange.name
        );
        read += 1;
    }
    eprintln!("{read} recorded errors read");
}

proptest! {
    #[test]
    fn no_body_is_too_strange_to_be_told(status in 300_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let fault = from_reply("do it", &reply(status, body));
        prop_assert!(!fault.message.is_empty());
        prop_assert_eq!(fault.status, Some(status));
    }

    #[test]
    fn no_document_is_too_strange_to_be_told(body in document()) {
        let fault = from_reply("do it", &reply(400, json!({"error": body}).to_string()));
        prop_assert!(!fault.message.trim().is_empty() && fault.message.len() <= 4096);
    }
}

/// JSON with the members that an error has, in any shape.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        "[ -~é]{0,12}".prop_map(Value::from),
        Just(json!("{\"code\":\"C\"}")),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let name = prop::sample::select(vec![
            "code",
            "Code",
            "message",
            "details",
            "Details",
            "innerError",
            "target",
            "error",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}
