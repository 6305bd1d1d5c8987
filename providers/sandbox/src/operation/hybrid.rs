//! Operations on Arc machines: two URLs that are signed afresh with every answer.

use serde_json::json;

use super::{LOOKS, look, with_wait};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::resources::arc_extension;
use crate::state::{clock, named_guid};

/// Headers that an operation on an Arc machine begins with.
pub(crate) fn announce(call: &Call<'_>, id: &str, reply: Reply) -> Reply {
    reply
        .header("azure-asyncoperation", url(call, id, "operationstatus"))
        .header("location", url(call, id, "operationresults"))
}

/// `GET …/providers/Microsoft.HybridCompute/locations/{region}/operationstatus/{id}`, or `operationresults`: while it runs
/// each answer repeats both URLs with new signatures.
pub(crate) fn status(call: &mut Call<'_>, id: &str, result: bool) -> Answer {
    let id = id.to_lowercase();
    look(call.world, &id, &call.pace);
    let Some(operation) = call.world.operations.get(&id) else {
        let message = format!("The operation '{id}' was not found.");
        return Err(error::provider(404, "NotFound", message));
    };
    let resource = call.world.extensions.get(&operation.target);
    let mut body = json!({"name": operation.id, "startTime": clock::with_z(operation.started)});
    let Some(ended) = &operation.ended else {
        body["status"] = json!(if operation.looks < LOOKS {
            "Queued"
        } else {
            "InProgress"
        });
        let reply = match result {
            true => Reply::empty(202),
            false => Reply::json(200, body),
        };
        let reply = announce(call, &id, reply);
        return Ok(with_wait(reply, call.pace.wait(None)));
    };
    let resource = resource.map(arc_extension::shown);
    Ok(match (&ended.failure, result) {
        // What a failure looks like is unverified against Azure, 2026-11-21.
        (Some(failure), true) => error::provider(409, &failure.code, &failure.message),
        (Some(failure), false) => {
            body["status"] = json!("Failed");
            body["error"] = json!({"code": failure.code, "message": failure.message});
            Reply::json(200, body)
        }
        (None, true) => match resource {
            Some(resource) => Reply::json(200, resource),
            None => Reply::empty(204),
        },
        (None, false) => {
            body["status"] = json!("Succeeded");
            if let Some(resource) = resource {
                body["properties"] = resource;
            }
            Reply::json(200, body)
        }
    })
}

fn url(call: &Call<'_>, id: &str, way: &str) -> String {
    let operation = call.world.operations.get(id);
    let (location, subscription) = operation.map_or(("", ""), |it| {
        let subscription = it.target.split('/').nth(2).unwrap_or_default();
        (it.location.as_str(), subscription)
    });
    let version = call.request.query("api-version").unwrap_or_default();
    let tick = call.world.requests;
    let sign = |what: &str| named_guid(id, &format!("{what} {way} {tick}")).replace('-', "");
    format!(
        "{}/subscriptions/{subscription}/providers/Microsoft.HybridCompute/locations/{location}/{way}/{id}\
         ?api-version={version}&t={}&c=MIIHhzCCBm&s={}&h={}",
        call.request.base,
        call.pace.now.as_millisecond(),
        sign("s"),
        sign("h"),
    )
}
