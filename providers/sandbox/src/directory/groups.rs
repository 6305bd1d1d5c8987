//! Groups, and who is in them. Their members are not listed: only role assignments know them.

use std::collections::BTreeSet;

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

impl Tenant {
    /// Somebody, and every group that they are in, be it through another one: object ids in lower case.
    pub(crate) fn with_groups(&self, id: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::from([id.to_lowercase()]);
        loop {
            let around = self
                .groups
                .iter()
                .filter(|(key, group)| !all.contains(*key) && !group.members.is_disjoint(&all));
            let around: Vec<String> = around.map(|(key, _)| key.clone()).collect();
            if around.is_empty() {
                return all;
            }
            all.extend(around);
        }
    }
}
