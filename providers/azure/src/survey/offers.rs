//! Which versions of a login handler a region offers: asked only where a manifest names a version.

use std::collections::BTreeMap;

use serde::Deserialize;
use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Reader, optional};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::login::{Handler, PUBLISHER};
use crate::kinds::{arm_id, versions};

/// A version as ARM spells it.
#[derive(Deserialize)]
struct Row {
    name: String,
}

/// What one region of one subscription is asked for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Offer {
    tenant: String,
    subscription: String,
    region: String,
    handler: &'static str,
    on_arc: bool,
}

/// A version as Azure Arc spells it: the row itself has no name.
#[derive(Deserialize)]
struct ArcRow {
    properties: ArcVersion,
}

#[derive(Deserialize)]
struct ArcVersion {
    version: String,
}

/// Adds, to each machine whose login names a version, what its region offers: the fact `offered-versions`. A region that
/// does not answer leaves it out.
pub(super) async fn read(reader: Reader<'_>, live: &mut [Live]) -> Result<(), Fault> {
    let asked: Vec<(usize, Offer)> = live
        .iter()
        .enumerate()
        .filter_map(|(place, live)| Some((place, offer(reader, live)?)))
        .collect();
    let mut offers: BTreeMap<Offer, Option<Value>> = asked
        .iter()
        .map(|(_, offer)| (offer.clone(), None))
        .collect();
    let answers = reader
        .each(offers.keys().cloned().collect(), |offer| {
            list(reader, offer)
        })
        .await?;
    for (found, answer) in offers.values_mut().zip(answers) {
        *found = answer;
    }
    for (place, offer) in asked {
        if let Some(Some(versions)) = offers.get(&offer) {
            live[place]
                .facts
                .insert("offered-versions".to_owned(), versions.clone());
        }
    }
    Ok(())
}

fn offer(reader: Reader<'_>, live: &Live) -> Option<Offer> {
    if !["vm", "arc-machine"].contains(&live.kind) {
        return None;
    }
    let login = reader.manifest.resource(&live.address.child("login"))?;
    login.get("version")?;
    let fact = |name: &str| live.facts.get(name).and_then(Value::as_text);
    Some(Offer {
        tenant: login.tenant.to_string(),
        subscription: subscription_of(login, reader)?,
        region: fact("location")
            .map(same::region)
            .filter(|region| is_plain(region))?,
        handler: Handler::for_os(fact("os")?)?.kind,
        on_arc: live.kind == "arc-machine",
    })
}

/// A region becomes part of a path.
fn is_plain(region: &str) -> bool {
    region.chars().all(|letter| letter.is_ascii_alphanumeric())
}

fn subscription_of(login: &Resource, reader: Reader<'_>) -> Option<String> {
    Some(arm_id(login, reader.manifest)?.subscription()?.to_owned())
}

/// The offered versions; nothing where they could not be read, since only a rule asks for them.
async fn list(reader: Reader<'_>, offer: Offer) -> Result<Option<Value>, Fault> {
    if offer.on_arc {
        return list_of_arc(reader, offer).await;
    }
    let client = &reader.tenant(&offer.tenant)?.client;
    let path = format!(
        "{}/providers/Microsoft.Compute/locations/{}/publishers/{PUBLISHER}/artifacttypes/vmextension/types/{}/versions",
        ArmId::of_subscription(&offer.subscription).path(),
        offer.region,
        offer.handler
    );
    let attempted = format!("list the versions of {} in {}", offer.handler, offer.region);
    let request = Request::get(path, versions::COMPUTE, attempted);
    let read = client.send(request).await;
    let Ok(rows) = optional(read.and_then(|reply| reply.json::<Vec<Row>>()))? else {
        return Ok(None);
    };
    let names = rows.into_iter().map(|row| Value::Text(row.name)).collect();
    Ok(Some(Value::List(names)))
}

/// The same for machines outside Azure, whose handlers have a list of their own.
async fn list_of_arc(reader: Reader<'_>, offer: Offer) -> Result<Option<Value>, Fault> {
    let client = &reader.tenant(&offer.tenant)?.client;
    let path = format!(
        "{}/providers/Microsoft.HybridCompute/locations/{}/publishers/{PUBLISHER}/extensionTypes/{}/versions",
        ArmId::of_subscription(&offer.subscription).path(),
        offer.region,
        offer.handler
    );
    let attempted = format!("list the versions of {} in {}", offer.handler, offer.region);
    let request = Request::get(path, versions::HYBRID_COMPUTE, attempted);
    let Ok(rows) = optional(client.list::<ArcRow>(request).await)? else {
        return Ok(None);
    };
    let names = rows
        .into_iter()
        .map(|row| Value::Text(row.properties.version));
    Ok(Some(Value::List(names.collect())))
}
