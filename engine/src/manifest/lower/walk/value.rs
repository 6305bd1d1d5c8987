//! Whether one value is what it has to be.

use std::borrow::Cow;
use std::fmt::Display;

use super::Walker;
use super::arguments::quoted;
use crate::diff::same;
use crate::manifest::check::{self, Misfit};
use crate::manifest::lower::form::{Field, Form, Want};
use crate::manifest::problem::{ManifestProblem, Rule};
use crate::schema::{NameRule, Shape};
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Argument, Property, Scalar, Word};
use crate::value::Value;

/// No text of a manifest is longer than this, in characters, where nothing else bounds it.
const MOST_TEXT: usize = 4096;

/// One value as it stands in a text, with the type before it.
#[derive(Clone, Copy)]
pub(super) struct Said<'n> {
    pub(super) annotation: Option<&'n Word>,
    pub(super) scalar: &'n Scalar,
    /// The value's place; in front of an argument, its type belongs to it.
    pub(super) span: Span,
}

impl<'n> From<&'n Argument> for Said<'n> {
    fn from(argument: &'n Argument) -> Said<'n> {
        Said {
            annotation: argument.annotation.as_ref(),
            scalar: &argument.value,
            span: argument.span,
        }
    }
}

impl<'n> From<&'n Property> for Said<'n> {
    fn from(property: &'n Property) -> Said<'n> {
        Said {
            annotation: property.annotation.as_ref(),
            scalar: &property.value,
            span: property.value_span,
        }
    }
}

impl Walker<'_, '_> {
    /// The value of a property, where it fits.
    pub(super) fn property(
        &mut self,
        form: &Form,
        field: &Field,
        property: &Property,
    ) -> Option<Value> {
        let title = match field.want {
            Want::Guid => form.title,
            _ => field.name,
        };
        self.value(field.name, title, field.want, Said::from(property))
    }

    /// A value, where it fits. `word` is what a manifest calls it, `title` what a sentence does.
    pub(super) fn value(
        &mut self,
        word: &'static str,
        title: &'static str,
        want: Want,
        said: Said<'_>,
    ) -> Option<Value> {
        match want {
            Want::Shape(Shape::Secret) => return self.secret(word, said),
            Want::Shape(Shape::TextOrFile(sort)) => return self.text_or_file(word, sort, said),
            _ => self.no_type(said.annotation),
        }
        let Said { scalar, span, .. } = said;
        match want {
            Want::Guid => self.guid(title, scalar, span),
            Want::UpTo(most) => self.number(word, 0, i64::from(most), scalar, span),
            Want::Shape(Shape::Integer { least, most }) => {
                self.number(word, least, most, scalar, span)
            }
            Want::Name(rule) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::name(rule, &text);
                self.fitting(word, text, fits, Rule::Name(*rule), span)
            }
            Want::Shape(Shape::Choice { words, later }) => self
                .choice(word, words, later, scalar, span)
                .map(Value::from),
            Want::Shape(Shape::Bool) => match scalar.as_bool() {
                Some(on) => Some(Value::Bool(on)),
                None => {
                    self.wrong_type(format!("`{word}`"), "`#true` or `#false`", scalar, span);
                    None
                }
            },
            Want::Shape(Shape::Region) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::region(&text);
                self.fitting(word, text, fits, Rule::Region, span)
            }
            Want::Shape(Shape::Floor) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::version(&text);
                self.fitting(word, text, fits, Rule::Note, span)
            }
            Want::Shape(Shape::Network | Shape::Networks) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::network(&text);
                self.fitting(word, text, fits, Rule::Network, span)
            }
            Want::Shape(Shape::Peers) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::peer(&text);
                self.fitting(word, one_word(text), fits, Rule::Peers, span)
            }
            Want::Shape(Shape::Ports) => {
                let text = match scalar {
                    Scalar::Integer(port) => port.to_string(),
                    other => self.text(format_args!("`{word}`"), other, span)?,
                };
                let fits = check::ports(&text);
                self.fitting(word, one_word(text), fits, Rule::Ports, span)
            }
            Want::Shape(Shape::Addresses) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::address(&text);
                self.fitting(word, text, fits, Rule::Address, span)
            }
            Want::Shape(Shape::Own(sort)) => {
                let value = self.plain(word, scalar, span)?;
                match (sort.misfit)(value.as_text().unwrap_or_default()) {
                    None => Some(value),
                    Some(unfit) => {
                        self.found.push(ManifestProblem::Unfit {
                            word,
                            written: written(scalar).into_owned(),
                            unfit,
                            span,
                        });
                        None
                    }
                }
            }
            Want::Shape(Shape::Reference { along, .. }) => match scalar.as_bool() {
                Some(on) if along.is_some() => Some(match on {
                    true => Value::Bool(true),
                    false => Value::Null,
                }),
                _ => {
                    let text = self.text(format_args!("`{word}`"), scalar, span)?;
                    let fits = check::reference(&text, MOST_TEXT);
                    self.fitting(word, text, fits, Rule::Note, span)
                }
            },
            Want::Shape(Shape::Name) => {
                let text = self.text(format_args!("`{word}`"), scalar, span)?;
                let fits = check::note(&text).and_then(|()| check::text(&text, MOST_TEXT));
                self.fitting(word, text, fits, Rule::Name(NameRule::ANY), span)
            }
            // Principals and pairs are never written as one value; a kind that says so gets plain text.
            Want::Shape(
                Shape::Text
                | Shape::Alias { .. }
                | Shape::Principal
                | Shape::Elsewhere
                | Shape::Pairs
                | Shape::Secret
                | Shape::TextOrFile(_),
            ) => self.plain(word, scalar, span),
        }
    }

    /// Text without a rule of its own.
    pub(super) fn plain(
        &mut self,
        word: &'static str,
        scalar: &Scalar,
        span: Span,
    ) -> Option<Value> {
        let text = self.text(format_args!("`{word}`"), scalar, span)?;
        let fits = check::text(&text, MOST_TEXT);
        self.fitting(word, text, fits, Rule::Note, span)
    }

    /// One of some words, compared without case, in the spelling of the table.
    pub(super) fn choice(
        &mut self,
        word: &'static str,
        words: &[&'static str],
        later: &'static [&'static str],
        scalar: &Scalar,
        span: Span,
    ) -> Option<&'static str> {
        let written = written(scalar);
        if let Some(choice) = words
            .iter()
            .find(|choice| choice.eq_ignore_ascii_case(&written))
        {
            return Some(choice);
        }
        if let Some(later) = later
            .iter()
            .find(|later| later.eq_ignore_ascii_case(&written))
        {
            self.found.push(ManifestProblem::NotBuilt {
                word: format!("{word}={later}"),
                instead: Some(format!("this version builds {}", quoted(words))),
                span,
            });
            return None;
        }
        let hint = self.guess(&written, words.iter().copied(), later);
        self.found.push(ManifestProblem::NotAChoice {
            word,
            written: written.into_owned(),
            hint,
            span,
        });
        None
    }

    /// Text, where it is text.
    pub(super) fn text(
        &mut self,
        what: impl Display,
        scalar: &Scalar,
        span: Span,
    ) -> Option<String> {
        let text = scalar.as_text().map(str::to_owned);
        if text.is_none() {
            self.wrong_type(what.to_string(), "text", scalar, span);
        }
        text
    }

    fn guid(&mut self, title: &'static str, scalar: &Scalar, span: Span) -> Option<Value> {
        if let Some(text) = scalar.as_text()
            && check::is_guid(text)
        {
            return Some(text.to_ascii_lowercase().into());
        }
        self.found.push(ManifestProblem::NoGuid { title, span });
        None
    }

    fn number(
        &mut self,
        word: &'static str,
        least: i64,
        most: i64,
        scalar: &Scalar,
        span: Span,
    ) -> Option<Value> {
        let Some(written) = scalar.as_integer() else {
            self.wrong_type(format!("`{word}`"), "a whole number", scalar, span);
            return None;
        };
        if (least..=most).contains(&written) {
            return Some(Value::Integer(written));
        }
        self.found.push(ManifestProblem::OutOfRange {
            word,
            least,
            most,
            span,
        });
        None
    }

    pub(super) fn fitting(
        &mut self,
        word: &'static str,
        text: String,
        fits: Result<(), Misfit>,
        rule: Rule,
        span: Span,
    ) -> Option<Value> {
        match fits {
            Ok(()) => Some(text.into()),
            Err(misfit) => {
                self.found.push(ManifestProblem::BadText {
                    what: format!("the value of `{word}`"),
                    written: text,
                    misfit,
                    rule,
                    span,
                });
                None
            }
        }
    }

    fn wrong_type(&mut self, what: String, wanted: &'static str, scalar: &Scalar, span: Span) {
        let instead = match (wanted, scalar) {
            ("text", Scalar::Integer(_) | Scalar::Float(_)) => {
                Some(print::quoted(&print::scalar(scalar)))
            }
            ("`#true` or `#false`", Scalar::Text(text)) if text == "true" || text == "false" => {
                Some(format!("#{text}"))
            }
            _ => None,
        };
        self.found.push(ManifestProblem::WrongType {
            what,
            wanted,
            found: match scalar {
                Scalar::Null => "`#null`",
                Scalar::Bool(_) => "a switch",
                Scalar::Integer(_) => "a whole number",
                Scalar::Float(_) => "a number with a fraction",
                Scalar::Text(_) | Scalar::Cell(_) => "text",
                Scalar::Reference(_) | Scalar::Pattern(_) => "a reference",
            },
            instead,
            span,
        });
    }
}

/// The word for all, in the one spelling that plans show.
fn one_word(text: String) -> String {
    match text.as_str() {
        "*" => same::ANY.to_owned(),
        _ => text,
    }
}

/// What somebody wrote for a word: text as it is, all else as KDL spells it.
pub(super) fn written(scalar: &Scalar) -> Cow<'_, str> {
    match scalar.as_text() {
        Some(text) => text.into(),
        None => print::scalar(scalar).into(),
    }
}

impl Want {
    /// A value to show, as it is written.
    pub(super) fn example(self) -> &'static str {
        match self {
            Want::Guid => "\"00000000-0000-0000-0000-000000000000\"",
            Want::UpTo(_) => "5",
            Want::Shape(Shape::Bool) => "#true",
            Want::Shape(Shape::Integer { .. }) => "NUMBER",
            Want::Shape(Shape::Network | Shape::Networks) => "\"10.20.0.0/16\"",
            Want::Shape(Shape::Addresses) => "\"10.20.0.4\"",
            Want::Shape(Shape::Peers) => "VirtualNetwork",
            Want::Shape(Shape::Ports) => "443",
            Want::Shape(Shape::Secret) => "random",
            Want::Name(_) | Want::Shape(_) => "\"…\"",
        }
    }

    /// The same behind the name of a setting, where a word of ours is easier to read than an ellipsis.
    pub(super) fn argument(self) -> &'static str {
        match self.example() {
            "\"…\"" => "VALUE",
            example => example,
        }
    }
}
