//! The writes of a virtual network. An existing one has no PATCH but for tags: it is sent back as it was read, with the declared
//! values in it, and only if nobody changed it meanwhile.

use serde_json::{Value as Json, json};
use vmlogin_engine::plan::{Change, PARTS, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::{addresses, wire};
use crate::http::Request;
use crate::kinds::{Seen, Write, decode, made, refusal, refuse, tagged, versions};

/// Whether the step changes more than tags: its addresses, or how it is, since a failed write is written again.
pub(super) fn changes_itself(step: &Step) -> bool {
    let mut changes = step.changes.iter();
    changes.any(|change| is_address(change) || change.attribute == "state")
}

pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let ranges = step.write.get("address-space").map(texts);
    let name_servers = step.write.get("dns").map(texts);
    let properties = wire::new(&ranges.unwrap_or_default(), name_servers.as_ref());
    let body = json!({
        "location": refusal::text(step, "location")?,
        "tags": tagged::new_tags(step)?,
        "properties": properties,
    });
    Ok(Write::Send(vec![put(step, body)?]))
}

/// Addresses first: a change of tags would give the network another version than the one that was read.
pub(super) fn update(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone".to_owned(),
            "run again: the plan then says what is missing",
        ));
    };
    let network: wire::VirtualNetwork = decode(step, body)?;
    still_as_planned(step, &network)?;
    let mut changed = body.clone();
    wire::change(
        &mut changed,
        after(step, "address-space"),
        after(step, "dns"),
    );
    let request = put(step, changed)?;
    let request = match network.etag {
        Some(version) => request.if_match(version),
        None => request,
    };
    let mut requests = vec![request];
    requests.extend(tagged::requests_on(step, &network.tags)?);
    Ok(Write::Send(requests))
}

/// Subnets carry no stamp, so that nothing tells whose they are: a network that has some stays, but for those that the plan named
/// as going with it.
pub(super) fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    if let Seen::One(body) = fresh {
        let network: wire::VirtualNetwork = decode(step, body)?;
        let subnets: Vec<String> = network
            .subnets()
            .filter(|name| !goes_with_it(step, name))
            .map(|name| format!("`{name}`"))
            .collect();
        if !subnets.is_empty() {
            return Err(refuse(
                step,
                format!("it still holds the subnets {}", subnets.join(", ")),
                "delete them, or leave the network as it is",
            ));
        }
    }
    made::delete(step, fresh)
}

fn goes_with_it(step: &Step, subnet: &str) -> bool {
    let Some(Value::List(parts)) = step.write.get(PARTS) else {
        return false;
    };
    let name = format!("subnet {subnet}");
    parts.iter().any(|part| part.as_text() == Some(&name))
}

/// Refuses to write over addresses that are no longer those that the plan started from.
fn still_as_planned(step: &Step, network: &wire::VirtualNetwork) -> Result<(), Fault> {
    let now = addresses(network);
    let changes = step.changes.iter().filter(|change| is_address(change));
    for change in changes {
        if now.get(&change.attribute) != Some(&change.before) {
            return Err(refusal::changed_meanwhile(step, &change.attribute));
        }
    }
    Ok(())
}

fn is_address(change: &Change) -> bool {
    ["address-space", "dns"].contains(&change.attribute.as_str())
}

fn after(step: &Step, attribute: &str) -> Option<Json> {
    let mut changes = step.changes.iter();
    let change = changes.find(|change| change.attribute == attribute)?;
    Some(texts(&change.after))
}

fn texts(value: &Value) -> Json {
    match value {
        Value::List(values) => values.iter().filter_map(Value::as_text).collect(),
        _ => json!([]),
    }
}

fn put(step: &Step, body: Json) -> Result<Request, Fault> {
    Ok(Request::put(
        refusal::id(step)?.path(),
        versions::NETWORK,
        body,
        refusal::attempted(step),
    ))
}
