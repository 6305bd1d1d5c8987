//! Lists that come in pages.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::http::Call;
use crate::http::base64;
use crate::http::reply::Reply;
use crate::http::request::Request;

/// Rows of a page of ARM. Nobody has seen a second page of machines (arm/OBSERVED.md 5): that they come in pages at all is the
/// contract's, the number is ours.
const ROWS: usize = 200;

/// Rows of a page of assignments: 530 of them, and 934 definitions, were seen in one.
pub(crate) const ROWS_OF_ASSIGNMENTS: usize = 1000;

/// What stands before a token whose empty page has been answered.
const PASSED: &str = "~";

/// What lies beneath a key, from where the request's token says: pages that were answered are not walked through again.
pub(crate) fn beneath<'m, T>(
    call: &Call<'_>,
    map: &'m BTreeMap<String, T>,
    prefix: String,
) -> impl Iterator<Item = (&'m String, &'m T)> {
    let after = token(call.request).filter(|it| it.starts_with(&prefix));
    let from = after.map_or(Bound::Included(prefix.clone()), Bound::Excluded);
    map.range((from, Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(&prefix))
}

/// One page of what is listed in the order of its keys, with the link to the next. Only its own rows are shown.
pub(crate) fn page<'k, T>(
    call: &Call<'_>,
    rows: impl Iterator<Item = (&'k String, T)>,
    show: impl Fn(T) -> Value,
) -> Reply {
    page_of(ROWS, call, rows, show)
}

/// The same with another number of rows where nothing else is said.
pub(crate) fn page_of<'k, T>(
    usual: usize,
    call: &Call<'_>,
    rows: impl Iterator<Item = (&'k String, T)>,
    show: impl Fn(T) -> Value,
) -> Reply {
    let (request, habits) = (call.request, &call.world.behaviour);
    let usual = habits.page_rows.map_or(usual, usize::from);
    let size = request
        .query("$top")
        .and_then(|it| it.parse().ok())
        .filter(|it| (1..=1000).contains(it))
        .unwrap_or(usual);
    let (mut rows, mut next) = cut(request, rows, size);
    if habits.empty_pages && next.is_none() && !is_passed(request) {
        // Pages may be empty, and the end is only where there is no link (arm/FACTS.md 4).
        if let Some(last) = token(request) {
            rows.clear();
            next = Some(link(request, &format!("{PASSED}{last}")));
        }
    }
    let rows: Vec<Value> = rows.into_iter().map(show).collect();
    let mut body = json!({"value": rows});
    if let Some(next) = next {
        body["nextLink"] = json!(next);
    }
    Reply::json(200, body)
}

/// The rows after the token of the request, and the link to those after them.
pub(crate) fn cut<'k, T>(
    request: &Request,
    rows: impl Iterator<Item = (&'k String, T)>,
    size: usize,
) -> (Vec<T>, Option<String>) {
    let after = token(request);
    let mut rows: Vec<(&String, T)> = rows
        .filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after))
        .take(size + 1)
        .collect();
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|(last, _)| link(request, last));
    (rows.into_iter().map(|(_, row)| row).collect(), next)
}

/// The key after which a page begins.
fn token(request: &Request) -> Option<String> {
    decoded(request).map(|it| it.trim_start_matches(PASSED).to_owned())
}

fn is_passed(request: &Request) -> bool {
    decoded(request).is_some_and(|it| it.starts_with(PASSED))
}

fn decoded(request: &Request) -> Option<String> {
    let bytes = request.query("$skiptoken").and_then(base64::decode)?;
    String::from_utf8(bytes).ok()
}

fn link(request: &Request, after: &str) -> String {
    let token = base64::encode(after.as_bytes());
    let query = Serializer::new(String::new())
        .extend_pairs(
            request
                .query
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken")),
        )
        .append_pair("$skiptoken", &token)
        .finish();
    format!("{}{}?{query}", request.base, request.path())
}
