//! What resources stand in: the head of the manifest, tenants, subscriptions, management groups.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::known::Known;
use super::spot::Spot;
use super::{MADE_UP, Placed, Placing};
use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::lower::found::Found;
use crate::manifest::lower::walk::{Checked, Given};
use crate::manifest::problem::ManifestProblem;
use crate::manifest::{ManagementGroup, Manifest, Resources, Safety, Subscription, Tenant};
use crate::source::Span;
use crate::value::{Principal, Value};

/// The ids met so far, each with the node that has it.
type Ids = BTreeMap<(&'static str, String), Span>;

impl<'p> Placing<'p> {
    pub(super) fn new(catalogue: &'p Catalogue, found: Found) -> Placing<'p> {
        let nothing = Manifest {
            estate: String::new(),
            safety: Safety::default(),
            tenants: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            management_groups: BTreeMap::new(),
            resources: Resources::new(),
            absent: Resources::new(),
        };
        Placing {
            catalogue,
            scopes: Cow::Owned(nothing),
            apart: super::apart::apart(catalogue),
            before: None,
            placed: Placed {
                found,
                ..Placed::default()
            },
            made_up: (MADE_UP.to_string(), 0),
        }
    }

    /// Places what resources stand in, and the grants there.
    pub(super) fn scopes(&mut self, root: &mut Checked<'_>) {
        let mut ids = BTreeMap::new();
        for head in of_word(&root.children, "vmlogin") {
            self.head(head);
        }
        for tenant in of_word_mut(&mut root.children, "tenant") {
            self.tenant(tenant, &mut ids);
        }
    }

    /// Places kinds at the top level, each in its subscription.
    pub(super) fn groups(&mut self, mut root: Checked<'_>) {
        let known = Known::of(&self.scopes);
        let mut told = false;
        for child in root.children.iter_mut().map(Arc::make_mut) {
            let Some(schema) = child.form.schema else {
                continue;
            };
            let spot = known.spot(child).unwrap_or_else(|| {
                let problem = known.problem(child, schema.kind);
                // Without any subscription all top-level nodes are wrong in the same way: it is said once.
                let general = matches!(problem, Some(ManifestProblem::NoSubscription { .. }));
                if let Some(problem) = problem.filter(|_| !(general && told)) {
                    told |= general;
                    self.placed.found.push(problem);
                }
                // A spot of its own, so that what is in the node is checked all the same.
                Spot::in_subscription(&self.made_up(), "")
            });
            self.thing(child, schema, &spot);
        }
    }

    fn head(&mut self, head: &Checked<'_>) {
        if let Some(estate) = text(head, "estate") {
            self.scopes.to_mut().estate = estate;
        }
        for safety in of_word(&head.children, "safety") {
            let limits = &mut self.scopes.to_mut().safety;
            limits.max_delete = number(safety, "max-delete").unwrap_or(limits.max_delete);
            limits.max_change_percent =
                number(safety, "max-change-percent").unwrap_or(limits.max_change_percent);
        }
    }

    fn tenant(&mut self, node: &mut Checked<'_>, ids: &mut Ids) {
        let (name, span) = self.name(node);
        self.take_name(node, &name, span);
        self.take_id(node, ids);
        let first_cloud = self.catalogue.clouds.first().copied().unwrap_or_default();
        self.scopes
            .to_mut()
            .tenants
            .entry(name.clone())
            .or_insert(Tenant {
                name: name.clone(),
                id: text(node, "id").unwrap_or_default(),
                cloud: text(node, "cloud").unwrap_or_else(|| first_cloud.to_owned()),
                break_glass: break_glass(node),
                span,
            });
        for subscription in of_word_mut(&mut node.children, "subscription") {
            self.subscription(subscription, &name, ids);
        }
        for group in of_word_mut(&mut node.children, "management-group") {
            self.management_group(group, &name);
        }
    }

    fn subscription(&mut self, node: &mut Checked<'_>, tenant: &str, ids: &mut Ids) {
        let (mut name, span) = self.name(node);
        if !self.take_name(node, &name, span) {
            name = self.made_up();
        } else {
            let subscription = Subscription {
                name: name.clone(),
                id: text(node, "id").unwrap_or_default(),
                tenant: tenant.to_owned(),
                span,
            };
            self.scopes
                .to_mut()
                .subscriptions
                .insert(name.clone(), subscription);
        }
        self.take_id(node, ids);
        let spot = Spot::in_subscription(&name, tenant);
        self.children(&mut node.children, &spot);
    }

    fn management_group(&mut self, node: &mut Checked<'_>, tenant: &str) {
        let (mut name, span) = self.name(node);
        if !self.take_name(node, &name, span) {
            name = self.made_up();
        }
        let address = Address::new("management-group", [name.as_str()]);
        let group = ManagementGroup {
            id: text(node, "id").unwrap_or_else(|| name.clone()),
            name,
            tenant: tenant.to_owned(),
            span,
        };
        self.scopes
            .to_mut()
            .management_groups
            .insert(address.clone(), group);
        let spot = Spot::in_management_group(address, tenant);
        self.children(&mut node.children, &spot);
    }

    /// The name of a node and its place. A node without one, which is reported, gets a name of its own.
    fn name(&mut self, node: &Checked<'_>) -> (String, Span) {
        match &node.given {
            Given::Names(names) if !names.is_empty() => names[0].clone(),
            _ => (self.made_up(), node.span),
        }
    }

    fn take_name(&mut self, node: &Checked<'_>, name: &str, span: Span) -> bool {
        let title = node.form.title;
        let address = Address::new(node.form.word, [name]);
        self.take(&address, span, false, |first| ManifestProblem::Twice {
            title,
            name: name.to_owned(),
            first,
            second: span,
        })
    }

    fn take_id(&mut self, node: &Checked<'_>, ids: &mut Ids) {
        let Some(declared) = node.values.get("id") else {
            return;
        };
        let id = declared.value.as_text().unwrap_or_default().to_owned();
        match ids.entry((node.form.word, id)) {
            Entry::Vacant(entry) => {
                entry.insert(declared.span);
            }
            Entry::Occupied(first) => self.placed.found.push(ManifestProblem::SameId {
                title: node.form.title,
                first: *first.get(),
                second: declared.span,
            }),
        }
    }
}

/// Whom a tenant names as break-glass.
fn break_glass(tenant: &Checked<'_>) -> Vec<(Principal, Span)> {
    let named = of_word(&tenant.children, "break-glass");
    named
        .filter_map(|node| match &node.given {
            Given::Principals(principals) => Some(principals.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

fn of_word<'n, 'a>(
    nodes: &'n [Arc<Checked<'a>>],
    word: &'static str,
) -> impl Iterator<Item = &'n Checked<'a>> {
    let nodes = nodes.iter().map(Arc::as_ref);
    nodes.filter(move |node| node.form.word == word)
}

fn of_word_mut<'n, 'a>(
    nodes: &'n mut [Arc<Checked<'a>>],
    word: &'static str,
) -> impl Iterator<Item = &'n mut Checked<'a>> {
    let of_word = nodes.iter_mut().filter(move |node| node.form.word == word);
    of_word.map(Arc::make_mut)
}

fn text(node: &Checked<'_>, name: &str) -> Option<String> {
    node.values.get(name)?.value.as_text().map(str::to_owned)
}

fn number(node: &Checked<'_>, name: &str) -> Option<u32> {
    match node.values.get(name)?.value {
        Value::Integer(number) => u32::try_from(number).ok(),
        _ => None,
    }
}
