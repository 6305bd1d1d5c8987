//! Where a role that is revoked still reaches its principal.

use std::collections::BTreeMap;

use super::Clearing;
use crate::inventory::Live;
use crate::plan::{Action, Step};
use crate::value::Value;

impl Clearing<'_, '_> {
    /// Says where a revoked role still reaches its principal: the same role, granted further out, stays.
    pub(super) fn tell_what_is_inherited(&mut self) {
        let kept: BTreeMap<_, Vec<&Live>> = self.kept_access();
        let own = |step: &Step| self.by_id.get(&step.id.as_ref()?.to_lowercase()).copied();
        let inherited = |step: &Step| {
            let own = own(step).filter(|_| step.action == Action::Revoke)?;
            let wider = wider(&kept, own)?;
            Some(format!(
                "the role is still inherited: {} stays",
                wider.title
            ))
        };
        let notes: Vec<Option<String>> = self.steps.iter().map(inherited).collect();
        for (step, note) in self.steps.iter_mut().zip(notes) {
            step.notes.extend(note);
        }
    }

    /// What stays of all that a role was granted by, by its principal and by what it lies in.
    fn kept_access(&self) -> BTreeMap<(&str, &[String]), Vec<&Live>> {
        let mut kept: BTreeMap<_, Vec<&Live>> = BTreeMap::new();
        let lives = self.scene.inventory.live.values();
        for live in lives.filter(|live| !self.gone.contains(&live.id.to_lowercase())) {
            if let Some(principal) = principal(live) {
                let there = kept.entry((principal, live.within.as_slice()));
                there.or_default().push(live);
            }
        }
        kept
    }
}

/// The grant of the same role to the same principal further out.
fn wider<'a>(kept: &BTreeMap<(&str, &[String]), Vec<&'a Live>>, own: &Live) -> Option<&'a Live> {
    let principal = principal(own)?;
    let further_out = (0..own.within.len())
        .rev()
        .map(|depth| &own.within[..depth]);
    further_out
        .filter_map(|within| kept.get(&(principal, within)))
        .flatten()
        .copied()
        .find(|wider| {
            wider.kind == own.kind && wider.attributes.get("role") == own.attributes.get("role")
        })
}

fn principal(live: &Live) -> Option<&str> {
    live.facts.get("principal-id").and_then(Value::as_text)
}
