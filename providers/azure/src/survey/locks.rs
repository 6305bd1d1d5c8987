//! Locks: one list a subscription tells of those at it and at everything in it.

use std::collections::BTreeMap;

use serde::Deserialize;
use vmlogin_engine::inventory::{Forbids, Lock};
use vmlogin_engine::manifest::Subscription;
use vmlogin_engine::provider::Fault;

use super::{Reader, optional};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::versions;

/// A lock as ARM spells it.
#[derive(Deserialize)]
struct Wire {
    id: String,
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    /// `CanNotDelete`, `ReadOnly`; `NotSpecified` forbids nothing.
    level: String,
}

/// The locks of each subscription, by its name in the manifest. Only a rule asks for them, so whoever may not read them works on.
pub(super) async fn read(
    reader: Reader<'_>,
) -> Result<BTreeMap<String, Result<Vec<Lock>, Fault>>, Fault> {
    let all: Vec<&Subscription> = reader.manifest.subscriptions.values().collect();
    let lists = reader
        .each(all, |subscription| list(reader, subscription))
        .await?;
    Ok(lists.into_iter().collect())
}

async fn list(
    reader: Reader<'_>,
    subscription: &Subscription,
) -> Result<(String, Result<Vec<Lock>, Fault>), Fault> {
    let client = &reader.tenant(&subscription.tenant)?.client;
    let path = format!(
        "{}/providers/Microsoft.Authorization/locks",
        ArmId::of_subscription(&subscription.id).path()
    );
    let attempted = format!("list the locks of subscription `{}`", subscription.name);
    let request = Request::get(path, versions::LOCKS, attempted);
    let listed = optional(client.list::<Wire>(request).await)?;
    let listed = listed.map(|locks| locks.iter().filter_map(lock).collect());
    Ok((subscription.name.clone(), listed))
}

/// The scope is what stands before the lock in its id: the answer has no member for it.
fn lock(wire: &Wire) -> Option<Lock> {
    let forbids = match wire.properties.level.to_ascii_lowercase().as_str() {
        "readonly" => Forbids::Writing,
        "cannotdelete" => Forbids::Deletion,
        _ => return None,
    };
    let id = wire.id.to_lowercase();
    let (scope, _) = id.rsplit_once("/providers/microsoft.authorization/locks/")?;
    Some(Lock {
        name: wire.name.clone(),
        scope: scope.to_owned(),
        forbids,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(id: &str, level: &str) -> Option<(String, Forbids)> {
        let body = json!({"id": id, "name": "freeze", "properties": {"level": level}});
        lock(&serde_json::from_value(body).unwrap()).map(|lock| (lock.scope, lock.forbids))
    }

    #[test]
    fn a_lock_is_at_what_stands_before_it_in_its_id() {
        assert_eq!(
            read(
                "/subscriptions/S/resourcegroups/RG/providers/Microsoft.Authorization/locks/freeze",
                "ReadOnly"
            ),
            Some((
                "/subscriptions/s/resourcegroups/rg".to_owned(),
                Forbids::Writing
            ))
        );
        assert_eq!(
            read(
                "/subscriptions/s/providers/Microsoft.Authorization/locks/freeze",
                "CanNotDelete"
            ),
            Some(("/subscriptions/s".to_owned(), Forbids::Deletion))
        );
    }

    #[test]
    fn one_that_specifies_nothing_forbids_nothing() {
        assert_eq!(
            read(
                "/subscriptions/s/providers/Microsoft.Authorization/locks/freeze",
                "NotSpecified"
            ),
            None
        );
    }
}
