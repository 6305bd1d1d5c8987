//! The roles that the manifest grants. The two sign-in roles are known by heart; of any other the definition is read: at the
//! subscription or management group, and where that knows none of the name, at the groups and things in which it is granted, since a custom role may
//! be for these alone.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Candidate, RoleResolution};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::problem::nearest;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{Reader, optional, unless_missing};
use crate::arm::ArmId;
use crate::http::Client;
use crate::kinds::grant::definition::{self, Definition};
use crate::kinds::grant::role::{Role, defined};
use crate::kinds::{grant, management_group_id, subscription_id};

/// What became of each role, by realm and by the role as it is written, in lower case.
pub(crate) type Roles = BTreeMap<(String, String), RoleResolution>;

/// Finds every role of the manifest.
pub(super) async fn read(reader: Reader<'_>) -> Result<Roles, Fault> {
    let mut wanted: BTreeMap<(String, String), Wanted> = BTreeMap::new();
    for resource in reader.manifest.of_kind("grant") {
        let Some(written) = resource.get("role").and_then(Value::as_text) else {
            continue;
        };
        let place = (resource.realm().to_owned(), written.to_lowercase());
        let wanted = wanted.entry(place).or_insert_with(|| Wanted {
            written: written.to_owned(),
            tenant: resource.tenant.to_string(),
            root: root(resource, reader.manifest),
            scopes: BTreeMap::new(),
        });
        let scope = grant::declared_scope(resource, reader.manifest);
        wanted
            .scopes
            .extend(scope.map(|scope| (scope.key().to_owned(), scope)));
    }
    let found = reader
        .each(wanted.into_iter().collect(), |(place, wanted)| async move {
            let resolution = resolve(reader, &wanted).await?;
            Ok((place, resolution))
        })
        .await?;
    Ok(found.into_iter().collect())
}

/// A role as it is written, and where it is granted.
struct Wanted {
    written: String,
    tenant: String,
    /// The outermost place to look at.
    root: Option<ArmId>,
    scopes: BTreeMap<String, ArmId>,
}

/// The subscription that a grant belongs to, or its management group.
fn root(grant: &Resource, manifest: &Manifest) -> Option<ArmId> {
    match manifest.management_groups.get(&grant.parent) {
        Some(group) => management_group_id(group),
        None => subscription_id(&grant.subscription, manifest),
    }
}

async fn resolve(reader: Reader<'_>, wanted: &Wanted) -> Result<RoleResolution, Fault> {
    if let Some(role) = Role::named(&wanted.written) {
        return Ok(RoleResolution::Found(role.known()));
    }
    let Some(root) = &wanted.root else {
        return Ok(RoleResolution::Missing(Vec::new()));
    };
    let client = &reader.tenant(&wanted.tenant)?.client;
    let within = wanted.scopes.values().filter(|scope| *scope != root);
    for scope in std::iter::once(root).chain(within) {
        match at(client, scope, &wanted.written).await?.as_slice() {
            [] => {}
            [one] => return Ok(RoleResolution::Found(defined(one))),
            several => return Ok(RoleResolution::Ambiguous(candidates(several))),
        }
    }
    Ok(RoleResolution::Missing(
        near(client, root, &wanted.written).await?,
    ))
}

/// The definitions of a name, or of a GUID, at a scope.
async fn at(client: &Client, scope: &ArmId, written: &str) -> Result<Vec<Definition>, Fault> {
    if uuid::Uuid::try_parse(written).is_ok() {
        let answer = unless_missing(client.send(definition::by_id(scope, written)).await)?;
        return Ok(match answer {
            Some(reply) => vec![reply.json()?],
            None => Vec::new(),
        });
    }
    // A group that is yet to be made has no roles of its own.
    let found = unless_missing(client.list(definition::by_name(scope, written)).await)?;
    Ok(found.unwrap_or_default())
}

fn candidates(definitions: &[Definition]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = definitions
        .iter()
        .map(|definition| Candidate {
            object_id: definition.name.to_lowercase(),
            description: definition.description(),
        })
        .collect();
    candidates.sort_by(|one, other| one.object_id.cmp(&other.object_id));
    candidates
}

/// The name that was probably meant; the whole list is read for it, but only where something is wrong already.
async fn near(client: &Client, scope: &ArmId, written: &str) -> Result<Vec<String>, Fault> {
    if uuid::Uuid::try_parse(written).is_ok() {
        return Ok(Vec::new());
    }
    // That no name is offered makes the role no less unknown.
    let all: Vec<Definition> =
        optional(client.list(definition::all(scope)).await)?.unwrap_or_default();
    let names: Vec<&str> = all
        .iter()
        .map(|definition| definition.properties.role_name.as_str())
        .collect();
    let holding = |name: &&str| name.to_lowercase().contains(&written.to_lowercase());
    let mut near: Vec<String> = nearest(written, names.iter().copied())
        .into_iter()
        .chain(names.iter().copied().filter(holding))
        .map(str::to_owned)
        .take(MOST_NEAR)
        .collect();
    near.dedup();
    Ok(near)
}

/// So many names are offered for one that no role has.
const MOST_NEAR: usize = 3;
