//! Collects what `let` and `param` define, and what `--set` says about it.

use super::resolve::Resolver;
use super::{Names, Value};
use crate::language::include::surplus;
use crate::language::problem::{LanguageProblem, Problems};
use crate::language::{File, Inputs};
use crate::problem::nearest;
use crate::source::Span;
use crate::syntax::reference::is_name;
use crate::syntax::tree::{Argument, Node, Property, Scalar};
use std::collections::BTreeMap;

/// What one `let` or `param` says.
#[derive(Debug)]
pub(super) struct Definition<'f> {
    /// Where the name stands.
    pub(super) place: Span,
    pub(super) form: Form<'f>,
}

#[derive(Debug)]
pub(super) enum Form<'f> {
    /// `let name value…`
    Let(&'f [Argument]),
    /// `param name default=… { one-of … }`, and what `--set` says.
    Param {
        default: Option<&'f Property>,
        choices: &'f [Argument],
        set: Option<&'f str>,
    },
}

/// Finds all names and works out what they stand for.
pub(in crate::language) fn define(
    files: &[File],
    inputs: &Inputs,
    problems: &mut Problems,
) -> Names {
    let mut definitions = BTreeMap::new();
    for node in files.iter().flat_map(|file| &file.tree.nodes) {
        let found = match node.name.as_str() {
            "let" => read_let(node, problems),
            "param" => read_param(node, problems),
            _ => None,
        };
        let Some((name, definition)) = found else {
            continue;
        };
        take_in(&mut definitions, name, definition, problems);
    }
    set(&mut definitions, inputs, problems);
    let mut names = Resolver::new(definitions).resolve(problems);
    names.tables = inputs.tables.clone();
    names
}

fn take_in<'f>(
    definitions: &mut BTreeMap<&'f str, Definition<'f>>,
    name: &'f str,
    definition: Definition<'f>,
    problems: &mut Problems,
) {
    if let Some(first) = definitions.get(name) {
        let twice = LanguageProblem::DefinedTwice {
            name: name.to_owned(),
            first: first.place,
            second: definition.place,
        };
        problems.push(twice);
        return;
    }
    definitions.insert(name, definition);
}

const LET: &str = "`let name value…`";
const PARAM: &str = "`param name`, `param name default=value` or `param name { one-of value… }`";

fn read_let<'f>(node: &'f Node, problems: &mut Problems) -> Option<(&'f str, Definition<'f>)> {
    let (name, place, values) = read_name(node, "let", LET, problems)?;
    if values.is_empty() {
        problems.push(LanguageProblem::Incomplete {
            form: "let",
            wanted: LET,
            span: node.span,
        });
    }
    if let Some(span) = surplus(node) {
        problems.push(LanguageProblem::Malformed {
            form: "let",
            wanted: LET,
            span,
        });
    }
    Some((
        name,
        Definition {
            place,
            form: Form::Let(values),
        },
    ))
}

fn read_param<'f>(node: &'f Node, problems: &mut Problems) -> Option<(&'f str, Definition<'f>)> {
    let (name, place, more) = read_name(node, "param", PARAM, problems)?;
    let properties = node
        .properties
        .iter()
        .filter(|property| property.name.as_str() != "default");
    let spans = more
        .iter()
        .map(|argument| argument.span)
        .chain(properties.map(|property| property.span));
    for span in spans {
        problems.push(LanguageProblem::Malformed {
            form: "param",
            wanted: PARAM,
            span,
        });
    }
    let mut choices: &[Argument] = &[];
    for child in node.children() {
        let is_choices =
            child.name.as_str() == "one-of" && surplus(child).is_none() && choices.is_empty();
        if !is_choices {
            problems.push(LanguageProblem::Malformed {
                form: "param",
                wanted: PARAM,
                span: child.span,
            });
        } else if child.arguments.is_empty() {
            problems.push(LanguageProblem::Incomplete {
                form: "param",
                wanted: PARAM,
                span: child.span,
            });
        } else {
            choices = &child.arguments;
        }
    }
    Some((
        name,
        Definition {
            place,
            form: Form::Param {
                default: node.property("default"),
                choices,
                set: None,
            },
        },
    ))
}

fn read_name<'f>(
    node: &'f Node,
    form: &'static str,
    wanted: &'static str,
    problems: &mut Problems,
) -> Option<(&'f str, Span, &'f [Argument])> {
    match node.arguments.split_first() {
        Some((
            Argument {
                annotation: None,
                value: Scalar::Text(name),
                span,
            },
            rest,
        )) if is_name(name) => Some((name, *span, rest)),
        Some((first, _)) => {
            problems.push(LanguageProblem::BadName {
                form,
                span: first.span,
            });
            None
        }
        None => {
            problems.push(LanguageProblem::Incomplete {
                form,
                wanted,
                span: node.span,
            });
            None
        }
    }
}

/// Notes what `--set` says; of one name the last counts.
fn set<'f>(
    definitions: &mut BTreeMap<&'f str, Definition<'f>>,
    inputs: &'f Inputs,
    problems: &mut Problems,
) {
    for (name, value) in &inputs.sets {
        match definitions.get_mut(name.as_str()) {
            Some(Definition {
                form: Form::Param { set, .. },
                ..
            }) => *set = Some(value),
            Some(definition) => problems.push(LanguageProblem::SetOfLet {
                name: name.clone(),
                span: definition.place,
            }),
            None => {
                let params = definitions
                    .iter()
                    .filter(|(_, definition)| matches!(definition.form, Form::Param { .. }));
                let params: Vec<&str> = params.map(|(name, _)| *name).take(MOST_COMPARED).collect();
                let nearest = nearest(name, params.iter().copied()).map(str::to_owned);
                let params = params.iter().map(|name| (*name).to_owned()).collect();
                problems.push(LanguageProblem::SetOfNothing {
                    name: name.clone(),
                    nearest,
                    params,
                });
            }
        }
    }
}

/// How many names are compared for a suggestion.
pub(super) const MOST_COMPARED: usize = 1000;

impl Value {
    /// What stands in for a value that could not be found, so that what follows is checked too.
    pub(super) fn stand_in(name: &str, defined: Span) -> Value {
        let value = Scalar::Text(name.to_owned());
        Value {
            items: vec![super::Item {
                annotation: None,
                value,
                place: None,
            }],
            defined,
        }
    }
}
