//! Gives each checked node its place: the tenant and subscription that it is in, its address, what it stands in.
//!
//! A named thing has the address `kind:subscription/…/name`. What has no name of its own (a login, an identity) lies
//! beneath what it stands in: `vm:core/rg/web01/login`. A grant at a subscription or at something directly in one is
//! `grant:core/rg/admin/group:sg`; deeper down, and in a management group, it lies beneath its scope:
//! `vm:core/rg/web01/grant/user/user:kim@contoso.com`, `management-group:root/grant/admin/group:sg`. The latter begin
//! with a word of their own, so they clash with no subscription that has the same name.

mod along;
mod apart;
mod grant;
mod known;
mod refer;
mod scopes;
mod shares;
mod spot;
mod taken;

use std::borrow::Cow;
use std::sync::Arc;

use super::found::Found;
use super::walk::{Checked, Given};
use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::problem::ManifestProblem;
use crate::manifest::{Declared, Manifest, Resource, Resources, Settings};
use crate::schema::{Attribute, Naming, Schema, Shape, Written};
use crate::source::Span;
use crate::value::Value;
use along::Bearer;
use apart::Said;
use spot::Spot;
use taken::Taken;

/// The most things that one manifest may declare. Lists of names multiply: without this, a few kilobytes could ask for
/// more than fits in memory. Fifty thousand machines with an identity, a login and two grants each fit.
const MOST_THINGS: u64 = 300_000;

/// Begins names that no manifest can hold.
const MADE_UP: char = '\0';

/// Places everything. `None` where there is too much of it.
pub(super) fn place(
    root: Checked<'_>,
    catalogue: &Catalogue,
    found: &mut Found,
) -> Option<Manifest> {
    let counts = root.children.iter().map(|child| child.things());
    if counts.fold(0, u64::saturating_add) > MOST_THINGS {
        let largest = root.children.iter().max_by_key(|child| child.things());
        found.push(ManifestProblem::TooMany {
            most: MOST_THINGS,
            span: largest.map_or(root.span, |largest| largest.span),
        });
        return None;
    }
    let (mut manifest, referring) = placed(root, catalogue, found);
    refer::refer(&mut manifest, referring, catalogue, found);
    Some(manifest)
}

/// Everything in its place, references as they are written, with the addresses of all that refer to something. What only placing
/// needs is gone after it.
fn placed(
    mut root: Checked<'_>,
    catalogue: &Catalogue,
    found: &mut Found,
) -> (Manifest, Vec<Address>) {
    let mut placing = Placing::new(catalogue, std::mem::take(found));
    placing.scopes(&mut root);
    placing.groups(root);
    let Placing { scopes, placed, .. } = placing;
    *found = placed.found;
    let resources = Resources::from(placed.resources);
    let manifest = Manifest {
        absent: undeclared(placed.absent, &resources, found).into(),
        resources,
        ..scopes.into_owned()
    };
    (manifest, placed.referring)
}

/// What should be absent and is not declared. Where both are said, that is reported; what would have come along with something
/// absent, and is declared by itself, is simply declared.
fn undeclared(absent: Vec<Resource>, resources: &Resources, found: &mut Found) -> Vec<Resource> {
    let clash = |gone: &Resource| resources.get(&gone.address).map(|declared| declared.span);
    let mut kept = Vec::new();
    for gone in absent {
        match clash(&gone) {
            None => kept.push(gone),
            Some(_) if gone.along.is_some() => {}
            Some(declared) => {
                let problem = both(&gone.address, gone.span, declared);
                found.push_pair(declared, gone.span, problem);
            }
        }
    }
    kept
}

struct Placing<'p> {
    catalogue: &'p Catalogue,
    /// The manifest without any resources: what these stand in.
    scopes: Cow<'p, Manifest>,
    /// By what things of a kind stay apart.
    apart: Vec<(&'static str, &'static [&'static str])>,
    /// Where this is a share of a run of things: the addresses given out before it.
    before: Option<&'p Taken>,
    /// What comes of it.
    placed: Placed,
    /// How places begin that are made up for things whose own could not be told, and how many there are.
    made_up: (String, usize),
}

/// What has its place.
#[derive(Default)]
struct Placed {
    /// In no order.
    resources: Vec<Resource>,
    /// The same of what should not be.
    absent: Vec<Resource>,
    /// Addresses of those that refer to something.
    referring: Vec<Address>,
    taken: Taken,
    /// What no two things in one place may share, with the first that says it.
    said: Said,
    found: Found,
}

/// A node of a kind, and where it stands.
#[derive(Clone, Copy)]
struct Item<'n, 'a> {
    node: &'n Checked<'a>,
    schema: &'static Schema,
    spot: &'n Spot,
}

impl Placing<'_> {
    /// Places a node of a kind, once for each of its names, with all beneath it.
    fn thing(&mut self, node: &mut Checked<'_>, schema: &'static Schema, spot: &Spot) {
        match std::mem::take(&mut node.given) {
            Given::Names(mut names) => {
                // With several names it is as many nodes. Most have one, and are not copied.
                let last = names.pop();
                for (name, span) in names {
                    self.named(&mut node.clone(), schema, spot, &name, span);
                }
                if let Some((name, span)) = last {
                    self.named(node, schema, spot, &name, span);
                }
            }
            Given::Grant(role, principals) => {
                self.granted(Item { node, schema, spot }, &role, principals);
            }
            Given::Word(word, span) => {
                let on = schema.attribute(word);
                let given = on.map(|attribute| (attribute.name, declared(true, span)));
                self.unnamed(node, schema, spot, span, given);
                // What `absent` names in an identity is the machine's.
                self.children(&mut node.children, spot);
            }
            Given::Nothing | Given::Principals(_) | Given::Value(_) => {
                // One that says only what should not be is none itself.
                let is_word = matches!(schema.naming, Naming::Word(_));
                if !is_word || !node.values.is_empty() || node.children.is_empty() {
                    let span = node.span;
                    self.unnamed(node, schema, spot, span, None);
                }
                self.children(&mut node.children, spot);
            }
        }
    }

    /// Adds what is called by its kind alone, such as a login.
    fn unnamed(
        &mut self,
        node: &mut Checked<'_>,
        schema: &'static Schema,
        spot: &Spot,
        span: Span,
        given: Option<(&'static str, Declared)>,
    ) {
        let values = std::mem::take(&mut node.values);
        let item = Item { node, schema, spot };
        self.insert(item, spot.beneath(schema.kind), "", span, values, given);
    }

    fn named(
        &mut self,
        node: &mut Checked<'_>,
        schema: &'static Schema,
        spot: &Spot,
        name: &str,
        span: Span,
    ) {
        let address = spot.named(schema.kind, name);
        let twice = |first| ManifestProblem::Twice {
            title: schema.title,
            name: name.to_owned(),
            first,
            second: span,
        };
        if !self.take(&address, span, node.absent, twice) {
            // What is in the second is held against itself only: the clash of the two is told already.
            let name = self.made_up();
            let inner = spot.within(spot.named(schema.kind, &name), &name);
            self.children(&mut node.children, &inner);
            return;
        }
        let given = argument(schema, |_| true).map(|own| (own, declared(name, span)));
        let inner = spot.within(address.clone(), name);
        let item = Item { node, schema, spot };
        self.stays_apart(item, name);
        if node.absent {
            self.parts(item, span, &inner);
            self.came_along(&inner, schema, spot, span);
        }
        let values = std::mem::take(&mut node.values);
        let item = Item { node, schema, spot };
        let number = self.insert(item, address, name, span, values, given);
        let bearer = Bearer::new(&inner, number);
        self.children(&mut node.children, &inner);
        let along = node.children.iter_mut();
        let along = along.filter(|child| child.form.along.is_some());
        let along = along.map(Arc::make_mut);
        self.all_along(schema, along, &bearer, spot);
    }

    /// Adds the resource at an address, with what its node says of it, by its values and by its arguments. The number is that in
    /// the list of what should be.
    fn insert(
        &mut self,
        item: Item<'_, '_>,
        address: Address,
        name: &str,
        span: Span,
        mut values: Settings,
        given: impl IntoIterator<Item = (&'static str, Declared)>,
    ) -> Option<usize> {
        let Item { node, schema, spot } = item;
        values.retain(|name, _| schema.attribute(name).is_some());
        values.extend(given);
        if refers(&values, schema) {
            self.placed.referring.push(address.clone());
        }
        let resource = Resource {
            address,
            kind: schema.kind,
            name: name.to_owned(),
            parent: spot.address.clone(),
            subscription: spot.subscription.clone(),
            tenant: spot.tenant.clone(),
            along: None,
            attributes: values,
            span,
        };
        if node.absent {
            self.placed.absent.push(resource);
            return None;
        }
        self.placed.resources.push(resource);
        Some(self.placed.resources.len() - 1)
    }

    /// What goes before a thing that should be absent: its parts of kinds that are taken away by themselves.
    fn parts(&mut self, item: Item<'_, '_>, span: Span, spot: &Spot) {
        let catalogue = self.catalogue;
        let parts = catalogue
            .standing_in(item.schema.kind)
            .filter(|schema| schema.naming == Naming::Unnamed && schema.stamped);
        for schema in parts {
            let part = Item {
                schema,
                spot,
                ..item
            };
            let values = item.node.values.clone();
            self.insert(part, spot.beneath(schema.kind), "", span, values, None);
        }
    }

    /// Places all kinds in the braces of a node, which have a place of their own. Kind by kind they come almost in the order of
    /// their addresses, so that little is left to sort.
    fn children(&mut self, nodes: &mut [Arc<Checked<'_>>], spot: &Spot) {
        nodes.sort_by_key(|node| node.form.word);
        for run in nodes.chunk_by_mut(|one, next| one.form.word == next.form.word) {
            if let Some(schema) = run[0].form.schema
                && run[0].form.along.is_none()
            {
                self.run(run, schema, spot);
            }
        }
    }

    /// Takes an address; where somebody has it already, both are reported.
    fn take(
        &mut self,
        address: &Address,
        span: Span,
        absent: bool,
        clash: impl FnOnce(Span) -> ManifestProblem,
    ) -> bool {
        let taken = self.placed.taken.take(address, self.before, span, absent);
        let Err((first, first_absent)) = taken else {
            return true;
        };
        let problem = match (absent, first_absent) {
            (true, false) => both(address, span, first),
            (false, true) => both(address, first, span),
            _ => clash(first),
        };
        self.placed.found.push_pair(first, span, problem);
        false
    }

    /// A name that no manifest can hold.
    fn made_up(&mut self) -> String {
        let (stem, count) = &mut self.made_up;
        *count += 1;
        format!("{stem}{count}.")
    }
}

/// The attribute that a node's arguments give, of those that are asked for.
fn argument(schema: &Schema, asked: impl Fn(&Attribute) -> bool) -> Option<&'static str> {
    schema
        .attributes
        .iter()
        .find(|attribute| attribute.written == Written::Argument && asked(attribute))
        .map(|attribute| attribute.name)
}

/// Whether something of what is said refers to another thing.
fn refers(values: &Settings, schema: &Schema) -> bool {
    let mut attributes = values.keys().filter_map(|name| schema.attribute(name));
    attributes.any(|attribute| matches!(attribute.shape, Shape::Reference { .. }))
}

/// The problem that one address is declared and named in `absent`.
fn both(address: &Address, absent: Span, declared: Span) -> ManifestProblem {
    ManifestProblem::DeclaredAndAbsent {
        address: address.to_string(),
        declared,
        absent,
    }
}

fn declared(value: impl Into<Value>, span: Span) -> Declared {
    Declared {
        value: value.into(),
        span,
    }
}
