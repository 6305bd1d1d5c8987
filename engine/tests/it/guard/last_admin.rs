//! Who is left to administer a machine.

use insta::assert_snapshot;

use super::refused;
use crate::world::{World, holding, manifest};

fn world() -> World {
    World::new()
        .group("core/rg")
        .machine("core/rg/web01")
        .machine("core/rg/web02")
        .door("core/rg/web01")
        .door("core/rg/web02")
        .grant("core/rg", "admin", "u1", Some("web-prod"))
}

const GROUP: &str = "resource-group rg subscription=core";

#[test]
fn machines_that_lose_their_last_administrator_are_counted_and_named() {
    let plan = world().plan(&manifest(GROUP));
    assert_snapshot!(refused(&plan, &[]), @"
    last-admin: 2 machines would lose their last administrator [2 affected]
        - user `u1`
        --accept last-admin
    ");
    assert_eq!(refused(&plan, &["last-admin"]), "");
    let others = ["max-delete=9", "break-glass", "self-lockout", "protected"];
    assert!(refused(&plan, &others).starts_with("last-admin: "));
}

#[test]
fn whoever_else_may_administer_is_enough() {
    let plan = |world: World| world.plan(&manifest(GROUP));
    let above = world().held(holding("core", "admin", "u2"));
    assert_eq!(refused(&plan(above), &[]), "");
    let beyond = world()
        .held(holding("", "admin", "u2"))
        .holder("u2", |one| one.beyond = true);
    assert_eq!(refused(&plan(beyond), &[]), "");
    let one_of_two = world().held(holding("core/rg/web02", "admin", "u2"));
    assert_snapshot!(refused(&plan(one_of_two), &[]), @"
    last-admin: 1 machine would lose its last administrator [1 affected]
        - user `u1`
        --accept last-admin
    ");
}

#[test]
fn what_is_not_sure_to_let_somebody_in_does_not_count() {
    let plan = |world: World| world.plan(&manifest(GROUP));
    let with = || world().held(holding("core", "admin", "u2"));
    let pipeline = with().holder("u2", |one| {
        one.principal_type = "ServicePrincipal".to_owned();
    });
    let narrowed = with().holder("u2", |one| one.conditional = true);
    let elsewhere = with().holder("u2", |one| one.subscription = "edge".to_owned());
    let user = world().held(holding("core", "user", "u2"));
    for world in [pipeline, narrowed, elsewhere, user] {
        assert!(refused(&plan(world), &[]).starts_with("last-admin: 2 machines"));
    }
    let unread = with().holder("u2", |one| one.admin = None);
    assert_snapshot!(refused(&plan(unread), &[]), @"
    last-admin: 2 machines would lose their last administrator; whether somebody stays could not be told: what `admin` of user `u2` at `core` allows could not be read [2 affected]
        - user `u1`
        --accept last-admin
    ");
}

/// What could not be read may be what let the last one in.
#[test]
fn a_grant_that_goes_and_could_not_be_read_may_be_the_last() {
    let plan = |world: World| world.plan(&manifest(GROUP));
    let unread = world().holder("u1", |one| one.admin = None);
    assert_snapshot!(refused(&plan(unread), &[]), @"
    last-admin: 2 machines would lose their last administrator; whether somebody stays could not be told: what `admin` of user `u1` at `core/rg` allows could not be read [2 affected]
        - user `u1`
        --accept last-admin
    ");
    let stays = world()
        .holder("u1", |one| one.admin = None)
        .held(holding("core", "admin", "u2"));
    assert_eq!(refused(&plan(stays), &[]), "");
}

#[test]
fn an_administrator_whom_the_plan_makes_counts_only_if_it_does() {
    let declared = manifest(&format!("{GROUP} {{ grant admin (group)sg-web }}"));
    let plan = world().knows("group:sg-web", "sg1").plan(&declared);
    assert_eq!(refused(&plan, &[]), "");
    let mut blocked = plan.clone();
    let step = blocked.steps.iter_mut();
    for step in step.filter(|step| step.action.word() == "create") {
        step.blocked = Some(vmlogin_engine::plan::Blocked {
            rule: "VML415".to_owned(),
            subject: step.address.clone(),
        });
    }
    assert!(refused(&blocked, &[]).starts_with("last-admin: 2 machines"));
    // A name that is not resolved makes no grant, and the revocation may be of that very one: it waits.
    let unknown = world().plan(&declared);
    assert_eq!(refused(&unknown, &[]), "");
}

#[test]
fn a_machine_without_an_administrator_has_none_to_lose() {
    let bare = World::new().group("core/rg").door("core/rg/web01").grant(
        "core/rg",
        "user",
        "u1",
        Some("web-prod"),
    );
    assert_eq!(refused(&bare.plan(&manifest(GROUP)), &[]), "");
    let nowhere = World::new()
        .group("core/rg")
        .grant("core/rg", "admin", "u1", Some("web-prod"));
    assert_eq!(refused(&nowhere.plan(&manifest(GROUP)), &[]), "");
}

#[test]
fn a_destroy_leaves_nobody_on_purpose() {
    let plan = world().destroy(&manifest(GROUP));
    assert!(plan.writes().count() > 0);
    assert_eq!(refused(&plan, &[]), "");
}
