//! Deciding: from both sides to the steps. Everything that apply will do is settled here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use super::anew::{self, Anew};
use super::draft::{blank, defer, made_of, maker};
use super::matching::{Matching, Pair};
use super::selection::Selected;
use super::standing::{Blocks, Standing, blocking, inherit, missing};
use super::unneeded::unneeded;
use super::{
    Action, Change, FORMAT, Mode, Plan, Stakes, Step, Wait, absent, ownership, reinstall, stakes,
    teardown,
};
use crate::address::Address;
use crate::diff::diff;
use crate::graph::{Cycle, Graph};
use crate::inventory::{Health, Live};
use crate::kind::{Catalogue, Hindrance, Scene};
use crate::rule::Finding;
use crate::schema::{Adoption, Class, Schema};
use crate::value::Value;

/// What is asked of a plan besides the two sides.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Build or tear down.
    pub mode: Mode,
    /// Which part of the manifest.
    pub selected: Selected,
    /// What is made anew where it differs in something that is settled when it is made.
    pub replaced: Vec<Address>,
    /// Whether what failed in a way that asks for it is taken away and made anew: see [`super::reinstall::GUARD`].
    pub reinstall: bool,
    /// The version of vmlogin, for the record.
    pub tool: String,
}

/// Decides every step, along the graph of the manifest. Pure: the same arguments give the same plan, byte for byte.
pub fn plan(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    graph: &Graph,
    findings: Vec<Finding>,
    wish: &Wish,
) -> Result<Plan, Cycle> {
    let whole = scene.manifest.with_absent();
    let with_absent = match &whole {
        Cow::Borrowed(_) => None,
        Cow::Owned(whole) => Some(Scene::of(whole, scene.inventory)),
    };
    let scene = with_absent.as_ref().unwrap_or(scene);
    let matching = Matching::of(catalogue, scene);
    let torn_down = match wish.mode {
        Mode::Apply => None,
        // What this estate made goes, whether it is declared or named in `absent`.
        Mode::Destroy => Some(Graph::with(
            &whole,
            catalogue,
            absent::edges(scene, &matching),
        )?),
    };
    let graph = torn_down.as_ref().unwrap_or(graph);
    let (mut revocations, mut unmanaged) = ownership::unclaimed(catalogue, scene, &matching, wish);
    let mut gone_already = Vec::new();
    if wish.mode == Mode::Apply {
        let ids = |steps: &[Step]| -> BTreeSet<String> {
            let ids = steps.iter().filter_map(|step| step.id.as_ref());
            ids.map(|id| id.to_lowercase()).collect()
        };
        let cleared = absent::steps(catalogue, scene, &matching, wish, &ids(&revocations))?;
        let gone = ids(&cleared.steps);
        unmanaged.retain(|stays| !gone.contains(&stays.id.to_lowercase()));
        revocations.extend(cleared.steps);
        gone_already = cleared.gone;
    }
    let taken = wish.selected.of(graph, scene.manifest, wish.mode);
    let live_counts = live_counts(&matching, &revocations);
    let (steps, findings) = match wish.mode {
        Mode::Apply => {
            let mut anew = Anew::of(catalogue, scene, &matching, wish);
            let steps = loop {
                let without = anew.without(scene, &matching);
                let bare = Scene::of(scene.manifest, &without);
                let building = Building {
                    scene,
                    matching: &matching,
                    bare: &bare,
                    rebuilt: anew.is_any().then(|| Matching::of(catalogue, &bare)),
                    anew: &anew,
                    reinstall: wish.reinstall,
                };
                let steps = build(&building, graph, &taken, &findings);
                if !anew.holds_back(scene, &steps) {
                    break steps;
                }
            };
            revocations.extend(anew.revocations(scene, &matching, &steps));
            let blocking = blocking(&steps);
            let findings = findings
                .into_iter()
                .filter(|finding| {
                    concerns(finding, scene, &taken) || blocking.contains(&finding.subject)
                })
                .collect();
            (steps, findings)
        }
        // The rules are about what should be there; they have no say in what goes.
        Mode::Destroy => (teardown::steps(scene, graph, &matching, &taken), Vec::new()),
    };
    let mut plan = Plan {
        format: FORMAT,
        tool: wish.tool.clone(),
        estate: scene.manifest.estate.clone(),
        mode: wish.mode,
        selection: wish.selected.record(),
        gone: gone_already,
        live_counts,
        stakes: Stakes::default(),
        steps: after(revocations, steps),
        findings,
        unmanaged,
        gaps: scene
            .inventory
            .gaps
            .iter()
            .map(|gap| format!("{}: {}", gap.what, gap.fault))
            .collect(),
    };
    keep_only_live_waits(&mut plan.steps);
    plan.stakes = stakes::of(catalogue, scene, &plan.steps);
    Ok(plan)
}

/// Steps after others. There may be tens of thousands, and the others are few: those that are many stay where they are.
fn after(first: Vec<Step>, mut steps: Vec<Step>) -> Vec<Step> {
    steps.splice(..0, first);
    steps
}

/// What the steps of an apply are decided from.
struct Building<'a> {
    scene: &'a Scene<'a>,
    matching: &'a Matching<'a>,
    /// The same without what is made anew and what lies in that, as it will be when those are made again.
    bare: &'a Scene<'a>,
    rebuilt: Option<Matching<'a>>,
    anew: &'a Anew<'a>,
    reinstall: bool,
}

/// Decides the steps that bring the live side in line, in the graph's order.
fn build(
    building: &Building<'_>,
    graph: &Graph,
    taken: &IndexSet<&Address>,
    findings: &[Finding],
) -> Vec<Step> {
    let Building {
        scene,
        matching,
        anew,
        ..
    } = building;
    let blocks = Blocks::of(findings);
    let mut settled: IndexMap<&Address, Standing> = IndexMap::with_capacity(graph.order().len());
    let mut steps = Vec::with_capacity(taken.len());
    for address in graph.order() {
        let Some(pair) = matching.pairs.get(address) else {
            continue;
        };
        let unneeded = unneeded(matching, anew.made(), pair);
        let mut step = match (&unneeded, anew.around(scene, pair)) {
            (Some(why), _) => idle(scene, pair, why),
            (None, Some(around)) => again(building, pair, around),
            (None, None) => decide(building, pair),
        };
        anew.apply(scene, matching, pair, &mut step);
        step.waits = waits(graph, address);
        step.blocked = step.blocked.or_else(|| blocks.at(scene, pair));
        if step.blocked.is_none() && unneeded.is_none() {
            step.blocked = missing(&step, pair);
        }
        inherit(&mut step, &settled);
        // What is there already waits for nothing.
        if step.action == Action::Keep {
            step.waits = Vec::new();
        }
        let chosen = taken.contains(address);
        settled.insert(address, Standing::of(&step, chosen));
        if chosen {
            steps.push(step);
        }
    }
    steps
}

/// Decides the step of what lies in something that is made anew, as if that were gone.
fn again(building: &Building<'_>, pair: &Pair<'_>, around: &Address) -> Step {
    let rebuilt = building.rebuilt.as_ref();
    let rebuilt = rebuilt.and_then(|it| it.pairs.get(&pair.resource.address));
    anew::again(building.bare, rebuilt.unwrap_or(pair), around)
}

/// The step of what nothing needs.
fn idle(scene: &Scene<'_>, pair: &Pair<'_>, why: &str) -> Step {
    let mut step = blank(scene, pair);
    step.notes.push(why.to_owned());
    step
}

/// Decides one step from its own two sides.
fn decide(building: &Building<'_>, pair: &Pair<'_>) -> Step {
    let scene = building.scene;
    let schema = pair.kind.schema();
    let mut step = blank(scene, pair);
    let hindrance = pair.kind.hindrance(pair.resource, pair.live, scene);
    match pair.live {
        None => {
            step.changes = made_of(schema, &step.write);
            step.action = if makes(pair) {
                Action::Create
            } else {
                Action::Keep
            };
        }
        Some(live) => {
            let ours = live.stamp.as_deref() == Some(scene.manifest.estate.as_str());
            if schema.adoption == Adoption::AsIs && !ours {
                step.notes.push(format!("kept as it is: {}", maker(live)));
            } else {
                compare(schema, pair, live, &mut step);
            }
        }
    }
    if step.action.writes()
        && let Some(hindrance) = hindrance
    {
        defer(&mut step, hindrance);
    }
    if let Some(live) = pair.live {
        let protected = &building.matching.protected;
        reinstall::settle(scene, pair, live, protected, building.reinstall, &mut step);
    }
    step
}

/// Fills in what differs between declared and live, and what follows from how the live thing is.
fn compare(schema: &Schema, pair: &Pair<'_>, live: &Live, step: &mut Step) {
    let declared = pair.resource.values();
    let changes = diff(schema, &declared, &live.attributes);
    let writes = changes
        .iter()
        .any(|change| change.class == Class::Changeable);
    let way = way(pair, live, step);
    step.notes.extend(
        changes
            .iter()
            .filter(|change| change.class == Class::CreateOnly)
            .map(|change| {
                format!(
                    "`{}` is {} and stays so: only making it anew would set {}{}",
                    change.attribute, change.before, change.after, way,
                )
            }),
    );
    let news = changes
        .iter()
        .filter(|change| change.class == Class::Changeable);
    step.notes
        .extend(news.filter_map(|change| pair.kind.consequence(change)));
    step.changes = changes;
    if writes {
        step.action = Action::Update;
    }
    if !schema.repaired {
        return;
    }
    match &live.health {
        Health::Good => {}
        Health::Busy => defer(
            step,
            Hindrance {
                reason: "another operation is running on it".to_owned(),
                help: "run again when it has ended".to_owned(),
            },
        ),
        Health::Failed { message } => {
            step.changes.push(Change {
                attribute: "state".to_owned(),
                class: Class::Changeable,
                before: Value::Text(format!("failed: {message}")),
                after: "succeeded".into(),
            });
            step.action = Action::Update;
        }
    }
}

/// The flag that makes a thing anew, where one can.
fn way(pair: &Pair<'_>, live: &Live, step: &Step) -> String {
    let ours = live.stamp.is_some() && step.foreign.is_none();
    match ours && makes(pair) && pair.kind.never_replaced().is_none() {
        true => format!(", with `--accept replace={}`", step.address),
        false => String::new(),
    }
}

/// Whether a missing thing is made.
pub(super) fn makes(pair: &Pair<'_>) -> bool {
    pair.kind.schema().existence.makes(pair.resource)
}

fn waits(graph: &Graph, address: &Address) -> Vec<Wait> {
    graph
        .waits_of(address)
        .map(|edge| Wait {
            on: edge.on.clone(),
            need: edge.need,
            reason: edge.reason.to_string(),
        })
        .collect()
}

/// Leaves only waits for steps that have something to do; what is kept is there already.
fn keep_only_live_waits(steps: &mut [Step]) {
    let busy: BTreeSet<Address> = steps
        .iter()
        .filter(|step| step.action != Action::Keep)
        .map(|step| step.address.clone())
        .collect();
    for step in steps {
        let idle = step.action == Action::Keep;
        step.waits.retain(|wait| !idle && busy.contains(&wait.on));
    }
}

/// Whether a finding is about something that the plan is for.
fn concerns(finding: &Finding, scene: &Scene<'_>, taken: &IndexSet<&Address>) -> bool {
    taken.contains(&finding.subject) || scene.manifest.resource(&finding.subject).is_none()
}

/// How many live objects of each kind the plan had before it: the declared ones that exist and the ones that it revokes.
fn live_counts(matching: &Matching<'_>, revocations: &[Step]) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let declared = matching
        .pairs
        .values()
        .filter(|pair| pair.live.is_some())
        .map(|pair| pair.resource.kind);
    // Those that `absent` names are among the pairs already.
    let revoked = revocations
        .iter()
        .filter(|step| !matching.pairs.contains_key(&step.address))
        .map(|step| step.kind.as_str());
    for kind in declared.chain(revoked) {
        *counts.entry(kind.to_owned()).or_insert(0) += 1;
    }
    counts
}
