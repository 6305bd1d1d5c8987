//! Guards: what stops a plan, with its numbers, and what lifts it.

mod break_glass;
mod complete;
mod counts;
mod last_admin;
mod privileged_role;
mod self_lockout;

use insta::assert_snapshot;
use vmlogin_engine::manifest::Safety;
use vmlogin_engine::plan::Plan;
use vmlogin_engine::plan::guard::{Accepted, Refusal, judge};

use crate::world::{World, manifest};

fn with_revocations(count: usize) -> Plan {
    let world = (0..count).fold(World::new().group("core/rg"), |world, number| {
        world.grant("core/rg", "user", &format!("u{number}"), Some("web-prod"))
    });
    world.plan(&manifest("resource-group rg subscription=core"))
}

fn accept(texts: &[&str]) -> Accepted {
    Accepted::read(texts).expect("guards")
}

/// What an apply, or a destroy, of the plan would be refused for.
fn refused(plan: &Plan, accepted: &[&str]) -> String {
    shown(&judge(plan, &Safety::default(), &accept(accepted), None))
}

fn shown(refusals: &[Refusal]) -> String {
    let lines: Vec<String> = refusals
        .iter()
        .map(|refusal| {
            format!(
                "{}: {} [{} affected]\n{}    {}",
                refusal.guard,
                refusal.message,
                refusal.affected.len(),
                people(refusal),
                refusal.lift
            )
        })
        .collect();
    lines.join("\n")
}

/// Whom a refusal is about; more than a few are counted.
fn people(refusal: &Refusal) -> String {
    match refusal.who.len() {
        0..=3 => refusal
            .who
            .iter()
            .map(|who| format!("    - {who}\n"))
            .collect(),
        many => format!("    - {many} people\n"),
    }
}

#[test]
fn too_many_revocations_are_refused_with_the_number_that_lifts_them() {
    let plan = with_revocations(6);
    let safety = Safety::default();
    assert_snapshot!(shown(&judge(&plan, &safety, &accept(&[]), None)), @"
    max-delete: 6 things would be revoked or deleted; `safety max-delete` allows 5 [6 affected]
        - 6 people
        --accept max-delete=6
    ");
    assert_eq!(judge(&plan, &safety, &accept(&["max-delete=6"]), None), []);
    assert_eq!(
        judge(&plan, &safety, &accept(&["max-delete=5"]), None).len(),
        1
    );
    assert_eq!(judge(&with_revocations(5), &safety, &accept(&[]), None), []);
}

#[test]
fn the_environment_only_tightens_and_no_flag_lifts_it() {
    let plan = with_revocations(4);
    let safety = Safety::default();
    assert_eq!(judge(&plan, &safety, &accept(&[]), Some(100)), []);
    let refusals = judge(&plan, &safety, &accept(&["max-delete=50"]), Some(3));
    assert_snapshot!(shown(&refusals), @"
    max-delete: 4 things would be revoked or deleted; the environment's VMLOGIN_MAX_DELETE allows 3 [4 affected]
        - 4 people
        raise VMLOGIN_MAX_DELETE to 4: no flag lifts it
    ");
}

#[test]
fn a_large_share_of_many_is_refused_and_a_large_share_of_few_is_not() {
    let safety = Safety {
        max_delete: 100,
        max_change_percent: 25,
    };
    let few = with_revocations(9);
    assert_eq!(judge(&few, &safety, &accept(&[]), None), []);
    let many = with_revocations(10);
    assert_snapshot!(shown(&judge(&many, &safety, &accept(&[]), None)), @"
    max-change-percent: 10 of 10 live `grant` (100 %) would be changed or deleted; `safety max-change-percent` allows 25 % [10 affected]
        - 10 people
        --accept max-change-percent=100
    ");
    assert_eq!(
        judge(&many, &safety, &accept(&["max-change-percent=100"]), None),
        []
    );
}

#[test]
fn another_estates_stamp_stops_a_change_and_a_declared_grant() {
    let world = World::new()
        .knows("group:sg-web", "g1")
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("data-prod".to_owned())
        })
        .grant("core/rg", "user", "g1", Some("data-prod"));
    let plan = world.plan(&manifest(
        "resource-group rg subscription=core { tags team=web; grant user (group)sg-web }",
    ));
    let refusals = judge(&plan, &Safety::default(), &accept(&[]), None);
    assert_snapshot!(shown(&refusals), @"
    foreign-estate: 2 things carry the stamp of `data-prod`, not of `web-prod`, and would be claimed [2 affected]
        --accept foreign-estate
    ");
    let reading = world.plan(&manifest("resource-group rg subscription=core"));
    assert_eq!(judge(&reading, &Safety::default(), &accept(&[]), None), []);
    assert_eq!(
        judge(
            &plan,
            &Safety::default(),
            &accept(&["foreign-estate"]),
            None
        ),
        []
    );
}

#[test]
fn an_identity_is_part_of_its_machine_and_so_is_the_stamp_on_that() {
    let world = World::new().group("core/rg").machine("core/rg/web01").but(
        "vm",
        "core/rg/web01",
        |machine| machine.stamp = Some("data-prod".to_owned()),
    );
    let manifest =
        manifest("resource-group rg subscription=core { vm web01 { identity system-assigned } }");
    let refusals = judge(
        &world.plan(&manifest),
        &Safety::default(),
        &accept(&[]),
        None,
    );
    assert_snapshot!(shown(&refusals), @"
    foreign-estate: 1 thing carries the stamp of `data-prod`, not of `web-prod`, and would be claimed [1 affected]
        --accept foreign-estate
    ");
    let there = world.identity("core/rg/web01").plan(&manifest);
    assert_eq!(judge(&there, &Safety::default(), &accept(&[]), None), []);
}

#[test]
fn a_protected_thing_is_not_destroyed() {
    let text = "resource-group rg subscription=core location=westeurope";
    let world = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned());
            group.protected = true;
        })
        .holds("core/rg", &[]);
    let plan = world.destroy(&manifest(text));
    let refusals = judge(&plan, &Safety::default(), &accept(&[]), None);
    assert_snapshot!(shown(&refusals), @"
    protected: 1 thing under the protection of `protect` or of the live tag `vmlogin-protect` would be taken away [1 affected]
        --accept protected
    ");
    assert_eq!(
        judge(&plan, &Safety::default(), &accept(&["protected"]), None),
        []
    );
}

#[test]
fn accept_names_one_guard_and_its_number() {
    let errors: Vec<String> = [
        "max-delet=3",
        "max-delete",
        "protected=1",
        "max-delete=x",
        "replace",
        "last-admin=2",
    ]
    .iter()
    .map(|text| Accepted::read(&[text]).expect_err(text))
    .map(|error| format!("{error}; {}", error.help()))
    .collect();
    assert_snapshot!(errors.join("\n"), @"
    there is no guard `max-delet`; did you mean `--accept max-delete`?
    `max-delete` needs the number that you accept; write `--accept max-delete=12`, with the number that the refusal shows
    `protected` takes no number; write `--accept protected`
    `x` is no number; write `--accept max-delete=12`, with the number that the refusal shows
    `replace` needs the address of what is to be made anew; write `--accept replace=ADDRESS`, with the address that the plan shows
    `last-admin` takes no number; write `--accept last-admin`
    ");
}

#[test]
fn what_lies_in_something_protected_is_not_destroyed_but_may_be_revoked_by_an_apply() {
    let declared = manifest("resource-group rg subscription=core { vm web01 { login } }");
    let world = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| group.protected = true)
        .machine("core/rg/web01")
        .login("core/rg/web01")
        .but("login", "core/rg/web01/login", |login| {
            login.stamp = Some("web-prod".to_owned());
        })
        .grant("core/rg/web01", "admin", "u1", Some("web-prod"));
    let refusals = judge(
        &world.destroy(&declared),
        &Safety::default(),
        &accept(&[]),
        None,
    );
    assert_snapshot!(shown(&refusals), @"
    protected: 2 things under the protection of `protect` or of the live tag `vmlogin-protect` would be taken away [2 affected]
        - user `u1`
        --accept protected
    ");
    assert_eq!(
        judge(
            &world.plan(&declared),
            &Safety::default(),
            &accept(&[]),
            None
        ),
        []
    );
}
