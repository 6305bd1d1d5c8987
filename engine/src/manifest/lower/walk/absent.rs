//! What stands behind `absent`: the kind of something in the same parent, then what would stand behind its own name.

use std::borrow::Cow;

use super::{Checked, Given, Walker, Words, taken};
use crate::manifest::lower::form::{Arguments, Form};
use crate::manifest::problem::ManifestProblem;
use crate::syntax::tree::{Argument, Node};

impl<'a> Walker<'a, '_> {
    /// Holds an `absent` node against the form of the kind that it names; `None` where it names none.
    pub(super) fn absent(
        &mut self,
        parent: &'a Form,
        form: &'a Form,
        node: &mut Cow<'_, Node>,
    ) -> Option<Checked<'a>> {
        self.no_type(node.annotation.as_ref());
        let mut checked = Checked {
            span: node.name.span,
            absent: true,
            ..Checked::blank(form)
        };
        let mut meant = Words::default();
        self.properties(&mut checked, node, &mut meant);
        let children = taken(node);
        self.children(&mut checked, children, &mut meant);
        let Some((kind, named)) = node.arguments.split_first() else {
            self.lacks(form, node, "a kind");
            return None;
        };
        checked.form = self.kind_named(parent, form, kind)?;
        checked.given = self.what_is_named(checked.form, node, named)?;
        Some(checked)
    }

    /// The form of the kind that the first argument names.
    fn kind_named(&mut self, parent: &'a Form, form: &Form, kind: &Argument) -> Option<&'a Form> {
        self.no_type(kind.annotation.as_ref());
        let forms = self.forms;
        let words: Vec<&'static str> = forms.absent_in(parent).map(|form| form.word).collect();
        let word = self.choice(form.word, &words, &[], &kind.value, kind.span)?;
        forms.absent_in(parent).find(|form| form.word == word)
    }

    /// Holds the rest of the arguments against that form, as if they stood behind its own name.
    fn what_is_named(&mut self, form: &Form, node: &Node, named: &[Argument]) -> Option<Given> {
        let lacks = match (form.arguments, named.len()) {
            (Arguments::Names(_), 0) => Some("a name"),
            (Arguments::Grant(_), 0) => Some("a role and a principal"),
            _ => None,
        };
        if let Some(lacks) = lacks {
            self.found.push(ManifestProblem::MissingArgument {
                word: super::ABSENT,
                lacks,
                example: format!("{} {}", super::ABSENT, form.example()),
                span: node.name.span,
            });
            return None;
        }
        let named = Node {
            name: node.name.clone(),
            annotation: node.annotation.clone(),
            arguments: named.to_vec(),
            properties: Vec::new(),
            children: None,
            span: node.span,
            origin: node.origin.clone(),
        };
        Some(self.arguments(form, &named))
    }
}
