//! Operations of the network provider: answers that hold no more than a status.

use serde_json::json;

use super::{Ended, look, place_of, with_wait};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::named_guid;

/// Headers that a Network operation begins with; a deletion also sends the form that answers like the call itself.
pub(crate) fn announce(call: &Call<'_>, id: &str, location: bool, reply: Reply) -> Reply {
    let reply = reply.header("azure-asyncoperation", url(call, id, "operations"));
    match location {
        true => reply.header("location", url(call, id, "operationResults")),
        false => reply,
    }
}

/// `GET …/providers/Microsoft.Network/locations/{region}/operations/{id}`: no more than a status (arm/OBSERVED.md 2).
pub(crate) fn status(call: &mut Call<'_>, id: &str) -> Answer {
    let reply = match end(call, id)? {
        None => {
            return Ok(with_wait(
                Reply::json(200, json!({"status": "InProgress"})),
                call.pace.wait(Some(10)),
            ));
        }
        Some(Ended { failure: None, .. }) => json!({"status": "Succeeded"}),
        Some(Ended {
            failure: Some(failure),
            ..
        }) => json!({"status": "Failed",
            "error": {"code": failure.code, "message": failure.message}}),
    };
    Ok(Reply::json(200, reply))
}

/// `GET …/operationResults/{id}`: 202 while it goes on, then 204.
pub(crate) fn result(call: &mut Call<'_>, id: &str) -> Answer {
    match end(call, id)? {
        None => {
            let url = url(call, id, "operationResults");
            let reply = Reply::empty(202).header("location", url);
            Ok(with_wait(reply, call.pace.wait(Some(10))))
        }
        Some(Ended { failure: None, .. }) => Ok(Reply::empty(204)),
        // What the Location form answers after a failure: unverified against Azure, 2026-11-21.
        Some(Ended {
            failure: Some(failure),
            ..
        }) => Err(error::provider(409, &failure.code, &failure.message)),
    }
}

/// How a Network operation ended, after one more look at it.
fn end(call: &mut Call<'_>, id: &str) -> Result<Option<Ended>, Reply> {
    let id = id.to_lowercase();
    look(call.world, &id, &call.pace);
    let operation = call.world.operations.get(&id);
    operation.map(|it| it.ended.clone()).ok_or_else(|| {
        // The code is unverified against Azure, 2026-11-21.
        error::provider(
            404,
            "OperationNotFound",
            format!("The operation '{id}' was not found."),
        )
    })
}

fn url(call: &Call<'_>, id: &str, word: &str) -> String {
    let (location, subscription) = place_of(call, id);
    let version = call.request.query("api-version").unwrap_or_default();
    let sign = |what: &str| named_guid(id, &format!("{what} {}", call.world.requests));
    format!(
        "{}/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/{word}/{id}\
         ?api-version={version}&t={}&c={}&s={}&h={}",
        call.request.base,
        call.pace.now.as_millisecond(),
        "MIIHhzCCBm-gAwIBAgITHgcert".repeat(120),
        sign("s").replace('-', "").repeat(10),
        sign("h").replace('-', ""),
    )
}
