//! A user-assigned identity at a machine, as `absent user-assigned` names it: it is detached, and nothing else is touched. Attaching
//! is the business of [`super::identity`].

#[cfg(test)]
mod tests;

use serde_json::json;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Class, Existence, Lifetime, Naming, Schema, Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::place::part_key;
use super::vm::wire::Machine;
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, identity, made, refusal, versions,
};
use crate::arm::ArmId;
use crate::http::Request;

/// The kind `user-assigned`.
pub struct Attachment;

/// The id of the identity.
const IDENTITY: &str = "identity";

static SCHEMA: Schema = Schema {
    kind: "user-assigned",
    title: "attached identity",
    stands_in: &["vm", "identity"],
    naming: Naming::Detached,
    attributes: &[Attribute {
        name: IDENTITY,
        class: Class::Fixed,
        shape: Shape::Reference {
            kinds: &["managed-identity"],
            along: None,
        },
        written: Written::Argument,
        default: None,
    }],
    later: &[],
    existence: Existence::Expected,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: false,
    container: false,
    repaired: false,
    order: &[],
};

impl Kind for Attachment {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        let id = resource.get(IDENTITY)?.as_text()?;
        Some(key(&arm_id(resource, scene.manifest)?, id))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        let id = resource.get(IDENTITY)?.as_text()?;
        Some(own_id(&arm_id(resource, scene.manifest)?, id))
    }

    fn leaves(&self, _: &Live) -> Option<String> {
        Some("it is detached from the machine, and itself stays".to_owned())
    }
}

impl AzureKind for Attachment {
    /// What a machine's identities are is one member of it.
    fn alone(&self, step: &Step) -> Option<Key> {
        identity::alone(&refusal::id(step).ok()?.parent())
    }

    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Delete => Ok(Ask::One(read(step, refusal::attempted(step))?)),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        let Seen::One(body) = fresh else {
            return Ok(Write::Nothing("its machine is gone".to_owned()));
        };
        let machine: Machine = decode(step, body)?;
        let id = refusal::text(step, IDENTITY)?;
        let Some(member) = identity::without(&machine.identity, id) else {
            return Ok(Write::Nothing("it was detached already".to_owned()));
        };
        let patch = Request::patch(
            refusal::id(step)?.parent().path(),
            versions::COMPUTE,
            json!({"identity": member}),
            refusal::attempted(step),
        );
        Ok(Write::Send(vec![match machine.etag {
            // The type says whether others are left: one that is attached between the reading and this would go too.
            Some(etag) => patch.if_match(etag),
            None => patch,
        }]))
    }

    fn look(&self, step: &Step) -> Ask {
        read(step, refusal::looking(step)).map_or(Ask::Nothing, Ask::One)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        let Seen::One(body) = seen else {
            return vec![Opinion::gone(seen)];
        };
        let id = step.write.get(IDENTITY).and_then(Value::as_text);
        let result = match decode::<Machine>(step, body) {
            Ok(machine) if machine.identity.is_attached(id.unwrap_or_default()) => {
                Proof::Wrong("it is still attached".to_owned())
            }
            Ok(_) => Proof::Verified,
            Err(fault) => Proof::NotChecked(fault.message),
        };
        vec![Opinion::new("it is detached", result)]
    }
}

fn read(step: &Step, attempted: String) -> Result<Request, Fault> {
    Ok(made::read(&refusal::id(step)?.parent(), attempted))
}

fn key(machine: &ArmId, id: &str) -> Key {
    part_key(machine, &format!("{}{}", SCHEMA.kind, id.to_lowercase()))
}

/// An attachment has no id of ARM's: the machine's, and the name of the identity.
pub(crate) fn own_id(machine: &ArmId, id: &str) -> String {
    let name = id.rsplit('/').next().unwrap_or(id);
    machine
        .clone()
        .child("userAssignedIdentities", name)
        .to_string()
}

/// Those attachments of a machine that the manifest names.
pub(crate) fn lives(machine: &Machine, place: &Place, manifest: &Manifest) -> Vec<Live> {
    // Only `absent` names them.
    let absent = manifest.absent.values();
    let named = absent.filter(|it| it.kind == SCHEMA.kind && it.parent == place.address);
    let found = named.filter_map(|named| {
        let id = named.get(IDENTITY)?.as_text()?;
        machine.identity.is_attached(id).then(|| {
            let mut live = place.part(SCHEMA.kind, SCHEMA.title);
            live.key = key(&place.id, id);
            live.id = own_id(&place.id, id);
            live.address = named.address.clone();
            live.title = format!("{} `{}`", SCHEMA.title, named.name);
            live.attributes = Attributes::from([(IDENTITY.to_owned(), id.into())]);
            live
        })
    });
    found.collect()
}
