//! The network interfaces that the manifest names. One reading tells what is declared of each and where its traffic goes.

use vmlogin_engine::inventory::Sight;
use vmlogin_engine::kind::Key;
use vmlogin_engine::provider::Fault;

use super::Reader;
use super::find::{INTERFACES, declared};
use super::security_groups::Groups;
use super::told::Told;
use crate::kinds::network_interface::{self, wire::Interface};
use crate::kinds::{Place, surroundings};

/// Reads each interface; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Groups, Fault> {
    let told: Vec<(Told<Interface, surroundings::wire::Interface>, Place)> =
        declared(reader, &INTERFACES, "network-interface").await?;
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
