//! Which subscriptions a query looks into, and what the caller may see there.

use serde_json::Value;

use super::answer;
use crate::http::Call;
use crate::http::reply::Reply;
use crate::pattern::covers;
use crate::resources::caller;

/// What a query looks into.
#[derive(Debug)]
pub(super) struct Scopes {
    /// Keys of subscriptions.
    pub(super) subscriptions: Vec<String>,
    /// Whether assignments come that were made above the subscriptions, and those that were made at or beneath them.
    pub(super) above: bool,
    pub(super) beneath: Beneath,
    /// Actions that the caller lacks.
    denied: Vec<String>,
}

/// Which assignments of a subscription come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beneath {
    All,
    /// Those at the subscription itself.
    Exact,
}

impl Scopes {
    /// As a body says: without subscriptions, all of the tenant.
    pub(super) fn read(call: &Call<'_>, body: &Value) -> Result<Scopes, Reply> {
        let denied = caller(call).map(|it| it.deny.clone()).unwrap_or_default();
        let lists = |list: &Value| -> Vec<String> {
            let items = list.as_array().into_iter().flatten();
            items
                .filter_map(|it| it.as_str().map(str::to_lowercase))
                .collect()
        };
        let named = lists(&body["subscriptions"]);
        let groups = lists(&body["managementGroups"]);
        let tenant = &call.bearer.tenant;
        let known = call
            .world
            .tenants
            .get(tenant)
            .map(|it| &it.management_groups);
        // Which subscriptions a management group holds is not known here: all of its tenant's.
        let above = groups
            .iter()
            .filter(|it| known.is_some_and(|known| known.contains(*it)));
        let whole = (named.is_empty() && groups.is_empty()) || above.count() > 0;
        let may_read = !denied
            .iter()
            .any(|it| covers(it, "Microsoft.Resources/subscriptions/read"));
        let subscriptions: Vec<String> = call
            .world
            .subscriptions
            .iter()
            .filter(|(key, it)| may_read && it.tenant == *tenant && (whole || named.contains(key)))
            .map(|(key, _)| key.clone())
            .collect();
        if subscriptions.is_empty() && !(named.is_empty() && groups.is_empty()) {
            // That it is 403 is documented, its text is not: unverified against Azure, 2026-11-21.
            return Err(answer::refused(
                403,
                "AccessDenied",
                "Access is denied to the requested resource.",
            ));
        }
        let filter = body["options"]["authorizationScopeFilter"].as_str();
        let filter = filter.unwrap_or("AtScopeAndBelow").to_lowercase();
        let (above, beneath) = match filter.as_str() {
            "atscopeandbelow" => (false, Beneath::All),
            "atscopeandabove" => (true, Beneath::Exact),
            "atscopeexact" => (false, Beneath::Exact),
            "atscopeaboveandbelow" => (true, Beneath::All),
            _ => {
                let said = "authorizationScopeFilter is not one of AtScopeAndBelow, AtScopeAndAbove, AtScopeExact and AtScopeAboveAndBelow.";
                return Err(answer::refusal("BadRequest", said));
            }
        };
        Ok(Scopes {
            subscriptions,
            above,
            beneath,
            denied,
        })
    }

    /// Whether the caller may read things of a type: rows that may not be read are left out without a word.
    pub(super) fn may_read(&self, kind: &str) -> bool {
        let action = format!("{kind}/read");
        !self.denied.iter().any(|it| covers(it, &action))
    }
}
