//! VML212: a Windows machine whose resource has a longer name than a computer can have.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use super::names::{LONGEST, Named, named};

pub(in crate::rules) struct LongName;

static CARD: Card = Card {
    id: "VML212",
    title: "the name of a Windows machine is longer than a computer's name can be",
    severity: Severity::Warning,
    needs: Needs::Manifest,
    explanation: "A computer that runs Windows has a name of at most 15 letters, though Azure takes 64 for the machine's resource. So the \
        two differ, and people who connect by the resource's name meet a device of another: sign-in is refused with AADSTS293004.\n\n\
        The machine works all the same, and where its login works already nothing is said any more. Tell people the computer's name, or take a shorter name for the next machine.",
    source: "public issue Azure/azure-rest-api-specs 10234",
    checked: "2026-11-21",
};

impl Rule for LongName {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        // Most estates have none, and what follows looks at each login.
        if !scene.manifest.of_kind("vm").any(is_long) {
            return Vec::new();
        }
        named(scene, is_long)
            .filter(|machine| !machine.is_installed())
            .filter_map(|machine| opinion(&machine))
            .collect()
    }
}

/// An Arc-enabled machine has its own name, whatever its record is called.
fn is_long(machine: &Resource) -> bool {
    let name = &machine.name;
    // A name of few bytes need not be read.
    machine.kind == "vm" && name.len() > LONGEST && name.chars().count() > LONGEST
}

fn opinion(machine: &Named<'_>) -> Option<Finding> {
    let (resource, computer) = (machine.machine(), &machine.computer);
    let (address, name) = (resource.address.child("login"), &resource.name);
    match machine.windows() {
        Some(false) => None,
        Some(true) => {
            let message = format!(
                "`{name}` has {} letters, and a computer with Windows at most {LONGEST}: people connect to `{computer}`",
                name.chars().count()
            );
            let help = format!("tell people to connect to `{computer}`");
            Some(Finding::hit(&CARD, address, resource.span, message, help))
        }
        None => {
            let message = format!(
                "`{name}` is longer than the {LONGEST} letters of a computer with Windows, and whether it runs Windows is not known here"
            );
            Some(Finding::not_checked(&CARD, address, resource.span, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::{Inventory, Live};
    use vmlogin_engine::kind::Key;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(name: &str, os: Option<&str>) -> String {
        let mut manifest = scenes::manifest();
        let machine = scenes::twin(&mut manifest, name);
        if let Some(os) = os {
            scenes::declare(&mut manifest, machine.as_str(), "os", os.into());
        }
        shown(&LongName.check(&Scene::of(&manifest, &Inventory::default())))
    }

    #[test]
    fn a_long_name_on_windows_is_a_warning_with_the_name_that_counts() {
        assert_eq!(
            check("frontend-westeurope-01", Some("windows")),
            "VML212 vm:core/rg-web/frontend-westeurope-01/login warning: `frontend-westeurope-01` has 22 letters, and a computer with Windows at most 15: people connect to `frontend-westeu`\n  help: tell people to connect to `frontend-westeu`\n"
        );
    }

    #[test]
    fn a_short_name_or_another_system_is_fine() {
        assert_eq!(check("fifteen-letters", Some("windows")), "");
        assert_eq!(check("frontend-westeurope-01", Some("linux")), "");
        let (mut manifest, inventory) = scenes::arc::estate();
        scenes::arc::twin(&mut manifest, "a-record-of-any-length");
        assert_eq!(
            shown(&LongName.check(&Scene::of(&manifest, &inventory))),
            ""
        );
    }

    #[test]
    fn a_system_that_nobody_told_is_not_checked() {
        assert_eq!(
            check("frontend-westeurope-01", None),
            "VML212 vm:core/rg-web/frontend-westeurope-01/login not checked: `frontend-westeurope-01` is longer than the 15 letters of a computer with Windows, and whether it runs Windows is not known here\n"
        );
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_its_image_and_its_declared_name() {
        let (mut manifest, inventory) = scenes::to_be_made("Win2022Datacenter");
        let long = scenes::twin(&mut manifest, "frontend-westeurope-01");
        scenes::declare(
            &mut manifest,
            long.as_str(),
            "computer-name",
            "front01".into(),
        );
        let mut check = |image: &str| {
            scenes::declare(&mut manifest, long.as_str(), "image", image.into());
            shown(&LongName.check(&Scene::of(&manifest, &inventory)))
        };
        assert!(check("Win2022Datacenter").contains("people connect to `front01`"));
        assert_eq!(check("Ubuntu2404"), "");
    }

    #[test]
    fn a_machine_whose_login_works_is_left_alone() {
        let (mut manifest, mut inventory) = scenes::estate();
        let name = "frontend-westeurope-01";
        let machines = manifest.resources.values_mut();
        for machine in machines.filter(|it| it.kind == "vm") {
            machine.name = name.to_owned();
        }
        let all = std::mem::take(&mut inventory.live).into_iter();
        inventory.live = all
            .map(|live| Live {
                key: Key(live.key.0.replace("web01", name)),
                ..live
            })
            .collect();
        let look = |inventory: &Inventory| shown(&LongName.check(&Scene::of(&manifest, inventory)));
        let installed = look(&inventory);
        inventory.live.retain(|(kind, _), _| *kind != "login");
        assert_eq!(
            (installed.as_str(), look(&inventory).is_empty()),
            ("", false)
        );
    }
}
