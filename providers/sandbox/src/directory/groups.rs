//! Groups. They have no members here.

use serde_json::{Value, json};

use super::{Sort, find, many, not_found, one};
use crate::http::Call;
use crate::http::reply::Answer;
use crate::state::{DirectoryGroup, Tenant, clock};

/// `groups` and `groups/{id}`.
pub(super) fn answer(call: &Call<'_>, tenant: &Tenant, rest: &[&str]) -> Answer {
    match rest {
        [] => {
            let groups = tenant.groups.iter();
            many(
                call,
                Sort::Group,
                groups.map(|(key, it)| (key.clone(), shown(it))),
            )
        }
        [id] => one(call, Sort::Group, find(tenant, id, &[Sort::Group]), id),
        [id, ..] => Err(not_found(id)),
    }
}

/// All that is known about a group.
pub(super) fn shown(group: &DirectoryGroup) -> Value {
    json!({"id": group.id, "deletedDateTime": null, "classification": null,
        "createdDateTime": clock::whole_seconds(group.created), "description": null,
        "displayName": group.name, "expirationDateTime": null, "groupTypes": [], "isAssignableToRole": null,
        "mail": null, "mailEnabled": false, "mailNickname": group.name, "membershipRule": null,
        "membershipRuleProcessingState": null, "onPremisesSyncEnabled": null, "proxyAddresses": [],
        "renewedDateTime": clock::whole_seconds(group.created), "securityEnabled": true, "visibility": null})
}
