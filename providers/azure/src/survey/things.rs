//! Things that one reading each tells all of: managed identities, virtual networks.

use futures_util::future::try_join;
use serde::de::DeserializeOwned;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;

use super::{Reader, unless_missing};
use crate::kinds::{Place, arm_id, made, managed_identity, virtual_network};

/// Reads each thing of these kinds; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let (mut things, networks) = try_join(
        of_kind(reader, "managed-identity", managed_identity::live),
        of_kind(reader, "virtual-network", virtual_network::live),
    )
    .await?;
    things.extend(networks);
    Ok(things)
}

async fn of_kind<T: DeserializeOwned>(
    reader: Reader<'_>,
    kind: &str,
    live: fn(&T, &Place) -> Live,
) -> Result<Vec<Live>, Fault> {
    let declared: Vec<&Resource> = reader.manifest.of_kind(kind).collect();
    let found = reader
        .each(declared, |resource| one(reader, resource, live))
        .await?;
    Ok(found.into_iter().flatten().collect())
}

async fn one<T: DeserializeOwned>(
    reader: Reader<'_>,
    resource: &Resource,
    live: fn(&T, &Place) -> Live,
) -> Result<Option<Live>, Fault> {
    let Some(id) = arm_id(resource, reader.manifest) else {
        return Ok(None);
    };
    let client = &reader.tenant(&resource.tenant)?.client;
    let what = format!(
        "read {} `{}`",
        resource.kind.replace('-', " "),
        resource.name
    );
    let Some(reply) = unless_missing(client.send(made::read(&id, what)).await)? else {
        return Ok(None);
    };
    let place = Place {
        subscription: resource.subscription.clone(),
        address: resource.address.clone(),
        name: resource.name.clone(),
        id,
    };
    Ok(Some(live(&reply.json()?, &place)))
}
