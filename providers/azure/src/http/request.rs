//! A request as a value: a test reads its URL and body without a server.

use std::fmt;

pub use reqwest::Method;
use serde_json::Value;
use url::Url;
use vmlogin_engine::value::SecretSource;

use super::segment;
use crate::arm::fault::{Fault, FaultKind, fault};
use crate::cloud::{Audience, Cloud};

/// One request to ARM or the directory, not yet sent.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Whose host and token.
    pub audience: Audience,
    /// Starts with `/`; every segment is percent-encoded already ([`segment::encode`], [`crate::arm::id::ArmId::path`]).
    pub path: String,
    /// Names and values as they are; [`Request::url`] encodes them.
    pub query: Vec<(String, String)>,
    /// Further headers, names in lower case. Never `authorization`: the client adds it.
    pub headers: Vec<(&'static str, String)>,
    /// JSON to send.
    pub body: Option<Value>,
    /// What this is for, to follow "could not": ``read VM `web01` ``.
    pub attempted: String,
    /// Which bucket paces it, and whether it may be repeated.
    pub class: Class,
    /// Places in the body, as JSON pointers, that get a text only when it is sent, and where that comes from.
    pub secrets: Vec<(&'static str, SecretSource)>,
    /// A whole URL the service gave (next link, operation): used verbatim instead of `path` and `query`.
    pub absolute: Option<Url>,
}

/// What a request does, as ARM's throttling sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Reads a resource or a list, by POST too (Resource Graph).
    Read,
    /// Makes or changes.
    Write,
    /// Removes.
    Delete,
    /// Asks how an operation is getting on.
    Poll,
    /// Reads the directory, by POST too (`getByIds`, `$batch`). A directory *write* is [`Class::Write`].
    Directory,
}

impl Request {
    /// Reads from ARM.
    pub fn get(
        path: impl Into<String>,
        api_version: &str,
        attempted: impl Into<String>,
    ) -> Request {
        Request::arm(Method::GET, Class::Read, path, api_version, attempted)
    }

    /// Asks ARM whether something exists.
    pub fn head(
        path: impl Into<String>,
        api_version: &str,
        attempted: impl Into<String>,
    ) -> Request {
        Request::arm(Method::HEAD, Class::Read, path, api_version, attempted)
    }

    /// Makes or replaces.
    pub fn put(
        path: impl Into<String>,
        api_version: &str,
        body: Value,
        attempted: impl Into<String>,
    ) -> Request {
        Request::arm(Method::PUT, Class::Write, path, api_version, attempted).with_body(body)
    }

    /// Changes some members.
    pub fn patch(
        path: impl Into<String>,
        api_version: &str,
        body: Value,
        attempted: impl Into<String>,
    ) -> Request {
        Request::arm(Method::PATCH, Class::Write, path, api_version, attempted).with_body(body)
    }

    /// An action of ARM, without body until [`Request::with_body`] gives one. A POST that only reads says so with
    /// [`Request::reading`].
    pub fn post(
        path: impl Into<String>,
        api_version: &str,
        attempted: impl Into<String>,
    ) -> Request {
        Request::arm(Method::POST, Class::Write, path, api_version, attempted)
    }

    /// Removes.
    pub fn delete(
        path: impl Into<String>,
        api_version: &str,
        attempted: impl Into<String>,
    ) -> Request {
        Request::arm(Method::DELETE, Class::Delete, path, api_version, attempted)
    }

    /// Reads from the directory; the path starts with the version (`/v1.0/users`).
    pub fn directory(path: impl Into<String>, attempted: impl Into<String>) -> Request {
        Request::bare(
            Method::GET,
            Audience::Directory,
            Class::Directory,
            path,
            attempted,
        )
    }

    /// A question to the directory that has a body (`/v1.0/directoryObjects/getByIds`, `/v1.0/$batch` of reads).
    pub fn directory_query(
        path: impl Into<String>,
        body: Value,
        attempted: impl Into<String>,
    ) -> Request {
        Request::bare(
            Method::POST,
            Audience::Directory,
            Class::Directory,
            path,
            attempted,
        )
        .with_body(body)
    }

    /// The same request at a URL that the service gave.
    #[must_use]
    pub fn at(mut self, url: Url) -> Request {
        self.absolute = Some(url);
        self
    }

    /// A question about the operation that this request began.
    pub(crate) fn asking(&self, url: Url) -> Request {
        let attempted = self.attempted.clone();
        let mut question = Request::bare(
            Method::GET,
            self.audience,
            Class::Poll,
            url.path(),
            attempted,
        );
        question.absolute = Some(url);
        question
    }

    /// Adds a query parameter, neither name nor value encoded. An OData literal in the value is made by [`segment::literal`].
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Request {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header; the name is in lower case.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: Value) -> Request {
        self.body = Some(body);
        self
    }

    /// Leaves a place in the body for a text that is filled in when it is sent.
    #[must_use]
    pub fn with_secret(mut self, pointer: &'static str, source: SecretSource) -> Request {
        self.secrets.push((pointer, source));
        self
    }

    /// Only if the live object still has this etag; else the answer is 412.
    #[must_use]
    pub fn if_match(self, etag: impl Into<String>) -> Request {
        self.with_header("if-match", etag)
    }

    /// Only if nothing is there yet; else the answer is 412.
    #[must_use]
    pub fn if_absent(self) -> Request {
        self.with_header("if-none-match", "*")
    }

    /// Says that this POST changes nothing.
    #[must_use]
    pub fn reading(mut self) -> Request {
        self.class = Class::Read;
        self
    }

    /// Whether sending it twice has the effect of sending it once, so that it may be repeated when nobody knows whether the
    /// first one arrived.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.method != Method::POST
            || matches!(self.class, Class::Read | Class::Poll | Class::Directory)
    }

    /// The whole URL in a cloud.
    ///
    /// # Errors
    /// [`FaultKind::Malformed`] when the path is not one that survives parsing: unencoded, or with a `.` or `..` segment that
    /// would silently address something else.
    pub fn url(&self, cloud: &Cloud) -> Result<Url, Fault> {
        if let Some(url) = &self.absolute {
            return Ok(url.clone());
        }
        let mut url = cloud.base(self.audience).clone();
        url.set_path(&self.path);
        if url.path() != self.path {
            return Err(fault(
                FaultKind::Malformed,
                &self.attempted,
                format!("`{}` is not a path that can be asked for", self.path),
            ));
        }
        if !self.query.is_empty() {
            let pairs: Vec<String> = self
                .query
                .iter()
                .map(|(name, value)| format!("{}={}", segment::query(name), segment::query(value)))
                .collect();
            url.set_query(Some(&pairs.join("&")));
        }
        Ok(url)
    }

    /// The subscription in the path, for pacing; lower case.
    pub(crate) fn subscription(&self) -> Option<String> {
        let path = self.absolute.as_ref().map_or(self.path.as_str(), Url::path);
        let mut segments = path.split('/').skip(1);
        segments
            .next()
            .filter(|first| first.eq_ignore_ascii_case("subscriptions"))
            .and_then(|_| segments.next())
            .filter(|id| !id.is_empty())
            .map(str::to_lowercase)
    }

    fn arm(
        method: Method,
        class: Class,
        path: impl Into<String>,
        api_version: &str,
        attempted: impl Into<String>,
    ) -> Request {
        Request::bare(method, Audience::Arm, class, path, attempted)
            .with_query("api-version", api_version)
    }

    fn bare(
        method: Method,
        audience: Audience,
        class: Class,
        path: impl Into<String>,
        attempted: impl Into<String>,
    ) -> Request {
        Request {
            method,
            audience,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            attempted: attempted.into(),
            class,
            secrets: Vec::new(),
            absolute: None,
        }
    }
}

/// Leaves the body out: it may hold a password.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("attempted", &self.attempted)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloud::CloudName;

    fn url(request: &Request) -> String {
        request
            .url(&Cloud::named(CloudName::Public))
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_read_is_path_and_version() {
        assert_eq!(
            url(&Request::get(
                "/subscriptions/s1",
                "2022-12-01",
                "read subscription"
            )),
            "https://management.azure.com/subscriptions/s1?api-version=2022-12-01"
        );
    }

    #[test]
    fn a_filter_keeps_its_dollar_and_loses_its_blanks() {
        let name = segment::literal("O'Neil & Søn +1 #a/b$");
        let request = Request::directory("/v1.0/groups", "find group")
            .with_query("$filter", format!("displayName eq {name}"))
            .with_query("$select", "id,displayName");
        assert_eq!(
            url(&request),
            "https://graph.microsoft.com/v1.0/groups?$filter=displayName%20eq%20%27O%27%27Neil%20%26%20S%C3%B8n%20%2B1%20%23a%2Fb%24%27&$select=id,displayName"
        );
    }

    #[test]
    fn a_link_is_used_verbatim() {
        let link = "https://management.azure.com/subscriptions/s1/x?$skiptoken=a%2Bb&api-version=2020-01-01";
        let request =
            Request::get("/subscriptions/s1/x", "2024-07-01", "list").at(Url::parse(link).unwrap());
        assert_eq!(url(&request), link);
    }

    #[test]
    fn a_path_that_would_change_is_refused() {
        for path in [
            "/subscriptions/s/../t",
            "/a/./b",
            "/a b",
            "/a/%2e%2e/b",
            "relative",
        ] {
            let request = Request::get(path, "1", "read it");
            let refused = request.url(&Cloud::named(CloudName::Public)).unwrap_err();
            assert_eq!(refused.kind, FaultKind::Malformed, "{path}");
        }
    }

    #[test]
    fn only_a_writing_post_may_not_be_repeated() {
        let cases = [
            (Request::get("/a", "1", ""), true),
            (Request::put("/a", "1", json!({}), ""), true),
            (Request::patch("/a", "1", json!({}), ""), true),
            (Request::delete("/a", "1", ""), true),
            (Request::post("/a/start", "1", ""), false),
            (
                Request::post("/providers/Microsoft.ResourceGraph/resources", "1", "").reading(),
                true,
            ),
            (
                Request::directory_query("/v1.0/directoryObjects/getByIds", json!({}), ""),
                true,
            ),
        ];
        for (request, expected) in cases {
            assert_eq!(request.is_repeatable(), expected, "{request:?}");
        }
    }

    #[test]
    fn the_subscription_is_found_whatever_its_case() {
        let of = |path: &str| Request::get(path, "1", "").subscription();
        assert_eq!(
            of("/SubScriptions/ABC/resourceGroups/x"),
            Some("abc".to_owned())
        );
        assert_eq!(of("/providers/Microsoft.ResourceGraph/resources"), None);
        assert_eq!(of("/subscriptions"), None);
    }

    #[test]
    fn a_body_is_never_printed() {
        let request = Request::put("/a", "1", json!({"adminPassword": "hunter2"}), "create VM");
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
