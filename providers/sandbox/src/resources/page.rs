//! Lists that come in pages.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::http::base64;
use crate::http::reply::Reply;
use crate::http::request::Request;

/// Rows of a page of ARM. Nobody has seen a second page of machines or assignments (arm/OBSERVED.md 5): that they
/// come in pages at all is the contract's, the number is ours.
pub(crate) const ROWS: usize = 200;

/// One page of what is listed in the order of its keys, with the link to the next. Only its own rows are shown.
pub(crate) fn page<'k, T>(
    request: &Request,
    rows: impl Iterator<Item = (&'k String, T)>,
    show: impl Fn(T) -> Value,
) -> Reply {
    let size = request
        .query("$top")
        .and_then(|it| it.parse().ok())
        .filter(|it| (1..=1000).contains(it))
        .unwrap_or(ROWS);
    let (rows, next) = cut(request, rows, size);
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
    let after = request
        .query("$skiptoken")
        .and_then(base64::decode)
        .and_then(|it| String::from_utf8(it).ok());
    let mut rows: Vec<(&String, T)> = rows
        .filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after))
        .take(size + 1)
        .collect();
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|(last, _)| link(request, &base64::encode(last.as_bytes())));
    (rows.into_iter().map(|(_, row)| row).collect(), next)
}

fn link(request: &Request, token: &str) -> String {
    let query = Serializer::new(String::new())
        .extend_pairs(
            request
                .query
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken")),
        )
        .append_pair("$skiptoken", token)
        .finish();
    format!("{}{}?{query}", request.base, request.path())
}
