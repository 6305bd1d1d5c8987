//! VML218: device management asked for on a machine that cannot enrol.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::rules::subject::{Subject, logins};
use crate::tables::windows::{self, Product};

pub(in crate::rules) struct MdmOnServer;

static CARD: Card = Card {
    id: "VML218",
    title: "`mdm-id` at a machine that cannot be enrolled in device management",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "Windows Server does not enrol in device management: with a `mdm-id` the login extension joins the machine to the \
        directory and enrols nothing, or fails. Leave `mdm-id` out on servers.\n\n\
        A Windows 10 or 11 machine enrols only where the tenant has licences (Microsoft Entra ID P1 and Intune) and its MDM user scope \
        covers the user. vmlogin does not read licences or that scope, so it is silent about them: look at Mobility in the Entra admin \
        centre when a join fails with 0x801C0001.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2023); public issue MicrosoftDocs/azure-docs 55263",
    checked: "2026-11-21",
};

impl Rule for MdmOnServer {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects.filter_map(|subject| opinion(&subject)).collect()
    }
}

fn opinion(subject: &Subject<'_>) -> Option<Finding> {
    let declared = subject.login.get("mdm-id").and_then(Value::as_text)?;
    if declared.is_empty() || subject.os() != Some("windows") {
        return None;
    }
    let reported = subject
        .fact("os-name")
        .and_then(|name| windows::reported(name, subject.fact("os-version")));
    let release = reported.or_else(|| subject.image().and_then(windows::imaged));
    let name = subject.name();
    match release {
        Some(release) if release.product == Product::Client => None,
        Some(_) => {
            let message = format!(
                "`{name}` {} Windows Server, which does not enrol in device management",
                subject.runs()
            );
            let help = format!("take `mdm-id` out of the `login` of `{name}`");
            Some(subject.hit(&CARD, message, help))
        }
        None => {
            let message = format!(
                "whether `{name}` {} a Windows that can enrol {}",
                subject.runs(),
                subject.untold()
            );
            Some(subject.not_checked(&CARD, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(facts: &[(&str, Option<&str>)], mdm: &str) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        let login = "vm:core/rg-web/web01/login";
        scenes::declare(&mut manifest, login, "mdm-id", mdm.into());
        for (name, value) in facts {
            scenes::fact(&mut inventory, "vm", name, *value);
        }
        shown(&MdmOnServer.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn device_management_on_a_server_is_a_warning() {
        assert_eq!(
            check(&[], "intune"),
            "VML218 vm:core/rg-web/web01/login warning: `web01` runs Windows Server, which does not enrol in device management\n  help: take `mdm-id` out of the `login` of `web01`\n"
        );
    }

    #[test]
    fn none_on_a_server_or_some_on_a_client_is_fine() {
        let client = [
            ("os-name", Some("Windows 11 Enterprise")),
            ("os-version", Some("10.0.26100.1")),
        ];
        assert_eq!(check(&[], ""), "");
        assert_eq!(check(&client, "intune"), "");
    }

    #[test]
    fn a_machine_that_tells_nothing_is_not_checked() {
        let silent = [("os-name", None), ("os-version", None), ("image", None)];
        assert_eq!(
            check(&silent, "intune"),
            "VML218 vm:core/rg-web/web01/login not checked: whether `web01` runs a Windows that can enrol is told neither by its agent nor by its image\n"
        );
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_its_image() {
        let check = |image: &str| {
            let (mut manifest, inventory) = scenes::to_be_made(image);
            let login = "vm:core/rg-web/web01/login";
            scenes::declare(&mut manifest, login, "mdm-id", "intune".into());
            shown(&MdmOnServer.check(&Scene::of(&manifest, &inventory)))
        };
        assert!(check("Win2022Datacenter").contains("warning: `web01` will run Windows Server"));
        let client = "MicrosoftWindowsDesktop:windows-11:win11-24h2-ent:latest";
        assert_eq!(check(client), "");
    }
}
