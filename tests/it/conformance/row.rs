//! One row of the request log, and what rows so far have made known to a client.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

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
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// A request header, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether there was a body that the log does not show since it was no JSON.
    pub(crate) fn has_other_body(&self) -> bool {
        let length = self
            .header("content-length")
            .is_some_and(|length| length != "0");
        self.body.is_none() && (length || self.header("transfer-encoding").is_some())
    }

    /// The request inside a batch, or the answer to it, as a row of its own.
    pub(crate) fn part(
        &self,
        method: &str,
        url: String,
        headers: &Value,
        body: Option<Value>,
    ) -> Row {
        let headers = headers
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()));
        Row {
            n: self.n,
            method: method.to_owned(),
            url,
            headers: headers.collect(),
            body,
            status: 0,
            response_headers: BTreeMap::new(),
            response: None,
        }
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
    /// Remembers what this row's answer gave.
    pub(crate) fn note(&mut self, row: &Row) {
        self.status
            .extend(header(&row.response_headers, "azure-asyncoperation").map(plain));
        self.location
            .extend(header(&row.response_headers, "location").map(plain));
        let answer = row.response.as_ref();
        let parts = answer
            .and_then(|answer| answer["responses"].as_array())
            .into_iter()
            .flatten()
            .map(|part| &part["body"]);
        for page in answer.into_iter().chain(parts) {
            self.pages.extend(
                ["nextLink", "@odata.nextLink"]
                    .iter()
                    .filter_map(|name| page[name].as_str())
                    .map(plain),
            );
        }
    }

    /// Whether an earlier answer gave exactly this address as its next page.
    pub(crate) fn is_page(&self, url: &str) -> bool {
        self.pages.contains(&plain(url))
    }

    /// Whether an earlier answer gave exactly this address to poll, in either header.
    pub(crate) fn is_poll(&self, url: &str) -> bool {
        self.is_status(url) || self.location.contains(&plain(url))
    }

    /// Whether an earlier answer gave exactly this address as `Azure-AsyncOperation`.
    pub(crate) fn is_status(&self, url: &str) -> bool {
        self.status.contains(&plain(url))
    }
}

fn header<'a>(headers: &'a BTreeMap<String, Value>, name: &str) -> Option<&'a str> {
    let (_, value) = headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value
        .as_str()
        .or_else(|| value.as_array()?.first()?.as_str())
}

/// Path and query of an address, written one way: clients may escape a quote or not when they follow a link.
fn plain(address: &str) -> String {
    let base = url::Url::parse("http://host/").ok();
    match base.and_then(|base| base.join(address).ok()) {
        Some(url) => url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        None => address.to_owned(),
    }
}
