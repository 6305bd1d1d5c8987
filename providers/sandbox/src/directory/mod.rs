//! Microsoft Graph v1.0, as far as principals and devices go: reads only, but for the removal of a device.

mod batch;
mod devices;
mod filter;
mod groups;
mod principals;
mod users;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::resources::page::cut;
use crate::state::Tenant;

/// Rows of a page where the client does not say.
const ROWS: usize = 100;
/// Ids that one look-up may have.
const IDS: usize = 1000;

/// Answers a request to the directory.
pub(crate) fn answer(call: &mut Call<'_>) -> Answer {
    let request = call.request;
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let path = match path.as_slice() {
        ["graph", rest @ ..] => rest,
        all => all,
    };
    let path = path.get(1..).unwrap_or_default();
    if let (&Method::POST, ["$batch"]) = (&request.method, path) {
        return batch::answer(call);
    }
    check_rights(call)?;
    let Some(tenant) = call.world.tenants.get(&call.bearer.tenant) else {
        return Err(denied());
    };
    let first = path.first().copied().unwrap_or_default();
    match (request.method.as_str(), path) {
        ("GET", ["users", rest @ ..]) => users::answer(call, tenant, rest),
        ("GET", ["groups", rest @ ..]) => groups::answer(call, tenant, rest),
        ("GET", ["devices", rest @ ..]) => devices::answer(call, tenant, rest),
        ("DELETE", ["devices", id]) => devices::delete(call, id),
        ("GET", ["organization"]) => Ok(organization(call, tenant)),
        ("GET", ["me"]) => Err(error::directory(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        )),
        ("GET", ["directoryObjects", id]) => {
            one(call, Sort::DirectoryObject, find(tenant, id, &[]), id)
        }
        ("POST", ["directoryObjects", "getByIds"]) => get_by_ids(call, tenant),
        ("GET", ["directory", "deletedItems", rest @ ..]) => users::deleted(call, tenant, rest),
        ("GET", _) if first.to_lowercase().starts_with("serviceprincipals") => {
            principals::answer(call, tenant, path)
        }
        ("GET", _) if first.to_lowercase().starts_with("users(") => {
            users::by_key(call, tenant, first)
        }
        ("GET", [_, ..]) => Err(error::directory(
            400,
            "BadRequest",
            format!(
                "Resource not found for the segment '{first}'. (The vmlogin sandbox does not emulate it.)"
            ),
        )),
        _ => Err(error::directory(
            400,
            "Request_BadRequest",
            format!(
                "The vmlogin sandbox does not emulate {} of '{}'.",
                request.method,
                request.path()
            ),
        )),
    }
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    User,
    Group,
    ServicePrincipal,
    Device,
    /// Any of them.
    DirectoryObject,
}

impl Sort {
    /// The name of its type, without the namespace.
    fn name(self) -> &'static str {
        match self {
            Sort::User => "user",
            Sort::Group => "group",
            Sort::ServicePrincipal => "servicePrincipal",
            Sort::Device => "device",
            Sort::DirectoryObject => "directoryObject",
        }
    }

    /// The set that it lies in.
    fn set(self) -> &'static str {
        match self {
            Sort::User => "users",
            Sort::Group => "groups",
            Sort::ServicePrincipal => "servicePrincipals",
            Sort::Device => "devices",
            Sort::DirectoryObject => "directoryObjects",
        }
    }

    /// What is answered without `$select`; `None` is everything.
    fn default_properties(self) -> Option<&'static [&'static str]> {
        match self {
            Sort::User => Some(&users::DEFAULT),
            _ => None,
        }
    }
}

/// Refuses a caller without rights in the directory.
pub(crate) fn check_rights(call: &Call<'_>) -> Result<(), Reply> {
    let caller = call
        .world
        .tenants
        .get(&call.bearer.tenant)
        .and_then(|tenant| {
            tenant
                .callers
                .iter()
                .find(|it| it.id == call.bearer.object_id)
        });
    match caller {
        Some(caller) if caller.no_directory_rights => Err(denied()),
        _ => Ok(()),
    }
}

/// One object, or the 404 that names what was asked for.
pub(crate) fn one(
    call: &Call<'_>,
    sort: Sort,
    found: Option<(Sort, Value)>,
    asked: &str,
) -> Answer {
    let Some((actual, object)) = found else {
        return Err(not_found(asked));
    };
    let mut body = selected(call, actual, object)?;
    let context = format!("{}/$metadata#{}/$entity", root(call), sort.set());
    body.insert("@odata.context".to_owned(), json!(context));
    if sort == Sort::DirectoryObject {
        body.insert(
            "@odata.type".to_owned(),
            json!(format!("#microsoft.graph.{}", actual.name())),
        );
    }
    Ok(Reply::json(200, body.into()))
}

/// The objects of a set that the filter admits, in pages.
pub(crate) fn many(
    call: &Call<'_>,
    sort: Sort,
    objects: impl Iterator<Item = (String, Value)>,
) -> Answer {
    let filter = call
        .request
        .query("$filter")
        .map(filter::parse)
        .transpose()
        .map_err(|problem| bad_filter(&problem))?;
    let size = match call.request.query("$top").map(str::parse::<usize>) {
        None => ROWS,
        Some(Ok(size)) if (1..=999).contains(&size) => size,
        Some(_) => {
            return Err(error::directory(
                400,
                "Request_UnsupportedQuery",
                "Invalid page size specified. Must be between 1 and 999 inclusive.",
            ));
        }
    };
    let admitted: Vec<(String, Value)> = objects
        .filter(|(_, object)| filter.as_ref().is_none_or(|it| it.admits(object)))
        .collect();
    let admitted = admitted.iter().map(|(key, object)| (key, object));
    let (rows, next) = cut(call.request, admitted, size);
    let rows: Vec<Map<String, Value>> = rows
        .into_iter()
        .map(|row| selected(call, sort, row.clone()))
        .collect::<Result<_, _>>()?;
    let mut body = json!({"@odata.context": format!("{}/$metadata#{}", root(call), sort.set()), "value": rows});
    if let Some(next) = next {
        body["@odata.nextLink"] = json!(next);
    }
    Ok(Reply::json(200, body))
}

/// The object of an id, of one of the sorts; of any where none is named.
pub(crate) fn find(tenant: &Tenant, id: &str, sorts: &[Sort]) -> Option<(Sort, Value)> {
    let id = id.to_lowercase();
    let wanted = |sort: Sort| sorts.is_empty() || sorts.contains(&sort);
    let user = || {
        let user = tenant.users.get(&id).filter(|it| !it.deleted)?;
        Some((Sort::User, users::shown(user)))
    };
    let group = || Some((Sort::Group, groups::shown(tenant.groups.get(&id)?)));
    let principal = || {
        let principal = tenant.service_principals.get(&id)?;
        Some((Sort::ServicePrincipal, principals::shown(tenant, principal)))
    };
    let device = || Some((Sort::Device, devices::shown(tenant.devices.get(&id)?)));
    user()
        .filter(|_| wanted(Sort::User))
        .or_else(|| group().filter(|_| wanted(Sort::Group)))
        .or_else(|| principal().filter(|_| wanted(Sort::ServicePrincipal)))
        .or_else(|| device().filter(|_| wanted(Sort::Device)))
}

/// The 404 of the directory.
pub(crate) fn not_found(asked: &str) -> Reply {
    error::directory(
        404,
        "Request_ResourceNotFound",
        format!(
            "Resource '{asked}' does not exist or one of its queried reference-property objects are not present."
        ),
    )
}

/// Objects of many ids at once. Unknown ids are left out without a word.
fn get_by_ids(call: &Call<'_>, tenant: &Tenant) -> Answer {
    let body = call
        .request
        .object()
        .map_err(|_| error::directory(400, "BadRequest", "Unable to read JSON request payload."))?;
    let Some(ids) = body["ids"].as_array() else {
        return Err(error::directory(
            400,
            "Request_BadRequest",
            "A value is required for the parameter 'ids'.",
        ));
    };
    if ids.len() > IDS {
        return Err(error::directory(
            400,
            "Request_BadRequest",
            format!("Too many ids: at most {IDS} may be sent."),
        ));
    }
    let sorts: Vec<Sort> = [
        Sort::User,
        Sort::Group,
        Sort::ServicePrincipal,
        Sort::Device,
    ]
    .into_iter()
    .filter(|sort| {
        body["types"].as_array().is_none_or(|types| {
            types.iter().any(|it| {
                it.as_str()
                    .is_some_and(|it| it.eq_ignore_ascii_case(sort.name()))
            })
        })
    })
    .collect();
    let mut rows = Vec::new();
    for id in ids.iter().filter_map(Value::as_str) {
        if let Some((sort, object)) = find(tenant, id, &sorts).filter(|_| !sorts.is_empty()) {
            let mut row = selected(call, sort, object)?;
            row.insert(
                "@odata.type".to_owned(),
                json!(format!("#microsoft.graph.{}", sort.name())),
            );
            rows.push(row);
        }
    }
    let context = format!("{}/$metadata#directoryObjects", root(call));
    // A `Location` without meaning, as recorded (arm/OBSERVED.md 9).
    Ok(
        Reply::json(200, json!({"@odata.context": context, "value": rows}))
            .header("location", root(call)),
    )
}

fn organization(call: &Call<'_>, tenant: &Tenant) -> Reply {
    Reply::json(
        200,
        json!({"@odata.context": format!("{}/$metadata#organization", root(call)), "value": [{"id": tenant.id,
            "displayName": tenant.name, "tenantType": "AAD",
            "verifiedDomains": [{"name": tenant.domain, "isDefault": true, "isInitial": true, "type": "Managed"}]}]}),
    )
}

/// What `$select` asks for; an unknown property is an error, as the directory makes it.
fn selected(call: &Call<'_>, sort: Sort, object: Value) -> Result<Map<String, Value>, Reply> {
    let Value::Object(mut object) = object else {
        return Ok(Map::new());
    };
    let Some(select) = call.request.query("$select") else {
        if let Some(names) = sort.default_properties() {
            object.retain(|name, _| names.contains(&name.as_str()));
        }
        return Ok(object);
    };
    let mut kept = Map::new();
    for name in select.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let known = object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        match known {
            Some((key, value)) => {
                kept.insert(key.clone(), value.clone());
            }
            // Sorts mix in a look-up of ids, where a property of another sort is just missing.
            None if call.request.method == Method::POST => {}
            None => {
                return Err(error::directory(
                    400,
                    "BadRequest",
                    format!(
                        "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type \
                         'microsoft.graph.{}'.",
                        sort.name()
                    ),
                ));
            }
        }
    }
    Ok(kept)
}

fn bad_filter(problem: &filter::Problem) -> Reply {
    error::directory(
        400,
        "BadRequest",
        format!("Invalid filter clause: {problem}"),
    )
}

fn denied() -> Reply {
    error::directory(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
}

fn root(call: &Call<'_>) -> String {
    let graph = call.request.lower.first().is_some_and(|it| it == "graph");
    let prefix = if graph { "/graph" } else { "" };
    format!("{}{prefix}/v1.0", call.request.base)
}
