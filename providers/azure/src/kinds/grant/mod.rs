//! Grants of the two sign-in roles. A grant is its scope, its principal and its role; the GUID that names it says nothing, so its
//! existence is decided by listing.

mod description;
pub mod name;
pub mod role;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Found, Live, Resolution};
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Class, Existence, Lifetime, Naming, Need, Order, Place as Where, Schema,
    Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::place::around;
use super::resource_group::looking;
use super::{Ask, AzureKind, Opinion, Seen, Write, arm_id, decode, refusal, refuse, versions};
use crate::arm::ArmId;
use crate::http::Request;
use crate::http::segment;
use role::Role;

/// The kind `grant`.
pub struct Grant;

/// The type of role assignments.
const TYPE: &str = "Microsoft.Authorization/roleAssignments";

static SCHEMA: Schema = Schema {
    kind: "grant",
    title: "grant",
    stands_in: &["resource-group", "vm", "subscription", "management-group"],
    naming: Naming::Grant {
        roles: &["admin", "user"],
    },
    attributes: &[
        // Role and principal make up the key: another one is another grant, so there is nothing to compare.
        Attribute {
            name: "role",
            class: Class::WriteOnly,
            shape: Shape::Choice {
                words: &["admin", "user"],
                later: &[],
            },
            written: Written::Argument,
            default: None,
        },
        Attribute {
            name: "principal",
            class: Class::WriteOnly,
            shape: Shape::Principal,
            written: Written::Argument,
            default: None,
        },
        Attribute {
            name: "reason",
            class: Class::Changeable,
            shape: Shape::Text,
            written: Written::Property,
            default: None,
        },
    ],
    later: &["until", "eligible", "max", "owner", "review-by"],
    existence: Existence::Made,
    lifetime: Lifetime::Vanishes,
    adoption: Adoption::AsIs,
    stamped: true,
    container: false,
    repaired: false,
    order: &[
        Order {
            after: "login",
            place: Where::Sibling,
            need: Need::Success,
            reason: "nobody is let in before the machine can check who it is",
        },
        Order {
            after: "login",
            place: Where::Beneath,
            need: Need::End,
            reason: "the machines beneath come first, though one that fails holds nobody up",
        },
    ],
};

impl Kind for Grant {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        let triple = Triple::of(resource, scene)?;
        Some(key(&triple.scope, &triple.principal.object_id, triple.role))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        let triple = Triple::of(resource, scene)?;
        let key = key(&triple.scope, &triple.principal.object_id, triple.role);
        if let Some(live) = scene.inventory.get(SCHEMA.kind, &key) {
            return Some(live.id.clone());
        }
        let parts = name::Parts {
            scope: triple.scope.key(),
            principal: &triple.principal.object_id,
            role: triple.role.guid,
            estate: &scene.manifest.estate,
        };
        let name = name::name(parts, |name| scene.inventory.names_taken.contains(name))?;
        Some(triple.scope.resource(TYPE, &name).to_string())
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let mut complete =
            Attributes::from([("estate".to_owned(), scene.manifest.estate.as_str().into())]);
        if let Some(triple) = Triple::of(resource, scene) {
            let Found {
                object_id,
                principal_type,
                ..
            } = triple.principal;
            complete.extend([
                ("scope".to_owned(), triple.scope.to_string().into()),
                ("role-id".to_owned(), triple.role.guid.into()),
                ("principal-id".to_owned(), object_id.as_str().into()),
                ("principal-type".to_owned(), principal_type.as_str().into()),
            ]);
        }
        complete
    }
}

impl AzureKind for Grant {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create => Ok(Ask::Nothing),
            Action::Update | Action::Revoke => Ok(Ask::One(read(step, refusal::attempted(step))?)),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => create(step),
            Action::Update => describe(step, fresh),
            Action::Revoke => revoke(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    /// The refusal of an equal grant does not name the one that is there.
    fn second_look(&self, step: &Step, fault: &Fault) -> Ask {
        match fault.code.as_deref() {
            Some("RoleAssignmentExists") => equals(step).map_or(Ask::Nothing, Ask::All),
            _ => Ask::Nothing,
        }
    }

    fn make_sense(&self, step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
        match fault.code.as_deref() {
            Some("RoleAssignmentExists") => exists(step, fault, seen),
            Some("RoleAssignmentUpdateNotPermitted") => Err(Fault {
                help: Some("another grant has this name meanwhile: run again, the plan then chooses another name".to_owned()),
                ..fault
            }),
            _ => Err(fault),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        read(step, looking(step)).map_or(Ask::Nothing, Ask::One)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        if step.action.removes() {
            return vec![Opinion::gone(seen)];
        }
        let Seen::One(body) = seen else {
            return vec![Opinion::exists(seen)];
        };
        let result = match decode::<wire::Assignment>(step, body) {
            Ok(assignment) => as_planned(step, &assignment),
            Err(fault) => Proof::NotChecked(fault.message),
        };
        vec![Opinion::new("it grants what was planned", result)]
    }
}

/// A declared grant with everything that names resolved.
struct Triple<'a> {
    scope: ArmId,
    principal: &'a Found,
    role: &'static Role,
}

impl<'a> Triple<'a> {
    fn of(resource: &'a Resource, scene: &Scene<'a>) -> Option<Triple<'a>> {
        let principal = resource.get("principal")?.as_principal()?;
        let Some(Resolution::Found(principal)) =
            scene.inventory.principal(&resource.tenant, principal)
        else {
            return None;
        };
        Some(Triple {
            scope: arm_id(resource, scene.manifest)?,
            principal,
            role: Role::named(resource.get("role")?.as_text()?)?,
        })
    }
}

/// The natural identity of a grant.
pub(crate) fn key(scope: &ArmId, principal: &str, role: &Role) -> Key {
    Key(format!(
        "{}|{}|{}",
        scope.key(),
        principal.to_lowercase(),
        role.guid
    ))
}

/// Lists every assignment at a subscription and beneath it.
pub(crate) fn list(subscription: &ArmId, attempted: String) -> Request {
    Request::get(
        format!("{}/providers/{TYPE}", subscription.path()),
        versions::AUTHORIZATION,
        attempted,
    )
}

/// The grant's own words for where it lies and whom it lets in, which only the survey knows.
#[derive(Debug)]
pub(crate) struct Wording {
    /// The address of what it stands in, as [`Address`] segments of a grant: the grant's own address but for role and principal.
    pub(crate) place: Address,
    /// The name of what it stands in.
    pub(crate) around: String,
    /// `group:sg-web-admins`, or `object-id:…` where no name is known.
    pub(crate) principal: String,
}

/// Makes an assignment of a sign-in role into values; `None` for one of any other role, or one whose id or scope is none.
pub(crate) fn live(
    assignment: &wire::Assignment,
    subscription: &str,
    wording: &Wording,
) -> Option<Live> {
    let properties = &assignment.properties;
    let role = Role::of_definition(&properties.role_definition_id)?;
    let scope = scope(assignment)?;
    let (estate, reason) = description::read(properties.description.as_deref().unwrap_or_default());
    let mut within = around(&scope);
    within.push(scope.key().to_owned());
    let facts = [
        ("condition", properties.condition.clone()),
        ("principal-id", Some(properties.principal_id.to_lowercase())),
        ("principal-type", properties.principal_type.clone()),
        ("role-name", Some(role.title.to_owned())),
        // Whether it is the active face of an eligible assignment is told by another interface, which is not read yet.
        ("eligible-face", Some("unknown".to_owned())),
    ];
    Some(Live {
        kind: SCHEMA.kind,
        key: key(&scope, &properties.principal_id, role),
        id: assignment.id.clone(),
        address: wording.place.child(role.word).child(&wording.principal),
        title: format!(
            "{} `{}` to {} at `{}`",
            SCHEMA.title, role.word, wording.principal, wording.around
        ),
        subscription: subscription.to_owned(),
        within,
        attributes: Attributes::from([
            ("role".to_owned(), role.word.into()),
            ("reason".to_owned(), reason.map_or(Value::Null, Value::from)),
        ]),
        stamp: estate.map(str::to_owned),
        protected: false,
        health: vmlogin_engine::inventory::Health::Good,
        facts: facts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::Text(value?))))
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

/// Whether an assignment is of a role that lets people sign in.
pub(crate) fn is_sign_in(assignment: &wire::Assignment) -> bool {
    Role::of_definition(&assignment.properties.role_definition_id).is_some()
}

/// Whether the stamp of any estate is on an assignment.
pub(crate) fn is_stamped(assignment: &wire::Assignment) -> bool {
    description::read(
        assignment
            .properties
            .description
            .as_deref()
            .unwrap_or_default(),
    )
    .0
    .is_some()
}

fn read(step: &Step, attempted: String) -> Result<Request, Fault> {
    Ok(Request::get(
        refusal::id(step)?.path(),
        versions::AUTHORIZATION,
        attempted,
    ))
}

fn create(step: &Step) -> Result<Write, Fault> {
    let id = refusal::id(step)?;
    let reason = step.write.get("reason").and_then(Value::as_text);
    let body = json!({"properties": {
        "roleDefinitionId": definition(&id, refusal::text(step, "role-id")?),
        "principalId": refusal::text(step, "principal-id")?,
        // Without it a principal that was made a moment ago is refused as unknown.
        "principalType": refusal::text(step, "principal-type")?,
        "description": description::write(refusal::text(step, "estate")?, reason),
    }});
    Ok(Write::Send(vec![Request::put(
        id.path(),
        versions::AUTHORIZATION,
        body,
        refusal::attempted(step),
    )]))
}

/// The id of a role's definition, as ARM stores it: that of the subscription which the grant lies in.
fn definition(id: &ArmId, role: &str) -> String {
    let definition = format!("providers/Microsoft.Authorization/roleDefinitions/{role}");
    match id.subscription() {
        Some(subscription) => format!("/subscriptions/{subscription}/{definition}"),
        None => format!("/{definition}"),
    }
}

/// Writes another reason into a grant of this estate; all else stays as it is now.
fn describe(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone meanwhile".to_owned(),
            "run again: the plan then makes it",
        ));
    };
    still_ours(step, body)?;
    let estate = refusal::text(step, "estate")?;
    let reason = step.write.get("reason").and_then(Value::as_text);
    let body = wire::writable(body, &description::write(estate, reason));
    let path = refusal::id(step)?.path();
    Ok(Write::Send(vec![Request::put(
        path,
        versions::AUTHORIZATION,
        body,
        refusal::attempted(step),
    )]))
}

/// Takes a grant of this estate away. Somebody may have taken it over, or away, since the plan was made.
fn revoke(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    still_ours(step, body)?;
    Ok(Write::Send(vec![Request::delete(
        refusal::id(step)?.path(),
        versions::AUTHORIZATION,
        refusal::attempted(step),
    )]))
}

/// Refuses to touch a grant that no longer carries this estate's stamp.
fn still_ours(step: &Step, body: &Json) -> Result<(), Fault> {
    let assignment: wire::Assignment = decode(step, body)?;
    let description = assignment.properties.description.unwrap_or_default();
    let (stamp, _) = description::read(&description);
    if stamp == Some(refusal::text(step, "estate")?) {
        return Ok(());
    }
    Err(refuse(
        step,
        "the stamp of this estate is no longer on it".to_owned(),
        "run again: the plan then keeps it as it is",
    ))
}

/// The assignments of the step's principal at its scope, those above and beneath it included: all that Azure filters by.
fn equals(step: &Step) -> Result<Request, Fault> {
    let scope = refusal::id(step)?.scope();
    let principal = refusal::text(step, "principal-id")?;
    Ok(Request::get(
        format!("{}/providers/{TYPE}", scope.path()),
        versions::AUTHORIZATION,
        refusal::attempted(step),
    )
    .with_query(
        "$filter",
        format!("principalId eq {}", segment::literal(principal)),
    ))
}

/// An equal grant is there under another name: that is what was wanted, unless a condition narrows it.
fn exists(step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
    let Seen::All(rows) = seen else {
        return Err(fault);
    };
    let Some(twin) = rows.iter().find_map(|row| twin(step, row)) else {
        return Err(Fault {
            help: Some("Azure says that an equal grant exists, and its list does not show it yet: run again".to_owned()),
            ..fault
        });
    };
    match &twin.properties.condition {
        None => Ok(Done {
            id: Some(twin.id.clone()),
            note: Some(format!(
                "an equal grant was there already, as `{}`; it is kept as it is",
                twin.name
            )),
        }),
        Some(condition) => Err(Fault {
            help: Some(format!(
                "the equal grant `{}` carries the condition `{condition}`: remove one or the other",
                twin.id
            )),
            ..fault
        }),
    }
}

fn twin(step: &Step, row: &Json) -> Option<wire::Assignment> {
    let twin: wire::Assignment = decode(step, row).ok()?;
    let wanted = key(
        &refusal::id(step).ok()?.scope(),
        refusal::text(step, "principal-id").ok()?,
        Role::of_definition(refusal::text(step, "role-id").ok()?)?,
    );
    let role = Role::of_definition(&twin.properties.role_definition_id)?;
    (key(&scope(&twin)?, &twin.properties.principal_id, role) == wanted).then_some(twin)
}

fn as_planned(step: &Step, assignment: &wire::Assignment) -> Proof {
    let properties = &assignment.properties;
    let wanted = |attribute: &str| step.write.get(attribute).and_then(Value::as_text);
    let role = Role::of_definition(&properties.role_definition_id).map(|role| role.guid);
    if role != wanted("role-id")
        || Some(properties.principal_id.to_lowercase().as_str()) != wanted("principal-id")
    {
        return Proof::Wrong("it grants another role or lets in somebody else".to_owned());
    }
    match &properties.condition {
        Some(condition) => Proof::Wrong(format!("it carries the condition `{condition}`")),
        None => Proof::Verified,
    }
}
