//! An answer as a value, and its headers by meaning.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;
use serde_json::Value;

use crate::arm::fault::{Fault, FaultKind, fault};

/// One answer, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, possibly empty.
    pub body: Vec<u8>,
    /// What the request was for; see [`super::Request::attempted`].
    pub attempted: String,
}

impl Reply {
    /// Puts an answer together.
    pub fn new(status: u16, headers: Headers, body: impl Into<Vec<u8>>) -> Reply {
        Reply {
            status,
            headers,
            body: body.into(),
            attempted: "read an answer".to_owned(),
        }
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Decodes the body; what is decoded may borrow from it.
    ///
    /// # Errors
    /// [`FaultKind::Malformed`] with the place where the body is not what it should be.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|error| self.malformed(&error))
    }

    /// The fault of an answer that is not what it should be.
    pub(crate) fn malformed(&self, error: &serde_json::Error) -> Fault {
        let mut malformed = fault(
            FaultKind::Malformed,
            &self.attempted,
            format!("the answer cannot be read: {error}"),
        );
        malformed.status = Some(self.status);
        malformed.request_id = self.headers.request_id().map(str::to_owned);
        malformed.correlation_id = self.headers.correlation_id().map(str::to_owned);
        malformed
    }

    /// The body as JSON; `None` when it is empty, not JSON, or the literal `null` that operations end with.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        serde_json::from_slice(&self.body)
            .ok()
            .filter(|value: &Value| !value.is_null())
    }
}

/// Header names in lower case, with every value that was sent under them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(BTreeMap<String, Vec<String>>);

/// How many requests one of the service's counters still allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remaining {
    /// `subscription-reads`, `subscription-global-writes`, `Microsoft.Compute/UpdateVMResource`, …
    pub counter: String,
    /// Requests left.
    pub left: u64,
}

impl Headers {
    /// Adds a value under a name of any case.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0
            .entry(name.to_ascii_lowercase())
            .or_default()
            .push(value.into());
    }

    /// The first value under a lower-case name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// How long to wait: whole seconds, or until a date, seen from `now`.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.get("retry-after")?.trim();
        match text.parse::<u64>() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => rfc2822::parse(text)
                .ok()
                .map(|date| until(date.timestamp(), now)),
        }
    }

    /// How long nobody of this caller may ask Resource Graph, where an answer says that its quota is used up: `hh:mm:ss`.
    #[must_use]
    pub fn sweep_resumes_after(&self) -> Option<Duration> {
        if self.get("x-ms-user-quota-remaining")?.trim() != "0" {
            return None;
        }
        let mut seconds = 0u64;
        for part in self.get("x-ms-user-quota-resets-after")?.trim().split(':') {
            seconds = seconds
                .checked_mul(60)?
                .checked_add(part.parse::<u64>().ok()?)?;
        }
        Some(Duration::from_secs(seconds))
    }

    /// Where the result will be, or the new resource is; may be relative.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.get("location")
    }

    /// Where the state of the operation is.
    #[must_use]
    pub fn async_operation(&self) -> Option<&str> {
        self.get("azure-asyncoperation")
    }

    /// The service's own id of this exchange: ARM's or the directory's.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        [
            "x-ms-request-id",
            "request-id",
            "x-ms-correlation-request-id",
        ]
        .iter()
        .find_map(|name| self.get(name))
    }

    /// ARM's id of all that the request set off: its activity log is searched by it.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.get("x-ms-correlation-request-id")
    }

    /// Whether ARM itself made the answer, rather than the provider behind it.
    #[must_use]
    pub fn is_from_gateway(&self) -> bool {
        self.get("x-ms-failure-cause") == Some("gateway")
    }

    /// Every counter of `x-ms-ratelimit-remaining-*`, comma-joined and repeated ones alike, in the order of their names.
    #[must_use]
    pub fn remaining(&self) -> Vec<Remaining> {
        const PREFIX: &str = "x-ms-ratelimit-remaining-";
        let mut found = Vec::new();
        for (name, values) in self.0.range(PREFIX.to_owned()..) {
            let Some(counter) = name.strip_prefix(PREFIX) else {
                break;
            };
            for part in values
                .iter()
                .flat_map(|value| value.split(','))
                .map(str::trim)
            {
                let (counter, left) = part.rsplit_once(';').unwrap_or((counter, part));
                if let Ok(left) = left.trim().parse() {
                    found.push(Remaining {
                        counter: counter.trim().to_owned(),
                        left,
                    });
                }
            }
        }
        found
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in pairs {
            headers.push(name.as_ref(), value);
        }
        headers
    }
}

/// The time from `now` until a moment, none if it has passed.
pub(crate) fn until(moment: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(moment.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let of = |value: &str| Headers::from_iter([("Retry-After", value)]).retry_after(now());
        assert_eq!(of("0"), Some(Duration::ZERO));
        assert_eq!(of(" 37 "), Some(Duration::from_secs(37)));
        assert_eq!(
            of("Sat, 21 Nov 2026 10:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(of("Sat, 21 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(of("soon"), None);
        assert_eq!(of("-5"), None);
        assert_eq!(Headers::default().retry_after(now()), None);
    }

    #[test]
    fn counters_are_read_joined_and_repeated() {
        let headers = Headers::from_iter([
            ("x-ms-ratelimit-remaining-subscription-writes", "199"),
            (
                "X-MS-RateLimit-Remaining-Resource",
                "Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;11",
            ),
            (
                "x-ms-ratelimit-remaining-resource",
                "Microsoft.Compute/HighCostGet30Min;0",
            ),
            ("x-ms-request-id", "7"),
        ]);
        let read: Vec<_> = headers
            .remaining()
            .into_iter()
            .map(|r| (r.counter, r.left))
            .collect();
        assert_eq!(
            read,
            [
                (
                    "Microsoft.Compute/UpdateVMSubscriptionMaximum".to_owned(),
                    1498
                ),
                ("Microsoft.Compute/UpdateVMResource".to_owned(), 11),
                ("Microsoft.Compute/HighCostGet30Min".to_owned(), 0),
                ("subscription-writes".to_owned(), 199),
            ]
        );
    }

    #[test]
    fn a_literal_null_is_no_body() {
        assert_eq!(Reply::new(200, Headers::default(), "null").value(), None);
        assert_eq!(Reply::new(200, Headers::default(), "").value(), None);
        assert_eq!(Reply::new(200, Headers::default(), "<html>").value(), None);
        assert_eq!(
            Reply::new(200, Headers::default(), "{}").value(),
            Some(serde_json::json!({}))
        );
    }

    #[test]
    fn an_answer_of_another_shape_is_malformed_and_says_where() {
        let reply = Reply::new(
            200,
            Headers::from_iter([("request-id", "r-1")]),
            "{\"a\":[}",
        );
        let malformed = reply.json::<Value>().unwrap_err();
        assert_eq!(malformed.kind, FaultKind::Malformed);
        assert_eq!(malformed.request_id.as_deref(), Some("r-1"));
        assert!(
            malformed.message.contains("line 1 column 7"),
            "{}",
            malformed.message
        );
    }
}
