use serde_json::json;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::provider::FaultKind;
use vmlogin_engine::value::{Attributes, Value};

use super::wire::Identity as Wire;
use super::{Identity, Wanted, of_new, without};
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
        assert_eq!(of(before).with(true, &[])["type"], sent);
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
}

const WEB: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web";
const OPS: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ops";

/// A machine's identity with these attached.
fn attached(type_of: &str, ids: &[&str]) -> Wire {
    Wire {
        type_of: Some(type_of.to_owned()),
        user_assigned_identities: Some(
            ids.iter()
                .map(|id| (id.to_lowercase(), json!({})))
                .collect(),
        ),
        ..Wire::default()
    }
}

fn declared(own: bool, ids: &[&str]) -> Attributes {
    let ids = ids.iter().copied().map(Value::from).collect();
    let mut declared = Attributes::from([("user-assigned".to_owned(), Value::List(ids))]);
    if own {
        declared.insert("system-assigned".to_owned(), true.into());
    }
    declared
}

#[test]
fn only_what_is_new_is_named() {
    let wanted = declared(false, &[WEB, OPS]);
    let both = attached("SystemAssigned, UserAssigned", &[WEB]);
    assert_eq!(
        Wanted::in_attributes(&wanted).patch(&both),
        Some(json!({
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {OPS: {}},
        }))
    );
    let all = attached("UserAssigned", &[WEB, OPS]);
    assert_eq!(Wanted::in_attributes(&wanted).patch(&all), None);
}

#[test]
fn a_new_machine_carries_what_is_declared() {
    assert_eq!(
        of_new(&declared(true, &[WEB])),
        Some(json!({
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {WEB: {}},
        }))
    );
    assert_eq!(
        of_new(&declared(false, &[WEB])).map(|member| member["type"].clone()),
        Some("UserAssigned".into())
    );
    assert_eq!(of_new(&Attributes::new()), None);
}

#[test]
fn one_is_detached_and_every_other_stays() {
    let two = attached("SystemAssigned, UserAssigned", &[WEB, OPS]);
    assert_eq!(
        without(&two, WEB),
        Some(json!({
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {WEB.to_lowercase(): null},
        }))
    );
    let last = attached("SystemAssigned, UserAssigned", &[WEB]);
    assert_eq!(without(&last, WEB), Some(json!({"type": "SystemAssigned"})));
    let only = attached("UserAssigned", &[WEB]);
    assert_eq!(without(&only, WEB), Some(json!({"type": "None"})));
    assert_eq!(without(&only, OPS), None);
}
