//! The tree that every later stage works on: what KDL says, without its comments and layout.

use crate::source::Span;
use std::sync::Arc;

/// The nodes of one text, or of all texts once they are expanded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    /// The top-level nodes, as written.
    pub nodes: Vec<Node>,
}

/// One node: `name argument… property=value… { children }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What stands first.
    pub name: Word,
    /// The word in parentheses before the name.
    pub annotation: Option<Word>,
    /// Values without a name, in order.
    pub arguments: Vec<Argument>,
    /// Values with a name, in order; no name twice.
    pub properties: Vec<Property>,
    /// What stands in braces; `None` without braces.
    pub children: Option<Vec<Node>>,
    /// From the annotation or the name to the last argument or closing brace.
    pub span: Span,
    /// How it came here.
    pub origin: Origin,
}

impl Node {
    /// The children, none where there are no braces.
    pub fn children(&self) -> &[Node] {
        self.children.as_deref().unwrap_or_default()
    }

    /// The property of that name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.name.as_str() == name)
    }
}

/// A name: of a node, of a property, or in an annotation. Never holds a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it says, escapes resolved. Loops repeat it thousands of times, so it is shared.
    pub text: Arc<str>,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Word {
    /// What it says.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A value without a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The word in parentheses before the value.
    pub annotation: Option<Word>,
    /// The value.
    pub value: Scalar,
    /// Where it stands, annotation included.
    pub span: Span,
}

/// A value with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name before the `=`.
    pub name: Word,
    /// The word in parentheses before the value.
    pub annotation: Option<Word>,
    /// The value.
    pub value: Scalar,
    /// Where the value stands, annotation excluded.
    pub value_span: Span,
    /// Where the whole stands, from name to value.
    pub span: Span,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// `#null`.
    Null,
    /// `#true` or `#false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or an exponent; always finite.
    Float(f64),
    /// A string of any spelling.
    Text(String),
    /// What a cell of a table says: text, and a number or a switch where one is wanted. Only in an expanded tree.
    Cell(String),
    /// A bare `$name`; gone once the tree is expanded.
    Reference(Reference),
    /// A quoted string with `${name}` in it; gone once the tree is expanded.
    Pattern(Vec<Piece>),
}

impl Scalar {
    /// What it says, where that is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) | Scalar::Cell(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number that it is.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Scalar::Integer(number) => Some(*number),
            Scalar::Cell(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The switch that it is.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Scalar::Bool(on) => Some(*on),
            Scalar::Cell(text) => text.trim_start_matches('#').parse().ok(),
            _ => None,
        }
    }
}

/// A part of a [`Scalar::Pattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Taken as it is.
    Text(String),
    /// Replaced by what it names.
    Reference(Reference),
}

/// A mention of something that `let`, `param` or a loop defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `name`, or `row` and `column`; at least one.
    pub path: Arc<[String]>,
    /// Where it stands, `$` included.
    pub span: Span,
}

/// How a node came to where it is, besides being written in the text of its span.
///
/// A chain of links, the nearest first. Nodes of a root file have none, which costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin(Option<Arc<Link>>);

#[derive(Debug, PartialEq, Eq)]
struct Link {
    via: Via,
    before: Origin,
}

/// One step on a node's way. Templates and overlays will be further ones.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum Via {
    /// The `include` whose pattern the node's file matched.
    Include(Span),
    /// An element of a loop.
    Element {
        /// The loop.
        of: Span,
        /// The first cell of the row, or the value of the list.
        element: Span,
    },
}

impl Origin {
    /// This way, reached by one step more.
    pub fn then(&self, via: Via) -> Origin {
        Origin(Some(Arc::new(Link {
            via,
            before: self.clone(),
        })))
    }

    /// The steps, the last one first.
    pub fn steps(&self) -> impl Iterator<Item = Via> + '_ {
        std::iter::successors(self.0.as_deref(), |link| link.before.0.as_deref())
            .map(|link| link.via)
    }
}

impl Tree {
    /// Notes that the file of this tree came by the `include` at `by`, itself written in a file of origin `before`.
    pub fn included(&mut self, by: Span, before: &Origin) {
        let origin = before.then(Via::Include(by));
        let mut waiting: Vec<&mut Node> = self.nodes.iter_mut().collect();
        while let Some(node) = waiting.pop() {
            node.origin = origin.clone();
            waiting.extend(node.children.iter_mut().flatten());
        }
    }
}
