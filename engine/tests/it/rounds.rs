//! Several rounds told as one run.

use vmlogin_engine::apply::Report;
use vmlogin_engine::event::Outcome;
use vmlogin_engine::manifest::Safety;
use vmlogin_engine::plan::Plan;
use vmlogin_engine::plan::guard::{Accepted, judge};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::rounds::Rounds;

use crate::plan::{CHAIN, people};
use crate::world::{World, manifest};

fn world() -> World {
    people().group("core/rg").machine("core/rg/web01")
}

fn fault(kind: FaultKind) -> Outcome {
    Outcome::Failed {
        fault: Fault::new(kind, "try", "no"),
    }
}

/// All steps done but one kind's.
fn report(plan: &Plan, kind: &str, outcome: &Outcome) -> Report {
    let outcomes = plan.writes().map(|step| {
        let outcome = match step.kind == kind {
            true => outcome.clone(),
            false => Outcome::Done { note: None },
        };
        (step.address.clone(), outcome)
    });
    Report {
        outcomes: outcomes.collect(),
    }
}

fn kinds(plan: &Plan) -> Vec<&str> {
    plan.writes().map(|step| step.kind.as_str()).collect()
}

#[test]
fn what_failed_for_good_is_not_tried_again_nor_what_needs_it() {
    let plan = world().plan(&manifest(CHAIN));
    let mut rounds = Rounds::begin(plan.clone());
    rounds.ended(
        report(&plan, "login", &fault(FaultKind::Rejected)),
        Vec::new(),
    );
    assert!(rounds.waiting().is_empty());
    let next = rounds.next(world().identity("core/rg/web01").plan(&manifest(CHAIN)));
    // The grant at the group waited for the login's end only; the one at the machine for its success.
    assert_eq!(kinds(&next), ["grant"]);
    assert_eq!(rounds.report.tally().failed, 1);
}

#[test]
fn guards_count_what_earlier_rounds_took_away() {
    let manifest = manifest("resource-group rg");
    let with = |objects: &[&str]| {
        objects
            .iter()
            .fold(people().group("core/rg"), |world, object| {
                world.grant("core/rg", "user", object, Some("web-prod"))
            })
    };
    let safety = Safety {
        max_delete: 2,
        max_change_percent: 100,
    };
    let refused = |rounds: &Rounds| {
        let refusals = judge(&rounds.plan, &safety, &Accepted::default(), None);
        let lines = refusals.into_iter().map(|one| one.message);
        lines.collect::<Vec<_>>()
    };
    let first = with(&["a1", "a2"]).plan(&manifest);
    let mut rounds = Rounds::begin(first.clone());
    assert_eq!(refused(&rounds), [""; 0]);
    rounds.ended(
        report(&first, "", &Outcome::Done { note: None }),
        Vec::new(),
    );
    // What was one too many comes up only when the others are gone.
    let next = rounds.next(with(&["a3"]).plan(&manifest));
    assert_eq!(kinds(&next), ["grant"]);
    assert_eq!(
        refused(&rounds),
        ["3 things would be revoked or deleted; `safety max-delete` allows 2"]
    );
    assert_eq!(rounds.plan.live_counts["grant"], 2);
}

#[test]
fn what_failed_in_passing_is_waited_for_and_tried_again() {
    let plan = world().plan(&manifest(CHAIN));
    let mut rounds = Rounds::begin(plan.clone());
    rounds.ended(
        report(&plan, "login", &fault(FaultKind::Throttled)),
        Vec::new(),
    );
    assert_eq!(rounds.waiting().len(), 1);
    let next = rounds.next(world().identity("core/rg/web01").plan(&manifest(CHAIN)));
    assert_eq!(kinds(&next), ["login", "grant", "grant"]);
    rounds.ended(
        report(&next, "login", &Outcome::Done { note: None }),
        Vec::new(),
    );
    let tally = rounds.report.tally();
    assert_eq!((tally.done, tally.failed), (4, 0));
    assert!(rounds.waiting().is_empty());
}

#[test]
fn what_is_in_order_by_itself_is_no_longer_told_of() {
    let stopped = world()
        .identity("core/rg/web01")
        .but("vm", "core/rg/web01", |live| {
            live.facts.insert("power".to_owned(), "stopped".into());
        });
    let plan = stopped.plan(&manifest(CHAIN));
    let mut rounds = Rounds::begin(plan.clone());
    let report = Report {
        outcomes: vmlogin_engine::schedule::Schedule::of(&plan).outcomes(),
    };
    rounds.ended(report, Vec::new());
    assert!(!rounds.waiting().is_empty());
    // Somebody else started the machine and set it up.
    let done = world()
        .identity("core/rg/web01")
        .login("core/rg/web01")
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .grant("core/rg/web01", "admin", "u1", Some("web-prod"));
    let next = rounds.next(done.plan(&manifest(CHAIN)));
    assert!(next.is_empty());
    assert!(rounds.waiting().is_empty());
    assert!(rounds.report.outcomes.is_empty());
}

#[test]
fn what_is_left_out_by_the_selection_is_not_waited_for() {
    let manifest = manifest(CHAIN);
    let plan = world().plan_as(
        &manifest,
        vmlogin_engine::plan::Mode::Apply,
        &[],
        &["vm:core/rg/web01/identity"],
        Vec::new(),
    );
    let mut rounds = Rounds::begin(plan.clone());
    let outcomes = vmlogin_engine::schedule::Schedule::of(&plan).outcomes();
    assert!(
        outcomes
            .values()
            .any(|outcome| matches!(outcome, Outcome::Deferred { .. }))
    );
    rounds.ended(Report { outcomes }, Vec::new());
    assert!(rounds.waiting().is_empty());
}
