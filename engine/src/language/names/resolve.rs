//! Works out what names stand for, each after the names that it mentions.

use super::define::{Definition, Form};
use super::param::Param;
use super::{Names, Value};
use crate::language::problem::{LanguageProblem, Problems};
use crate::source::Span;
use crate::syntax::tree::{Argument, Piece, Reference, Scalar};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Resolves definitions in the order in which they need each other.
pub(super) struct Resolver<'f> {
    definitions: BTreeMap<&'f str, Definition<'f>>,
    names: Names,
}

/// A definition whose mentions are being resolved.
struct Step<'f> {
    name: &'f str,
    mentions: std::vec::IntoIter<&'f str>,
}

impl<'f> Resolver<'f> {
    pub(super) fn new(definitions: BTreeMap<&'f str, Definition<'f>>) -> Resolver<'f> {
        Resolver {
            definitions,
            names: Names::default(),
        }
    }

    pub(super) fn resolve(mut self, problems: &mut Problems) -> Names {
        let names: Vec<&str> = self.definitions.keys().copied().collect();
        for name in names {
            self.resolve_name(name, problems);
        }
        self.names
    }

    /// Walks depth first, with the steps on a stack of our own.
    fn resolve_name(&mut self, name: &'f str, problems: &mut Problems) {
        let mut steps: Vec<Step<'f>> = Vec::new();
        let mut under_way: BTreeMap<&str, usize> = BTreeMap::new();
        let mut next = Some(name);
        loop {
            if let Some(name) = next.filter(|name| !self.names.values.contains_key(*name)) {
                if let Some(position) = under_way.get(name) {
                    self.break_cycle(&steps[*position..], problems);
                } else if let Some(definition) = self.definitions.get(name) {
                    under_way.insert(name, steps.len());
                    steps.push(Step {
                        name,
                        mentions: mentions(&definition.form).into_iter(),
                    });
                }
            }
            let Some(step) = steps.last_mut() else { return };
            next = step.mentions.next();
            if next.is_none() {
                let name = step.name;
                steps.pop();
                under_way.remove(name);
                self.finish(name, problems);
            }
        }
    }

    fn break_cycle(&mut self, steps: &[Step<'f>], problems: &mut Problems) {
        let places = steps.iter().filter_map(|step| {
            self.definitions
                .get(step.name)
                .map(|definition| (step.name, definition.place))
        });
        let members: Vec<(String, Span)> = places
            .map(|(name, place)| (name.to_owned(), place))
            .collect();
        let values = Arc::make_mut(&mut self.names.values);
        for (name, place) in &members {
            values.insert(name.clone(), Value::stand_in(name, *place));
        }
        problems.push(LanguageProblem::Cycle { members });
    }

    /// Works out a name whose mentions are all known.
    fn finish(&mut self, name: &'f str, problems: &mut Problems) {
        let Some(Definition { place, form }) = self
            .definitions
            .get(name)
            .filter(|_| !self.names.values.contains_key(name))
        else {
            return;
        };
        let items = match form {
            Form::Let(values) => self.names.items(values, problems),
            Form::Param {
                default,
                choices,
                set,
            } => {
                let default = default.and_then(|property| {
                    let item = self.names.one(
                        &property.value,
                        property.annotation.as_ref(),
                        property.value_span,
                        problems,
                    )?;
                    Some((item, property.value_span))
                });
                let choices = self.names.items(choices, problems);
                Param {
                    name,
                    place: *place,
                    default,
                    choices,
                }
                .value(*set, problems)
                .into_iter()
                .collect()
            }
        };
        let value = if items.is_empty() {
            Value::stand_in(name, *place)
        } else {
            Value {
                items,
                defined: *place,
            }
        };
        Arc::make_mut(&mut self.names.values).insert(name.to_owned(), value);
    }
}

/// The names that a definition mentions.
fn mentions<'f>(form: &Form<'f>) -> Vec<&'f str> {
    let (values, default): (&'f [Argument], _) = match form {
        Form::Let(values) => (values, None),
        Form::Param {
            default, choices, ..
        } => (choices, default.map(|property| &property.value)),
    };
    let scalars = values.iter().map(|argument| &argument.value).chain(default);
    let references = scalars.flat_map(|scalar| {
        let (single, pieces): (Option<&'f Reference>, &'f [Piece]) = match scalar {
            Scalar::Reference(reference) => (Some(reference), &[]),
            Scalar::Pattern(pieces) => (None, pieces),
            _ => (None, &[]),
        };
        let within = pieces.iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            Piece::Text(_) => None,
        });
        single.into_iter().chain(within)
    });
    references
        .filter_map(|reference| reference.path.first().map(String::as_str))
        .collect()
}
