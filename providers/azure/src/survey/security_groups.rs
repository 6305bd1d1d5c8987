//! The security groups that the manifest names, each with all of its rules, which one reading tells.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Live, Sight};
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;

use super::{Reader, unless_missing};
use crate::kinds::network_security_group::{self, wire::NetworkSecurityGroup};
use crate::kinds::{Place, arm_id, made, surroundings};

/// Groups and rules as live things, and what each group filters.
pub(super) type Groups = (Vec<Live>, BTreeMap<Key, Sight>);

/// Reads each group; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Groups, Fault> {
    let declared: Vec<&Resource> = reader.manifest.of_kind("network-security-group").collect();
    let found = reader
        .each(declared, |resource| one(reader, resource))
        .await?;
    let mut groups = Groups::default();
    for (place, group) in found.into_iter().flatten() {
        let key = Key(place.id.key().to_owned());
        let sight = Sight::Seen(surroundings::security_group(&group));
        groups.1.insert(key, sight);
        groups
            .0
            .extend(network_security_group::lives(&group, &place));
    }
    Ok(groups)
}

async fn one(
    reader: Reader<'_>,
    resource: &Resource,
) -> Result<Option<(Place, NetworkSecurityGroup)>, Fault> {
    let Some(id) = arm_id(resource, reader.manifest) else {
        return Ok(None);
    };
    let client = &reader.tenant(&resource.tenant)?.client;
    let what = format!("read network security group `{}`", resource.name);
    let Some(reply) = unless_missing(client.send(made::read(&id, what)).await)? else {
        return Ok(None);
    };
    let place = Place {
        subscription: resource.subscription.clone(),
        address: resource.address.clone(),
        name: resource.name.clone(),
        id,
    };
    Ok(Some((place, reply.json()?)))
}
