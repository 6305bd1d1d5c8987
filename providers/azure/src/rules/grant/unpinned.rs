//! VML421: there is a principal lock, and a name is not in it.

use vmlogin_engine::inventory::{Pinned, Resolution};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use super::names::{self, Name};

pub(in crate::rules) struct Unpinned;

static CARD: Card = Card {
    id: "VML421",
    title: "a name is not in the principal lock",
    severity: Severity::Error,
    needs: Needs::Manifest,
    explanation: "Where `principals.lock.kdl` lies beside the manifest, every name has to be in it, so that whoever reviews a new \
        grant sees in the same change which directory object it is for, and so that a plan needs no right to read the directory.\n\n\
        Run `vmlogin pin`, as somebody who may read the directory, and check the line that it adds in together with the manifest. \
        Without such a file names are looked up each time, and this rule is silent.",
    source: "DESIGN.md, Principal lock",
    checked: "2026-11-21",
};

impl Rule for Unpinned {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let names = names::all(scene);
        names.into_iter().filter_map(opinion).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("it is for the principal lock to say who is meant: pin the name there")
    }
}

fn opinion(name: Name<'_>) -> Option<Finding> {
    // A name that stands for nobody, or for several, cannot be pinned: VML403 and VML404 say so.
    let can_be = matches!(name.resolution, None | Some(Resolution::Found(_)));
    let lacks = name.pinned == Some(&Pinned::NotPinned);
    (lacks && can_be).then(|| {
        let message = format!("`{}` is not in the principal lock", name.principal);
        let help =
            "run `vmlogin pin`, and check its `principals.lock.kdl` in together with the manifest";
        Finding::hit(&CARD, name.address, name.span, message, help.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(pinned: Option<Pinned>, resolution: Option<Resolution>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        let pinned = pinned.map(|pinned| (scenes::principal(), pinned));
        inventory.pinned.extend(pinned);
        inventory.principals.clear();
        let resolution = resolution.map(|resolution| (scenes::principal(), resolution));
        inventory.principals.extend(resolution);
        shown(&Unpinned.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_name_that_is_not_in_the_lock_is_refused_whether_or_not_it_was_looked_up() {
        let said = "VML421 grant:core/rg-web/admin/group:sg-web error: `group:sg-web` is not in the principal lock\n  help: run `vmlogin pin`, and check its `principals.lock.kdl` in together with the manifest\n";
        let found = Resolution::Found(scenes::found());
        for resolution in [None, Some(found)] {
            assert_eq!(check(Some(Pinned::NotPinned), resolution), said);
        }
    }

    #[test]
    fn nobody_can_be_pinned_who_is_not_there() {
        assert_eq!(
            check(Some(Pinned::NotPinned), Some(Resolution::Missing)),
            ""
        );
    }

    #[test]
    fn a_pinned_name_is_fine_and_so_is_everything_without_a_lock() {
        for pinned in [Some(Pinned::Confirmed), Some(Pinned::Unasked), None] {
            assert_eq!(check(pinned, None), "");
        }
    }
}
