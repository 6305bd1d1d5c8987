//! Questions to the directory, as requests.

use serde_json::json;
use vmlogin_engine::value::{Principal, PrincipalKind};

use crate::http::{Request, segment};

/// As many ids as one `getByIds` takes.
pub(super) const MOST_IDS: usize = 1_000;

/// Objects by the name that a manifest gives: a user principal name, a display name.
pub(super) fn by_name(principal: &Principal) -> Request {
    let Principal { kind, name } = principal;
    let attempted = format!("find {} `{name}` in the directory", kind.word());
    let name = segment::literal(name);
    match kind {
        PrincipalKind::User => Request::directory("/v1.0/users", attempted)
            .with_query("$filter", format!("userPrincipalName eq {name}"))
            .with_query(
                "$select",
                "id,displayName,userPrincipalName,accountEnabled,userType",
            ),
        PrincipalKind::Group => Request::directory("/v1.0/groups", attempted)
            .with_query("$filter", format!("displayName eq {name}"))
            .with_query("$select", "id,displayName,mailNickname,createdDateTime"),
        PrincipalKind::ServicePrincipal if is_guid(&principal.name) => {
            by_application_id(&principal.name)
        }
        PrincipalKind::ServicePrincipal => Request::directory("/v1.0/servicePrincipals", attempted)
            .with_query("$filter", format!("displayName eq {name}"))
            .with_query("$select", "id,displayName,appId,accountEnabled"),
        PrincipalKind::ObjectId | PrincipalKind::Identity => by_application_id(&principal.name),
    }
}

/// Whether a service principal is named by its application id.
pub(super) fn is_guid(name: &str) -> bool {
    uuid::Uuid::try_parse(name).is_ok()
}

/// Objects by their ids, at most [`MOST_IDS`]. Unknown ids are left out of the answer without a word.
pub(super) fn by_ids(ids: &[String]) -> Request {
    let body = json!({"ids": ids, "types": ["user", "group", "servicePrincipal"]});
    Request::directory_query(
        "/v1.0/directoryObjects/getByIds",
        body,
        "find object ids in the directory",
    )
}

/// The service principal of an application id, which people often give for an object id.
pub(super) fn by_application_id(id: &str) -> Request {
    Request::directory(
        "/v1.0/servicePrincipals",
        format!("find application `{id}` in the directory"),
    )
    .with_query("$filter", format!("appId eq {}", segment::literal(id)))
    .with_query("$select", "id,displayName,appId")
}

/// An object in the recycle bin.
pub(super) fn deleted_by_id(id: &str) -> Request {
    let path = format!("/v1.0/directory/deletedItems/{}", segment::encode(id));
    Request::directory(
        path,
        format!("look for `{id}` among the deleted objects of the directory"),
    )
}

/// All users or groups in the recycle bin. A deleted user's name gets its object id in front, so no filter finds it by its name.
pub(super) fn deleted(kind: PrincipalKind) -> Request {
    let (of, select) = match kind {
        PrincipalKind::Group => ("microsoft.graph.group", "id,displayName"),
        PrincipalKind::ServicePrincipal => {
            ("microsoft.graph.servicePrincipal", "id,displayName,appId")
        }
        PrincipalKind::User | PrincipalKind::ObjectId | PrincipalKind::Identity => {
            ("microsoft.graph.user", "id,displayName,userPrincipalName")
        }
    };
    Request::directory(
        format!("/v1.0/directory/deletedItems/{of}"),
        "list the deleted objects of the directory",
    )
    .with_query("$select", select)
    .with_query("$top", "999")
}
