//! The request log: its rows, which part of the contract each belongs to, and the two questions asked of all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::operation::{answer_flaws, request_flaws};
use super::paths::segments;
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
                .filter(|flaw| known::deviation(&operation.id, flaw).is_none())
                .collect(),
            _ => poll_answer_flaws(row, given),
        },
    })
}

/// How often each operation was used, by `operationId` (or `operation` for polls, `directory users` and the like): what a
/// caller needs to see that a clean log was not an idle one.
pub(crate) fn operations_used(log: &str, specs: &Specs) -> BTreeMap<String, usize> {
    let mut used = BTreeMap::new();
    for row in rows(log).filter_map(Result::ok) {
        let name = match surface(&row.path()) {
            Surface::SignIn => "sign-in".to_owned(),
            Surface::Directory => format!("directory {}", segments(&row.path()).get(1).unwrap_or(&"")),
            Surface::Arm => match find(specs, &row) {
                Found::Operation(operation, _) => operation.id.clone(),
                _ => "operation".to_owned(),
            },
        };
        *used.entry(name).or_default() += 1;
    }
    used
}

/// One exchange as the sandbox wrote it down.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Row {
    /// Its number.
    pub(crate) n: u64,
    /// Upper case.
    pub(crate) method: String,
    /// Path and query as received.
    pub(crate) url: String,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    /// `None` for no body; a body that is the JSON text `null` is the same here.
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// HTTP status of the answer.
    pub(crate) status: u16,
    #[serde(default)]
    response_headers: BTreeMap<String, Value>,
    /// The answer, `None` when empty.
    #[serde(default)]
    pub(crate) response: Option<Value>,
}

impl Row {
    /// The path, percent-encoded.
    pub(crate) fn path(&self) -> String {
        self.url.split('?').next().unwrap_or_default().to_owned()
    }

    /// Query options in order, decoded.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// A request header, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The request inside a batch, or the answer to it, as a row of its own.
    pub(crate) fn part(&self, method: &str, url: String, headers: &Value, body: Option<Value>) -> Row {
        let headers = headers.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
        Row { n: self.n, method: method.to_owned(), url, headers: headers.collect(), body, status: 0, response_headers: BTreeMap::new(), response: None }
    }
}

/// Addresses that answers so far have given, as path and query.
#[derive(Debug, Default)]
pub(crate) struct Given {
    status: BTreeSet<String>,
    location: BTreeSet<String>,
    pages: BTreeSet<String>,
}

impl Given {
    fn note(&mut self, row: &Row) {
        self.status.extend(header(&row.response_headers, "azure-asyncoperation").map(plain));
        self.location.extend(header(&row.response_headers, "location").map(plain));
        let answer = row.response.as_ref();
        let parts = answer.and_then(|answer| answer["responses"].as_array()).into_iter().flatten().map(|part| &part["body"]);
        for page in answer.into_iter().chain(parts) {
            self.pages.extend(["nextLink", "@odata.nextLink"].iter().filter_map(|name| page[name].as_str()).map(plain));
        }
    }

    /// Whether an earlier answer gave exactly this address as its next page.
    pub(crate) fn is_page(&self, url: &str) -> bool {
        self.pages.contains(&plain(url))
    }

    fn is_poll(&self, url: &str) -> bool {
        self.is_status(url) || self.location.contains(&plain(url))
    }

    fn is_status(&self, url: &str) -> bool {
        self.status.contains(&plain(url))
    }
}

enum Surface {
    SignIn,
    Directory,
    Arm,
}

/// Sign-in and metadata (CLIENTS.md 1, FACTS.md 17) are in no spec file and are passed over by name.
fn surface(path: &str) -> Surface {
    let by_name = ["/metadata/endpoints", "/metadata/identity/oauth2/token", "/common/discovery/instance"];
    let by_end = ["/.well-known/openid-configuration", "/oauth2/v2.0/token", "/oauth2/token", "/discovery/v2.0/keys"];
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
                violations.extend(flaws(&row, &given).into_iter().map(|Flaw { place, what }| Violation {
                    n: row.n,
                    method: row.method.clone(),
                    url: row.url.clone(),
                    place,
                    what,
                }));
                given.note(&row);
            }
        }
    }
    if !any {
        violations.push(no_row(0, "the log has no rows, so nothing was checked".to_owned()));
    }
    violations
}

fn rows(log: &str) -> impl Iterator<Item = Result<Row, Violation>> {
    let lines = log.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, at)| serde_json::from_str(line).map_err(|error| no_row(at, format!("is no row: {error}"))))
}

fn no_row(n: u64, what: String) -> Violation {
    Violation { n, method: "-".to_owned(), url: "-".to_owned(), place: "log".to_owned(), what }
}

fn find<'a>(specs: &'a Specs, row: &Row) -> Found<'a> {
    let version = row.query().into_iter().find(|(name, _)| name == "api-version").map(|(_, version)| version);
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
        Found::OtherVerbs(verbs) => Flaw::at("method", format!("the path has only {}", list(verbs))),
        Found::OtherVersions(versions) => {
            Flaw::at("query `api-version`", format!("this path is in the specs at {} only", list(versions)))
        }
        Found::Nothing if is_operation(&row.path()) => {
            Flaw::at("path", "no earlier answer gave the address of this operation")
        }
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
        (status, _) => vec![Flaw::at("status", format!("an operation never answers {status}"))],
    }
}

fn is_operation(path: &str) -> bool {
    segments(path).iter().rev().nth(1).is_some_and(|collection| collection.to_ascii_lowercase().starts_with("operation"))
}

fn header<'a>(headers: &'a BTreeMap<String, Value>, name: &str) -> Option<&'a str> {
    let (_, value) = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value.as_str().or_else(|| value.as_array()?.first()?.as_str())
}

/// Path and query of an address, written one way: clients may escape a quote or not when they follow a link.
fn plain(address: &str) -> String {
    let base = url::Url::parse("http://host/").ok();
    match base.and_then(|base| base.join(address).ok()) {
        Some(url) => url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        None => address.to_owned(),
    }
}

fn list(names: BTreeSet<&str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
