//! Microsoft's files: finding the folder, reading every document, following `$ref`, and the index of operations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

use super::directory_types::DirectoryTypes;
use super::paths::{Bindings, Template};

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
    path: String,
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
    /// The folder `arm/specs` of the shared folder, which is `VMLOGIN_SHARED` or else `../shared` beside the repository.
    /// Without one it says on stderr what was skipped and why, and returns `None`.
    #[expect(clippy::print_stderr, reason = "a skipped check has to be seen in the test output")]
    pub(crate) fn find() -> Option<PathBuf> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
        let shared = env::var_os("VMLOGIN_SHARED").map_or_else(beside, PathBuf::from);
        let folder = shared.join("arm/specs");
        if folder.is_dir() {
            return Some(folder);
        }
        eprintln!("skipped: conformance with Microsoft's specs, since {} is no folder (set VMLOGIN_SHARED)", folder.display());
        None
    }

    /// Reads every document below the folder of specs.
    ///
    /// # Panics
    /// If the folder cannot be read or holds something else: then nothing could be checked.
    pub(crate) fn load(folder: &Path) -> Specs {
        let mut documents = BTreeMap::new();
        read_folder(folder, "", &mut documents);
        Specs::of(documents)
    }

    /// From documents by their path below the folder of specs.
    pub(crate) fn of(mut documents: BTreeMap<String, Value>) -> Specs {
        let types = DirectoryTypes::of(documents.remove(DIRECTORY_TYPES).unwrap_or_default());
        let mut specs = Specs { documents, operations: Vec::new(), types };
        specs.operations = specs.index();
        specs
    }

    /// What stands for this request; of several templates the most literal one.
    pub(crate) fn find_operation(&self, verb: &str, segments: &[&str], version: &str) -> Found<'_> {
        let matching: Vec<_> = self
            .operations
            .iter()
            .filter_map(|operation| Some((operation, operation.template.bind(segments)?)))
            .collect();
        let at_version = || matching.iter().filter(|(operation, _)| operation.version == version);
        let best = at_version()
            .filter(|(operation, _)| operation.verb == verb)
            .max_by_key(|(operation, _)| operation.template.weight());
        if let Some((operation, bindings)) = best {
            return Found::Operation(operation, bindings.clone());
        }
        let verbs: BTreeSet<_> = at_version().map(|(operation, _)| operation.verb.as_str()).collect();
        let versions: BTreeSet<_> = matching.iter().map(|(operation, _)| operation.version.as_str()).collect();
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
        Node { file: &operation.file, value: &self.documents[&operation.file][operation.group][&operation.path][verb] }
    }

    /// The operation's parameters, those of its path included, references followed.
    pub(crate) fn parameters<'a>(&'a self, operation: &'a Operation) -> Vec<Node<'a>> {
        let item = &self.documents[&operation.file][operation.group][&operation.path];
        let own = &self.node(operation).value["parameters"];
        [own, &item["parameters"]]
            .into_iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .map(|value| self.resolve(Node { file: &operation.file, value }))
            .collect()
    }

    /// Follows `$ref` until something else stands there.
    ///
    /// # Panics
    /// If a reference leads nowhere: then the folder of specs is damaged.
    pub(crate) fn resolve<'a>(&'a self, node: Node<'a>) -> Node<'a> {
        let Some(reference) = node.value.get("$ref").and_then(Value::as_str) else { return node };
        let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let file = join(node.file, path);
        let target = self.documents.get_key_value(&file).and_then(|(file, document)| Some((file, document.pointer(pointer)?)));
        let Some((file, value)) = target else { panic!("`{reference}` in {} leads nowhere", node.file) };
        self.resolve(Node { file, value })
    }

    /// The definitions of the file that this node stands in.
    pub(crate) fn definitions<'a>(&'a self, node: Node<'a>) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let definitions = self.documents.get(node.file).and_then(|document| document["definitions"].as_object());
        definitions
            .into_iter()
            .flatten()
            .map(move |(name, value)| (name.as_str(), Node { file: node.file, value }))
    }

    /// Every document with its path, for checks of the files themselves.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.documents.iter().map(|(file, document)| (file.as_str(), document))
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
                            id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
                            verb: verb.to_uppercase(),
                            version: document["info"]["version"].as_str().unwrap_or_default().to_owned(),
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
            .filter(|(name, parameter)| *name == "scope" || parameter.value["x-ms-skip-url-encoding"] == true)
            .filter(|(name, _)| !name.ends_with("Name") && *name != "resourceProviderNamespace")
            .map(|(name, _)| name)
            .collect()
    }
}

fn read_folder(folder: &Path, prefix: &str, documents: &mut BTreeMap<String, Value>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), documents);
        } else if name.ends_with(".json") {
            let text = fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
            let document = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            documents.insert(format!("{prefix}{name}"), document);
        }
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
mod tests {
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
        let common = json!({"parameters": {"Sub": {"name": "subscriptionId", "in": "path", "type": "string"}}});
        Specs::of(BTreeMap::from([("A/1/a.json".to_owned(), compute), ("common/types.json".to_owned(), common)]))
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
        assert_eq!(found("GET", "subscriptions/s/vms/v", "2024-07-01"), "Vms_Get");
        assert_eq!(found("GET", "subscriptions/s/groups/g/vms/v", "2024-07-01"), "Vms_GetByScope");
    }

    #[test]
    fn what_is_missing_is_told_apart() {
        assert_eq!(found("PATCH", "subscriptions/s/vms/v", "2024-07-01"), r#"verbs {"GET", "PUT"}"#);
        assert_eq!(found("GET", "subscriptions/s/vms/v", "2023-01-01"), r#"versions {"2024-07-01"}"#);
        assert_eq!(found("GET", "subscriptions/s/disks/d", "2024-07-01"), "nothing");
    }

    #[test]
    fn a_reference_into_another_file_is_followed() {
        let specs = small();
        let operation = specs.operations().find(|operation| operation.id == "Vms_Get").unwrap();
        assert_eq!(specs.parameters(operation)[0].value["type"], "string");
        assert_eq!(specs.parameters(operation)[0].file, "common/types.json");
    }

    #[test]
    #[should_panic(expected = "leads nowhere")]
    fn a_reference_that_leads_nowhere_stops_the_check() {
        small().resolve(Node { file: "A/1/a.json", value: &json!({"$ref": "#/definitions/Gone"}) });
    }

    #[test]
    fn relative_files_are_joined() {
        assert_eq!(join("A/1/a.json", "../../common/v2/types.json"), "common/v2/types.json");
        assert_eq!(join("A/1/a.json", "./b.json"), "A/1/b.json");
        assert_eq!(join("A/1/a.json", ""), "A/1/a.json");
    }
}
