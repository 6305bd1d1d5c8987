//! Role assignments at any scope.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Scope, beneath_scope, method_not_allowed, page, resource_group, role_definition};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::{Assignment, Tenant, clock};

/// Requests for which a principal made here is unknown to role assignments: recorded clients needed 5 to 22 tries.
const REPLICATION: u64 = 8;

const MANAGEMENT: &str = "/providers/microsoft.management/managementgroups/";

const PRINCIPAL_TYPES: [&str; 5] = [
    "User",
    "Group",
    "ServicePrincipal",
    "ForeignGroup",
    "Device",
];

/// Everything at `{scope}/providers/Microsoft.Authorization/roleAssignments`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, scope: &Scope, rest: &[&str]) -> Answer {
    let [name] = rest else {
        return match (rest, &call.request.method) {
            ([], &Method::GET) => list(call, scope),
            _ => Err(method_not_allowed(call)),
        };
    };
    match call.request.method {
        Method::PUT => put(call, scope, name),
        Method::GET => match held(call, scope, name) {
            Some(assignment) => Ok(Reply::json(200, shown(scope, assignment))),
            None => Err(error::provider(
                404,
                "RoleAssignmentNotFound",
                format!("The role assignment '{name}' is not found."),
            )),
        },
        Method::DELETE => Ok(delete(call, scope, name)),
        _ => Err(method_not_allowed(call)),
    }
}

fn list(call: &mut Call<'_>, scope: &Scope) -> Answer {
    let asked = call.world.tenants.get(&call.bearer.tenant);
    let filter = Filter::parse(call.request.query("$filter").unwrap_or_default(), asked)?;
    let tenant = &call.bearer.tenant;
    let rows = call
        .world
        .assignments
        .iter()
        .filter(|(_, it)| it.tenant == *tenant && filter.admits(it, &scope.key));
    Ok(page::page_of(page::ROWS_OF_ASSIGNMENTS, call, rows, |it| {
        shown(scope, it)
    }))
}

fn put(call: &mut Call<'_>, scope: &Scope, name: &str) -> Answer {
    let properties = &call.request.object()?["properties"];
    resource_group::check_stays(call.world, &scope.key)?;
    if Uuid::try_parse(name).is_err() {
        return Err(error::provider(
            400,
            "InvalidRoleAssignmentId",
            format!(
                "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
            ),
        ));
    }
    let text = |member: &str| properties[member].as_str().map(str::to_owned);
    let (Some(role), Some(principal)) = (text("roleDefinitionId"), text("principalId")) else {
        return Err(error::provider(
            400,
            "InvalidCreateRoleAssignmentRequest",
            "The request to create role assignment is not valid: roleDefinitionId and principalId are required.",
        ));
    };
    let role = role_definition::known(call, &role)?;
    let condition = text("condition");
    let condition_version = text("conditionVersion");
    // The code is unverified against Azure, 2026-11-21; that a condition needs its version is documented.
    if condition.is_some() && condition_version.as_deref() != Some("2.0") {
        return Err(error::provider(
            400,
            "InvalidConditionVersion",
            "A condition needs conditionVersion '2.0'.",
        ));
    }
    let principal_type = principal_type(call, &principal, properties["principalType"].as_str())?;
    check_others(call, scope, name, &role, &principal)?;
    let known = call.world.assignments.get(name);
    let (caller, now) = (call.bearer.object_id.clone(), call.pace.now);
    let assignment = Assignment {
        name: known.map_or_else(|| name.to_owned(), |it| it.name.clone()),
        scope: known.map_or_else(|| scope.id.clone(), |it| it.scope.clone()),
        role,
        principal,
        principal_type,
        description: text("description"),
        condition,
        condition_version,
        delegated_identity: text("delegatedManagedIdentityResourceId"),
        created: known.map_or(now, |it| it.created),
        updated: now,
        created_by: known.map_or_else(|| caller.clone(), |it| it.created_by.clone()),
        updated_by: caller,
        tenant: call.bearer.tenant.clone(),
    };
    // The answer to a PUT does not tell the truth: nobody as creator, made just now (arm/OBSERVED.md 8).
    let mut body = shown(scope, &assignment);
    body["properties"]["createdBy"] = Value::Null;
    body["properties"]["createdOn"] = json!(clock::with_z(now));
    call.world.assignments.insert(name.to_owned(), assignment);
    call.world.touch();
    Ok(Reply::json(201, body))
}

fn delete(call: &mut Call<'_>, scope: &Scope, name: &str) -> Reply {
    if held(call, scope, name).is_none() {
        return Reply::empty(204);
    }
    match call.world.assignments.remove(name) {
        Some(gone) => {
            call.world.touch();
            Reply::json(200, shown(scope, &gone))
        }
        None => Reply::empty(204),
    }
}

/// The assignment of that name at exactly that scope.
fn held<'a>(call: &'a Call<'_>, scope: &Scope, name: &str) -> Option<&'a Assignment> {
    call.world
        .assignments
        .get(name)
        .filter(|it| it.tenant == call.bearer.tenant && it.scope.eq_ignore_ascii_case(&scope.id))
}

/// One assignment a triple, and one triple a name.
fn check_others(
    call: &Call<'_>,
    scope: &Scope,
    name: &str,
    role: &str,
    principal: &str,
) -> Result<(), Reply> {
    let same = |it: &Assignment| {
        it.scope.eq_ignore_ascii_case(&scope.id)
            && it.role == role
            && it.principal.eq_ignore_ascii_case(principal)
    };
    match call.world.assignments.get(name) {
        Some(known) if same(known) => return Ok(()),
        Some(_) => {
            return Err(error::provider(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            ));
        }
        None => {}
    }
    match call.world.assignments.values().any(same) {
        false => Ok(()),
        // It does not say which (arm/OBSERVED.md 3).
        true => Err(error::provider(
            409,
            "RoleAssignmentExists",
            "The role assignment already exists.",
        )),
    }
}

/// The principal's type as stored. A type that is sent spares the look into the directory, which a fresh principal has
/// not reached yet.
fn principal_type(call: &Call<'_>, principal: &str, sent: Option<&str>) -> Result<String, Reply> {
    if Uuid::try_parse(principal).is_err() {
        return Err(error::provider(
            400,
            "InvalidPrincipalId",
            format!(
                "A valid principal ID must be provided for role assignment: '{principal}' is not a GUID."
            ),
        ));
    }
    let actual = call.world.principal_type(&call.bearer.tenant, principal);
    if let Some(sent) = sent {
        let Some(kind) = PRINCIPAL_TYPES
            .iter()
            .find(|it| it.eq_ignore_ascii_case(sent))
        else {
            return Err(error::provider(
                400,
                "InvalidPrincipalType",
                format!("The principal type '{sent}' is not valid."),
            ));
        };
        // Code and text after public reports: unverified against Azure, 2026-11-21.
        return match actual {
            Some(actual) if actual != *kind => Err(error::provider(
                400,
                "UnmatchedPrincipalType",
                format!(
                    "The PrincipalId '{}' has type '{actual}' , which is different from specified PrinciaplType '{kind}'.",
                    principal.replace('-', "")
                ),
            )),
            _ => Ok((*kind).to_owned()),
        };
    }
    actual.filter(|_| !is_fresh(call, principal)).ok_or_else(|| {
        error::provider(
            400,
            "PrincipalNotFound",
            format!(
                "Principal {} does not exist in the directory {}. Check that you have the correct principal ID. If you \
                 are creating this principal and then immediately assigning a role, this error might be related to a \
                 replication delay. In this case, set the role assignment principalType property to a value, such as \
                 ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
                principal.replace('-', "").to_lowercase(),
                call.bearer.tenant,
            ),
        )
    })
}

fn is_fresh(call: &Call<'_>, principal: &str) -> bool {
    call.world
        .tenants
        .get(&call.bearer.tenant)
        .and_then(|it| it.service_principals.get(&principal.to_lowercase()))
        .is_some_and(|it| it.made_by > 0 && call.world.requests < it.made_by + REPLICATION)
}

/// As answered when asked for at `scope`: the role is told in that scope's subscription, whatever was sent.
fn shown(scope: &Scope, it: &Assignment) -> Value {
    let prefix = it.scope.trim_end_matches('/');
    json!({
        "properties": {
            "roleDefinitionId": role_definition::id_in(scope.subscription(), &it.role),
            "principalId": it.principal, "principalType": it.principal_type, "scope": it.scope,
            "condition": it.condition, "conditionVersion": it.condition_version,
            "createdOn": clock::with_z(it.created), "updatedOn": clock::with_z(it.updated),
            "createdBy": it.created_by, "updatedBy": it.updated_by,
            "delegatedManagedIdentityResourceId": it.delegated_identity, "description": it.description,
        },
        "id": format!("{prefix}/providers/Microsoft.Authorization/roleAssignments/{}", it.name),
        "type": "Microsoft.Authorization/roleAssignments",
        "name": it.name,
    })
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
struct Filter {
    at_scope: bool,
    /// Object ids, lower-case.
    principals: Option<BTreeSet<String>>,
}

impl Filter {
    fn parse(text: &str, tenant: Option<&Tenant>) -> Result<Filter, Reply> {
        let mut filter = Filter::default();
        for part in text
            .split(" and ")
            .map(str::trim)
            .filter(|it| !it.is_empty())
        {
            let lower = part.to_lowercase();
            let quoted = lower.split('\'').nth(1).map(str::to_owned);
            match quoted {
                None if lower == "atscope()" => filter.at_scope = true,
                Some(id) if lower.starts_with("principalid eq ") => {
                    filter.principals = Some(BTreeSet::from([id]));
                }
                Some(id) if lower.starts_with("assignedto(") => {
                    filter.principals =
                        Some(tenant.map_or_else(BTreeSet::new, |it| it.with_groups(&id)));
                }
                _ => {
                    return Err(error::provider(
                        400,
                        "UnsupportedQuery",
                        format!(
                            "The filter '{part}' is not supported. Supported filters are either 'atScope()' or \
                             'principalId eq '{{value}}' or assignedTo('{{value}}')'."
                        ),
                    ));
                }
            }
        }
        Ok(filter)
    }

    /// Above always, beneath unless `atScope()`.
    fn admits(&self, assignment: &Assignment, scope: &str) -> bool {
        let at = assignment.scope.to_lowercase();
        // Which subscriptions a management group holds is not known here: it counts as above all of its tenant's, and as above
        // no other management group.
        let handed_down = at.starts_with(MANAGEMENT) && !scope.starts_with(MANAGEMENT);
        let above = beneath_scope(scope, &at) || handed_down;
        let in_reach = above || (!self.at_scope && beneath_scope(&at, scope));
        in_reach
            && self
                .principals
                .as_ref()
                .is_none_or(|it| it.contains(&assignment.principal.to_lowercase()))
    }
}
