//! Why a name was not found. This only makes a message better: whatever cannot be looked up here leaves the name at "not found",
//! which is true already.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use vmlogin_engine::inventory::Resolution;
use vmlogin_engine::value::{Principal, PrincipalKind};

use super::wire::Object;
use super::{Answers, batch, candidate, query};
use crate::http::Client;

/// Looks further for every name that was not found.
pub(super) async fn explain(client: &Client, answers: &mut Answers) {
    let missing: Vec<(&Principal, &mut Resolution)> = answers
        .iter_mut()
        .filter_map(|(principal, answer)| match answer {
            Ok(resolution @ Resolution::Missing) => Some((&*principal, resolution)),
            _ => None,
        })
        .collect();
    let (by_id, by_name): (Vec<_>, Vec<_>) = missing
        .into_iter()
        .partition(|(principal, _)| principal.kind == PrincipalKind::ObjectId);
    ids(client, by_id).await;
    names(client, by_name).await;
}

/// People give an application's own id for the object id of its service principal, and ids of what they have deleted.
async fn ids(client: &Client, missing: Vec<(&Principal, &mut Resolution)>) {
    let missing: Vec<(&Principal, &mut Resolution)> = missing
        .into_iter()
        .filter(|(principal, _)| uuid::Uuid::parse_str(&principal.name).is_ok())
        .collect();
    let questions = missing
        .iter()
        .map(|(principal, _)| query::by_application_id(&principal.name))
        .collect();
    let Ok(answers) = batch::ask::<Object>(client, questions).await else {
        return;
    };
    for ((principal, resolution), answer) in missing.into_iter().zip(answers) {
        let application = answer.unwrap_or_default().into_iter().next();
        if let Some(application) = application {
            *resolution = Resolution::ApplicationId(candidate(&application));
        } else if let Some(object) = deleted_by_id(client, &principal.name).await {
            *resolution = Resolution::Deleted(candidate(&object));
        }
    }
}

async fn deleted_by_id(client: &Client, id: &str) -> Option<Object> {
    client
        .send(query::deleted_by_id(id))
        .await
        .ok()?
        .json()
        .ok()
}

/// The recycle bin is read once for users and once for groups, however many names are missing.
async fn names(client: &Client, missing: Vec<(&Principal, &mut Resolution)>) {
    let mut bins: BTreeMap<PrincipalKind, Vec<Object>> = BTreeMap::new();
    for (principal, resolution) in missing {
        let bin = match bins.entry(principal.kind) {
            Entry::Occupied(bin) => bin.into_mut(),
            Entry::Vacant(place) => {
                let bin = client.list(query::deleted(principal.kind)).await;
                place.insert(bin.unwrap_or_default())
            }
        };
        if let Some(object) = bin.iter().find(|object| object.was_named(principal)) {
            *resolution = Resolution::Deleted(candidate(object));
        }
    }
}
