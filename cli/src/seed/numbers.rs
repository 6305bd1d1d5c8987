//! Many alike: `vm "web####" numbers="1-250"` is that many machines, each `#` a digit of its number.

use vmlogin_engine::problem::{Code, Label, Problem};
use vmlogin_engine::syntax::tree::{Node, Property, Scalar};

/// The nodes that can be many.
const NODES: &[&str] = &[
    "user",
    "group",
    "device",
    "resource-group",
    "role-assignment",
    "managed-identity",
    "vm",
    "arc-machine",
];

/// The most that one node can be.
const MOST: u32 = 100_000;

/// The nodes with each numbered one in its place as many times as it says.
pub(super) fn expanded(nodes: &[Node], problems: &mut Vec<Problem>) -> Vec<Node> {
    let mut all = Vec::new();
    for node in nodes {
        let numbers = node
            .property("numbers")
            .filter(|_| NODES.contains(&node.name.as_str()));
        let Some(written) = numbers else {
            all.push(within(node, problems));
            continue;
        };
        let mut like = within(node, problems);
        like.properties.retain(|it| it.name.as_str() != "numbers");
        match range(written) {
            Some((first, last)) => all.extend((first..=last).map(|number| numbered(&like, number))),
            None => problems.push(wrong(written)),
        }
    }
    all
}

fn within(node: &Node, problems: &mut Vec<Problem>) -> Node {
    Node {
        children: node
            .children
            .as_ref()
            .map(|children| expanded(children, problems)),
        ..node.clone()
    }
}

fn range(written: &Property) -> Option<(u32, u32)> {
    let Scalar::Text(text) = &written.value else {
        return None;
    };
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last - first < MOST).then_some((first, last))
}

fn numbered(like: &Node, number: u32) -> Node {
    let mut node = like.clone();
    for argument in &mut node.arguments {
        fill(&mut argument.value, number);
    }
    for property in &mut node.properties {
        fill(&mut property.value, number);
    }
    for child in node.children.iter_mut().flatten() {
        *child = numbered(child, number);
    }
    node
}

/// Each run of `#` becomes the number, with zeros before it.
fn fill(value: &mut Scalar, number: u32) {
    let Scalar::Text(text) = value else { return };
    if !text.contains('#') {
        return;
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('#') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('#').len();
        filled.push_str(&rest[..at]);
        filled.push_str(&format!("{number:0run$}"));
        rest = &rest[at + run..];
    }
    filled.push_str(rest);
    *text = filled;
}

fn wrong(written: &Property) -> Problem {
    Problem {
        code: Code("VML073"),
        message: "this is not a range of numbers".to_owned(),
        labels: vec![Label::new(written.value_span, "")],
        help: Some(format!(
            "write the first and the last, like `numbers=\"1-250\"`; at most {MOST} are made of one node"
        )),
    }
}
