//! Grants of roles. A grant is its scope, its principal and its role; the GUID that names it says nothing, so its
//! existence is decided by listing.

pub(crate) mod definition;
pub(super) mod description;
pub(crate) mod holding;
mod live;
pub mod name;
pub(crate) mod pending;
pub(crate) mod permission;
pub(crate) mod place;
pub mod role;
pub(crate) mod wire;
mod write;

#[cfg(test)]
mod tests;

use vmlogin_engine::access::Holding;
use vmlogin_engine::inventory::{Found, Resolution, Role};
use vmlogin_engine::kind::{Elsewhere, Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Class, Existence, Lifetime, Naming, Need, Order, Place as Where, Schema,
    Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::{Ask, AzureKind, Opinion, Seen, Write, arm_id, decode, refusal, versions};
use crate::arm::ArmId;
use crate::http::Request;

pub(crate) use live::{Wording, is_stamped, live, scope, stamp};
pub(crate) use wire::principal_of;

/// The kind `grant`.
pub struct Grant;

/// The attribute of a grant that holds elsewhere than where it stands.
const SCOPE: &str = "scope";

/// The attribute of a grant that refers to the thing whose identity it is to.
pub(crate) const IDENTITY: &str = "identity";

/// The type of role assignments.
const TYPE: &str = "Microsoft.Authorization/roleAssignments";

static SCHEMA: Schema = Schema {
    kind: "grant",
    title: "grant",
    stands_in: &[
        "resource-group",
        "vm",
        "arc-machine",
        "subscription",
        "management-group",
    ],
    naming: Naming::Grant {
        roles: &["admin", "user"],
    },
    attributes: &[
        // Role and principal make up the key: another one is another grant, so there is nothing to compare.
        Attribute {
            name: "role",
            class: Class::WriteOnly,
            shape: Shape::Name,
            written: Written::Argument,
            default: None,
        },
        // What a role that is no word of the language is, so that a plan shows what the name was taken for.
        Attribute {
            name: "role-definition",
            class: Class::WriteOnly,
            shape: Shape::Text,
            written: Written::Nowhere,
            default: None,
        },
        Attribute {
            name: "principal",
            class: Class::WriteOnly,
            shape: Shape::Principal,
            written: Written::Argument,
            default: None,
        },
        // Whose identity `(identity)` names; part of the principal.
        Attribute {
            name: IDENTITY,
            class: Class::WriteOnly,
            shape: Shape::Reference {
                kinds: &["managed-identity", "vm", "arc-machine"],
                along: None,
            },
            written: Written::Nowhere,
            default: None,
        },
        // Shown while it is not known yet.
        Attribute {
            name: "object-id",
            class: Class::WriteOnly,
            shape: Shape::Text,
            written: Written::Nowhere,
            default: None,
        },
        // Where it holds, for what no node describes; part of the key too.
        Attribute {
            name: SCOPE,
            class: Class::WriteOnly,
            shape: Shape::Elsewhere,
            written: Written::Property,
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
            after: "identity",
            place: Where::Referred,
            need: Need::Success,
            reason: "the grant is to the machine's own identity",
        },
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
        Some(key(
            &triple.scope,
            &triple.principal.object_id,
            &triple.role.id,
        ))
    }

    fn elsewhere(&self, id: &str) -> Option<Elsewhere> {
        place::elsewhere(&ArmId::parse(id).ok()?)
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        if let Some(pending) = pending::Grantee::of(resource, scene) {
            return pending.id(scene);
        }
        let triple = Triple::of(resource, scene)?;
        let key = key(&triple.scope, &triple.principal.object_id, &triple.role.id);
        if let Some(live) = scene.inventory.get(SCHEMA.kind, &key) {
            return Some(live.id.clone());
        }
        let parts = name::Parts {
            scope: triple.scope.key(),
            principal: &triple.principal.object_id,
            role: &triple.role.id,
            estate: &scene.manifest.estate,
        };
        let name = name::name(parts, |name| scene.inventory.names_taken.contains(name))?;
        Some(triple.scope.resource(TYPE, &name).to_string())
    }

    fn holding(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Holding> {
        let Triple {
            scope,
            principal,
            role,
        } = Triple::of(resource, scene)?;
        let who = holding::declared(resource.get("principal")?.as_principal()?, principal);
        Some(Holding {
            title: format!("`{}` of {who} at `{}`", role.name, scope.name()),
            who,
            tenant: resource.tenant.to_string(),
            subscription: resource.subscription.to_string(),
            within: holding::within(&scope),
            principal: principal.object_id.to_lowercase(),
            principal_type: principal.principal_type.clone(),
            admin: Some(role.admin),
            rights: role.rights.clone(),
            ..Holding::default()
        })
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let mut complete =
            Attributes::from([("estate".to_owned(), scene.manifest.estate.as_str().into())]);
        if let Some(pending) = pending::Grantee::of(resource, scene) {
            complete.extend(pending.complete());
        }
        if let Some(triple) = Triple::of(resource, scene) {
            let Found {
                object_id,
                principal_type,
                ..
            } = triple.principal;
            complete.extend([
                ("scope-id".to_owned(), triple.scope.to_string().into()),
                ("role-id".to_owned(), triple.role.id.as_str().into()),
                ("role-name".to_owned(), triple.role.name.as_str().into()),
                ("principal-id".to_owned(), object_id.as_str().into()),
                ("principal-type".to_owned(), principal_type.as_str().into()),
            ]);
            complete.extend(role_definition(triple.role));
        }
        complete
    }
}

impl AzureKind for Grant {
    fn pending(&self, step: &Step) -> Result<Ask, Fault> {
        pending::ask(step)
    }

    fn settle(&self, step: &Step, seen: &Seen) -> Result<Step, Fault> {
        pending::settle(step, seen)
    }

    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Update | Action::Revoke => {
                Ok(Ask::One(read(step, refusal::attempted(step))?))
            }
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => write::create(step, fresh),
            Action::Update => write::describe(step, fresh),
            Action::Revoke => write::revoke(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    /// The refusal of an equal grant does not name the one that is there.
    fn second_look(&self, step: &Step, fault: &Fault) -> Ask {
        match fault.code.as_deref() {
            Some("RoleAssignmentExists") => write::equals(step).map_or(Ask::Nothing, Ask::All),
            _ => Ask::Nothing,
        }
    }

    fn make_sense(&self, step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
        match fault.code.as_deref() {
            Some("RoleAssignmentExists") => write::exists(step, fault, seen),
            Some("RoleAssignmentUpdateNotPermitted") => Err(Fault {
                help: Some("another grant has this name meanwhile: run again, the plan then chooses another name".to_owned()),
                ..fault
            }),
            _ => Err(fault),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        read(step, refusal::looking(step)).map_or(Ask::Nothing, Ask::One)
    }

    /// An equal grant that was there already has another name.
    fn look_elsewhere(&self, step: &Step) -> Ask {
        match step.action {
            Action::Create => write::equals(step).map_or(Ask::Nothing, Ask::All),
            _ => Ask::Nothing,
        }
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        if step.action.removes() {
            return vec![Opinion::gone(seen)];
        }
        let found = match seen {
            Seen::One(body) => Some(decode::<wire::Assignment>(step, body)),
            Seen::All(rows) => write::twin_among(step, rows).map(Ok),
            _ => return vec![Opinion::exists(seen)],
        };
        let result = match found {
            Some(Ok(assignment)) => live::as_planned(step, &assignment),
            Some(Err(fault)) => Proof::NotChecked(fault.message),
            None => return vec![Opinion::exists(&Seen::Missing)],
        };
        vec![Opinion::new("it grants what was planned", result)]
    }
}

/// A declared grant with everything that names resolved.
struct Triple<'a> {
    scope: ArmId,
    principal: &'a Found,
    role: &'a Role,
}

impl<'a> Triple<'a> {
    fn of(resource: &'a Resource, scene: &Scene<'a>) -> Option<Triple<'a>> {
        let Resolution::Found(principal) = scene.inventory.principal_of(resource)? else {
            return None;
        };
        Some(Triple {
            scope: declared_scope(resource, scene.manifest)?,
            principal,
            role: role::of(resource, scene)?,
        })
    }
}

/// Where a declared grant holds: at what `scope` says, else at what it stands in.
pub(crate) fn declared_scope(grant: &Resource, manifest: &Manifest) -> Option<ArmId> {
    match grant.get(SCOPE).and_then(Value::as_text) {
        Some(id) => ArmId::parse(id).ok(),
        None => arm_id(grant, manifest),
    }
}

/// What a plan shows of a role that is no word of the language.
fn role_definition(role: &Role) -> Option<(String, Value)> {
    let other = role::Role::of_definition(&role.id).is_none();
    other.then(|| {
        let shown = format!("{} ({})", role.name, role.id);
        ("role-definition".to_owned(), shown.into())
    })
}

/// The natural identity of a grant. The role is its definition's GUID.
pub(crate) fn key(scope: &ArmId, principal: &str, role: &str) -> Key {
    Key(format!(
        "{}|{}|{}",
        scope.key(),
        principal.to_lowercase(),
        role.to_lowercase()
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

fn read(step: &Step, attempted: String) -> Result<Request, Fault> {
    Ok(Request::get(
        refusal::id(step)?.path(),
        versions::AUTHORIZATION,
        attempted,
    ))
}
