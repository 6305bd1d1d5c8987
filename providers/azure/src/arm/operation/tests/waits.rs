//! How long is waited before an operation is asked about.

use super::*;

#[test]
fn a_service_that_never_waits_is_slowed_down() {
    let begun = Story::begin(
        "PUT",
        201,
        &[("azure-asyncoperation", STATUS), ("retry-after", "0")],
        resource("Creating"),
    )
    .asks(STATUS, 0);
    let mut story = begun;
    for _ in 0..60 {
        story = story.feed(200, &[("retry-after", "0")], running());
    }
    story.asks(STATUS, 1);
}

#[test]
fn nobody_waits_longer_than_the_contract_allows_before_asking_again() {
    Story::begin(
        "PUT",
        201,
        &[("azure-asyncoperation", STATUS), ("retry-after", "86400")],
        resource("Creating"),
    )
    .asks(STATUS, 600);
}

/// When an operation that takes so many tenths of a second is seen to have ended, and after how many questions, if Azure names no time.
fn seen_after(tenths: u64) -> (u64, u32) {
    let headers = [("azure-asyncoperation", STATUS)];
    let mut story = Story::begin("PUT", 201, &headers, resource("Creating"));
    let mut passed = 0;
    while let Next::Poll { wait, .. } = &story.next {
        passed += wait.as_secs();
        let ended = passed * 10 >= tenths;
        let status = if ended { "Succeeded" } else { "InProgress" };
        story = story.feed(200, &[], json!({ "status": status }));
    }
    (passed, story.operation.polls)
}

/// Durations as recorded: changes of identities, then extensions.
#[test]
fn what_names_no_time_is_asked_about_when_it_is_likely_to_be_over() {
    for (tenths, expected) in [
        (1, (7, 1)),
        (43, (7, 1)),
        (62, (7, 1)),
        (68, (7, 1)),
        (84, (11, 2)),
        (103, (11, 2)),
        (154, (19, 4)),
        (204, (23, 5)),
        (304, (31, 7)),
        (882, (99, 15)),
    ] {
        assert_eq!(seen_after(tenths), expected, "{tenths}");
    }
}

#[test]
fn no_machine_is_asked_about_more_often_than_compute_allows() {
    let questions_in_a_minute = seen_after(600).1;
    assert!(questions_in_a_minute <= 15, "{questions_in_a_minute}");
}

#[test]
fn waiting_without_advice_gets_slower() {
    let mut story = Story::begin(
        "PUT",
        201,
        &[("azure-asyncoperation", STATUS)],
        resource("Creating"),
    );
    for _ in 0..30 {
        story = story.feed(200, &[], running());
    }
    story.asks(STATUS, 15);
}
