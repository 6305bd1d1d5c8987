//! Whether the caller may hand out roles where the manifest grants something new. Nothing is read for grants that are there.
//!
//! Azure tells the caller's permissions at a resource group or a resource, and no operation for a subscription is documented
//! (Permissions_ListForResourceGroup and Permissions_ListForResource, read 2026-11-21).

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::inventory::{Granting, Inventory};
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::provider::Fault;

use super::{Reader, optional};
use crate::arm::ArmId;
use crate::arm::fault::is_absence;
use crate::http::Client;
use crate::kinds::arm_id;
use crate::kinds::grant::definition::Permission;
use crate::kinds::grant::permission::{self, granting};
use crate::kinds::grant::{Grant, declared_scope};

/// What the caller may hand out, by scope in lower case.
pub(super) async fn read(
    reader: Reader<'_>,
    inventory: &Inventory,
) -> Result<BTreeMap<String, Granting>, Fault> {
    let scene = Scene::of(reader.manifest, inventory);
    let mut scopes: BTreeMap<String, (ArmId, String)> = BTreeMap::new();
    for grant in reader.manifest.of_kind("grant") {
        let key = Grant.key(grant, &scene);
        let there = key.is_some_and(|key| inventory.get("grant", &key).is_some());
        if let Some(scope) = declared_scope(grant, reader.manifest).filter(|_| !there) {
            scopes
                .entry(scope.key().to_owned())
                .or_insert_with(|| (scope, grant.tenant.to_string()));
        }
    }
    let groups: BTreeMap<String, (ArmId, String)> = scopes
        .values()
        .filter_map(|(scope, tenant)| {
            let group = group_of(scope)?;
            Some((group.key().to_owned(), (group, tenant.clone())))
        })
        .collect();
    let ahead = ahead(reader.manifest, inventory);
    let known = ask(reader, &ahead, groups).await?;
    // Who may do it in a group may do it to what lies in it; only where that is not so is the thing itself asked about.
    let inner = scopes.clone().into_iter().filter(|(_, (scope, _))| {
        scope.provider().is_some()
            && group_of(scope)
                .is_some_and(|group| known.get(group.key()) != Some(&Granting::Allowed))
    });
    let inside = ask(reader, &ahead, inner.collect()).await?;
    let told = scopes.into_values().map(|(scope, _)| {
        let group = group_of(&scope).and_then(|group| known.get(group.key()));
        let told = inside.get(scope.key()).or(group).cloned();
        let told = told.unwrap_or_else(|| {
            Granting::Unknown("Azure tells it for groups and what lies in them only".to_owned())
        });
        (scope.key().to_owned(), told)
    });
    Ok(told.collect())
}

fn group_of(scope: &ArmId) -> Option<ArmId> {
    let subscription = ArmId::of_subscription(scope.subscription()?);
    Some(subscription.group(scope.resource_group()?))
}

/// What is declared, may be granted in and is not there, by id: Azure has no answer for it.
fn ahead(manifest: &Manifest, inventory: &Inventory) -> BTreeSet<String> {
    let kinds = ["resource-group", "vm", "arc-machine"].into_iter();
    let things = kinds.flat_map(|kind| manifest.of_kind(kind));
    things
        .filter_map(|resource| {
            let key = Key::from(arm_id(resource, manifest)?);
            let there = inventory.get(resource.kind, &key).is_some();
            (!there).then_some(key.0)
        })
        .collect()
}

async fn ask(
    reader: Reader<'_>,
    ahead: &BTreeSet<String>,
    scopes: BTreeMap<String, (ArmId, String)>,
) -> Result<BTreeMap<String, Granting>, Fault> {
    let (missing, there): (Vec<_>, Vec<_>) =
        scopes.into_iter().partition(|(key, _)| ahead.contains(key));
    let untold = missing
        .into_iter()
        .map(|(key, (scope, _))| (key, not_there_yet(&scope)));
    let answers = reader
        .each(there, |(key, (scope, tenant))| async move {
            let client = &reader.tenant(&tenant)?.client;
            Ok((key, one(client, &scope).await?))
        })
        .await?;
    Ok(answers.into_iter().chain(untold).collect())
}

fn not_there_yet(scope: &ArmId) -> Granting {
    Granting::Unknown(format!("`{}` is not there yet", scope.name()))
}

/// What cannot be read is not known.
async fn one(client: &Client, scope: &ArmId) -> Result<Granting, Fault> {
    let listed = client.list::<Permission>(permission::list(scope)).await;
    Ok(match optional(listed)? {
        Ok(permissions) => granting(&permissions),
        Err(fault) if is_absence(&fault) => not_there_yet(scope),
        Err(fault) => Granting::Unknown(fault.to_string()),
    })
}
