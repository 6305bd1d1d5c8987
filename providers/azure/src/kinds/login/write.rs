//! The writes of a login extension: made anew beside others, or sent back as it is so that its handler runs again.

use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::Health;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::handler::PUBLISHER;
use super::wire::{self, Extension};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::{Seen, Write, decode, health, refusal, refuse, tagged, versions};

pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::All(rows) = fresh else {
        return Err(refuse(
            step,
            "its machine is gone".to_owned(),
            "run again: the plan then says what is missing",
        ));
    };
    let id = refusal::id(step)?;
    let kind = refusal::text(step, "handler")?;
    for row in rows {
        let extension: Extension = decode(step, row)?;
        if extension
            .login()
            .is_some_and(|handler| handler.kind == kind)
        {
            return already_there(step, &extension);
        }
        if extension.name().eq_ignore_ascii_case(id.name()) {
            return Err(refuse(
                step,
                format!(
                    "an extension of another handler is called `{}` meanwhile",
                    extension.name()
                ),
                "run again: the plan then chooses another name",
            ));
        }
    }
    let mut properties = json!({
        "publisher": PUBLISHER,
        "type": kind,
        "typeHandlerVersion": refusal::text(step, "version")?,
        "autoUpgradeMinorVersion": step.write.get("auto-upgrade-minor-version").and_then(Value::as_bool),
    });
    if let Some(mdm_id) = step.write.get("mdm-id").and_then(Value::as_text) {
        properties["settings"] = json!({"mdmId": mdm_id});
    }
    let body = json!({
        "location": refusal::text(step, "region")?,
        "tags": tagged::new_tags(step)?,
        "properties": properties,
    });
    Ok(Write::Send(vec![put(step, &id, body)]))
}

/// Somebody installed it between the plan and now. One that works is what was wanted; it is left as it is.
fn already_there(step: &Step, extension: &Extension) -> Result<Write, Fault> {
    match health(&extension.properties.provisioning_state, || None) {
        Health::Good => Ok(Write::Nothing(format!(
            "it was installed meanwhile, as `{}`",
            extension.name()
        ))),
        _ => Err(refuse(
            step,
            format!("it is being installed meanwhile, as `{}`", extension.name()),
            "run again when that has ended",
        )),
    }
}

/// Writes a failed extension again as it is, so that its handler runs once more: only a changed `forceUpdateTag` makes it.
pub(super) fn repair(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone meanwhile".to_owned(),
            "run again: the plan then makes it",
        ));
    };
    let extension: Extension = decode(step, body)?;
    match health(&extension.properties.provisioning_state, || None) {
        Health::Failed { .. } => {}
        Health::Good => return Ok(Write::Nothing("it succeeded meanwhile".to_owned())),
        Health::Busy => {
            return Err(refuse(
                step,
                "another operation is running on it".to_owned(),
                "run again when that has ended",
            ));
        }
    }
    let next = next_tag(extension.properties.force_update_tag.as_deref());
    let body = wire::writable(body, &next);
    Ok(Write::Send(vec![put(step, &refusal::id(step)?, body)]))
}

/// Uninstalls what this estate installed. Somebody may have taken it over, or away, since the plan was made.
pub(super) fn uninstall(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    let extension: Extension = decode(step, body)?;
    let stamp = extension.tags.estate();
    if extension.login().is_none() || stamp.as_deref() != Some(refusal::text(step, "estate")?) {
        return Err(refuse(
            step,
            "the stamp of this estate is no longer on it".to_owned(),
            "run again: the plan then keeps it as it is",
        ));
    }
    Ok(Write::Send(vec![Request::delete(
        refusal::id(step)?.path(),
        versions::COMPUTE,
        refusal::attempted(step),
    )]))
}

/// A tag that differs from the old one, made without a clock: `vmlogin-1`, `vmlogin-2`, …
pub(super) fn next_tag(old: Option<&str>) -> String {
    let count: u64 = old
        .and_then(|old| old.strip_prefix("vmlogin-")?.parse().ok())
        .unwrap_or(0);
    format!("vmlogin-{}", count.wrapping_add(1))
}

fn put(step: &Step, id: &ArmId, body: Json) -> Request {
    Request::put(id.path(), versions::COMPUTE, body, refusal::attempted(step))
}
