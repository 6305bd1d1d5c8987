//! VML223: a setting for device management on a machine whose login extension takes none.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::catalogue;
use crate::kinds::login::handler_for;

pub(in crate::rules) struct MdmOnLinux;

static CARD: Card = Card {
    id: "VML223",
    title: "`mdm-id` at a machine that runs Linux",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "`mdm-id` says with which app a Windows machine is enrolled when it joins the directory. The extension for Linux, \
        AADSSHLoginForLinux, has no such setting: sending it would change nothing, and the manifest would promise what does not \
        happen.\n\n\
        Take `mdm-id` out of the `login` of Linux machines.",
    source: "Microsoft Entra documentation, sign in to Linux virtual machines (2025): the extension has no settings",
    checked: "2026-11-21",
};

impl Rule for MdmOnLinux {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let logins = scene.manifest.of_kind("login");
        logins.filter_map(|login| opinion(scene, login)).collect()
    }
}

fn opinion(scene: &Scene<'_>, login: &Resource) -> Option<Finding> {
    let span = login.attributes.get("mdm-id")?.span;
    let machine = scene.manifest.parent_of(login)?;
    let kind = catalogue().kind(machine.kind)?;
    let (address, name) = (login.address.clone(), &machine.name);
    match handler_for(login, scene) {
        Some(handler) if handler.managed => None,
        Some(handler) => {
            let message = format!(
                "`{name}` runs {}, and `mdm-id` is a setting of the login extension for Windows",
                handler.os
            );
            let help = format!(
                "take `mdm-id` out of the `login` of `{} {name}`",
                machine.kind
            );
            Some(Finding::hit(&CARD, address, span, message, help))
        }
        None => {
            // A machine that is not there is the matter of another rule.
            scene
                .inventory
                .get(kind.schema().kind, &kind.key(machine, scene)?)?;
            let message = format!("Azure does not tell which operating system `{name}` runs");
            Some(Finding::not_checked(&CARD, address, span, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn opinions(os: Option<&str>) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        scenes::fact(&mut inventory, "vm", "os", os);
        let login = "vm:core/rg-web/web01/login";
        scenes::declare(&mut manifest, login, "mdm-id", "intune".into());
        shown(&MdmOnLinux.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn device_management_on_linux_is_refused() {
        assert_eq!(
            opinions(Some("linux")),
            "VML223 vm:core/rg-web/web01/login error: `web01` runs linux, and `mdm-id` is a setting of the login extension for Windows\n  help: take `mdm-id` out of the `login` of `vm web01`\n"
        );
    }

    #[test]
    fn device_management_on_windows_is_fine() {
        assert_eq!(opinions(Some("windows")), "");
    }

    #[test]
    fn an_unknown_system_is_not_checked() {
        assert_eq!(
            opinions(None),
            "VML223 vm:core/rg-web/web01/login not checked: Azure does not tell which operating system `web01` runs\n"
        );
    }
}
