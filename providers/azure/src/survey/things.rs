//! Things that one reading each tells all of: managed identities, networks with their subnets, public addresses.

use futures_util::future::try_join3;
use serde::de::DeserializeOwned;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;

use super::{Reader, unless_missing};
use crate::kinds::virtual_network::wire::VirtualNetwork;
use crate::kinds::{Place, arm_id, made, managed_identity, public_ip, subnet, virtual_network};

/// Reads each thing of these kinds; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let (identities, networks, addresses) = try_join3(
        of_kind(reader, "managed-identity", managed_identity::live),
        networks(reader),
        of_kind(reader, "public-ip", public_ip::live),
    )
    .await?;
    Ok([identities, networks, addresses].concat())
}

/// The networks, with those of their subnets that the manifest names: one reading tells both.
async fn networks(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let declared: Vec<&Resource> = reader.manifest.of_kind("virtual-network").collect();
    let found = reader
        .each(declared, |resource| {
            found::<VirtualNetwork>(reader, resource)
        })
        .await?;
    let mut lives = Vec::new();
    for (network, place) in found.into_iter().flatten() {
        lives.push(virtual_network::live(&network, &place));
        let subnets = reader.manifest.of_kind("subnet");
        let own = subnets.filter(|subnet| subnet.parent == place.address);
        lives.extend(own.filter_map(|subnet| {
            let place = Place {
                address: subnet.address.clone(),
                name: subnet.name.clone(),
                id: place.id.child("subnets", &subnet.name),
                ..place.clone()
            };
            let found = network.subnet(&subnet.name)?;
            Some(subnet::live(found, &network.tags, &place))
        }));
    }
    Ok(lives)
}

async fn of_kind<T: DeserializeOwned>(
    reader: Reader<'_>,
    kind: &str,
    live: fn(&T, &Place) -> Live,
) -> Result<Vec<Live>, Fault> {
    let declared: Vec<&Resource> = reader.manifest.of_kind(kind).collect();
    let found = reader
        .each(declared, |resource| found::<T>(reader, resource))
        .await?;
    let found = found.into_iter().flatten();
    Ok(found.map(|(thing, place)| live(&thing, &place)).collect())
}

/// One thing and where it lies; `None` where it does not exist.
pub(super) async fn found<T: DeserializeOwned>(
    reader: Reader<'_>,
    resource: &Resource,
) -> Result<Option<(T, Place)>, Fault> {
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
    Ok(Some((reply.json()?, place)))
}
