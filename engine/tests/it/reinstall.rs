//! What failed is deleted and made anew only where it asks for that, nothing speaks against it, and a person accepted it.

use insta::assert_snapshot;
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::manifest::{Manifest, Safety};
use vmlogin_engine::plan::guard::{Accepted, judge};
use vmlogin_engine::plan::{Action, Plan, Step};

use crate::world::{World, manifest};

const LOGIN: &str = "core/rg/web01/login";

fn declared() -> Manifest {
    manifest("resource-group rg subscription=core { vm web01 { login } }")
}

/// A login that this estate made and that failed with these words.
fn failed(message: &str) -> World {
    World::new()
        .group("core/rg")
        .machine("core/rg/web01")
        .login("core/rg/web01")
        .but("login", LOGIN, |login| {
            login.stamp = Some("web-prod".to_owned());
            login.health = Health::Failed {
                message: message.to_owned(),
            };
        })
}

fn step(plan: &Plan) -> &Step {
    let mut steps = plan.steps.iter();
    steps.find(|step| step.kind == "login").expect("a login")
}

/// The login's step where the acceptance is missing, and where it is there.
fn both(world: &World) -> String {
    let told = |plan: &Plan| {
        let step = step(plan);
        format!("{}: {}", step.action, step.notes.join("; "))
    };
    format!(
        "{}\n{}",
        told(&world.plan(&declared())),
        told(&world.plan_reinstalled(&declared()))
    )
}

fn but_login(change: impl Fn(&mut Live)) -> World {
    failed("install anew").but("login", LOGIN, change)
}

#[test]
fn what_asks_for_it_is_written_again_until_a_person_accepts_that_it_is_deleted() {
    assert_snapshot!(both(&failed("install anew")), @"
    update: its failure asks for it: if writing it again does not help, `--accept reinstall-login` deletes it and makes it anew
    replace: it is DELETED and made anew, with nothing but what the manifest says of it: its failure asks for it
    ");
}

#[test]
fn what_does_not_ask_for_it_is_written_again_whatever_was_accepted() {
    assert_snapshot!(both(&failed("exit code 51")), @"
    update: 
    update:
    ");
    let works = but_login(|login| login.health = Health::Good);
    assert_snapshot!(both(&works), @"
    keep: 
    keep:
    ");
}

#[test]
fn what_would_lose_something_or_is_not_ours_stays() {
    let joined = failed("install anew").but("vm", "core/rg/web01", |machine| {
        machine.facts.insert("joined".to_owned(), true.into());
    });
    assert_snapshot!(both(&joined), @"
    update: its failure asks for it; it is written again, not deleted and made anew: the machine has joined
    update: its failure asks for it; it is written again, not deleted and made anew: the machine has joined
    ");
    assert_snapshot!(both(&but_login(|login| login.stamp = None)), @"
    update: its failure asks for it; it is written again, not deleted and made anew: vmlogin did not make it
    update: its failure asks for it; it is written again, not deleted and made anew: vmlogin did not make it
    ");
    let other = but_login(|login| login.stamp = Some("data-prod".to_owned()));
    assert_snapshot!(both(&other), @"
    update: its failure asks for it; it is written again, not deleted and made anew: the estate `data-prod` made it
    update: its failure asks for it; it is written again, not deleted and made anew: the estate `data-prod` made it
    ");
}

#[test]
fn what_is_put_off_says_nothing_of_it() {
    let stopped = failed("install anew").but("vm", "core/rg/web01", |machine| {
        machine.facts.insert("power".to_owned(), "stopped".into());
    });
    assert_snapshot!(both(&stopped), @"
    defer: 
    defer:
    ");
}

#[test]
fn it_counts_as_a_deletion_and_respects_protection() {
    let protected = but_login(|login| login.protected = true);
    let plan = protected.plan_reinstalled(&declared());
    let safety = Safety {
        max_delete: 0,
        ..Safety::default()
    };
    let accepted = Accepted::read(&["reinstall-login"]).expect("a guard");
    let refusals = judge(&plan, &safety, &accepted, None);
    let refusals: Vec<String> = refusals
        .iter()
        .map(|refusal| format!("{}: {}", refusal.guard, refusal.message))
        .collect();
    assert_snapshot!(refusals.join("\n"), @"
    protected: 1 thing under the protection of `protect` or of the live tag `vmlogin-protect` would be taken away
    max-delete: 1 thing would be revoked or deleted; `safety max-delete` allows 0
    ");
    assert!(judge(&protected.plan(&declared()), &safety, &accepted, None).is_empty());
}

#[test]
fn afterwards_nothing_is_left_to_do() {
    let world = failed("install anew");
    let plan = world.plan_reinstalled(&declared());
    assert_eq!(step(&plan).action, Action::Replace);
    assert!(world.after(&plan).plan_reinstalled(&declared()).is_empty());
}
