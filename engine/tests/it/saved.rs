//! Saved plans: read with suspicion, and compared decision by decision.

use proptest::prelude::*;
use vmlogin_engine::address::Address;
use vmlogin_engine::plan::saved::{
    Drift, FORMAT, Flags, Saved, Unusable, check_hostile, differences, places, read,
};
use vmlogin_engine::plan::stakes::{Lost, OfBreakGlass};
use vmlogin_engine::plan::{Action, Blocked, Foreign, Plan};

use crate::plan::{CHAIN, people};
use crate::world::manifest;

/// The plan of a chain on one machine.
fn plan() -> Plan {
    let world = people().group("core/rg").machine("core/rg/web01");
    world.plan(&manifest(CHAIN))
}

fn saved() -> Saved {
    let plan = plan();
    let saved = Saved {
        principal_lock: None,
        format: FORMAT,
        tool: plan.tool.clone(),
        made: "2026-11-21T12:00:00Z".to_owned(),
        sandbox: false,
        files: vec!["estate.kdl".to_owned()],
        sets: Vec::new(),
        tenants: places(&manifest(CHAIN)),
        flags: Flags::default(),
        manifest_sha256: String::new(),
        manifest: CHAIN.to_owned(),
        plan,
        digest: String::new(),
    };
    saved.sealed()
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let saved = saved();
    assert_eq!(read(saved.to_text().as_bytes()), Ok(saved.clone()));
    check_hostile(saved.to_text().as_bytes());
    assert!(saved.is_for(&manifest(CHAIN)));
    let mut other = saved.clone();
    other.plan.estate = "somebody-elses".to_owned();
    assert!(!other.is_for(&manifest(CHAIN)));
}

#[test]
fn an_edit_without_a_new_digest_is_damage_and_one_with_it_is_a_difference() {
    let mut edited = saved();
    edited.plan.steps.pop();
    assert_eq!(read(edited.to_text().as_bytes()), Err(Unusable::Damaged));
    let forged = read(edited.sealed().to_text().as_bytes()).expect("its hashes are right");
    let found = differences(&forged.plan, &plan());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].drift, Drift::Added { is: Action::Create });
}

#[test]
fn a_plan_that_could_not_have_been_made_is_refused_whatever_its_digest() {
    let twice = |saved: &mut Saved| {
        let step = saved.plan.steps[0].clone();
        saved.plan.steps.push(step);
    };
    let destroys = |saved: &mut Saved| saved.plan.mode = vmlogin_engine::plan::Mode::Destroy;
    let versions = |saved: &mut Saved| saved.tool.push('1');
    let edits: [&dyn Fn(&mut Saved); 3] = [&twice, &destroys, &versions];
    for edit in edits {
        let mut saved = saved();
        edit(&mut saved);
        let refused = read(saved.sealed().to_text().as_bytes());
        assert!(
            matches!(refused, Err(Unusable::Malformed { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn every_decision_that_differs_is_named_and_what_is_only_told_is_not() {
    let was = plan();
    let drifts = |change: &dyn Fn(&mut Plan)| {
        let mut is = was.clone();
        change(&mut is);
        let found = differences(&was, &is);
        found.into_iter().map(|it| it.drift).collect::<Vec<_>>()
    };
    let login = |plan: &Plan| {
        let found = plan.steps.iter().position(|step| step.kind == "login");
        found.expect("a login")
    };
    let at = login(&was);
    assert_eq!(drifts(&|_| {}), []);
    assert_eq!(
        drifts(&|is| {
            is.steps[at].notes.push("told".to_owned());
            is.steps[at].title.push('!');
            is.gaps.push("told".to_owned());
            is.live_counts.clear();
        }),
        []
    );
    assert_eq!(
        drifts(&|is| is.steps[at].action = Action::Keep),
        [Drift::Action {
            was: Action::Create,
            is: Action::Keep
        }]
    );
    let rule = || Blocked {
        rule: "VML207".to_owned(),
        subject: was.steps[at].address.clone(),
    };
    assert_eq!(
        drifts(&|is| is.steps[at].blocked = Some(rule())),
        [Drift::Blocked {
            was: None,
            is: Some("VML207".to_owned())
        }]
    );
    assert_eq!(
        drifts(&|is| is.steps[at].changes[0].after = true.into()),
        [Drift::Changes {
            attributes: vec![was.steps[at].changes[0].attribute.clone()]
        }]
    );
    assert_eq!(
        drifts(&|is| {
            is.steps[at].write.insert("estate".to_owned(), "dev".into());
        }),
        [Drift::Write {
            attributes: vec!["estate".to_owned()]
        }]
    );
    assert_eq!(drifts(&|is| is.steps[at].waits.clear()), [Drift::Waits]);
    assert_eq!(drifts(&|is| is.steps[at].id = None), [Drift::Subject]);
    assert_eq!(
        drifts(&|is| is.steps[at].fingerprint.push('0')),
        [Drift::Read]
    );
    // What guards judge: lifted for what was looked at, it is not lifted for what came since.
    assert_eq!(
        drifts(&|is| is.steps[at].privileged = Some("Ops".to_owned())),
        [Drift::Read]
    );
    assert_eq!(drifts(&|is| is.steps[at].protected = true), [Drift::Read]);
    assert_eq!(
        drifts(&|is| {
            is.steps[at].foreign = Some(Foreign {
                estate: "other".to_owned(),
                by_being_named: false,
            });
        }),
        [Drift::Read]
    );
    let lost = |break_glass: bool| Lost {
        step: was.steps[at].address.clone(),
        grant: "`Owner` of user `bg1` at `rg`".to_owned(),
        who: "user `bg1`".to_owned(),
        break_glass: break_glass.then(|| OfBreakGlass {
            principal: "user `bg1`".to_owned(),
            doubt: None,
        }),
        lockout: vec!["sign in".to_owned()],
    };
    assert_eq!(drifts(&|is| is.stakes.lost.push(lost(true))), [Drift::Read]);
    // Who applies may be somebody else than who planned.
    assert_eq!(drifts(&|is| is.stakes.lost.push(lost(false))), []);
    assert_eq!(
        drifts(&|is| {
            is.steps.remove(at);
        }),
        [Drift::Dropped {
            was: Action::Create
        }]
    );
    assert_eq!(
        drifts(&|is| is.steps[at].address = Address::read("vm:core/rg/web02/login")).len(),
        2
    );
}

proptest! {
    /// The digest leaves no byte that could be another.
    #[test]
    fn no_single_mutation_is_taken(at in 0usize..20_000, byte: u8, sort in 0u8..4) {
        let whole = saved().to_text().into_bytes();
        let mut bytes = whole.clone();
        let at = at % bytes.len();
        match sort {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 => {
                bytes.remove(at);
            }
            _ => bytes.truncate(at),
        }
        check_hostile(&bytes);
        if bytes != whole {
            prop_assert!(read(&bytes).is_err());
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        check_hostile(&bytes);
    }

    /// Whoever computes hashes can put anything into a plan; reading it still never fails.
    #[test]
    fn forged_plans_are_answered(text in "\\PC*", number: u32) {
        let mut forged = saved();
        forged.manifest.push_str(&text);
        forged.plan.estate.clone_from(&text);
        forged.plan.format = number;
        forged.files.push(text);
        check_hostile(forged.sealed().to_text().as_bytes());
    }
}

#[test]
fn deep_and_long_files_are_answered_in_time() {
    let deep = format!(
        r#"{{"format":1,"manifest_sha256":"","plan":{{"steps":[{{"write":{{"a":{}"#,
        "[".repeat(10_000_000)
    );
    check_hostile(deep.as_bytes());
    check_hostile("[".repeat(10_000_000).as_bytes());
    check_hostile(
        format!(
            r#"{{"format":1,"manifest_sha256":"{}"#,
            "a".repeat(10_000_000)
        )
        .as_bytes(),
    );
}
