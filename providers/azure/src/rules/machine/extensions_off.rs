//! VML207: the machine was set up to take no extensions.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use super::subject::{Subject, logins};

pub(in crate::rules) struct ExtensionsOff;

static CARD: Card = Card {
    id: "VML207",
    title: "the machine takes no extensions",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "A machine may be set up with `allowExtensionOperations` off: then Azure refuses every extension on it, the login among \
        them. A machine that has no such switch, being made from a disk of its own, takes extensions.\n\n\
        Whoever owns the machine switches it on (`osProfile.allowExtensionOperations`), or the `login` is taken out.",
    source: "Microsoft.Compute 2024-07-01, OSProfile.allowExtensionOperations, as published in azure-rest-api-specs",
    checked: "2026-11-21",
};

impl Rule for ExtensionsOff {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| {
                subject.fact("extension-operations") == Some("off") && !subject.is_installed()
            })
            .map(|subject| opinion(&subject))
            .collect()
    }
}

fn opinion(subject: &Subject<'_>) -> Finding {
    let name = subject.name();
    let message =
        format!("`{name}` takes no extensions: its `allowExtensionOperations` is switched off");
    let help = format!("switch it on, or take `login` out of `vm {name}`");
    subject.hit(&CARD, message, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(switch: Option<&str>, kept: &[&str]) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| kept.contains(kind));
        scenes::fact(&mut inventory, "vm", "extension-operations", switch);
        shown(&ExtensionsOff.check(&Scene {
            manifest: &manifest,
            inventory: &inventory,
        }))
    }

    #[test]
    fn a_login_that_could_not_be_installed_is_refused() {
        assert_eq!(
            check(Some("off"), &["vm"]),
            "VML207 vm:core/rg-web/web01/login error: `web01` takes no extensions: its `allowExtensionOperations` is switched off\n  help: switch it on, or take `login` out of `vm web01`\n"
        );
    }

    #[test]
    fn a_machine_that_takes_them_or_has_the_login_already_is_fine() {
        assert_eq!(check(Some("on"), &["vm"]), "");
        assert_eq!(check(None, &["vm"]), "");
        assert_eq!(check(Some("off"), &["vm", "login"]), "");
    }

    #[test]
    fn a_machine_that_could_not_be_read_is_left_to_vml200() {
        assert_eq!(check(Some("off"), &[]), "");
    }
}
