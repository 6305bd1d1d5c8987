//! Steps as they are before anything is decided: all that is known of their subjects.

use std::collections::BTreeSet;

use super::fingerprint::fingerprint;
use super::matching::Pair;
use super::{Action, Change, Foreign, Step};
use crate::inventory::{Live, RoleResolution};
use crate::kind::{Hindrance, Scene};
use crate::manifest::Resource;
use crate::schema::{Lifetime, Schema, Shape};
use crate::value::{Attributes, Value};

/// The name under which a removal that `absent` asks for says what it claims: the estate whose stamp the plan saw on it, or
/// nothing where there was none.
pub const CLAIM: &str = "claim";

/// The name under which the removal of a container says which of its parts go with it.
pub const PARTS: &str = "parts";

/// The name under which a replacement says what is taken away before the old thing goes, as ids.
pub const FIRST: &str = "first";

/// A step that does nothing yet, with all that is known of its subject.
pub(super) fn blank(scene: &Scene<'_>, pair: &Pair<'_>) -> Step {
    let resource = pair.resource;
    let declared = resource.values();
    let schema = pair.kind.schema();
    let fingerprint = fingerprint(schema.attributes, &declared, pair.live);
    let defaults = schema
        .attributes
        .iter()
        .filter_map(|attribute| Some((attribute.name.into(), attribute.default?.value())));
    let completed = pair.kind.complete(resource, scene);
    Step {
        address: resource.address.clone(),
        kind: resource.kind.to_owned(),
        title: title(scene, schema, pair),
        action: Action::Keep,
        id: pair
            .live
            .map(|live| live.id.clone())
            .or_else(|| pair.kind.id(resource, scene)),
        tenant: resource.tenant.to_string(),
        subscription: resource.subscription.to_string(),
        changes: Vec::new(),
        write: defaults.chain(declared).chain(completed).collect(),
        notes: Vec::new(),
        waits: Vec::new(),
        hindrance: None,
        blocked: None,
        fingerprint,
        foreign: foreign(scene, schema, pair.bearer),
        privileged: privileged(scene, resource),
        protected: pair.live.is_some_and(|live| live.protected)
            || resource.get("protect").and_then(Value::as_bool) == Some(true),
    }
}

/// The role of a grant, where whoever has it can hand out roles.
fn privileged(scene: &Scene<'_>, resource: &Resource) -> Option<String> {
    match scene.inventory.role_of(resource)? {
        RoleResolution::Found(role) if role.privileged => Some(role.name.clone()),
        _ => None,
    }
}

/// The other estate whose stamp a live thing bears.
fn foreign(scene: &Scene<'_>, schema: &Schema, bearer: Option<&Live>) -> Option<Foreign> {
    let stamp = bearer?.stamp.as_ref()?;
    (*stamp != scene.manifest.estate).then(|| Foreign {
        estate: stamp.clone(),
        by_being_named: schema.lifetime == Lifetime::Vanishes,
    })
}

fn title(scene: &Scene<'_>, schema: &Schema, pair: &Pair<'_>) -> String {
    let resource = pair.resource;
    let elsewhere = schema.attributes.iter().find_map(|attribute| {
        let place = resource.get(attribute.name)?.as_text()?;
        (attribute.shape == Shape::Elsewhere).then(|| place.rsplit('/').next().unwrap_or(place))
    });
    let parent = scene.manifest.parent_of(resource).map_or_else(
        || {
            resource
                .parent
                .segments()
                .last()
                .unwrap_or_default()
                .to_owned()
        },
        |parent| parent.name.clone(),
    );
    let around = elsewhere.map_or(parent, str::to_owned);
    match (resource.get("role"), resource.get("principal")) {
        (Some(Value::Text(role)), Some(principal)) => {
            format!("{} `{role}` to {principal} at `{around}`", schema.title)
        }
        _ if resource.name.is_empty() => format!("{} of `{around}`", schema.title),
        _ => format!("{} `{}`", schema.title, resource.name),
    }
}

/// The step that takes away a live thing that no node is known to name.
pub(super) fn removal(
    scene: &Scene<'_>,
    protected: &Protected,
    live: &Live,
    action: Action,
    why: &str,
) -> Step {
    let tenant = scene
        .manifest
        .subscriptions
        .get(&live.subscription)
        .map(|subscription| subscription.tenant.clone())
        .unwrap_or_default();
    Step {
        address: live.address.clone(),
        kind: live.kind.to_owned(),
        title: live.title.clone(),
        action,
        id: Some(live.id.clone()),
        tenant,
        subscription: live.subscription.clone(),
        changes: Vec::new(),
        write: live
            .attributes
            .clone()
            .into_iter()
            .chain([("estate".into(), scene.manifest.estate.as_str().into())])
            .collect(),
        notes: vec![why.to_owned()],
        waits: Vec::new(),
        hindrance: None,
        blocked: None,
        fingerprint: fingerprint(&[], &live.attributes, Some(live)),
        foreign: None,
        privileged: None,
        protected: protected.covers(live),
    }
}

pub(super) fn made_of(schema: &Schema, write: &Attributes) -> Vec<Change> {
    schema
        .attributes
        .iter()
        .filter_map(|attribute| {
            let after = write.get(attribute.name)?;
            (*after != Value::Null).then(|| Change {
                attribute: attribute.name.to_owned(),
                class: attribute.class,
                before: Value::Null,
                after: after.clone(),
            })
        })
        .collect()
}

pub(super) fn defer(step: &mut Step, hindrance: Hindrance) {
    step.action = Action::Defer;
    step.hindrance = Some(hindrance);
}

/// What carries the live protection tag, by ids in lower case.
pub(super) struct Protected {
    /// What carries it: what lies in one of them is under its protection.
    themselves: BTreeSet<String>,
    /// What one of them lies in: it cannot go without that.
    around: BTreeSet<String>,
}

impl Protected {
    pub(super) fn of(scene: &Scene<'_>) -> Protected {
        let live = || scene.inventory.live.values().filter(|live| live.protected);
        Protected {
            themselves: live().map(|live| live.id.to_lowercase()).collect(),
            around: live().flat_map(|live| live.within.clone()).collect(),
        }
    }

    pub(super) fn covers(&self, live: &Live) -> bool {
        live.protected || live.within.iter().any(|id| self.themselves.contains(id))
    }

    /// Whether a thing, anything around it or anything in it is protected, by the manifest or by a live tag.
    pub(super) fn touches(&self, scene: &Scene<'_>, pair: &Pair<'_>, live: &Live) -> bool {
        let mut around = scene.manifest.around(pair.resource);
        self.covers(live)
            || self.around.contains(&live.id.to_lowercase())
            || around.any(|around| around.get("protect").and_then(Value::as_bool) == Some(true))
    }
}

pub(super) fn maker(live: &Live) -> String {
    live.stamp.as_ref().map_or_else(
        || "vmlogin did not make it".to_owned(),
        |estate| format!("the estate `{estate}` made it"),
    )
}
