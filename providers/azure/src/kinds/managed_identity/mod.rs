//! User-assigned identities: made where they are missing, in the region of their group unless the node names another.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::json;
use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{Adoption, Characters, Existence, Lifetime, NameRule, Naming, Schema};
use vmlogin_engine::value::{Attributes, Value};

use super::made::{self, LOCATION};
use super::tagged::{self, PROTECT, TAGS};
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, is_id, located, refusal, versions,
};
use crate::http::Request;

/// The kind `managed-identity`.
pub struct ManagedIdentity;

/// Its type as ARM spells it.
const TYPE: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

static SCHEMA: Schema = Schema {
    kind: "managed-identity",
    title: "managed identity",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[LOCATION, TAGS, PROTECT],
    later: &[],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

impl Kind for ManagedIdentity {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// 3 to 128 letters, digits, hyphens and underscores, a letter or digit first: general knowledge, unverified against Azure
    /// (2026-11-21). That two are too few is left for Azure to say.
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 128,
            characters: Characters::AsciiAnd("-_"),
            not_first: "-_",
            not_last: "",
        }
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(arm_id(resource, scene.manifest)?.into())
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn located(&self, manifest: &Manifest, subscription: &str, names: &[&str]) -> Option<String> {
        located(manifest, subscription, TYPE, names)
    }

    fn is_id(&self, text: &str) -> bool {
        is_id(text, TYPE)
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        made::complete(resource, scene)
    }
}

impl AzureKind for ManagedIdentity {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Delete => made::fresh(step),
            Action::Update => tagged::fresh(step),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => create(step, fresh),
            Action::Update => Ok(Write::Send(tagged::requests(step, fresh)?)),
            Action::Delete => made::delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        tagged::judge(step, seen)
    }
}

/// Makes an identity's answer into values. Its ids in the directory become the facts `principal-id` and `client-id`.
pub(crate) fn live(identity: &wire::ManagedIdentity, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(identity.id.as_deref());
    live.attributes = tagged::attributes(&identity.tags);
    let region = same::region(&identity.location);
    live.attributes.insert("location", region.into());
    live.stamp = identity.tags.estate();
    live.protected = identity.tags.is_protected();
    let ids = [
        ("principal-id", &identity.properties.principal_id),
        ("client-id", &identity.properties.client_id),
    ];
    live.facts = ids
        .into_iter()
        .filter_map(|(name, id)| Some((name, Value::Text(id.as_ref()?.to_lowercase()))))
        .collect();
    live
}

/// A new identity is there, with its ids, when the request is answered.
fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let body =
        json!({"location": refusal::text(step, "location")?, "tags": tagged::new_tags(step)?});
    Ok(Write::Send(vec![Request::put(
        refusal::id(step)?.path(),
        versions::MANAGED_IDENTITY,
        body,
        refusal::attempted(step),
    )]))
}
