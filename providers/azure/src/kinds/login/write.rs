//! The writes of a login extension: made anew beside others, or sent back as it is so that its handler runs again.

use serde_json::{Map, Value as Json, json};
use vmlogin_engine::diff::same::alias;
use vmlogin_engine::inventory::Health;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Value;

use super::handler::PUBLISHER;
use super::wire::{self, Extension};
use super::{INTUNE, host, live};
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
    let mut properties = Map::new();
    properties.insert("publisher".to_owned(), PUBLISHER.into());
    properties.insert("type".to_owned(), kind.into());
    for attribute in ATTRIBUTES {
        if let Some(value) = step.write.get(attribute) {
            set(&mut properties, attribute, value, parts(&id));
        }
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

/// Changes the declared members of an extension that works, and writes one that failed again.
pub(super) fn update(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone meanwhile".to_owned(),
            "run again: the plan then makes it",
        ));
    };
    let extension: Extension = decode(step, body)?;
    still_as_planned(step, &extension)?;
    let id = refusal::id(step)?;
    let mut changed = changed(step, &extension, parts(&id));
    let state = health(&extension.properties.provisioning_state, || None);
    // On an Arc-enabled machine the handler asks for the setting whatever its version: FACTS 8.
    let runs = !changed.is_empty() || matches!(state, Health::Failed { .. });
    if runs && host::is_arc(&id.parent()) {
        complete_settings(&mut changed, &extension);
    }
    match state {
        Health::Failed { .. } => repair(step, body, &extension, changed),
        Health::Good if changed.is_empty() => {
            Ok(Write::Nothing("it succeeded meanwhile".to_owned()))
        }
        Health::Good => Ok(Write::Send(vec![Request::patch(
            id.path(),
            versions::of(&id),
            json!({"properties": changed}),
            refusal::attempted(step),
        )])),
        Health::Busy => Err(refuse(
            step,
            "another operation is running on it".to_owned(),
            "run again when that has ended",
        )),
    }
}

/// Refuses to write over settings that are no longer those that the plan started from. The version is left out: the plan's may be
/// that of the running handler, which this reading does not show, and a newer one is never asked back.
fn still_as_planned(step: &Step, extension: &Extension) -> Result<(), Fault> {
    let now = live::attributes(&extension.properties, None);
    let compared = |attribute: &str| attribute != "version";
    for change in step.changes.iter().filter(|it| compared(&it.attribute)) {
        if now
            .get(&change.attribute)
            .is_some_and(|now| *now != change.before)
        {
            return Err(refusal::changed_meanwhile(step, &change.attribute));
        }
    }
    Ok(())
}

/// Writes a failed extension again, with nothing but the declared members changed, so that its handler runs once more: only a
/// changed `forceUpdateTag` makes it.
fn repair(
    step: &Step,
    body: &Json,
    extension: &Extension,
    mut changed: Map<String, Json>,
) -> Result<Write, Fault> {
    let next = next_tag(extension.properties.force_update_tag.as_deref());
    changed.insert("forceUpdateTag".to_owned(), next.into());
    let body = wire::writable(body, changed);
    Ok(Write::Send(vec![put(step, &refusal::id(step)?, body)]))
}

const ATTRIBUTES: [&str; 4] = [
    "version",
    "auto-upgrade-minor-version",
    "enable-automatic-upgrade",
    "mdm-id",
];

/// The members that the step changes, as they are to be.
fn changed(step: &Step, extension: &Extension, parts: usize) -> Map<String, Json> {
    let mut changed = Map::new();
    let settings = extension.properties.settings.clone().unwrap_or_default();
    for change in &step.changes {
        // Settings are sent whole: whether ARM would merge them is unverified against Azure, 2026-11-21.
        if change.attribute == "mdm-id" {
            changed.insert("settings".to_owned(), settings.clone().into());
        }
        set(&mut changed, &change.attribute, &change.after, parts);
    }
    // Handlers from 2.0 on fail without the setting, and one of 1.x may have been installed without it: FACTS 8.
    if changed.contains_key("typeHandlerVersion") {
        complete_settings(&mut changed, extension);
    }
    changed
}

/// Adds the setting that the handler for Windows asks for, where the extension was installed without it.
fn complete_settings(changed: &mut Map<String, Json>, extension: &Extension) {
    let managed = extension.login().is_some_and(|handler| handler.managed);
    let settings = extension.properties.settings.clone().unwrap_or_default();
    if managed && !settings.contains_key("mdmId") {
        let settings = changed.entry("settings").or_insert_with(|| settings.into());
        if !settings["mdmId"].is_string() {
            settings["mdmId"] = "".into();
        }
    }
}

/// Sets the member that is an attribute. Others, as `state`, are no members.
fn set(properties: &mut Map<String, Json>, attribute: &str, value: &Value, parts: usize) {
    match (attribute, value) {
        ("version", Value::Text(version)) => {
            properties.insert(
                "typeHandlerVersion".to_owned(),
                in_parts(version, parts).into(),
            );
        }
        ("auto-upgrade-minor-version", Value::Bool(on)) => {
            properties.insert("autoUpgradeMinorVersion".to_owned(), (*on).into());
        }
        ("enable-automatic-upgrade", Value::Bool(on)) => {
            properties.insert("enableAutomaticUpgrade".to_owned(), (*on).into());
        }
        ("mdm-id", Value::Text(mdm_id)) => {
            let settings = properties
                .entry("settings")
                .or_insert_with(|| Json::Object(Map::new()));
            settings["mdmId"] = alias("intune", INTUNE, mdm_id).into();
        }
        _ => {}
    }
}

/// In how many parts a machine asks for a version: two, of which the service picks the newest; four on an Arc-enabled machine
/// (FACTS 8).
fn parts(extension: &ArmId) -> usize {
    if host::is_arc(&extension.parent()) {
        4
    } else {
        2
    }
}

/// A version in so many parts: `2.2` for 2.2.0.1, or 2.2.0.0 for `2.2`.
fn in_parts(version: &str, parts: usize) -> String {
    let given = version.split('.').chain(std::iter::repeat("0"));
    let least = version.split('.').count().min(2);
    let parts: Vec<&str> = given.take(if parts == 2 { least } else { parts }).collect();
    parts.join(".")
}

/// Uninstalls what this estate installed. Somebody may have taken it over, or away, since the plan was made.
pub(super) fn uninstall(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    let extension: Extension = decode(step, body)?;
    if extension.login().is_none() {
        return Err(refuse(
            step,
            "an extension of another handler has its name meanwhile".to_owned(),
            "run again: the plan then starts from what is there",
        ));
    }
    tagged::still_ours(step, &extension.tags)?;
    let state = health(&extension.properties.provisioning_state, || None);
    if is_repair(step) && !matches!(state, Health::Failed { .. }) {
        return Err(refuse(
            step,
            "it is no longer failed".to_owned(),
            "run again: the plan then starts from what is there",
        ));
    }
    let id = refusal::id(step)?;
    Ok(Write::Send(vec![Request::delete(
        id.path(),
        versions::of(&id),
        refusal::attempted(step),
    )]))
}

/// Whether it goes because it failed, to be installed anew: only that removal names the state as what it changes.
fn is_repair(step: &Step) -> bool {
    step.changes
        .iter()
        .any(|change| change.attribute == "state")
}

/// A tag that differs from the old one, made without a clock: `vmlogin-1`, `vmlogin-2`, …
pub(super) fn next_tag(old: Option<&str>) -> String {
    let count: u64 = old
        .and_then(|old| old.strip_prefix("vmlogin-")?.parse().ok())
        .unwrap_or(0);
    format!("vmlogin-{}", count.wrapping_add(1))
}

fn put(step: &Step, id: &ArmId, body: Json) -> Request {
    Request::put(id.path(), versions::of(id), body, refusal::attempted(step))
}
