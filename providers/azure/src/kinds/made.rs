//! Things that vmlogin makes in a resource group: where they lie, and the looks without which none is made or deleted.

use serde::Deserialize;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{Attribute, Class, Shape, Written};
use vmlogin_engine::value::{Attributes, Value};

use super::{Ask, Seen, Tags, Write, arm_id, decode, refusal, refuse, tagged, versions};
use crate::arm::ArmId;
use crate::http::Request;

/// The region of anything that has one of its own.
pub(super) const LOCATION: Attribute = Attribute {
    name: "location",
    class: Class::Fixed,
    shape: Shape::Region,
    written: Written::Property,
    default: None,
};

/// What a write needs besides what is declared: the estate for the stamp, and the region, which is the group's where neither the
/// node names one nor that of the thing which it comes along with.
pub(super) fn complete(resource: &Resource, scene: &Scene<'_>) -> Attributes {
    let estate = scene.manifest.estate.as_str().into();
    let mut needs = Attributes::from([("estate".to_owned(), estate)]);
    if resource.get("location").is_none()
        && let Some(region) = region(resource, scene)
    {
        needs.insert("location".to_owned(), region);
    }
    needs
}

/// The region that a thing is to be made in.
pub(super) fn region(resource: &Resource, scene: &Scene<'_>) -> Option<Value> {
    let own = resource.get("location").cloned();
    own.or_else(|| region_of_bearer(resource, scene))
        .or_else(|| region_of_group(resource, scene))
}

/// The region that the node of what brings a thing along names.
fn region_of_bearer(resource: &Resource, scene: &Scene<'_>) -> Option<Value> {
    let bearer = scene.manifest.resource(resource.along.as_ref()?)?;
    let own = bearer.get("location").cloned();
    own.or_else(|| region_of_bearer(bearer, scene))
}

/// The region of the group around a thing: of the live one, else of the one that will be made.
fn region_of_group(resource: &Resource, scene: &Scene<'_>) -> Option<Value> {
    let group = scene.manifest.parent_of(resource)?;
    let key = arm_id(group, scene.manifest)?.into();
    let live = scene.inventory.get(group.kind, &key);
    live.and_then(|live| live.attributes.get("location"))
        .or_else(|| group.get("location"))
        .cloned()
}

/// Reads one thing by its id.
pub(crate) fn read(id: &ArmId, attempted: String) -> Request {
    Request::get(id.path(), versions::of(id), attempted)
}

/// The look before a creation or a deletion.
pub(super) fn fresh(step: &Step) -> Result<Ask, Fault> {
    let id = refusal::id(step)?;
    Ok(Ask::One(read(&id, refusal::attempted(step))))
}

/// Refuses to make what is there meanwhile.
pub(super) fn still_missing(step: &Step, fresh: &Seen) -> Result<(), Fault> {
    if *fresh == Seen::Missing {
        return Ok(());
    }
    Err(refuse(
        step,
        "it exists meanwhile, and what exists is never written over".to_owned(),
        "run again: the plan then starts from what is there",
    ))
}

/// Deletes what this estate made. Somebody may have taken it over, or away, since the plan was made.
pub(super) fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let body = match fresh {
        Seen::Missing => return Ok(Write::Nothing("it was gone already".to_owned())),
        Seen::One(body) => body,
        Seen::All(_) | Seen::OneAndAll(..) | Seen::NotAsked => {
            return Err(refusal::not_ours(step));
        }
    };
    tagged::still_ours(step, &decode::<Stamped>(step, body)?.tags)?;
    let id = refusal::id(step)?;
    Ok(Write::Send(vec![Request::delete(
        id.path(),
        versions::of(&id),
        refusal::attempted(step),
    )]))
}

#[derive(Deserialize)]
struct Stamped {
    #[serde(default)]
    tags: Tags,
}
