//! The sweep: extensions of many machines from Resource Graph, where no list of ARM tells them. It lags behind by seconds, and what the
//! caller may not read is silently missing there: it is believed of what it shows and never of what it does not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use vmlogin_engine::provider::Fault;

use super::{Reader, optional, row};
use crate::arm::fault::{FaultKind, fault};
use crate::http::{Client, Reply, Request};
use crate::kinds::login::wire::Extension;
use crate::kinds::versions;

/// The extensions of virtual machines. All of them: rules judge a machine by its other ones too.
pub(super) const OF_VMS: &str = "resources | where type =~ 'microsoft.compute/virtualmachines/extensions' | project id, tags, properties | order by id asc";
/// Those of Arc-enabled machines.
pub(super) const OF_ARC: &str = "resources | where type =~ 'microsoft.hybridcompute/machines/extensions' | project id, tags, properties | order by id asc";

/// Extensions by the lower-case ids of their machines.
pub(super) type Swept = BTreeMap<String, Vec<Extension>>;

/// Extensions by the lower-case ids of their machines and of their own: pages that change while they are read may show one twice.
type Found = BTreeMap<(String, String), Extension>;

/// The extensions of these machines, given by their ids in lower case; `None` where Resource Graph does not answer, which is noted.
pub(super) async fn extensions(
    reader: Reader<'_>,
    tenant: &str,
    subscriptions: &BTreeSet<String>,
    query: &str,
    machines: &BTreeSet<String>,
) -> Result<Option<Swept>, Fault> {
    let client = &reader.tenant(tenant)?.client;
    match optional(all(client, subscriptions, query, machines).await)? {
        Ok(swept) => Ok(Some(swept)),
        Err(fault) => {
            reader.hearsay.refused(fault.to_string());
            Ok(None)
        }
    }
}

pub(super) async fn all(
    client: &Client,
    subscriptions: &BTreeSet<String>,
    query: &str,
    machines: &BTreeSet<String>,
) -> Result<Swept, Fault> {
    let mut found = Found::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut token: Option<String> = None;
    loop {
        let reply = client
            .send(ask(subscriptions, query, token.as_deref()))
            .await?;
        token = page(&reply, machines, &mut found)?;
        match &token {
            Some(next) if !seen.insert(next.clone()) => {
                let why = "its pages go in a circle";
                return Err(fault(FaultKind::Malformed, &reply.attempted, why));
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut swept = Swept::new();
    for ((machine, _), extension) in found {
        swept.entry(machine).or_default().push(extension);
    }
    Ok(swept)
}

/// As many rows as a page takes.
const MOST: u32 = 1000;

fn ask(subscriptions: &BTreeSet<String>, query: &str, token: Option<&str>) -> Request {
    let mut options = json!({"resultFormat": "objectArray", "$top": MOST});
    if let Some(token) = token {
        options["$skipToken"] = token.into();
    }
    let body = json!({"subscriptions": subscriptions, "query": query, "options": options});
    let path = "/providers/Microsoft.ResourceGraph/resources";
    Request::post(
        path,
        versions::RESOURCE_GRAPH,
        "read extensions from Resource Graph",
    )
    .with_body(body)
    .reading()
}

/// One page of an answer.
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(rename = "$skipToken")]
    token: Option<String>,
    /// `true` or `false`, as text.
    #[serde(rename = "resultTruncated")]
    truncated: Option<String>,
}

/// Takes the wanted rows of a page, and gives back the token for the next one.
fn page(
    reply: &Reply,
    machines: &BTreeSet<String>,
    found: &mut Found,
) -> Result<Option<String>, Fault> {
    let page: Page<'_> = reply.json()?;
    let token = page.token.filter(|token| !token.is_empty());
    let truncated = page.truncated.as_deref();
    if token.is_none() && truncated.is_some_and(|it| it.eq_ignore_ascii_case("true")) {
        let why = "it cut its answer short and does not tell how to go on";
        return Err(fault(FaultKind::Malformed, &reply.attempted, why));
    }
    for row in page.data {
        let malformed = |error| reply.malformed(&error);
        let id = row::id(row).map_err(malformed)?.to_lowercase();
        let of = id.rsplit_once("/extensions/");
        let machine = of.map_or("", |(machine, _)| machine).to_owned();
        if machines.contains(&machine) {
            let extension = serde_json::from_str(row.get()).map_err(malformed)?;
            found.insert((machine, id), extension);
        }
    }
    Ok(token)
}
