//! What stands in the way of a step: a finding of a rule, or how something stands that it needs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::draft::defer;
use super::matching::Pair;
use super::{Action, Blocked, MISSING, Step, UNRESOLVED};
use crate::address::Address;
use crate::kind::{Hindrance, Scene};
use crate::rule::Finding;
use crate::schema::Need;

/// What lets a step go on that needs one which is left out.
const EXCLUDED: &str = "run again without that --exclude";

/// What lets a removal go on before which another one goes that is not selected.
pub(super) const NOT_SELECTED: &str = "run again with a selection that holds both";

/// What lets a step go on that is put off with another one.
pub(super) const FOLLOWS: &str = "it follows when that can be done";

/// The helps of hindrances that nobody waits for: those that no time mends, and those that go away with another one.
pub const NOT_WAITED_FOR: [&str; 3] = [EXCLUDED, NOT_SELECTED, FOLLOWS];

/// Error findings by subject.
pub(super) struct Blocks<'a>(BTreeMap<&'a Address, &'a Finding>);

impl<'a> Blocks<'a> {
    pub(super) fn of(findings: &'a [Finding]) -> Blocks<'a> {
        Blocks(
            findings
                .iter()
                .filter(|finding| finding.blocks())
                .map(|finding| (&finding.subject, finding))
                .collect(),
        )
    }

    /// The finding about the resource or about anything that it stands in.
    pub(super) fn at(&self, scene: &Scene<'_>, pair: &Pair<'_>) -> Option<Blocked> {
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

/// A step that could not be decided, though no rule says why, does not run either: silence must never write. Nor is anything
/// set up in a thing that should be there and was not seen.
pub(super) fn missing(step: &Step, pair: &Pair<'_>) -> Option<Blocked> {
    let rule = match step.action {
        Action::Keep if pair.live.is_none() => MISSING,
        action if action.writes() && step.id.is_none() => UNRESOLVED,
        _ => return None,
    };
    Some(Blocked {
        rule: rule.to_owned(),
        subject: step.address.clone(),
    })
}

/// How a decided step stands, for those that need it.
pub(super) enum Standing {
    Ready,
    Deferred(Address),
    Blocked(Blocked),
    LeftOut(Address),
}

impl Standing {
    pub(super) fn of(step: &Step, chosen: bool) -> Standing {
        match (&step.blocked, step.action) {
            (Some(blocked), _) => Standing::Blocked(blocked.clone()),
            (None, Action::Defer) => Standing::Deferred(step.address.clone()),
            (None, action) if action.writes() && !chosen => Standing::LeftOut(step.address.clone()),
            _ => Standing::Ready,
        }
    }
}

/// Hands on to a step what stands in the way of what it needs: a blocked need blocks, a deferred one defers.
pub(super) fn inherit(step: &mut Step, settled: &IndexMap<&Address, Standing>) {
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
            help: FOLLOWS.to_owned(),
        }),
        Standing::LeftOut(on) => Some(Hindrance {
            reason: format!("it needs `{on}`, which is excluded"),
            help: EXCLUDED.to_owned(),
        }),
        Standing::Ready | Standing::Blocked(_) => None,
    });
    if let Some(hindrance) = hindrance {
        defer(step, hindrance);
    }
}

/// Whom the findings that block these steps speak of.
pub(super) fn blocking(steps: &[Step]) -> BTreeSet<&Address> {
    steps
        .iter()
        .filter_map(|step| Some(&step.blocked.as_ref()?.subject))
        .collect()
}
