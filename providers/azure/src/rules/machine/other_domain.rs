//! VML209: the machine joins another domain, or something else joins it to a directory.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct OtherDomain;

/// The extension, as `publisher.type` in lower case.
const HANDLER: &str = "microsoft.compute.jsonaddomainextension";

/// What a machine in no domain says its domain is.
const NO_DOMAIN: &str = "WORKGROUP";

static CARD: Card = Card {
    id: "VML209",
    title: "the machine is in another domain",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "The login extension joins a machine to Entra ID, and Windows can be a member of one directory only: on a machine that an \
        extension joined to Active Directory Domain Services or Entra Domain Services the join fails. The template of Azure Virtual \
        Desktop joins its hosts to Entra ID by a DSC extension whose settings say `aadJoin`; a second join of the same machine is \
        no more welcome.\n\n\
        Take the `login` out, or take the machine out of its domain and remove the extension first. On an Arc-enabled \
        machine its agent tells the domain; on a virtual machine, membership that no extension set up is not seen from outside.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2019 and 2023), and the article on Arc-enabled servers",
    checked: "2026-11-21",
};

impl Rule for OtherDomain {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects.filter_map(|subject| opinion(&subject)).collect()
    }
}

fn opinion(subject: &Subject<'_>) -> Option<Finding> {
    let mut extensions = subject.extensions("extensions");
    let found = extensions.find(|(_, handler)| handler.eq_ignore_ascii_case(HANDLER));
    let name = subject.name();
    if let Some(joiner) = subject
        .list("joining-extensions")
        .unwrap_or_default()
        .first()
    {
        let message = format!(
            "the extension `{joiner}` joins `{name}` to a directory by itself: its settings say `aadJoin`"
        );
        let help = format!(
            "take `login` out of `{}`, or remove `{joiner}`",
            subject.node()
        );
        return Some(subject.hit(&CARD, message, help));
    }
    let Some((extension, _)) = found else {
        return member(subject);
    };
    let message = format!(
        "the extension `{extension}` joins `{name}` to another domain, and a machine can be in one only"
    );
    let help = format!(
        "take `login` out of `{}`, or take `{name}` out of its domain and remove `{extension}`",
        subject.node()
    );
    Some(subject.hit(&CARD, message, help))
}

/// What the agent of an Arc-enabled machine tells of its domain.
fn member(subject: &Subject<'_>) -> Option<Finding> {
    if !subject.is_arc() || subject.os() != Some("windows") {
        return None;
    }
    let name = subject.name();
    match subject.fact("domain") {
        Some(domain) if domain.eq_ignore_ascii_case(NO_DOMAIN) => None,
        Some(domain) => {
            let message =
                format!("`{name}` is in the domain `{domain}`, and a machine can be in one only");
            let help = format!(
                "take `login` out of `{}`, or take `{name}` out of `{domain}`",
                subject.node()
            );
            Some(subject.hit(&CARD, message, help))
        }
        None if subject.is_installed() => None,
        None => {
            let message = format!("the agent of `{name}` does not tell whether it is in a domain");
            Some(subject.not_checked(&CARD, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::Attributes;

    use vmlogin_engine::value::Value;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(handler: &str, read: bool) -> String {
        let (manifest, mut inventory) = scenes::estate();
        if !read {
            inventory.live.clear();
        }
        for live in inventory.live.values_mut() {
            let one = Attributes::from([("other".to_owned(), handler.into())]);
            live.facts.insert("extensions".to_owned(), Value::Map(one));
        }
        shown(&OtherDomain.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn the_extension_is_found_by_its_handler_whatever_its_name() {
        assert_eq!(
            check("Microsoft.Compute.JsonADDomainExtension", true),
            "VML209 vm:core/rg-web/web01/login error: the extension `other` joins `web01` to another domain, and a machine can be in one only\n  help: take `login` out of `vm web01`, or take `web01` out of its domain and remove `other`\n"
        );
    }

    fn on_arc(domain: Option<&str>, installed: bool) -> String {
        let (manifest, mut inventory) = if installed {
            scenes::arc::estate()
        } else {
            scenes::arc::without_login()
        };
        scenes::fact(&mut inventory, "arc-machine", "domain", domain);
        shown(&OtherDomain.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn an_arc_machine_in_a_domain_is_refused() {
        assert_eq!(
            on_arc(Some("corp.contoso.com"), true),
            "VML209 arc-machine:core/rg-web/line1/login error: `line1` is in the domain `corp.contoso.com`, and a machine can be in one only\n  help: take `login` out of `arc-machine line1`, or take `line1` out of `corp.contoso.com`\n"
        );
        assert_eq!(on_arc(Some("workgroup"), false), "");
    }

    #[test]
    fn an_arc_machine_that_does_not_tell_its_domain_is_not_checked() {
        assert_eq!(
            on_arc(None, false),
            "VML209 arc-machine:core/rg-web/line1/login not checked: the agent of `line1` does not tell whether it is in a domain\n"
        );
        assert_eq!(on_arc(None, true), "");
    }

    #[test]
    fn any_other_extension_is_fine() {
        assert_eq!(
            check("Microsoft.Azure.Monitor.AzureMonitorWindowsAgent", true),
            ""
        );
    }

    #[test]
    fn a_machine_that_could_not_be_read_is_left_to_vml200() {
        assert_eq!(check("Microsoft.Compute.JsonADDomainExtension", false), "");
    }

    /// What the rule says of a machine with a DSC extension that has these settings, as ARM answers it.
    fn with_dsc(settings: &serde_json::Value, read: bool) -> String {
        let (manifest, mut inventory) = scenes::estate();
        let mut body = scenes::machine_body(&scenes::machine_id());
        let resources = body["resources"].as_array_mut().unwrap();
        let id = format!("{}/extensions/dsc", scenes::machine_id());
        resources.push(serde_json::json!({"id": id, "properties": {
            "publisher": "Microsoft.Powershell", "type": "DSC", "settings": settings,
        }}));
        let machine: crate::kinds::vm::wire::Machine = serde_json::from_value(body).unwrap();
        let facts = crate::kinds::login::neighbours(&machine);
        for live in inventory.live.values_mut().filter(|live| live.kind == "vm") {
            live.facts.extend(facts.clone());
        }
        if !read {
            inventory.live.clear();
        }
        shown(&OtherDomain.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_configuration_that_joins_by_itself_is_refused() {
        let joins = serde_json::json!({"properties": {"aadJoin": true, "hostPoolName": "hp"}});
        assert_eq!(
            with_dsc(&joins, true),
            "VML209 vm:core/rg-web/web01/login error: the extension `dsc` joins `web01` to a directory by itself: its settings say `aadJoin`\n  help: take `login` out of `vm web01`, or remove `dsc`\n"
        );
        assert_eq!(with_dsc(&joins, false), "");
    }

    #[test]
    fn a_configuration_that_joins_nothing_is_fine() {
        for settings in [
            serde_json::json!({"properties": {"aadJoin": false}}),
            serde_json::json!({"aadJoin": true}),
            serde_json::Value::Null,
        ] {
            assert_eq!(with_dsc(&settings, true), "");
        }
    }
}
