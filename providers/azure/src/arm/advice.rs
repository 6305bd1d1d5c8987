//! What a person can do about an error, computed from the error itself.

use serde_json::Value;

use super::fault::{Envelope, member};
use super::id::ArmId;

/// The help for an error, where there is one.
pub(super) fn help(status: u16, envelope: &Envelope, body: Option<&Value>) -> Option<String> {
    let message = envelope.message.as_deref().unwrap_or_default();
    match envelope.code.as_deref().unwrap_or_default() {
        "AuthorizationFailed" => lacking(
            quoted_after(message, "perform action "),
            quoted_after(message, "over scope "),
        ),
        "LinkedAuthorizationFailed" => lacking(
            quoted_after(message, "perform action(s) ").or_else(|| quoted_after(message, "perform action ")),
            quoted_after(message, "linked scope(s) ").or_else(|| quoted_after(message, "linked subscription ")),
        ),
        "Authorization_RequestDenied" => Some(
            "the identity may not read the directory: ask for the directory role `Directory Readers`".to_owned(),
        ),
        "RequestDisallowedByPolicy" => Some(match policy(body) {
            Some(policy) => format!("policy assignment `{policy}` forbids it: change the manifest, or ask its owner for an exemption"),
            None => "an Azure policy forbids it: change the manifest, or ask the policy's owner for an exemption".to_owned(),
        }),
        "ScopeLocked" => Some("a lock covers it: remove the lock that the message names, then run again".to_owned()),
        "MissingSubscriptionRegistration" => {
            let namespace = envelope.target.as_deref().or_else(|| quoted_after(message, "namespace "));
            namespace.map(|namespace| format!("register it once: `az provider register --namespace {namespace}`"))
        }
        "InvalidAuthenticationTokenTenant" => Some("the token is of another tenant than the subscription: check `tenant` in the manifest, then sign in to that tenant".to_owned()),
        "PrincipalNotFound" => Some("the directory does not know this object id, or not yet: a new principal needs minutes to be seen everywhere".to_owned()),
        "RoleAssignmentLimitExceeded" => Some("a subscription holds 4,000 role assignments: grant to groups, or at a wider scope".to_owned()),
        "SubscriptionNotFound" => Some("check the subscription's id and its tenant: one that the identity has no role in looks as if it were not there".to_owned()),
        _ if status == 401 => Some("the token was refused: sign in again, and check `tenant` and `cloud` in the manifest".to_owned()),
        _ if status == 412 => Some("it changed since it was read: plan again".to_owned()),
        _ => None,
    }
}

fn lacking(action: Option<&str>, scope: Option<&str>) -> Option<String> {
    let action = action?;
    let place = scope
        .map(|scope| format!(" at `{}`", grantable(scope)))
        .unwrap_or_default();
    Some(match role_with(action) {
        Some(role) => format!(
            "the identity lacks `{action}`{place}: ask for role `{role}` there, or wait some minutes if it was just granted"
        ),
        None => format!(
            "the identity lacks `{action}`{place}: ask for a role that has it, or wait some minutes if it was just granted"
        ),
    })
}

/// Where a role can be granted: nobody can grant one at an assignment or a lock, only at what it is upon.
fn grantable(scope: &str) -> String {
    match ArmId::parse(scope) {
        Ok(id) if id.provider().is_some_and(is_authorization) => id.scope().to_string(),
        _ => scope.to_owned(),
    }
}

fn is_authorization(namespace: &str) -> bool {
    namespace.eq_ignore_ascii_case("Microsoft.Authorization")
}

/// The narrowest built-in role that is known to hold an action. From the documentation of the built-in roles.
fn role_with(action: &str) -> Option<&'static str> {
    const ROLES: [(&str, &str); 9] = [
        // It may assign the two sign-in roles and no other: FACTS 9. Any other administrator could hand out Owner.
        (
            "microsoft.authorization/roleassignments/",
            "Virtual Machine Data Access Administrator (preview)",
        ),
        ("microsoft.authorization/locks/", "Owner"),
        (
            "microsoft.managedidentity/userassignedidentities/assign/",
            "Managed Identity Operator",
        ),
        ("microsoft.managedidentity/", "Managed Identity Contributor"),
        (
            "microsoft.hybridcompute/",
            "Azure Connected Machine Resource Administrator",
        ),
        ("microsoft.compute/", "Virtual Machine Contributor"),
        ("microsoft.network/", "Network Contributor"),
        ("microsoft.resources/tags/", "Tag Contributor"),
        ("microsoft.resources/", "Contributor"),
    ];
    let action = action.to_ascii_lowercase();
    if action.ends_with("/read") {
        return Some("Reader");
    }
    ROLES
        .iter()
        .find(|(prefix, _)| action.starts_with(prefix))
        .map(|(_, role)| *role)
}

/// The text between the quotes that follow `before`.
fn quoted_after<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(before)?;
    rest.strip_prefix('\'')?
        .split_once('\'')
        .map(|(quoted, _)| quoted)
        .filter(|quoted| !quoted.is_empty())
}

/// The assignment that a policy refusal names in `additionalInfo`.
fn policy(body: Option<&Value>) -> Option<&str> {
    let error = member(body?, "error")?;
    let infos = member(error, "additionalInfo")?.as_array()?;
    infos
        .iter()
        .filter_map(|info| member(info, "info"))
        .find_map(|info| {
            [
                "policyAssignmentDisplayName",
                "policyAssignmentName",
                "policyAssignmentId",
            ]
            .iter()
            .find_map(|name| member(info, name)?.as_str().filter(|text| !text.is_empty()))
        })
}
