//! What the manifest refers to and no node declares: whether each such thing exists, one reading each.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Gap, Inventory};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::reference::{self, Reference};

use super::{Reader, optional, unless_missing};
use crate::arm::ArmId;
use crate::kinds::{catalogue, made};

/// Adds what is seen. What could not be read is a gap: the rule then says that it was not checked.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    let references = reference::all(reader.manifest, catalogue());
    let undeclared = references.iter().filter(|one| one.to.is_none());
    let wanted: BTreeMap<String, &Reference<'_>> = undeclared
        .map(|reference| (reference.id.to_lowercase(), reference))
        .collect();
    let looks = wanted.into_iter().collect();
    let seen = reader
        .each(looks, |(key, reference)| async move {
            Ok((key, one(reader, reference).await?))
        })
        .await?;
    for (key, sight) in seen {
        match sight {
            Sight::Read(exists) => {
                inventory.referred.insert(key, exists);
            }
            Sight::Unread(gap) => inventory.gaps.push(gap),
        }
    }
    Ok(())
}

enum Sight {
    Read(bool),
    Unread(Gap),
}

async fn one(reader: Reader<'_>, reference: &Reference<'_>) -> Result<Sight, Fault> {
    let Ok(id) = ArmId::parse(reference.id) else {
        return Ok(Sight::Read(false));
    };
    let client = &reader.tenant(&reference.from.tenant)?.client;
    let attempted = format!("read `{id}`, which `{}` refers to", reference.from.address);
    let answer = client.send(made::read(&id, attempted)).await;
    Ok(match optional(unless_missing(answer))? {
        Ok(reply) => Sight::Read(reply.is_some()),
        Err(fault) => Sight::Unread(Gap {
            what: format!("whether `{id}` exists"),
            fault,
        }),
    })
}
