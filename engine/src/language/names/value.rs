//! Puts what names stand for where they are mentioned.

use super::define::MOST_COMPARED;
use super::{Item, Names, Value};
use crate::language::problem::{LanguageProblem, Problems};
use crate::problem::nearest;
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Argument, Piece, Reference, Scalar, Word};

/// What references may add in all, in bytes: a few lines that double a list or a text each would else fill any memory.
const MOST_ADDED: usize = 64 << 20;

/// How much more references may add to values and trees.
#[derive(Clone, Copy, Debug)]
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

impl Budget {
    /// One of so many equal parts. Where that is too little, it is told, whatever was told before.
    pub(super) fn part(self, of: usize) -> Budget {
        Budget {
            left: self.left / of,
            spent: false,
        }
    }

    /// Takes what was taken from a part, of which this is left.
    pub(super) fn pay_as(&mut self, part: Budget, left: Budget) {
        self.left -= part.left - left.left;
    }
}

impl Names {
    /// What a list of values stands for, lists in it spread.
    pub(super) fn items(&mut self, values: &[Argument], problems: &mut Problems) -> Vec<Item> {
        let mut items = Vec::new();
        for argument in values {
            let annotation = argument.annotation.as_ref();
            let several = self.many(&argument.value, annotation, argument.span, problems);
            items.extend(several.into_iter().map(|item| Item {
                place: Some(argument.span),
                ..item
            }));
        }
        items
    }

    /// What a value stands for where several may stand. `span` is the place of the value.
    pub(in crate::language) fn many(
        &mut self,
        scalar: &Scalar,
        annotation: Option<&Word>,
        span: Span,
        problems: &mut Problems,
    ) -> Vec<Item> {
        let items = match scalar {
            Scalar::Reference(reference) => self.take(reference, problems),
            Scalar::Pattern(pieces) => vec![self.fill(pieces, problems)],
            plain => vec![Item {
                annotation: None,
                value: plain.clone(),
                place: None,
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
        problems: &mut Problems,
    ) -> Option<Item> {
        let element = self.said_by_element(scalar, annotation, span, problems);
        if element.is_some() {
            return element;
        }
        if let Scalar::Reference(reference) = scalar {
            self.check_single(reference, problems);
        }
        self.many(scalar, annotation, span, problems)
            .into_iter()
            .next()
    }

    /// What a value stands for that is a reference to the element of the loop: always one value.
    pub(in crate::language) fn said_by_element(
        &mut self,
        scalar: &Scalar,
        annotation: Option<&Word>,
        span: Span,
        problems: &mut Problems,
    ) -> Option<Item> {
        let Scalar::Reference(reference) = scalar else {
            return None;
        };
        let item = self.of_element(reference, problems)?;
        Some(annotate(item, annotation, span, problems))
    }

    fn check_single(&self, reference: &Reference, problems: &mut Problems) {
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
    fn fill(&mut self, pieces: &[Piece], problems: &mut Problems) -> Item {
        let mut text = String::new();
        // The first cell in it speaks for all.
        let mut place = None;
        for piece in pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Reference(reference) => {
                    self.check_single(reference, problems);
                    let item = self.take(reference, problems).into_iter().next();
                    place = place.or(item.as_ref().and_then(|item| item.place));
                    match item {
                        Some(Item {
                            annotation: None,
                            value: Scalar::Text(value) | Scalar::Cell(value),
                            ..
                        }) => text.push_str(&value),
                        Some(Item {
                            annotation: None,
                            value: Scalar::Integer(value),
                            ..
                        }) => text.push_str(&value.to_string()),
                        Some(Item {
                            annotation: None,
                            value: Scalar::Bool(value),
                            ..
                        }) => text.push_str(&value.to_string()),
                        Some(Item {
                            annotation: None,
                            value: value @ Scalar::Float(_),
                            ..
                        }) => text.push_str(&print::scalar(&value)),
                        Some(item) => problems.push(self.not_text(reference, &item)),
                        None => {}
                    }
                }
            }
        }
        Item {
            annotation: None,
            value: Scalar::Text(text),
            place,
        }
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
    fn take(&mut self, reference: &Reference, problems: &mut Problems) -> Vec<Item> {
        if let Some(item) = self.of_element(reference, problems) {
            return vec![item];
        }
        let mut items = self.defined(reference, problems);
        for item in &mut items {
            item.place = None;
        }
        items
    }

    /// The values of a list, each with its place.
    pub(in crate::language) fn list(
        &mut self,
        scalar: &Scalar,
        annotation: Option<&Word>,
        span: Span,
        problems: &mut Problems,
    ) -> Vec<Item> {
        let Scalar::Reference(reference) = scalar else {
            return Vec::new();
        };
        let items = self.defined(reference, problems).into_iter();
        items
            .map(|item| annotate(item, annotation, span, problems))
            .collect()
    }

    /// Where a name is defined.
    pub(in crate::language) fn place_of(&self, name: &str) -> Option<Span> {
        self.values.get(name).map(|value| value.defined)
    }

    /// What `let` and `param` say that a reference stands for.
    fn defined(&mut self, reference: &Reference, problems: &mut Problems) -> Vec<Item> {
        let [name] = &*reference.path else {
            problems.push(LanguageProblem::NoColumns {
                written: shown(reference),
                span: reference.span,
                of: None,
            });
            return Value::stand_in(&shown(reference), reference.span).items;
        };
        let Some(value) = self.values.get(name) else {
            self.undefined(name, reference.span, problems);
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

impl Names {
    fn undefined(&self, name: &str, place: Span, problems: &mut Problems) {
        if problems.add_place(name, place) || problems.is_full() {
            return;
        }
        let nearest = nearest(
            name,
            self.values.keys().take(MOST_COMPARED).map(String::as_str),
        )
        .map(str::to_owned);
        problems.push(LanguageProblem::Undefined {
            name: name.to_owned(),
            places: vec![place],
            nearest,
        });
    }
}

/// What an item costs besides its text.
const ITEM_BYTES: usize = 32;

/// What an item takes from the budget.
fn cost(item: &Item) -> usize {
    let text = if let Scalar::Text(text) | Scalar::Cell(text) = &item.value {
        text.len()
    } else {
        0
    };
    ITEM_BYTES + text
}

/// Puts the annotation of the place on a value that may have one of its own.
fn annotate(
    mut item: Item,
    annotation: Option<&Word>,
    span: Span,
    problems: &mut Problems,
) -> Item {
    let Some(outer) = annotation else { return item };
    if let Some(inner) = item
        .annotation
        .as_ref()
        .filter(|inner| inner.text != outer.text)
    {
        problems.push(LanguageProblem::TwoTypes {
            outer: outer.as_str().to_owned(),
            inner: inner.as_str().to_owned(),
            span,
            defined: inner.span,
        });
    }
    item.annotation = Some(outer.clone());
    item
}

pub(super) fn shown(reference: &Reference) -> String {
    reference.path.join(".")
}
