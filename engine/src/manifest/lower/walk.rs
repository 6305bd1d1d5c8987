//! The one walker: holds each node against its form, and keeps what fits.

mod absent;
mod arguments;
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
use crate::manifest::problem::ManifestProblem;
use crate::manifest::{Declared, Settings};
use crate::schema::{Attribute, Shape, TOP};
use crate::source::Span;
use crate::syntax::print;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Principal, Value};
use same::Same;

/// A node as far as it fits its form.
#[derive(Clone, Debug)]
pub(super) struct Checked<'a> {
    /// What it was held against.
    pub(super) form: &'a Form,
    /// What its arguments say.
    pub(super) given: Given,
    /// Its properties, and the settings in its braces.
    pub(super) values: Settings,
    /// The things in its braces. What is the same in many nodes, as at each element of a loop, is there but once.
    pub(super) children: Vec<Arc<Checked<'a>>>,
    /// The node's name.
    pub(super) span: Span,
    /// The node as it is written, for helps about what stands at the top.
    pub(super) head: Head,
    /// Whether `absent` names it: then it is what should not be.
    pub(super) absent: bool,
    /// How many things stand in its braces, at any depth.
    beneath: u64,
    /// Whether something in its braces has to do with what stands beside it.
    reaches_out: bool,
}

/// A node whose first line a help may repeat, without what was in its braces. Deeper down nobody asks for it, and it would keep
/// the texts of all nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Head(Option<Box<Node>>);

impl<'a> Checked<'a> {
    /// A node of which nothing is known yet.
    pub(super) fn blank(form: &'a Form) -> Checked<'a> {
        Checked {
            form,
            given: Given::Nothing,
            values: Settings::new(),
            children: Vec::new(),
            span: NOWHERE,
            head: Head::default(),
            absent: false,
            beneath: 0,
            reaches_out: false,
        }
    }

    /// How many things it declares, with all beneath it.
    pub(super) fn things(&self) -> u64 {
        let own = match &self.given {
            Given::Names(names) => names.len() as u64,
            Given::Grant(_, principals) | Given::Principals(principals) => principals.len() as u64,
            Given::Nothing | Given::Word(..) | Given::Value(_) => 1,
        };
        own.saturating_mul(self.beneath.saturating_add(1))
    }

    /// Whether it, or something in its braces, has to do with what stands beside it: it brings things along, takes them away, or is
    /// for something elsewhere.
    pub(super) fn reaches_out(&self) -> bool {
        let says = |attribute: &Attribute| match attribute.shape {
            Shape::Elsewhere => self.values.contains_key(attribute.name),
            Shape::Reference { along, .. } => {
                let said = along.and_then(|_| self.values.get(attribute.name));
                said.is_some_and(|said| said.value == Value::Bool(true))
            }
            _ => false,
        };
        let mut attributes = self.form.schema.into_iter().flat_map(|it| it.attributes);
        self.reaches_out || self.absent || self.form.along.is_some() || attributes.any(says)
    }

    /// Puts a node in its braces.
    fn hold(&mut self, child: Arc<Checked<'a>>) {
        self.beneath = self.beneath.saturating_add(child.things());
        self.reaches_out |= child.reaches_out();
        self.children.push(child);
    }

    /// Puts in its braces what stands in another's, and takes over what that says.
    fn hold_all(&mut self, other: Checked<'a>) {
        self.beneath = self.beneath.saturating_add(other.beneath);
        self.reaches_out |= other.reaches_out;
        self.values.extend(other.values);
        // What comes first is not copied.
        match self.children.is_empty() {
            true => self.children = other.children,
            false => self.children.extend(other.children),
        }
    }
}

/// What the arguments of a node say.
#[derive(Clone, Debug, Default)]
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
    /// Principals alone.
    Principals(Vec<(Principal, Span)>),
    /// The value of a setting.
    Value(Declared),
}

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

/// The place of the tree itself, which no problem points at.
const NOWHERE: Span = Span {
    source: crate::source::SourceId(0),
    start: 0,
    end: 0,
};

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

impl Head {
    /// Whether the node has a property of this name, whatever it says.
    pub(super) fn has(&self, property: &str) -> bool {
        let node = self.0.as_ref();
        node.is_some_and(|node| node.property(property).is_some())
    }

    /// The first line of the node with one more property.
    pub(super) fn with(&self, property: &str, value: &str) -> String {
        with(self.0.as_deref(), property, value)
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
