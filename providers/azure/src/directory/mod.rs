//! The directory (Microsoft Graph): who a manifest's principals are, what the object ids of live grants are called, and which
//! device a machine has become.
//!
//! Names are asked for in batches; only for those that were not found is more asked, so that the answer can say why.

mod batch;
pub(crate) mod device;
pub(crate) mod join;
mod missing;
mod pinned;
mod query;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::inventory::{Candidate, Found, Resolution};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::{Principal, PrincipalKind};

use crate::http::Client;
use crate::survey::Reader;
pub(crate) use pinned::Resolved;
use wire::Object;

/// What the directory makes of each of some principals, or why it does not tell.
type Answers = Vec<(Principal, Result<Resolution, Fault>)>;

/// What became of each principal of the manifest, by tenant.
pub(crate) type Resolutions = BTreeMap<(String, Principal), Resolution>;

/// A directory object by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its display name.
    pub(crate) display_name: String,
    principal: Option<Principal>,
}

impl Named {
    /// As a manifest would name it; `None` for an object that this version names by its id only.
    pub(crate) fn principal(&self) -> Option<Principal> {
        self.principal.clone()
    }
}

/// Resolves every principal of the manifest. With a principal lock, what it says holds, and the directory only confirms it; without
/// one the directory has to be readable, unless everything is to go: stamps tell what that is.
pub(crate) async fn resolve(reader: Reader<'_>, mode: Mode) -> Result<Resolved, Fault> {
    let mut resolved = Resolved::default();
    for (tenant, principals) in by_tenant(reader.manifest) {
        let client = &reader.tenant(tenant)?.client;
        let answers = ask(client, principals.into_iter().collect()).await?;
        match reader.pins {
            Some(pins) => resolved.pin(tenant, pins, answers),
            None => resolved.take(tenant, answers, mode)?,
        }
    }
    Ok(resolved)
}

/// What the directory makes of every principal of the manifest, whatever a lock says.
pub(crate) async fn look_up(reader: Reader<'_>) -> Result<Resolutions, Fault> {
    let mut resolved = Resolved::default();
    for (tenant, principals) in by_tenant(reader.manifest) {
        let client = &reader.tenant(tenant)?.client;
        let answers = ask(client, principals.into_iter().collect()).await?;
        resolved.take(tenant, answers, Mode::Apply)?;
    }
    Ok(resolved.principals)
}

fn by_tenant(manifest: &Manifest) -> BTreeMap<&str, BTreeSet<Principal>> {
    let mut all: BTreeMap<&str, BTreeSet<Principal>> = BTreeMap::new();
    for (tenant, principal, _) in manifest.principals() {
        all.entry(tenant).or_default().insert(principal.clone());
    }
    all
}

/// What some object ids are called; unknown ones are left out.
pub(crate) async fn names(
    client: &Client,
    ids: Vec<String>,
) -> Result<BTreeMap<String, Named>, Fault> {
    let objects = by_ids(client, &ids).await.map_err(with_help)?;
    Ok(objects
        .into_iter()
        .map(|(id, object)| (id, named(object)))
        .collect())
}

/// Asks for some principals, each for itself: people may be readable where groups are not.
///
/// # Errors
/// A fault that ends the run.
async fn ask(client: &Client, principals: Vec<Principal>) -> Result<Answers, Fault> {
    let (by_id, by_name): (Vec<Principal>, Vec<Principal>) = principals
        .into_iter()
        .partition(|principal| principal.kind == PrincipalKind::ObjectId);
    let by_id = unreadable(resolve_ids(client, &by_id).await, by_id)?;
    let by_name = unreadable(resolve_names(client, &by_name).await, by_name)?;
    let mut answers: Answers = by_id.into_iter().chain(by_name).collect();
    missing::explain(client, &mut answers).await;
    Ok(answers)
}

/// The answers; where there was none for all together, that for each. The directory is not all that there is: ARM, which is asked with
/// the same credential, tells where nobody is signed in.
fn unreadable(
    answers: Result<Vec<Result<Resolution, Fault>>, Fault>,
    principals: Vec<Principal>,
) -> Result<Answers, Fault> {
    let answers = match answers {
        Ok(answers) => answers,
        Err(fault) => vec![Err(fault); principals.len()],
    };
    let both = principals.into_iter().zip(answers);
    both.map(|(principal, answer)| match answer {
        Err(fault) if !is_unreadable(&fault) => Err(fault),
        answer => Ok((principal, answer.map_err(with_help))),
    })
    .collect()
}

/// Whether a fault means that the directory cannot be read, rather than that something broke or was stopped.
fn is_unreadable(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::Permission | FaultKind::SignIn | FaultKind::Network
    )
}

async fn resolve_names(
    client: &Client,
    principals: &[Principal],
) -> Result<Vec<Result<Resolution, Fault>>, Fault> {
    let requests = principals.iter().map(query::by_name).collect();
    let answers = batch::ask(client, requests).await?;
    let both = principals.iter().zip(answers);
    let resolved = both.map(|(principal, answer)| Ok(resolution(principal, &answer?)));
    Ok(resolved.collect())
}

async fn resolve_ids(
    client: &Client,
    principals: &[Principal],
) -> Result<Vec<Result<Resolution, Fault>>, Fault> {
    let ids: Vec<String> = principals
        .iter()
        .map(|principal| principal.name.to_lowercase())
        .filter(|id| uuid::Uuid::parse_str(id).is_ok())
        .collect();
    let objects = by_ids(client, &ids).await?;
    let resolution = |principal: &Principal| match objects.get(&principal.name.to_lowercase()) {
        Some(object) => found(object).map_or(Resolution::Missing, Resolution::Found),
        None => Resolution::Missing,
    };
    Ok(principals
        .iter()
        .map(|principal| Ok(resolution(principal)))
        .collect())
}

async fn by_ids(client: &Client, ids: &[String]) -> Result<BTreeMap<String, Object>, Fault> {
    let mut objects = BTreeMap::new();
    for ids in ids.chunks(query::MOST_IDS) {
        let found: Vec<Object> = client.list(query::by_ids(ids)).await?;
        objects.extend(
            found
                .into_iter()
                .map(|object| (object.id.to_lowercase(), object)),
        );
    }
    Ok(objects)
}

/// What the objects of one name make of the name.
fn resolution(principal: &Principal, objects: &[Object]) -> Resolution {
    match objects {
        [] => Resolution::Missing,
        [one] => found_as(one, principal.kind).map_or(Resolution::Missing, Resolution::Found),
        several => {
            let mut candidates: Vec<Candidate> = several.iter().map(candidate).collect();
            candidates.sort_by(|one, other| one.object_id.cmp(&other.object_id));
            Resolution::Ambiguous(candidates)
        }
    }
}

fn found_as(object: &Object, kind: PrincipalKind) -> Option<Found> {
    match kind {
        PrincipalKind::User => Some(found_of(object, "User")),
        PrincipalKind::Group => Some(found_of(object, "Group")),
        PrincipalKind::ServicePrincipal => Some(found_of(object, "ServicePrincipal")),
        PrincipalKind::ObjectId | PrincipalKind::Identity => found(object),
    }
}

/// An object that says of what type it is; `None` for a type that cannot be granted a role by this version.
fn found(object: &Object) -> Option<Found> {
    object
        .principal_type()
        .map(|principal_type| found_of(object, principal_type))
}

fn found_of(object: &Object, principal_type: &str) -> Found {
    Found {
        object_id: object.id.to_lowercase(),
        principal_type: principal_type.to_owned(),
        display_name: object
            .display_name
            .clone()
            .unwrap_or_else(|| object.id.to_lowercase()),
        // Groups have no such switch, and `getByIds` may leave it out.
        enabled: object.account_enabled,
        guest: object
            .user_type
            .as_ref()
            .map(|user_type| user_type.eq_ignore_ascii_case("guest")),
    }
}

fn candidate(object: &Object) -> Candidate {
    Candidate {
        object_id: object.id.to_lowercase(),
        description: object.description(),
    }
}

fn named(object: Object) -> Named {
    let principal = |kind, name: &Option<String>| {
        name.as_ref().map(|name| Principal {
            kind,
            name: name.clone(),
        })
    };
    Named {
        principal: match object.principal_type() {
            Some("User") => principal(PrincipalKind::User, &object.user_principal_name),
            Some("Group") => principal(PrincipalKind::Group, &object.display_name),
            Some("ServicePrincipal") => {
                principal(PrincipalKind::ServicePrincipal, &object.display_name)
            }
            _ => None,
        },
        display_name: object.display_name.unwrap_or(object.id),
    }
}

/// Says which right is missing; the directory's own words do not.
fn with_help(fault: Fault) -> Fault {
    if fault.kind != FaultKind::Permission {
        return fault;
    }
    Fault {
        help: Some(
            "names of people and groups are resolved in the directory: give the identity the directory role `Directory Readers`, or the Microsoft Graph permissions `User.Read.All` and `Group.Read.All`; with a principal lock, which somebody who has them writes with `vmlogin pin`, it needs neither"
                .to_owned(),
        ),
        ..fault
    }
}
