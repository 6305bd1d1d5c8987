//! What a `param` stands for, once its default and its choices are known.

use super::Item;
use crate::language::problem::{LanguageProblem, Problems};
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::Scalar;

/// A `param` whose default and choices are known.
pub(super) struct Param<'f> {
    pub(super) name: &'f str,
    pub(super) place: Span,
    pub(super) default: Option<(Item, Span)>,
    pub(super) choices: Vec<Item>,
}

impl Param<'_> {
    /// What it stands for; a choice stands in where that cannot be told.
    pub(super) fn value(self, set: Option<&str>, problems: &mut Problems) -> Option<Item> {
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
            .map(|value| Item {
                annotation,
                value,
                place: None,
            })
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
