//! What is left of a node that was held against its form.

use std::sync::Arc;

use super::with;
use crate::manifest::lower::form::Form;
use crate::manifest::{Declared, Settings};
use crate::schema::{Attribute, Shape};
use crate::source::Span;
use crate::syntax::tree::Node;
use crate::value::{Principal, Value};

/// A node as far as it fits its form.
#[derive(Clone, Debug)]
pub(in crate::manifest::lower) struct Checked<'a> {
    /// What it was held against.
    pub(in crate::manifest::lower) form: &'a Form,
    /// What its arguments say.
    pub(in crate::manifest::lower) given: Given,
    /// Its properties, and the settings in its braces.
    pub(in crate::manifest::lower) values: Settings,
    /// The things in its braces. What is the same in many nodes, as at each element of a loop, is there but once.
    pub(in crate::manifest::lower) children: Vec<Arc<Checked<'a>>>,
    /// The node's name.
    pub(in crate::manifest::lower) span: Span,
    /// The node as it is written, for helps about what stands at the top.
    pub(in crate::manifest::lower) head: Head,
    /// Whether `absent` names it: then it is what should not be.
    pub(in crate::manifest::lower) absent: bool,
    /// How many things stand in its braces, at any depth.
    pub(super) beneath: u64,
    /// Whether something in its braces has to do with what stands beside it.
    pub(super) reaches_out: bool,
}

/// A node whose first line a help may repeat, without what was in its braces. Deeper down nobody asks for it, and it would keep
/// the texts of all nodes.
#[derive(Clone, Debug, Default)]
pub(in crate::manifest::lower) struct Head(pub(super) Option<Box<Node>>);

impl<'a> Checked<'a> {
    /// A node of which nothing is known yet.
    pub(in crate::manifest::lower) fn blank(form: &'a Form) -> Checked<'a> {
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
    pub(in crate::manifest::lower) fn things(&self) -> u64 {
        let own = match &self.given {
            Given::Names(names) => names.len() as u64,
            Given::Grant(_, principals) | Given::Principals(principals) => principals.len() as u64,
            Given::Nothing | Given::Word(..) | Given::Value(_) => 1,
        };
        own.saturating_mul(self.beneath.saturating_add(1))
    }

    /// Whether it, or something in its braces, has to do with what stands beside it: it brings things along, takes them away, or is
    /// for something elsewhere.
    pub(in crate::manifest::lower) fn reaches_out(&self) -> bool {
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
    pub(super) fn hold(&mut self, child: Arc<Checked<'a>>) {
        self.beneath = self.beneath.saturating_add(child.things());
        self.reaches_out |= child.reaches_out();
        self.children.push(child);
    }

    /// Puts in its braces what stands in another's, and takes over what that says.
    pub(super) fn hold_all(&mut self, other: Checked<'a>) {
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
pub(in crate::manifest::lower) enum Given {
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

impl Head {
    /// Whether the node has a property of this name, whatever it says.
    pub(in crate::manifest::lower) fn has(&self, property: &str) -> bool {
        let node = self.0.as_ref();
        node.is_some_and(|node| node.property(property).is_some())
    }

    /// The first line of the node with one more property.
    pub(in crate::manifest::lower) fn with(&self, property: &str, value: &str) -> String {
        with(self.0.as_deref(), property, value)
    }
}

/// The place of the tree itself, which no problem points at.
const NOWHERE: Span = Span {
    source: crate::source::SourceId(0),
    start: 0,
    end: 0,
};
