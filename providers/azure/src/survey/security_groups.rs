//! The security groups that the manifest names, each with all of its rules, which one reading tells.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Live, Sight};
use vmlogin_engine::kind::Key;
use vmlogin_engine::provider::Fault;

use super::Reader;
use super::find::{SECURITY_GROUPS, declared};
use crate::kinds::network_security_group::{self, wire::NetworkSecurityGroup};
use crate::kinds::{Place, surroundings};

/// Groups and rules as live things, and what each group filters.
pub(super) type Groups = (Vec<Live>, BTreeMap<Key, Sight>);

/// Reads each group; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Groups, Fault> {
    let found: Vec<(NetworkSecurityGroup, Place)> =
        declared(reader, &SECURITY_GROUPS, "network-security-group").await?;
    let mut groups = Groups::default();
    for (group, place) in found {
        let key = Key(place.id.key().to_owned());
        let sight = Sight::Seen(surroundings::security_group(&group));
        groups.1.insert(key, sight);
        groups
            .0
            .extend(network_security_group::lives(&group, &place));
    }
    Ok(groups)
}
