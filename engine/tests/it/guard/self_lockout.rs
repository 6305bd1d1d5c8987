//! What whoever runs this lives on.

use insta::assert_snapshot;

use super::refused;
use crate::world::{World, holding, manifest};

/// `me` is the running identity.
fn world() -> World {
    World::new()
        .group("core/rg")
        .grant("core/rg", "Owner", "me", Some("web-prod"))
}

const GROUP: &str = "resource-group rg subscription=core";

#[test]
fn what_the_caller_needs_is_not_taken_from_it_unasked() {
    for plan in [
        world().plan(&manifest(GROUP)),
        world().destroy(&manifest(GROUP)),
    ] {
        assert_eq!(refused(&plan, &["self-lockout"]), "");
        let others = ["max-delete=9", "break-glass", "last-admin", "protected"];
        assert!(refused(&plan, &others).starts_with("self-lockout: "));
    }
    assert_snapshot!(refused(&world().plan(&manifest(GROUP)), &[]), @"
    self-lockout: 1 grant would be taken away by which the identity that runs this may hand out roles and write machines, with nothing left that reaches as far [1 affected]
        - `Owner` of user `me` at `core/rg`
        --accept self-lockout
    ");
}

#[test]
fn another_that_reaches_as_far_is_enough() {
    let plan = |world: World| world.plan(&manifest(GROUP));
    let above = world().held(holding("core", "Owner", "me"));
    assert_eq!(refused(&plan(above), &[]), "");
    let beyond = world()
        .held(holding("", "Owner", "g1"))
        .holder("g1", |one| {
            one.beyond = true;
            one.of_caller = true;
        });
    assert_eq!(refused(&plan(beyond), &[]), "");
    let lesser = world().held(holding("core", "Contributor", "me"));
    assert_snapshot!(refused(&plan(lesser), &[]), @"
    self-lockout: 1 grant would be taken away by which the identity that runs this may hand out roles, with nothing left that reaches as far [1 affected]
        - `Owner` of user `me` at `core/rg`
        --accept self-lockout
    ");
    let narrower = world().held(holding("core/rg/web01", "Owner", "me"));
    assert!(refused(&plan(narrower), &[]).contains("hand out roles and write machines"));
    let narrowed = world()
        .held(holding("core", "Owner", "g1"))
        .holder("g1", |one| {
            one.of_caller = true;
            one.conditional = true;
        });
    assert!(refused(&plan(narrowed), &[]).contains("hand out roles and write machines"));
}

#[test]
fn what_others_have_and_what_the_caller_does_not_need_may_go() {
    let of = |role: &str, object: &str| {
        let world = World::new().group("core/rg");
        let plan = world
            .grant("core/rg", role, object, Some("web-prod"))
            .plan(&manifest(GROUP));
        refused(&plan, &[])
    };
    assert_eq!(of("Owner", "u1"), "");
    assert_eq!(of("Reader", "me"), "");
}

/// Revocations run first: then nobody could make the new grant.
#[test]
fn what_the_plan_grants_comes_too_late() {
    let declared = manifest(&format!("{GROUP} {{ grant Owner (group)sg-ops }}"));
    let plan = world().knows("group:sg-ops", "sg1").plan(&declared);
    assert!(plan.steps.iter().any(|step| step.action.word() == "create"));
    assert!(refused(&plan, &[]).contains("self-lockout: "));
}

#[test]
fn what_goes_for_good_needs_nobody() {
    let world = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned());
        })
        .holds("core/rg", &[])
        .held(holding("core/rg", "Owner", "me"));
    let plan = world.destroy(&manifest(
        "resource-group rg subscription=core location=westeurope",
    ));
    assert_eq!(plan.writes().count(), 1);
    assert_eq!(refused(&plan, &[]), "");
}
