//! Random estates against random live states: what must hold whatever the two look like.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vmlogin_engine::inventory::{Health, Resolution};
use vmlogin_engine::manifest::{Manifest, Safety};
use vmlogin_engine::plan::guard::{Accepted, judge};
use vmlogin_engine::plan::{Action, Mode};
use vmlogin_engine::value::Value;

use crate::world::{World, manifest, shown};

/// One machine, declared and live.
#[derive(Clone, Debug)]
struct Machine {
    identity: bool,
    login: bool,
    grant: Option<usize>,
    tag: Option<bool>,
    live_identity: bool,
    live_login: Option<(usize, usize)>,
    stopped: bool,
}

/// One group, declared and live.
#[derive(Clone, Debug)]
struct Group {
    made: bool,
    live: Option<usize>,
    grants: Vec<usize>,
    live_grants: Vec<(usize, usize)>,
    machines: Vec<Machine>,
}

/// Nobody, this estate, another one.
const STAMPS: [Option<&str>; 3] = [None, Some("web-prod"), Some("data-prod")];
const HEALTH: usize = 3;
const PEOPLE: usize = 4;

fn machine() -> impl Strategy<Value = Machine> {
    (
        any::<bool>(),
        any::<bool>(),
        proptest::option::of(0..PEOPLE),
        proptest::option::of(any::<bool>()),
        any::<bool>(),
        proptest::option::of((0..STAMPS.len(), 0..HEALTH)),
        proptest::bool::weighted(0.3),
    )
        .prop_map(
            |(identity, login, grant, tag, live_identity, live_login, stopped)| Machine {
                identity,
                login,
                grant,
                tag,
                live_identity,
                live_login,
                stopped,
            },
        )
}

fn group() -> impl Strategy<Value = Group> {
    (
        any::<bool>(),
        proptest::option::of(0..STAMPS.len()),
        proptest::collection::btree_set(0..PEOPLE, 0..3),
        proptest::collection::btree_map(0..PEOPLE + 2, 0..STAMPS.len(), 0..4),
        proptest::collection::vec(machine(), 0..4),
    )
        .prop_map(|(made, live, grants, live_grants, machines)| Group {
            made,
            live,
            grants: grants.into_iter().collect(),
            live_grants: live_grants.into_iter().collect(),
            machines,
        })
}

fn text(groups: &[Group]) -> String {
    let mut text = String::new();
    for (number, group) in groups.iter().enumerate() {
        let location = if group.made {
            " location=westeurope"
        } else {
            ""
        };
        text.push_str(&format!(
            "resource-group rg{number} subscription=core{location} {{\n"
        ));
        for person in &group.grants {
            text.push_str(&format!("    grant user (user)\"p{person}@x\"\n"));
        }
        for (at, machine) in group.machines.iter().enumerate() {
            text.push_str(&format!("    vm vm{at} {{\n"));
            if machine.identity {
                text.push_str("        identity system-assigned\n");
            }
            if machine.login {
                text.push_str("        login\n");
            }
            if let Some(person) = machine.grant {
                text.push_str(&format!("        grant admin (user)\"p{person}@x\"\n"));
            }
            if let Some(owner) = machine.tag {
                text.push_str(&format!("        tags owner=\"{owner}\"\n"));
            }
            text.push_str("    }\n");
        }
        text.push_str("}\n");
    }
    text
}

fn world(groups: &[Group], missing: usize) -> World {
    let mut world = World::new();
    for person in 0..PEOPLE {
        let name = format!("user:p{person}@x");
        world = if person == missing {
            world.resolves(&name, Resolution::Missing)
        } else {
            world.knows(&name, &format!("o{person}"))
        };
    }
    for (number, group) in groups.iter().enumerate() {
        let place = format!("core/rg{number}");
        // A group that nobody makes has to be there, or everything in it is blocked by a rule that engine tests do not have.
        if let Some(stamp) = group.live.or((!group.made).then_some(0)) {
            world = world.group(&place).but("resource-group", &place, |live| {
                live.stamp = STAMPS[stamp].map(str::to_owned);
                live.attributes
                    .insert("location".to_owned(), "westeurope".into());
            });
        }
        for (person, stamp) in &group.live_grants {
            world = world.grant(&place, "user", &format!("o{person}"), STAMPS[*stamp]);
        }
        for (at, machine) in group.machines.iter().enumerate() {
            world = with_machine(world, &format!("{place}/vm{at}"), machine);
        }
    }
    world
}

fn with_machine(world: World, place: &str, machine: &Machine) -> World {
    let mut world = world.machine(place).but("vm", place, |live| {
        if machine.stopped {
            live.facts.insert("power".to_owned(), "stopped".into());
        }
        let tags = [
            ("owner".to_owned(), Value::from("somebody")),
            ("foreign".to_owned(), "kept".into()),
        ];
        live.attributes
            .insert("tags".to_owned(), Value::Map(tags.into()));
    });
    if machine.live_identity {
        world = world.identity(place);
    }
    if let Some((stamp, health)) = machine.live_login {
        world = world
            .login(place)
            .but("login", &format!("{place}/login"), |live| {
                live.stamp = STAMPS[stamp].map(str::to_owned);
                live.health = match health {
                    0 => Health::Good,
                    1 => Health::Busy,
                    _ => Health::Failed {
                        message: "exit code 51".to_owned(),
                    },
                };
            });
    }
    world
}

fn scenes() -> impl Strategy<Value = (Manifest, World)> {
    (proptest::collection::vec(group(), 0..4), 0..PEOPLE * 2)
        .prop_map(|(groups, missing)| (manifest(&text(&groups)), world(&groups, missing)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_121), ..ProptestConfig::default() })]

    /// `plan` audits every plan that it returns.
    #[test]
    fn after_apply_nothing_is_to_be_written((manifest, world) in scenes()) {
        let first = world.plan(&manifest);
        let second = world.after(&first).plan(&manifest);
        prop_assert!(second.is_empty(), "{}", shown(&second));
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes((manifest, world) in scenes()) {
        let bytes = || serde_json::to_string(&world.plan(&manifest)).expect("JSON");
        prop_assert_eq!(bytes(), bytes());
    }

    /// Whatever carries another estate's stamp is not taken away at all, and changed only once a guard was lifted.
    #[test]
    fn another_estates_things_are_not_touched((manifest, world) in scenes()) {
        for mode in [Mode::Apply, Mode::Destroy] {
            let plan = world.plan_as(&manifest, mode, &[], &[], Vec::new());
            let foreign: Vec<_> = plan.writes().filter(|step| step.foreign.is_some()).collect();
            prop_assert!(foreign.iter().all(|step| step.action == Action::Update), "{}", shown(&plan));
            let refusals = judge(&plan, &Safety::default(), &Accepted::default(), None);
            let guarded: BTreeSet<_> = refusals
                .iter()
                .filter(|refusal| refusal.guard == "foreign-estate")
                .flat_map(|refusal| &refusal.affected)
                .collect();
            prop_assert!(foreign.iter().all(|step| guarded.contains(&step.address)), "{}", shown(&plan));
        }
    }

    /// What goes was made by this estate; what nobody stamped stays.
    #[test]
    fn only_what_this_estate_made_is_taken_away((manifest, world) in scenes()) {
        for mode in [Mode::Apply, Mode::Destroy] {
            let plan = world.plan_as(&manifest, mode, &[], &[], Vec::new());
            for step in plan.writes().filter(|step| step.action.removes()) {
                let id = step.id.as_deref().expect("an id");
                prop_assert_eq!(world.stamp_of(id), Some("web-prod"), "{}", shown(&plan));
            }
        }
    }
}
