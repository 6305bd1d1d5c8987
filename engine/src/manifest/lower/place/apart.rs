//! What two things in one place may not both say: two rules of one priority.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Item, Placing};
use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::Declared;
use crate::manifest::problem::ManifestProblem;
use crate::source::Span;
use crate::value::Value;

/// The attributes whose values no two of one parent may share, by kind; most kinds have none.
pub(super) fn apart(catalogue: &Catalogue) -> Vec<(&'static str, &'static [&'static str])> {
    let kinds = catalogue.kinds.iter();
    let apart = kinds.map(|kind| (kind.schema().kind, kind.apart()));
    apart.filter(|(_, names)| !names.is_empty()).collect()
}

/// What was said in each place by each kind, with the name that says it first and where.
pub(super) type Said = BTreeMap<(Address, &'static str, String), (String, Span)>;

impl Placing<'_> {
    /// Reports a thing that says together what another one in the same place says too. What is not said is told elsewhere.
    pub(super) fn stays_apart(&mut self, item: Item<'_, '_>, name: &str) {
        let Item { node, schema, spot } = item;
        let mut apart = self.apart.iter();
        let Some((_, attributes)) = apart.find(|(kind, _)| *kind == schema.kind) else {
            return;
        };
        let said: Option<Vec<(&str, &Declared)>> = attributes
            .iter()
            .map(|name| Some((*name, node.values.get(name)?)))
            .collect();
        let Some(said) = said else { return };
        let Some((_, first_said)) = said.first() else {
            return;
        };
        let second = first_said.span;
        let says = together(&said);
        match self
            .placed
            .said
            .entry((spot.address.clone(), schema.kind, says.to_lowercase()))
        {
            Entry::Vacant(entry) => {
                entry.insert((name.to_owned(), second));
            }
            Entry::Occupied(entry) => {
                let (one, first) = entry.get().clone();
                let problem = ManifestProblem::Shared {
                    title: schema.title,
                    one,
                    other: name.to_owned(),
                    says,
                    first,
                    second,
                };
                self.placed.found.push_pair(first, second, problem);
            }
        }
    }
}

/// "`priority 100` and `direction inbound`".
fn together(said: &[(&str, &Declared)]) -> String {
    let said: Vec<String> = said
        .iter()
        .map(|(name, declared)| match &declared.value {
            Value::Text(text) => format!("`{name} {text}`"),
            other => format!("`{name} {other}`"),
        })
        .collect();
    said.join(" and ")
}
