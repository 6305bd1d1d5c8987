//! VML222: the login extension that this version installs is for Windows, and the machine runs something else.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::kinds::catalogue;

pub(in crate::rules) struct NotWindows;

static CARD: Card = Card {
    id: "VML222",
    title: "the machine does not run Windows",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "Sign-in with Entra ID needs another extension on Linux (AADSSHLoginForLinux) than on Windows \
        (AADLoginForWindows), and this version of vmlogin installs the one for Windows only. On another system it \
        cannot work, and fails at the latest in the guest, minutes later (unverified against Azure, 2026-11-21).\n\n\
        Take the `login` out of the Linux machine's node. Grants may stay: the two roles are the same for both.",
    source: "Microsoft Entra documentation, sign in to Windows and to Linux virtual machines (2025)",
    checked: "2026-11-21",
};

impl Rule for NotWindows {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let logins = scene.manifest.of_kind("login");
        logins.filter_map(|login| opinion(scene, login)).collect()
    }
}

fn opinion(scene: &Scene<'_>, login: &Resource) -> Option<Finding> {
    let machine = scene.manifest.parent_of(login)?;
    // Whoever wrote `os=` hears of a difference from VML221.
    if machine.get("os").is_some() {
        return None;
    }
    let key = catalogue().kind(machine.kind)?.key(machine, scene)?;
    let live = scene.inventory.get("vm", &key)?;
    let (address, span, name) = (login.address.clone(), login.span, &machine.name);
    match live.facts.get("os").and_then(Value::as_text) {
        Some("windows") => None,
        Some(other) => {
            let message = format!(
                "`{name}` runs {other}, and this version installs the login extension for Windows only"
            );
            let help = format!("take `login` out of `vm {name}`");
            Some(Finding::hit(&CARD, address, span, message, help))
        }
        None => {
            let message = format!("Azure does not tell which operating system `{name}` runs");
            Some(Finding::not_checked(&CARD, address, span, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    #[test]
    fn a_login_on_linux_is_refused() {
        let (manifest, mut inventory) = scenes::estate();
        scenes::fact(&mut inventory, "vm", "os", Some("linux"));
        assert_eq!(
            shown(&NotWindows.check(&Scene {
                manifest: &manifest,
                inventory: &inventory
            })),
            "VML222 vm:core/rg-web/web01/login error: `web01` runs linux, and this version installs the login extension for Windows only\n  help: take `login` out of `vm web01`\n"
        );
    }

    #[test]
    fn a_login_on_windows_is_fine() {
        let (manifest, inventory) = scenes::estate();
        assert_eq!(
            NotWindows.check(&Scene {
                manifest: &manifest,
                inventory: &inventory
            }),
            []
        );
    }

    #[test]
    fn an_unknown_system_is_not_checked() {
        let (manifest, mut inventory) = scenes::estate();
        scenes::fact(&mut inventory, "vm", "os", None);
        assert_eq!(
            shown(&NotWindows.check(&Scene {
                manifest: &manifest,
                inventory: &inventory
            })),
            "VML222 vm:core/rg-web/web01/login not checked: Azure does not tell which operating system `web01` runs\n"
        );
    }
}
