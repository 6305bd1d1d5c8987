//! What stands behind `grant`: a role, and those who get it.

use super::value::written;
use super::{Given, Walker};
use crate::manifest::Declared;
use crate::manifest::check::{self, Misfit};
use crate::manifest::lower::form::Form;
use crate::manifest::problem::{Hint, ManifestProblem, Rule};
use crate::source::Span;
use crate::syntax::tree::{Argument, Node, Word};
use crate::value::{Principal, PrincipalKind};

/// Longer than the name of any role.
const MOST_ROLE: usize = 512;

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

    /// One of the words, a GUID, or the name that the cloud gives a role; whether it has one of that name is asked later. What is
    /// almost a word was meant to be it.
    fn role(&mut self, roles: &'static [&'static str], argument: &Argument) -> Option<String> {
        let written = written(&argument.value);
        if roles.contains(&written.as_str()) {
            return Some(written);
        }
        let span = argument.span;
        let hint = self.guess(&written, roles.iter().copied(), &[]);
        if argument.value.as_text().is_none() || matches!(hint, Hint::Nearest(_)) {
            self.found.push(ManifestProblem::UnknownRole {
                written,
                hint,
                span,
            });
            return None;
        }
        let fits = match written.trim() == written {
            true => check::some_text(&written, MOST_ROLE),
            false => Err(Misfit::BlankAtEnd),
        };
        match fits {
            Ok(()) => Some(match check::is_guid(&written) {
                true => written.to_lowercase(),
                false => written,
            }),
            Err(misfit) => {
                self.found.push(ManifestProblem::BadText {
                    what: "the name of a role".to_owned(),
                    written,
                    misfit,
                    rule: Rule::Role,
                    span,
                });
                None
            }
        }
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
                        PrincipalKind::ServicePrincipal => {
                            "the name of a service principal".to_owned()
                        }
                        PrincipalKind::Identity => "the name of an identity".to_owned(),
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
        let built = PrincipalKind::ALL.map(PrincipalKind::word);
        let hint = self.guess(&word, built.into_iter(), &[]);
        self.found
            .push(ManifestProblem::UnknownType { word, hint, span });
    }
}
