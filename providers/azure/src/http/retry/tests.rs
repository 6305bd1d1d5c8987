use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::reply::Headers;
use super::*;
use crate::testing::recordings;

const NOW: &str = "2026-11-21T10:00:00Z";

fn put() -> Request {
    Request::put("/subscriptions/s/x", "1", json!({}), "create it")
}

fn post() -> Request {
    Request::post("/subscriptions/s/x/start", "1", "start it")
}

fn attempt(request: &Request, number: u32) -> Attempt<'_> {
    Attempt {
        request,
        number,
        token_renewed: false,
        now: NOW.parse().unwrap(),
        seed: 7,
    }
}

fn reply(status: u16, body: Value, headers: &[(&str, &str)]) -> Reply {
    Reply::new(
        status,
        Headers::from_iter(headers.iter().copied()),
        body.to_string(),
    )
}

fn error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

fn reason_for(request: &Request, reply: &Reply) -> Option<Reason> {
    match decide(&attempt(request, 1), &Outcome::Refused(reply)) {
        Decision::Retry { reason, .. } => Some(reason),
        Decision::GiveUp => None,
    }
}

#[test]
fn what_can_succeed_is_repeated_and_the_rest_is_not() {
    let cases = [
        (408, "RequestTimeout", "", Some(Reason::ServerError)),
        (
            429,
            "SubscriptionRequestsThrottled",
            "",
            Some(Reason::Throttled),
        ),
        (
            429,
            "OperationNotAllowed",
            "too many requests",
            Some(Reason::Throttled),
        ),
        (429, "RetryableError", "", Some(Reason::Busy)),
        (429, "AnotherOperationInProgress", "", Some(Reason::Busy)),
        (500, "InternalServerError", "", Some(Reason::ServerError)),
        (503, "ServerTimeout", "", Some(Reason::ServerError)),
        (504, "ResourceReadFailed", "", Some(Reason::ServerError)),
        (409, "AnotherOperationInProgress", "", Some(Reason::Busy)),
        (
            409,
            "OperationNotAllowed",
            "Cannot do it since Another Operation is in progress.",
            Some(Reason::Busy),
        ),
        (
            409,
            "Conflict",
            "The request failed due to conflict with a concurrent request.",
            Some(Reason::Busy),
        ),
        (
            409,
            "ResourceGroupBeingDeleted",
            "",
            Some(Reason::BeingDeleted),
        ),
        (
            409,
            "ResourceUpdateBlockedOnPlatformUpdate",
            "",
            Some(Reason::Busy),
        ),
        (400, "PrincipalNotFound", "", Some(Reason::NewPrincipal)),
        (
            401,
            "ExpiredAuthenticationToken",
            "",
            Some(Reason::StaleToken),
        ),
        (401, "InvalidAuthenticationTokenTenant", "", None),
        (400, "InvalidParameter", "", None),
        (400, "RoleAssignmentUpdateNotPermitted", "", None),
        (403, "AuthorizationFailed", "", None),
        (403, "RequestDisallowedByPolicy", "", None),
        (404, "ResourceNotFound", "", None),
        (409, "Conflict", "The disk is in a failed state.", None),
        (
            409,
            "OperationNotAllowed",
            "Cannot modify extensions in the VM when the VM is not running.",
            None,
        ),
        (
            409,
            "OperationNotAllowed",
            "it results in exceeding approved Cores quota",
            None,
        ),
        (409, "RoleAssignmentExists", "", None),
        (409, "ScopeLocked", "", None),
        (409, "MissingSubscriptionRegistration", "", None),
        (409, "SkuNotAvailable", "", None),
        (412, "PreconditionFailed", "", None),
        (302, "", "", None),
    ];
    for (status, code, message, expected) in cases {
        let reply = reply(status, error(code, message), &[]);
        assert_eq!(
            reason_for(&put(), &reply),
            expected,
            "{status} {code} {message}"
        );
    }
}

#[test]
fn a_lock_named_in_a_detail_is_no_rate() {
    let body = json!({"error": {"code": "RetryableError", "message": "A retryable error occurred.", "details": [
        {"code": "RetryableErrorDueToAnotherOperation", "message": "Operation x is updating y. The call can be retried in 14 seconds."}]}});
    let reply = reply(429, body, &[("retry-after", "14")]);
    let decision = decide(&attempt(&put(), 1), &Outcome::Refused(&reply));
    assert_eq!(
        decision,
        Decision::Retry {
            wait: Duration::from_secs(14),
            reason: Reason::Busy
        }
    );
}

#[test]
fn retry_after_is_a_reason_except_where_the_answer_is_final() {
    let asked = |status| {
        reason_for(
            &put(),
            &reply(status, error("Whatever", ""), &[("retry-after", "5")]),
        )
    };
    for status in [400, 409, 423, 425] {
        assert_eq!(asked(status), Some(Reason::Asked), "{status}");
    }
    for status in [403, 404, 405, 410, 412] {
        assert_eq!(asked(status), None, "{status}");
    }
    let zero = reply(
        409,
        error("PropertyChangeNotAllowed", ""),
        &[("retry-after", "0")],
    );
    assert_eq!(reason_for(&put(), &zero), None);
}

#[test]
fn an_action_that_may_have_happened_is_not_repeated() {
    assert_eq!(
        decide(&attempt(&post(), 1), &Outcome::Broken),
        Decision::GiveUp
    );
    for status in [500, 502, 504] {
        assert_eq!(
            reason_for(&post(), &reply(status, json!({}), &[])),
            None,
            "{status}"
        );
    }
    for status in [408, 429, 503] {
        assert!(
            reason_for(&post(), &reply(status, json!({}), &[])).is_some(),
            "{status}"
        );
    }
    let repeated = [
        (put(), Outcome::Broken),
        (post(), Outcome::NotSent),
        (post().reading(), Outcome::Broken),
    ];
    for (request, outcome) in repeated {
        assert!(
            matches!(
                decide(&attempt(&request, 1), &outcome),
                Decision::Retry { .. }
            ),
            "{request:?}"
        );
    }
    assert_eq!(
        decide(&attempt(&put(), 1), &Outcome::Hopeless),
        Decision::GiveUp
    );
}

#[test]
fn a_token_is_renewed_once() {
    let refused = reply(401, error("InvalidAuthenticationToken", ""), &[]);
    let request = put();
    let mut attempt = attempt(&request, 5);
    assert_eq!(
        decide(&attempt, &Outcome::Refused(&refused)),
        Decision::Retry {
            wait: Duration::ZERO,
            reason: Reason::StaleToken
        }
    );
    attempt.token_renewed = true;
    assert_eq!(
        decide(&attempt, &Outcome::Refused(&refused)),
        Decision::GiveUp
    );
}

#[test]
fn the_time_may_be_in_the_prose_only() {
    let text = "Too many requests for this resource, please retry after '2026-11-21T10:00:07.5Z'.";
    let mut reply = Reply::new(
        429,
        Headers::from_iter([("content-type", "text/plain")]),
        text,
    );
    let wait = |reply: &Reply| named_wait(reply, NOW.parse().unwrap());
    assert_eq!(wait(&reply), Some(Duration::from_millis(7500)));
    reply.body = b"please Retry After '2026-11-21T09:00:00Z' or so".to_vec();
    assert_eq!(wait(&reply), Some(Duration::ZERO));
    reply.body = b"please retry after 'tea'".to_vec();
    assert_eq!(wait(&reply), None);
    reply.body = b"retry after '".to_vec();
    assert_eq!(wait(&reply), None);
}

#[test]
fn a_wait_of_minutes_ends_the_matter() {
    let of = |seconds: &str| {
        reason_for(
            &put(),
            &reply(
                429,
                error("OperationNotAllowed", ""),
                &[("retry-after", seconds)],
            ),
        )
    };
    assert_eq!(of("300"), Some(Reason::Throttled));
    assert_eq!(of("1200"), None);
}

#[test]
fn back_off_doubles_with_jitter_and_has_a_ceiling() {
    let failed = reply(500, json!({}), &[]);
    let request = put();
    let waits = |seed| -> Vec<f64> {
        (1..=5)
            .map(|number| {
                match decide(
                    &Attempt {
                        seed,
                        ..attempt(&request, number)
                    },
                    &Outcome::Refused(&failed),
                ) {
                    Decision::Retry { wait, .. } => wait.as_secs_f64(),
                    Decision::GiveUp => panic!("attempt {number} was the last"),
                }
            })
            .collect()
    };
    for seed in 0..50 {
        for (wait, most) in waits(seed).into_iter().zip([1.0, 2.0, 4.0, 8.0, 16.0]) {
            assert!((most / 2.0..=most).contains(&wait), "{wait} of {most}");
        }
    }
    assert_eq!(waits(3), waits(3));
    assert_ne!(waits(3), waits(4));
}

#[test]
fn every_reason_comes_to_an_end() {
    let request = put();
    let ends = |outcome: Outcome<'_>| {
        (1..)
            .find(|number| decide(&attempt(&request, *number), &outcome) == Decision::GiveUp)
            .unwrap()
    };
    let refused = |status, code| reply(status, error(code, ""), &[("retry-after", "0")]);
    assert_eq!(ends(Outcome::NotSent), 4);
    assert_eq!(ends(Outcome::Broken), 6);
    assert_eq!(ends(Outcome::Refused(&refused(503, ""))), 6);
    assert_eq!(ends(Outcome::Refused(&refused(429, ""))), 10);
    assert_eq!(
        ends(Outcome::Refused(&refused(
            409,
            "AnotherOperationInProgress"
        ))),
        20
    );
    assert_eq!(
        ends(Outcome::Refused(&refused(400, "PrincipalNotFound"))),
        12
    );
}

#[test]
fn the_budget_is_a_reserve_and_half_of_what_succeeds() {
    let mut budget = Budget::new();
    assert_eq!(
        std::iter::repeat_with(|| budget.spend())
            .take_while(|spent| *spent)
            .count(),
        200
    );
    budget.earn();
    assert!(!budget.spend());
    budget.earn();
    assert!(budget.spend());
    let mut full = Budget::new();
    full.earn();
    assert_eq!(full, Budget::new());
}

#[test]
fn of_all_recorded_errors_only_these_are_repeated() {
    let recorded = recordings();
    let mut repeated = BTreeSet::new();
    for exchange in &recorded {
        let mut request = put();
        request.method = exchange.method.parse().unwrap();
        if exchange.reply.status >= 400
            && let Some(reason) = reason_for(&request, &exchange.reply)
        {
            let body = exchange.reply.value().unwrap();
            let code = envelope(&body).unwrap().code.unwrap();
            repeated.insert((exchange.reply.status, code, reason));
        }
    }
    let expected = [
        (400, "PrincipalNotFound", Reason::NewPrincipal),
        (401, "ExpiredAuthenticationToken", Reason::StaleToken),
        (409, "Conflict", Reason::Busy),
        (503, "ServerTimeout", Reason::ServerError),
    ];
    let expected: BTreeSet<_> = expected
        .map(|(status, code, reason)| (status, code.to_owned(), reason))
        .into();
    assert!(recorded.is_empty() || repeated == expected, "{repeated:?}");
}
