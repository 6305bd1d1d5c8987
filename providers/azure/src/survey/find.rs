//! The one way to things of a type: each by a request of its own, or many by the list of their type in their subscription. A list that
//! may not be read leaves each to its own request.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use vmlogin_engine::address::Address;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;

use super::{Reader, optional, row, unless_missing};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::{Place, arm_id, made, versions};

/// A type of things.
#[derive(Debug)]
pub(super) struct Sort {
    /// What follows the subscription in the path of its list.
    pub(super) list: &'static str,
    /// The version for that list.
    pub(super) version: &'static str,
    /// Further words of the query of the list.
    pub(super) query: Option<(&'static str, &'static str)>,
    /// What a sentence calls several of them.
    pub(super) plural: &'static str,
    /// The request for one of them.
    pub(super) one: fn(&ArmId, String) -> Request,
    /// Whether they are parts of the rows rather than the rows.
    pub(super) within: Within,
}

/// Where in its rows a list has the things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// They are the rows.
    Rows,
    /// They are the subnets of the rows.
    Subnets,
}

impl Sort {
    /// A type whose things are the rows of its list, and are read by their id alone.
    pub(super) const fn plain(
        list: &'static str,
        version: &'static str,
        plural: &'static str,
    ) -> Sort {
        Sort {
            list,
            version,
            query: None,
            plural,
            one: made::read,
            within: Within::Rows,
        }
    }
}

pub(super) static GROUPS: Sort =
    Sort::plain("resourcegroups", versions::RESOURCES, "resource groups");
pub(super) static IDENTITIES: Sort = Sort::plain(
    "providers/Microsoft.ManagedIdentity/userAssignedIdentities",
    versions::MANAGED_IDENTITY,
    "managed identities",
);
pub(super) static NETWORKS: Sort = Sort::plain(
    "providers/Microsoft.Network/virtualNetworks",
    versions::NETWORK,
    "virtual networks",
);
pub(super) static SUBNETS: Sort = Sort {
    list: "providers/Microsoft.Network/virtualNetworks",
    version: versions::NETWORK,
    query: None,
    plural: "virtual networks",
    one: made::read,
    within: Within::Subnets,
};
pub(super) static ADDRESSES: Sort = Sort::plain(
    "providers/Microsoft.Network/publicIPAddresses",
    versions::NETWORK,
    "public addresses",
);
pub(super) static INTERFACES: Sort = Sort::plain(
    "providers/Microsoft.Network/networkInterfaces",
    versions::NETWORK,
    "network interfaces",
);
pub(super) static SECURITY_GROUPS: Sort = Sort::plain(
    "providers/Microsoft.Network/networkSecurityGroups",
    versions::NETWORK,
    "network security groups",
);
pub(super) static ROUTE_TABLES: Sort = Sort::plain(
    "providers/Microsoft.Network/routeTables",
    versions::NETWORK,
    "route tables",
);

/// One thing that is looked for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The tenant whose identity may look.
    pub(super) tenant: String,
    /// Its id.
    pub(super) id: ArmId,
    /// What a look at it is for, to follow "could not".
    pub(super) attempted: String,
    /// Its address, where a node is about it.
    pub(super) address: Option<Address>,
}

/// What became of the look for one thing: `None` where it does not exist.
pub(super) type Look<T> = Result<Option<T>, Fault>;

/// As many that a list misses are looked for one by one. More of them are new, and the list is believed: it is ARM's own, was read to
/// its end, some of them were looked for and are not there, and a creation looks again before it writes.
const MOST_CONFIRMED: usize = 100;

/// Of how many of those, spread over all, a look of their own has to agree: lists leave out in silence what the caller may not read.
const SAMPLES: usize = 10;

/// Looks for things of one type; the results are in their order.
pub(super) async fn find<T: DeserializeOwned + Send>(
    reader: Reader<'_>,
    sort: &'static Sort,
    wanted: Vec<Wanted>,
) -> Result<Vec<Look<T>>, Fault> {
    let mut found: Vec<Option<Look<T>>> = wanted.iter().map(|_| None).collect();
    let lists = reader
        .each(lots(reader, &wanted), |lot| async move {
            let rows = rows::<T>(reader, sort, &lot).await?;
            Ok((lot, rows))
        })
        .await?;
    for (lot, rows) in lists {
        let Some(mut rows) = rows else { continue };
        let believed = believed(reader, sort, &wanted, &lot.missing(&rows)).await?;
        for (key, at) in lot.members {
            found[at] = match rows.remove(&key) {
                Some(row) => {
                    if let Some(address) = &wanted[at].address {
                        reader.hearsay.heard_of(address.clone());
                    }
                    Some(Ok(Some(row)))
                }
                None => believed.then_some(Ok(None)),
            };
        }
    }
    let rest: Vec<(usize, Wanted)> = wanted
        .into_iter()
        .enumerate()
        .filter(|(at, _)| found[*at].is_none())
        .collect();
    let looks = reader
        .each(rest, |(at, wanted)| async move {
            Ok((at, optional(one::<T>(reader, sort, wanted).await)?))
        })
        .await?;
    for (at, look) in looks {
        found[at] = Some(look);
    }
    Ok(found.into_iter().flatten().collect())
}

/// The declared things of a kind that exist, with their places.
pub(super) async fn declared<T: DeserializeOwned + Send>(
    reader: Reader<'_>,
    sort: &'static Sort,
    kind: &str,
) -> Result<Vec<(T, Place)>, Fault> {
    let (wanted, places) = wanted(reader, kind, &kind.replace('-', " "));
    let found = find(reader, sort, wanted).await?;
    let mut there = Vec::new();
    for (look, place) in found.into_iter().zip(places) {
        there.extend(look?.map(|thing| (thing, place)));
    }
    Ok(there)
}

/// The declared things of a kind, as they are looked for, and where they lie. What lies in a group that is not there is not.
pub(super) fn wanted(reader: Reader<'_>, kind: &str, word: &str) -> (Vec<Wanted>, Vec<Place>) {
    let of_kind = reader.manifest.of_kind(kind);
    let both = of_kind.filter_map(|resource| {
        let id = arm_id(resource, reader.manifest)
            .filter(|id| !reader.nowhere.contains(id.scope().key()))?;
        let wanted = Wanted {
            tenant: resource.tenant.to_string(),
            id: id.clone(),
            attempted: format!("read {word} `{}`", resource.name),
            address: Some(resource.address.clone()),
        };
        Some((wanted, place(resource, id)))
    });
    both.unzip()
}

fn place(resource: &Resource, id: ArmId) -> Place {
    Place {
        subscription: resource.subscription.to_string(),
        address: resource.address.clone(),
        name: resource.name.clone(),
        id,
    }
}

/// Things of one subscription that one list tells of.
#[derive(Clone, Debug)]
pub(super) struct Lot {
    /// The tenant whose identity may read it.
    pub(super) tenant: String,
    /// The subscription's id.
    pub(super) subscription: String,
    /// Their ids in lower case, and their places among all that are looked for.
    pub(super) members: BTreeMap<String, usize>,
}

impl Lot {
    /// The places of those that a list misses.
    pub(super) fn missing<T>(&self, rows: &BTreeMap<String, T>) -> Vec<usize> {
        let members = self.members.iter();
        let missing = members.filter(|(key, _)| !rows.contains_key(*key));
        missing.map(|(_, at)| *at).collect()
    }
}

/// Whether a list that was read to its end is believed of what it misses, given by their places among all that are wanted.
pub(super) async fn believed(
    reader: Reader<'_>,
    sort: &Sort,
    wanted: &[Wanted],
    missing: &[usize],
) -> Result<bool, Fault> {
    if missing.len() <= MOST_CONFIRMED {
        return Ok(false);
    }
    let samples = missing.iter().step_by(missing.len() / SAMPLES);
    let samples = samples.filter_map(|at| wanted.get(*at).cloned()).collect();
    let looks = reader
        .each(samples, |wanted| async move {
            let look = optional(one::<IgnoredAny>(reader, sort, wanted).await)?;
            Ok(matches!(look, Ok(None)))
        })
        .await?;
    Ok(looks.into_iter().all(|is_missing| is_missing))
}

/// What is to be read by lists: those of each subscription, where they are enough.
pub(super) fn lots(reader: Reader<'_>, wanted: &[Wanted]) -> Vec<Lot> {
    let mut lots: BTreeMap<(&str, String), BTreeMap<String, usize>> = BTreeMap::new();
    for (at, wanted) in wanted.iter().enumerate() {
        let named = wanted.address.as_ref();
        if named.is_some_and(|address| reader.manner.firsthand.contains(address)) {
            continue;
        }
        let Some(subscription) = wanted.id.subscription() else {
            continue;
        };
        lots.entry((&wanted.tenant, subscription.to_lowercase()))
            .or_default()
            .insert(wanted.id.key().to_owned(), at);
    }
    lots.into_iter()
        .filter(|(_, members)| reader.manner.lists(members.len()))
        .map(|((tenant, subscription), members)| Lot {
            tenant: tenant.to_owned(),
            subscription,
            members,
        })
        .collect()
}

/// The members of a lot by their ids, from the list of their type; `None` where that may not be read.
pub(super) async fn rows<T: DeserializeOwned>(
    reader: Reader<'_>,
    sort: &Sort,
    lot: &Lot,
) -> Result<Option<BTreeMap<String, T>>, Fault> {
    let client = &reader.tenant(&lot.tenant)?.client;
    let subscription = ArmId::of_subscription(&lot.subscription);
    let path = format!("{}/{}", subscription.path(), sort.list);
    let attempted = format!(
        "list the {} of subscription {}",
        sort.plural, lot.subscription
    );
    let mut request = Request::get(path, sort.version, attempted);
    if let Some((name, value)) = sort.query {
        request = request.with_query(name, value);
    }
    let sifted = client
        .sift(request, |row, kept| sort.keep(row, &lot.members, kept))
        .await;
    match optional(sifted)? {
        Ok(rows) => Ok(Some(rows.into_iter().collect())),
        Err(fault) => {
            reader.hearsay.refused(fault.to_string());
            Ok(None)
        }
    }
}

impl Sort {
    /// Keeps what is wanted of a row.
    fn keep<T: DeserializeOwned>(
        &self,
        row: &RawValue,
        wanted: &BTreeMap<String, usize>,
        kept: &mut Vec<(String, T)>,
    ) -> serde_json::Result<()> {
        match self.within {
            Within::Rows => keep(row, wanted, kept),
            Within::Subnets => {
                let network: Network<'_> = serde_json::from_str(row.get())?;
                let mut subnets = network.properties.subnets.into_iter().flatten();
                subnets.try_for_each(|subnet| keep(subnet, wanted, kept))
            }
        }
    }
}

/// Decodes a row where it is wanted, which its id tells.
fn keep<T: DeserializeOwned>(
    row: &RawValue,
    wanted: &BTreeMap<String, usize>,
    kept: &mut Vec<(String, T)>,
) -> serde_json::Result<()> {
    let key = row::id(row)?.to_lowercase();
    if wanted.contains_key(&key) {
        kept.push((key, serde_json::from_str(row.get())?));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Network<'a> {
    #[serde(borrow, default)]
    properties: Subnets<'a>,
}

#[derive(Default, Deserialize)]
struct Subnets<'a> {
    #[serde(borrow, default)]
    subnets: Option<Vec<&'a RawValue>>,
}

/// Looks for one thing by itself.
pub(super) async fn one<T: DeserializeOwned>(
    reader: Reader<'_>,
    sort: &Sort,
    wanted: Wanted,
) -> Look<T> {
    let client = &reader.tenant(&wanted.tenant)?.client;
    let request = (sort.one)(&wanted.id, wanted.attempted);
    let reply = unless_missing(client.send(request).await)?;
    reply.map(|reply| reply.json()).transpose()
}
