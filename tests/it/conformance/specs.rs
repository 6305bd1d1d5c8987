//! Microsoft's files: finding the folder, reading every document, following `$ref`, and the index of operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::directory::types::DirectoryTypes;
use super::paths::{Bindings, Template};

mod folder;

/// Where `types.json` of the directory lies below the folder of specs; everything else there is OpenAPI 2.0.
const DIRECTORY_TYPES: &str = "MicrosoftGraph/v1.0/types.json";

/// Everything Microsoft published that this check knows of.
pub(crate) struct Specs {
    /// By path below the folder, with `/` between names.
    documents: BTreeMap<String, Value>,
    operations: Vec<Operation>,
    /// The directory's entity types.
    pub(crate) types: DirectoryTypes,
}

/// A place in a document: what stands there, and the file that its relative references start from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    /// Path of the document below the folder.
    pub(crate) file: &'a str,
    /// What stands there.
    pub(crate) value: &'a Value,
}

/// One verb on one path template of one file.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `operationId`, such as `RoleAssignments_Create`.
    pub(crate) id: String,
    /// Upper case.
    pub(crate) verb: String,
    /// The api-version of its file.
    pub(crate) version: String,
    /// The path.
    pub(crate) template: Template,
    file: String,
    group: &'static str,
    /// The path as the file has it.
    pub(crate) path: String,
}

/// What the index says of a request.
pub(crate) enum Found<'a> {
    /// The operation, and what its path parameters stand for.
    Operation(&'a Operation, Bindings),
    /// The path is known at this api-version, with these verbs only.
    OtherVerbs(BTreeSet<&'a str>),
    /// The path is known, at these api-versions only.
    OtherVersions(BTreeSet<&'a str>),
    /// No file has such a path.
    Nothing,
}

impl Specs {
    /// From documents by their path below the folder of specs.
    pub(crate) fn of(mut documents: BTreeMap<String, Value>) -> Specs {
        let types = DirectoryTypes::of(documents.remove(DIRECTORY_TYPES).unwrap_or_default());
        let mut specs = Specs {
            documents,
            operations: Vec::new(),
            types,
        };
        specs.operations = specs.index();
        specs
    }

    /// What stands for this request; of several templates the most literal one.
    pub(crate) fn find_operation(&self, verb: &str, segments: &[&str], version: &str) -> Found<'_> {
        let at_version = |operation: &&Operation| operation.version == version;
        let best = self
            .operations
            .iter()
            .filter(|operation| at_version(operation) && operation.verb == verb)
            .filter_map(|operation| Some((operation, operation.template.bind(segments)?)))
            .max_by_key(|(operation, _)| operation.template.weight());
        if let Some((operation, bindings)) = best {
            return Found::Operation(operation, bindings);
        }
        let fitting = || {
            self.operations
                .iter()
                .filter(|operation| operation.template.bind(segments).is_some())
        };
        let verbs: BTreeSet<_> = fitting()
            .filter(at_version)
            .map(|operation| operation.verb.as_str())
            .collect();
        let versions: BTreeSet<_> = fitting()
            .map(|operation| operation.version.as_str())
            .collect();
        if !verbs.is_empty() {
            Found::OtherVerbs(verbs)
        } else if !versions.is_empty() {
            Found::OtherVersions(versions)
        } else {
            Found::Nothing
        }
    }

    /// The operation's own object in its file.
    pub(crate) fn node<'a>(&'a self, operation: &'a Operation) -> Node<'a> {
        let verb = operation.verb.to_lowercase();
        Node {
            file: &operation.file,
            value: &self.documents[&operation.file][operation.group][&operation.path][verb],
        }
    }

    /// The operation's parameters, those of its path included, references followed.
    pub(crate) fn parameters<'a>(&'a self, operation: &'a Operation) -> Vec<Node<'a>> {
        let item = &self.documents[&operation.file][operation.group][&operation.path];
        let own = &self.node(operation).value["parameters"];
        [own, &item["parameters"]]
            .into_iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .map(|value| {
                self.resolve(Node {
                    file: &operation.file,
                    value,
                })
            })
            .collect()
    }

    /// Follows `$ref` until something else stands there.
    ///
    /// # Panics
    /// If a reference leads nowhere: then the folder of specs is damaged.
    pub(crate) fn resolve<'a>(&'a self, node: Node<'a>) -> Node<'a> {
        let Some(reference) = node.value.get("$ref").and_then(Value::as_str) else {
            return node;
        };
        let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let file = join(node.file, path);
        let target = self
            .documents
            .get_key_value(&file)
            .and_then(|(file, document)| Some((file, document.pointer(pointer)?)));
        let Some((file, value)) = target else {
            panic!("`{reference}` in {} leads nowhere", node.file)
        };
        self.resolve(Node { file, value })
    }

    /// The definitions of the file that this node stands in.
    pub(crate) fn definitions<'a>(
        &'a self,
        node: Node<'a>,
    ) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let definitions = self
            .documents
            .get(node.file)
            .and_then(|document| document["definitions"].as_object());
        definitions.into_iter().flatten().map(move |(name, value)| {
            (
                name.as_str(),
                Node {
                    file: node.file,
                    value,
                },
            )
        })
    }

    /// Every document with its path, for checks of the files themselves.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.documents
            .iter()
            .map(|(file, document)| (file.as_str(), document))
    }

    /// Every operation of the index.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }

    fn index(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (file, document) in &self.documents {
            for group in ["paths", "x-ms-paths"] {
                for (path, item) in document[group].as_object().into_iter().flatten() {
                    for (verb, operation) in item.as_object().into_iter().flatten() {
                        if verb == "parameters" {
                            continue;
                        }
                        let mut operation = Operation {
                            id: operation["operationId"]
                                .as_str()
                                .unwrap_or_default()
                                .to_owned(),
                            verb: verb.to_uppercase(),
                            version: document["info"]["version"]
                                .as_str()
                                .unwrap_or_default()
                                .to_owned(),
                            template: Template::parse(path, &BTreeSet::new()),
                            file: file.clone(),
                            group,
                            path: path.clone(),
                        };
                        operation.template = Template::parse(path, &self.spanning(&operation));
                        if operation.template.names_a_type() {
                            operations.push(operation);
                        }
                    }
                }
            }
        }
        operations
    }

    /// Path parameters that may hold slashes. `x-ms-skip-url-encoding` says so, but stands on some single names too
    /// (`roleAssignmentName`), and is missing on the `scope` of locks.json (2026-11-21).
    fn spanning<'a>(&'a self, operation: &'a Operation) -> BTreeSet<&'a str> {
        self.parameters(operation)
            .into_iter()
            .filter(|parameter| parameter.value["in"] == "path")
            .filter_map(|parameter| Some((parameter.value["name"].as_str()?, parameter)))
            .filter(|(name, parameter)| {
                *name == "scope" || parameter.value["x-ms-skip-url-encoding"] == true
            })
            .filter(|(name, _)| !name.ends_with("Name") && *name != "resourceProviderNamespace")
            .map(|(name, _)| name)
            .collect()
    }
}

/// The file that a relative reference names, seen from the file it stands in.
fn join(from: &str, to: &str) -> String {
    if to.is_empty() {
        return from.to_owned();
    }
    let mut names: Vec<&str> = from.split('/').collect();
    names.pop();
    for name in to.split('/') {
        match name {
            "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests;
