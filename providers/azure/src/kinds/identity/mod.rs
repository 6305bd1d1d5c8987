//! The identities of a machine: its own, system-assigned one, and user-assigned ones. They are switched on and attached by a PATCH
//! that names what is new and nothing else; what is there already stays.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::problem::{Code, Label, Problem};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Class, Existence, Lifetime, Naming, Schema, Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::place::part_key;
use super::vm::wire::Machine;
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, live_of, refusal, refuse, versions,
};
use crate::arm::ArmId;
use crate::http::Request;

/// The kind `identity`.
pub struct Identity;

/// Whether the machine has an identity of its own.
pub(crate) const OWN: &str = "system-assigned";

/// The ids of the identities that are attached to it.
pub(crate) const ATTACHED: &str = "user-assigned";

/// The fact that tells the object ids of the attached identities, by their ids.
pub(crate) const PRINCIPALS: &str = "attached-principals";

static SCHEMA: Schema = Schema {
    kind: "identity",
    title: "identity",
    stands_in: &["vm"],
    naming: Naming::Word(OWN),
    attributes: &[
        Attribute {
            name: OWN,
            class: Class::Changeable,
            shape: Shape::Bool,
            written: Written::Nowhere,
            default: None,
        },
        Attribute {
            name: ATTACHED,
            class: Class::Changeable,
            shape: Shape::Reference {
                kinds: &["managed-identity"],
                along: None,
            },
            written: Written::Values,
            default: None,
        },
    ],
    later: &[],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: false,
    container: false,
    repaired: false,
    order: &[],
};

impl Kind for Identity {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(part_key(&arm_id(resource, scene.manifest)?, SCHEMA.kind))
    }

    /// The machine's own id: an identity has none.
    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let machine = scene.manifest.parent_of(resource);
        match machine.and_then(|machine| live_of(machine, scene)) {
            Some(_) => Attributes::new(),
            None => Attributes::from([(RIDES.to_owned(), true.into())]),
        }
    }

    /// No identity can be attached and detached at once.
    fn problems(&self, resource: &Resource, manifest: &Manifest) -> Vec<Problem> {
        let attached = resource.attributes.get(ATTACHED);
        let ids: Vec<&str> = match attached.map(|declared| &declared.value) {
            Some(Value::List(ids)) => ids.iter().filter_map(Value::as_text).collect(),
            _ => return Vec::new(),
        };
        let absent = manifest.absent.values().filter(|absent| {
            let id = absent.get(SCHEMA.kind).and_then(Value::as_text);
            absent.kind == "user-assigned"
                && absent.parent == resource.parent
                && id.is_some_and(|id| ids.iter().any(|own| own.eq_ignore_ascii_case(id)))
        });
        let declared = attached.map_or(resource.span, |declared| declared.span);
        absent
            .map(|absent| Problem {
                code: Code("VML145"),
                message: format!(
                    "`user-assigned {}` is declared, and named in `absent` too",
                    absent.name
                ),
                labels: vec![
                    Label::new(declared, "declared here"),
                    Label::new(absent.span, "absent here"),
                ],
                help: Some("remove one of the two".to_owned()),
            })
            .collect()
    }

    /// A machine that is made has its identities from the first moment on.
    fn rides(&self) -> bool {
        true
    }
}

impl AzureKind for Identity {
    fn alone(&self, step: &Step) -> Option<Key> {
        alone(&refusal::id(step).ok()?)
    }

    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Update => Ok(Ask::One(read(step, refusal::attempted(step))?)),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        let Seen::One(body) = fresh else {
            return Err(refuse(
                step,
                "its machine is gone".to_owned(),
                "run again: the plan then says what is missing",
            ));
        };
        let machine: Machine = decode(step, body)?;
        let wanted = Wanted::of(step);
        let Some(member) = wanted.patch(&machine.identity) else {
            return Ok(Write::Nothing(there(step)));
        };
        let body = json!({"identity": member});
        let patch = Request::patch(
            refusal::id(step)?.path(),
            versions::COMPUTE,
            body,
            refusal::attempted(step),
        );
        Ok(Write::Send(vec![match machine.etag {
            // An identity that is attached between the reading and this would be detached by a bare `SystemAssigned`.
            Some(etag) => patch.if_match(etag),
            None => patch,
        }]))
    }

    /// The machine changed since it was read. A write that took effect although its answer was lost is such a change too.
    fn second_look(&self, step: &Step, fault: &Fault) -> Ask {
        match fault.status {
            Some(412) => self.look(step),
            _ => Ask::Nothing,
        }
    }

    fn make_sense(&self, step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
        let machine = match seen {
            Seen::One(body) => decode::<Machine>(step, body).ok(),
            _ => None,
        };
        match machine {
            Some(machine) if Wanted::of(step).patch(&machine.identity).is_none() => Ok(Done {
                id: step.id.clone(),
                note: Some(there(step)),
            }),
            _ => Err(fault),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        read(step, refusal::looking(step)).map_or(Ask::Nothing, Ask::One)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        let Seen::One(body) = seen else {
            return vec![Opinion::exists(seen)];
        };
        match decode::<Machine>(step, body) {
            Ok(machine) => Wanted::of(step).opinions(&machine.identity),
            Err(fault) => vec![Opinion::new(
                "the machine has its identities",
                Proof::NotChecked(fault.message),
            )],
        }
    }
}

/// The turn of a machine's identities: they are one member of it, which is read before it is written.
pub(crate) fn alone(machine: &ArmId) -> Option<Key> {
    Some(part_key(machine, SCHEMA.kind))
}

/// The attribute of a step whose machine is made in the same run.
const RIDES: &str = "rides";

/// What is said where nothing is left to write.
fn there(step: &Step) -> String {
    let said = match step.write.contains_key(RIDES) {
        true => "it came with its machine",
        false => "it was switched on meanwhile",
    };
    said.to_owned()
}

/// What a step asks for.
struct Wanted<'a> {
    own: bool,
    attached: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(step: &'a Step) -> Wanted<'a> {
        Wanted::in_attributes(&step.write)
    }

    fn in_attributes(attributes: &'a Attributes) -> Wanted<'a> {
        Wanted {
            own: attributes.get(OWN).and_then(Value::as_bool) == Some(true),
            attached: match attributes.get(ATTACHED) {
                Some(Value::List(ids)) => ids.iter().filter_map(Value::as_text).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// The member that adds what is missing; `None` where nothing is.
    fn patch(&self, live: &wire::Identity) -> Option<Json> {
        let missing: Vec<&str> = self
            .attached
            .iter()
            .copied()
            .filter(|id| !live.is_attached(id))
            .collect();
        let nothing = missing.is_empty() && (!self.own || live.is_system_assigned());
        (!nothing).then(|| live.with(self.own, &missing))
    }

    fn opinions(&self, live: &wire::Identity) -> Vec<Opinion> {
        let mut opinions = Vec::new();
        if self.own {
            let result = match live.principal_id {
                Some(_) => Proof::Verified,
                None => Proof::Wrong("the machine has no principal of its own".to_owned()),
            };
            opinions.push(Opinion::new(
                "the machine has a principal of its own",
                result,
            ));
        }
        if !self.attached.is_empty() {
            let missing = self.attached.iter().find(|id| !live.is_attached(id));
            let result = match missing {
                None => Proof::Verified,
                Some(id) => Proof::Wrong(format!("`{id}` is not attached")),
            };
            opinions.push(Opinion::new("the identities are attached", result));
        }
        opinions
    }
}

/// The identity member of a machine that is made with what its `identity` node declares; `None` where that asks for nothing.
pub(crate) fn of_new(declared: &Attributes) -> Option<Json> {
    Wanted::in_attributes(declared).patch(&wire::Identity::default())
}

/// The member that takes one user-assigned identity off a machine and leaves all else; `None` where it is not attached.
pub(crate) fn without(live: &wire::Identity, id: &str) -> Option<Json> {
    live.is_attached(id).then(|| live.without(id))
}

fn read(step: &Step, attempted: String) -> Result<Request, Fault> {
    Ok(Request::get(
        refusal::id(step)?.path(),
        versions::COMPUTE,
        attempted,
    ))
}

/// The identities of a machine, where it has any.
pub(crate) fn live(machine: &Machine, place: &Place) -> Option<Live> {
    let identity = &machine.identity;
    if !identity.is_system_assigned() && identity.attached().next().is_none() {
        return None;
    }
    let mut live = place.part(SCHEMA.kind, SCHEMA.title);
    let attached: Vec<Value> = identity.attached().map(Value::from).collect();
    live.attributes = Attributes::from([
        (OWN, identity.is_system_assigned().into()),
        (ATTACHED, Value::List(attached)),
    ]);
    let facts = [
        ("principal-id", &identity.principal_id),
        ("tenant-id", &identity.tenant_id),
    ];
    live.facts = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, Value::Text(value.as_ref()?.to_lowercase()))))
        .collect::<Attributes>();
    let principals: Attributes = identity
        .attached_principals()
        .map(|(id, principal)| (id.to_owned(), principal.to_lowercase().into()))
        .collect();
    if !principals.is_empty() {
        let fact = (PRINCIPALS.to_owned(), Value::Map(principals));
        live.facts.extend([fact]);
    }
    Some(live)
}
