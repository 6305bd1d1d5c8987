//! VML222: no login extension is for what the machine runs, or nobody says what that is.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::kinds::live_of;
use crate::kinds::login::Handler;
use crate::kinds::vm::image::declared_os;

pub(in crate::rules) struct NoHandler;

static CARD: Card = Card {
    id: "VML222",
    title: "no login extension is for what the machine runs",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "Sign-in with Entra ID needs AADLoginForWindows on Windows and AADSSHLoginForLinux on Linux. Azure accepts either \
        on any machine and fails minutes later, in the guest; so the choice is made before anything is written, by what Azure \
        tells of the machine.\n\n\
        Where Azure does not tell it, say `os=windows` or `os=linux` at the machine.",
    source: "Microsoft Entra documentation, sign in to Windows and to Linux virtual machines (2025)",
    checked: "2026-11-21",
};

impl Rule for NoHandler {
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
    let live = live_of(machine, scene)?;
    let (address, span, name) = (login.address.clone(), login.span, &machine.name);
    match live.facts.get("os").and_then(Value::as_text) {
        Some(os) if Handler::for_os(os).is_some() => None,
        Some(os) => {
            let message = format!("`{name}` runs {os}, and there is no login extension for that");
            let help = format!("take `login` out of `{} {name}`", machine.kind);
            Some(Finding::hit(&CARD, address, span, message, help))
        }
        // What the manifest says is believed where Azure is silent.
        None if declared_os(machine).is_some() => {
            let message = format!("Azure does not tell which operating system `{name}` runs");
            Some(Finding::not_checked(&CARD, address, span, message))
        }
        None => {
            let message = format!("nobody tells which operating system `{name}` runs");
            let help = format!(
                "write `os=windows` or `os=linux` at `{} {name}`",
                machine.kind
            );
            Some(Finding::hit(&CARD, address, span, message, help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn opinions(os: Option<&str>, declared: bool) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        scenes::fact(&mut inventory, "vm", "os", os);
        if declared {
            scenes::declare(&mut manifest, "vm:core/rg-web/web01", "os", "linux".into());
        }
        shown(&NoHandler.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_login_on_windows_and_on_linux_is_fine() {
        assert_eq!(opinions(Some("windows"), false), "");
        assert_eq!(opinions(Some("linux"), false), "");
    }

    #[test]
    fn a_login_on_anything_else_is_refused() {
        assert_eq!(
            opinions(Some("plan9"), false),
            "VML222 vm:core/rg-web/web01/login error: `web01` runs plan9, and there is no login extension for that\n  help: take `login` out of `vm web01`\n"
        );
    }

    #[test]
    fn a_system_that_nobody_tells_is_to_be_said() {
        assert_eq!(
            opinions(None, false),
            "VML222 vm:core/rg-web/web01/login error: nobody tells which operating system `web01` runs\n  help: write `os=windows` or `os=linux` at `vm web01`\n"
        );
    }

    #[test]
    fn a_system_that_only_the_manifest_tells_is_not_checked() {
        assert_eq!(
            opinions(None, true),
            "VML222 vm:core/rg-web/web01/login not checked: Azure does not tell which operating system `web01` runs\n"
        );
    }
}
