//! When a failed login is uninstalled and installed anew: its code asks for that, and its machine never joined.

use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::kind::{Reinstall, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::value::Value;

use super::{advice, handler_for, machine_of};

/// What the failure of a live login asks for. A login for Linux has no device: one that is failed has not done its work yet.
pub(super) fn asked(login: &Resource, live: &Live, scene: &Scene<'_>) -> Option<Reinstall> {
    let Health::Failed { message } = &live.health else {
        return None;
    };
    let handler = handler_for(login, scene)?;
    if !advice::asks_for_reinstall(handler.kind, message) {
        return None;
    }
    let joined = || may_have_joined(machine_of(login, scene));
    Some(Reinstall {
        reason: "its failure says that the machine had no identity when it was installed"
            .to_owned(),
        against: handler.joins.then(joined).flatten(),
    })
}

/// Why it is not certain that a machine never joined: to uninstall the login would make it leave. A device that does not tell
/// whose it is may be its own.
fn may_have_joined(machine: Option<&Live>) -> Option<String> {
    let fact = |name: &str| machine.and_then(|machine| machine.facts.get(name));
    let Some(devices) = fact("devices").and_then(Value::as_map) else {
        let why = fact("devices-unread").and_then(Value::as_text);
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        return Some(format!(
            "whether the directory has a device of the machine could not be read{why}"
        ));
    };
    let own = machine.map(|machine| machine.key.0.as_str());
    let mut devices = devices.iter();
    let (id, _) = devices.find(|(_, resource)| {
        let resource = resource.as_text();
        resource.is_none() || resource == own
    })?;
    Some(format!(
        "device {id} in the directory is the machine's or may be, so it may have joined"
    ))
}
