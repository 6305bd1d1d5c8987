//! The writes of a machine: made whole in one PUT that its identity rides in, changed by a PATCH of what changed, deleted with its
//! disk.

use serde_json::json;
use vmlogin_engine::plan::{Change, FIRST, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::image::Image;
use super::wire::{Machine, new};
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::login::Host;
use crate::kinds::{Seen, Write, decode, identity, made, refusal, refuse, tagged, versions};

/// Whether the step changes more than tags.
pub(super) fn changes_itself(step: &Step) -> bool {
    size_change(step).is_some()
}

pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let image = Image::read(refusal::text(step, "image")?)
        .ok_or_else(|| refusal::malformed(step, "its image is none"))?;
    let text = |attribute: &str| step.write.get(attribute).and_then(Value::as_text);
    let machine = new::New {
        size: refusal::text(step, "size")?,
        image,
        disk_size: match step.write.get("os-disk.size-gb") {
            Some(Value::Integer(gigabytes)) => Some(*gigabytes),
            _ => None,
        },
        disk_type: text("os-disk.type"),
        computer_name: refusal::text(step, "computer-name")?,
        admin: refusal::text(step, "admin")?,
        os: refusal::text(step, "system")?,
        has_password: step.write.contains_key("admin.password"),
        ssh_key: step.write.get("admin.ssh-key"),
        nic: refusal::text(step, "nic")?,
    };
    let mut body = json!({
        "location": refusal::text(step, "location")?,
        "tags": tagged::new_tags(step)?,
        "properties": machine.properties(),
    });
    if let Some(zone) = text("zone") {
        body["zones"] = json!([zone]);
    }
    if let Some(identity) = identity::of_new(&step.write) {
        body["identity"] = identity;
    }
    let mut put = Request::put(
        refusal::id(step)?.path(),
        versions::COMPUTE,
        body,
        refusal::attempted(step),
    );
    for (attribute, pointer) in new::SECRETS {
        if let Some(Value::Secret(source)) = step.write.get(attribute) {
            put = put.with_secret(pointer, source.clone());
        }
    }
    Ok(Write::Send(vec![put]))
}

/// The size first: a change of tags would give the machine another version than the one that was read.
pub(super) fn update(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone".to_owned(),
            "run again: the plan then says what is missing",
        ));
    };
    let machine: Machine = decode(step, body)?;
    let mut requests = Vec::new();
    if let Some(change) = size_change(step) {
        if machine.size().map_or(Value::Null, Value::from) != change.before {
            return Err(refusal::changed_meanwhile(step, "size"));
        }
        let patch = Request::patch(
            refusal::id(step)?.path(),
            versions::COMPUTE,
            new::resized(change.after.as_text().unwrap_or_default()),
            refusal::attempted(step),
        );
        requests.push(match &machine.etag {
            Some(etag) => patch.if_match(etag),
            None => patch,
        });
    }
    requests.extend(tagged::requests_on(step, &machine.tags)?);
    Ok(Write::Send(requests))
}

/// The attribute that names the data disks which go with a machine, as the plan saw them.
pub(super) const DATA_DISKS: &str = "data-disks";

/// Deletes a machine with the disks that the plan saw go with it: one that somebody attached since would be lost unseen.
pub(super) fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    if let Seen::One(body) = fresh {
        let machine: Machine = decode(step, body)?;
        let seen = |id: &&str| match step.write.get(DATA_DISKS) {
            Some(Value::List(ids)) => ids
                .iter()
                .filter_map(Value::as_text)
                .any(|own| own.eq_ignore_ascii_case(id)),
            _ => false,
        };
        if let Some(unseen) = machine.data_disks_that_go().find(|id| !seen(id)) {
            let name = unseen.rsplit('/').next().unwrap_or(unseen);
            return Err(refuse(
                step,
                format!(
                    "the data disk `{name}` was attached meanwhile and would be deleted with it"
                ),
                "run again: the plan then says so",
            ));
        }
    }
    delete_after_logins(step, fresh)
}

fn size_change(step: &Step) -> Option<&Change> {
    step.changes
        .iter()
        .find(|change| change.attribute == "size")
}

/// Deletes the machine; one that is made anew first loses the logins that the plan names, so that no device keeps its name. One of them
/// that is gone meanwhile is in nobody's way.
fn delete_after_logins(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let (Write::Send(deletion), Seen::One(body)) = (made::delete(step, fresh)?, fresh) else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    let machine: Machine = decode(step, body)?;
    let named = match step.write.get(FIRST) {
        Some(Value::List(ids)) => ids.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    };
    let there = machine.extensions().iter().filter(|extension| {
        let is_named = named.iter().any(|id| extension.id.eq_ignore_ascii_case(id));
        is_named && extension.login().is_some()
    });
    let mut requests = Vec::new();
    for extension in there {
        let id = ArmId::parse(&extension.id)
            .map_err(|error| refusal::malformed(step, &error.to_string()))?;
        let attempted = format!("uninstall `{}` before the machine goes", id.name());
        requests.push(Request::delete(id.path(), versions::of(&id), attempted));
    }
    requests.extend(deletion);
    Ok(Write::Send(requests))
}
