//! The writes of a network interface.

use serde_json::json;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;

use super::{SCHEMA, wire};
use crate::kinds::amended::{self, Spelling};
use crate::kinds::{Seen, Write, decode, made, refusal, refuse, tagged};

pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let mut body = wire::new(&step.write);
    body["location"] = json!(refusal::text(step, "location")?);
    body["tags"] = tagged::new_tags(step)?;
    Ok(Write::Send(vec![amended::put(step, body)?]))
}

pub(super) fn update(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let body = amended::found(step, fresh)?;
    let interface: wire::Interface = decode(step, body)?;
    let spelling = Spelling {
        writable: wire::writable,
        set: wire::set,
    };
    let now = interface.attributes();
    let request = amended::amend(step, &SCHEMA, body, interface.etag, &now, &spelling)?;
    Ok(Write::Send(vec![request]))
}

/// Deletes an interface that no machine has any more.
pub(super) fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    if let Seen::One(body) = fresh {
        let interface: wire::Interface = decode(step, body)?;
        if let Some(machine) = interface.machine() {
            return Err(refuse(
                step,
                format!("the machine `{machine}` still has it"),
                "delete the machine, or leave it as it is",
            ));
        }
    }
    made::delete(step, fresh)
}
