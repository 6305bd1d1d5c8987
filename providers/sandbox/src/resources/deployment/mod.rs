//! Template deployments at resource groups: what `az vm create` and `az network` send. A template is carried out at once, by
//! requests like those of any client; what ends later is only the word of the deployment about it.

mod answer;
mod expression;
mod function;
mod template;
mod within;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{method_not_allowed, page, resource_group};
use crate::fault::Doom;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::http::request::Body;
use crate::operation::{self, Ended, Work, with_wait};
use crate::state::{Deployment, Step, World, beneath, named_guid};
use answer::{shown, step_shown};
use template::Part;
use within::{Values, Within, asked, group_of};

/// Everything at `{group}/providers/Microsoft.Resources/deployments`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let path = &call.request.segments;
    if rest.is_empty() {
        return list(call);
    }
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Resources/deployments/{}",
        path[1], path[3], path[7]
    );
    let key = id.to_lowercase();
    operation::look_at(call.world, &key, &call.pace);
    let known = call.world.deployments.contains_key(&key);
    match (call.request.method.as_str(), rest) {
        ("PUT", [_]) => put(call, id, &key),
        ("POST", [_, "validate"]) => validate(call, &id),
        ("HEAD", [_]) => Ok(Reply::empty(if known { 204 } else { 404 })),
        ("DELETE", [_]) => {
            call.world.deployments.remove(&key);
            call.world.touch();
            Ok(Reply::empty(204))
        }
        (_, [_, word @ ("whatif" | "exporttemplate" | "cancel"), ..]) => {
            Err(error::not_emulated(&format!("`{word}` of deployments")))
        }
        (_, _) if !known => Err(error::gateway(
            404,
            "DeploymentNotFound",
            format!("Deployment '{}' could not be found.", path[7]),
        )),
        ("GET", [_]) => Ok(Reply::json(200, shown(&call.world.deployments[&key]))),
        ("GET", [_, "operationstatuses", job]) => status(call, &key, job),
        ("GET", [_, "operations", rest @ ..]) => steps(call, &key, rest),
        _ => Err(method_not_allowed(call)),
    }
}

/// A deployment is over: its state is told from now on.
pub(crate) fn ended(world: &mut World, key: &str, doom: Option<Doom>) -> Option<Doom> {
    let held = world.deployments.get_mut(key)?;
    let failed = held.steps.iter().find_map(|it| it.error.clone());
    let doom = doom.or_else(|| {
        failed.map(|_| Doom {
            code: "DeploymentFailed".to_owned(),
            message: "At least one resource deployment operation failed. Please list deployment operations for details. \
                      Please see https://aka.ms/arm-deployment-operations for usage details."
                .to_owned(),
        })
    });
    held.state = if doom.is_some() {
        "Failed"
    } else {
        "Succeeded"
    }
    .to_owned();
    held.error = doom.as_ref().map(|doom| {
        let details: Vec<Value> = held
            .steps
            .iter()
            .filter_map(|it| it.error.clone())
            .collect();
        json!({"code": doom.code, "message": doom.message, "details": details})
    });
    doom
}

fn list(call: &mut Call<'_>) -> Answer {
    if call.request.method != Method::GET {
        return Err(method_not_allowed(call));
    }
    let prefix = format!("/{}/", call.request.lower.join("/"));
    let rows = beneath(&call.world.deployments, prefix);
    Ok(page::page(call, rows, shown))
}

fn put(call: &mut Call<'_>, id: String, key: &str) -> Answer {
    resource_group::check_stays(call.world, key)?;
    let (parts, mut made) = prepared(call, &id)?;
    let place = group_of(call).1;
    for part in &parts {
        let step = carry_out(call, part, &made.values);
        let failed = step.error.is_some();
        made.deployment.steps.push(step);
        if failed {
            break;
        }
    }
    if made.deployment.steps.iter().all(|it| it.error.is_none()) {
        made.deployment.outputs = outputs(call, &made).map_err(|why| invalid(&why))?;
    }
    let status = if call.world.deployments.contains_key(key) {
        200
    } else {
        201
    };
    call.world
        .deployments
        .insert(key.to_owned(), made.deployment);
    let job = operation::begin(call, key, &place, Work::Deploy);
    let url = format!(
        "{}{id}/operationStatuses/{job}?api-version={}",
        call.request.base,
        call.request.query("api-version").unwrap_or_default()
    );
    let reply = Reply::json(status, shown(&call.world.deployments[key]));
    let reply = reply.header("azure-asyncoperation", url);
    Ok(with_wait(reply, call.pace.wait(Some(5))))
}

fn validate(call: &mut Call<'_>, id: &str) -> Answer {
    let (parts, mut made) = prepared(call, id)?;
    for part in &parts {
        let mut within = Within {
            call,
            values: &made.values,
        };
        part.body(&mut within).map_err(|why| invalid(&why))?;
    }
    made.deployment.state = "Succeeded".to_owned();
    let mut body = shown(&made.deployment);
    let ids: Vec<Value> = parts.iter().map(|it| json!({"id": it.id})).collect();
    body["properties"]["validatedResources"] = ids.into();
    Ok(Reply::json(200, body))
}

struct Prepared {
    deployment: Deployment,
    values: Values,
    outputs: Value,
}

/// The resources of the template in the request, and the deployment before anything was done.
fn prepared(call: &mut Call<'_>, id: &str) -> Result<(Vec<Part>, Prepared), Reply> {
    let properties = &call.request.object()?["properties"];
    if !properties["mode"]
        .as_str()
        .is_none_or(|it| it.eq_ignore_ascii_case("Incremental"))
    {
        return Err(error::not_emulated("deployments in the mode `Complete`"));
    }
    let template = &properties["template"];
    if !template.is_object() {
        return Err(error::not_emulated("templates that are not in the request"));
    }
    let fail = |why: String| invalid(&why);
    let given = template::parameters(template, &properties["parameters"]).map_err(fail)?;
    let mut values = Values::default();
    for (name, _, value) in &given {
        let value = function::evaluated(
            value,
            &mut Within {
                call,
                values: &values,
            },
        )
        .map_err(fail)?;
        values.parameters.push((name.clone(), value));
    }
    for (name, value) in template["variables"].as_object().into_iter().flatten() {
        let value = function::evaluated(
            value,
            &mut Within {
                call,
                values: &values,
            },
        )
        .map_err(fail)?;
        values.variables.insert(name.clone(), value);
    }
    let parts = template::parts(
        template,
        &mut Within {
            call,
            values: &values,
        },
    )
    .map_err(fail)?;
    let place = group_of(call).1;
    let deployment = Deployment {
        id: id.to_owned(),
        name: id.rsplit('/').next().unwrap_or_default().to_owned(),
        state: "Accepted".to_owned(),
        hash: named_guid("", &template.to_string()),
        started: call.pace.now,
        parameters: told(&given, &values),
        types: parts
            .iter()
            .map(|it| (it.kind.clone(), place.clone()))
            .collect(),
        steps: Vec::new(),
        outputs: Value::Null,
        error: None,
    };
    let outputs = template["outputs"].clone();
    Ok((
        parts,
        Prepared {
            deployment,
            values,
            outputs,
        },
    ))
}

/// The parameters as they are told: secrets without their value, as recorded.
fn told(given: &[(String, String, Value)], values: &Values) -> Value {
    let all = given.iter().zip(&values.parameters).map(|((name, kind, _), (_, value))| {
        let secret = kind.to_lowercase().starts_with("secure");
        let capital = kind[..1.min(kind.len())].to_uppercase() + kind.get(1..).unwrap_or_default();
        let told = match secret {
            true => json!({"type": if kind.eq_ignore_ascii_case("securestring") { "SecureString" } else { "SecureObject" }}),
            false => json!({"type": capital, "value": value}),
        };
        (name.clone(), told)
    });
    Value::Object(all.collect())
}

/// One resource, by a PUT as any client would send it; what that starts is finished at once.
fn carry_out(call: &mut Call<'_>, part: &Part, values: &Values) -> Step {
    let step = |status: u16, error: Option<Value>| Step {
        target: part.id.clone(),
        kind: part.kind.clone(),
        name: part.name.clone(),
        status,
        error,
    };
    let body = match part.body(&mut Within { call, values }) {
        Ok(body) => body,
        Err(why) => {
            return step(
                400,
                Some(json!({"code": "InvalidTemplate", "message": why})),
            );
        }
    };
    let before = call.world.counter;
    let reply = asked(
        call,
        Method::PUT,
        &part.id,
        &part.api_version,
        Body::Json(body),
    );
    let reply = reply.unwrap_or_else(|refusal| refusal);
    if reply.status >= 400 {
        let error = reply.body.map(|it| it["error"].clone());
        return step(
            reply.status,
            error.or(Some(json!({"code": "Unknown", "message": ""}))),
        );
    }
    let failure = operation::finish_since(call.world, before, &call.pace);
    let failure =
        failure.map(|it| json!({"code": it.code, "message": it.message, "target": part.id}));
    step(reply.status, failure)
}

fn outputs(call: &mut Call<'_>, made: &Prepared) -> Result<Value, String> {
    let mut told = Map::new();
    for (name, output) in made.outputs.as_object().into_iter().flatten() {
        let mut within = Within {
            call,
            values: &made.values,
        };
        let value = function::evaluated(&output["value"], &mut within)?;
        told.insert(
            name.clone(),
            json!({"type": output["type"], "value": value}),
        );
    }
    Ok(match told.is_empty() {
        true => Value::Null,
        false => told.into(),
    })
}

/// `GET …/operationStatuses/{id}`: no more than a status, as recorded.
fn status(call: &mut Call<'_>, key: &str, job: &str) -> Answer {
    let (ended, held) = (
        operation::ended(call.world, job),
        &call.world.deployments[key],
    );
    let reply = match ended {
        Some(Ended { failure: None, .. }) => json!({"status": "Succeeded"}),
        Some(_) => json!({"status": "Failed", "error": held.error}),
        None => {
            let reply = Reply::json(200, json!({"status": "Running"}));
            return Ok(with_wait(reply, call.pace.wait(Some(5))));
        }
    };
    Ok(Reply::json(200, reply))
}

/// `GET …/operations[/{id}]`. The refusal is unverified against Azure, 2026-11-21.
fn steps(call: &mut Call<'_>, key: &str, rest: &[&str]) -> Answer {
    let held = &call.world.deployments[key];
    let mut rows: Vec<Value> = held.steps.iter().map(|it| step_shown(held, it)).collect();
    match rest {
        [] => Ok(Reply::json(200, json!({"value": rows}))),
        [wanted] => match rows.iter().position(|it| it["operationId"] == **wanted) {
            Some(at) => Ok(Reply::json(200, rows.swap_remove(at))),
            None => Err(error::gateway(
                404,
                "DeploymentOperationNotFound",
                "The operation was not found.",
            )),
        },
        _ => Err(method_not_allowed(call)),
    }
}

fn invalid(why: &str) -> Reply {
    error::gateway(
        400,
        "InvalidTemplate",
        format!("Deployment template validation failed: '{why}'."),
    )
}
