//! The resource groups that the manifest names.

use std::collections::BTreeSet;

use vmlogin_engine::inventory::Live;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::provider::Fault;

use super::Reader;
use super::find::{GROUPS, declared};
use crate::kinds::{arm_id, resource_group};

/// Reads each group; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let found = declared(reader, &GROUPS, "resource-group").await?;
    let lives = found.iter();
    Ok(lives
        .map(|(group, place)| resource_group::live(group, place))
        .collect())
}

/// The ids, in lower case, of those that are not there.
pub(super) fn missing(manifest: &Manifest, groups: &[Live]) -> BTreeSet<String> {
    let there: BTreeSet<&str> = groups.iter().map(|live| live.key.0.as_str()).collect();
    let declared = manifest.of_kind("resource-group");
    declared
        .filter_map(|group| arm_id(group, manifest))
        .filter(|id| !there.contains(id.key()))
        .map(|id| id.key().to_owned())
        .collect()
}
