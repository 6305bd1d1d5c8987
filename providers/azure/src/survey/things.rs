//! Things that one reading each tells all of: managed identities, networks with their subnets, public addresses.

use std::collections::BTreeMap;

use futures_util::future::try_join3;
use serde::de::DeserializeOwned;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Attributes;

use super::Reader;
use super::find::{self, ADDRESSES, IDENTITIES, NETWORKS, Sort};
use super::told::Told;
use crate::kinds::virtual_network::wire::VirtualNetwork;
use crate::kinds::{Place, managed_identity, public_ip, subnet, surroundings, virtual_network};

/// What the subnets of declared networks say of traffic, as the answers of their networks tell it, by the keys of the subnets.
pub(super) type Subnets = BTreeMap<Key, Attributes>;

/// Reads each thing of these kinds; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<(Vec<Live>, Subnets), Fault> {
    let identities = of_kind(
        reader,
        &IDENTITIES,
        "managed-identity",
        managed_identity::live,
    );
    let addresses = of_kind(reader, &ADDRESSES, "public-ip", public_ip::live);
    let (identities, networks, addresses) =
        try_join3(identities, networks(reader), addresses).await?;
    let (mut things, subnets) = networks;
    things.extend(identities);
    things.extend(addresses);
    Ok((things, subnets))
}

/// The networks, with those of their subnets that the manifest names, and what each subnet says of traffic: one reading tells all.
async fn networks(reader: Reader<'_>) -> Result<(Vec<Live>, Subnets), Fault> {
    let found: Vec<(Told<VirtualNetwork, surroundings::wire::Network>, Place)> =
        find::declared(reader, &NETWORKS, "virtual-network").await?;
    let mut declared: BTreeMap<&Address, Vec<&Resource>> = BTreeMap::new();
    for subnet in reader.manifest.of_kind("subnet") {
        declared.entry(&subnet.parent).or_default().push(subnet);
    }
    let (mut lives, mut subnets) = (Vec::new(), Subnets::new());
    for (told, place) in found {
        for (name, around) in told.around.subnets() {
            let key = place.id.clone().child("subnets", name).into();
            subnets.insert(key, surroundings::subnet_within(around));
        }
        let network = told.declared;
        lives.push(virtual_network::live(&network, &place));
        let own = declared.remove(&place.address).unwrap_or_default();
        lives.extend(own.into_iter().filter_map(|subnet| {
            let place = Place {
                address: subnet.address.clone(),
                name: subnet.name.clone(),
                id: place.id.clone().child("subnets", &subnet.name),
                ..place.clone()
            };
            let found = network.subnet(&subnet.name)?;
            Some(subnet::live(found, &network.tags, &place))
        }));
    }
    Ok((lives, subnets))
}

async fn of_kind<T: DeserializeOwned + Send>(
    reader: Reader<'_>,
    sort: &'static Sort,
    kind: &str,
    live: fn(&T, &Place) -> Live,
) -> Result<Vec<Live>, Fault> {
    let found = find::declared(reader, sort, kind).await?;
    Ok(found
        .iter()
        .map(|(thing, place)| live(thing, place))
        .collect())
}
