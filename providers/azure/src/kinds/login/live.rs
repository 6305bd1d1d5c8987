//! The login extension as a machine shows it: in a survey, and after a write.

use serde_json::Value as Json;
use vmlogin_engine::diff::same::compare_versions;
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Proof;
use vmlogin_engine::value::{Attributes, Value};

use super::{Host, SCHEMA, host, wire};
use crate::arm::ArmId;
use crate::kinds::{Opinion, Place, Seen, health, refusal};

/// The login extension of a machine, where it has one.
pub(crate) fn live(machine: &dyn Host, place: &Place) -> Option<Live> {
    let extension = of(machine)?;
    let mut live = place.part(SCHEMA.kind, SCHEMA.title);
    live.id = extension.id.clone();
    live.stamp = extension.tags.estate();
    live.protected = extension.tags.is_protected();
    let view = machine.view(extension);
    live.health = health(&extension.properties.provisioning_state, || {
        view.as_ref()?.failure()
    });
    let running = view.and_then(|view| view.type_handler_version);
    live.attributes = attributes(&extension.properties, running.as_deref());
    live.facts
        .extend(running.map(|version| ("running-version", Value::Text(version))));
    Some(live)
}

/// The machine's login extension. The one for another operating system, which somebody installed by mistake, is none.
fn of(machine: &dyn Host) -> Option<&wire::Extension> {
    let os = machine.os();
    machine.extensions().iter().find(|extension| {
        extension
            .login()
            .is_some_and(|handler| os.as_deref().is_none_or(|os| os == handler.os))
    })
}

/// `running` is what the instance view tells. A version that the model asks for already is as good as one that runs: to ask for
/// it again would change nothing.
/// The settings of an extension, as the plan compares them.
pub(super) fn attributes(properties: &wire::Properties, running: Option<&str>) -> Attributes {
    let asked = properties.type_handler_version.as_deref();
    let newest = asked
        .into_iter()
        .chain(running)
        .max_by(|one, other| compare_versions(one, other));
    let mdm_id = properties
        .settings
        .as_ref()
        .and_then(|settings| settings.get("mdmId"))
        .and_then(Json::as_str);
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let switch = |on: Option<bool>| on.map_or(Value::Null, Value::Bool);
    Attributes::from([
        ("version", text(newest)),
        // Left out it is off: it comes back as `false`.
        (
            "auto-upgrade-minor-version",
            Value::Bool(properties.auto_upgrade_minor_version.unwrap_or(false)),
        ),
        (
            "enable-automatic-upgrade",
            switch(properties.enable_automatic_upgrade),
        ),
        ("mdm-id", text(mdm_id)),
    ])
}

pub(super) const REPORTS: &str = "the extension reports success";

/// What the machine shows after the extension was written.
pub(super) fn reports(step: &Step, machine: &dyn Host) -> Vec<Opinion> {
    let Some(extension) = of(machine) else {
        return vec![Opinion::new(
            REPORTS,
            Proof::Wrong("the machine has no such extension".to_owned()),
        )];
    };
    let view = machine.view(extension);
    let state = health(&extension.properties.provisioning_state, || {
        view.as_ref()?.failure()
    });
    let told = |result| Opinion::new(REPORTS, result);
    let first = match (state, &view) {
        (Health::Failed { message }, _) => told(Proof::Wrong(message)),
        (Health::Busy, _) => Opinion::too_early(REPORTS, "an operation is running on it"),
        (_, Some(view)) if view.succeeded() => told(Proof::Verified),
        (_, Some(view)) => match view.failure() {
            Some(message) => told(Proof::Wrong(message)),
            None => Opinion::too_early(REPORTS, "the extension has not reported yet"),
        },
        (_, None) => Opinion::too_early(REPORTS, "the machine's agent has not reported yet"),
    };
    let mut opinions = vec![first];
    if let Some(version) = view
        .as_ref()
        .and_then(|view| view.type_handler_version.as_ref())
    {
        opinions.push(runs(step, version));
    }
    opinions
}

/// What is there to say of the version that runs.
fn runs(step: &Step, version: &str) -> Opinion {
    let floor = step.write.get("version").and_then(Value::as_text);
    let older = floor.filter(|floor| compare_versions(version, floor).is_lt());
    let result = match older {
        Some(floor) => Proof::Wrong(format!("the manifest asks for {floor} at least")),
        None => Proof::Verified,
    };
    Opinion::new(&format!("version {version} runs"), result)
}

pub(super) fn gone(machine: &dyn Host) -> Opinion {
    Opinion::gone(&match of(machine) {
        Some(_) => Seen::All(Vec::new()),
        None => Seen::Missing,
    })
}

/// A machine that a finished step made join the directory.
#[derive(Debug)]
pub(crate) struct Joining {
    /// The machine.
    pub(crate) machine: ArmId,
    /// What it calls itself.
    pub(crate) computer_name: Option<String>,
}

/// The machine that a finished step made join, from what was read to verify it.
pub(crate) fn joining(step: &Step, seen: &Seen) -> Option<Joining> {
    let Seen::One(body) = seen else {
        return None;
    };
    if step.kind != SCHEMA.kind || step.action.removes() {
        return None;
    }
    let machine = host::of(step, body).ok()?;
    if !of(machine.as_ref())?.login()?.joins {
        return None;
    }
    Some(Joining {
        machine: refusal::id(step).ok()?.parent(),
        computer_name: machine.computer_name(),
    })
}
