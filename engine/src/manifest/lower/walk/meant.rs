//! What a word was meant to be that is not what it should be. Each such word is reported here, once.

use super::{Walker, Words, shortened};
use crate::language::{FOR, SPENT, STANDS_IN};
use crate::manifest::lower::form::{Form, Properties, Want};
use crate::manifest::problem::{Hint, ManifestProblem};
use crate::problem::nearest;
use crate::schema::{Shape, TOP};
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Node, Property};

impl<'a> Walker<'a, '_> {
    /// The form that a child was meant to have.
    pub(super) fn form_of(
        &mut self,
        parent: &'a Form,
        node: &Node,
        meant: &mut Words,
    ) -> Option<&'a Form> {
        let forms = self.forms;
        let (word, span) = (node.name.as_str(), node.name.span);
        if let Some(form) = forms.child(parent, word) {
            return Some(form);
        }
        let kebab = word.replace('_', "-");
        if let Some(form) = forms.child(parent, &kebab) {
            self.underscore(word, form.word, span);
            return Some(form);
        }
        if let Some(problem) = self.known_elsewhere(parent, node, &kebab, meant) {
            self.found.push(problem);
            return None;
        }
        // Those of the language are gone by now, and yet belong there.
        let spent = SPENT.iter().copied().filter(|_| parent.word == TOP);
        let loops = (parent.word == STANDS_IN).then_some(FOR);
        let mut built: Vec<&'static str> = forms.children(parent).map(|form| form.word).collect();
        built.extend(spent.chain(loops));
        built.sort_unstable();
        let hint = self.hint(word, built.into_iter(), parent.later);
        let nearest = hint.nearest();
        self.found.push(ManifestProblem::UnknownNode {
            word: word.to_owned(),
            within: parent.word,
            hint,
            span,
        });
        nearest.and_then(|nearest| forms.child(parent, nearest))
    }

    /// The field that a property was meant to be.
    pub(super) fn field_of(
        &mut self,
        form: &'a Form,
        property: &Property,
        meant: &mut Words,
    ) -> Option<&'static str> {
        let (word, span) = (property.name.as_str(), property.name.span);
        if let Some(field) = form.field(word) {
            return Some(field.name);
        }
        let kebab = word.replace('_', "-");
        if let Some(field) = form.field(&kebab) {
            self.underscore(word, field.name, span);
            return Some(field.name);
        }
        if let Some(child) = self.forms.child(form, &kebab) {
            meant.insert(child.word);
            self.found.push(ManifestProblem::NodeAsAttribute {
                word: child.word,
                of: form.word,
                line: child.example(),
                span,
            });
            return None;
        }
        if form.later.contains(&kebab.as_str()) {
            self.found.push(not_built(word, span));
            return None;
        }
        let built = form.fields().iter().map(|field| field.name);
        let hint = self.hint(word, built, form.later);
        let nearest = hint.nearest();
        self.found.push(ManifestProblem::UnknownAttribute {
            word: word.to_owned(),
            of: form.word,
            hint,
            span,
        });
        nearest
    }

    /// The problem with a node whose name is known, but not as a node here.
    fn known_elsewhere(
        &self,
        parent: &Form,
        node: &Node,
        kebab: &str,
        meant: &mut Words,
    ) -> Option<ManifestProblem> {
        let (word, span) = (node.name.as_str(), node.name.span);
        let attribute = |name: &str| ManifestProblem::AttributeAsNode {
            word: name.to_owned(),
            of: parent.word,
            line: match parent.field(name).map(|field| field.want) {
                // What stands there may be the secret.
                Some(want @ Want::Shape(Shape::Secret)) => format!("{name}={}", want.example()),
                _ => as_property(name, node),
            },
            span,
        };
        if let Some(field) = parent.field(kebab) {
            meant.insert(field.name);
            return Some(attribute(field.name));
        }
        if matches!(parent.properties, Properties::Pairs) {
            return Some(attribute(word));
        }
        if parent.later.contains(&kebab) {
            return Some(not_built(word, span));
        }
        if let Some(form) = self.forms.word(kebab) {
            return Some(ManifestProblem::Misplaced {
                word: form.word,
                within: parent.word,
                places: self.forms.parents(form.word),
                span,
            });
        }
        let later = self.forms.is_later(kebab) && self.forms.owners(kebab).is_empty();
        later.then(|| not_built(word, span))
    }

    /// What an unknown word might have been: first one of those that are built.
    pub(super) fn guess(
        &self,
        word: &str,
        built: impl Iterator<Item = &'static str>,
        later: &'static [&'static str],
    ) -> Hint {
        if self.found.is_flooded() {
            return Hint::Choices(Vec::new());
        }
        let built: Vec<&'static str> = built.collect();
        if let Some(near) = nearest(word, built.iter().copied()) {
            return Hint::Nearest(near);
        }
        if let Some(near) = nearest(word, later.iter().copied()) {
            return Hint::NearestLater(near);
        }
        Hint::Choices(built)
    }

    /// A hint for a word that may also be the attribute of another node.
    fn hint(
        &self,
        word: &str,
        built: impl Iterator<Item = &'static str>,
        later: &'static [&'static str],
    ) -> Hint {
        match (self.guess(word, built, later), self.forms.owners(word)) {
            (Hint::Choices(_), owners) if !owners.is_empty() => Hint::Owners(owners),
            (guess, _) => guess,
        }
    }

    fn underscore(&mut self, word: &str, kebab: &'static str, span: Span) {
        self.found.push(ManifestProblem::Underscore {
            word: word.to_owned(),
            kebab,
            span,
        });
    }
}

impl Hint {
    /// The built word that was probably meant.
    fn nearest(&self) -> Option<&'static str> {
        match self {
            Hint::Nearest(word) => Some(word),
            _ => None,
        }
    }
}

fn not_built(word: &str, span: Span) -> ManifestProblem {
    ManifestProblem::NotBuilt {
        word: word.to_owned(),
        instead: None,
        span,
    }
}

/// What stands in the braces, as it would be written as a property.
fn as_property(name: &str, node: &Node) -> String {
    let name = print::text(name);
    let line = match node.arguments.as_slice() {
        [argument] => format!("{name}={}", print::scalar(&argument.value)),
        _ => format!("{name}=…"),
    };
    shortened(line).unwrap_or_else(|| "NAME=VALUE".to_owned())
}
