//! Whose identity each grant to an identity means: that of a managed identity, or a machine's own. What the manifest declares was
//! read with everything else; what no node declares is read here.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Found, Inventory, Live, Resolution, Successor};
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Reader, unless_missing};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::grant::{IDENTITY, principal_of};
use crate::kinds::{arm_id, versions};

/// Adds what became of the identity of each grant to one, and who comes after it if what has it is made anew.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    let declared = Declared::of(reader.manifest);
    let mut resolutions = BTreeMap::new();
    let mut successors = BTreeMap::new();
    let mut unknown: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    for grant in reader.manifest.of_kind("grant") {
        let Some(id) = identity(grant) else { continue };
        match declared.0.get(id.key()) {
            Some(thing) => {
                let successor = successor(reader.manifest, thing, &id);
                let resolution = holder(inventory, thing, &id);
                let resolution = resolution.unwrap_or_else(|| successor.resolution.clone());
                resolutions.insert(grant.address.clone(), resolution);
                successors.insert(grant.address.clone(), successor);
            }
            None => unknown.entry(id.key().to_owned()).or_default().push(grant),
        }
    }
    let found = reader
        .each(unknown.into_values().collect(), |grants| async move {
            Ok((elsewhere(reader, grants[0]).await?, grants))
        })
        .await?;
    for (resolution, grants) in found {
        let addresses = grants.into_iter().map(|grant| grant.address.clone());
        resolutions.extend(addresses.map(|address| (address, resolution.clone())));
    }
    inventory.identities = resolutions;
    inventory.successors = successors;
    Ok(())
}

/// The id of the thing whose identity a grant is to.
fn identity(grant: &Resource) -> Option<ArmId> {
    ArmId::parse(grant.get(IDENTITY)?.as_text()?).ok()
}

/// What may have an identity, by id.
struct Declared<'a>(BTreeMap<String, &'a Resource>);

impl<'a> Declared<'a> {
    fn of(manifest: &'a Manifest) -> Declared<'a> {
        let kinds = ["managed-identity", "vm", "arc-machine"].into_iter();
        let things = kinds.flat_map(|kind| manifest.of_kind(kind));
        Declared(
            things
                .filter_map(|resource| {
                    Some((arm_id(resource, manifest)?.key().to_owned(), resource))
                })
                .collect(),
        )
    }
}

/// The identity that a declared thing has; `None` where it has none, or is not there.
fn holder(inventory: &Inventory, thing: &Resource, id: &ArmId) -> Option<Resolution> {
    let live = inventory.get(thing.kind, &Key(id.key().to_owned()))?;
    Some(found(principal(live)?, &thing.name))
}

/// The identity that a declared thing gets when it is made, or made anew.
fn successor(manifest: &Manifest, thing: &Resource, id: &ArmId) -> Successor {
    let maker = match thing.kind {
        "managed-identity" => Some(thing.address.clone()),
        _ => own_identity(manifest, thing),
    };
    let resolution = match maker {
        Some(address) => Resolution::Pending {
            address,
            attribute: "principal-id".to_owned(),
            id: id.to_string(),
        },
        None => Resolution::NoIdentity {
            of: format!("{} `{}`", thing.kind, thing.name),
            help: match thing.kind {
                "vm" => format!("write `identity system-assigned` in `vm {}`", thing.name),
                _ => "connect its agent again: connecting gives it one".to_owned(),
            },
        },
    };
    Successor {
        of: thing.address.clone(),
        resolution,
    }
}

/// The node that switches on a machine's own identity.
fn own_identity(manifest: &Manifest, machine: &Resource) -> Option<Address> {
    let identity = manifest.resource(&machine.address.child("identity"))?;
    let own = identity.get("system-assigned").and_then(Value::as_bool) == Some(true);
    own.then(|| identity.address.clone())
}

fn principal(live: &Live) -> Option<&str> {
    live.facts.get("principal-id").and_then(Value::as_text)
}

fn found(principal: &str, name: &str) -> Resolution {
    Resolution::Found(Found {
        object_id: principal.to_lowercase(),
        principal_type: "ServicePrincipal".to_owned(),
        display_name: name.to_owned(),
        enabled: None,
        guest: None,
    })
}

/// The identity of something that no node declares.
async fn elsewhere(reader: Reader<'_>, grant: &Resource) -> Result<Resolution, Fault> {
    let Some(id) = identity(grant) else {
        return Ok(Resolution::Missing);
    };
    let client = &reader.tenant(&grant.tenant)?.client;
    let what = format!("read the identity `{}`", id.name());
    let request = Request::get(id.path(), versions::of(&id), what);
    let Some(reply) = unless_missing(client.send(request).await)? else {
        return Ok(Resolution::Missing);
    };
    Ok(match principal_of(&reply.json::<Json>()?) {
        Some(principal) => found(&principal, id.name()),
        None => Resolution::NoIdentity {
            of: format!("`{}`", id.name()),
            help: format!("switch on the identity of `{}`", id.name()),
        },
    })
}
