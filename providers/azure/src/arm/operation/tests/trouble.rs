//! What goes wrong while an operation is asked about.

use super::*;

#[test]
fn trouble_while_asking_is_no_failure() {
    let begun = || {
        Story::begin(
            "PUT",
            201,
            &[("azure-asyncoperation", STATUS)],
            resource("Creating"),
        )
    };
    begun()
        .feed(503, &[], Value::Null)
        .asks(STATUS, 4)
        .feed(
            429,
            &[],
            json!("slow down, retry after '2026-11-21T10:00:12Z'"),
        )
        .asks(STATUS, 12)
        .feed(504, &[("retry-after", "3")], json!("<html>"))
        .asks(STATUS, 3)
        .feed(
            500,
            &[],
            json!({"error": {"code": "InternalServerError", "message": "m"}}),
        )
        .asks(STATUS, 4)
        .feed(200, &[], json!({"status": "Succeeded"}))
        .ends_well();
}

#[test]
fn a_status_url_that_is_gone_leaves_the_resource() {
    let begun = || {
        Story::begin(
            "PUT",
            201,
            &[("azure-asyncoperation", STATUS)],
            resource("Creating"),
        )
    };
    begun()
        .feed_times(2, 404, Value::Null)
        .asks(STATUS, 4)
        .feed(404, &[], Value::Null)
        .asks(VM, 4)
        .feed(200, &[], resource("Succeeded"))
        .ends_well();
    let lost = begun()
        .feed_times(11, 503, Value::Null)
        .feed_times(11, 503, Value::Null)
        .ends_badly();
    assert_eq!(lost.kind, FaultKind::Throttled);
    assert_eq!(
        lost.message,
        "it began, but how it is getting on cannot be read: status 503 with an empty body"
    );
    assert_eq!(lost.operation_url.as_deref(), Some(VM));
}

#[test]
fn an_action_has_no_resource_to_ask() {
    let fault = Story::begin(
        "POST",
        202,
        &[("azure-asyncoperation", STATUS)],
        Value::Null,
    )
    .feed_times(3, 403, Value::Null)
    .ends_badly();
    assert_eq!(fault.kind, FaultKind::Permission);
    assert_eq!(fault.operation_url.as_deref(), Some(SHOWN));
}

#[test]
fn a_refused_token_ends_the_asking_but_names_the_operation() {
    let fault = Story::begin(
        "PUT",
        201,
        &[("azure-asyncoperation", STATUS)],
        resource("Creating"),
    )
    .feed(401, &[], Value::Null)
    .ends_badly();
    assert_eq!(
        (fault.kind, fault.operation_url.as_deref()),
        (FaultKind::SignIn, Some(SHOWN))
    );
}

#[test]
fn the_deadline_ends_the_asking_but_names_the_operation() {
    let headers = [("azure-asyncoperation", STATUS), ("retry-after", "30")];
    let fault = Story::begin_until(Some(2), "PUT", 201, &headers, resource("Creating"))
        .asks(STATUS, 2)
        .feed(200, &[("retry-after", "30")], running())
        .asks(STATUS, 1)
        .feed(200, &[("retry-after", "30")], running())
        .ends_badly();
    assert_eq!(fault.kind, FaultKind::TimedOut);
    assert_eq!(fault.message, "after 2 s Azure still says `InProgress`");
    assert_eq!(fault.operation_url.as_deref(), Some(SHOWN));
}

#[test]
fn no_url_of_another_host_is_asked() {
    for (name, link) in [
        ("azure-asyncoperation", "https://example.com/o"),
        ("location", "https://graph.microsoft.com/v1.0/o"),
        ("location", "http://management.azure.com/o"),
    ] {
        let fault = Story::begin("DELETE", 202, &[(name, link)], Value::Null).ends_badly();
        assert_eq!(
            (fault.kind, fault.operation_url),
            (FaultKind::Untrusted, None),
            "{link}"
        );
    }
    let later = Story::begin("PUT", 202, &[("azure-asyncoperation", STATUS)], Value::Null).feed(
        200,
        &[("azure-asyncoperation", "https://example.com/o")],
        running(),
    );
    assert_eq!(later.ends_badly().kind, FaultKind::Untrusted);
}
