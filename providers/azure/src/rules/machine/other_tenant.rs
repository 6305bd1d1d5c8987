//! VML204: the machine's identity is in another directory than its subscription.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct OtherTenant;

static CARD: Card = Card {
    id: "VML204",
    title: "the machine's identity is in another tenant than its subscription",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "The login extension joins the directory of the machine's own identity, and the people of a grant are those of the \
        subscription's directory. An identity stays in the tenant that it was made in, so after a subscription has moved to another \
        tenant the two differ; sign-in across directories is not supported.\n\n\
        Switch the identity of a virtual machine off and on again, or disconnect the agent of an Arc-enabled machine and connect it \
        in the right tenant: either makes a new identity, and what was granted to the old one has to be granted anew.",
    source: "Microsoft's article on sign-in to Arc-enabled servers (21Vianet text), on managed identities",
    checked: "2026-11-21",
};

impl Rule for OtherTenant {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter_map(|subject| opinion(scene, &subject))
            .collect()
    }
}

fn opinion(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    // One that has none is the matter of VML203.
    subject.fact("principal-id")?;
    let tenant = scene.manifest.tenants.get(&*subject.machine.tenant)?;
    let name = subject.name();
    let Some(own) = subject.fact("tenant-id") else {
        let message = format!("Azure does not tell which tenant the identity of `{name}` is in");
        return Some(subject.not_checked(&CARD, message));
    };
    if own.eq_ignore_ascii_case(&tenant.id) {
        return None;
    }
    let message = format!(
        "the identity of `{name}` is in tenant {own}, and its subscription is in `{}`: the machine would join a directory whose people nobody grants anything",
        tenant.name
    );
    let help = if subject.is_arc() {
        format!(
            "disconnect the agent of `{name}` (`azcmagent disconnect`) and connect it in `{}`",
            tenant.name
        )
    } else {
        format!("switch the system-assigned identity of `{name}` off and on again, then run again")
    };
    Some(subject.hit(&CARD, message, help))
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    const OTHER: &str = "99999999-1111-4111-8111-111111111111";

    fn check((manifest, mut inventory): (Manifest, Inventory), tenant: Option<&str>) -> String {
        for kind in ["vm", "arc-machine"] {
            scenes::fact(&mut inventory, kind, "tenant-id", tenant);
        }
        shown(&OtherTenant.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn an_identity_of_another_tenant_is_refused_on_both_sorts_of_machines() {
        assert_eq!(
            check(scenes::arc::estate(), Some(OTHER)),
            "VML204 arc-machine:core/rg-web/line1/login error: the identity of `line1` is in tenant 99999999-1111-4111-8111-111111111111, and its subscription is in `contoso`: the machine would join a directory whose people nobody grants anything\n  help: disconnect the agent of `line1` (`azcmagent disconnect`) and connect it in `contoso`\n"
        );
        let vm = check(scenes::estate(), Some(OTHER));
        assert!(vm.contains("help: switch the system-assigned identity of `web01` off and on again, then run again"), "{vm}");
    }

    #[test]
    fn the_same_tenant_in_whatever_case_is_fine_and_so_is_no_identity() {
        let upper = scenes::TENANT.to_uppercase();
        assert_eq!(check(scenes::arc::estate(), Some(&upper)), "");
        assert_eq!(check(scenes::estate(), Some(scenes::TENANT)), "");
        let mut estate = scenes::estate();
        scenes::fact(&mut estate.1, "vm", "principal-id", None);
        assert_eq!(check(estate, Some(OTHER)), "");
    }

    #[test]
    fn an_identity_that_does_not_tell_its_tenant_is_not_checked() {
        assert_eq!(
            check(scenes::estate(), None),
            "VML204 vm:core/rg-web/web01/login not checked: Azure does not tell which tenant the identity of `web01` is in\n"
        );
    }
}
