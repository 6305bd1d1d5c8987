//! What stands behind `grant`: a role, and those who get it.

use super::arguments::quoted;
use super::value::written;
use super::{Given, Walker};
use crate::manifest::Declared;
use crate::manifest::check::{self, Misfit};
use crate::manifest::lower::form::Form;
use crate::manifest::problem::{Hint, ManifestProblem, Rule, shown};
use crate::source::Span;
use crate::syntax::tree::{Argument, Node, Word};
use crate::value::{Principal, PrincipalKind};

/// Types of principals, the likeliest first.
const PRINCIPALS: [PrincipalKind; 3] = [
    PrincipalKind::Group,
    PrincipalKind::User,
    PrincipalKind::ObjectId,
];

/// Types of principals that come later.
const LATER_PRINCIPALS: [&str; 2] = ["service-principal", "identity"];

impl Walker<'_, '_> {
    /// Holds the arguments of a grant against the roles.
    pub(super) fn grant(
        &mut self,
        form: &Form,
        node: &Node,
        roles: &'static [&'static str],
    ) -> Given {
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

    fn role(
        &mut self,
        roles: &'static [&'static str],
        argument: &Argument,
    ) -> Option<&'static str> {
        let written = written(&argument.value);
        if let Some(role) = roles.iter().copied().find(|role| *role == written) {
            return Some(role);
        }
        let span = argument.span;
        let hint = self.guess(&written, roles.iter().copied(), &[]);
        // The language knows every role of Azure by its quoted name or its id.
        let azures = check::is_guid(&written) || written.starts_with(char::is_uppercase);
        let near = matches!(hint, Hint::Nearest(_));
        self.found.push(match azures && !near {
            true => ManifestProblem::NotBuilt {
                word: format!("grant \"{}\"", shown(&written)),
                instead: Some(format!("this version grants {}", quoted(roles))),
                span,
            },
            false => ManifestProblem::UnknownRole {
                written,
                hint,
                span,
            },
        });
        None
    }

    fn principals(&mut self, arguments: &[Argument]) -> Vec<(Principal, Span)> {
        arguments
            .iter()
            .filter_map(|argument| Some((self.principal(argument)?, argument.span)))
            .collect()
    }

    fn principal(&mut self, argument: &Argument) -> Option<Principal> {
        let name = self.text("the name of a principal", &argument.value, argument.span)?;
        let span = argument.span;
        let Some(annotation) = &argument.annotation else {
            self.found.push(ManifestProblem::UntypedPrincipal {
                written: name,
                span,
            });
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
        self.found
            .push(ManifestProblem::UnknownType { word, hint, span });
    }
}
