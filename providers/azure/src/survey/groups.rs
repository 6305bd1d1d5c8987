//! The resource groups that the manifest names.

use vmlogin_engine::inventory::Live;
use vmlogin_engine::provider::Fault;

use super::Reader;
use super::find::{GROUPS, declared};
use crate::kinds::resource_group;

/// Reads each group; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let found = declared(reader, &GROUPS, "resource-group").await?;
    let lives = found.iter();
    Ok(lives
        .map(|(group, place)| resource_group::live(group, place))
        .collect())
}
