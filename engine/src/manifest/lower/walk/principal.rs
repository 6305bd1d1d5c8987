//! Principals, as they stand behind the name of a node.

use std::collections::BTreeMap;

use super::{Given, Walker};
use crate::manifest::check::{self, Misfit};
use crate::manifest::lower::form::Form;
use crate::manifest::problem::{ManifestProblem, Rule};
use crate::source::Span;
use crate::syntax::tree::{Argument, Node, Word};
use crate::value::{Principal, PrincipalKind};

impl Walker<'_, '_> {
    /// Holds the arguments of a node that names principals alone, each once.
    pub(super) fn named_principals(&mut self, form: &Form, node: &Node) -> Given {
        if node.arguments.is_empty() {
            self.lacks(form, node, "a principal");
        }
        let mut principals = self.principals(node.arguments.iter());
        let mut first: BTreeMap<(PrincipalKind, String), Span> = BTreeMap::new();
        principals.retain(|(principal, span)| {
            if principal.kind == PrincipalKind::Identity {
                let (word, span) = (form.word, *span);
                self.found
                    .push(ManifestProblem::NoIdentityHere { word, span });
                return false;
            }
            // Names have no case, in the directory as here.
            let key = (principal.kind, principal.name.to_lowercase());
            let known = *first.entry(key).or_insert(*span);
            if known != *span {
                self.found.push(ManifestProblem::PrincipalTwice {
                    word: form.word,
                    principal: principal.clone(),
                    first: known,
                    second: *span,
                });
            }
            known == *span
        });
        Given::Principals(principals)
    }

    /// Who stands behind the name of a node.
    pub(super) fn principals<'n>(
        &mut self,
        arguments: impl ExactSizeIterator<Item = &'n Argument>,
    ) -> Vec<(Principal, Span)> {
        // Mostly there is one, and a list of its own accord has room for four.
        let mut principals = Vec::with_capacity(arguments.len());
        principals.extend(
            arguments.filter_map(|argument| Some((self.principal(argument)?, argument.span))),
        );
        principals
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
        let (word, span) = (annotation.as_str().to_owned(), annotation.span);
        let built = PrincipalKind::ALL.map(PrincipalKind::word);
        let hint = self.guess(&word, built.into_iter(), &[]);
        self.found
            .push(ManifestProblem::UnknownType { word, hint, span });
    }
}
