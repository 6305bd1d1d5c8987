//! What stands behind `grant`: a role, and those who get it.

use super::value::written;
use super::{Given, Walker};
use crate::manifest::Declared;
use crate::manifest::check::{self, Misfit};
use crate::manifest::lower::form::Form;
use crate::manifest::problem::{Hint, ManifestProblem, Rule};
use crate::syntax::tree::{Argument, Node, Word};
use crate::value::PrincipalKind;

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
            self.principals(node.arguments.iter());
            return Given::Nothing;
        }
        self.no_type(first.annotation.as_ref());
        let (role, principals) = match self.rest_of_role(node, first) {
            0 => (self.role(roles, first), principals),
            more => (None, &principals[more..]),
        };
        if principals.is_empty() {
            self.lacks(form, node, "a principal");
        }
        let principals = self.whole(node, principals);
        let principals = self.principals(principals.into_iter());
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
        if roles.contains(&&*written) {
            return Some(written.into_owned());
        }
        let span = argument.span;
        let hint = self.guess(&written, roles.iter().copied(), &[]);
        if argument.value.as_text().is_none() || matches!(hint, Hint::Nearest(_)) {
            self.found.push(ManifestProblem::UnknownRole {
                written: written.into_owned(),
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
                false => written.into_owned(),
            }),
            Err(misfit) => {
                self.found.push(ManifestProblem::BadText {
                    what: "the name of a role".to_owned(),
                    written: written.into_owned(),
                    misfit,
                    rule: Rule::Role,
                    span,
                });
                None
            }
        }
    }
}
