//! Resource groups: made where the manifest says their location, expected to exist otherwise.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    TOP, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::tags::{fresh_tags, new_tags};
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, estate_of, health, is_protected,
    refusal, refuse, tag_requests, versions,
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
    attributes: &[
        Attribute {
            name: "location",
            class: Class::Fixed,
            shape: Shape::Region,
            written: Written::Property,
            default: None,
        },
        TAGS,
        PROTECT,
    ],
    later: &[
        "own",
        "virtual-network",
        "network-security-group",
        "managed-identity",
        "arc-machine",
        "policy",
        "wave",
        "use",
        "for",
        "absent",
    ],
    existence: Existence::MadeBy("location"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: true,
    repaired: false,
    order: &[],
};

/// The tags of anything that has tags.
pub(super) const TAGS: Attribute = Attribute {
    name: "tags",
    class: Class::Changeable,
    shape: Shape::Pairs,
    written: Written::Pairs,
    default: None,
};

/// The protection of anything that has tags.
pub(super) const PROTECT: Attribute = Attribute {
    name: "protect",
    class: Class::Changeable,
    shape: Shape::Bool,
    written: Written::Flag,
    default: None,
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
        Some(Key(arm_id(resource, scene.manifest)?.key().to_owned()))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn complete(&self, _resource: &Resource, scene: &Scene<'_>) -> Attributes {
        Attributes::from([("estate".to_owned(), scene.manifest.estate.as_str().into())])
    }
}

impl AzureKind for ResourceGroup {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        let id = refusal::id(step)?;
        match step.action {
            Action::Create => Ok(Ask::One(read(&id, refusal::attempted(step)))),
            Action::Update => fresh_tags(step),
            Action::Delete => Ok(Ask::All(contents(&id, refusal::attempted(step)))),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => create(step, fresh),
            Action::Update => Ok(Write::Send(tag_requests(step, fresh)?)),
            Action::Delete => delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        judge(step, seen)
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
    live.attributes = Attributes::from([
        ("location".to_owned(), region(&group.location)),
        ("tags".to_owned(), group.tags.of_the_user()),
        ("protect".to_owned(), is_protected(&group.tags).into()),
    ]);
    live.stamp = estate_of(&group.tags);
    live.protected = is_protected(&group.tags);
    live.health = health(&group.properties.provisioning_state, || None);
    live
}

/// A region's name as ARM stores it: `West Europe` is `westeurope`.
pub(super) fn region(name: &str) -> Value {
    let name: String = name
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    name.to_lowercase().into()
}

/// What to read after a write to a thing that has tags.
pub(super) fn look(step: &Step) -> Ask {
    match refusal::id(step) {
        Ok(id) if id.provider().is_some() => {
            Ask::One(Request::get(id.path(), versions::COMPUTE, looking(step)))
        }
        Ok(id) => Ask::One(read(&id, looking(step))),
        Err(_) => Ask::Nothing,
    }
}

/// What a thing that has tags shows after a write.
pub(super) fn judge(step: &Step, seen: &Seen) -> Vec<Opinion> {
    if step.action.removes() {
        return vec![Opinion::gone(seen)];
    }
    let Seen::One(body) = seen else {
        return vec![Opinion::exists(seen)];
    };
    let result = match decode::<wire::Tagged>(step, body) {
        Ok(tagged) => {
            let found = Attributes::from([
                ("tags".to_owned(), tagged.tags.of_the_user()),
                ("protect".to_owned(), is_protected(&tagged.tags).into()),
            ]);
            missing(step, &found)
        }
        Err(fault) => Proof::NotChecked(fault.message),
    };
    vec![Opinion::new("its tags are as planned", result)]
}

/// The wording of a look, to follow "could not".
pub(super) fn looking(step: &Step) -> String {
    format!("read back {}", step.title)
}

/// Whether what the plan changes is to be seen.
fn missing(step: &Step, found: &Attributes) -> Proof {
    let lost: Vec<String> = step
        .changes
        .iter()
        .filter(|change| !arrived(&change.attribute, &change.after, found))
        .map(|change| format!("`{}` is not {}", change.attribute, change.after))
        .collect();
    if lost.is_empty() {
        Proof::Verified
    } else {
        Proof::Wrong(lost.join(", "))
    }
}

fn arrived(attribute: &str, after: &Value, found: &Attributes) -> bool {
    let tags = found.get("tags").and_then(Value::as_map);
    let tag = |name: &str| {
        tags.into_iter()
            .flatten()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    match (attribute.strip_prefix("tags."), attribute) {
        (Some(name), _) => tag(name) == Some(after),
        (None, "tags") => after
            .as_map()
            .into_iter()
            .flatten()
            .all(|(name, value)| tag(name) == Some(value)),
        (None, "protect") => found.get("protect") == Some(after),
        _ => true,
    }
}

fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    if *fresh != Seen::Missing {
        return Err(refuse(
            step,
            "it exists meanwhile, and what exists is never written over".to_owned(),
            "run again: the plan then starts from what is there",
        ));
    }
    let body = json!({"location": refusal::text(step, "location")?, "tags": new_tags(step)?});
    Ok(Write::Send(vec![Request::put(
        refusal::id(step)?.path(),
        versions::RESOURCES,
        body,
        refusal::attempted(step),
    )]))
}

fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let left = match fresh {
        Seen::Missing => return Ok(Write::Nothing("it was gone already".to_owned())),
        Seen::All(rows) => rows,
        Seen::One(_) | Seen::NotAsked => return Err(refusal::not_ours(step)),
    };
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
