//! VML220: a lock or a policy in Azure stands in the way of what the manifest asks for.

mod lock;
mod policy;

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

pub(in crate::rules) struct InTheWay;

static CARD: Card = Card {
    id: "VML220",
    title: "a lock or a policy stands in the way",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "A lock at a subscription, a group or a resource holds for everything beneath it, whoever asks. `ReadOnly` makes each \
        change there fail with ScopeLocked, so nothing can be made or granted; `CanNotDelete` makes deletions fail, and to revoke a \
        grant is one. A `ReadOnly` lock is told wherever the manifest declares something beneath it, a `CanNotDelete` lock where \
        something beneath it is to go. Have the lock taken off for the time of the run, or leave out what it is about.\n\n\
        A policy with the effect `deny` refuses what fits its condition, with RequestDisallowedByPolicy. The conditions of policies \
        that are assigned by themselves are held against what is to be made: its type, name, region, tags, and the type and publisher \
        of an extension. A condition that asks for more is told as not checked, and so are initiatives, which are not looked into. \
        Ask for an exemption, or change what the policy names.",
    source: "Azure Resource Manager documentation, lock-resources; Azure Policy documentation, definition structure; public reports of ScopeLocked",
    checked: "2026-11-21",
};

impl Rule for InTheWay {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let mut findings = lock::check(scene);
        findings.extend(policy::check(scene));
        findings
    }
}
