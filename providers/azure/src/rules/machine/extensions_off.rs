//! VML207: the machine was set up to take no extensions.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::login::{PUBLISHER, handler_for};
use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct ExtensionsOff;

static CARD: Card = Card {
    id: "VML207",
    title: "the machine takes no extensions",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "A machine may be set up with `allowExtensionOperations` off: then Azure refuses every extension on it, the login among \
        them. A machine that has no such switch, being made from a disk of its own, takes extensions.\n\n\
        Whoever owns the machine switches it on (`osProfile.allowExtensionOperations`), or the `login` is taken out.\n\n\
        On an Arc-enabled machine its agent decides: it may be set to take no extensions at all, may hold a block list or an allow \
        list, or be in monitor mode, for which Microsoft keeps the allow list. Azure accepts the extension all the same and the \
        agent refuses it. That can be changed only on the machine itself, with `azcmagent config`.",
    source: "Microsoft.Compute 2024-07-01, OSProfile.allowExtensionOperations, and Microsoft.HybridCompute 2024-07-10, \
        AgentConfiguration, as published in azure-rest-api-specs; Azure Arc documentation, security-extensions",
    checked: "2026-11-21",
};

impl Rule for ExtensionsOff {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        logins(scene)
            .iter()
            .filter(|subject| !subject.is_installed())
            .filter_map(|subject| opinion(scene, subject))
            .collect()
    }
}

fn opinion(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    if subject.is_arc() {
        return on_arc(scene, subject);
    }
    if subject.fact("extension-operations") != Some("off") {
        return None;
    }
    let name = subject.name();
    let message =
        format!("`{name}` takes no extensions: its `allowExtensionOperations` is switched off");
    let help = format!("switch it on, or take `login` out of `{}`", subject.node());
    Some(subject.hit(&CARD, message, help))
}

/// What whoever owns the machine told its agent. An agent that tells nothing of it, or was never there, leaves it open.
fn on_arc(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let name = subject.name();
    let Some(switch) = subject.fact("extension-operations") else {
        let message = format!("the agent of `{name}` does not tell whether it takes extensions");
        return Some(subject.not_checked(&CARD, message));
    };
    let handler = handler_for(subject.login, scene)?;
    let (short, full) = (handler.kind, format!("{PUBLISHER}.{}", handler.kind));
    let list = |name: &str| subject.list(name).unwrap_or_default();
    let listed = |name: &str| list(name).iter().any(|it| it.eq_ignore_ascii_case(&full));
    let (why, command) = if switch == "off" {
        (
            "its agent is set to take no extensions".to_owned(),
            "azcmagent config set extensions.enabled true".to_owned(),
        )
    } else if listed("extensions-blocked") {
        (
            format!("`{short}` is on the block list of its agent"),
            format!("azcmagent config set extensions.blocklist \"{PUBLISHER}/{short}\" --remove"),
        )
    } else if subject.fact("config-mode") == Some("monitor") {
        (
            "its agent is in monitor mode, which takes extensions for monitoring only".to_owned(),
            "azcmagent config set config.mode full".to_owned(),
        )
    } else if !list("extensions-allowed").is_empty() && !listed("extensions-allowed") {
        (
            format!("its agent has an allow list, and `{short}` is not on it"),
            format!("azcmagent config set extensions.allowlist \"{PUBLISHER}/{short}\" --add"),
        )
    } else {
        return None;
    };
    let message = format!("`{name}` would not take the login extension: {why}");
    let help = format!(
        "on `{name}`, run `{command}`, or take `login` out of `{}`",
        subject.node()
    );
    Some(subject.hit(&CARD, message, help))
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::Value;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(switch: Option<&str>, kept: &[&str]) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| kept.contains(kind));
        scenes::fact(&mut inventory, "vm", "extension-operations", switch);
        shown(&ExtensionsOff.check(&Scene::of(&manifest, &inventory)))
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

    fn on_arc(facts: &[(&str, Option<Value>)]) -> String {
        let (manifest, mut inventory) = scenes::arc::without_login();
        let machines = inventory.live.values_mut();
        for live in machines.filter(|live| live.kind == "arc-machine") {
            for (name, value) in facts {
                match value {
                    Some(value) => live.facts.insert((*name).to_owned(), value.clone()),
                    None => live.facts.remove(name),
                };
            }
        }
        shown(&ExtensionsOff.check(&Scene::of(&manifest, &inventory)))
    }

    fn list(handler: &str) -> Option<Value> {
        Some(Value::List(vec![handler.into()]))
    }

    const LOGIN: &str = "microsoft.azure.activedirectory.aadloginforwindows";

    #[test]
    fn each_way_in_which_an_agent_refuses_is_told_with_the_command_that_undoes_it() {
        let why = |facts: &[(&str, Option<Value>)]| {
            let shown = on_arc(facts);
            let start = "VML207 arc-machine:core/rg-web/line1/login error: `line1` would not take the login extension: ";
            let shown = shown.strip_prefix(start).unwrap_or(&shown).to_owned();
            shown.replace(", or take `login` out of `arc-machine line1`\n", "")
        };
        assert_eq!(
            why(&[("extension-operations", Some("off".into()))]),
            "its agent is set to take no extensions\n  help: on `line1`, run `azcmagent config set extensions.enabled true`"
        );
        assert_eq!(
            why(&[("extensions-blocked", list(LOGIN))]),
            "`AADLoginForWindows` is on the block list of its agent\n  help: on `line1`, run `azcmagent config set extensions.blocklist \"Microsoft.Azure.ActiveDirectory/AADLoginForWindows\" --remove`"
        );
        assert_eq!(
            why(&[
                ("config-mode", Some("monitor".into())),
                ("extensions-allowed", list("a.b"))
            ]),
            "its agent is in monitor mode, which takes extensions for monitoring only\n  help: on `line1`, run `azcmagent config set config.mode full`"
        );
        assert_eq!(
            why(&[("extensions-allowed", list("a.b"))]),
            "its agent has an allow list, and `AADLoginForWindows` is not on it\n  help: on `line1`, run `azcmagent config set extensions.allowlist \"Microsoft.Azure.ActiveDirectory/AADLoginForWindows\" --add`"
        );
    }

    #[test]
    fn an_agent_that_allows_the_login_is_fine_and_a_silent_one_is_not_checked() {
        assert_eq!(on_arc(&[]), "");
        assert_eq!(on_arc(&[("extensions-allowed", list(LOGIN))]), "");
        assert_eq!(on_arc(&[("extensions-blocked", list("a.b"))]), "");
        assert_eq!(
            on_arc(&[("extension-operations", None)]),
            "VML207 arc-machine:core/rg-web/line1/login not checked: the agent of `line1` does not tell whether it takes extensions\n"
        );
    }

    #[test]
    fn a_machine_that_could_not_be_read_is_left_to_vml200() {
        assert_eq!(check(Some("off"), &[]), "");
    }
}
