//! Tags: properties of any name, each with a text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Walker;
use crate::address::in_lower_case;
use crate::manifest::Declared;
use crate::manifest::check;
use crate::manifest::problem::ManifestProblem;
use crate::source::Span;
use crate::syntax::tree::{Node, Property};
use crate::value::Value;

impl Walker<'_, '_> {
    /// The tags of a node.
    pub(super) fn pairs(&mut self, node: &Node) -> Declared {
        let mut pairs = Vec::with_capacity(node.properties.len());
        let names = Distinct::of(&node.properties);
        let mut first = BTreeMap::new();
        for property in &node.properties {
            self.no_type(property.annotation.as_ref());
            let name = property.name.as_str();
            let span = property.name.span;
            let lower = in_lower_case(name);
            self.tag_name(name, &lower, span);
            if names.some_twice
                && let Some(first) = first.insert(lower, span)
            {
                self.found.push(ManifestProblem::TagTwice {
                    name: name.to_owned(),
                    first,
                    second: span,
                });
            }
            if let Some(value) =
                self.text("the value of a tag", &property.value, property.value_span)
            {
                self.tag_value(&value, property.value_span);
                pairs.push((name.to_owned(), Value::Text(value)));
            }
        }
        if names.count > check::MOST_TAGS {
            self.found.push(ManifestProblem::TooManyTags {
                most: check::MOST_TAGS,
                has: names.count,
                span: node.name.span,
            });
        }
        Declared {
            value: Value::Map(pairs.into_iter().collect()),
            span: node.span,
        }
    }

    fn tag_name(&mut self, name: &str, lower: &str, span: Span) {
        if let Err(misfit) = check::tag_name(name) {
            self.found.push(ManifestProblem::BadTag {
                what: "the name of a tag",
                written: name.to_owned(),
                misfit,
                span,
            });
        } else if lower.starts_with(check::RESERVED) {
            let name = name.to_owned();
            self.found.push(ManifestProblem::ReservedTag { name, span });
        }
    }

    fn tag_value(&mut self, value: &str, span: Span) {
        if let Err(misfit) = check::tag_value(value) {
            self.found.push(ManifestProblem::BadTag {
                what: "the value of a tag",
                written: value.to_owned(),
                misfit,
                span,
            });
        }
    }
}

/// The names of properties, which have no case. Hardly ever are two of them one: only then is it asked which.
struct Distinct {
    count: usize,
    some_twice: bool,
}

impl Distinct {
    fn of(properties: &[Property]) -> Distinct {
        let names = properties.iter();
        let mut names: Vec<Cow<'_, str>> = names
            .map(|property| in_lower_case(property.name.as_str()))
            .collect();
        names.sort_unstable();
        names.dedup();
        Distinct {
            count: names.len(),
            some_twice: names.len() < properties.len(),
        }
    }
}
