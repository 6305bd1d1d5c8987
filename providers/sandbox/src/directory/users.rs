//! People.

use serde_json::{Value, json};

use super::{Sort, find, many, not_found, one};
use crate::http::Call;
use crate::http::reply::Answer;
use crate::state::{Tenant, User, clock};

/// What is answered about a person who is not asked about in detail.
pub(super) const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// `users` and `users/{id or name}`.
pub(super) fn answer(call: &Call<'_>, tenant: &Tenant, rest: &[&str]) -> Answer {
    match rest {
        [] => {
            let people = tenant.users.iter().filter(|(_, it)| !it.deleted);
            many(
                call,
                Sort::User,
                people.map(|(key, it)| (key.clone(), shown(it))),
            )
        }
        [asked] => one(call, Sort::User, found(tenant, asked), asked),
        // Nobody has a manager, licences or memberships here.
        [asked, ..] => Err(not_found(asked)),
    }
}

/// `users('{id or name}')`, the form that a name beginning with a dollar sign needs.
pub(super) fn by_key(call: &Call<'_>, tenant: &Tenant, segment: &str) -> Answer {
    let asked = segment.split('\'').nth(1).unwrap_or_default();
    one(call, Sort::User, found(tenant, asked), asked)
}

/// `directory/deletedItems/microsoft.graph.user`, `…/microsoft.graph.group` and `directory/deletedItems/{id}`.
pub(super) fn deleted(call: &Call<'_>, tenant: &Tenant, rest: &[&str]) -> Answer {
    let gone = tenant.users.iter().filter(|(_, it)| it.deleted);
    match rest {
        [set] if set.eq_ignore_ascii_case("microsoft.graph.user") => many(
            call,
            Sort::User,
            gone.map(|(key, it)| (key.clone(), shown(it))),
        ),
        // Groups are never deleted here.
        [set] if set.eq_ignore_ascii_case("microsoft.graph.group") => {
            many(call, Sort::Group, std::iter::empty())
        }
        [id] => {
            let user = tenant.users.get(&id.to_lowercase()).filter(|it| it.deleted);
            one(
                call,
                Sort::DirectoryObject,
                user.map(|it| (Sort::User, shown(it))),
                id,
            )
        }
        _ => Err(not_found("deletedItems")),
    }
}

/// All that is known about a person.
pub(super) fn shown(user: &User) -> Value {
    let mail = (!user.guest).then_some(&user.upn);
    // The name of a deleted person begins with the object id, so that it is free again (Graph documentation; unverified
    // against Azure, 2026-11-21).
    let name = match user.deleted {
        true => format!("{}{}", user.id.replace('-', ""), user.upn),
        false => user.upn.clone(),
    };
    json!({"id": user.id, "businessPhones": [], "displayName": user.name, "givenName": null, "jobTitle": null,
        "mail": mail, "mobilePhone": null, "officeLocation": null, "preferredLanguage": null, "surname": null,
        "userPrincipalName": name, "accountEnabled": user.enabled, "mailNickname": user.upn.split('@').next(),
        "userType": if user.guest { "Guest" } else { "Member" }, "onPremisesSyncEnabled": null,
        "createdDateTime": clock::whole_seconds(user.created),
        "deletedDateTime": user.deleted.then(|| clock::whole_seconds(user.created))})
}

fn found(tenant: &Tenant, asked: &str) -> Option<(Sort, Value)> {
    find(tenant, asked, &[Sort::User]).or_else(|| {
        let user = tenant
            .users
            .values()
            .find(|it| !it.deleted && it.upn.eq_ignore_ascii_case(asked))?;
        Some((Sort::User, shown(user)))
    })
}
