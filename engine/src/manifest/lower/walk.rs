//! The one walker: holds each node against its form, and keeps what fits.

mod arguments;
mod value;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::form::{Form, Forms, Number, Properties};
use super::found::Found;
use crate::manifest::Declared;
use crate::manifest::problem::{Hint, ManifestProblem};
use crate::problem::nearest;
use crate::schema::TOP;
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Node, Property, Tree};
use crate::value::Principal;

/// A node as far as it fits its form.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    /// What it was held against.
    pub(super) form: &'a Form,
    /// What its arguments say.
    pub(super) given: Given,
    /// Its properties, and the settings in its braces.
    pub(super) values: BTreeMap<&'static str, Declared>,
    /// The things in its braces.
    pub(super) children: Vec<Checked<'a>>,
    /// The node's name.
    pub(super) span: Span,
    /// The node without its children, as it is written; for helps. Empty at the top.
    pub(super) head: Head<'a>,
}

/// A node whose first line a help may repeat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a>(Option<&'a Node>);

/// What the arguments of a node say.
#[derive(Debug, Default)]
pub(super) enum Given {
    /// Nothing that makes it a thing of its own.
    #[default]
    Nothing,
    /// Names, each of a thing.
    Names(Vec<(String, Span)>),
    /// A fixed word.
    Word(&'static str, Span),
    /// A role and those who get it.
    Grant(Declared, Vec<(Principal, Span)>),
    /// The value of a setting.
    Value(Declared),
}

/// Holds a whole tree against the forms.
pub(super) fn walk<'a>(forms: &'a Forms, tree: &'a Tree, found: &mut Found) -> Checked<'a> {
    let mut root = Checked {
        form: &forms.root,
        given: Given::Nothing,
        values: BTreeMap::new(),
        children: Vec::new(),
        span: NOWHERE,
        head: Head(None),
    };
    Walker { forms, found }.children(&mut root, &tree.nodes, &mut BTreeSet::new());
    root
}

/// The place of the tree itself, which no problem points at.
const NOWHERE: Span = Span {
    source: crate::source::SourceId(0),
    start: 0,
    end: 0,
};

struct Walker<'a, 'f> {
    forms: &'a Forms,
    found: &'f mut Found,
}

impl<'a> Walker<'a, '_> {
    fn node(&mut self, form: &'a Form, node: &'a Node) -> Checked<'a> {
        self.no_type(node.annotation.as_ref());
        let mut checked = Checked {
            form,
            given: self.arguments(form, node),
            values: BTreeMap::new(),
            children: Vec::new(),
            span: node.name.span,
            head: Head(Some(node)),
        };
        // Names that were meant, though not in the right way: their absence is no second mistake.
        let mut meant = BTreeSet::new();
        if matches!(form.properties, Properties::Pairs) {
            checked.given = Given::Value(self.pairs(node));
        } else {
            self.properties(&mut checked, node, &mut meant);
        }
        self.children(&mut checked, node.children(), &mut meant);
        self.missing_attributes(&checked, node, &meant);
        checked
    }

    /// Holds the properties of a node against its fields.
    fn properties(
        &mut self,
        checked: &mut Checked<'a>,
        node: &'a Node,
        meant: &mut BTreeSet<&'static str>,
    ) {
        for property in &node.properties {
            let Some(name) = self.field_of(checked.form, property, meant) else {
                continue;
            };
            self.no_type(property.annotation.as_ref());
            let exact = name == property.name.as_str();
            if !exact && (node.property(name).is_some() || meant.contains(name)) {
                continue;
            }
            meant.insert(name);
            let field = checked.form.field(name);
            let value = field.and_then(|field| self.property(checked.form, field, property));
            if let Some(value) = value {
                let span = property.value_span;
                checked.values.insert(name, Declared { value, span });
            }
        }
    }

    /// The field that a property was meant to be. Where that had to be guessed, it has been reported.
    fn field_of(
        &mut self,
        form: &'a Form,
        property: &Property,
        meant: &mut BTreeSet<&'static str>,
    ) -> Option<&'static str> {
        let word = property.name.as_str();
        if let Some(field) = form.field(word) {
            return Some(field.name);
        }
        let span = property.name.span;
        let kebab = word.replace('_', "-");
        if let Some(field) = form.field(&kebab) {
            self.found.push(ManifestProblem::Underscore {
                word: word.to_owned(),
                kebab: field.name,
                span,
            });
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
            self.not_built(word, span);
            return None;
        }
        let guess = self.guess(word, form.fields().iter().map(|field| field.name), form.later);
        let nearest = guess.nearest();
        let hint = match guess {
            Hint::Choices(choices) => match self.forms.owners(word) {
                owners if owners.is_empty() => Hint::Choices(choices),
                owners => Hint::Owners(owners),
            },
            guess => guess,
        };
        self.found.push(ManifestProblem::UnknownAttribute {
            word: word.to_owned(),
            of: form.word,
            hint,
            span,
        });
        nearest
    }

    /// Holds the children of a node against the forms that stand in it; settings become values of their parent.
    fn children(
        &mut self,
        parent: &mut Checked<'a>,
        nodes: &'a [Node],
        meant: &mut BTreeSet<&'static str>,
    ) {
        let mut first: BTreeMap<&'static str, Span> = BTreeMap::new();
        for node in nodes {
            let Some(form) = self.form_of(parent.form, node, meant) else {
                continue;
            };
            let checked = self.node(form, node);
            meant.insert(form.word);
            // A wrong word is reported already; it may not have been this one at all.
            let exact = form.word == node.name.as_str();
            if exact && form.number != Number::Any {
                match first.entry(form.word) {
                    Entry::Vacant(entry) => {
                        entry.insert(node.name.span);
                    }
                    Entry::Occupied(first) => {
                        self.found.push(ManifestProblem::OnlyOne {
                            word: form.word,
                            within: parent.form.word,
                            first: *first.get(),
                            second: node.name.span,
                        });
                        continue;
                    }
                }
            }
            match (form.setting, checked.given) {
                (true, Given::Value(value)) => {
                    parent.values.insert(form.word, value);
                }
                (true, _) => {}
                (false, given) => parent.children.push(Checked { given, ..checked }),
            }
        }
        self.missing_nodes(parent, meant);
    }

    /// The form that a child was meant to have. Where that had to be guessed, it has been reported.
    fn form_of(
        &mut self,
        parent: &'a Form,
        node: &Node,
        meant: &mut BTreeSet<&'static str>,
    ) -> Option<&'a Form> {
        let forms = self.forms;
        let (word, span) = (node.name.as_str(), node.name.span);
        if let Some(form) = forms.child(parent, word) {
            return Some(form);
        }
        let kebab = word.replace('_', "-");
        if let Some(form) = forms.child(parent, &kebab) {
            self.found.push(ManifestProblem::Underscore {
                word: word.to_owned(),
                kebab: form.word,
                span,
            });
            return Some(form);
        }
        if let Some(field) = parent.field(&kebab) {
            meant.insert(field.name);
            self.found.push(ManifestProblem::AttributeAsNode {
                word: field.name.to_owned(),
                of: parent.word,
                line: as_property(field.name, node),
                span,
            });
            return None;
        }
        if matches!(parent.properties, Properties::Pairs) {
            self.found.push(ManifestProblem::AttributeAsNode {
                word: word.to_owned(),
                of: parent.word,
                line: as_property(word, node),
                span,
            });
            return None;
        }
        if parent.later.contains(&kebab.as_str()) {
            self.not_built(word, span);
            return None;
        }
        let places = forms.parents(&kebab);
        if let Some(form) = forms.word(&kebab) {
            self.found.push(ManifestProblem::Misplaced {
                word: form.word,
                within: parent.word,
                places,
                span,
            });
            return None;
        }
        if forms.is_later(&kebab) && forms.owners(&kebab).is_empty() {
            self.not_built(word, span);
            return None;
        }
        let guess = self.guess(word, forms.children(parent).map(|form| form.word), parent.later);
        let nearest = guess.nearest();
        let hint = match (guess, forms.owners(word)) {
            (Hint::Choices(choices), owners) if owners.is_empty() => Hint::Choices(choices),
            (Hint::Choices(_), owners) => Hint::Owners(owners),
            (guess, _) => guess,
        };
        self.found.push(ManifestProblem::UnknownNode {
            word: word.to_owned(),
            within: parent.word,
            hint,
            span,
        });
        nearest.and_then(|nearest| forms.child(parent, nearest))
    }

    /// What a wrong word was meant to be: first among those that are built.
    fn guess(
        &self,
        word: &str,
        built: impl Iterator<Item = &'static str>,
        later: &'static [&'static str],
    ) -> Hint {
        if self.found.is_flooded() {
            return Hint::Choices(Vec::new());
        }
        let built: Vec<&'static str> = built.collect();
        let near = nearest(word, built.iter().copied());
        match (near, nearest(word, later.iter().copied())) {
            (Some(near), _) => Hint::Nearest(near),
            (None, Some(near)) => Hint::NearestLater(near),
            (None, None) => Hint::Choices(built),
        }
    }

    fn missing_nodes(&mut self, parent: &Checked<'a>, meant: &BTreeSet<&'static str>) {
        for form in self.forms.children(parent.form) {
            if let Number::One(line) = form.number
                && !meant.contains(form.word)
            {
                self.found.push(ManifestProblem::MissingNode {
                    word: form.word,
                    within: parent.form.word,
                    line,
                    span: (parent.form.word != TOP).then_some(parent.span),
                });
            }
        }
    }

    fn missing_attributes(
        &mut self,
        checked: &Checked<'a>,
        node: &'a Node,
        meant: &BTreeSet<&'static str>,
    ) {
        let missing = checked.form.fields().iter().filter(|field| field.required);
        for field in missing.filter(|field| !meant.contains(field.name)) {
            self.found.push(ManifestProblem::MissingAttribute {
                word: field.name,
                of: checked.form.word,
                line: Head(Some(node)).with(field.name, field.want.example()),
                span: node.name.span,
            });
        }
    }

    fn not_built(&mut self, word: &str, span: Span) {
        self.found.push(ManifestProblem::NotBuilt {
            word: word.to_owned(),
            instead: None,
            span,
        });
    }
}

impl Head<'_> {
    /// Whether the node has a property of this name, whatever it says.
    pub(super) fn has(self, property: &str) -> bool {
        self.0.is_some_and(|node| node.property(property).is_some())
    }

    /// The first line of the node with one more property.
    pub(super) fn with(self, property: &str, value: &str) -> String {
        let head = self.0.map(print::head).unwrap_or_default();
        match head.chars().count() {
            length if length > MOST_HEAD => format!("{property}={value}"),
            _ => format!("{head} {property}={value}"),
        }
    }
}

/// Longer lines are not repeated in helps.
const MOST_HEAD: usize = 120;

impl Hint {
    /// The built word that was meant.
    fn nearest(&self) -> Option<&'static str> {
        match self {
            Hint::Nearest(word) => Some(word),
            _ => None,
        }
    }
}

/// What stands in the braces, as it would be written as a property.
fn as_property(name: &str, node: &Node) -> String {
    let line = match node.arguments.as_slice() {
        [argument] => format!("{}={}", print::text(name), print::scalar(&argument.value)),
        _ => format!("{}=…", print::text(name)),
    };
    match line.chars().count() {
        length if length > MOST_HEAD => "NAME=VALUE".to_owned(),
        _ => line,
    }
}
