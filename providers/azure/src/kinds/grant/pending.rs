//! Grants to an identity that is yet to be made. The plan settles everything but its id in the directory, which Azure gives when
//! the identity is made: that is read from the thing itself right before the write, and from nowhere else.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Resolution, Role};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::{Attributes, Value};

use super::{TYPE, declared_scope, name, role};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::{Ask, Seen, refusal, refuse, versions};

/// In [`Step::write`]: the id of the thing whose identity gets the role.
const OF: &str = "principal-of";

/// The object id of whoever gets the role.
const PRINCIPAL: &str = "principal-id";

/// A declared grant to an identity that a step makes.
pub(super) struct Grantee<'a> {
    scope: ArmId,
    role: &'a Role,
    address: &'a Address,
    attribute: &'a str,
    of: &'a str,
}

impl<'a> Grantee<'a> {
    pub(super) fn of(resource: &Resource, scene: &Scene<'a>) -> Option<Grantee<'a>> {
        let Resolution::Pending {
            address,
            attribute,
            id,
        } = scene.inventory.principal_of(resource)?
        else {
            return None;
        };
        Some(Grantee {
            scope: declared_scope(resource, scene.manifest)?,
            role: role::of(resource, scene)?,
            address,
            attribute,
            of: id,
        })
    }

    /// The id that the assignment will have. Its name is made of the thing that has the identity, since any name will do: which
    /// grant it is, is found by listing.
    pub(super) fn id(&self, scene: &Scene<'_>) -> Option<String> {
        let of = self.of.to_lowercase();
        let parts = name::Parts {
            scope: self.scope.key(),
            principal: &of,
            role: &self.role.id,
            estate: &scene.manifest.estate,
        };
        let name = name::name(parts, |name| scene.inventory.names_taken.contains(name))?;
        Some(self.scope.clone().resource(TYPE, &name).to_string())
    }

    pub(super) fn complete(&self) -> Attributes {
        let pending = Value::Pending {
            address: self.address.clone(),
            attribute: self.attribute.to_owned(),
        };
        let known = [
            ("scope-id", self.scope.to_string()),
            ("role-id", self.role.id.clone()),
            ("role-name", self.role.name.clone()),
            ("principal-type", "ServicePrincipal".to_owned()),
            (OF, self.of.to_owned()),
        ];
        known
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Value::Text(text)))
            .chain([
                (PRINCIPAL.to_owned(), pending.clone()),
                ("object-id".to_owned(), pending),
            ])
            .chain(super::role_definition(self.role))
            .collect()
    }
}

/// The thing whose identity's id is missing.
pub(super) fn ask(step: &Step) -> Result<Ask, Fault> {
    let Some(Value::Pending { .. }) = step.write.get(PRINCIPAL) else {
        return Ok(Ask::Nothing);
    };
    let id = ArmId::parse(refusal::text(step, OF)?)
        .map_err(|error| refusal::malformed(step, &error.to_string()))?;
    Ok(Ask::One(Request::get(
        id.path(),
        versions::of(&id),
        refusal::attempted(step),
    )))
}

/// Fills in what the thing tells of its identity.
pub(super) fn settle(step: &Step, seen: &Seen) -> Result<Step, Fault> {
    let principal = match seen {
        Seen::NotAsked => return Ok(step.clone()),
        Seen::One(body) => super::wire::principal_of(body),
        _ => None,
    };
    let Some(principal) = principal else {
        return Err(refuse(
            step,
            "the identity has no id in the directory yet".to_owned(),
            "run again: the plan then knows whom it is for",
        ));
    };
    let mut settled = step.clone();
    settled
        .write
        .insert(PRINCIPAL.to_owned(), principal.to_lowercase().into());
    Ok(settled)
}
