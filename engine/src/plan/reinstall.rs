//! Things that failed in a way that writing them again may not mend: they are taken away and made anew only where that guard is
//! lifted, this estate made them, and their kind knows of nothing that would be lost.

use super::draft::{Protected, maker};
use super::matching::Pair;
use super::{Action, Step};
use crate::inventory::{Health, Live};
use crate::kind::Scene;

/// The guard that lets failed things be taken away and made anew.
pub const GUARD: &str = "reinstall-login";

/// Makes the repair of a failed thing a replacement where that was accepted, and says how it becomes one where it was not.
pub(super) fn settle(
    scene: &Scene<'_>,
    pair: &Pair<'_>,
    live: &Live,
    protected: &Protected,
    accepted: bool,
    step: &mut Step,
) {
    if step.action != Action::Update || !matches!(live.health, Health::Failed { .. }) {
        return;
    }
    let Some(asked) = pair.kind.reinstall(pair.resource, live, scene) else {
        return;
    };
    let reason = asked.reason;
    if let Some(against) = asked.against.or_else(|| not_ours(scene, live)) {
        let note = format!("{reason}; it is written again, not deleted and made anew: {against}");
        return step.notes.push(note);
    }
    if !accepted {
        let note = format!(
            "{reason}: if writing it again does not help, `--accept {GUARD}` deletes it and makes it anew"
        );
        return step.notes.push(note);
    }
    step.action = Action::Replace;
    step.protected = protected.touches(scene, pair, live);
    step.notes.push(format!(
        "it is DELETED and made anew, with nothing but what the manifest says of it: {reason}"
    ));
}

fn not_ours(scene: &Scene<'_>, live: &Live) -> Option<String> {
    let ours = live.stamp.as_deref() == Some(scene.manifest.estate.as_str());
    (!ours).then(|| maker(live))
}
