//! VML213: the retired login extension for Linux is still there.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct OldLogin;

/// The extension, as `publisher.type` in lower case.
const HANDLER: &str = "microsoft.azure.activedirectory.linuxssh.aadloginforlinux";

static CARD: Card = Card {
    id: "VML213",
    title: "the retired login extension for Linux is still there",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "AADLoginForLinux was replaced by AADSSHLoginForLinux, and the two do not live on one machine: the new one ends with exit \
        code 23 while the old one is there.\n\n\
        Remove the old extension once nobody is signed in through it; what was granted stays as it is.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-linux (2025-03)",
    checked: "2026-11-21",
};

impl Rule for OldLogin {
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
    let (extension, _) = extensions.find(|(_, handler)| handler.eq_ignore_ascii_case(HANDLER))?;
    let name = subject.name();
    let message = format!(
        "the retired extension AADLoginForLinux is still on `{name}` (as `{extension}`): the new one would fail with 23"
    );
    let help = format!("remove `{extension}` from `{name}` once nobody is signed in through it");
    Some(subject.hit(&CARD, message, help))
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
        shown(&OldLogin.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn the_extension_is_found_by_its_handler_whatever_its_name() {
        assert_eq!(
            check(
                "Microsoft.Azure.ActiveDirectory.LinuxSSH.AADLoginForLinux",
                true
            ),
            "VML213 vm:core/rg-web/web01/login error: the retired extension AADLoginForLinux is still on `web01` (as `other`): the new one would fail with 23\n  help: remove `other` from `web01` once nobody is signed in through it\n"
        );
    }

    #[test]
    fn any_other_extension_is_fine() {
        assert_eq!(
            check("Microsoft.Azure.ActiveDirectory.AADSSHLoginForLinux", true),
            ""
        );
    }

    #[test]
    fn a_machine_that_could_not_be_read_is_left_to_vml200() {
        assert_eq!(
            check(
                "Microsoft.Azure.ActiveDirectory.LinuxSSH.AADLoginForLinux",
                false
            ),
            ""
        );
    }
}
