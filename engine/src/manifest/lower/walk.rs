//! The one walker: holds each node against its form, and keeps what fits.

mod absent;
mod arguments;
mod checked;
mod grant;
mod meant;
mod principal;
mod same;
mod secret;
mod shares;
mod tags;
mod unquoted;
mod value;

use std::borrow::Cow;
use std::sync::Arc;

use super::form::{ABSENT, Arguments, Form, Forms, Number, Properties};
use super::found::Found;
use crate::language::{Loops, STANDS_IN, is_loop};
use crate::manifest::Declared;
use crate::manifest::problem::ManifestProblem;
use crate::schema::TOP;
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Node, Tree};
pub(super) use checked::{Checked, Given};

use checked::Head;
use same::Same;

/// Holds a whole tree against the forms, and uses it up: of each node only what was understood is left.
pub(super) fn walk<'a>(
    forms: &'a Forms,
    tree: Tree,
    loops: Option<&mut Loops>,
    found: &mut Found,
) -> Checked<'a> {
    let mut root = Checked::blank(&forms.root);
    let mut walker = Walker {
        forms,
        loops,
        same: Same::default(),
        found,
    };
    walker.children(&mut root, Cow::Owned(tree.nodes), &mut Words::default());
    root
}

/// The children of a node: out of one that is used up, else as they stand in it.
fn taken<'n>(node: &mut Cow<'n, Node>) -> Cow<'n, [Node]> {
    match node {
        Cow::Owned(node) => Cow::Owned(node.children.take().unwrap_or_default()),
        Cow::Borrowed(node) => Cow::Borrowed(node.children()),
    }
}

/// The first node of each word of which only one may stand somewhere.
type First = Vec<(&'static str, Span)>;

struct Walker<'a, 'f> {
    forms: &'a Forms,
    /// What goes through the loops of the tree, where it has some.
    loops: Option<&'f mut Loops>,
    /// What is the same at every element of the loop that is gone through.
    same: Same<'a>,
    found: &'f mut Found,
}

impl<'a> Walker<'a, '_> {
    /// Holds a node against its form. One that is used up is left without its children.
    fn node(&mut self, form: &'a Form, node: &mut Cow<'_, Node>) -> Checked<'a> {
        self.no_type(node.annotation.as_ref());
        let mut checked = Checked {
            given: self.arguments(form, node),
            span: node.name.span,
            ..Checked::blank(form)
        };
        // Names that were meant, though not in the right way: their absence is no second mistake.
        let mut meant = Words::default();
        if matches!(form.properties, Properties::Pairs) {
            checked.given = Given::Value(self.pairs(node));
        } else {
            self.properties(&mut checked, node, &mut meant);
        }
        let children = taken(node);
        let is_empty = children.is_empty();
        self.children(&mut checked, children, &mut meant);
        self.missing_attributes(&checked, node, &meant);
        if is_empty {
            self.says_nothing(form, node);
        }
        checked
    }

    /// Holds the properties of a node against its fields.
    fn properties(&mut self, checked: &mut Checked<'a>, node: &Node, meant: &mut Words) {
        checked.values.reserve(node.properties.len());
        for property in &node.properties {
            let Some(name) = self.field_of(checked.form, property, meant) else {
                continue;
            };
            let exact = name == property.name.as_str();
            if !exact && (node.property(name).is_some() || meant.contains(name)) {
                continue;
            }
            meant.insert(name);
            let Some(field) = checked.form.field(name) else {
                continue;
            };
            if let Some(value) = self.property(checked.form, field, property) {
                let span = property.value_span;
                checked.values.insert(field.gives, Declared { value, span });
            }
        }
    }

    /// Holds the children of a node against the forms that stand in it; settings become values of their parent.
    fn children(&mut self, parent: &mut Checked<'a>, nodes: Cow<'_, [Node]>, meant: &mut Words) {
        let mut first = Vec::new();
        match nodes {
            Cow::Owned(nodes) => {
                for node in nodes {
                    self.child_or_loop(parent, Cow::Owned(node), meant, &mut first);
                }
            }
            Cow::Borrowed(nodes) => {
                for node in nodes {
                    self.child_or_loop(parent, Cow::Borrowed(node), meant, &mut first);
                }
            }
        }
        self.missing_nodes(parent, meant);
    }

    /// Holds one child against its form, or all that it makes where it is a loop.
    fn child_or_loop(
        &mut self,
        parent: &mut Checked<'a>,
        node: Cow<'_, Node>,
        meant: &mut Words,
        first: &mut First,
    ) {
        let loops = self
            .loops
            .take_if(|_| is_loop(&node) && parent.form.word == STANDS_IN);
        let Some(loops) = loops else {
            return self.child(parent, node, meant, first);
        };
        self.go_through(loops, &node, parent, meant, first);
        self.loops = Some(loops);
    }

    /// Holds one child against its form. Of some words, of which `first` knows the places, only one may stand there.
    fn child(
        &mut self,
        parent: &mut Checked<'a>,
        mut node: Cow<'_, Node>,
        meant: &mut Words,
        first: &mut First,
    ) {
        let Some((form, mut checked)) = self.checked(parent.form, &mut node, meant) else {
            return;
        };
        meant.insert(form.word);
        // A wrong word is reported already; it may not have been this one at all.
        let exact = form.word == node.name.as_str();
        if exact && form.number != Number::Any {
            match first.iter().find(|(word, _)| *word == form.word) {
                None => first.push((form.word, node.name.span)),
                Some((_, first)) => {
                    self.found.push(ManifestProblem::OnlyOne {
                        word: form.word,
                        within: parent.form.word,
                        first: *first,
                        second: node.name.span,
                    });
                    return;
                }
            }
        }
        if !form.setting {
            if parent.form.word == TOP {
                Arc::make_mut(&mut checked).head = Head(Some(Box::new(node.into_owned())));
            }
            parent.hold(checked);
            return;
        }
        let checked = Arc::unwrap_or_clone(checked);
        parent.values.extend(checked.values);
        if let Given::Value(value) = checked.given {
            parent.values.insert(form.word, value);
        }
    }

    /// A child as far as it fits its form, and that: for what `absent` names it is another than that of the node.
    fn checked(
        &mut self,
        parent: &'a Form,
        node: &mut Cow<'_, Node>,
        meant: &mut Words,
    ) -> Option<(&'a Form, Arc<Checked<'a>>)> {
        if let Some(known) = self.same.known(node) {
            return Some(known);
        }
        let Some(form) = self.form_of(parent, node, meant) else {
            if let Some(loops) = &mut self.loops {
                loops.pass_through(node);
            }
            return None;
        };
        let checked = match form.arguments {
            Arguments::Absent => self.absent(parent, form, node)?,
            _ => self.node(form, node),
        };
        let checked = Arc::new(checked);
        self.same.learn(node, form, &checked);
        Some((form, checked))
    }

    fn missing_nodes(&mut self, parent: &Checked<'a>, meant: &Words) {
        for (word, line) in self.forms.needed(parent.form) {
            if !meant.contains(word) {
                self.found.push(ManifestProblem::MissingNode {
                    word,
                    within: parent.form.word,
                    line,
                    span: (parent.form.word != TOP).then_some(parent.span),
                });
            }
        }
    }

    /// Refuses a node of no kind that takes only properties and has none, nor children.
    fn says_nothing(&mut self, form: &Form, node: &Node) {
        let only_properties = form.schema.is_none()
            && matches!(form.arguments, Arguments::Nothing)
            && !form.fields().is_empty();
        let bare = node.properties.is_empty() && node.arguments.is_empty();
        if only_properties && bare {
            self.lacks(form, node, "what it sets");
        }
    }

    fn missing_attributes(&mut self, checked: &Checked<'a>, node: &Node, meant: &Words) {
        let missing = checked.form.fields().iter().filter(|field| field.required);
        for field in missing.filter(|field| !meant.contains(field.name)) {
            self.found.push(ManifestProblem::MissingAttribute {
                word: field.name,
                of: checked.form.word,
                line: with(Some(node), field.name, field.want.example()),
                span: node.name.span,
            });
        }
    }
}

/// Words of forms, each once. There are never many: most nodes need no room for them but their own.
#[derive(Clone, Debug, Default)]
struct Words {
    few: [&'static str; 6],
    more: Vec<&'static str>,
}

impl Words {
    fn insert(&mut self, word: &'static str) {
        if self.contains(word) {
            return;
        }
        match self.few.iter_mut().find(|room| room.is_empty()) {
            Some(room) => *room = word,
            None => self.more.push(word),
        }
    }

    fn contains(&self, word: &str) -> bool {
        self.few.contains(&word) || self.more.contains(&word)
    }

    /// Takes in those of others.
    fn extend(&mut self, others: &Words) {
        let few = others.few.iter().filter(|word| !word.is_empty());
        for word in few.chain(&others.more) {
            self.insert(word);
        }
    }
}

/// The first line of a node with one more property.
fn with(node: Option<&Node>, property: &str, value: &str) -> String {
    let head = node.map(print::head).unwrap_or_default();
    shortened(format!("{head} {property}={value}")).unwrap_or_else(|| format!("{property}={value}"))
}

/// Longer lines are not repeated in helps.
const MOST_LINE: usize = 160;

/// The line, where it is short enough to be repeated.
fn shortened(line: String) -> Option<String> {
    (line.chars().count() <= MOST_LINE).then_some(line)
}
