//! The writes of a subnet.

use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;

use super::{SCHEMA, wire};
use crate::http::Request;
use crate::kinds::amended::{self, Spelling};
use crate::kinds::virtual_network::wire::VirtualNetwork;
use crate::kinds::{Seen, Write, decode, made, refusal, refuse, tagged, versions};

pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let request = amended::put(step, wire::new(&step.write))?;
    Ok(Write::Send(vec![request]))
}

pub(super) fn update(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let body = amended::found(step, fresh)?;
    let subnet: wire::Subnet = decode(step, body)?;
    let spelling = Spelling {
        writable: wire::writable,
        set: wire::set,
    };
    let now = subnet.attributes();
    let request = amended::amend(step, &SCHEMA, body, subnet.etag, &now, &spelling)?;
    Ok(Write::Send(vec![request]))
}

/// Deletes a subnet of a network that this estate made, while nothing uses it.
pub(super) fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let gone = || Ok(Write::Nothing("it was gone already".to_owned()));
    let Seen::One(body) = fresh else {
        return gone();
    };
    let network: VirtualNetwork = decode(step, body)?;
    let id = refusal::id(step)?;
    let Some(subnet) = network.subnet(id.name()) else {
        return gone();
    };
    tagged::still_ours(step, &network.tags)?;
    let users = subnet.users();
    if !users.is_empty() {
        let users: Vec<String> = users.iter().map(|user| format!("`{user}`")).collect();
        return Err(refuse(
            step,
            format!("it is still used by {}", users.join(", ")),
            "delete what uses it, or leave it as it is",
        ));
    }
    Ok(Write::Send(vec![Request::delete(
        id.path(),
        versions::NETWORK,
        refusal::attempted(step),
    )]))
}
