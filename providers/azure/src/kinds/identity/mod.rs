//! The system-assigned identity of a machine. It is switched on by a PATCH that names nothing else, and never taken away.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::json;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{Adoption, Existence, Lifetime, Naming, Schema};
use vmlogin_engine::value::{Attributes, Value};

use super::place::part_key;
use super::vm::wire::Machine;
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, refusal, refuse, versions,
};
use crate::http::Request;

/// The kind `identity`.
pub struct Identity;

static SCHEMA: Schema = Schema {
    kind: "identity",
    title: "system-assigned identity",
    stands_in: &["vm"],
    naming: Naming::Word("system-assigned"),
    attributes: &[],
    later: &["user-assigned"],
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
}

impl AzureKind for Identity {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create => Ok(Ask::One(read(step, refusal::attempted(step))?)),
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
        if machine.identity.is_system_assigned() {
            return Ok(Write::Nothing("it was switched on meanwhile".to_owned()));
        }
        let body = json!({"identity": {"type": machine.identity.with_system_assigned()}});
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
            Some(machine) if machine.identity.is_system_assigned() => Ok(Done {
                id: step.id.clone(),
                note: Some("it was switched on meanwhile".to_owned()),
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
        let result = match decode::<Machine>(step, body) {
            Ok(machine) if machine.identity.principal_id.is_some() => Proof::Verified,
            Ok(_) => Proof::Wrong("the machine has no principal of its own".to_owned()),
            Err(fault) => Proof::NotChecked(fault.message),
        };
        vec![Opinion::new(
            "the machine has a principal of its own",
            result,
        )]
    }
}

/// The identity that a machine is made with, where it is declared to have one.
pub(super) fn of_new_machine(machine: &Resource, scene: &Scene<'_>) -> Option<&'static str> {
    let declared = scene.manifest.resource(&machine.address.child(SCHEMA.kind));
    declared.map(|_| "SystemAssigned")
}

fn read(step: &Step, attempted: String) -> Result<Request, Fault> {
    Ok(Request::get(
        refusal::id(step)?.path(),
        versions::COMPUTE,
        attempted,
    ))
}

/// The identity of a machine, where it has one of its own.
pub(crate) fn live(machine: &Machine, place: &Place) -> Option<Live> {
    if !machine.identity.is_system_assigned() {
        return None;
    }
    let mut live = place.part(SCHEMA.kind, SCHEMA.title);
    let facts = [
        ("principal-id", &machine.identity.principal_id),
        ("tenant-id", &machine.identity.tenant_id),
    ];
    live.facts = facts
        .into_iter()
        .filter_map(|(name, value)| {
            Some((name.to_owned(), Value::Text(value.as_ref()?.to_lowercase())))
        })
        .collect::<Attributes>();
    Some(live)
}
