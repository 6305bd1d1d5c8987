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
mod spot;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::found::Found;
use super::walk::{Checked, Given};
use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::problem::ManifestProblem;
use crate::manifest::{Declared, Manifest, Resource, Settings};
use crate::schema::{Attribute, Naming, Schema, Written};
use crate::source::Span;
use crate::value::Value;
use apart::Said;
use spot::Spot;

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
    let counts = root.children.iter().map(things);
    if counts.fold(0, u64::saturating_add) > MOST_THINGS {
        let largest = root.children.iter().max_by_key(|child| things(child));
        found.push(ManifestProblem::TooMany {
            most: MOST_THINGS,
            span: largest.map_or(root.span, |largest| largest.span),
        });
        return None;
    }
    let mut manifest = placed(root, catalogue, found);
    refer::refer(&mut manifest, catalogue, found);
    Some(manifest)
}

/// Everything in its place, references as they are written. What only placing needs is gone after it.
fn placed(mut root: Checked<'_>, catalogue: &Catalogue, found: &mut Found) -> Manifest {
    let mut placing = Placing::new(catalogue, found);
    placing.scopes(&mut root);
    placing.groups(root);
    placing.manifest.resources.sort();
    placing.manifest.absent.sort();
    placing.manifest
}

/// How many things a node declares, with all beneath it.
fn things(node: &Checked<'_>) -> u64 {
    let own = match &node.given {
        Given::Names(names) => names.len() as u64,
        Given::Grant(_, principals) | Given::Principals(principals) => principals.len() as u64,
        Given::Nothing | Given::Word(..) | Given::Value(_) => 1,
    };
    let beneath = node
        .children
        .iter()
        .map(things)
        .fold(1, u64::saturating_add);
    own.saturating_mul(beneath)
}

struct Placing<'f> {
    manifest: Manifest,
    catalogue: &'f Catalogue,
    found: &'f mut Found,
    /// Every address given out, without case, with the place of its name and whether `absent` names it.
    taken: IndexMap<Address, (Span, bool)>,
    /// By what things of a kind stay apart.
    apart: Vec<(&'static str, &'static [&'static str])>,
    /// What no two things in one place may share, with the first that says it.
    said: Said,
    /// How many places were made up for things whose own could not be told.
    unplaced: usize,
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
    fn thing(&mut self, mut node: Checked<'_>, schema: &'static Schema, spot: &Spot) {
        match std::mem::take(&mut node.given) {
            Given::Names(mut names) => {
                // With several names it is as many nodes. Most have one, and are not copied.
                let last = names.pop();
                for (name, span) in names {
                    self.named(node.clone(), schema, spot, &name, span);
                }
                if let Some((name, span)) = last {
                    self.named(node, schema, spot, &name, span);
                }
            }
            Given::Grant(role, principals) => {
                let node = &node;
                self.granted(Item { node, schema, spot }, &role, principals);
            }
            Given::Word(word, span) => {
                let on = schema.attribute(word);
                let given = on.map(|attribute| (attribute.name, declared(true, span)));
                self.unnamed(&mut node, schema, spot, span, given);
                // What `absent` names in an identity is the machine's.
                self.children(node.children, spot);
            }
            Given::Nothing | Given::Principals(_) | Given::Value(_) => {
                // One that says only what should not be is none itself.
                let is_word = matches!(schema.naming, Naming::Word(_));
                if !is_word || !node.values.is_empty() || node.children.is_empty() {
                    let span = node.span;
                    self.unnamed(&mut node, schema, spot, span, None);
                }
                self.children(node.children, spot);
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
        mut node: Checked<'_>,
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
        let inner = if self.take(&address, span, node.absent, twice) {
            let given = argument(schema, |_| true).map(|own| (own, declared(name, span)));
            let inner = spot.within(address.clone(), name);
            let item = Item {
                node: &node,
                schema,
                spot,
            };
            self.stays_apart(item, name);
            if node.absent {
                self.parts(item, span, &inner);
                self.came_along(&inner, schema, spot, span);
            }
            let values = std::mem::take(&mut node.values);
            let item = Item {
                node: &node,
                schema,
                spot,
            };
            self.insert(item, address, name, span, values, given);
            inner
        } else {
            // What is in the second is held against itself only: the clash of the two is told already.
            let name = self.made_up();
            spot.within(spot.named(schema.kind, &name), &name)
        };
        let along = |child: &mut Checked<'_>| child.form.along.is_some();
        let along: Vec<_> = node.children.extract_if(.., along).collect();
        self.children(node.children, &inner);
        self.all_along(schema, along, &inner, spot);
    }

    /// Adds the resource at an address, with what its node says of it, by its values and by its arguments.
    fn insert(
        &mut self,
        item: Item<'_, '_>,
        address: Address,
        name: &str,
        span: Span,
        mut values: Settings,
        given: impl IntoIterator<Item = (&'static str, Declared)>,
    ) {
        let Item { node, schema, spot } = item;
        values.retain(|name, _| schema.attribute(name).is_some());
        values.extend(given);
        let resource = Resource {
            address: address.clone(),
            kind: schema.kind,
            name: name.to_owned(),
            parent: spot.address.clone(),
            subscription: spot.subscription.clone(),
            tenant: spot.tenant.clone(),
            along: None,
            attributes: values,
            span,
        };
        let (own, other) = match node.absent {
            true => (&mut self.manifest.absent, &self.manifest.resources),
            false => (&mut self.manifest.resources, &self.manifest.absent),
        };
        if let Some(other) = other.get(&address) {
            let problem = both(&address, node.absent, span, other.span);
            self.found.push_pair(other.span, span, problem);
        }
        own.push(resource);
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
    fn children(&mut self, mut nodes: Vec<Checked<'_>>, spot: &Spot) {
        nodes.sort_by_key(|node| node.form.word);
        for child in nodes {
            if let Some(schema) = child.form.schema
                && child.form.along.is_none()
            {
                self.thing(child, schema, spot);
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
        // Names have no case, here as in Azure.
        match self.taken.entry(address.in_lower_case()) {
            Entry::Occupied(entry) => {
                let (first, first_absent) = *entry.get();
                let problem = match first_absent == absent {
                    true => clash(first),
                    false => both(address, absent, span, first),
                };
                self.found.push_pair(first, span, problem);
                false
            }
            Entry::Vacant(entry) => {
                entry.insert((span, absent));
                true
            }
        }
    }

    /// A name that no manifest can hold.
    fn made_up(&mut self) -> String {
        self.unplaced += 1;
        format!("{MADE_UP}{}", self.unplaced)
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

/// The problem that one address is declared and named in `absent`; the second of the two may be either.
fn both(address: &Address, absent: bool, second: Span, first: Span) -> ManifestProblem {
    let (absent, declared) = match absent {
        true => (second, first),
        false => (first, second),
    };
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
