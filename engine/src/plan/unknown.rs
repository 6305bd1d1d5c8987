//! Why nobody can tell which live thing a resource is: whom, or what, it refers to is not known. In plain words, with what to do.

use crate::inventory::{Candidate, Resolution, RoleResolution};
use crate::kind::Scene;
use crate::manifest::Resource;
use crate::value::Principal;

/// What is not known of a resource.
pub(super) struct Unknown {
    /// That, as a sentence says it.
    pub(super) what: String,
    /// What to do where it is named only to be taken away.
    pub(super) help: String,
}

/// What is not known of a resource that has no key.
pub(super) fn of(scene: &Scene<'_>, resource: &Resource) -> Unknown {
    let role = of_role(scene, resource);
    let principal = resource.get("principal").and_then(|it| it.as_principal());
    let principal = principal.map(|it| of_principal(it, scene.inventory.principal_of(resource)));
    let (what, help) = role.or(principal).unwrap_or_else(|| {
        (
            "what it refers to was not found or could not be read".to_owned(),
            "correct the name, or take the line out".to_owned(),
        )
    });
    Unknown { what, help }
}

/// Whether it is of an identity that is not there: nobody has what it would give.
pub(super) fn is_of_nobody(scene: &Scene<'_>, resource: &Resource) -> bool {
    matches!(
        scene.inventory.principal_of(resource),
        Some(Resolution::Pending { .. } | Resolution::NoIdentity { .. })
    )
}

fn of_role(scene: &Scene<'_>, resource: &Resource) -> Option<(String, String)> {
    match scene.inventory.role_of(resource)? {
        RoleResolution::Found(_) => None,
        RoleResolution::Missing(near) => {
            let role = resource.get("role")?.as_text()?;
            let help = near.first().map_or_else(
                || "correct the name, or take the line out".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Some((format!("there is no role `{role}` here"), help))
        }
        RoleResolution::Ambiguous(candidates) => Some((
            "several roles have this name".to_owned(),
            format!(
                "write the GUID of the one that is meant: {}",
                listed(candidates)
            ),
        )),
    }
}

fn of_principal(principal: &Principal, resolution: Option<&Resolution>) -> (String, String) {
    let by_id = |one: &Candidate| format!("`(object-id)\"{}\"`", one.object_id);
    match resolution {
        Some(Resolution::Missing) => (
            format!("nobody in the directory is `{principal}`"),
            "correct the name; if they are gone from there, name them by `(object-id)\"…\"` or take the line out"
                .to_owned(),
        ),
        Some(Resolution::Deleted(was)) => (
            format!("`{principal}` was deleted in the directory"),
            format!("name them by {}, or take the line out", by_id(was)),
        ),
        Some(Resolution::Ambiguous(candidates)) => (
            format!("several in the directory are `{principal}`"),
            format!("write `(object-id)\"…\"` with the one that is meant: {}", listed(candidates)),
        ),
        Some(Resolution::ApplicationId(meant)) => (
            format!("`{principal}` is the id of an application"),
            format!("write that of its service principal, {}", by_id(meant)),
        ),
        Some(Resolution::NoIdentity { of, help }) => {
            (format!("{of} has no identity of its own"), help.clone())
        }
        Some(Resolution::Pending { address, .. }) => (
            format!("`{address}` is not there"),
            "take the line out".to_owned(),
        ),
        Some(Resolution::Found(_)) | None => (
            format!("`{principal}` could not be looked up in the directory"),
            "see below why, or name them by `(object-id)\"…\"`".to_owned(),
        ),
    }
}

/// "`id` (what tells it) or `id` (what tells it)".
fn listed(candidates: &[Candidate]) -> String {
    let each = candidates
        .iter()
        .map(|one| format!("`{}` ({})", one.object_id, one.description));
    each.collect::<Vec<_>>().join(" or ")
}
