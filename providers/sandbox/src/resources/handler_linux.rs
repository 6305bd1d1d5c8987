//! What the login for Linux does inside the machine. Its exit codes follow the documents (RULES.md 3), the text around them
//! the Linux agent's public source; neither has been recorded. No device appears in the directory: whether Azure makes one is
//! unverified, 2026-11-21.

use serde_json::{Map, Value};

use super::extension::handler_of;
use super::handler::UNSUPPORTED;
use crate::seed::Os;
use crate::state::{Machine, World};

/// The handler, lower-case.
pub(super) const LOGIN: &str = "microsoft.azure.activedirectory.aadsshloginforlinux";
/// The handler that came before it.
const RETIRED: &str = "microsoft.azure.activedirectory.linuxssh.aadloginforlinux";

/// No system-assigned identity.
pub(super) const NO_IDENTITY: i64 = 22;
/// The handler that came before it is still there.
const RETIRED_IS_THERE: i64 = 23;

/// Whether these are the properties of the login extension for Linux.
pub(super) fn is_login(properties: &Map<String, Value>) -> bool {
    handler_of(properties).eq_ignore_ascii_case(LOGIN)
}

/// Exit code of the first thing that is in the way. That Windows under this handler ends with 51 is unverified against
/// Azure, 2026-11-21, as is the order.
pub(super) fn obstacle(world: &World, key: &str, machine: &Machine) -> Option<i64> {
    if machine.os != Os::Linux {
        return Some(UNSUPPORTED);
    }
    let retired = world
        .extensions_of(key)
        .any(|(_, it)| handler_of(&it.properties).eq_ignore_ascii_case(RETIRED));
    if retired {
        return Some(RETIRED_IS_THERE);
    }
    machine.identity.system.is_none().then_some(NO_IDENTITY)
}

/// What the agent says about a failed installation.
pub(super) fn failed(version: &str, exit: i64) -> String {
    let handler = "Microsoft.Azure.ActiveDirectory.AADSSHLoginForLinux";
    format!(
        "Install failed for plugin (name: {handler}, version {version}) with exception [ExtensionOperationError] \
         Non-zero exit code: {exit}, /var/lib/waagent/{handler}-{version}/./installer.sh install"
    )
}
