//! The resource groups that the manifest names.

use vmlogin_engine::inventory::Live;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;

use super::{Reader, unless_missing};
use crate::kinds::{Place, arm_id, resource_group};

/// Reads each group; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let declared: Vec<&Resource> = reader.manifest.of_kind("resource-group").collect();
    let found = reader
        .each(declared, |resource| one(reader, resource))
        .await?;
    Ok(found.into_iter().flatten().collect())
}

async fn one(reader: Reader<'_>, resource: &Resource) -> Result<Option<Live>, Fault> {
    let Some(id) = arm_id(resource, reader.manifest) else {
        return Ok(None);
    };
    let client = &reader.tenant(&resource.tenant)?.client;
    let request = resource_group::read(&id, format!("read resource group `{}`", resource.name));
    let Some(reply) = unless_missing(client.send(request).await)? else {
        return Ok(None);
    };
    let place = Place {
        subscription: resource.subscription.clone(),
        address: resource.address.clone(),
        name: resource.name.clone(),
        id,
    };
    Ok(Some(resource_group::live(&reply.json()?, &place)))
}
