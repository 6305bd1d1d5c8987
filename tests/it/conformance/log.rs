//! The request log: its rows, which part of the contract each belongs to, and the two questions asked of all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::operation::{answer_flaws, request_flaws};
use super::paths::segments;
use super::row::{Given, Row};
use super::specs::{Found, Specs};
use super::{Flaw, Violation, directory, known};

/// Whether every request of the log is one that Microsoft's files allow. Nothing is clean that was not looked at: a log
/// without rows and a line that is no row are violations too.
pub(crate) fn check_log(log: &str, specs: &Specs) -> Vec<Violation> {
    check(log, |row, given| match surface(&row.path()) {
        Surface::SignIn => Vec::new(),
        Surface::Directory => directory::request_flaws(&specs.types, row, given),
        Surface::Arm => arm_request_flaws(specs, row, given),
    })
}

/// Whether every answer of the log is one that Microsoft's files allow, or one of the [`known`] differences of the real
/// service. Answers to requests that [`check_log`] does not understand are not looked at.
pub(crate) fn check_answers(log: &str, specs: &Specs) -> Vec<Violation> {
    check(log, |row, given| match surface(&row.path()) {
        Surface::SignIn => Vec::new(),
        Surface::Directory => directory::answer_flaws(&specs.types, row),
        Surface::Arm => match find(specs, row) {
            Found::Operation(operation, _) => answer_flaws(specs, operation, row)
                .into_iter()
                .filter(|flaw| known::deviation(&operation.id, row.status, flaw).is_none())
                .collect(),
            _ => poll_answer_flaws(row, given),
        },
    })
}

/// What is wrong with the requests of a log, and then with its answers, in words.
pub(crate) fn wrong(log: &str, specs: &Specs) -> Vec<String> {
    let all = [check_log(log, specs), check_answers(log, specs)].concat();
    all.iter().map(ToString::to_string).collect()
}

/// The same but for what the files require on some lists and the last page of every recorded list is without (2026-11-21).
pub(crate) fn wrong_but_for_last_pages(log: &str, specs: &Specs) -> Vec<String> {
    let mut wrong = wrong(log, specs);
    wrong.retain(|wrong| !wrong.ends_with("lacks the required property `nextLink`"));
    wrong
}

/// How often each operation was used, by `operationId` (`poll` for polls, `directory users` and the like, `sign-in`, or
/// `unknown`): what a caller needs to see that a clean log was not an idle one.
pub(crate) fn operations_used(log: &str, specs: &Specs) -> BTreeMap<String, usize> {
    let mut used = BTreeMap::new();
    let mut given = Given::default();
    for row in rows(log).filter_map(Result::ok) {
        let path = row.path();
        let name = match (surface(&path), find(specs, &row)) {
            (Surface::SignIn, _) => "sign-in".to_owned(),
            (Surface::Directory, _) => {
                let collection = segments(&path).get(1).copied().unwrap_or_default();
                format!(
                    "directory {}",
                    collection.split('(').next().unwrap_or_default()
                )
            }
            (Surface::Arm, Found::Operation(operation, _)) => operation.id.clone(),
            (Surface::Arm, _) if given.is_poll(&row.url) => "poll".to_owned(),
            (Surface::Arm, _) => "unknown".to_owned(),
        };
        *used.entry(name).or_default() += 1;
        given.note(&row);
    }
    used
}

enum Surface {
    SignIn,
    Directory,
    Arm,
}

/// Sign-in and metadata (CLIENTS.md 1, FACTS.md 17) are in no spec file and are passed over by name.
fn surface(path: &str) -> Surface {
    let by_name = [
        "/metadata/endpoints",
        "/metadata/identity/oauth2/token",
        "/common/discovery/instance",
    ];
    let by_end = [
        "/.well-known/openid-configuration",
        "/oauth2/v2.0/token",
        "/oauth2/token",
        "/discovery/v2.0/keys",
    ];
    if by_name.contains(&path) || by_end.iter().any(|end| path.ends_with(end)) {
        Surface::SignIn
    } else if path.starts_with("/v1.0/") {
        Surface::Directory
    } else {
        Surface::Arm
    }
}

fn check(log: &str, flaws: impl Fn(&Row, &Given) -> Vec<Flaw>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut given = Given::default();
    let mut any = false;
    for row in rows(log) {
        any = true;
        match row {
            Err(violation) => violations.push(violation),
            Ok(row) => {
                violations.extend(flaws(&row, &given).into_iter().map(|Flaw { place, what }| {
                    Violation {
                        n: row.n,
                        method: row.method.clone(),
                        url: row.url.clone(),
                        place,
                        what,
                    }
                }));
                given.note(&row);
            }
        }
    }
    if !any {
        violations.push(no_row(
            0,
            "the log has no rows, so nothing was checked".to_owned(),
        ));
    }
    violations
}

fn rows(log: &str) -> impl Iterator<Item = Result<Row, Violation>> {
    let lines = log
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, at)| {
        serde_json::from_str(line).map_err(|error| no_row(at, format!("is no row: {error}")))
    })
}

fn no_row(n: u64, what: String) -> Violation {
    Violation {
        n,
        method: "-".to_owned(),
        url: "-".to_owned(),
        place: "log".to_owned(),
        what,
    }
}

fn find<'a>(specs: &'a Specs, row: &Row) -> Found<'a> {
    let version = row
        .query()
        .into_iter()
        .find(|(name, _)| name == "api-version")
        .map(|(_, version)| version);
    let path = row.path();
    specs.find_operation(&row.method, &segments(&path), &version.unwrap_or_default())
}

fn arm_request_flaws(specs: &Specs, row: &Row, given: &Given) -> Vec<Flaw> {
    let flaw = match find(specs, row) {
        Found::Operation(operation, bindings) => {
            return request_flaws(specs, operation, &bindings, row, given.is_page(&row.url));
        }
        _ if given.is_poll(&row.url) && row.method == "GET" => return Vec::new(),
        _ if given.is_poll(&row.url) => Flaw::at("method", "an operation is polled with GET"),
        Found::OtherVerbs(verbs) => {
            Flaw::at("method", format!("the path has only {}", list(verbs)))
        }
        Found::OtherVersions(versions) => Flaw::at(
            "query `api-version`",
            format!("this path is in the specs at {} only", list(versions)),
        ),
        Found::Nothing if is_operation(&row.path()) => Flaw::at(
            "path",
            "no earlier answer gave the address of this operation",
        ),
        Found::Nothing => Flaw::at("path", "is in no spec file"),
    };
    vec![flaw]
}

/// Polls are in no spec file; what FACTS.md 3 says of them is checked: the address of `Azure-AsyncOperation` always answers
/// 200 with a `status`.
fn poll_answer_flaws(row: &Row, given: &Given) -> Vec<Flaw> {
    if row.status >= 400 || !given.is_status(&row.url) {
        return Vec::new();
    }
    let status = row.response.as_ref().map(|answer| &answer["status"]);
    match (row.status, status) {
        (200, Some(Value::String(_))) => Vec::new(),
        (200, _) => vec![Flaw::at("answer /status", "is missing or no string")],
        (status, _) => vec![Flaw::at(
            "status",
            format!("an operation never answers {status}"),
        )],
    }
}

fn is_operation(path: &str) -> bool {
    segments(path)
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|collection| collection.to_ascii_lowercase().starts_with("operation"))
}

fn list(names: BTreeSet<&str>) -> String {
    names
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
