//! Azure Resource Manager: which kind a path belongs to, and what all kinds have in common.

mod access;
pub(crate) mod arc;
pub(crate) mod arc_extension;
pub(crate) mod deployment;
mod disk;
pub(crate) mod extension;
mod extension_image;
pub(crate) mod handler;
mod handler_linux;
mod identity;
mod image;
mod listing;
pub(crate) mod location;
mod lock;
pub(crate) mod machine;
pub(crate) mod machine_answer;
mod machine_fixed;
mod machine_new;
pub(crate) mod managed_identity;
pub(crate) mod network;
mod os_profile;
pub(crate) mod page;
mod plain;
pub(crate) mod policy;
mod provider;
pub(crate) mod resource_group;
mod role_assignment;
mod role_definition;
mod scope;
mod subscription;
mod tags;

use axum::http::Method;
use serde_json::{Value, json};

use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation;
use crate::state::{Resource, Tags, World};
use crate::sweep;
pub(crate) use access::caller;
pub(crate) use scope::Scope;

/// Answers a request to ARM.
pub(crate) fn answer(call: &mut Call<'_>) -> Answer {
    api_version(call)?;
    access::check(call)?;
    lock::check(call)?;
    policy::check(call)?;
    let request = call.request;
    let lower: Vec<&str> = request.lower.iter().map(String::as_str).collect();
    if let ["subscriptions", id, ..] = lower.as_slice() {
        subscription::known(call, id)?;
    }
    let last = lower.iter().rposition(|it| *it == "providers");
    if let Some(at) = last {
        let scope = Scope::new(&request.segments[..at]);
        match lower.get(at + 1..).unwrap_or_default() {
            ["microsoft.authorization", rest @ ..] => return authorization(call, &scope, rest),
            ["microsoft.resources", "tags", "default"] => {
                scope.check(call.world)?;
                return tags::answer(call, &scope);
            }
            _ => {}
        }
    }
    match lower.as_slice() {
        ["tenants"] => get(call, subscription::tenants),
        ["providers", "microsoft.resourcegraph", "resources"] => sweep::answer(call),
        ["subscriptions"] => get(call, subscription::list),
        ["subscriptions", id] => get(call, |call| subscription::get(call, id)),
        ["subscriptions", id, "locations"] => get(call, |_| Ok(location::list(id))),
        ["subscriptions", id, "resources"] => {
            let scope = format!("/subscriptions/{id}");
            get(call, |call| listing::list(call, &scope))
        }
        ["subscriptions", id, "operationresults", _] => {
            let job = request.segments[3].clone();
            operation::job_result(call, id, &job)
        }
        ["subscriptions", id, "providers"] => get(call, |call| provider::list(call, id)),
        ["subscriptions", id, "providers", _] => get(call, |call| provider::get(call, id)),
        ["subscriptions", id, "providers", _, "register"] => provider::register(call, id),
        ["subscriptions", id, "resourcegroups"] => get(call, |call| resource_group::list(call, id)),
        ["subscriptions", _, "resourcegroups", _] => resource_group::answer(call),
        ["subscriptions", _, "resourcegroups", _, "resources"] => {
            let scope = Scope::new(&request.segments[..4]);
            scope.check(call.world)?;
            get(call, |call| listing::list(call, &scope.key))
        }
        [
            "subscriptions",
            id,
            "providers",
            "microsoft.compute",
            rest @ ..,
        ] => compute_of_subscription(call, id, rest),
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.compute",
            "virtualmachines",
            rest @ ..,
        ] => {
            Scope::new(&request.segments[..4]).check(call.world)?;
            machine::answer(call, rest)
        }
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.hybridcompute",
            "machines",
            rest @ ..,
        ] => {
            Scope::new(&request.segments[..4]).check(call.world)?;
            arc::answer(call, rest)
        }
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.managedidentity",
            "userassignedidentities",
            rest @ ..,
        ] => {
            Scope::new(&request.segments[..4]).check(call.world)?;
            managed_identity::answer(call, rest)
        }
        [
            "subscriptions",
            id,
            "providers",
            "microsoft.hybridcompute",
            rest @ ..,
        ] => match rest {
            ["machines"] => get(call, |call| arc::list_all(call, id)),
            [
                "locations",
                region,
                "publishers",
                publisher,
                "extensiontypes",
                kind,
                "versions",
            ] => get(call, |_| {
                Ok(extension_image::on_arc(region, publisher, kind))
            }),
            [
                "locations",
                _,
                way @ ("operationstatus" | "operationresults"),
                operation,
            ] => operation::hybrid::status(call, operation, *way == "operationresults"),
            _ => Err(unknown(call)),
        },
        [
            "subscriptions",
            id,
            "providers",
            "microsoft.managedidentity",
            "userassignedidentities",
        ] => managed_identity::list(call, format!("/subscriptions/{id}/")),
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.resources",
            "deployments",
            rest @ ..,
        ] => {
            Scope::new(&request.segments[..4]).check(call.world)?;
            deployment::answer(call, rest)
        }
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            namespace,
            kind,
            rest @ ..,
        ] if !is_closed(namespace, kind) => {
            Scope::new(&request.segments[..4]).check(call.world)?;
            match *namespace {
                "microsoft.network" => network::answer(call, kind, rest),
                _ => plain::answer(call),
            }
        }
        [
            "subscriptions",
            id,
            "providers",
            "microsoft.network",
            rest @ ..,
        ] => match rest {
            [kind] => network::list_all(call, id, kind),
            ["locations", _, "operations", job] => {
                get(call, |call| operation::network::status(call, job))
            }
            ["locations", _, "operationresults", job] => {
                get(call, |call| operation::network::result(call, job))
            }
            _ => Err(unknown(call)),
        },
        ["subscriptions", id, "providers", namespace, kind] if !is_closed(namespace, kind) => {
            plain::list_all(call, id)
        }
        _ => Err(unknown(call)),
    }
}

/// Types that are not kept as plain resources: a service of theirs is emulated, if only in part, and would contradict.
fn is_closed(namespace: &str, kind: &str) -> bool {
    match namespace {
        "microsoft.compute" => {
            ["locations", "virtualmachines", "virtualmachinescalesets"].contains(&kind)
        }
        "microsoft.authorization"
        | "microsoft.resources"
        | "microsoft.hybridcompute"
        | "microsoft.managedidentity"
        | "microsoft.resourcegraph" => true,
        _ => kind == "locations",
    }
}

fn compute_of_subscription(call: &mut Call<'_>, id: &str, rest: &[&str]) -> Answer {
    match rest {
        ["virtualmachines"] => get(call, |call| machine::list_all(call, id)),
        [
            "locations",
            _,
            "publishers",
            _,
            "artifacttypes",
            "vmimage",
            ..,
        ] => get(call, |call| image::answer(call, &rest[3..])),
        ["locations", _, "publishers", rest @ ..] => {
            get(call, |call| extension_image::answer(call, rest))
        }
        ["locations", _, "operations", operation] => operation::compute_status(call, operation),
        [_] => plain::list_all(call, id),
        _ => Err(unknown(call)),
    }
}

fn authorization(call: &mut Call<'_>, scope: &Scope, rest: &[&str]) -> Answer {
    if let Some(group) = scope.management_group() {
        return above(call, scope, group, rest);
    }
    scope.check(call.world)?;
    match rest {
        ["roleassignments", rest @ ..] => role_assignment::answer(call, scope, rest),
        ["roledefinitions", rest @ ..] => {
            get(call, |call| role_definition::answer(call, scope, rest))
        }
        ["permissions"] => get(call, access::permissions),
        ["locks", rest @ ..] => lock::answer(call, scope, rest),
        ["policyassignments", rest @ ..] => policy::assignments(call, scope, rest),
        ["policydefinitions", rest @ ..] => policy::definitions(call, scope, rest),
        // Nobody can make any here, so that there are none is the truth.
        ["denyassignments"] if call.request.method == Method::GET => {
            Ok(Reply::json(200, json!({"value": []})))
        }
        [what, ..] => Err(error::not_emulated(&format!(
            "`Microsoft.Authorization/{what}`"
        ))),
        [] => Err(unknown(call)),
    }
}

/// What is assigned and can be assigned at a management group.
fn above(call: &mut Call<'_>, scope: &Scope, group: &str, rest: &[&str]) -> Answer {
    let tenant = call.world.tenants.get(&call.bearer.tenant);
    if !tenant.is_some_and(|it| it.management_groups.contains(group)) {
        // Code and text are unverified against Azure, 2026-11-21.
        return Err(error::provider(
            404,
            "NotFound",
            format!("Management group '{group}' could not be found."),
        ));
    }
    match rest {
        ["roleassignments", rest @ ..] => role_assignment::answer(call, scope, rest),
        ["roledefinitions", rest @ ..] => {
            get(call, |call| role_definition::answer(call, scope, rest))
        }
        [what, ..] => Err(error::not_emulated(&format!(
            "`Microsoft.Authorization/{what}` of management groups"
        ))),
        [] => Err(unknown(call)),
    }
}

/// The 404 of ARM for a resource, by its id.
pub(crate) fn not_found(id: &str) -> Reply {
    let segments: Vec<&str> = id.split('/').skip(1).collect();
    let group = segments.get(3).copied().unwrap_or_default();
    let path = segments.get(5..).unwrap_or_default();
    let kind = match path {
        [namespace, kind, _] => format!("{namespace}/{kind}"),
        [namespace, kind, _, child, _] => format!("{namespace}/{kind}/{child}"),
        _ => path.join("/"),
    };
    let name = match path {
        [_, _, name] => (*name).to_owned(),
        [_, _, name, _, child] => format!("{name}/{child}"),
        _ => String::new(),
    };
    error::gateway(
        404,
        "ResourceNotFound",
        format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to \
             https://aka.ms/ARMResourceNotFoundFix"
        ),
    )
}

/// A read-only path: other methods are refused.
fn get(call: &mut Call<'_>, read: impl FnOnce(&mut Call<'_>) -> Answer) -> Answer {
    match call.request.method {
        Method::GET => read(call),
        _ => Err(method_not_allowed(call)),
    }
}

pub(crate) fn method_not_allowed(call: &Call<'_>) -> Reply {
    error::gateway(
        405,
        "HttpMethodNotSupported",
        format!(
            "The http method '{}' is not supported here.",
            call.request.method
        ),
    )
}

/// Any well-formed version will do: clients ask for newer ones than any list could hold (arm/CLIENTS.md 3).
fn api_version(call: &Call<'_>) -> Result<(), Reply> {
    let Some(version) = call.request.query("api-version") else {
        return Err(error::gateway(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    };
    let date = version.strip_suffix("-preview").unwrap_or(version);
    match date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok() {
        true => Ok(()),
        false => Err(error::gateway(
            400,
            "InvalidApiVersionParameter",
            format!("The api-version '{version}' is invalid."),
        )),
    }
}

fn unknown(call: &Call<'_>) -> Reply {
    let segments = &call.request.segments;
    let at = call.request.lower.iter().rposition(|it| it == "providers");
    let version = call.request.query("api-version").unwrap_or_default();
    match at.and_then(|at| segments.get(at + 1..)) {
        Some([namespace, kind, ..]) => error::no_resource_type(namespace, kind, version),
        _ => error::gateway(404, "NotFound", "The requested path does not exist."),
    }
}

/// The region of a body, which a resource keeps for life.
pub(crate) fn place_of(body: &Value, held: Option<&Resource>) -> Result<String, Reply> {
    let Some(place) = body["location"].as_str().filter(|it| !it.is_empty()) else {
        return Err(error::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let place = location::canonical(place);
    match held.filter(|held| held.location != place) {
        None => Ok(place),
        Some(held) => Err(error::gateway(
            409,
            "InvalidResourceLocation",
            format!(
                "The resource '{}' already exists in location '{}' in resource group '{}'. A resource with the same name \
                 cannot be created in location '{place}'. Please select a new resource name.",
                held.name,
                held.location,
                held.id.split('/').nth(4).unwrap_or_default(),
            ),
        )),
    }
}

/// Tags of a body: absent where they are absent or null.
pub(crate) fn tags_of(body: &Value) -> Result<Option<Tags>, Reply> {
    match &body["tags"] {
        Value::Null => Ok(None),
        tags => serde_json::from_value(tags.clone()).map(Some).map_err(|_| {
            error::gateway(
                400,
                "InvalidRequestContent",
                "The request content was invalid: tags are a map of text to text.",
            )
        }),
    }
}

/// What ARM answers of a resource that is neither a machine nor an extension.
pub(crate) fn shown(world: &World, it: &Resource) -> Value {
    match it.kind.as_str() {
        managed_identity::TYPE => managed_identity::shown(it),
        kind if kind.starts_with(network::NAMESPACE) => network::shown(world, it),
        _ => plain::shown(it),
    }
}

/// Whether a scope is another one or lies beneath it; both in lower case.
pub(crate) fn beneath_scope(scope: &str, above: &str) -> bool {
    above == "/"
        || scope
            .strip_prefix(above)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
