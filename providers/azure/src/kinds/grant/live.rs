//! A grant as its assignment shows it: in a survey, and after a write.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Proof;
use vmlogin_engine::value::{Attributes, Value};

use super::role::guid;
use super::{SCHEMA, description, key, wire};
use crate::arm::ArmId;
use crate::kinds::place::around;

/// The grant's own words for where it lies and whom it lets in, which only the survey knows.
#[derive(Debug)]
pub(crate) struct Wording {
    /// The address of what it stands in, as [`Address`] segments of a grant: the grant's own address but for role and principal.
    pub(crate) place: Address,
    /// The name of what it stands in.
    pub(crate) around: String,
    /// The role as the manifest spells it, else as Azure calls it.
    pub(crate) role: String,
    /// The role's name in Azure; its GUID where nobody told it.
    pub(crate) role_name: String,
    /// `group:sg-web-admins`, or `object-id:…` where no name is known.
    pub(crate) principal: String,
}

/// Makes an assignment into values; `None` for one whose id or scope is none.
pub(crate) fn live(
    assignment: &wire::Assignment,
    subscription: &str,
    wording: &Wording,
) -> Option<Live> {
    let properties = &assignment.properties;
    let role = guid(&properties.role_definition_id);
    let scope = scope(assignment)?;
    let (estate, reason) = description::read(properties.description.as_deref().unwrap_or_default());
    let mut within = around(&scope);
    within.push(scope.key().to_owned());
    let facts = [
        ("condition", properties.condition.clone()),
        ("principal-id", Some(properties.principal_id.to_lowercase())),
        ("principal-type", properties.principal_type.clone()),
        ("role-id", Some(role.clone())),
        ("role-name", Some(wording.role_name.clone())),
        // Whether it is the active face of an eligible assignment is told by another interface, which is not read yet.
        ("eligible-face", Some("unknown".to_owned())),
    ];
    Some(Live {
        kind: SCHEMA.kind,
        key: key(&scope, &properties.principal_id, &role),
        id: assignment.id.clone(),
        address: wording.place.child(&wording.role).child(&wording.principal),
        title: format!(
            "{} `{}` to {} at `{}`",
            SCHEMA.title, wording.role, wording.principal, wording.around
        ),
        subscription: subscription.to_owned(),
        within,
        attributes: Attributes::from([
            ("role", wording.role.as_str().into()),
            ("reason", reason.map_or(Value::Null, Value::from)),
        ]),
        stamp: estate.map(str::to_owned),
        protected: false,
        health: Health::Good,
        facts: facts
            .into_iter()
            .filter_map(|(name, value)| Some((name, Value::Text(value?))))
            .collect(),
    })
}

/// Where an assignment holds; by its own id where the answer does not say it.
pub(crate) fn scope(assignment: &wire::Assignment) -> Option<ArmId> {
    match assignment.properties.scope.as_deref() {
        Some(scope) => ArmId::parse(scope).ok(),
        None => Some(ArmId::parse(&assignment.id).ok()?.scope()),
    }
}

/// The estate whose stamp is on an assignment.
pub(crate) fn stamp(assignment: &wire::Assignment) -> Option<&str> {
    let description = assignment.properties.description.as_deref();
    description::read(description.unwrap_or_default()).0
}

/// Whether the stamp of any estate is on an assignment.
pub(crate) fn is_stamped(assignment: &wire::Assignment) -> bool {
    stamp(assignment).is_some()
}

/// Whether an assignment is what a finished step was to make of it.
pub(super) fn as_planned(step: &Step, assignment: &wire::Assignment) -> Proof {
    let properties = &assignment.properties;
    let (_, reason) = description::read(properties.description.as_deref().unwrap_or_default());
    let wanted = |attribute: &str| step.write.get(attribute).and_then(Value::as_text);
    let role = guid(&properties.role_definition_id);
    if Some(role.as_str()) != wanted("role-id")
        || Some(properties.principal_id.to_lowercase().as_str()) != wanted("principal-id")
    {
        return Proof::Wrong("it grants another role or lets in somebody else".to_owned());
    }
    if let Some(condition) = &properties.condition {
        return Proof::Wrong(format!("it carries the condition `{condition}`"));
    }
    // An equal grant that was there before keeps its own words: only what the step changes must have arrived.
    let changes = step.changes.iter();
    match changes
        .filter(|change| change.attribute == "reason")
        .find(|change| change.after.as_text() != reason)
    {
        Some(change) if step.action == Action::Update => Proof::Wrong(format!(
            "its `reason` is not `{}`",
            change.after.as_text().unwrap_or_default()
        )),
        _ => Proof::Verified,
    }
}
