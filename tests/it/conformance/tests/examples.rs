//! Microsoft's own example exchanges must come out clean: proof that the checker does not cry wolf.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::super::specs::{Node, Operation, Specs};
use super::super::{check_answers, check_log};
use super::{lines, ndjson, real, row};

#[test]
fn explore() {
    let Some(specs) = real() else { return };
    let mut count = 0;
    for operation in specs.operations() {
        for (name, rows) in examples(specs, operation) {
            for row in rows {
                count += 1;
                let log = ndjson(&[row.clone()]);
                for v in lines(&check_log(&log, specs)) {
                    println!("ASK {} {name} {v}", operation.id);
                }
                for v in lines(&check_answers(&log, specs)) {
                    println!("ANS {} {name} {v}", operation.id);
                }
            }
        }
    }
    println!("{count}");
}

/// The rows of each example of an operation, one for each answer it shows, by the example's file name.
fn examples(specs: &Specs, operation: &Operation) -> BTreeMap<String, Vec<Value>> {
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
