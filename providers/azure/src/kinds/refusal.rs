//! Faults that vmlogin itself raises: what was just read is not what the plan was made for, or the plan lacks something.

use vmlogin_engine::plan::{CLAIM, Step};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::Value;

use crate::arm::ArmId;

/// A conflict between the plan and what was just read; nothing was written.
pub(crate) fn refuse(step: &Step, message: String, help: &str) -> Fault {
    Fault {
        help: Some(help.to_owned()),
        ..fault(step, FaultKind::Conflict, message)
    }
}

/// A value that an update would write over is no longer the one that the plan started from: somebody may have thought for an hour
/// over the plan, or saved it, and another hand may have been there.
pub(crate) fn changed_meanwhile(step: &Step, attribute: &str) -> Fault {
    refuse(
        step,
        format!("somebody changed its `{attribute}` meanwhile"),
        "run again: the plan then starts from what is there",
    )
}

/// An answer that is not what the service documents.
pub(crate) fn malformed(step: &Step, why: &str) -> Fault {
    fault(
        step,
        FaultKind::Malformed,
        format!("the answer cannot be read: {why}"),
    )
}

/// A step that this kind is never given.
pub(crate) fn not_ours(step: &Step) -> Fault {
    let word = step.action.word();
    bug(step, &format!("no `{word}` is built for `{}`", step.kind))
}

/// The text of an attribute that the plan must have filled in.
pub(crate) fn text<'a>(step: &'a Step, attribute: &str) -> Result<&'a str, Fault> {
    step.write
        .get(attribute)
        .and_then(Value::as_text)
        .ok_or_else(|| bug(step, &format!("the plan does not say its `{attribute}`")))
}

/// The id that the step is about.
pub(crate) fn id(step: &Step) -> Result<ArmId, Fault> {
    let text = step
        .id
        .as_deref()
        .ok_or_else(|| bug(step, "the plan does not say its id"))?;
    ArmId::parse(text).map_err(|error| bug(step, &error.to_string()))
}

/// Whether a thing with this stamp may be changed or taken away by the step: one of this estate; and what `absent` names also
/// while it has no stamp, or the one that the plan saw.
pub(crate) fn may_go(step: &Step, stamp: Option<&str>) -> Result<bool, Fault> {
    let ours = stamp == Some(text(step, "estate")?);
    let claim = step.write.get(CLAIM).and_then(Value::as_text);
    Ok(ours || claim.is_some_and(|seen| stamp.is_none_or(|stamp| stamp == seen)))
}

/// Why it may not.
pub(crate) fn stamped_anew(step: &Step) -> &'static str {
    match step.write.contains_key(CLAIM) {
        true => "another estate put its stamp on it meanwhile",
        false => "the stamp of this estate is no longer on it",
    }
}

/// What a step attempts, to follow "could not".
pub(crate) fn attempted(step: &Step) -> String {
    format!("{} {}", step.action.word(), step.title)
}

/// The wording of a look, to follow "could not".
pub(crate) fn looking(step: &Step) -> String {
    format!("read back {}", step.title)
}

fn bug(step: &Step, why: &str) -> Fault {
    Fault {
        help: Some("this is a bug in vmlogin: please report it with the plan".to_owned()),
        ..fault(step, FaultKind::Rejected, why.to_owned())
    }
}

fn fault(step: &Step, kind: FaultKind, message: String) -> Fault {
    Fault::new(kind, attempted(step), message)
}
