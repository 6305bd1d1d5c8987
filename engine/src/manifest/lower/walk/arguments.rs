//! What stands behind the name of a node.

use super::value::Said;
use super::{Given, Walker};
use crate::diff::same;
use crate::manifest::Declared;
use crate::manifest::check::{self, Misfit};
use crate::manifest::lower::form::{Arguments, Form, Number, Want};
use crate::manifest::problem::{ManifestProblem, Rule};
use crate::schema::{NameRule, Shape};
use crate::syntax::tree::{Argument, Node, Scalar, Word};
use crate::value::Value;

/// The only version of the language so far.
const LANGUAGE: i64 = 1;

impl Walker<'_, '_> {
    /// Holds the arguments of a node against its form.
    pub(super) fn arguments(&mut self, form: &Form, node: &Node) -> Given {
        let arguments = node.arguments.as_slice();
        match form.arguments {
            Arguments::Nothing => {
                self.at_most(form, arguments, 0, "no argument");
                Given::Nothing
            }
            Arguments::Version => self.version(form, node),
            Arguments::Switch => self.switch(form, node),
            Arguments::Value(want) => self.setting(form, node, want),
            Arguments::Values(want) => self.values(form, node, want),
            Arguments::Name(rule) => {
                self.at_most(form, arguments, 1, "one name");
                self.names(form, node, rule, &arguments[..arguments.len().min(1)])
            }
            Arguments::Names(rule) => self.names(form, node, rule, arguments),
            Arguments::Word(word) => self.word(form, node, word),
            Arguments::Grant(roles) => self.grant(form, node, roles),
            Arguments::Principals => self.named_principals(form, node),
            // It says nothing of itself: the walker holds it against the form of the kind that it names.
            Arguments::Absent => Given::Nothing,
        }
    }

    /// Refuses a type where none belongs.
    pub(super) fn no_type(&mut self, annotation: Option<&Word>) {
        if let Some(annotation) = annotation {
            self.found.push(ManifestProblem::SurplusType {
                annotation: annotation.as_str().to_owned(),
                span: annotation.span,
            });
        }
    }

    fn version(&mut self, form: &Form, node: &Node) -> Given {
        self.at_most(form, &node.arguments, 1, "one argument");
        match node.arguments.first() {
            None => self.lacks(form, node, "the version of the language"),
            Some(argument) => {
                self.no_type(argument.annotation.as_ref());
                if argument.value != Scalar::Integer(LANGUAGE) {
                    let span = argument.span;
                    self.found.push(ManifestProblem::OtherLanguage { span });
                }
            }
        }
        Given::Nothing
    }

    fn switch(&mut self, form: &Form, node: &Node) -> Given {
        self.at_most(form, &node.arguments, 1, "one argument");
        let Some(argument) = node.arguments.first() else {
            return Given::Value(Declared {
                value: true.into(),
                span: node.name.span,
            });
        };
        self.given(form, argument, Want::Shape(Shape::Bool))
    }

    fn setting(&mut self, form: &Form, node: &Node, want: Want) -> Given {
        self.at_most(form, &node.arguments, 1, "one argument");
        let Some(argument) = node.arguments.first() else {
            self.lacks(form, node, "a value");
            return Given::Nothing;
        };
        self.given(form, argument, want)
    }

    /// The values of a setting, in their order. What does not fit is reported and left out.
    fn values(&mut self, form: &Form, node: &Node, want: Want) -> Given {
        if node.arguments.is_empty() {
            self.lacks(form, node, "a value");
            return Given::Nothing;
        }
        let values = node
            .arguments
            .iter()
            .filter_map(|argument| self.value(form.word, form.title, want, Said::from(argument)));
        let values: Vec<Value> = values.collect();
        self.all_and_more(form, node, want, &values);
        let value = Value::List(values);
        let span = node.arguments[0].span;
        Given::Value(Declared { value, span })
    }

    /// Refuses the word for all beside others: the others would say nothing, and the cloud takes it alone only.
    fn all_and_more(&mut self, form: &Form, node: &Node, want: Want, values: &[Value]) {
        let has_one = matches!(want, Want::Shape(Shape::Peers | Shape::Ports));
        let all = |text: &str| same::peer(text) == same::ANY;
        let said = values.iter().filter_map(Value::as_text);
        if !has_one || values.len() < 2 || !said.into_iter().any(all) {
            return;
        }
        let argument = node
            .arguments
            .iter()
            .find(|argument| argument.value.as_text().is_some_and(all));
        if let Some(argument) = argument {
            self.found.push(ManifestProblem::BadText {
                what: format!("one of several values of `{}`", form.word),
                written: same::ANY.to_owned(),
                misfit: Misfit::AllAndMore,
                rule: Rule::Note,
                span: argument.span,
            });
        }
    }

    fn given(&mut self, form: &Form, argument: &Argument, want: Want) -> Given {
        let span = argument.span;
        match self.value(form.word, form.title, want, Said::from(argument)) {
            Some(value) => Given::Value(Declared { value, span }),
            None => Given::Nothing,
        }
    }

    fn names(
        &mut self,
        form: &Form,
        node: &Node,
        rule: &NameRule,
        arguments: &[Argument],
    ) -> Given {
        if arguments.is_empty() {
            self.lacks(form, node, "a name");
        }
        let what = format_args!("the name of a {}", form.title);
        let names = arguments.iter().filter_map(|argument| {
            self.no_type(argument.annotation.as_ref());
            let name = self.text(what, &argument.value, argument.span)?;
            if let Err(misfit) = check::name(rule, &name) {
                self.found.push(ManifestProblem::BadText {
                    what: what.to_string(),
                    written: name.clone(),
                    misfit,
                    rule: Rule::Name(*rule),
                    span: argument.span,
                });
            }
            Some((name, argument.span))
        });
        // Most are one, and a list of its own accord has room for four.
        let mut all = Vec::with_capacity(arguments.len());
        all.extend(names);
        Given::Names(all)
    }

    fn word(&mut self, form: &Form, node: &Node, word: &'static str) -> Given {
        self.at_most(form, &node.arguments, 1, "one word");
        let Some(argument) = node.arguments.first() else {
            if node.children().is_empty() {
                self.lacks(form, node, "the word that says which");
            }
            return Given::Nothing;
        };
        self.no_type(argument.annotation.as_ref());
        match self.choice(form.word, &[word], &[], &argument.value, argument.span) {
            Some(_) => Given::Word(word, argument.span),
            None => Given::Nothing,
        }
    }

    /// Reports the first argument beyond as many as the node takes.
    fn at_most(&mut self, form: &Form, arguments: &[Argument], most: usize, takes: &'static str) {
        let Some(surplus) = arguments.get(most) else {
            return;
        };
        let instead = match form.arguments {
            Arguments::Name(_) => Some(format!("write a `{}` node for each", form.word)),
            Arguments::Nothing if !form.fields().is_empty() => {
                let names: Vec<&str> = form.fields().iter().map(|field| field.name).collect();
                let takes = format!("`{}` takes {} with `=`", form.word, quoted(&names));
                Some(match surplus.value {
                    Scalar::Bool(true) => format!("remove it, nodes need no `#true`; {takes}"),
                    _ => takes,
                })
            }
            _ => None,
        };
        self.found.push(ManifestProblem::SurplusArgument {
            word: form.word,
            takes,
            instead,
            span: surplus.span,
        });
    }

    /// Reports that something belongs behind the name of a node.
    pub(super) fn lacks(&mut self, form: &Form, node: &Node, lacks: &'static str) {
        self.found.push(ManifestProblem::MissingArgument {
            word: form.word,
            lacks,
            example: form.example(),
            span: node.name.span,
        });
    }
}

/// Words as a sentence lists them.
pub(super) fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(" and ")
}

impl Form {
    /// A line that shows how the node is written.
    pub(super) fn example(&self) -> String {
        let word = self.word;
        match self.arguments {
            Arguments::Version => format!("{word} {LANGUAGE}"),
            Arguments::Nothing if self.schema.is_none() => match self.fields().first() {
                Some(field) => format!("{word} {}={}", field.name, field.want.example()),
                None => format!("{word} NAME=\"VALUE\""),
            },
            Arguments::Nothing | Arguments::Switch => word.to_owned(),
            Arguments::Values(_) => format!("{word} VALUE"),
            Arguments::Value(want) => match self.number {
                Number::One(line) => line.to_owned(),
                Number::Any | Number::AtMostOne => format!("{word} {}", want.argument()),
            },
            Arguments::Name(_) | Arguments::Names(_) => format!("{word} NAME"),
            Arguments::Word(fixed) => format!("{word} {fixed}"),
            Arguments::Grant(roles) => {
                let role = roles.first().copied().unwrap_or("ROLE");
                format!("{word} {role} (group)\"NAME\"")
            }
            Arguments::Principals => format!("{word} (user)\"NAME@DOMAIN\""),
            Arguments::Absent => format!("{word} KIND NAME"),
        }
    }
}
