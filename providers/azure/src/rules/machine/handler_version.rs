//! VML216: a version of the login extension that cannot be installed, or no name left to install it under.

use vmlogin_engine::diff::same::compare_versions;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::kinds::login::Handler;
use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct HandlerVersion;

static CARD: Card = Card {
    id: "VML216",
    title: "this version of the login extension cannot be installed",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "`version` is a floor: the newest version from it on is installed. Azure refuses one that it does not offer in the \
        machine's region, with ArtifactVersionNotFound, and the 0.x of the preview are refused everywhere. What a region offers is \
        read where the manifest names a version and the machine is there.\n\n\
        Azure also refuses to install under the name of an extension of another publisher or type. vmlogin takes another name then; \
        where all the names that it would take are taken, this rule says so.\n\n\
        Leave `version` out for what is current, or write one that is offered.",
    source: "public issues Azure/azure-rest-api-specs 18938 and MicrosoftDocs/azure-docs 17102; Azure's troubleshooting page for virtual machines",
    checked: "2026-11-21",
};

impl Rule for HandlerVersion {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .flat_map(|subject| [version(&subject), name(&subject)])
            .flatten()
            .collect()
    }
}

fn version(subject: &Subject<'_>) -> Option<Finding> {
    let floor = subject.login.get("version").and_then(Value::as_text)?;
    if floor.split('.').next() == Some("0") {
        let message = format!("version {floor} was a preview, which Azure no longer installs");
        let help = "leave `version` out, or write `version=\"1.0\"`".to_owned();
        return Some(subject.hit(&CARD, message, help));
    }
    let running = subject.login_fact("running-version");
    if running.is_some_and(|running| compare_versions(running, floor).is_ge()) {
        return None;
    }
    let Some(offered) = subject.list("offered-versions") else {
        if subject.is_new() {
            let message = format!(
                "which versions the region of `{}` offers is asked once the machine is there",
                subject.name()
            );
            return Some(subject.not_checked(&CARD, message));
        }
        let message = format!(
            "which versions of the login extension the region of `{}` offers could not be read",
            subject.name()
        );
        return Some(subject.not_checked(&CARD, message));
    };
    let newest = offered
        .into_iter()
        .max_by(|one, other| compare_versions(one, other))?;
    if compare_versions(newest, floor).is_ge() {
        return None;
    }
    let message = format!(
        "version {floor} is asked for, and the region of `{}` offers {newest} at most",
        subject.name()
    );
    let help = "leave `version` out for what is current, or write one that is offered".to_owned();
    Some(subject.hit(&CARD, message, help))
}

/// Whether every name that the extension could be installed under belongs to another one.
fn name(subject: &Subject<'_>) -> Option<Finding> {
    let handler = Handler::for_os(subject.os()?)?;
    let extensions: Vec<(&str, &str)> = subject.extensions("extensions").collect();
    let is_ours = |(_, of): &&(&str, &str)| {
        of.rsplit_once('.')
            .is_some_and(|(publisher, kind)| Handler::of(publisher, kind) == Some(handler))
    };
    if extensions.iter().any(|extension| is_ours(&extension)) {
        return None;
    }
    let is_taken = |name: &&str| {
        extensions
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    let names = handler.names();
    if !names.iter().all(is_taken) {
        return None;
    }
    let message = format!(
        "`{}` has other extensions under all the names that the login would take: {}",
        subject.name(),
        names.map(|name| format!("`{name}`")).join(", ")
    );
    let help = format!("remove one of them from `{}`", subject.name());
    Some(subject.hit(&CARD, message, help))
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::Attributes;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(floor: Option<&str>, offered: Option<&[&str]>, names: &[&str]) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        let login = "vm:core/rg-web/web01/login";
        if let Some(floor) = floor {
            scenes::declare(&mut manifest, login, "version", floor.into());
        }
        for machine in inventory.live.values_mut().filter(|live| live.kind == "vm") {
            let others: Attributes = names
                .iter()
                .map(|name| ((*name).to_owned(), "Contoso.Other".into()))
                .collect();
            machine
                .facts
                .insert("extensions".to_owned(), Value::Map(others));
            machine.facts.extend(offered.map(|offered| {
                let versions = offered.iter().map(|version| (*version).into()).collect();
                ("offered-versions".to_owned(), Value::List(versions))
            }));
        }
        shown(&HandlerVersion.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_version_above_what_is_offered_is_an_error() {
        assert_eq!(
            check(Some("2.5"), Some(&["1.0.0.1", "2.2.0.0"]), &[]),
            "VML216 vm:core/rg-web/web01/login error: version 2.5 is asked for, and the region of `web01` offers 2.2.0.0 at most\n  help: leave `version` out for what is current, or write one that is offered\n"
        );
    }

    #[test]
    fn a_version_of_the_preview_is_an_error_whatever_is_offered() {
        assert_eq!(
            check(Some("0.4"), None, &[]),
            "VML216 vm:core/rg-web/web01/login error: version 0.4 was a preview, which Azure no longer installs\n  help: leave `version` out, or write `version=\"1.0\"`\n"
        );
    }

    #[test]
    fn all_names_taken_is_an_error() {
        let names = ["aadloginforwindows", "AADLogin", "vmlogin"];
        assert_eq!(
            check(None, None, &names),
            "VML216 vm:core/rg-web/web01/login error: `web01` has other extensions under all the names that the login would take: `AADLoginForWindows`, `AADLogin`, `vmlogin`\n  help: remove one of them from `web01`\n"
        );
        assert_eq!(check(None, None, &names[..2]), "");
    }

    #[test]
    fn an_offered_version_and_no_version_are_fine() {
        assert_eq!(check(Some("2.2"), Some(&["1.0.0.1", "2.2.0.0"]), &[]), "");
        assert_eq!(check(None, None, &[]), "");
    }

    #[test]
    fn a_region_that_does_not_answer_is_not_checked() {
        assert_eq!(
            check(Some("2.2"), None, &[]),
            "VML216 vm:core/rg-web/web01/login not checked: which versions of the login extension the region of `web01` offers could not be read\n"
        );
    }
}
