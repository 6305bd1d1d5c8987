//! VML203: a login without the machine's own identity, with which the extension joins.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct NoIdentity;

static CARD: Card = Card {
    id: "VML203",
    title: "the machine has no system-assigned identity, and none is declared",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "The login extension joins the directory with the machine's own, system-assigned identity. Without one the install \
        ends with 1007 and -2145648574 (on Linux with 22) after some minutes, and a machine that lost it later refuses every sign-in. Identities that \
        are user-assigned do not count.\n\n\
        Write `identity system-assigned` beside the `login` of a `vm`: it is switched on first, and nothing that is attached is \
        detached. An Arc-enabled machine gets its identity from its agent when that connects, so its node has none; where it was \
        taken away it has to be switched on at the machine.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2019 and 2023), and the article on Arc-enabled servers",
    checked: "2026-11-21",
};

impl Rule for NoIdentity {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| {
                subject.fact("principal-id").is_none() && !is_declared(scene, subject)
            })
            .map(|subject| opinion(scene, &subject))
            .collect()
    }
}

fn is_declared(scene: &Scene<'_>, subject: &Subject<'_>) -> bool {
    declared(scene, subject).is_some_and(|identity| {
        identity.get("system-assigned").and_then(Value::as_bool) == Some(true)
    })
}

fn declared<'a>(scene: &Scene<'a>, subject: &Subject<'_>) -> Option<&'a Resource> {
    let manifest = scene.manifest;
    manifest.resource(&subject.machine.address.child("identity"))
}

fn opinion(scene: &Scene<'_>, subject: &Subject<'_>) -> Finding {
    let name = subject.name();
    let code = match subject.os() {
        Some("linux") => "22",
        _ => "1007",
    };
    let message = format!(
        "`{name}` has no system-assigned identity, and the login extension joins with it: it would fail with {code}"
    );
    let help = if subject.is_arc() {
        format!(
            "switch it on at the machine (`Identity` in the portal), or connect the agent of `{name}` again: connecting gives it one"
        )
    } else if declared(scene, subject).is_some() {
        format!(
            "write `identity system-assigned {{ … }}` in `{}`: those that are `user-assigned` do not count",
            subject.node()
        )
    } else {
        format!("write `identity system-assigned` in `{}`", subject.node())
    };
    subject.hit(&CARD, message, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(declared: bool, switched_on: bool, read: bool) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        if !declared {
            manifest
                .resources
                .retain(|resource| resource.kind != "identity");
        }
        if !switched_on {
            scenes::fact(&mut inventory, "vm", "principal-id", None);
        }
        if !read {
            inventory.live.clear();
        }
        shown(&NoIdentity.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_login_without_any_identity_is_refused() {
        assert_eq!(
            check(false, false, true),
            "VML203 vm:core/rg-web/web01/login error: `web01` has no system-assigned identity, and the login extension joins with it: it would fail with 1007\n  help: write `identity system-assigned` in `vm web01`\n"
        );
    }

    #[test]
    fn one_that_is_declared_or_switched_on_is_enough() {
        assert_eq!(check(true, false, true), "");
        assert_eq!(check(false, true, true), "");
    }

    #[test]
    fn an_arc_machine_that_lost_its_identity_is_refused_with_another_help() {
        let (manifest, mut inventory) = scenes::arc::estate();
        let check = |inventory: &_| shown(&NoIdentity.check(&Scene::of(&manifest, inventory)));
        assert_eq!(check(&inventory), "");
        scenes::fact(&mut inventory, "arc-machine", "principal-id", None);
        assert_eq!(
            check(&inventory),
            "VML203 arc-machine:core/rg-web/line1/login error: `line1` has no system-assigned identity, and the login extension joins with it: it would fail with 1007\n  help: switch it on at the machine (`Identity` in the portal), or connect the agent of `line1` again: connecting gives it one\n"
        );
    }

    #[test]
    fn a_machine_that_could_not_be_read_is_left_to_vml200() {
        assert_eq!(check(false, false, false), "");
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_what_is_declared() {
        let check = |declared: bool| {
            let (mut manifest, inventory) = scenes::to_be_made("Ubuntu2404");
            if !declared {
                manifest.resources.retain(|it| it.kind != "identity");
            }
            shown(&NoIdentity.check(&Scene::of(&manifest, &inventory)))
        };
        assert_eq!(check(true), "");
        assert_eq!(
            check(false),
            "VML203 vm:core/rg-web/web01/login error: `web01` has no system-assigned identity, and the login extension joins with it: it would fail with 22\n  help: write `identity system-assigned` in `vm web01`\n"
        );
    }
}
