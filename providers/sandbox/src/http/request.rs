//! A request, taken apart once.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;
use url::form_urlencoded;

use super::error;
use super::reply::Reply;

/// A request as the emulated services look at it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub method: Method,
    /// Path and query as received.
    pub url: String,
    /// The path's segments, decoded, without empty ones: some clients write two slashes.
    pub segments: Vec<String>,
    /// The same in lower case, for matching.
    pub lower: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Body,
    /// Origin under which the client knows us; links in answers begin with it.
    pub base: String,
}

/// What a request carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    Form(Vec<(String, String)>),
    /// Neither of these, or JSON that is none.
    Other,
}

impl Request {
    pub(crate) fn new(
        method: Method,
        uri: &Uri,
        headers: HeaderMap,
        body: &Bytes,
        base: String,
    ) -> Self {
        let url = uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        let body = decode_body(&headers, body);
        Request::from_parts(method, url, headers, body, base)
    }

    /// A request out of its parts; a part of a batch comes this way too.
    pub(crate) fn from_parts(
        method: Method,
        url: String,
        headers: HeaderMap,
        body: Body,
        base: String,
    ) -> Self {
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let segments: Vec<String> = path
            .split('/')
            .filter(|it| !it.is_empty())
            .map(decode_segment)
            .collect();
        Request {
            lower: segments.iter().map(|it| it.to_lowercase()).collect(),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            segments,
            method,
            headers,
            body,
            base,
            url,
        }
    }

    /// The path without the query, as received.
    pub(crate) fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or(&self.url)
    }

    /// A query value, by name without regard to case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The JSON object that a write has to carry.
    pub(crate) fn object(&self) -> Result<&Value, Reply> {
        match &self.body {
            Body::Json(value) if value.is_object() => Ok(value),
            _ => Err(error::gateway(
                400,
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: a JSON object is expected.",
            )),
        }
    }

    /// Whether `$expand` names the word.
    pub(crate) fn expands(&self, word: &str) -> bool {
        self.query("$expand").is_some_and(|value| {
            value
                .split(',')
                .any(|it| it.trim().eq_ignore_ascii_case(word))
        })
    }
}

fn decode_body(headers: &HeaderMap, body: &Bytes) -> Body {
    if body.is_empty() {
        return Body::Empty;
    }
    let kind = headers
        .get("content-type")
        .and_then(|it| it.to_str().ok())
        .unwrap_or("");
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Body::Form(form_urlencoded::parse(body).into_owned().collect());
    }
    serde_json::from_slice(body).map_or(Body::Other, Body::Json)
}

/// Percent signs decoded; a plus sign stays one, unlike in a query value.
fn decode_segment(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let decoded = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_sign_in_a_path_stays_one() {
        assert_eq!(decode_segment("a+b%20c%2Fd%"), "a+b c/d%");
    }

    #[test]
    fn two_slashes_count_as_one() {
        let request = Request::from_parts(
            Method::GET,
            "//subscriptions//X?$filter=a%20eq%20'b'&API-version=1".to_owned(),
            HeaderMap::new(),
            Body::Empty,
            String::new(),
        );
        assert_eq!(request.segments, ["subscriptions", "X"]);
        assert_eq!(request.query("$FILTER"), Some("a eq 'b'"));
        assert_eq!(request.query("api-version"), Some("1"));
    }
}
