//! Whether planning anew comes to what was saved: every decision is compared, and each that differs is named.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::plan::{Action, Change, Plan, Step};
use crate::value::Attributes;

/// A step that is not the one that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Its address.
    pub address: Address,
    /// What about it.
    pub drift: Drift,
}

/// How a step differs from the one that was saved. Where several hold, the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Drift {
    /// The plan has it, and nothing is to be said of the address any more.
    Dropped {
        /// What was to be done.
        was: Action,
    },
    /// The plan does not have it.
    Added {
        /// What would be done now.
        is: Action,
    },
    /// Something else would be done.
    Action {
        /// What was to be done.
        was: Action,
        /// What would be done now.
        is: Action,
    },
    /// A rule blocks it now, or no longer does.
    Blocked {
        /// The rule that blocked it.
        was: Option<String>,
        /// The rule that blocks it now.
        is: Option<String>,
    },
    /// It would change other things, from or to other values.
    Changes {
        /// The attributes.
        attributes: Vec<String>,
    },
    /// What it would send differs.
    Write {
        /// The attributes.
        attributes: Vec<String>,
    },
    /// It is about another thing: of another kind, id, tenant or subscription.
    Subject,
    /// It would wait for other steps.
    Waits,
    /// What was read for the decision is not what was read then.
    Read,
}

/// Compares a saved plan with the one that planning anew comes to. What is only told (notes, findings that block nothing, what
/// nobody manages) is no decision.
pub fn differences(saved: &Plan, now: &Plan) -> Vec<Difference> {
    let is: BTreeMap<&Address, &Step> = by_address(now);
    let was: BTreeMap<&Address, &Step> = by_address(saved);
    let mut found: Vec<Difference> = Vec::new();
    for step in &saved.steps {
        let other = is.get(&step.address).copied();
        found.extend(drift(step, other).map(|drift| Difference {
            address: step.address.clone(),
            drift,
        }));
    }
    let told: BTreeSet<Address> = found.iter().map(|it| it.address.clone()).collect();
    let touched = others_touched(saved, now).into_iter();
    let touched = touched.filter(|step| is.contains_key(step) && !told.contains(*step));
    found.extend(touched.map(|step| Difference {
        address: step.clone(),
        drift: Drift::Read,
    }));
    let news = now.steps.iter();
    let news = news.filter(|step| !was.contains_key(&step.address) && matters(step));
    found.extend(news.map(|step| Difference {
        address: step.address.clone(),
        drift: Drift::Added { is: step.action },
    }));
    found
}

fn by_address(plan: &Plan) -> BTreeMap<&Address, &Step> {
    let steps = plan.steps.iter();
    steps.map(|step| (&step.address, step)).collect()
}

/// Whether a step of one plan alone is a difference: that a thing is kept is no decision about it.
fn matters(step: &Step) -> bool {
    step.action != Action::Keep || step.blocked.is_some()
}

fn drift(was: &Step, is: Option<&Step>) -> Option<Drift> {
    let Some(is) = is else {
        return matters(was).then_some(Drift::Dropped { was: was.action });
    };
    let blocked = |step: &Step| step.blocked.as_ref().map(|by| by.because(&step.address));
    let changes = changed(&was.changes, &is.changes);
    let write = written(&was.write, &is.write);
    if was.action != is.action {
        return Some(Drift::Action {
            was: was.action,
            is: is.action,
        });
    }
    if was.blocked != is.blocked {
        return Some(Drift::Blocked {
            was: blocked(was),
            is: blocked(is),
        });
    }
    if was.changes != is.changes {
        return Some(Drift::Changes {
            attributes: changes,
        });
    }
    if !write.is_empty() {
        return Some(Drift::Write { attributes: write });
    }
    let about = |step: &Step| {
        let place = (step.tenant.clone(), step.subscription.clone());
        (step.kind.clone(), step.id.clone(), place)
    };
    if about(was) != about(is) {
        return Some(Drift::Subject);
    }
    if was.waits != is.waits {
        return Some(Drift::Waits);
    }
    // Guards judge anew; yet one that is lifted for what was looked at is not lifted for what came since.
    let judged = |step: &Step| {
        let foreign = step.foreign.clone();
        (foreign, step.privileged.clone(), step.protected)
    };
    let same = was.fingerprint == is.fingerprint && judged(was) == judged(is);
    (!same).then_some(Drift::Read)
}

/// The steps of both plans that take away other break-glass grants, or other machines' last administrators, than they did. What the
/// running identity would lose is no part of this: a plan may be made by one identity and applied by another.
fn others_touched<'a>(saved: &'a Plan, now: &'a Plan) -> BTreeSet<&'a Address> {
    let (was, is) = (touched(saved), touched(now));
    let steps = was.keys().chain(is.keys()).copied();
    let both = |step: &&Address| was.get(*step) != is.get(*step);
    let planned: BTreeSet<&Address> = saved.steps.iter().map(|step| &step.address).collect();
    steps
        .filter(both)
        .filter(|step| planned.contains(step))
        .collect()
}

/// Whom each step touches, in order.
fn touched(plan: &Plan) -> BTreeMap<&Address, Vec<&str>> {
    let lost = plan.stakes.lost.iter().filter_map(|lost| {
        let of = lost.break_glass.as_ref()?;
        Some((&lost.step, of.principal.as_str()))
    });
    let bare = plan.stakes.admins.iter().flat_map(|admins| {
        let machines = admins.machines.iter();
        machines.flat_map(|machine| admins.by.iter().map(|step| (step, machine.as_str())))
    });
    let mut touched: BTreeMap<&Address, Vec<&str>> = BTreeMap::new();
    for (step, whom) in lost.chain(bare) {
        touched.entry(step).or_default().push(whom);
    }
    for whom in touched.values_mut() {
        whom.sort_unstable();
    }
    touched
}

/// The attributes whose change is in one of the two alone.
fn changed(was: &[Change], is: &[Change]) -> Vec<String> {
    let both = was.iter().chain(is);
    let differing = both.filter(|change| !(was.contains(change) && is.contains(change)));
    let mut names: Vec<String> = differing.map(|change| change.attribute.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn written(was: &Attributes, is: &Attributes) -> Vec<String> {
    let both = was.keys().chain(is.keys());
    let differing = both.filter(|name| was.get(name) != is.get(name));
    let mut names: Vec<String> = differing.map(|name| name.to_string()).collect();
    names.sort();
    names.dedup();
    names
}
