//! Who loses what by the steps of a plan: the grants that go, and the machines that may be left without an administrator. Guards
//! judge these; a plan carries them, since they follow from what was read.

mod admins;
mod break_glass;
mod caller;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Step};
use crate::access::Holding;
use crate::address::Address;
use crate::kind::{Catalogue, Scene};
use break_glass::BreakGlass;

/// Who loses what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stakes {
    /// The live grants that steps take away, in the plan's order.
    pub lost: Vec<Lost>,
    /// The machines that lose every administrator that they have now.
    pub admins: Vec<Admins>,
}

/// A live grant that a step takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Lost {
    /// The step: the revocation, or the deletion of what the grant is at.
    pub step: Address,
    /// The grant, in words.
    pub grant: String,
    /// Whose it is.
    pub who: String,
    /// The break-glass principal of the manifest that it is taken for one of.
    pub break_glass: Option<OfBreakGlass>,
    /// What whoever runs this program could no longer do, for a grant of theirs that nothing else makes up for.
    pub lockout: Vec<String>,
}

/// Why a grant is taken for one of a break-glass principal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct OfBreakGlass {
    /// The principal, as the manifest names it.
    pub principal: String,
    /// Why it is not known who that is: then the grant may be theirs.
    pub doubt: Option<String>,
}

/// Machines that lose every administrator that they have, all by the same steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Admins {
    /// The machines.
    pub machines: Vec<Address>,
    /// The steps that take the grants away.
    pub by: Vec<Address>,
    /// Whose they are.
    pub who: Vec<String>,
    /// The steps that let somebody in as administrator again.
    pub given: Vec<Address>,
    /// What nobody could tell: grants that might leave somebody, if their role could be read.
    pub untold: Vec<String>,
}

/// What is at stake by steps.
pub(super) fn of(catalogue: &Catalogue, scene: &Scene<'_>, steps: &[Step]) -> Stakes {
    let going = Going::of(scene, steps);
    let break_glass = BreakGlass::of(scene);
    let lost = going.lost.iter().map(|(holding, step)| Lost {
        step: step.address.clone(),
        grant: holding.title.clone(),
        who: holding.who.clone(),
        break_glass: break_glass.is(holding),
        lockout: caller::lockout(scene, &going, holding, step),
    });
    let itself = scene.inventory.access.itself.iter();
    let itself = itself.filter_map(|own| caller::identity(&going, own));
    let unread = break_glass::unread(scene, steps);
    Stakes {
        lost: lost.chain(itself).chain(unread).collect(),
        admins: admins::of(catalogue, scene, &going, steps),
    }
}

/// Whether a step does something.
fn is_active(step: &Step) -> bool {
    step.action.writes() && step.blocked.is_none()
}

/// What goes, by ids in lower case, and the live grants that go with it.
struct Going<'a> {
    things: BTreeMap<String, &'a Step>,
    lost: Vec<(&'a Holding, &'a Step)>,
}

impl<'a> Going<'a> {
    fn of(scene: &Scene<'a>, steps: &'a [Step]) -> Going<'a> {
        let active = steps.iter().enumerate().filter(|(_, step)| is_active(step));
        let mut order = BTreeMap::new();
        let mut things = BTreeMap::new();
        for (place, step) in active.filter(|(_, step)| step.action.loses()) {
            order.insert(&step.address, place);
            things.extend(step.id.iter().map(|id| (id.to_lowercase(), step)));
        }
        let mut going = Going {
            things,
            lost: Vec::new(),
        };
        let holdings = scene.inventory.access.holdings.iter();
        let lost = holdings.filter_map(|holding| Some((holding, going.takes(holding)?)));
        let mut lost: Vec<(&Holding, &Step)> = lost.collect();
        lost.sort_by_key(|(holding, step)| (order.get(&step.address), &holding.id));
        going.lost = lost;
        going
    }

    /// The step that takes a grant away: its own, or that of what it is at.
    fn takes(&self, holding: &Holding) -> Option<&'a Step> {
        if self.things.is_empty() || holding.beyond {
            return None;
        }
        let own = self.things.get(&holding.id);
        own.or_else(|| self.around(&holding.within)).copied()
    }

    /// The step that takes away a thing, or something that it lies in.
    fn around(&self, within: &[String]) -> Option<&&'a Step> {
        within.iter().find_map(|id| self.things.get(id))
    }

    /// Whether a thing goes for good, with what it lies in.
    fn is_deleted(&self, within: &[String]) -> bool {
        let mut around = within.iter().filter_map(|id| self.things.get(id));
        around.any(|step| step.action == Action::Delete)
    }
}
