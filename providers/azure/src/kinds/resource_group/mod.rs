//! Resource groups: made where the manifest says their location, expected to exist otherwise.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};
use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{
    Adoption, Characters, Existence, Lifetime, NameRule, Naming, Schema, TOP,
};
use vmlogin_engine::value::Attributes;

use super::made::{self, LOCATION};
use super::tagged::{self, PROTECT, TAGS};
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, health, refusal, refuse, versions,
};
use crate::arm::ArmId;
use crate::http::{Request, segment};

/// The kind `resource-group`.
pub struct ResourceGroup;

static SCHEMA: Schema = Schema {
    kind: "resource-group",
    title: "resource group",
    stands_in: &[TOP],
    naming: Naming::Names,
    attributes: &[LOCATION, TAGS, PROTECT],
    later: &["own", "policy", "wave", "use"],
    existence: Existence::MadeBy("location"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: true,
    repaired: false,
    order: &[],
};

impl Kind for ResourceGroup {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// FACTS 15, and the pattern of the group's name in Microsoft's OpenAPI file.
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 90,
            characters: Characters::LettersDigitsAnd("-_.()"),
            not_first: "",
            not_last: ".",
        }
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(arm_id(resource, scene.manifest)?.into())
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn never_replaced(&self) -> Option<&'static str> {
        Some("all that it holds would go with it")
    }

    fn complete(&self, _resource: &Resource, scene: &Scene<'_>) -> Attributes {
        Attributes::from([("estate", scene.manifest.estate.as_str().into())])
    }
}

impl AzureKind for ResourceGroup {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        let id = refusal::id(step)?;
        match step.action {
            Action::Create => Ok(Ask::One(read(&id, refusal::attempted(step)))),
            Action::Update => tagged::fresh(step),
            Action::Delete => Ok(Ask::OneAndAll(Box::new((
                read(&id, refusal::attempted(step)),
                contents(&id, refusal::attempted(step)),
            )))),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => create(step, fresh),
            Action::Update => Ok(Write::Send(tagged::requests(step, fresh)?)),
            Action::Delete => delete(step, fresh),
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

/// Reads a group.
pub(crate) fn read(id: &ArmId, attempted: String) -> Request {
    Request::get(id.path(), versions::RESOURCES, attempted)
}

/// Lists what lies in a group. Takes the id as Azure spells it: whether the filter minds the case of the name is not verified
/// against Azure (2026-11-21), and a list that is empty by mistake would let a full group be deleted.
pub(crate) fn contents(id: &ArmId, attempted: String) -> Request {
    let subscription = id.subscription().unwrap_or_default();
    Request::get(
        format!("/subscriptions/{}/resources", segment::encode(subscription)),
        versions::RESOURCES,
        attempted,
    )
    .with_query(
        "$filter",
        format!("resourceGroup eq {}", segment::literal(id.name())),
    )
}

/// Makes a group's answer into values.
pub(crate) fn live(group: &wire::Group, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(group.id.as_deref());
    live.attributes = tagged::attributes(&group.tags);
    let region = same::region(&group.location);
    live.attributes.insert("location", region.into());
    live.stamp = group.tags.estate();
    live.protected = group.tags.is_protected();
    live.health = health(&group.properties.provisioning_state, || None);
    live
}

fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let body =
        json!({"location": refusal::text(step, "location")?, "tags": tagged::new_tags(step)?});
    Ok(Write::Send(vec![Request::put(
        refusal::id(step)?.path(),
        versions::RESOURCES,
        body,
        refusal::attempted(step),
    )]))
}

/// Deletes a group of this estate that holds nothing. Somebody may have taken it over since the plan was made.
fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let (group, left) = match fresh {
        Seen::Missing => return Ok(Write::Nothing("it was gone already".to_owned())),
        Seen::OneAndAll(group, rows) => (group, rows),
        Seen::One(_) | Seen::All(_) | Seen::NotAsked => return Err(refusal::not_ours(step)),
    };
    let group: wire::Group = decode(step, group)?;
    tagged::still_ours(step, &group.tags)?;
    if !left.is_empty() {
        return Err(refuse(
            step,
            format!("it still holds {}", name_some(step, left)?),
            "delete or move what it holds, or leave the group as it is",
        ));
    }
    Ok(Write::Send(vec![Request::delete(
        refusal::id(step)?.path(),
        versions::RESOURCES,
        refusal::attempted(step),
    )]))
}

/// Names the first things of a list, and how many more there are.
fn name_some(step: &Step, rows: &[Json]) -> Result<String, Fault> {
    const SHOWN: usize = 5;
    let mut names = Vec::new();
    for row in rows {
        let row: wire::Row = decode(step, row)?;
        names.push(format!("`{}`", row.title()));
    }
    names.sort();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    Ok(match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    })
}
