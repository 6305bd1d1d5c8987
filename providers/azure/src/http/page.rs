//! One page of a list. Pages may be short or empty; only a missing link ends the list.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::link::follow;
use super::reply::Reply;
use super::request::Request;
use crate::arm::fault::{Fault, FaultKind, fault};
use crate::cloud::Cloud;

/// Reads one page, and the link to the next one if there is one: as ARM or the directory send it, or the bare list that
/// compute's catalogue answers with. Rows may borrow from the answer.
pub(super) fn page<'a, T: Deserialize<'a>>(
    reply: &'a Reply,
) -> Result<(Vec<T>, Option<String>), Fault> {
    if reply.body.trim_ascii_start().starts_with(b"[") {
        return Ok((reply.json()?, None));
    }
    let page: Page<T> = reply.json()?;
    let links = [page.arm_link, page.directory_link];
    Ok((
        page.value,
        links.into_iter().flatten().find(|link| !link.is_empty()),
    ))
}

#[derive(Deserialize)]
struct Page<T> {
    value: Vec<T>,
    #[serde(rename = "nextLink")]
    arm_link: Option<String>,
    #[serde(rename = "@odata.nextLink")]
    directory_link: Option<String>,
}

/// Checks every link before it is followed.
#[derive(Default)]
pub(super) struct Links {
    seen: BTreeSet<String>,
}

impl Links {
    pub(super) fn check(
        &mut self,
        request: &Request,
        from: &Url,
        link: &str,
        cloud: &Cloud,
    ) -> Result<Url, Fault> {
        self.seen.insert(from.to_string());
        let url = follow(&request.attempted, request.audience, from, link, cloud)?;
        if self.seen.contains(url.as_str()) {
            let why = format!(
                "the pages of the list go in a circle after {}",
                self.seen.len()
            );
            return Err(fault(FaultKind::Malformed, &request.attempted, why));
        }
        Ok(url)
    }
}
