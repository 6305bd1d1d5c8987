//! What Microsoft's files hold is what this checker understands; a new shape among them has to be taught first.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::formats::format_flaw;
use super::super::paths::{Template, segments};
use super::super::pattern::Pattern;
use super::real;

#[test]
fn every_pattern_is_understood() {
    let patterns = collected(|object| object["pattern"].as_str());
    assert!(
        !patterns
            .iter()
            .any(|pattern| Pattern::parse(pattern).is_err()),
        "{patterns:?}"
    );
    assert!(patterns.len() > 5 || real().is_none(), "{patterns:?}");
}

#[test]
fn every_format_is_understood() {
    let formats = collected(|object| object["type"].as_str().and(object["format"].as_str()));
    let unknown = |format: &&String| {
        format_flaw(format, &Value::Null).is_some_and(|flaw| flaw.contains("not supported"))
    };
    assert_eq!(
        formats.iter().filter(unknown).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    assert!(formats.len() > 5 || real().is_none(), "{formats:?}");
}

/// Of the keywords that narrow what a schema takes, those that this checker knows nothing of must not occur.
#[test]
fn no_keyword_goes_unchecked() {
    let mut found = BTreeSet::new();
    let unknown = [
        "anyOf",
        "oneOf",
        "not",
        "multipleOf",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "const",
        "collectionFormat",
    ];
    for (file, document) in real().into_iter().flat_map(|specs| specs.documents()) {
        walk(document, &mut |object| {
            found.extend(
                unknown
                    .iter()
                    .filter(|word| object.contains_key(**word))
                    .map(|word| format!("{file}: {word}")),
            );
        });
    }
    assert_eq!(found, BTreeSet::new());
}

/// The templates that would fit any path are left out of the index; these and no others.
#[test]
fn only_whole_ids_and_generic_resources_are_out_of_the_index() {
    let Some(specs) = real() else { return };
    let indexed: BTreeSet<&str> = specs
        .operations()
        .map(|operation| operation.path.as_str())
        .collect();
    let all = specs
        .documents()
        .flat_map(|(_, document)| ["paths", "x-ms-paths"].map(|group| document[group].as_object()));
    let out: BTreeSet<&str> = all
        .flatten()
        .flatten()
        .map(|(path, _)| path.as_str())
        .filter(|path| !indexed.contains(path))
        .collect();
    insta::assert_snapshot!(out.into_iter().collect::<Vec<_>>().join("\n"), @r"
    /subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}
    /{denyAssignmentId}
    /{policyAssignmentId}
    /{resourceId}
    /{roleAssignmentId}
    /{roleId}?disambiguation_dummy
    {nextLink}?Next paging op for policy states
    ");
}

#[test]
fn every_operation_is_found_by_its_own_path() {
    let Some(specs) = real() else { return };
    for operation in specs.operations() {
        let filled = operation.path.replace(['{', '}'], "");
        let template = Template::parse(&filled, &BTreeSet::new());
        assert!(
            template.bind(&segments(&filled)).is_some(),
            "{}",
            operation.id
        );
        assert!(
            operation.template.bind(&segments(&filled)).is_some(),
            "{}",
            operation.id
        );
    }
}

fn collected(of: impl Fn(&Value) -> Option<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, document) in real().into_iter().flat_map(|specs| specs.documents()) {
        walk(document, &mut |object| {
            found.extend(of(&Value::Object(object.clone())).map(str::to_owned))
        });
    }
    found
}

fn walk(value: &Value, visit: &mut dyn FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| walk(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}
