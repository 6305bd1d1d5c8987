//! Works out what names stand for, each after the names that it mentions.

use super::define::{Definition, Form, MOST_COMPARED};
use super::{Item, Names, Value};
use crate::language::problem::LanguageProblem;
use crate::problem::nearest;
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Argument, Piece, Reference, Scalar, Word};
use std::collections::BTreeMap;

/// What references may add in all, in bytes: a few lines that double a list or a text each would else fill any memory.
const MOST_ADDED: usize = 32 << 20;

/// How much more references may add to values and trees.
#[derive(Debug)]
pub(in crate::language) struct Budget {
    left: usize,
    spent: bool,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            left: MOST_ADDED,
            spent: false,
        }
    }
}

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

    pub(super) fn resolve(mut self, problems: &mut Vec<LanguageProblem>) -> Names {
        let names: Vec<&str> = self.definitions.keys().copied().collect();
        for name in names {
            self.resolve_name(name, problems);
        }
        self.names
    }

    /// Walks depth first, with the steps on a stack of our own.
    fn resolve_name(&mut self, name: &'f str, problems: &mut Vec<LanguageProblem>) {
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

    fn break_cycle(&mut self, steps: &[Step<'f>], problems: &mut Vec<LanguageProblem>) {
        let places = steps.iter().filter_map(|step| {
            self.definitions
                .get(step.name)
                .map(|definition| (step.name, definition.place))
        });
        let members: Vec<(String, Span)> = places
            .map(|(name, place)| (name.to_owned(), place))
            .collect();
        for (name, place) in &members {
            self.names
                .values
                .insert(name.clone(), Value::stand_in(name, *place));
        }
        problems.push(LanguageProblem::Cycle { members });
    }

    /// Works out a name whose mentions are all known.
    fn finish(&mut self, name: &'f str, problems: &mut Vec<LanguageProblem>) {
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
        self.names.values.insert(name.to_owned(), value);
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

/// A `param` whose default and choices are known.
struct Param<'f> {
    name: &'f str,
    place: Span,
    default: Option<(Item, Span)>,
    choices: Vec<Item>,
}

impl Param<'_> {
    /// What it stands for; a choice stands in where that cannot be told.
    fn value(self, set: Option<&str>, problems: &mut Vec<LanguageProblem>) -> Option<Item> {
        let first_choice = self.choices.first().cloned();
        let found = match (set, &self.default) {
            (Some(text), _) => self.read(text).map(|item| (item, None)),
            (None, Some((default, span))) => Ok((default.clone(), Some(*span))),
            (None, None) => Err(LanguageProblem::ParamWithoutValue {
                name: self.name.to_owned(),
                span: self.place,
                choices: self.choices_shown(),
            }),
        };
        let found = found.and_then(|(item, span)| self.choose(item, span));
        found
            .map_err(|problem| problems.push(problem))
            .ok()
            .or(first_choice)
    }

    /// The text of `--set` as a value of the type of the default or the choices.
    fn read(&self, text: &str) -> Result<Item, LanguageProblem> {
        let like = self
            .default
            .as_ref()
            .map(|(item, _)| item)
            .or(self.choices.first());
        let annotation = like.and_then(|item| item.annotation.clone());
        let (value, wanted) = match like.map(|item| &item.value) {
            Some(Scalar::Bool(_)) => (
                text.trim_start_matches('#').parse().ok().map(Scalar::Bool),
                "`true` or `false`",
            ),
            Some(Scalar::Integer(_)) => (text.parse().ok().map(Scalar::Integer), "a whole number"),
            Some(Scalar::Float(_)) => (
                text.parse()
                    .ok()
                    .filter(|value: &f64| value.is_finite())
                    .map(Scalar::Float),
                "a number",
            ),
            _ => (Some(Scalar::Text(text.to_owned())), "text"),
        };
        value
            .map(|value| Item { annotation, value })
            .ok_or_else(|| LanguageProblem::SetOfWrongType {
                name: self.name.to_owned(),
                value: text.to_owned(),
                wanted,
                span: self.place,
            })
    }

    fn choose(&self, item: Item, span: Option<Span>) -> Result<Item, LanguageProblem> {
        if self.choices.is_empty() {
            return Ok(item);
        }
        match self
            .choices
            .iter()
            .find(|choice| choice.value == item.value)
        {
            Some(choice) => Ok(choice.clone()),
            None => Err(LanguageProblem::NotAChoice {
                name: self.name.to_owned(),
                value: print::scalar(&item.value),
                choices: self.choices_shown(),
                place: self.place,
                default: span,
            }),
        }
    }

    fn choices_shown(&self) -> Vec<String> {
        self.choices
            .iter()
            .map(|choice| print::scalar(&choice.value))
            .collect()
    }
}

impl Names {
    /// What a list of values stands for, lists in it spread.
    fn items(&mut self, values: &[Argument], problems: &mut Vec<LanguageProblem>) -> Vec<Item> {
        let mut items = Vec::new();
        for argument in values {
            items.extend(self.many(
                &argument.value,
                argument.annotation.as_ref(),
                argument.span,
                problems,
            ));
        }
        items
    }

    /// What a value stands for where several may stand. `span` is the place of the value.
    pub(in crate::language) fn many(
        &mut self,
        scalar: &Scalar,
        annotation: Option<&Word>,
        span: Span,
        problems: &mut Vec<LanguageProblem>,
    ) -> Vec<Item> {
        let items = match scalar {
            Scalar::Reference(reference) => self.take(reference, problems),
            Scalar::Pattern(pieces) => vec![Item {
                annotation: None,
                value: self.fill(pieces, problems),
            }],
            plain => vec![Item {
                annotation: None,
                value: plain.clone(),
            }],
        };
        items
            .into_iter()
            .map(|item| annotate(item, annotation, span, problems))
            .collect()
    }

    /// What a value stands for where only one may stand.
    pub(in crate::language) fn one(
        &mut self,
        scalar: &Scalar,
        annotation: Option<&Word>,
        span: Span,
        problems: &mut Vec<LanguageProblem>,
    ) -> Option<Item> {
        if let Scalar::Reference(reference) = scalar {
            self.check_single(reference, problems);
        }
        self.many(scalar, annotation, span, problems)
            .into_iter()
            .next()
    }

    fn check_single(&self, reference: &Reference, problems: &mut Vec<LanguageProblem>) {
        let value = reference
            .path
            .first()
            .and_then(|name| self.values.get(name));
        if let Some(value) = value.filter(|value| value.items.len() > 1) {
            problems.push(LanguageProblem::ListForOne {
                name: shown(reference),
                count: value.items.len(),
                span: reference.span,
                defined: value.defined,
            });
        }
    }

    /// Text with its references filled in.
    fn fill(&mut self, pieces: &[Piece], problems: &mut Vec<LanguageProblem>) -> Scalar {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Reference(reference) => {
                    self.check_single(reference, problems);
                    let item = self.take(reference, problems).into_iter().next();
                    match item {
                        Some(Item {
                            annotation: None,
                            value: Scalar::Text(value),
                        }) => text.push_str(&value),
                        Some(Item {
                            annotation: None,
                            value: Scalar::Integer(value),
                        }) => text.push_str(&value.to_string()),
                        Some(Item {
                            annotation: None,
                            value: Scalar::Bool(value),
                        }) => text.push_str(&value.to_string()),
                        Some(Item {
                            annotation: None,
                            value: value @ Scalar::Float(_),
                        }) => text.push_str(&print::scalar(&value)),
                        Some(item) => problems.push(self.not_text(reference, &item)),
                        None => {}
                    }
                }
            }
        }
        Scalar::Text(text)
    }

    fn not_text(&self, reference: &Reference, item: &Item) -> LanguageProblem {
        let annotation = item
            .annotation
            .as_ref()
            .map(|word| format!("({})", print::text(word.as_str())));
        let value = annotation.unwrap_or_default() + &print::scalar(&item.value);
        let defined = self
            .values
            .get(&shown(reference))
            .map_or(reference.span, |value| value.defined);
        LanguageProblem::NotText {
            name: shown(reference),
            value,
            span: reference.span,
            defined,
        }
    }

    /// What a reference stands for, paid from the budget.
    fn take(&mut self, reference: &Reference, problems: &mut Vec<LanguageProblem>) -> Vec<Item> {
        let [name] = reference.path.as_slice() else {
            problems.push(LanguageProblem::NoColumns {
                written: shown(reference),
                span: reference.span,
            });
            return Value::stand_in(&shown(reference), reference.span).items;
        };
        let Some(value) = self.values.get(name) else {
            let nearest = nearest(
                name,
                self.values.keys().take(MOST_COMPARED).map(String::as_str),
            )
            .map(str::to_owned);
            problems.push(LanguageProblem::Undefined {
                name: name.clone(),
                span: reference.span,
                nearest,
            });
            return Value::stand_in(name, reference.span).items;
        };
        let cost: usize = value.items.iter().map(cost).sum();
        if cost <= self.budget.left {
            self.budget.left -= cost;
            return value.items.clone();
        }
        if !std::mem::replace(&mut self.budget.spent, true) {
            problems.push(LanguageProblem::TooMuch {
                megabytes: MOST_ADDED >> 20,
                span: reference.span,
                defined: value.defined,
            });
        }
        Vec::new()
    }
}

/// Roughly what an item takes in memory.
fn cost(item: &Item) -> usize {
    let text = if let Scalar::Text(text) = &item.value {
        text.len()
    } else {
        0
    };
    size_of::<Argument>() + text
}

/// Puts the annotation of the place on a value that may have one of its own.
fn annotate(
    mut item: Item,
    annotation: Option<&Word>,
    span: Span,
    problems: &mut Vec<LanguageProblem>,
) -> Item {
    let Some(outer) = annotation else { return item };
    if let Some(inner) = item
        .annotation
        .as_ref()
        .filter(|inner| inner.text != outer.text)
    {
        problems.push(LanguageProblem::TwoTypes {
            outer: outer.text.clone(),
            inner: inner.text.clone(),
            span,
            defined: inner.span,
        });
    }
    item.annotation = Some(outer.clone());
    item
}

fn shown(reference: &Reference) -> String {
    reference.path.join(".")
}
