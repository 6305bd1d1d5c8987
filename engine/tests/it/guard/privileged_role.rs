//! Who hands out roles that hand out roles.

use insta::assert_snapshot;
use vmlogin_engine::plan::{Action, Plan};

use super::refused;
use crate::world::{World, manifest};

fn plan() -> Plan {
    let world = World::new()
        .knows("group:sg-ops", "sg1")
        .group("core/rg")
        .privileged("Owner");
    world.plan(&manifest(
        "resource-group rg subscription=core { grant Owner (group)sg-ops; grant user (group)sg-ops }",
    ))
}

#[test]
fn a_privileged_role_is_not_granted_unasked() {
    assert_snapshot!(refused(&plan(), &[]), @"
    privileged-role: 1 thing would hand out `Owner`: whoever has that can hand out roles in turn [1 affected]
        - group `sg-ops`
        --accept privileged-role
    ");
    assert_eq!(refused(&plan(), &["privileged-role"]), "");
    let others = ["max-delete=9", "break-glass", "last-admin", "self-lockout"];
    assert!(refused(&plan(), &others).starts_with("privileged-role: "));
}

#[test]
fn whatever_writes_such_a_grant_hands_it_out_and_what_takes_it_away_does_not() {
    let with = |action| {
        let mut plan = plan();
        for step in &mut plan.steps {
            step.action = action;
        }
        refused(&plan, &[])
    };
    for action in [Action::Create, Action::Update, Action::Replace] {
        assert!(
            with(action).contains("privileged-role: 1 thing"),
            "{action}"
        );
    }
    for action in [Action::Revoke, Action::Delete, Action::Keep, Action::Defer] {
        assert!(!with(action).contains("privileged-role"), "{action}");
    }
}
