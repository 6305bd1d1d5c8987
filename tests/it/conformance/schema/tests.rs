use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Side, flaws};
use crate::conformance::specs::{Node, Specs};

/// Judges against `definitions.Vm` of one inline file; each flaw as "place: what".
fn judged(definitions: &Value, value: &Value, side: Side) -> Vec<String> {
    let specs = Specs::of(BTreeMap::from([(
        "A/1/a.json".to_owned(),
        json!({"definitions": definitions}),
    )]));
    let schema = json!({"$ref": "#/definitions/Vm"});
    let flaws = flaws(
        &specs,
        Node {
            file: "A/1/a.json",
            value: &schema,
        },
        value,
        side,
    );
    flaws
        .into_iter()
        .map(|flaw| format!("{}: {}", flaw.place, flaw.what))
        .collect()
}

/// A resource as Microsoft writes them: a base type, a bag of properties, a map of strings, an enum of each sort.
fn vm() -> Value {
    json!({
        "Resource": {
            "properties": {
                "id": {"type": "string", "readOnly": true},
                "location": {"type": "string", "x-ms-mutability": ["read", "create"]},
                "tags": {"type": "object", "additionalProperties": {"type": "string"}}
            },
            "required": ["location", "id"]
        },
        "Bag": {
            "type": "object",
            "properties": {
                "size": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 8},
                "name": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
                "closed": {"type": "string", "enum": ["None", "System"], "x-ms-enum": {"modelAsString": false}},
                "open": {"type": "string", "enum": ["User", "Group"], "x-ms-enum": {"modelAsString": true}},
                "settings": {"type": "object"},
                "state": {"readOnly": true, "$ref": "#/definitions/Bag"},
                "zones": {"type": "array", "items": {"type": "string"}, "maxItems": 2}
            }
        },
        "Vm": {"allOf": [{"$ref": "#/definitions/Resource"}], "properties": {"properties": {"$ref": "#/definitions/Bag"}}}
    })
}

fn created(value: &Value) -> Vec<String> {
    judged(&vm(), value, Side::Create)
}

#[test]
fn a_body_that_fits_is_clean() {
    let body = json!({
        "location": "westeurope",
        "tags": {"a": "b"},
        "properties": {
            "size": 2, "name": "abc", "closed": "System", "open": "Robot", "settings": {"any": [1]}, "zones": ["1"]
        }
    });
    assert_eq!(created(&body), [""; 0]);
}

#[test]
fn an_inherited_required_property_is_missed_unless_the_service_sets_it() {
    assert_eq!(
        created(&json!({})),
        ["body: lacks the required property `location`"]
    );
    let answered = judged(&vm(), &json!({"location": "x"}), Side::Answer);
    assert_eq!(answered, ["body: lacks the required property `id`"]);
}

#[test]
fn read_only_properties_are_not_sent_even_by_reference() {
    let body = json!({"location": "x", "id": "/x", "properties": {"state": {}}});
    assert_eq!(
        created(&body),
        ["/id: is read-only", "/properties/state: is read-only"]
    );
    assert_eq!(judged(&vm(), &body, Side::Answer), [""; 0]);
}

#[test]
fn an_unknown_property_is_found_and_its_case_explained() {
    let body = json!({"location": "x", "properties": {"Size": 2, "colour": "red"}});
    assert_eq!(
        created(&body),
        [
            "/properties/Size: is not a property of the schema, which knows `size`",
            "/properties/colour: is not a property of the schema",
        ]
    );
}

#[test]
fn types_are_told_apart() {
    let body = json!({"location": 1, "tags": {"a": 1}, "properties": {"size": "2", "zones": "1", "settings": []}});
    assert_eq!(
        created(&body),
        [
            "/location: is of type number, not string",
            "/properties/settings: is of type array, not object",
            "/properties/size: is of type string, not integer",
            "/properties/zones: is of type string, not array",
            "/tags/a: is of type number, not string",
        ]
    );
}

#[test]
fn limits_hold() {
    let body = json!({"location": "x", "properties": {"size": 9, "name": "ABCDE", "zones": ["1", "2", "3"]}});
    assert_eq!(
        created(&body),
        [
            "/properties/name: is longer than 4 characters",
            "/properties/name: does not match the pattern `^[a-z]+$`",
            "/properties/size: is above the maximum 8",
            "/properties/zones: has too many items",
        ]
    );
}

#[test]
fn a_closed_enum_refuses_and_any_enum_minds_its_case() {
    let body = json!({"location": "x", "properties": {"closed": "Both", "open": "user"}});
    assert_eq!(
        created(&body),
        [
            r#"/properties/closed: is "Both", not one of ["None","System"]"#,
            r#"/properties/open: is "user", which is "User" in another case"#,
        ]
    );
}

#[test]
fn null_removes_in_a_patch_means_unset_in_an_answer_and_is_wrong_in_a_put() {
    let mut update = vm();
    update["Resource"]
        .as_object_mut()
        .unwrap()
        .remove("required");
    let body = json!({"tags": {"a": null}, "properties": {"name": null}});
    assert_eq!(
        judged(&update, &body, Side::Create),
        ["/properties/name: is null", "/tags/a: is null"]
    );
    assert_eq!(judged(&update, &body, Side::Update), [""; 0]);
    assert_eq!(judged(&update, &body, Side::Answer), [""; 0]);
    let required = judged(&vm(), &json!({"id": "/x", "location": null}), Side::Answer);
    assert_eq!(required, ["body: lacks the required property `location`"]);
}

#[test]
fn what_is_fixed_at_creation_is_not_patched() {
    let patched = judged(&vm(), &json!({"location": "x"}), Side::Update);
    assert_eq!(patched, ["/location: cannot be changed once made"]);
}

#[test]
fn the_discriminator_picks_the_subtype() {
    let shapes = json!({
        "Vm": {"discriminator": "kind", "properties": {"kind": {"type": "string"}}, "required": ["kind"]},
        "WindowsVm": {
            "x-ms-discriminator-value": "windows",
            "allOf": [{"$ref": "#/definitions/Vm"}],
            "properties": {"edition": {"type": "string"}}
        }
    });
    let judged = |value| judged(&shapes, &value, Side::Create);
    assert_eq!(
        judged(json!({"kind": "windows", "edition": "core"})),
        [""; 0]
    );
    assert_eq!(
        judged(json!({"kind": "windows", "shell": "x"})),
        ["/shell: is not a property of the schema"]
    );
    assert_eq!(
        judged(json!({"kind": "beos"})),
        ["/kind: names no known subtype"]
    );
}

#[test]
fn a_secret_is_never_answered() {
    let secret =
        json!({"Vm": {"properties": {"adminPassword": {"type": "string", "x-ms-secret": true}}}});
    assert_eq!(
        judged(&secret, &json!({"adminPassword": "x"}), Side::Create),
        [""; 0]
    );
    assert_eq!(
        judged(&secret, &json!({"adminPassword": "x"}), Side::Answer),
        ["/adminPassword: is a secret, which is never answered"]
    );
}
