//! The network interfaces that the manifest names. One reading tells what is declared of each and where its traffic goes.

use serde::Deserialize;
use serde_json::Value as Json;
use vmlogin_engine::inventory::Sight;
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;

use super::Reader;
use super::security_groups::Groups;
use super::things::found;
use crate::kinds::network_interface::{self, wire::Interface};
use crate::kinds::surroundings;

/// An answer, read for both.
#[derive(Deserialize)]
#[serde(try_from = "Json")]
struct Told {
    declared: Interface,
    around: surroundings::wire::Interface,
}

impl TryFrom<Json> for Told {
    type Error = serde_json::Error;

    fn try_from(body: Json) -> Result<Told, serde_json::Error> {
        Ok(Told {
            declared: Interface::deserialize(&body)?,
            around: surroundings::wire::Interface::deserialize(&body)?,
        })
    }
}

/// Reads each interface; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Groups, Fault> {
    let declared: Vec<&Resource> = reader.manifest.of_kind("network-interface").collect();
    let told = reader
        .each(declared, |resource| found::<Told>(reader, resource))
        .await?;
    let mut interfaces = Groups::default();
    for (told, place) in told.into_iter().flatten() {
        let sight = Sight::Seen(surroundings::interface(&told.around));
        interfaces.1.insert(Key(place.id.key().to_owned()), sight);
        interfaces
            .0
            .push(network_interface::live(&told.declared, &place));
    }
    Ok(interfaces)
}
