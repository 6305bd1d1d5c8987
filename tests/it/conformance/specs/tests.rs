use std::collections::BTreeMap;

use serde_json::json;

use super::{Found, Node, Specs, join};

fn small() -> Specs {
    let compute = json!({
        "info": {"version": "2024-07-01"},
        "paths": {
            "/subscriptions/{subscriptionId}/vms/{vmName}": {
                "get": {"operationId": "Vms_Get", "parameters": [{"$ref": "../../common/types.json#/parameters/Sub"}]},
                "put": {"operationId": "Vms_Put"}
            },
            "/{scope}/vms/{vmName}": {"get": {"operationId": "Vms_GetByScope", "parameters": [{"name": "scope", "in": "path"}]}},
            "/{resourceId}": {"get": {"operationId": "GetById", "parameters": [
                {"name": "resourceId", "in": "path", "x-ms-skip-url-encoding": true}
            ]}}
        }
    });
    let common =
        json!({"parameters": {"Sub": {"name": "subscriptionId", "in": "path", "type": "string"}}});
    Specs::of(BTreeMap::from([
        ("A/1/a.json".to_owned(), compute),
        ("common/types.json".to_owned(), common),
    ]))
}

fn found(verb: &str, path: &str, version: &str) -> String {
    let segments: Vec<&str> = path.split('/').collect();
    match small().find_operation(verb, &segments, version) {
        Found::Operation(operation, _) => operation.id.clone(),
        Found::OtherVerbs(verbs) => format!("verbs {verbs:?}"),
        Found::OtherVersions(versions) => format!("versions {versions:?}"),
        Found::Nothing => "nothing".to_owned(),
    }
}

#[test]
fn the_most_literal_template_wins() {
    assert_eq!(
        found("GET", "subscriptions/s/vms/v", "2024-07-01"),
        "Vms_Get"
    );
    assert_eq!(
        found("GET", "subscriptions/s/groups/g/vms/v", "2024-07-01"),
        "Vms_GetByScope"
    );
}

#[test]
fn what_is_missing_is_told_apart() {
    assert_eq!(
        found("PATCH", "subscriptions/s/vms/v", "2024-07-01"),
        r#"verbs {"GET", "PUT"}"#
    );
    assert_eq!(
        found("GET", "subscriptions/s/vms/v", "2023-01-01"),
        r#"versions {"2024-07-01"}"#
    );
    assert_eq!(
        found("GET", "subscriptions/s/disks/d", "2024-07-01"),
        "nothing"
    );
}

#[test]
fn a_reference_into_another_file_is_followed() {
    let specs = small();
    let operation = specs
        .operations()
        .find(|operation| operation.id == "Vms_Get")
        .unwrap();
    assert_eq!(specs.parameters(operation)[0].value["type"], "string");
    assert_eq!(specs.parameters(operation)[0].file, "common/types.json");
}

#[test]
#[should_panic(expected = "leads nowhere")]
fn a_reference_that_leads_nowhere_stops_the_check() {
    small().resolve(Node {
        file: "A/1/a.json",
        value: &json!({"$ref": "#/definitions/Gone"}),
    });
}

#[test]
fn relative_files_are_joined() {
    assert_eq!(
        join("A/1/a.json", "../../common/v2/types.json"),
        "common/v2/types.json"
    );
    assert_eq!(join("A/1/a.json", "./b.json"), "A/1/b.json");
    assert_eq!(join("A/1/a.json", ""), "A/1/a.json");
}
