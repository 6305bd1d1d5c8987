//! From the tree of a lock file to pins. Strict: what is not understood could be somebody's way in.

use std::collections::BTreeMap;

use super::problem::{PinProblem, types};
use super::{FORMAT, Pin, Pins, TenantPins};
use crate::manifest::is_guid;
use crate::problem::{Problem, settle};
use crate::source::Span;
use crate::syntax::tree::{Node, Property, Scalar, Tree};
use crate::value::{Principal, PrincipalKind};

/// What was understood of a lock, and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What was understood. Not to be used where there are problems.
    pub pins: Pins,
    /// What was wrong, in order.
    pub problems: Vec<Problem>,
}

/// Reads a lock.
pub fn read(tree: &Tree) -> Reading {
    let mut found = Vec::new();
    let tenants = match tree.nodes.split_first() {
        Some((first, rest)) if is_version(first) => tenants(rest, &mut found),
        other => {
            let span = other.map(|(first, _)| first.span);
            found.push(PinProblem::NoVersion { span });
            BTreeMap::new()
        }
    };
    Reading {
        pins: Pins { tenants },
        problems: settle(found.into_iter().map(Problem::from).collect()),
    }
}

type Found = Vec<PinProblem>;

fn is_version(node: &Node) -> bool {
    node.name.as_str() == "principal-lock"
        && is_plain(node)
        && node.properties.is_empty()
        && node.children.is_none()
        && matches!(node.arguments.as_slice(), [one] if one.value == Scalar::Integer(FORMAT))
}

fn tenants(nodes: &[Node], found: &mut Found) -> BTreeMap<String, TenantPins> {
    let mut tenants = BTreeMap::new();
    let mut firsts = BTreeMap::new();
    for node in nodes {
        if node.name.as_str() != "tenant" {
            found.push(unknown(node, &["tenant"]));
            continue;
        }
        let Some((name, tenant)) = tenant(node, found) else {
            continue;
        };
        if let Some(first) = firsts.get(&name) {
            found.push(twice(&name, node.name.span, *first));
            continue;
        }
        firsts.insert(name.clone(), node.name.span);
        tenants.insert(name, tenant);
    }
    tenants
}

fn tenant(node: &Node, found: &mut Found) -> Option<(String, TenantPins)> {
    let wants = "`tenant NAME id=\"GUID\" { … }`";
    let ([name], [id]) = texts(node, ["id"], wants, found)?;
    let span = id.1;
    let id = guid("the id of a tenant", id, found)?;
    let tenant = TenantPins {
        id,
        span: Some(span),
        principals: principals(node.children(), found),
    };
    Some((name.0.to_owned(), tenant))
}

fn principals(nodes: &[Node], found: &mut Found) -> BTreeMap<Principal, Pin> {
    let mut pins = BTreeMap::new();
    let mut firsts: BTreeMap<Principal, Span> = BTreeMap::new();
    for node in nodes {
        let Some((principal, pin)) = principal(node, found) else {
            continue;
        };
        if let Some(first) = firsts.get(&principal) {
            found.push(twice(&principal.to_string(), node.span, *first));
            continue;
        }
        firsts.insert(principal.clone(), node.span);
        pins.insert(principal, pin);
    }
    pins
}

fn principal(node: &Node, found: &mut Found) -> Option<(Principal, Pin)> {
    // Identities are named after things of the cloud, which are read there.
    let kind = PrincipalKind::read(node.name.as_str());
    let Some(kind) = kind.filter(|kind| *kind != PrincipalKind::Identity) else {
        found.push(unknown(node, KINDS));
        return None;
    };
    let wants = "`KIND \"NAME\" id=\"GUID\" type=TYPE name=\"DISPLAY NAME\"`";
    if node.children.is_some() {
        found.push(misshapen(node, wants));
        return None;
    }
    let ([name], [id, of, display]) = texts(node, ["id", "type", "name"], wants, found)?;
    let (id_span, name) = (id.1, name.0.to_owned());
    let id = guid("an object id", id, found)?;
    if kind == PrincipalKind::ObjectId && name.to_lowercase() != id {
        found.push(PinProblem::OtherId { span: id_span });
        return None;
    }
    let allowed = types(kind);
    if !allowed.contains(&of.0) {
        found.push(PinProblem::OtherType {
            written: of.0.to_owned(),
            allowed,
            span: of.1,
        });
        return None;
    }
    let pin = Pin {
        object_id: id,
        principal_type: of.0.to_owned(),
        display_name: display.0.to_owned(),
    };
    Some((Principal { kind, name }, pin))
}

const KINDS: &[&str] = &["user", "group", "service-principal", "object-id"];

/// A text and its place.
type Placed<'a> = (&'a str, Span);

/// The texts of a node that has one argument and just these properties.
fn texts<'a, const N: usize>(
    node: &'a Node,
    names: [&str; N],
    wants: &'static str,
    found: &mut Found,
) -> Option<([Placed<'a>; 1], [Placed<'a>; N])> {
    let read = || {
        let [argument] = node.arguments.as_slice() else {
            return None;
        };
        let plain = is_plain(node) && node.properties.len() == N;
        let name = argument_text(argument).filter(|_| plain)?;
        let texts: Vec<Placed<'_>> = names
            .iter()
            .filter_map(|name| property_text(node.property(name)?))
            .collect();
        Some(([name], texts.try_into().ok()?))
    };
    let read = read();
    if read.is_none() {
        found.push(misshapen(node, wants));
    }
    read
}

fn is_plain(node: &Node) -> bool {
    let annotated = node.arguments.iter().any(|it| it.annotation.is_some());
    node.annotation.is_none() && !annotated
}

fn argument_text(argument: &crate::syntax::tree::Argument) -> Option<Placed<'_>> {
    match &argument.value {
        Scalar::Text(text) => Some((text, argument.span)),
        _ => None,
    }
}

fn property_text(property: &Property) -> Option<Placed<'_>> {
    match &property.value {
        Scalar::Text(text) if property.annotation.is_none() => Some((text, property.value_span)),
        _ => None,
    }
}

fn guid(what: &'static str, (text, span): Placed<'_>, found: &mut Found) -> Option<String> {
    if is_guid(text) {
        return Some(text.to_lowercase());
    }
    found.push(PinProblem::NoGuid {
        what,
        written: text.to_owned(),
        span,
    });
    None
}

fn unknown(node: &Node, allowed: &'static [&'static str]) -> PinProblem {
    PinProblem::UnknownNode {
        name: node.name.as_str().to_owned(),
        allowed,
        span: node.name.span,
    }
}

fn misshapen(node: &Node, wants: &'static str) -> PinProblem {
    PinProblem::Misshapen {
        node: node.name.as_str().to_owned(),
        wants,
        span: node.span,
    }
}

fn twice(name: &str, span: Span, first: Span) -> PinProblem {
    PinProblem::Twice {
        name: name.to_owned(),
        span,
        first,
    }
}
