//! Requests to the directory held against the real types.

use serde_json::{Value, json};

use super::super::check_log;
use super::{ndjson, real, row, sent};

#[track_caller]
fn check(row: Value, expected: &[&str]) {
    let Some(specs) = real() else { return };
    let found: Vec<_> = check_log(&ndjson(&[row]), specs)
        .into_iter()
        .map(|found| format!("{}: {}", found.place, found.what))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_select_of_an_unknown_property() {
    check(
        row(
            1,
            "GET",
            "/v1.0/users/ada@contoso.example?$select=id,upn,memberOf",
        ),
        &[
            "query `$select`: `upn` is not a property of `user`",
            "query `$select`: `memberOf` is not a property of `user`",
        ],
    );
    check(
        row(
            1,
            "GET",
            "/v1.0/servicePrincipals?$filter=applicationId eq 'x'",
        ),
        &["query `$filter`: `applicationId` is not a property of `servicePrincipal`"],
    );
}

#[test]
fn the_look_up_of_a_client_id_as_az_does_it() {
    check(
        row(
            1,
            "GET",
            "/v1.0/servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'372140e0-b3b7-4226-8ef9-d57986796201')",
        ),
        &[],
    );
}

#[test]
fn a_batch_of_twenty_one() {
    let requests: Vec<Value> = (0..21)
        .map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/users"}))
        .collect();
    check(
        sent(1, "POST", "/v1.0/$batch", json!({"requests": requests})),
        &["/requests: has 21 parts, allowed are 1 to 20"],
    );
}

#[test]
fn a_part_of_a_batch_is_a_request_like_others() {
    let requests = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/groups?$select=upn"},
        {"id": "2", "method": "POST", "url": "/directoryObjects/getByIds", "headers": {"content-type": "application/json"}, "body": {"ids": ["a"], "types": ["vm"]}}
    ]});
    check(
        sent(1, "POST", "/v1.0/$batch", requests),
        &[
            "/requests/0 query `$select`: `upn` is not a property of `group`",
            "/requests/1 /types: `vm` is no kind of directory object",
        ],
    );
}

#[test]
fn a_thousand_and_one_ids() {
    let ids: Vec<String> = (0..1001).map(|id| id.to_string()).collect();
    check(
        sent(
            1,
            "POST",
            "/v1.0/directoryObjects/getByIds",
            json!({"ids": ids}),
        ),
        &["/ids: has 1001 ids, allowed are 1 to 1000"],
    );
}

#[test]
fn a_body_with_a_wrong_edm_type() {
    check(
        sent(
            1,
            "POST",
            "/v1.0/servicePrincipals",
            json!({"appId": 1, "client": "x"}),
        ),
        &[
            "/appId: is no Edm.String",
            "/client: is not a property of `servicePrincipal`",
        ],
    );
}
