//! The pure schedule: what may run, what a failure stops, and what runs again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vmlogin_engine::address::Address;
use vmlogin_engine::event::Outcome;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Action, Plan};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::schedule::Schedule;
use vmlogin_engine::schema::Need;

use crate::world::{World, manifest};

fn done() -> Outcome {
    Outcome::Done { note: None }
}

fn failed() -> Outcome {
    Outcome::Failed {
        fault: Fault {
            status: Some(400),
            ..Fault::new(FaultKind::Rejected, "write", "no")
        },
    }
}

/// Runs a plan with an outcome for each step, taking `most` at once, and returns the outcomes and the order of beginning.
fn run(
    plan: &Plan,
    most: usize,
    outcome: impl Fn(&Address) -> Outcome,
) -> (BTreeMap<Address, Outcome>, Vec<Address>) {
    let mut schedule = Schedule::of(plan);
    let mut begun = Vec::new();
    let mut running: Vec<Address> = Vec::new();
    loop {
        let taken = schedule.take(most - running.len());
        begun.extend(taken.iter().map(|step| step.address.clone()));
        running.extend(taken.iter().map(|step| step.address.clone()));
        let Some(address) = running.pop() else { break };
        schedule.settle(&address, outcome(&address));
    }
    assert!(schedule.is_finished());
    (schedule.outcomes(), begun)
}

fn estate(machines: usize) -> (Manifest, World) {
    let nodes: Vec<String> = (0..machines)
        .map(|number| {
            format!(
                "vm web{number} {{ identity system-assigned; login; grant user (user)\"kim@contoso.com\" }}"
            )
        })
        .collect();
    let text = format!(
        "resource-group rg subscription=core {{ grant admin (user)\"kim@contoso.com\"; {} }}",
        nodes.join("; ")
    );
    let world = (0..machines).fold(
        World::new()
            .knows("user:kim@contoso.com", "u1")
            .group("core/rg")
            .grant("core/rg", "user", "gone", Some("web-prod")),
        |world, number| world.machine(&format!("core/rg/web{number}")),
    );
    (manifest(&text), world)
}

#[test]
fn a_revocation_ends_before_anything_else_begins() {
    let (manifest, world) = estate(3);
    let plan = world.plan(&manifest);
    let mut schedule = Schedule::of(&plan);
    let first = schedule.take(10);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].action, Action::Revoke);
    assert!(schedule.take(10).is_empty());
    schedule.settle(&first[0].address, failed());
    assert_eq!(schedule.take(10).len(), 3, "three identities");
}

#[test]
fn a_failed_identity_blocks_its_login_and_grant_and_nothing_else() {
    let (manifest, world) = estate(2);
    let plan = world.plan(&manifest);
    let (outcomes, _) = run(&plan, 4, |address| {
        if address.as_str() == "vm:core/rg/web0/identity" {
            failed()
        } else {
            done()
        }
    });
    let shown: Vec<String> = outcomes
        .iter()
        .map(|(address, outcome)| match outcome {
            Outcome::Blocked { because } => format!("{address} blocked by {because}"),
            Outcome::Failed { .. } => format!("{address} failed"),
            _ => format!("{address} done"),
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    grant:core/rg/admin/user:kim@contoso.com done
    grant:core/rg/user/object-id:gone done
    vm:core/rg/web0/grant/user/user:kim@contoso.com blocked by vm:core/rg/web0/login
    vm:core/rg/web0/identity failed
    vm:core/rg/web0/login blocked by vm:core/rg/web0/identity
    vm:core/rg/web1/grant/user/user:kim@contoso.com done
    vm:core/rg/web1/identity done
    vm:core/rg/web1/login done
    ");
}

#[test]
fn a_stopped_schedule_hands_out_nothing_and_says_what_was_not_begun() {
    let (manifest, world) = estate(1);
    let plan = world.plan(&manifest);
    let mut schedule = Schedule::of(&plan);
    let first = schedule.take(1)[0].address.clone();
    schedule.stop();
    schedule.settle(&first, done());
    assert!(schedule.take(9).is_empty());
    assert!(schedule.is_finished());
    let not_started = schedule
        .outcomes()
        .values()
        .filter(|outcome| **outcome == Outcome::NotStarted)
        .count();
    assert_eq!(not_started, plan.writes().count() - 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_121), ..ProptestConfig::default() })]

    /// With random failures: a step runs only when what it needs succeeded and what it waits for ended, a failure stops only
    /// what needs it, and running again with what failed then succeeding finishes.
    #[test]
    fn a_failure_blocks_only_its_dependents_and_running_again_finishes(
        machines in 1_usize..6,
        most in 1_usize..8,
        failures in proptest::collection::vec(any::<bool>(), 32),
    ) {
        let (manifest, world) = estate(machines);
        let plan = world.plan(&manifest);
        let fails: BTreeMap<Address, bool> = plan
            .writes()
            .zip(failures.iter().cycle())
            .map(|(step, fails)| (step.address.clone(), *fails))
            .collect();
        let (outcomes, begun) = run(&plan, most, |address| {
            if fails[address] { failed() } else { done() }
        });
        let place = |address: &Address| begun.iter().position(|other| other == address);
        for step in plan.writes() {
            let needs_met = step
                .waits
                .iter()
                .filter(|wait| wait.need == Need::Success)
                .all(|wait| matches!(outcomes[&wait.on], Outcome::Done { .. }));
            prop_assert_eq!(place(&step.address).is_some(), needs_met, "{}", step.address);
            for wait in &step.waits {
                if let (Some(at), Some(before)) = (place(&step.address), place(&wait.on)) {
                    prop_assert!(before < at);
                }
            }
            if let Outcome::Blocked { because } = &outcomes[&step.address] {
                prop_assert!(step.waits.iter().any(|wait| wait.on.as_str() == because && wait.need == Need::Success));
            }
        }
        // What was done is live now; the rest is planned again and this time succeeds.
        let mut carried_out = plan.clone();
        carried_out.steps.retain(|step| matches!(outcomes.get(&step.address), Some(Outcome::Done { .. }) | None));
        let world = world.after(&carried_out);
        let second = world.plan(&manifest);
        let (outcomes, _) = run(&second, most, |_| done());
        let all_done = outcomes.values().all(|outcome| matches!(outcome, Outcome::Done { .. }));
        prop_assert!(all_done, "{outcomes:?}");
        prop_assert!(world.after(&second).plan(&manifest).is_empty());
    }
}
