//! Microsoft's own example exchanges must come out clean: proof that the checker does not cry wolf.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::super::specs::{Node, Operation, Specs};
use super::super::{Violation, check_answers, check_log};
use super::{Excuse, assert_excused, ndjson, real, row};

#[test]
fn the_requests_of_microsofts_examples_are_clean() {
    let Some(specs) = real() else { return };
    assert_excused(&violations(specs, check_log), REQUESTS);
}

#[test]
fn the_answers_of_microsofts_examples_are_clean() {
    let Some(specs) = real() else { return };
    assert_excused(&violations(specs, check_answers), ANSWERS);
}

#[test]
fn there_are_examples_of_what_this_product_asks() {
    let Some(specs) = real() else { return };
    let with_examples: Vec<&str> = specs
        .operations()
        .filter(|one| !examples(specs, one).is_empty())
        .map(|one| one.id.as_str())
        .collect();
    for id in [
        "ResourceGroups_CreateOrUpdate",
        "VirtualMachines_Get",
        "VirtualMachines_Update",
        "VirtualMachineExtensions_CreateOrUpdate",
        "VirtualMachineExtensions_Update",
        "RoleAssignments_Create",
        "RoleAssignments_Delete",
        "Tags_UpdateAtScope",
        "Resources",
    ] {
        assert!(
            with_examples.contains(&id),
            "{id} has no example among {with_examples:?}"
        );
    }
    let rows: usize = specs
        .operations()
        .map(|operation| {
            examples(specs, operation)
                .values()
                .map(Vec::len)
                .sum::<usize>()
        })
        .sum();
    assert!(rows > 600, "{rows} exchanges");
}

/// A bare `type: object` is Microsoft's way to write "any value" in these places; here it means an object, so that a
/// `settings` that is no object is found.
const ANY_VALUE: &str = "the schema says `type: object` where any value is meant";

const REQUESTS: &[Excuse] = &[
    any_value("PolicyAssignments_Create", "/properties/parameters/*/value"),
    any_value(
        "PolicyDefinitions_CreateOrUpdate",
        "/properties/parameters/*/allowedValues/*",
    ),
    any_value(
        "PolicyDefinitions_CreateOrUpdate",
        "/properties/parameters/*/defaultValue",
    ),
    any_value("UpgradeExtensions", "/extensionTargets/*/targetVersion"),
    Excuse {
        operation: "UserAssignedIdentities_Update",
        place: "/location",
        what: "cannot be changed once made",
        reason: "the example patches a location, which its own schema lets nobody update",
    },
];

const ANSWERS: &[Excuse] = &[
    any_value(
        "Deployments_WhatIf",
        "answer /properties/changes/*/delta/*/after",
    ),
    any_value(
        "PolicyAssignments_Create",
        "answer /properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_Delete",
        "answer /properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_Get",
        "answer /properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_List",
        "answer /value/*/properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_ListForManagementGroup",
        "answer /value/*/properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_ListForResource",
        "answer /value/*/properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_ListForResourceGroup",
        "answer /value/*/properties/parameters/*/value",
    ),
    any_value(
        "PolicyAssignments_Update",
        "answer /properties/parameters/*/value",
    ),
    any_value(
        "PolicyDefinitions_CreateOrUpdate",
        "answer /properties/parameters/*/allowedValues/*",
    ),
    any_value(
        "PolicyDefinitions_CreateOrUpdate",
        "answer /properties/parameters/*/defaultValue",
    ),
    any_value(
        "PolicyDefinitions_ListBuiltIn",
        "answer /value/*/properties/parameters/*/allowedValues/*",
    ),
    any_value(
        "PolicyStates_ListQueryResultsForResource",
        "answer /value/*/policyEvaluationDetails/evaluatedExpressions/*/*",
    ),
];

const fn any_value(operation: &'static str, place: &'static str) -> Excuse {
    Excuse {
        operation,
        place,
        what: "is of type",
        reason: ANY_VALUE,
    }
}

fn violations(
    specs: &Specs,
    check: fn(&str, &Specs) -> Vec<Violation>,
) -> Vec<(String, Violation)> {
    let mut found = Vec::new();
    for operation in specs.operations() {
        for row in examples(specs, operation).into_values().flatten() {
            let violations = check(&ndjson(&[row]), specs);
            found.extend(
                violations
                    .into_iter()
                    .map(|violation| (operation.id.clone(), violation)),
            );
        }
    }
    found
}

/// The rows of each example of an operation, one for each answer it shows, by the example's file name.
pub(super) fn examples(specs: &Specs, operation: &Operation) -> BTreeMap<String, Vec<Value>> {
    let node = specs.node(operation);
    let references = node.value["x-ms-examples"]
        .as_object()
        .into_iter()
        .flatten();
    let mut found = BTreeMap::new();
    for (_, reference) in references {
        let reference = reference["$ref"].as_str().unwrap();
        let path = Specs::find()
            .unwrap()
            .join(node.file)
            .parent()
            .unwrap()
            .join(reference);
        let example: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.insert(name, rows(specs, operation, &example));
    }
    found
}

fn rows(specs: &Specs, operation: &Operation, example: &Value) -> Vec<Value> {
    let mut asked = row(1, &operation.verb, &operation.path);
    let (mut url, mut query) = (operation.path.clone(), Vec::new());
    for Node {
        value: parameter, ..
    } in specs.parameters(operation)
    {
        let name = parameter["name"].as_str().unwrap();
        let Some(value) = example["parameters"].get(name) else {
            continue;
        };
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        match parameter["in"].as_str().unwrap() {
            "path" => {
                url = url.replace(
                    &format!("{{{name}}}"),
                    &path_escaped(text.trim_start_matches('/')),
                )
            }
            "query" => query.push(format!("{name}={}", escaped(&text))),
            "header" => asked["headers"][name] = value.clone(),
            "body" => asked["body"] = value.clone(),
            other => panic!("a parameter in {other}"),
        }
    }
    asked["url"] = format!("{url}?{}", query.join("&")).into();
    let answers = example["responses"].as_object().unwrap();
    let answered = answers.iter().map(|(status, answer)| {
        let mut row = asked.clone();
        row["status"] = status.parse::<u16>().unwrap().into();
        row["response"] = answer.get("body").cloned().unwrap_or(json!(null));
        row
    });
    answered.collect()
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn path_escaped(text: &str) -> String {
    text.split('/')
        .map(escaped)
        .map(|segment| segment.replace('+', "%20"))
        .collect::<Vec<_>>()
        .join("/")
}
