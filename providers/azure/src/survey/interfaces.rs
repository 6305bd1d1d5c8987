//! The network interfaces that the manifest names. One reading tells what is declared of each and where its traffic goes.

use serde::Deserialize;
use serde_json::value::RawValue;
use vmlogin_engine::inventory::Sight;
use vmlogin_engine::kind::Key;
use vmlogin_engine::provider::Fault;

use super::Reader;
use super::find::{INTERFACES, declared};
use super::security_groups::Groups;
use crate::kinds::network_interface::{self, wire::Interface};
use crate::kinds::{Place, surroundings};

/// An answer, read for both.
#[derive(Deserialize)]
#[serde(try_from = "Box<RawValue>")]
struct Told {
    declared: Interface,
    around: surroundings::wire::Interface,
}

impl TryFrom<Box<RawValue>> for Told {
    type Error = serde_json::Error;

    fn try_from(body: Box<RawValue>) -> Result<Told, serde_json::Error> {
        Ok(Told {
            declared: serde_json::from_str(body.get())?,
            around: serde_json::from_str(body.get())?,
        })
    }
}

/// Reads each interface; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Groups, Fault> {
    let told: Vec<(Told, Place)> = declared(reader, &INTERFACES, "network-interface").await?;
    let mut interfaces = Groups::default();
    for (told, place) in told {
        let sight = Sight::Seen(surroundings::interface(&told.around));
        interfaces.1.insert(Key(place.id.key().to_owned()), sight);
        interfaces
            .0
            .push(network_interface::live(&told.declared, &place));
    }
    Ok(interfaces)
}
