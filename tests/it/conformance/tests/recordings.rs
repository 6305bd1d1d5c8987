//! Recorded traffic of official clients, carried over to the pinned api-versions: what those clients ask and what the
//! service answers is clean too, save for what is listed here.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::paths::segments;
use super::super::specs::{Found, Specs};
use super::super::{Violation, check_answers, check_log, operations_used};
use super::{Excuse, assert_excused, ndjson, real};

#[test]
fn the_requests_of_official_clients_are_clean() {
    let Some(specs) = real() else { return };
    assert_excused(&violations(specs, check_log), REQUESTS);
}

#[test]
fn the_answers_of_the_real_service_are_clean() {
    let Some(specs) = real() else { return };
    assert_excused(&violations(specs, check_answers), ANSWERS);
}

#[test]
fn there_is_traffic_of_what_this_product_asks() {
    let Some(specs) = real() else { return };
    let rows: Vec<Value> = recordings(specs).into_iter().flatten().collect();
    let used = operations_used(&ndjson(&rows), specs);
    for id in [
        "ResourceGroups_CreateOrUpdate",
        "VirtualMachines_Get",
        "VirtualMachines_Update",
        "VirtualMachineExtensions_CreateOrUpdate",
        "RoleAssignments_Create",
        "directory users",
        "directory groups",
    ] {
        assert!(used.contains_key(id), "no {id} in {used:?}");
    }
}

const LOST: &str = "the recorder lost the body or put a word in its place (recordings/INDEX.md)";
const ASO: &str =
    "Azure Service Operator sends the name in the body too; the service does not mind";
const GET_PUT: &str = "this client sends back what it read, read-only members included";
const NO_TYPE: &str = "actions are not in types.json, and this product has no use for these";
const OLDER: &str = "older traffic has it, the published types do not";
const CUT: &str = "the page before it, which held its address, was cut from the recording";

const REQUESTS: &[Excuse] = &[
    excuse("*", "body", "is missing", LOST),
    excuse("*", "body", "is of type string", LOST),
    excuse(
        "ResourceGroups_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse(
        "UserAssignedIdentities_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse(
        "FederatedIdentityCredentials_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse("RoleAssignments_Create", "/name", "is not a property", ASO),
    excuse(
        "RoleDefinitions_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse(
        "VirtualNetworks_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse(
        "NetworkSecurityGroups_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse(
        "PublicIPAddresses_CreateOrUpdate",
        "/name",
        "is read-only",
        ASO,
    ),
    excuse(
        "VirtualNetworks_CreateOrUpdate",
        "/properties/**",
        "is read-only",
        GET_PUT,
    ),
    excuse(
        "Resources_List",
        "query `$skiptoken`",
        "is not an option",
        CUT,
    ),
    excuse(
        "VirtualMachines_Get",
        "query `$expand`",
        "is \"instanceview\"",
        "the service takes options in any case",
    ),
    excuse(
        "directory directoryObjects",
        "path",
        "`checkMemberGroups`",
        NO_TYPE,
    ),
    excuse("directory groups", "path", "`getMemberGroups`", NO_TYPE),
    excuse("directory applications", "path", "`addPassword`", NO_TYPE),
    excuse(
        "directory directory",
        "path",
        "is no path",
        "deleted items are no business of this product",
    ),
    excuse(
        "directory users",
        "path",
        "`user",
        "the scrubbed name took a quote with it: users(user…')",
    ),
    excuse(
        "directory users",
        "query `$filter`",
        "has a quote",
        "the scrubbed name took a quote with it: eq%user…%27",
    ),
];

const ANSWERS: &[Excuse] = &[
    excuse(
        "NetworkInterfaces_ListAll",
        "answer /value/*/properties/linkedResourceType",
        "is not a property",
        OLDER,
    ),
    excuse(
        "NetworkInterfaces_ListAll",
        "answer /value/*/properties/bareMetalServer",
        "is not a property",
        OLDER,
    ),
    excuse(
        "VirtualNetworks_Get",
        "answer /properties/subnets/*/properties/subnetID",
        "is not a property",
        OLDER,
    ),
    excuse(
        "VirtualNetworks_CreateOrUpdate",
        "answer /properties/subnets/*/properties/subnetID",
        "is not a property",
        OLDER,
    ),
    excuse(
        "directory groups",
        "answer /creationOptions",
        "is not a property",
        OLDER,
    ),
    excuse(
        "directory groups",
        "answer /value/*/creationOptions",
        "is not a property",
        OLDER,
    ),
    excuse(
        "directory servicePrincipals",
        "answer /createdDateTime",
        "is not a property",
        OLDER,
    ),
    excuse(
        "directory servicePrincipals",
        "answer /value/*/createdDateTime",
        "is not a property",
        OLDER,
    ),
    excuse(
        "directory directoryObjects",
        "answer /value/*/createdDateTime",
        "is not a property",
        OLDER,
    ),
];

const fn excuse(
    operation: &'static str,
    place: &'static str,
    what: &'static str,
    reason: &'static str,
) -> Excuse {
    Excuse {
        operation,
        place,
        what,
        reason,
    }
}

/// What the recordings have of the resources and directory objects this product is about, a log for each recording.
pub(super) fn recordings(specs: &Specs) -> Vec<Vec<Value>> {
    let root = Specs::find()
        .expect("the folder was there before")
        .join("../recordings");
    let folders = [
        "auth-errors",
        "graph",
        "network",
        "resource-group",
        "role-assignment",
        "user-assigned-identity",
        "vm-extension",
        "vm-identity",
        "vm-lifecycle",
        "vm-login-flow",
    ];
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| rows(specs, file))
        .filter(|rows| !rows.is_empty())
        .collect()
}

/// The operation a row uses, as [`operations_used`] names it.
pub(super) fn operation(specs: &Specs, row: &Value) -> String {
    let asked = json!({"n": 0, "method": row["method"], "url": row["url"], "status": 0});
    operations_used(&asked.to_string(), specs)
        .into_keys()
        .next()
        .unwrap_or_default()
}

/// Each violation of the recordings with the operation it was found at.
fn violations(
    specs: &Specs,
    check: fn(&str, &Specs) -> Vec<Violation>,
) -> Vec<(String, Violation)> {
    let mut found = Vec::new();
    for rows in recordings(specs) {
        for violation in check(&ndjson(&rows), specs) {
            let row = rows
                .iter()
                .find(|row| row["n"] == violation.n)
                .expect("a violation has the number of its row");
            found.push((operation(specs, row), violation));
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    entries
        .map(|entry| {
            entry
                .expect("an entry of a folder that could be read")
                .path()
        })
        .collect()
}

/// The rows of a recording that are about us: deployments and other services are left out.
fn rows(specs: &Specs, file: &Path) -> Vec<Value> {
    let text =
        fs::read(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    let recording: Vec<Value> =
        serde_json::from_slice(&text).expect("a recording is a list of exchanges");
    let rows = recording.iter().map(|exchange| row(specs, exchange));
    let is_ours = |row: &Value| {
        let used = operation(specs, row);
        !used.starts_with("Deployments_") && !used.starts_with("Policy") && used != "unknown"
    };
    rows.filter(is_ours).collect()
}

fn row(specs: &Specs, exchange: &Value) -> Value {
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let method = request["method"].as_str().unwrap_or_default();
    let uri = request["uri"].as_str().unwrap_or_default();
    let path = uri
        .splitn(4, '/')
        .nth(3)
        .unwrap_or_default()
        .trim_start_matches('/');
    json!({
        "n": exchange["n"], "method": method, "url": pinned(specs, method, &format!("/{path}")),
        "headers": request["headers"], "body": request["body"],
        "status": response["status"], "response_headers": response["headers"], "response": response["body"]
    })
}

/// The same address at the api-version that the specs have of it.
fn pinned(specs: &Specs, method: &str, url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let Found::OtherVersions(versions) = specs.find_operation(method, &segments(path), "") else {
        return url.to_owned();
    };
    let options = query
        .split('&')
        .map(|option| match (option.split_once('='), versions.first()) {
            (Some(("api-version", _)), Some(version)) => format!("api-version={version}"),
            _ => option.to_owned(),
        });
    format!("{path}?{}", options.collect::<Vec<_>>().join("&"))
}
