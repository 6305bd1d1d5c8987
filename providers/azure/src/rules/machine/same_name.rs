//! VML211: two Windows machines with a login have one computer name, and the directory takes one device of a name.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use super::names::{Named, named};

pub(in crate::rules) struct SameName;

static CARD: Card = Card {
    id: "VML211",
    title: "two Windows machines with a login share a computer name",
    severity: Severity::Error,
    needs: Needs::Manifest,
    explanation: "A machine that gets the login becomes a device of the directory, called like the computer; a second one of the same \
        name is refused as a duplicate. Windows keeps 15 letters of the name and does not tell capitals from small ones.\n\n\
        `plan` compares what the machines call themselves; `validate` has only the names of their resources to go by, which are \
        usually the same. Give one of the two another computer name before it gets the login.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2023), troubleshooting of duplicate host names",
    checked: "2026-11-21",
};

impl Rule for SameName {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let mut machines: Vec<Named<'_>> = named(scene, |_| true).collect();
        machines.sort_by(|one, other| called(one).cmp(&called(other)));
        let alike = machines.chunk_by(|one, other| called(one) == called(other));
        let shared = alike.filter(|machines| machines.len() > 1);
        shared.flat_map(opinions).collect()
    }
}

/// Where a machine's name has to be its own, and the name.
fn called<'n>(machine: &'n Named<'_>) -> (&'n str, &'n str) {
    (&machine.machine().tenant, &machine.computer)
}

/// What is said of machines of one name.
fn opinions(machines: &[Named<'_>]) -> Vec<Finding> {
    // One that was not read and says nothing runs Windows most likely: nothing else gets this login.
    let windows = machines.iter().filter(|one| one.windows() != Some(false));
    let machines: Vec<(&Resource, &str)> = windows
        .map(|one| (one.machine(), one.computer.as_ref()))
        .collect();
    if machines.len() < 2 {
        return Vec::new();
    }
    let about = |(at, (own, name)): (usize, &(&Resource, &str))| {
        let (other, _) = machines[usize::from(at == 0)];
        let message = format!(
            "`{}` is called `{name}`, and so is `{}`: the directory takes one device of a name",
            own.name, other.address
        );
        let help = "give one of the two another computer name before it gets the login".to_owned();
        Finding::hit(&CARD, own.address.child("login"), own.span, message, help)
    };
    machines.iter().enumerate().map(about).collect()
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(manifest: &Manifest, inventory: &Inventory) -> String {
        shown(&SameName.check(&Scene::of(manifest, inventory)))
    }

    #[test]
    fn two_names_that_windows_takes_for_one_are_refused() {
        let mut manifest = scenes::manifest();
        scenes::twin(&mut manifest, "WEB01");
        assert_eq!(
            check(&manifest, &Inventory::default()),
            "VML211 vm:core/rg-web/WEB01/login error: `WEB01` is called `web01`, and so is `vm:core/rg-web/web01`: the directory takes one device of a name\n  help: give one of the two another computer name before it gets the login\nVML211 vm:core/rg-web/web01/login error: `web01` is called `web01`, and so is `vm:core/rg-web/WEB01`: the directory takes one device of a name\n  help: give one of the two another computer name before it gets the login\n"
        );
    }

    #[test]
    fn what_a_machine_calls_itself_beats_its_resources_name() {
        let (mut manifest, inventory) = scenes::estate();
        scenes::twin(&mut manifest, "db01");
        assert_eq!(check(&manifest, &inventory), "");
        let mut alike = inventory;
        scenes::fact(&mut alike, "vm", "computer-name", Some("DB01"));
        assert!(check(&manifest, &alike).contains("is called `db01`"));
    }

    #[test]
    fn a_virtual_machine_and_an_arc_machine_share_one_directory() {
        let (manifest, mut inventory) = scenes::arc::estate();
        let mut both = scenes::manifest();
        both.resources.extend(manifest.resources);
        scenes::fact(
            &mut inventory,
            "arc-machine",
            "computer-name",
            Some("WEB01"),
        );
        let shown = check(&both, &inventory);
        assert!(shown.contains("VML211 arc-machine:core/rg-web/line1/login error: `line1` is called `web01`, and so is `vm:core/rg-web/web01`"), "{shown}");
    }

    #[test]
    fn the_name_of_an_arc_record_is_not_cut_where_the_machine_was_not_read() {
        let (mut manifest, _) = scenes::arc::estate();
        for name in ["packaging-hall-line1", "packaging-hall-line2"] {
            scenes::arc::twin(&mut manifest, name);
        }
        assert_eq!(check(&manifest, &Inventory::default()), "");
    }

    #[test]
    fn it_can_always_look_because_the_manifest_is_enough() {
        assert_eq!(check(&scenes::manifest(), &Inventory::default()), "");
        assert_eq!(CARD.needs, Needs::Manifest);
    }

    #[test]
    fn machines_that_are_to_be_made_are_compared_by_their_declared_names() {
        let (mut manifest, inventory) = scenes::to_be_made("Win2022Datacenter");
        let other = scenes::twin(&mut manifest, "web02");
        let machine = "vm:core/rg-web/web01";
        scenes::declare(&mut manifest, machine, "computer-name", "front".into());
        assert_eq!(check(&manifest, &inventory), "");
        scenes::declare(
            &mut manifest,
            other.as_str(),
            "computer-name",
            "FRONT".into(),
        );
        assert!(
            check(&manifest, &inventory)
                .contains("`web02` is called `front`, and so is `vm:core/rg-web/web01`")
        );
        scenes::declare(&mut manifest, machine, "os", "linux".into());
        assert_eq!(check(&manifest, &inventory), "");
    }
}
