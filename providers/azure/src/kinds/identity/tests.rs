use vmlogin_engine::kind::Kind;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::provider::FaultKind;

use super::Identity;
use super::wire::Identity as Wire;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::estate;
use crate::kinds::{AzureKind, Seen};

const IDENTITY: &str = "vm:core/rg-web/web01/identity";

fn new() -> Step {
    let (manifest, mut inventory) = estate();
    inventory.live.retain(|(kind, _), _| *kind != "identity");
    step(&manifest, &inventory, Mode::Apply, IDENTITY)
}

fn of(type_of: Option<&str>) -> Wire {
    Wire {
        type_of: type_of.map(str::to_owned),
        ..Wire::default()
    }
}

#[test]
fn an_identity_is_switched_on_by_naming_nothing_else() {
    play(&new(), include_str!("testdata/create.json"));
}

#[test]
fn what_is_attached_stays_attached() {
    play(&new(), include_str!("testdata/keep-others.json"));
}

#[test]
fn an_identity_that_is_there_meanwhile_is_not_written_again() {
    play(&new(), include_str!("testdata/there-meanwhile.json"));
}

#[test]
fn a_write_whose_answer_was_lost_is_found_to_have_happened() {
    play(&new(), include_str!("testdata/answer-lost.json"));
}

#[test]
fn a_machine_that_changed_otherwise_is_a_conflict() {
    play(&new(), include_str!("testdata/changed-meanwhile.json"));
}

#[test]
fn a_machine_that_is_gone_is_a_conflict() {
    assert_eq!(
        Identity.write(&new(), &Seen::Missing).unwrap_err().kind,
        FaultKind::Conflict
    );
}

#[test]
fn the_type_never_detaches() {
    let cases = [
        (None, "SystemAssigned"),
        (Some("None"), "SystemAssigned"),
        (Some("UserAssigned"), "SystemAssigned, UserAssigned"),
        (Some("userassigned"), "SystemAssigned, UserAssigned"),
    ];
    for (before, sent) in cases {
        assert!(!of(before).is_system_assigned());
        assert_eq!(of(before).with_system_assigned(), sent);
    }
}

#[test]
fn the_type_may_lack_its_blank() {
    for both in [
        "SystemAssigned, UserAssigned",
        "SystemAssigned,UserAssigned",
    ] {
        assert!(of(Some(both)).is_system_assigned());
    }
}

#[test]
fn an_identity_outlives_destroy() {
    let (manifest, inventory) = estate();
    assert_eq!(
        step(&manifest, &inventory, Mode::Destroy, IDENTITY).action,
        Action::Keep
    );
    assert_eq!(Identity.schema().later, ["user-assigned"]);
}
