//! What the client tells about its traffic: lines for `-v`, and counts.

use std::time::Duration;

use url::Url;

use super::request::{Class, Method};

/// One attempt, told as soon as its end is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The verb.
    pub method: Method,
    /// The URL, the values of signatures and tokens in its query replaced by `…`.
    pub url: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The status, or none when no answer came.
    pub status: Option<u16>,
    /// How long the answer, or its failing to come, took; zero where it is told before anything was sent.
    pub took: Duration,
    /// How long the client now waits before it tries again or polls again.
    pub wait: Option<Duration>,
    /// Why it waits.
    pub reason: Option<String>,
    /// The service's id of the exchange.
    pub request_id: Option<String>,
}

impl Trace {
    /// Whether it is told before anything was sent: it waits for its turn.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.status.is_none() && self.took.is_zero()
    }
}

/// How many requests were sent, every attempt counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reads from ARM.
    pub reads: u64,
    /// Writes to ARM or the directory.
    pub writes: u64,
    /// Deletions.
    pub deletes: u64,
    /// Questions about operations.
    pub polls: u64,
    /// Reads from the directory.
    pub directory: u64,
    /// How many of all these were repetitions.
    pub retries: u64,
}

impl Counts {
    /// All requests.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.reads + self.writes + self.deletes + self.polls + self.directory
    }

    pub(crate) fn add(&mut self, class: Class, is_retry: bool) {
        *match class {
            Class::Read => &mut self.reads,
            Class::Write => &mut self.writes,
            Class::Delete => &mut self.deletes,
            Class::Poll => &mut self.polls,
            Class::Directory => &mut self.directory,
        } += 1;
        self.retries += u64::from(is_retry);
    }
}

/// A URL that can be shown, on a screen or in an event: parameters other than the well-known harmless ones lose their value. Operation URLs carry
/// signatures (`t`, `c`, `s`, `h`) of kilobytes, and whoever has them may read the operation.
#[must_use]
pub fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_fragment(None);
    let Some(query) = url.query() else {
        return shown.to_string();
    };
    let parts: Vec<String> = query
        .split('&')
        .map(|part| match part.split_once('=') {
            Some((name, value)) if !is_harmless(name) && !value.is_empty() => format!("{name}=…"),
            _ => part.to_owned(),
        })
        .collect();
    shown.set_query(None);
    format!("{shown}?{}", parts.join("&"))
}

fn is_harmless(name: &str) -> bool {
    let name = name
        .strip_prefix("%24")
        .or(name.strip_prefix('$'))
        .unwrap_or(name);
    [
        "api-version",
        "filter",
        "select",
        "expand",
        "top",
        "count",
        "statusonly",
        "monitor",
    ]
    .iter()
    .any(|harmless| name.eq_ignore_ascii_case(harmless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_never_shown() {
        let url = "https://management.azure.com/subscriptions/s/operations/o?p=1&api-version=2024-07-01&t=63&c=MIIH&s=abc&h=def&monitor=true";
        assert_eq!(
            shown(&Url::parse(url).unwrap()),
            "https://management.azure.com/subscriptions/s/operations/o?p=…&api-version=2024-07-01&t=…&c=…&s=…&h=…&monitor=true"
        );
    }

    #[test]
    fn a_filter_is_shown() {
        let url = Url::parse(
            "https://graph.microsoft.com/v1.0/groups?$filter=a%20eq%20b&%24skiptoken=xyz",
        )
        .unwrap();
        assert_eq!(
            shown(&url),
            "https://graph.microsoft.com/v1.0/groups?$filter=a%20eq%20b&%24skiptoken=…"
        );
    }

    #[test]
    fn every_attempt_counts_once() {
        let mut counts = Counts::default();
        for (class, retry) in [
            (Class::Read, false),
            (Class::Read, true),
            (Class::Poll, false),
            (Class::Directory, false),
        ] {
            counts.add(class, retry);
        }
        assert_eq!(
            (counts.reads, counts.polls, counts.directory, counts.retries),
            (2, 1, 1, 1)
        );
        assert_eq!(counts.requests(), 4);
    }
}
