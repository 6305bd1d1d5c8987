//! One node of a seed against the form that it should have: what is unknown, surplus or missing is a problem there.

use std::cell::RefCell;

use vmlogin_engine::problem::{Code, Label, Problem, nearest};
use vmlogin_engine::source::Span;
use vmlogin_engine::syntax::tree::{Node, Scalar};

/// How a node is written.
struct Shape {
    name: &'static str,
    /// The least and the most arguments.
    arguments: (usize, usize),
    properties: &'static [&'static str],
    children: &'static [&'static str],
}

const MANY: usize = usize::MAX;

/// The nodes at the top.
const TOP: &[&str] = &["tenant", "fault"];

const fn leaf(
    name: &'static str,
    arguments: (usize, usize),
    properties: &'static [&'static str],
) -> Shape {
    Shape {
        name,
        arguments,
        properties,
        children: &[],
    }
}

static SHAPES: &[Shape] = &[
    Shape {
        name: "tenant",
        arguments: (1, 1),
        properties: &["name", "domain"],
        children: &[
            "caller",
            "user",
            "group",
            "service-principal",
            "device",
            "subscription",
        ],
    },
    Shape {
        name: "caller",
        arguments: (1, 1),
        properties: &["app-id", "name"],
        children: &["deny", "no-directory-rights"],
    },
    leaf("deny", (1, MANY), &[]),
    leaf("no-directory-rights", (0, 1), &[]),
    leaf(
        "user",
        (1, 1),
        &["id", "name", "guest", "enabled", "deleted"],
    ),
    leaf("group", (1, 1), &["id"]),
    leaf("service-principal", (1, 1), &["id", "app-id"]),
    leaf("device", (1, 1), &["id", "machine", "registered"]),
    Shape {
        name: "subscription",
        arguments: (1, 1),
        properties: &["name"],
        children: &["resource-group", "role-assignment"],
    },
    leaf(
        "role-assignment",
        (1, 1),
        &[
            "role",
            "principal",
            "principal-type",
            "scope",
            "description",
            "condition",
        ],
    ),
    Shape {
        name: "resource-group",
        arguments: (1, 1),
        properties: &["location"],
        children: &["tag", "vm"],
    },
    Shape {
        name: "vm",
        arguments: (1, 1),
        properties: &["os"],
        children: &[
            "location",
            "os-name",
            "os-version",
            "computer-name",
            "power",
            "agent",
            "identity",
            "extension",
            "tag",
            "no-registration",
        ],
    },
    leaf("location", (1, 1), &[]),
    leaf("os-name", (1, 1), &[]),
    leaf("os-version", (1, 1), &[]),
    leaf("computer-name", (1, 1), &[]),
    leaf("power", (1, 1), &[]),
    leaf("agent", (1, 1), &[]),
    Shape {
        name: "identity",
        arguments: (0, MANY),
        properties: &[],
        children: &["user-assigned"],
    },
    leaf("user-assigned", (1, MANY), &[]),
    leaf(
        "extension",
        (1, 1),
        &[
            "publisher",
            "type",
            "version",
            "state",
            "exit-code",
            "message",
        ],
    ),
    leaf("tag", (2, 2), &[]),
    leaf("no-registration", (0, 1), &[]),
    leaf(
        "fault",
        (0, 0),
        &[
            "method",
            "path",
            "status",
            "times",
            "after",
            "code",
            "message",
            "retry-after",
            "async",
            "effect",
        ],
    ),
];

/// Where problems go while forms are read.
pub(crate) type Found = RefCell<Vec<Problem>>;

/// A node that has been held against its shape.
pub(crate) struct Form<'a> {
    node: &'a Node,
    found: &'a Found,
}

/// The nodes at the top that a seed knows; the others are problems.
pub(crate) fn top<'a>(nodes: &'a [Node], found: &'a Found) -> Vec<Form<'a>> {
    known(nodes, TOP, "a seed", found)
}

impl<'a> Form<'a> {
    /// Holds a node against its shape; everything that does not fit is a problem.
    fn of(node: &'a Node, shape: &Shape, found: &'a Found) -> Form<'a> {
        let form = Form { node, found };
        let name = shape.name;
        for property in &node.properties {
            let written = property.name.as_str();
            if !shape.properties.contains(&written) {
                let message = format!("unknown property `{written}` on `{name}`");
                form.report(
                    "VML071",
                    message,
                    property.name.span,
                    among(written, shape.properties),
                );
            }
        }
        if node.arguments.len() < shape.arguments.0 {
            let message = format!("`{name}` needs {} of its own", values(shape.arguments.0));
            form.report("VML072", message, node.name.span, None);
        }
        for surplus in node.arguments.iter().skip(shape.arguments.1) {
            form.report(
                "VML072",
                format!("`{name}` takes {}", values(shape.arguments.1)),
                surplus.span,
                None,
            );
        }
        form
    }

    /// The node.
    pub(crate) fn node(&self) -> &'a Node {
        self.node
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'a str {
        self.node.name.as_str()
    }

    /// Its children that a seed knows there.
    pub(crate) fn children(&self) -> Vec<Form<'a>> {
        let children = shape(self.name()).map_or(&[] as &[_], |shape| shape.children);
        known(
            self.node.children(),
            children,
            &format!("`{}`", self.name()),
            self.found,
        )
    }

    /// Its only argument as text; empty where it is missing, which is a problem already.
    pub(crate) fn argument(&self) -> String {
        self.arguments().into_iter().next().unwrap_or_default()
    }

    /// All arguments as text.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let texts = self
            .node
            .arguments
            .iter()
            .map(|argument| self.as_text(&argument.value, argument.span));
        texts.map(Option::unwrap_or_default).collect()
    }

    /// Its two arguments: `tag owner "team web"`.
    pub(crate) fn pair(&self) -> Option<(String, String)> {
        let mut texts = self.arguments().into_iter();
        texts.next().zip(texts.next())
    }

    /// Whether a node that is on by being there is on.
    pub(crate) fn switch(&self) -> bool {
        match self.node.arguments.first() {
            None => true,
            Some(argument) => self.as_flag(&argument.value, argument.span).unwrap_or(true),
        }
    }

    /// Its argument as one of some words.
    pub(crate) fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let argument = self.node.arguments.first()?;
        self.as_word(&argument.value, argument.span, words)
    }

    /// A property as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let property = self.node.property(name)?;
        self.as_text(&property.value, property.value_span)
    }

    /// A property that cannot be left out; empty where it was, which is a problem.
    pub(crate) fn needed(&self, name: &str) -> String {
        if self.node.property(name).is_none() {
            let message = format!("`{}` needs `{name}=`", self.name());
            self.report("VML072", message, self.node.name.span, None);
        }
        self.text(name).unwrap_or_default()
    }

    /// A property as a switch.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        let property = self.node.property(name)?;
        self.as_flag(&property.value, property.value_span)
    }

    /// A property as a whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        let property = self.node.property(name)?;
        match property.value {
            Scalar::Integer(number) => Some(number),
            _ => self.not("a whole number", property.value_span),
        }
    }

    /// A property as a whole number of a narrower type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        let number = self.integer(name)?;
        T::try_from(number).ok().or_else(|| {
            let span = self
                .node
                .property(name)
                .map_or(self.node.span, |property| property.value_span);
            self.not("a number in reach", span)
        })
    }

    /// A property as one of some words.
    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&'static str, T)]) -> Option<T> {
        let property = self.node.property(name)?;
        self.as_word(&property.value, property.value_span, words)
    }

    /// Reports that the whole node is not how it is written.
    pub(crate) fn wrong(&self, help: &str) {
        let message = format!("this is not how `{}` is written", self.name());
        self.report("VML072", message, self.node.span, Some(help.to_owned()));
    }

    fn as_text(&self, value: &Scalar, span: Span) -> Option<String> {
        match value {
            Scalar::Text(text) => Some(text.clone()),
            Scalar::Reference(_) | Scalar::Pattern(_) => {
                self.not("a text: a seed has no names to refer to", span)
            }
            _ => self.not("a text", span),
        }
    }

    fn as_flag(&self, value: &Scalar, span: Span) -> Option<bool> {
        match value {
            Scalar::Bool(on) => Some(*on),
            _ => self.not("`#true` or `#false`", span),
        }
    }

    fn as_word<T: Copy>(
        &self,
        value: &Scalar,
        span: Span,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.as_text(value, span)?;
        let known = words.iter().find(|(word, _)| *word == text);
        if known.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{text}` is not a value that `{}` takes here", self.name());
            self.report("VML073", message, span, among(&text, &names));
        }
        known.map(|(_, meant)| *meant)
    }

    fn not<T>(&self, wanted: &str, span: Span) -> Option<T> {
        self.report("VML073", format!("this is not {wanted}"), span, None);
        None
    }

    fn report(&self, code: &'static str, message: String, span: Span, help: Option<String>) {
        report(self.found, code, message, span, help);
    }
}

/// A GUID for something that was given none: the object's own id with its first digit changed.
pub(crate) fn derived_id(id: &str) -> String {
    let mut digits = id.chars();
    let first = digits
        .next()
        .and_then(|digit| digit.to_digit(16))
        .and_then(|digit| char::from_digit(digit ^ 8, 16));
    first.into_iter().chain(digits).collect()
}

fn known<'a>(nodes: &'a [Node], names: &[&str], place: &str, found: &'a Found) -> Vec<Form<'a>> {
    let mut forms = Vec::new();
    for node in nodes {
        let written = node.name.as_str();
        match shape(written).filter(|_| names.contains(&written)) {
            Some(shape) => forms.push(Form::of(node, shape, found)),
            None => {
                let message = format!("unknown node `{written}` in {place}");
                report(
                    found,
                    "VML070",
                    message,
                    node.name.span,
                    among(written, names),
                );
            }
        }
    }
    forms
}

fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}

fn report(found: &Found, code: &'static str, message: String, span: Span, help: Option<String>) {
    found.borrow_mut().push(Problem {
        code: Code(code),
        message,
        labels: vec![Label::new(span, "")],
        help,
    });
}

/// The nearest of some names, or all of them.
fn among(written: &str, names: &[&str]) -> Option<String> {
    match nearest(written, names.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if names.is_empty() => Some("nothing may stand here".to_owned()),
        None => Some(format!(
            "here may stand {}",
            crate::args::words::listed(names)
        )),
    }
}

fn values(count: usize) -> String {
    match count {
        0 => "no value".to_owned(),
        1 => "one value".to_owned(),
        more => format!("{more} values"),
    }
}
