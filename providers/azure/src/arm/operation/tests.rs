mod trouble;
mod waits;

use serde_json::json;

use super::*;
use crate::cloud::CloudName;
use crate::http::Headers;
use crate::testing::recordings;

const VM: &str = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01";
const STATUS: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Compute/locations/w/operations/o?api-version=1&t=1";
/// [`STATUS`] without what gives a right.
const SHOWN: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Compute/locations/w/operations/o?api-version=1&t=…";
const RESULT: &str = "https://management.azure.com/subscriptions/s/providers/Microsoft.Compute/locations/w/operationresults/o?api-version=1";

/// An operation under test, fed at once-a-second times.
struct Story {
    operation: Operation,
    next: Next,
    at: u64,
}

impl Story {
    fn begin(method: &str, status: u16, headers: &[(&str, &str)], body: Value) -> Story {
        Story::begin_until(None, method, status, headers, body)
    }

    fn begin_until(
        deadline: Option<u64>,
        method: &str,
        status: u16,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Story {
        let mut request = Request::put("/x", "1", json!({}), "change VM `v`");
        request.method = method.parse().unwrap();
        let cloud = Cloud::named(CloudName::Public);
        let deadline = deadline.map(Duration::from_secs);
        let reply = reply(status, headers, &body);
        let (operation, next) =
            Operation::begin(&request, &url(VM), &reply, &cloud, deadline, now(0));
        Story {
            operation,
            next,
            at: 0,
        }
    }

    fn feed(mut self, status: u16, headers: &[(&str, &str)], body: Value) -> Story {
        self.at += 1;
        self.next = self
            .operation
            .feed(&reply(status, headers, &body), now(self.at));
        self
    }

    fn feed_times(mut self, times: u32, status: u16, body: Value) -> Story {
        for _ in 0..times {
            self = self.feed(status, &[], body.clone());
        }
        self
    }

    #[track_caller]
    fn asks(self, expected: &str, seconds: u64) -> Story {
        assert_eq!(
            self.next,
            Next::Poll {
                url: url(expected),
                wait: Duration::from_secs(seconds)
            }
        );
        self
    }

    #[track_caller]
    fn ends_well(self) -> Option<Value> {
        match self.next {
            Next::Done(resource) => resource,
            other => panic!("not done: {other:?}"),
        }
    }

    #[track_caller]
    fn ends_badly(self) -> Fault {
        match self.next {
            Next::Failed(fault) => *fault,
            other => panic!("not failed: {other:?}"),
        }
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn now(seconds: u64) -> Now {
    Now {
        elapsed: Duration::from_secs(seconds),
        wall: "2026-11-21T10:00:00Z".parse().unwrap(),
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: &Value) -> Reply {
    let body = match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    Reply::new(status, Headers::from_iter(headers.iter().copied()), body)
}

fn resource(state: &str) -> Value {
    json!({"name": "v", "properties": {"provisioningState": state}})
}

fn running() -> Value {
    json!({"status": "InProgress"})
}

#[test]
fn two_hundred_with_a_status_url_is_not_finished() {
    let story = Story::begin(
        "PATCH",
        200,
        &[("azure-asyncoperation", STATUS)],
        resource("Updating"),
    )
    .asks(STATUS, 7);
    assert_eq!(
        story.operation.progress(Duration::ZERO, now(3)).status,
        "Updating"
    );
    let done = story.feed(200, &[], running()).asks(STATUS, 4).feed(
        200,
        &[],
        json!({"status": "Succeeded"}),
    );
    assert_eq!(done.ends_well(), None);
}

#[test]
fn the_status_url_is_preferred_to_the_location() {
    let headers = [
        ("location", RESULT),
        ("azure-asyncoperation", STATUS),
        ("retry-after", "10"),
    ];
    Story::begin("DELETE", 202, &headers, Value::Null).asks(STATUS, 10);
}

#[test]
fn the_newest_url_is_asked() {
    let (newer, result) = (format!("{STATUS}&s=new"), format!("{RESULT}&s=new"));
    Story::begin(
        "PUT",
        202,
        &[("azure-asyncoperation", STATUS), ("location", RESULT)],
        Value::Null,
    )
    .feed(
        200,
        &[("azure-asyncoperation", &newer), ("location", &result)],
        running(),
    )
    .asks(&newer, 4)
    .feed(200, &[], running())
    .asks(&newer, 4);
    Story::begin("DELETE", 202, &[("location", RESULT)], Value::Null)
        .feed(
            202,
            &[("location", &result), ("retry-after", "15")],
            Value::Null,
        )
        .asks(&result, 15);
}

#[test]
fn only_three_words_end_an_operation() {
    for word in [
        "InProgress",
        "Accepted",
        "Running",
        "Queued",
        "NotStarted",
        "Whatever",
    ] {
        Story::begin(
            "PUT",
            201,
            &[("azure-asyncoperation", STATUS)],
            resource("Creating"),
        )
        .feed(200, &[], json!({ "status": word }))
        .asks(STATUS, 4);
    }
    for word in ["Failed", "Canceled", "failed"] {
        let fault = Story::begin("PUT", 201, &[("azure-asyncoperation", STATUS)], resource("Creating"))
            .feed(200, &[("x-ms-request-id", "r-1")], json!({"status": word, "error": {"code": "VMExtensionProvisioningError", "message": "why"}}))
            .ends_badly();
        assert_eq!(
            (fault.code.as_deref(), fault.message.as_str()),
            (Some("VMExtensionProvisioningError"), "why")
        );
        assert_eq!(fault.request_id.as_deref(), Some("r-1"));
        // It has ended: there is nothing left to watch.
        assert_eq!(fault.operation_url, None);
    }
}

/// The activity log has what failed under the id of the write, not under that of a question about it.
#[test]
fn what_failed_has_the_correlation_id_of_the_write_that_began_it() {
    let began = [
        ("azure-asyncoperation", STATUS),
        ("x-ms-correlation-request-id", "c-1"),
    ];
    let asked = [
        ("x-ms-request-id", "r-2"),
        ("x-ms-correlation-request-id", "c-2"),
    ];
    let fault = Story::begin("PUT", 201, &began, resource("Creating"))
        .feed(200, &asked, json!({"status": "Failed"}))
        .ends_badly();
    assert_eq!(fault.request_id.as_deref(), Some("r-2"));
    assert_eq!(fault.correlation_id.as_deref(), Some("c-1"));
}

#[test]
fn an_error_member_alone_is_no_failure() {
    let none = json!({"code": "None", "message": null});
    let story = Story::begin(
        "PUT",
        201,
        &[("azure-asyncoperation", STATUS)],
        resource("Creating"),
    )
    .feed(200, &[], json!({"status": "InProgress", "error": none}))
    .asks(STATUS, 4)
    .feed(200, &[], json!({"status": "Succeeded", "error": none}));
    assert_eq!(story.ends_well(), None);
}

#[test]
fn the_finished_resource_is_handed_on_where_it_is_given() {
    let begun = || Story::begin("PUT", 202, &[("azure-asyncoperation", STATUS)], Value::Null);
    let finished = begun().feed(
        200,
        &[],
        json!({"status": "Succeeded", "properties": resource("Succeeded")}),
    );
    assert_eq!(finished.ends_well(), Some(resource("Succeeded")));
    assert_eq!(
        begun()
            .feed(200, &[], json!({"status": "Succeeded", "properties": []}))
            .ends_well(),
        None
    );
}

#[test]
fn a_location_ends_in_many_ways() {
    let begun =
        |method| Story::begin(method, 202, &[("location", RESULT)], Value::Null).asks(RESULT, 10);
    assert_eq!(
        begun("DELETE")
            .feed(202, &[], json!("null"))
            .feed(200, &[], Value::Null)
            .ends_well(),
        None
    );
    assert_eq!(
        begun("DELETE").feed(204, &[], Value::Null).ends_well(),
        None
    );
    assert_eq!(
        begun("DELETE").feed(200, &[], json!("null")).ends_well(),
        None
    );
    assert_eq!(
        begun("PUT")
            .feed(200, &[], resource("Succeeded"))
            .ends_well(),
        Some(resource("Succeeded"))
    );
    let failed = begun("POST").feed(
        200,
        &[],
        json!({"status": "Failed", "error": {"code": "C", "message": "m"}}),
    );
    assert_eq!(failed.ends_badly().code.as_deref(), Some("C"));
}

#[test]
fn a_location_that_is_gone_does_not_say_that_the_resource_is() {
    let lost = || {
        Story::begin("DELETE", 202, &[("location", RESULT)], Value::Null)
            .feed_times(2, 404, missing())
            .asks(RESULT, 10)
            .feed(404, &[], missing())
            .asks(VM, 4)
    };
    assert_eq!(lost().feed(404, &[], missing()).ends_well(), None);
    let fault = lost()
        .feed_times(11, 200, resource("Succeeded"))
        .ends_badly();
    assert!(
        fault
            .message
            .ends_with("it is still there, in state `Succeeded`"),
        "{}",
        fault.message
    );
}

#[test]
fn a_group_that_cannot_be_deleted_says_so_on_its_location() {
    let blocked = json!({"Error": {"Code": "ResourceGroupDeletionBlocked", "Message": "Deletion of resource group 'g' failed.", "Details": [
        {"Code": null, "Message": "{\"error\":{\"code\":\"CannotDeleteResource\",\"message\":\"it has nested resources\"}}"}]}});
    let fault = Story::begin(
        "DELETE",
        202,
        &[("location", RESULT), ("retry-after", "15")],
        Value::Null,
    )
    .asks(RESULT, 15)
    .feed(202, &[("retry-after", "15")], Value::Null)
    .feed(409, &[], blocked)
    .ends_badly();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert_eq!(
        (fault.code.as_deref(), fault.message.as_str()),
        (Some("CannotDeleteResource"), "it has nested resources")
    );
}

#[test]
fn a_location_of_a_finished_answer_is_an_address() {
    let put = Story::begin(
        "PUT",
        201,
        &[("location", "/subscriptions/s/resourcegroups/g/x")],
        json!({"name": "id"}),
    );
    assert_eq!(put.ends_well(), Some(json!({"name": "id"})));
    assert_eq!(
        Story::begin(
            "POST",
            200,
            &[("location", "https://graph.microsoft.com/x")],
            json!({"value": []})
        )
        .ends_well(),
        Some(json!({"value": []}))
    );
}

#[test]
fn without_headers_the_resource_is_asked() {
    let arc = Story::begin("PATCH", 200, &[], resource("Updating"))
        .asks(VM, 7)
        .feed(200, &[], resource("Updating"))
        .asks(VM, 4)
        .feed(200, &[], resource("Succeeded"));
    assert_eq!(arc.ends_well(), Some(resource("Succeeded")));
    let failed = Story::begin("PATCH", 200, &[], resource("Updating"))
        .feed(200, &[], resource("Failed"))
        .ends_badly();
    assert_eq!(
        failed.message,
        "the operation ended as `Failed` without saying why"
    );
    let gone = Story::begin("DELETE", 202, &[], Value::Null)
        .asks(VM, 7)
        .feed(200, &[], resource("Deleting"))
        .asks(VM, 4);
    assert_eq!(gone.feed(404, &[], missing()).ends_well(), None);
    let elsewhere = Story::begin("DELETE", 202, &[], Value::Null)
        .feed_times(
            3,
            404,
            json!({"error": {"code": "InvalidResourceType", "message": "no"}}),
        )
        .ends_badly();
    assert_eq!(elsewhere.code.as_deref(), Some("InvalidResourceType"));
}

fn missing() -> Value {
    json!({"error": {"code": "ResourceNotFound", "message": "gone"}})
}

#[test]
fn what_was_to_go_and_stays_is_told() {
    let fault = Story::begin("DELETE", 202, &[], Value::Null)
        .feed_times(11, 200, resource("Succeeded"))
        .ends_badly();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(
        fault
            .message
            .ends_with("it is still there, in state `Succeeded`"),
        "{}",
        fault.message
    );
}

#[test]
fn how_far_it_is_is_told() {
    let story = Story::begin(
        "PUT",
        201,
        &[("azure-asyncoperation", STATUS)],
        resource("Creating"),
    )
    .feed(
        200,
        &[],
        json!({"status": "Running", "percentComplete": 40}),
    );
    let progress = story.operation.progress(Duration::from_secs(4), now(9));
    assert_eq!(
        (progress.status.as_str(), progress.percent, progress.polls),
        ("Running", Some(40.0), 1)
    );
    assert_eq!(
        (progress.elapsed.as_secs(), progress.wait.as_secs()),
        (9, 4)
    );
}

#[test]
fn what_is_finished_at_once_is_not_asked_about() {
    for (method, status, body) in [
        ("PUT", 201, json!({"properties": {"roleDefinitionId": "r"}})),
        ("PUT", 200, resource("Succeeded")),
        ("PATCH", 200, json!({"tags": {}})),
        ("POST", 202, Value::Null),
        ("DELETE", 200, resource("Succeeded")),
        ("DELETE", 204, Value::Null),
    ] {
        Story::begin(method, status, &[], body).ends_well();
    }
}

/// Every recorded write is followed through the answers to the URLs it names, in the order of the recording.
#[test]
fn every_recorded_operation_is_followed_to_its_end() {
    let exchanges = recordings();
    let cloud = Cloud::named(CloudName::Public);
    let (mut ended, mut begun) = (0, 0);
    for (at, write) in exchanges.iter().enumerate() {
        if !["PUT", "PATCH", "POST", "DELETE"].contains(&write.method.as_str())
            || !write.reply.is_success()
        {
            continue;
        }
        let sent_to = url(&write.url);
        if cloud.is_own_host(&sent_to) != Some(Audience::Arm) {
            continue;
        }
        let mut request = Request::get("/x", "1", "replay it");
        request.method = write.method.parse().unwrap();
        let (mut operation, mut next) =
            Operation::begin(&request, &sent_to, &write.reply, &cloud, None, now(0));
        let has_header = write.reply.headers.async_operation().is_some();
        assert!(
            !has_header || matches!(next, Next::Poll { .. }),
            "{}: a status URL, and yet {next:?}",
            write.name
        );
        begun += usize::from(has_header);
        let later = exchanges[at + 1..]
            .iter()
            .take_while(|other| other.file == write.file)
            .filter(|other| other.method == "GET");
        for poll in later {
            let Next::Poll { url: asked, .. } = &next else {
                break;
            };
            if url(&poll.url) == *asked {
                next = operation.feed(&poll.reply, now(1));
            }
        }
        match next {
            Next::Done(_) => ended += usize::from(has_header),
            // The recording ends, or was cut, before the operation did.
            Next::Poll { .. } => {}
            Next::Failed(fault) => panic!("{}: {fault:?}", write.name),
        }
    }
    eprintln!("{ended} of {begun} recorded operations were seen to end");
    assert!(
        exchanges.is_empty() || ended * 2 > begun,
        "{ended} of {begun}"
    );
}
