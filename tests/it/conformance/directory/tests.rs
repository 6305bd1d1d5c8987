use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::types::tests::small;
use crate::conformance::{Specs, check_answers, check_log};

fn specs() -> Specs {
    Specs::of(BTreeMap::from([(
        "MicrosoftGraph/v1.0/types.json".to_owned(),
        small(),
    )]))
}

/// A call and its answer; "place: what" of each violation, those of the request first.
fn judged(method: &str, url: &str, body: Value, status: u16, answer: Value) -> Vec<String> {
    let row = json!({"n": 1, "method": method, "url": url, "body": body, "status": status, "response": answer});
    let (log, specs) = (row.to_string(), specs());
    let found = check_log(&log, &specs)
        .into_iter()
        .chain(check_answers(&log, &specs));
    found
        .map(|found| format!("{}: {}", found.place, found.what))
        .collect()
}

fn read(url: &str) -> Vec<String> {
    judged(
        "GET",
        url,
        json!(null),
        404,
        json!({"error": {"code": "a", "message": "b"}}),
    )
}

#[test]
fn the_paths_of_a_directory_are_known() {
    for path in [
        "users",
        "users/a",
        "users('a')",
        "users(userPrincipalName='a')",
        "users/a/memberOf",
        "me",
        "groups/a/members",
        "groups/a/members/$ref",
    ] {
        assert_eq!(read(&format!("/v1.0/{path}")), [""; 0], "{path}");
    }
}

#[test]
fn other_paths_are_refused_by_name() {
    assert_eq!(
        read("/v1.0/sites"),
        ["path: is no path of the directory that this check knows"]
    );
    assert_eq!(
        read("/v1.0/users/a/members"),
        ["path: `members` leads nowhere from `user`"]
    );
    assert_eq!(
        read("/v1.0/users(displayName='a')"),
        ["path: `displayName` is no key of `user`"]
    );
    assert_eq!(
        read("/v1.0/users(userPrincipalName=a)"),
        ["path: the key `userPrincipalName` is not quoted"]
    );
}

#[test]
fn a_path_has_its_verbs() {
    let put = judged(
        "PUT",
        "/v1.0/users/a",
        json!({}),
        404,
        json!({"error": {"code": "a", "message": "b"}}),
    );
    assert_eq!(put, ["method: this path has only GET, PATCH, DELETE"]);
}

#[test]
fn options_name_what_the_type_has() {
    assert_eq!(
        read(
            "/v1.0/users?$select=id,userPrincipalName&$filter=id eq 'a'&$top=5&$orderby=id desc&$expand=memberOf"
        ),
        [""; 0]
    );
    assert_eq!(
        read("/v1.0/users?$select=name&$orderby=name&$top=0&$skip=1&$expand=members"),
        [
            "query `$select`: `name` is not a property of `user`",
            "query `$orderby`: `name` is not a property of `user`",
            "query `$top`: cannot be `0`",
            "query `$skip`: is not an option of this call",
            "query `$expand`: `members` leads nowhere from `user`",
        ]
    );
    assert_eq!(
        read("/v1.0/users/a?$filter=id eq 'a'"),
        ["query `$filter`: is not an option of this call"]
    );
}

#[test]
fn an_advanced_filter_needs_its_header_and_count() {
    let needs = ["query `$filter`: needs `ConsistencyLevel: eventual` and `$count=true`"];
    assert_eq!(read("/v1.0/users?$filter=id ne 'a'"), needs);
    assert_eq!(read("/v1.0/users?$filter=id ne 'a'&$count=true"), needs);
}

#[test]
fn an_advanced_filter_with_its_header_and_count_is_clean() {
    let row = |name: &str| {
        let url = "/v1.0/users?$filter=id ne 'a'&$count=true";
        let headers = json!({name: "eventual"});
        json!({"n": 1, "method": "GET", "url": url, "headers": headers, "status": 200}).to_string()
    };
    assert_eq!(check_log(&row("ConsistencyLevel"), &specs()), []);
    assert_eq!(check_log(&row("Consistency"), &specs()).len(), 1);
}

#[test]
fn a_next_page_is_followed_as_it_was_given() {
    let next = "/v1.0/users?$skiptoken=x";
    assert_eq!(
        read(next),
        ["query `$skiptoken`: is not an option of this call"]
    );
    let first = json!({"n": 1, "method": "GET", "url": "/v1.0/users", "status": 200, "response": {"value": [], "@odata.nextLink": format!("http://h{next}")}});
    let second =
        json!({"n": 2, "method": "GET", "url": next, "status": 200, "response": {"value": []}});
    assert_eq!(check_log(&format!("{first}\n{second}"), &specs()), []);
}

#[test]
fn ids_are_listed_and_their_types_known() {
    let by_ids = |body| {
        judged(
            "POST",
            "/v1.0/directoryObjects/getByIds",
            body,
            200,
            json!({"value": []}),
        )
    };
    assert_eq!(
        by_ids(json!({"ids": ["a"], "types": ["user", "directoryObjectPartnerReference"]})),
        [""; 0]
    );
    assert_eq!(
        by_ids(json!({"ids": []})),
        ["/ids: has 0 ids, allowed are 1 to 1000"]
    );
    assert_eq!(
        by_ids(json!({"ids": "a", "types": "user", "top": 1})),
        [
            "/top: is not a property of this call",
            "/ids: is no list of ids",
            "/types: is no list of types",
        ]
    );
}

#[test]
fn each_part_of_a_batch_is_judged_and_answered() {
    let requests = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/users/a"},
        {"id": "1", "method": "GET", "url": "users"},
        {"method": "GET", "url": "/groups", "dependsOn": ["7"]},
        {"id": "4", "method": "POST", "url": "/groups", "body": {}},
        {"id": "5", "method": "GET", "url": "/$batch", "priority": 1}
    ]});
    let answers = json!({"responses": [{"id": "1", "status": 200, "body": {"name": "a"}}]});
    assert_eq!(
        judged("POST", "/v1.0/$batch", requests, 200, answers),
        [
            "/requests/1/id: is given twice",
            "/requests/2/id: is missing or no string",
            "/requests/2/dependsOn: names no other part",
            "/requests/4/priority: is not a property of this call",
            "/requests/1 /url: is no address below the version, such as `/users`",
            "/requests/3 /headers: lacks `Content-Type`, which a part with a body needs",
            "/requests/4 /url: is no address below the version, such as `/users`",
            "answer /responses: has 1 parts, asked were 5",
            "/requests/0 answer /name: is not a property of `user`",
            "/requests/2 answer: is missing",
        ]
    );
}

#[test]
fn answers_have_the_status_of_their_call() {
    let status = |method, url, status, answer| {
        judged(
            method,
            url,
            if method == "POST" {
                json!({})
            } else {
                json!(null)
            },
            status,
            answer,
        )
    };
    assert_eq!(
        status("POST", "/v1.0/groups", 201, json!({"id": "a"})),
        [""; 0]
    );
    assert_eq!(
        status("POST", "/v1.0/groups", 200, json!({"id": "a"})),
        ["status: is 200, this call answers 201"]
    );
    assert_eq!(
        status("DELETE", "/v1.0/groups/a", 204, json!(null)),
        [""; 0]
    );
    assert_eq!(
        status("DELETE", "/v1.0/groups/a", 204, json!({})),
        ["answer body: is not empty"]
    );
    assert_eq!(
        status("GET", "/v1.0/groups", 200, json!({"values": []})),
        ["answer /value: is missing or no list"]
    );
    assert_eq!(
        status(
            "GET",
            "/v1.0/groups",
            200,
            json!({"value": [{"@odata.type": "#microsoft.graph.user", "displayName": "a"}]})
        ),
        ["answer /value/0/displayName: is not a property of `user`"]
    );
}
