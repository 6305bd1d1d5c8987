//! Rules: opinions about Azure that are checked before anything is written, and their runner.

mod severities;

use std::collections::BTreeMap;
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::inventory::Inventory;
use crate::kind::Scene;
use crate::manifest::Manifest;
use crate::shares;
use crate::source::Span;

pub use severities::{Severities, Unruly, nearest_rule};

/// Fewer resources would be looked at before a thread stands.
const LEAST: usize = 5_000;

/// One rule: a card that explains it, and a pure check.
pub trait Rule: Sync {
    /// What it is about, for `explain` and for screens.
    fn card(&self) -> &'static Card;

    /// Looks at both sides. A hit and a "could not check" are both findings; silence means that all is well.
    fn check(&self, scene: &Scene<'_>) -> Vec<Finding>;

    /// Why its findings cannot be allowed, where they cannot: nothing sound could be planned in spite of one.
    fn firm(&self) -> Option<&'static str> {
        None
    }
}

/// What a rule says about itself.
#[derive(Debug)]
pub struct Card {
    /// Its stable name: `VML403`.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// How much a hit weighs.
    pub severity: Severity,
    /// What must be readable for an opinion.
    pub needs: Needs,
    /// What, why and an example, in plain paragraphs.
    pub explanation: &'static str,
    /// Where the fact comes from.
    pub source: &'static str,
    /// The day on which the source was read: `2026-11-21`.
    pub checked: &'static str,
}

/// How much a finding weighs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It tells.
    Info,
    /// It warns.
    Warning,
    /// It blocks the steps of its subject.
    Error,
}

/// What must be readable for an opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The manifest alone: the rule runs in `validate` too.
    Manifest,
    /// What Azure Resource Manager tells.
    Arm,
    /// What the directory tells.
    Directory,
}

/// The opinion of a rule on one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is about. Its steps, and those of what stands in it, are blocked by an error.
    pub subject: Address,
    /// Whether the rule saw it, or could not look.
    pub certainty: Certainty,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    /// An action computed from data.
    pub help: Option<String>,
    /// What the command line made of it, where it made something of it.
    #[serde(default)]
    pub ruling: Option<Ruling>,
    /// The place in the manifest.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// Whether a rule saw what it says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// It did.
    Seen,
    /// It could not look. This is said, never assumed to be fine, and never blocks.
    NotChecked,
}

/// What a person made of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// `--allow`: it is shown and blocks nothing.
    Allowed,
    /// `--deny`: it weighs as much as an error.
    Denied,
}

impl Finding {
    /// A hit of a rule, with the rule's own severity.
    pub fn hit(
        card: &Card,
        subject: Address,
        span: Span,
        message: String,
        help: String,
    ) -> Finding {
        Finding {
            rule: card.id.to_owned(),
            severity: card.severity,
            subject,
            certainty: Certainty::Seen,
            message,
            help: Some(help),
            ruling: None,
            span: Some(span),
        }
    }

    /// A rule that could not look at its subject.
    pub fn not_checked(card: &Card, subject: Address, span: Span, message: String) -> Finding {
        Finding {
            rule: card.id.to_owned(),
            severity: Severity::Info,
            subject,
            certainty: Certainty::NotChecked,
            message,
            help: None,
            ruling: None,
            span: Some(span),
        }
    }

    /// Whether it blocks its subject's steps.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.stands()
    }

    /// Whether it warns: a run that fails on warnings fails on it.
    pub fn warns(&self) -> bool {
        self.severity == Severity::Warning && self.stands()
    }

    /// Whether a rule saw it and nobody allowed it.
    fn stands(&self) -> bool {
        self.certainty == Certainty::Seen && self.ruling != Some(Ruling::Allowed)
    }
}

/// Runs rules over a scene; findings come sorted by subject, rule and message, each once.
pub fn run(rules: &[&dyn Rule], scene: &Scene<'_>) -> Vec<Finding> {
    sorted(rules.iter().flat_map(|rule| rule.check(scene)))
}

/// The same with rules at the same time where there is much to look at. Each share makes the scene for itself, and takes the next
/// rule when it is done with one.
pub fn run_at_once(
    rules: &[&dyn Rule],
    manifest: &Manifest,
    inventory: &Inventory,
) -> Vec<Finding> {
    let next = AtomicUsize::new(0);
    let share = |_| -> Vec<Finding> {
        let scene = Scene::of(manifest, inventory);
        let turns = iter::from_fn(|| rules.get(next.fetch_add(1, Ordering::Relaxed)));
        turns.flat_map(|rule| rule.check(&scene)).collect()
    };
    let count = shares::count(manifest.resources.len(), LEAST);
    let findings = shares::at_once((0..count).collect(), share);
    sorted(findings.into_iter().flatten())
}

fn sorted(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut sorted = BTreeMap::new();
    for finding in findings {
        let place = (
            finding.subject.clone(),
            finding.rule.clone(),
            finding.message.clone(),
        );
        sorted.entry(place).or_insert(finding);
    }
    sorted.into_values().collect()
}

/// The rules that need only the manifest.
pub fn of_the_manifest<'a>(rules: &'a [&'a dyn Rule]) -> Vec<&'a dyn Rule> {
    rules
        .iter()
        .copied()
        .filter(|rule| rule.card().needs == Needs::Manifest)
        .collect()
}
