//! The writes of a security rule. An existing one is sent back as it was read, with the declared values in it, and only if nobody
//! changed its group meanwhile.

use serde_json::json;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;

use super::{SCHEMA, wire};
use crate::http::Request;
use crate::kinds::amended::{self, Spelling};
use crate::kinds::{Seen, Write, decode, made, refusal, refuse, versions};

pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let properties = wire::new(refusal::text(step, "estate")?, &step.write);
    let body = json!({"properties": properties});
    Ok(Write::Send(vec![amended::put(step, body)?]))
}

pub(super) fn update(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let body = amended::found(step, fresh)?;
    let rule: wire::SecurityRule = decode(step, body)?;
    let spelling = Spelling {
        writable: wire::writable,
        set: |body, attribute, value| wire::set(&mut body["properties"], attribute, value),
    };
    let now = rule.attributes();
    let request = amended::amend(step, &SCHEMA, body, rule.etag, &now, &spelling)?;
    Ok(Write::Send(vec![request]))
}

/// Deletes what this estate made. Somebody may have taken it over, or away, since the plan was made.
pub(super) fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    let rule: wire::SecurityRule = decode(step, body)?;
    if !refusal::may_go(step, rule.estate())? {
        return Err(refuse(
            step,
            refusal::stamped_anew(step).to_owned(),
            "run again: the plan then keeps it as it is",
        ));
    }
    Ok(Write::Send(vec![Request::delete(
        refusal::id(step)?.path(),
        versions::NETWORK,
        refusal::attempted(step),
    )]))
}

/// Two rules of one direction cannot have one priority, not even while they exchange theirs. The code is general knowledge,
/// unverified against Azure (2026-11-21).
pub(super) fn explained(step: &Step, fault: Fault) -> Fault {
    if fault.code.as_deref() != Some("SecurityRuleConflict") {
        return fault;
    }
    let group = refusal::id(step).map_or_else(
        |_| "its group".to_owned(),
        |id| format!("`{}`", id.parent().name()),
    );
    Fault {
        help: Some(format!(
            "run again if another rule of this run gives the priority up; else choose one that no rule of {group} has"
        )),
        ..fault
    }
}
