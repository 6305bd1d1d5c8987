//! What stands behind the name of a node.

use super::{Given, Walker};
use crate::manifest::check::{self, Misfit};
use crate::manifest::Declared;
use super::value::written;
use crate::manifest::lower::form::{Arguments, Form, Number, Want};
use crate::manifest::problem::{Hint, ManifestProblem, Rule, shown};
use crate::schema::{NameRule, Shape};
use crate::syntax::tree::{Argument, Node, Scalar, Word};
use crate::value::{Principal, PrincipalKind};

/// The only version of the language so far.
const LANGUAGE: i64 = 1;

/// Types of principals, the likeliest first.
const PRINCIPALS: [PrincipalKind; 3] =
    [PrincipalKind::Group, PrincipalKind::User, PrincipalKind::ObjectId];

/// Types of principals that come later.
const LATER_PRINCIPALS: [&str; 2] = ["service-principal", "identity"];

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
            Arguments::Name(rule) => {
                self.at_most(form, arguments, 1, "one name");
                self.names(form, node, rule, &arguments[..arguments.len().min(1)])
            }
            Arguments::Names(rule) => self.names(form, node, rule, arguments),
            Arguments::Word(word) => self.word(form, node, word),
            Arguments::Grant(roles) => self.grant(form, node, roles),
        }
    }

    /// Refuses a type where none belongs.
    pub(super) fn no_type(&mut self, annotation: Option<&Word>) {
        if let Some(annotation) = annotation {
            self.found.push(ManifestProblem::SurplusType {
                annotation: annotation.text.clone(),
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
        self.no_type(argument.annotation.as_ref());
        self.given(form, argument, Want::Shape(Shape::Bool))
    }

    fn setting(&mut self, form: &Form, node: &Node, want: Want) -> Given {
        self.at_most(form, &node.arguments, 1, "one argument");
        let Some(argument) = node.arguments.first() else {
            self.lacks(form, node, "a value");
            return Given::Nothing;
        };
        self.no_type(argument.annotation.as_ref());
        self.given(form, argument, want)
    }

    fn given(&mut self, form: &Form, argument: &Argument, want: Want) -> Given {
        let span = argument.span;
        match self.value(form.word, form.title, want, &argument.value, span) {
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
        let what = format!("the name of a {}", form.title);
        let names = arguments.iter().filter_map(|argument| {
            self.no_type(argument.annotation.as_ref());
            let name = self.text(&what, &argument.value, argument.span)?;
            if let Err(misfit) = check::name(rule, &name) {
                self.found.push(ManifestProblem::BadText {
                    what: what.clone(),
                    written: name.clone(),
                    misfit,
                    rule: Rule::Name(*rule),
                    span: argument.span,
                });
            }
            Some((name, argument.span))
        });
        Given::Names(names.collect())
    }

    fn word(&mut self, form: &Form, node: &Node, word: &'static str) -> Given {
        self.at_most(form, &node.arguments, 1, "one word");
        let Some(argument) = node.arguments.first() else {
            self.lacks(form, node, "the word that says which");
            return Given::Nothing;
        };
        self.no_type(argument.annotation.as_ref());
        match self.choice(form.word, &[word], &[], &argument.value, argument.span) {
            Some(_) => Given::Word(word, argument.span),
            None => Given::Nothing,
        }
    }

    fn grant(&mut self, form: &Form, node: &Node, roles: &'static [&'static str]) -> Given {
        let Some((first, principals)) = node.arguments.split_first() else {
            self.lacks(form, node, "a role and a principal");
            return Given::Nothing;
        };
        if PrincipalKind::read(first.annotation.as_ref().map_or("", Word::as_str)).is_some() {
            self.lacks(form, node, "a role");
            self.principals(&node.arguments);
            return Given::Nothing;
        }
        self.no_type(first.annotation.as_ref());
        let role = self.role(roles, first);
        if principals.is_empty() {
            self.lacks(form, node, "a principal");
        }
        let principals = self.principals(principals);
        match role {
            Some(role) => Given::Grant(
                Declared {
                    value: role.into(),
                    span: first.span,
                },
                principals,
            ),
            None => Given::Nothing,
        }
    }

    fn role(&mut self, roles: &'static [&'static str], argument: &Argument) -> Option<&'static str> {
        let written = written(&argument.value);
        if let Some(role) = roles.iter().copied().find(|role| *role == written) {
            return Some(role);
        }
        let span = argument.span;
        let hint = self.guess(&written, roles.iter().copied(), &[]);
        if matches!(hint, Hint::Nearest(_)) {
            self.found.push(ManifestProblem::UnknownRole { written, hint, span });
        } else if check::is_guid(&written) || written.contains(' ') {
            // The language knows every role of Azure by its quoted name or its id.
            let instead = format!("this version grants {}", quoted(roles));
            self.found.push(ManifestProblem::NotBuilt {
                word: format!("grant \"{}\"", shown(&written)),
                instead: Some(instead),
                span,
            });
        } else {
            self.found.push(ManifestProblem::UnknownRole { written, hint, span });
        }
        None
    }

    fn principals(&mut self, arguments: &[Argument]) -> Vec<(Principal, crate::source::Span)> {
        arguments
            .iter()
            .filter_map(|argument| Some((self.principal(argument)?, argument.span)))
            .collect()
    }

    fn principal(&mut self, argument: &Argument) -> Option<Principal> {
        let name = self.text("the name of a principal", &argument.value, argument.span)?;
        let span = argument.span;
        let Some(annotation) = &argument.annotation else {
            self.found.push(ManifestProblem::UntypedPrincipal { written: name, span });
            return None;
        };
        let Some(kind) = PrincipalKind::read(annotation.as_str()) else {
            self.unknown_type(annotation);
            return None;
        };
        match check::principal(kind, &name) {
            Ok(()) => Some(Principal { kind, name }),
            Err(misfit) => {
                self.found.push(ManifestProblem::BadText {
                    what: match kind {
                        PrincipalKind::User => "the name of a user".to_owned(),
                        PrincipalKind::Group => "the name of a group".to_owned(),
                        PrincipalKind::ObjectId => "an object id".to_owned(),
                    },
                    written: name,
                    misfit: match (kind, misfit) {
                        (PrincipalKind::User, Misfit::Blank | Misfit::Empty) => Misfit::NoUserName,
                        (PrincipalKind::ObjectId, Misfit::Empty) => Misfit::NoGuid,
                        (_, misfit) => misfit,
                    },
                    rule: Rule::Principal,
                    span,
                });
                None
            }
        }
    }

    fn unknown_type(&mut self, annotation: &Word) {
        let (word, span) = (annotation.text.clone(), annotation.span);
        if LATER_PRINCIPALS.contains(&word.as_str()) {
            let instead = "write `(object-id)` with its object id".to_owned();
            self.found.push(ManifestProblem::NotBuilt {
                word: format!("({word})"),
                instead: Some(instead),
                span,
            });
            return;
        }
        let built = PRINCIPALS.map(PrincipalKind::word);
        let hint = self.guess(&word, built.into_iter(), &[]);
        self.found.push(ManifestProblem::UnknownType { word, hint, span });
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
                Some(format!("`{}` takes {} with `=`", form.word, quoted(&names)))
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

    fn lacks(&mut self, form: &Form, node: &Node, lacks: &'static str) {
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
            Arguments::Nothing if self.setting => format!("{word} NAME=\"VALUE\""),
            Arguments::Nothing | Arguments::Switch => word.to_owned(),
            Arguments::Value(_) => match self.number {
                Number::One(line) => line.to_owned(),
                Number::Any | Number::AtMostOne => format!("{word} VALUE"),
            },
            Arguments::Name(_) | Arguments::Names(_) => format!("{word} NAME"),
            Arguments::Word(fixed) => format!("{word} {fixed}"),
            Arguments::Grant(roles) => {
                let role = roles.first().copied().unwrap_or("ROLE");
                format!("{word} {role} (group)\"NAME\"")
            }
        }
    }
}
