//! What an extension's handler does inside the machine. Only the two logins are acted out; every other handler succeeds as
//! soon as the agent is there to run it.
//!
//! Nobody has recorded the login extension (arm/OBSERVED.md 11): its outcomes follow the documents and reports in
//! arm/FACTS.md 8, its texts are composed after theirs.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::extension::{handler_of, text};
use super::{extension_image, handler_linux};
use crate::http::error;
use crate::http::reply::Reply;
use crate::seed::{Agent, Os};
use crate::state::{ArcMachine, Device, Extension, HandlerView, Machine, World};

const LOGIN: &str = "microsoft.azure.activedirectory.aadloginforwindows";

/// No tenant to be had from the machine's identity.
const NO_IDENTITY: i64 = -2_145_648_574;
/// Device registration out of reach.
const NO_REGISTRATION: i64 = -2_145_648_607;
/// The directory refused the join; reported for names that are taken, among other causes (RULES.md, symptoms).
const NAME_TAKEN: i64 = -2_145_648_639;
/// An operating system that is too old.
pub(super) const UNSUPPORTED: i64 = 51;
/// A machine that has joined an Active Directory domain. That it cannot join is documented (arm/FACTS.md 8), how the handler then
/// ends is not: the number is ours, unverified against Azure, 2026-11-21.
const IN_A_DOMAIN: i64 = 1;
/// Oldest build: Server 2019 and Windows 10 1809.
const OLDEST_BUILD: u64 = 17_763;
/// Oldest build on an Arc machine: Server 2025 and Windows 11 24H2 (arm/FACTS.md 11).
const OLDEST_ON_ARC: u64 = 26_100;

/// Terminal code of a failed installation; the agent's silence has none.
const INSTALL_FAILED: &str = "1007";
const SILENT: &str = "agent";

/// Whether these are the properties of the login extension for Windows.
pub(crate) fn is_login(properties: &Map<String, Value>) -> bool {
    handler_of(properties).eq_ignore_ascii_case(LOGIN)
}

/// Runs the handler of an extension; a machine that joins gets its device.
pub(crate) fn run(
    world: &mut World,
    key: &str,
    extension: &Extension,
    now: Timestamp,
) -> HandlerView {
    let version = running_version(
        text(&extension.properties, "type"),
        text(&extension.properties, "typeHandlerVersion"),
    );
    let on_arc = arc_of(world, key).is_some();
    let Some(machine) = machine_of(world, key).cloned() else {
        return success(version, "Enable succeeded.");
    };
    if machine.agent == Agent::NotReady {
        return HandlerView {
            version,
            failure: Some(SILENT.to_owned()),
            message: format!(
                "VM '{}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the \
                 VM has a running VM agent, and that it can establish outbound connections to Azure storage.",
                machine.name
            ),
        };
    }
    if handler_linux::is_login(&extension.properties) {
        let kept = kept(&machine, extension, handler_linux::NO_IDENTITY);
        let obstacle = || handler_linux::obstacle(world, machine_key(key), &machine);
        return match kept.or_else(obstacle) {
            Some(exit) => HandlerView {
                failure: Some(INSTALL_FAILED.to_owned()),
                message: handler_linux::failed(&version, exit),
                version,
            },
            None => success(version, "Enable succeeded."),
        };
    }
    if !is_login(&extension.properties) {
        return success(version, "Enable succeeded.");
    }
    let refused = |message: String| HandlerView {
        version: version.clone(),
        failure: Some(INSTALL_FAILED.to_owned()),
        message,
    };
    if (on_arc || version.starts_with("2."))
        && extension
            .properties
            .get("settings")
            .is_none_or(|it| it.get("mdmId").is_none())
    {
        return refused(
            "'mdmId' setting was not found. Please input the 'mdmId' setting. This setting is case sensitive".to_owned(),
        );
    }
    let kept = kept(&machine, extension, NO_IDENTITY);
    match kept.or_else(|| obstacle(world, &machine, on_arc)) {
        Some(NAME_TAKEN) => {
            let handler = handler_of(&extension.properties);
            let text = install_failed(&handler, &extension.name, &version, NAME_TAKEN);
            refused(format!(
                "{text} (hostname duplication: a device named '{}' exists in the directory)",
                machine.computer_name
            ))
        }
        Some(exit) => {
            let handler = handler_of(&extension.properties);
            refused(install_failed(&handler, &extension.name, &version, exit))
        }
        None => {
            join(world, &machine, now);
            success(version, "Successfully joined the device to Azure AD.")
        }
    }
}

/// The directory forgets the device of the machine that an extension was on.
pub(crate) fn leave(world: &mut World, key: &str) {
    let machine = machine_key(key).to_owned();
    for tenant in world.tenants.values_mut() {
        tenant.devices.retain(|_, device| {
            device
                .machine
                .as_ref()
                .is_none_or(|it| !it.eq_ignore_ascii_case(&machine))
        });
    }
}

/// The version that runs, as against the one that was asked for: in four parts.
pub(crate) fn running_version(kind: &str, asked: &str) -> String {
    if let Some(version) = extension_image::version(kind, asked) {
        return version.to_owned();
    }
    let parts = asked.split('.').count();
    match parts {
        1..4 => format!("{asked}{}.1", ".0".repeat(3 - parts)),
        _ => asked.to_owned(),
    }
}

/// Versions of the login extension that are no longer to be had are refused: reported for 0.4. Status unverified
/// against Azure, 2026-11-21.
pub(crate) fn check_version(properties: &Map<String, Value>) -> Result<(), Reply> {
    let version = text(properties, "typeHandlerVersion");
    if !(is_login(properties) || handler_linux::is_login(properties)) || !version.starts_with("0.")
    {
        return Ok(());
    }
    Err(error::provider(
        400,
        "ArtifactVersionNotFound",
        format!(
            "No version found in the artifact repository that satisfies the requested version '{version}' for VM \
             extension with publisher '{}' and type '{}'.",
            text(properties, "publisher"),
            text(properties, "type")
        ),
    ))
}

/// What an agent says about a failed installation.
pub(crate) fn install_failed(handler: &str, name: &str, version: &str, exit: i64) -> String {
    if handler.eq_ignore_ascii_case(handler_linux::LOGIN) {
        return handler_linux::failed(version, exit);
    }
    let command = handler.rsplit('.').next().unwrap_or(handler);
    format!(
        "Handler '{handler}' has reported failure for VM Extension '{name}' with terminal error code '1007' and error \
         message: 'Install failed for plugin (name: {handler}, version {version}) with exception Command \
         C:\\Packages\\Plugins\\{handler}\\{version}\\{command}Handler.exe of {handler} has exited with Exit code: {exit}'"
    )
}

/// Code in which the operation of a failed extension ends.
pub(crate) fn operation_code(view: &HandlerView) -> &'static str {
    match view.failure.as_deref() {
        Some(SILENT) => "VMAgentStatusCommunicationError",
        _ => "VMExtensionProvisioningError",
    }
}

/// Message in which the operation of a failed extension ends.
pub(crate) fn operation_message(extension: &Extension, view: &HandlerView) -> String {
    match view.failure.as_deref() {
        Some(SILENT) => view.message.clone(),
        _ => format!(
            "VM has reported a failure when processing extension '{}' (publisher '{}' and type '{}'). Error message: \
             '{}'.",
            extension.name,
            text(&extension.properties, "publisher"),
            text(&extension.properties, "type"),
            view.message
        ),
    }
}

/// The code in which the last run ended for want of an identity, on a machine that is sown to keep it until the extension is
/// uninstalled. The documents only say to install anew (RULES.md 3); whether a handler fails again when it is merely run again is
/// unverified against Azure, 2026-11-21, so others do not.
fn kept(machine: &Machine, extension: &Extension, no_identity: i64) -> Option<i64> {
    let failed = extension
        .view
        .as_ref()
        .filter(|view| view.failure.is_some())?;
    let is_kept = machine.keeps_failed_login && failed.message.contains(&no_identity.to_string());
    is_kept.then_some(no_identity)
}

/// Exit code of the first thing that keeps a machine from joining, in the order in which the handler meets them.
fn obstacle(world: &World, machine: &Machine, on_arc: bool) -> Option<i64> {
    if !is_supported(machine, if on_arc { OLDEST_ON_ARC } else { OLDEST_BUILD }) {
        return Some(UNSUPPORTED);
    }
    if machine.domain.is_some() {
        return Some(IN_A_DOMAIN);
    }
    if machine.identity.system.is_none() {
        return Some(NO_IDENTITY);
    }
    if !machine.registration {
        return Some(NO_REGISTRATION);
    }
    let tenant = &world.tenants[&tenant_of(world, machine)?];
    tenant
        .devices
        .values()
        .any(|it| it.name.eq_ignore_ascii_case(&machine.computer_name) && !is_of(it, machine))
        .then_some(NAME_TAKEN)
}

/// That Linux under the handler for Windows ends like an old Windows is unverified against Azure, 2026-11-21.
fn is_supported(machine: &Machine, oldest: u64) -> bool {
    let build = machine
        .os_version
        .split('.')
        .nth(2)
        .and_then(|it| it.parse::<u64>().ok());
    let old = ["2008", "2012", "2016"]
        .iter()
        .any(|it| machine.os_name.contains(it));
    machine.os == Os::Windows && !old && build.is_none_or(|it| it >= oldest)
}

fn join(world: &mut World, machine: &Machine, now: Timestamp) {
    let Some(tenant) = tenant_of(world, machine) else {
        return;
    };
    let known = world.tenants[&tenant]
        .devices
        .values()
        .find(|it| is_of(it, machine))
        .cloned();
    let device = Device {
        id: known
            .as_ref()
            .map_or_else(|| world.new_guid(&tenant), |it| it.id.clone()),
        device_id: known
            .as_ref()
            .map_or_else(|| world.new_guid(&tenant), |it| it.device_id.clone()),
        name: machine.computer_name.clone(),
        machine: Some(machine.id.clone()),
        registered: now,
        os_version: Some(machine.os_version.clone()),
    };
    if let Some(tenant) = world.tenants.get_mut(&tenant) {
        tenant.devices.insert(device.id.to_lowercase(), device);
    }
}

fn is_of(device: &Device, machine: &Machine) -> bool {
    device
        .machine
        .as_ref()
        .is_some_and(|it| it.eq_ignore_ascii_case(&machine.id))
}

fn tenant_of(world: &World, machine: &Machine) -> Option<String> {
    let subscription = machine.id.split('/').nth(2)?.to_lowercase();
    Some(world.subscriptions.get(&subscription)?.tenant.clone())
}

fn machine_of<'a>(world: &'a World, key: &str) -> Option<&'a Machine> {
    let arc = || arc_of(world, key).map(|arc| &arc.machine);
    world.machines.get(machine_key(key)).or_else(arc)
}

/// The Arc machine that an extension is on.
pub(crate) fn arc_of<'a>(world: &'a World, key: &str) -> Option<&'a ArcMachine> {
    world.arcs.get(machine_key(key))
}

fn machine_key(extension: &str) -> &str {
    extension.split("/extensions/").next().unwrap_or(extension)
}

fn success(version: String, message: &str) -> HandlerView {
    HandlerView {
        version,
        failure: None,
        message: message.to_owned(),
    }
}
