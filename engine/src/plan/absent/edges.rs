//! What waits for what among live things that go, which no node says any more.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::graph::Edge;
use crate::kind::Scene;
use crate::plan::matching::Matching;
use crate::schema::{Need, Shape};
use crate::value::Value;

/// What live things that should be absent ask for among each other: what one refers to, or lies in, is there until that one is gone.
/// Their nodes do not say it any more.
pub(in crate::plan) fn edges<'a>(scene: &Scene<'_>, matching: &Matching<'a>) -> Vec<Edge<'a>> {
    let going = || {
        let pairs = matching.pairs.iter();
        let pairs = pairs.filter(|(address, _)| scene.manifest.absent.contains_key(address));
        pairs.filter_map(|(address, pair)| Some((*address, pair, pair.live?)))
    };
    let address_of: BTreeMap<String, &Address> = going()
        .map(|(address, _, live)| (live.id.to_lowercase(), address))
        .collect();
    let mut edges = Vec::new();
    for (from, pair, live) in going() {
        for attribute in pair.kind.schema().attributes {
            let (Shape::Reference { .. }, Some(value)) =
                (attribute.shape, live.attributes.get(attribute.name))
            else {
                continue;
            };
            let texts = match value {
                Value::List(values) => values.iter().collect(),
                value => vec![value],
            };
            let ids = texts.into_iter().filter_map(Value::as_text);
            let found = ids.filter_map(|id| holder(&address_of, &id.to_lowercase()).copied());
            edges.extend(found.filter(|on| *on != from).map(|on| Edge {
                from,
                on,
                need: Need::Success,
                reason: format!("its `{}` is or lies in `{on}`", attribute.name).into(),
            }));
        }
    }
    edges
}

/// The innermost thing of these that is what an id names, or around it.
pub(super) fn holder<'a, T>(by_id: &'a BTreeMap<String, T>, id: &str) -> Option<&'a T> {
    let mut at = id;
    loop {
        if let Some(found) = by_id.get(at) {
            return Some(found);
        }
        at = &at[..at.rfind('/')?];
    }
}
