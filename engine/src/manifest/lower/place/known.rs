//! In which subscription a top-level node stands.

use std::collections::BTreeMap;

use super::MADE_UP;
use super::spot::Spot;
use crate::manifest::Manifest;
use crate::manifest::lower::walk::Checked;
use crate::manifest::problem::ManifestProblem;
use crate::syntax::print;

/// The subscriptions that a top-level node can stand in.
pub(super) struct Known {
    /// Spots by name, without case.
    spots: BTreeMap<String, Spot>,
    /// Whether one has no name, so that any reference may mean it.
    nameless: bool,
}

/// How many names are offered where a reference names none of them.
const MOST_OFFERED: usize = 100;

impl Known {
    /// The subscriptions of a manifest.
    pub(super) fn of(manifest: &Manifest) -> Known {
        let spots = manifest.subscriptions.values().map(|subscription| {
            let spot = Spot::in_subscription(&subscription.name, &subscription.tenant);
            (subscription.name.to_lowercase(), spot)
        });
        Known {
            spots: spots.collect(),
            nameless: manifest
                .subscriptions
                .keys()
                .any(|name| name.starts_with(MADE_UP)),
        }
    }

    /// The spot that a node names, or the only one.
    pub(super) fn spot(&self, node: &Checked<'_>) -> Option<Spot> {
        match named(node) {
            Some(name) => self.spots.get(&name.to_lowercase()).cloned(),
            None if self.spots.len() == 1 => self.spots.values().next().cloned(),
            None => None,
        }
    }

    /// Why a node has no spot, where that is not reported already.
    pub(super) fn problem(&self, node: &Checked<'_>, of: &'static str) -> Option<ManifestProblem> {
        let names = self
            .spots
            .values()
            .map(|spot| spot.subscription.to_string());
        let known: Vec<String> = names.take(MOST_OFFERED).collect();
        let declared = node.values.get("subscription");
        match (declared, known.first()) {
            _ if self.nameless => None,
            (None, _) if node.head.has("subscription") => None,
            (Some(declared), None) => Some(ManifestProblem::NoSubscription {
                of,
                span: declared.span,
            }),
            (None, None) => Some(ManifestProblem::NoSubscription {
                of,
                span: node.span,
            }),
            (Some(declared), Some(_)) => Some(ManifestProblem::UnknownSubscription {
                name: named(node).unwrap_or_default().to_owned(),
                known,
                span: declared.span,
            }),
            (None, Some(first)) => Some(ManifestProblem::WhichSubscription {
                of,
                line: node.head.with("subscription", &print::text(first)),
                known,
                span: node.span,
            }),
        }
    }
}

/// The subscription that a node names.
fn named<'n>(node: &'n Checked<'_>) -> Option<&'n str> {
    node.values.get("subscription")?.value.as_text()
}
