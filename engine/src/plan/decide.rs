//! Deciding: from both sides to the steps. Everything that apply will do is settled here.

use std::collections::{BTreeMap, BTreeSet};

use super::fingerprint::fingerprint;
use super::matching::{Matching, Pair};
use super::selection::Selected;
use super::{Action, Blocked, Change, FORMAT, Mode, Plan, Step, Wait, ownership, teardown};
use crate::address::Address;
use crate::diff::diff;
use crate::graph::{Cycle, Graph};
use crate::inventory::{Health, Live};
use crate::kind::{Catalogue, Hindrance, Scene};
use crate::rule::Finding;
use crate::schema::{Adoption, Class, Existence, Lifetime, Need, Schema};
use crate::value::{Attributes, Value};

/// What is asked of a plan besides the two sides.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Build or tear down.
    pub mode: Mode,
    /// Which part of the manifest.
    pub selected: Selected,
    /// The version of vmlogin, for the record.
    pub tool: String,
}

/// Decides every step. Pure: the same arguments give the same plan, byte for byte.
pub fn plan(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    findings: Vec<Finding>,
    wish: &Wish,
) -> Result<Plan, Cycle> {
    let graph = Graph::of(scene.manifest, catalogue)?;
    let matching = Matching::of(catalogue, scene);
    let (revocations, unmanaged) = ownership::unclaimed(catalogue, scene, &matching, wish);
    let taken = wish.selected.of(&graph, scene.manifest, wish.mode);
    let (steps, findings) = match wish.mode {
        Mode::Apply => {
            let steps = build(scene, &graph, &matching, &taken, &findings);
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
        Mode::Destroy => (
            teardown::steps(scene, &graph, &matching, &taken),
            Vec::new(),
        ),
    };
    let mut plan = Plan {
        format: FORMAT,
        tool: wish.tool.clone(),
        estate: scene.manifest.estate.clone(),
        mode: wish.mode,
        selection: wish.selected.record(),
        live_counts: live_counts(&matching, &revocations),
        steps: revocations.into_iter().chain(steps).collect(),
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
    Ok(plan)
}

/// Decides the steps that bring the live side in line, in the graph's order.
fn build(
    scene: &Scene<'_>,
    graph: &Graph,
    matching: &Matching<'_>,
    taken: &BTreeSet<&Address>,
    findings: &[Finding],
) -> Vec<Step> {
    let blocks = Blocks::of(findings);
    let mut settled: BTreeMap<&Address, Standing> = BTreeMap::new();
    let mut steps = Vec::new();
    for address in graph.order() {
        let Some(pair) = matching.pairs.get(address) else {
            continue;
        };
        let mut step = decide(scene, pair);
        step.waits = waits(graph, address);
        step.blocked = blocks.at(scene, pair).or_else(|| missing(&step));
        inherit(&mut step, &settled);
        let chosen = taken.contains(address);
        settled.insert(address, Standing::of(&step, chosen));
        if chosen {
            steps.push(step);
        }
    }
    steps
}

/// Decides one step from its own two sides.
fn decide(scene: &Scene<'_>, pair: &Pair<'_>) -> Step {
    let schema = pair.kind.schema();
    let mut step = blank(scene, pair);
    let hindrance = pair.kind.hindrance(pair.resource, pair.live, scene);
    match pair.live {
        None => {
            step.changes = made_of(schema, &step.write);
            step.action = if makes(schema, pair) {
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
    step
}

/// Fills in what differs between declared and live, and what follows from how the live thing is.
fn compare(schema: &Schema, pair: &Pair<'_>, live: &Live, step: &mut Step) {
    let declared = pair.resource.values();
    let changes = diff(schema, &declared, &live.attributes);
    let writes = changes
        .iter()
        .any(|change| change.class == Class::Changeable);
    step.notes.extend(
        changes
            .iter()
            .filter(|change| change.class == Class::CreateOnly)
            .map(|change| {
                format!(
                    "`{}` is {} and stays so: only making it anew would set {}",
                    change.attribute, change.before, change.after
                )
            }),
    );
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

/// A step that does nothing yet, with all that is known of its subject.
pub(super) fn blank(scene: &Scene<'_>, pair: &Pair<'_>) -> Step {
    let resource = pair.resource;
    let declared = resource.values();
    let schema = pair.kind.schema();
    let mut write: Attributes = schema
        .attributes
        .iter()
        .filter_map(|attribute| Some((attribute.name.to_owned(), attribute.default?.value())))
        .collect();
    write.extend(declared.clone());
    write.extend(pair.kind.complete(resource, scene));
    Step {
        address: resource.address.clone(),
        kind: resource.kind.to_owned(),
        title: title(scene, schema, pair),
        action: Action::Keep,
        id: pair
            .live
            .map(|live| live.id.clone())
            .or_else(|| pair.kind.id(resource, scene)),
        tenant: resource.tenant.clone(),
        subscription: resource.subscription.clone(),
        changes: Vec::new(),
        write,
        notes: Vec::new(),
        waits: Vec::new(),
        hindrance: None,
        blocked: None,
        fingerprint: fingerprint(&declared, pair.live),
        foreign: foreign(scene, schema, pair.bearer),
        protected: pair.live.is_some_and(|live| live.protected)
            || resource.get("protect").and_then(Value::as_bool) == Some(true),
    }
}

/// The other estate whose stamp a live thing bears.
fn foreign(scene: &Scene<'_>, schema: &Schema, bearer: Option<&Live>) -> Option<super::Foreign> {
    let stamp = bearer?.stamp.as_ref()?;
    (*stamp != scene.manifest.estate).then(|| super::Foreign {
        estate: stamp.clone(),
        by_being_named: schema.lifetime == Lifetime::Vanishes,
    })
}

fn title(scene: &Scene<'_>, schema: &Schema, pair: &Pair<'_>) -> String {
    let resource = pair.resource;
    let around = scene.manifest.parent_of(resource).map_or_else(
        || {
            resource
                .parent
                .segments()
                .last()
                .unwrap_or_default()
                .to_owned()
        },
        |parent| parent.name.clone(),
    );
    match (resource.get("role"), resource.get("principal")) {
        (Some(Value::Text(role)), Some(principal)) => {
            format!("{} `{role}` to {principal} at `{around}`", schema.title)
        }
        _ if resource.name.is_empty() => format!("{} of `{around}`", schema.title),
        _ => format!("{} `{}`", schema.title, resource.name),
    }
}

/// The step that takes away a live thing that no node is known to name.
pub(super) fn revoke(scene: &Scene<'_>, live: &Live, why: &str) -> Step {
    let tenant = scene
        .manifest
        .subscriptions
        .get(&live.subscription)
        .map(|subscription| subscription.tenant.clone())
        .unwrap_or_default();
    Step {
        address: live.address.clone(),
        kind: live.kind.to_owned(),
        title: live.title.clone(),
        action: Action::Revoke,
        id: Some(live.id.clone()),
        tenant,
        subscription: live.subscription.clone(),
        changes: Vec::new(),
        write: live
            .attributes
            .clone()
            .into_iter()
            .chain([("estate".to_owned(), scene.manifest.estate.as_str().into())])
            .collect(),
        notes: vec![why.to_owned()],
        waits: Vec::new(),
        hindrance: None,
        blocked: None,
        fingerprint: fingerprint(&live.attributes, Some(live)),
        foreign: None,
        protected: live.protected,
    }
}

fn made_of(schema: &Schema, write: &Attributes) -> Vec<Change> {
    schema
        .attributes
        .iter()
        .filter_map(|attribute| {
            Some(Change {
                attribute: attribute.name.to_owned(),
                class: attribute.class,
                before: Value::Null,
                after: write.get(attribute.name)?.clone(),
            })
        })
        .collect()
}

fn makes(schema: &Schema, pair: &Pair<'_>) -> bool {
    match schema.existence {
        Existence::Made => true,
        Existence::MadeBy(attribute) => pair.resource.get(attribute).is_some(),
        Existence::Expected => false,
    }
}

pub(super) fn defer(step: &mut Step, hindrance: Hindrance) {
    step.action = Action::Defer;
    step.hindrance = Some(hindrance);
}

pub(super) fn maker(live: &Live) -> String {
    live.stamp.as_ref().map_or_else(
        || "vmlogin did not make it".to_owned(),
        |estate| format!("the estate `{estate}` made it"),
    )
}

fn waits(graph: &Graph, address: &Address) -> Vec<Wait> {
    graph
        .waits_of(address)
        .iter()
        .map(|edge| Wait {
            on: edge.on.clone(),
            need: edge.need,
            reason: edge.reason.clone(),
        })
        .collect()
}

/// Error findings by subject.
struct Blocks<'a>(BTreeMap<&'a Address, &'a Finding>);

impl<'a> Blocks<'a> {
    fn of(findings: &'a [Finding]) -> Blocks<'a> {
        Blocks(
            findings
                .iter()
                .filter(|finding| finding.blocks())
                .map(|finding| (&finding.subject, finding))
                .collect(),
        )
    }

    /// The finding about the resource or about anything that it stands in.
    fn at(&self, scene: &Scene<'_>, pair: &Pair<'_>) -> Option<Blocked> {
        scene
            .manifest
            .places(pair.resource)
            .find_map(|address| self.0.get(address))
            .map(|finding| Blocked {
                rule: finding.rule.clone(),
                subject: finding.subject.clone(),
            })
    }
}

/// A step that could not be decided, though no rule says why, does not run either: silence must never write.
fn missing(step: &Step) -> Option<Blocked> {
    (step.action.writes() && step.id.is_none()).then(|| Blocked {
        rule: "unresolved".to_owned(),
        subject: step.address.clone(),
    })
}

/// How a decided step stands, for those that need it.
enum Standing {
    Ready,
    Deferred(Address),
    Blocked(Blocked),
    LeftOut(Address),
}

impl Standing {
    fn of(step: &Step, chosen: bool) -> Standing {
        match (&step.blocked, step.action) {
            (Some(blocked), _) => Standing::Blocked(blocked.clone()),
            (None, Action::Defer) => Standing::Deferred(step.address.clone()),
            (None, action) if action.writes() && !chosen => Standing::LeftOut(step.address.clone()),
            _ => Standing::Ready,
        }
    }
}

/// Hands on to a step what stands in the way of what it needs: a blocked need blocks, a deferred one defers.
fn inherit(step: &mut Step, settled: &BTreeMap<&Address, Standing>) {
    let needs: Vec<&Standing> = step
        .waits
        .iter()
        .filter(|wait| wait.need == Need::Success)
        .filter_map(|wait| settled.get(&wait.on))
        .collect();
    if step.blocked.is_none() {
        step.blocked = needs.iter().find_map(|standing| match standing {
            Standing::Blocked(blocked) => Some(blocked.clone()),
            _ => None,
        });
    }
    if !step.action.writes() {
        return;
    }
    let hindrance = needs.iter().find_map(|standing| match standing {
        Standing::Deferred(on) => Some(Hindrance {
            reason: format!("it needs `{on}`, which is put off"),
            help: "it follows when that can be done".to_owned(),
        }),
        Standing::LeftOut(on) => Some(Hindrance {
            reason: format!("it needs `{on}`, which is excluded"),
            help: "run again without that --exclude".to_owned(),
        }),
        Standing::Ready | Standing::Blocked(_) => None,
    });
    if let Some(hindrance) = hindrance {
        defer(step, hindrance);
    }
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
fn concerns(finding: &Finding, scene: &Scene<'_>, taken: &BTreeSet<&Address>) -> bool {
    taken.contains(&finding.subject) || scene.manifest.resource(&finding.subject).is_none()
}

/// Whom the findings that block these steps speak of.
fn blocking(steps: &[Step]) -> BTreeSet<&Address> {
    steps
        .iter()
        .filter_map(|step| Some(&step.blocked.as_ref()?.subject))
        .collect()
}

/// How many live objects of each kind the plan had before it: the declared ones that exist and the ones that it revokes.
fn live_counts(matching: &Matching<'_>, revocations: &[Step]) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let declared = matching
        .pairs
        .values()
        .filter(|pair| pair.live.is_some())
        .map(|pair| pair.resource.kind);
    let revoked = revocations.iter().map(|step| step.kind.as_str());
    for kind in declared.chain(revoked) {
        *counts.entry(kind.to_owned()).or_insert(0) += 1;
    }
    counts
}
