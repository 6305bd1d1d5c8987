//! What whoever runs this program would lose of what it needs.

use super::{Going, Lost};
use crate::access::{Holding, Itself};
use crate::kind::Scene;
use crate::plan::{Action, Step};

/// What nobody can do without an identity.
const SIGN_IN: &str = "sign in";

/// The same, where nobody told whether it is that identity.
const PERHAPS: &str = "sign in, if it is this identity";

impl Lost {
    /// Whether it is the identity itself that runs this program, or its way to be used, and no grant.
    pub(in crate::plan) fn is_of_itself(&self) -> bool {
        self.lockout.iter().any(|right| right == SIGN_IN) || self.is_untold()
    }

    /// Whether it may as well be of another identity: nobody told.
    pub(in crate::plan) fn is_untold(&self) -> bool {
        self.lockout.iter().any(|right| right == PERHAPS)
    }
}

/// The loss of the very identity that runs this, which no other grant makes up for.
pub(super) fn identity(going: &Going<'_>, itself: &Itself) -> Option<Lost> {
    let step = going.around(&itself.within)?;
    let (grant, who) = match &itself.attached {
        // It may be attached to others too: which machine this runs on nobody tells.
        Some(identity) => (
            format!("signing in as `{identity}` from {}", itself.title),
            format!("the identity `{identity}`"),
        ),
        None => (
            format!("everything of the identity of {}", itself.title),
            format!("the identity of {}", itself.title),
        ),
    };
    Some(Lost {
        step: step.address.clone(),
        grant,
        who,
        break_glass: None,
        lockout: vec![if itself.untold { PERHAPS } else { SIGN_IN }.to_owned()],
    })
}

/// What the caller could no longer do where a grant of theirs held, for want of another that reaches as far. What the plan grants
/// does not count: revocations run first, and then nobody could make it.
pub(super) fn lockout(
    scene: &Scene<'_>,
    going: &Going<'_>,
    holding: &Holding,
    step: &Step,
) -> Vec<String> {
    // What goes for good needs nobody who may write there.
    let goes = step.action == Action::Delete && going.is_deleted(&holding.within);
    if !holding.of_caller || goes {
        return Vec::new();
    }
    let stays = |right: &str| {
        let mut others = scene.inventory.access.holdings.iter();
        others.any(|other| {
            other.of_caller
                && other.rights.contains(right)
                && (!other.conditional || holding.conditional)
                && other.covers(&holding.subscription, &holding.within)
                && going.takes(other).is_none()
        })
    };
    let lost = holding.rights.iter().filter(|right| !stays(right));
    lost.map(|right| (*right).to_owned()).collect()
}
