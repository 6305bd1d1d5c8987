//! What resources stand in: the head of the manifest, tenants, subscriptions, management groups.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{MADE_UP, Placing};
use crate::address::Address;
use crate::kind::Catalogue;
use crate::manifest::lower::found::Found;
use crate::manifest::lower::walk::{Checked, Given};
use crate::manifest::problem::ManifestProblem;
use crate::manifest::{ManagementGroup, Manifest, Safety, Subscription, Tenant};
use crate::source::Span;
use crate::syntax::print;
use crate::value::Value;

/// The ids met so far, each with the node that has it.
type Ids = BTreeMap<(&'static str, String), Span>;

/// Where a node stands.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// What it stands in.
    pub(super) address: Address,
    /// The name of the subscription; empty in a management group.
    pub(super) subscription: String,
    /// The name of the tenant.
    pub(super) tenant: String,
    /// Names from the subscription down to what it stands in; empty in a management group.
    path: Vec<String>,
}

/// Grants in what lies deeper than this below a subscription have their address beneath it.
const SHALLOW: usize = 2;

impl Spot {
    /// The address of a named thing here.
    pub(super) fn named(&self, kind: &str, name: &str) -> Address {
        Address::new(kind, self.path.iter().map(String::as_str).chain([name]))
    }

    /// The address of the one thing of a kind here.
    pub(super) fn beneath(&self, kind: &str) -> Address {
        self.address.child(kind)
    }

    /// The address of a grant here.
    pub(super) fn grant(&self, kind: &str, role: &str, principal: &str) -> Address {
        if self.path.is_empty() || self.path.len() > SHALLOW {
            return self.address.child(kind).child(role).child(principal);
        }
        let path = self.path.iter().map(String::as_str);
        Address::new(kind, path.chain([role, principal]))
    }

    /// The spot in a named thing here.
    pub(super) fn within(&self, address: Address, name: &str) -> Spot {
        let path = self.path.iter().cloned().chain([name.to_owned()]).collect();
        Spot { address, path, ..self.clone() }
    }
}

impl<'f> Placing<'f> {
    pub(super) fn new(catalogue: &'f Catalogue, found: &'f mut Found) -> Placing<'f> {
        Placing {
            manifest: Manifest {
                estate: String::new(),
                safety: Safety::default(),
                tenants: BTreeMap::new(),
                subscriptions: BTreeMap::new(),
                management_groups: BTreeMap::new(),
                resources: BTreeMap::new(),
            },
            catalogue,
            found,
            taken: BTreeMap::new(),
            unplaced: 0,
        }
    }

    /// Places what resources stand in, and the grants there.
    pub(super) fn scopes(&mut self, root: &Checked<'_>) {
        let mut ids = BTreeMap::new();
        for head in of_word(&root.children, "vmlogin") {
            self.head(head);
        }
        for tenant in of_word(&root.children, "tenant") {
            self.tenant(tenant, &mut ids);
        }
    }

    /// Places kinds at the top level, each in its subscription.
    pub(super) fn groups(&mut self, root: &Checked<'_>) {
        let known = Known::of(&self.manifest);
        let mut told = false;
        for child in &root.children {
            let Some(schema) = child.form.schema else {
                continue;
            };
            let spot = known.spot(child).unwrap_or_else(|| {
                let problem = known.problem(child, schema.kind);
                // Without any subscription all top-level nodes are wrong in the same way: it is said once.
                let general = matches!(problem, Some(ManifestProblem::NoSubscription { .. }));
                if let Some(problem) = problem.filter(|_| !(general && told)) {
                    told |= general;
                    self.found.push(problem);
                }
                // A spot of its own, so that what is in the node is checked all the same.
                subscription_spot(&self.made_up(), "")
            });
            self.thing(child, schema, &spot);
        }
    }

    fn head(&mut self, head: &Checked<'_>) {
        if let Some(estate) = text(head, "estate") {
            self.manifest.estate = estate;
        }
        for safety in of_word(&head.children, "safety") {
            let limits = &mut self.manifest.safety;
            limits.max_delete = number(safety, "max-delete").unwrap_or(limits.max_delete);
            limits.max_change_percent =
                number(safety, "max-change-percent").unwrap_or(limits.max_change_percent);
        }
    }

    fn tenant(&mut self, node: &Checked<'_>, ids: &mut Ids) {
        let (name, span) = self.name(node);
        self.take_name(node, &name, span);
        self.take_id(node, ids);
        let first_cloud = self.catalogue.clouds.first().copied().unwrap_or_default();
        self.manifest.tenants.entry(name.clone()).or_insert(Tenant {
            name: name.clone(),
            id: text(node, "id").unwrap_or_default(),
            cloud: text(node, "cloud").unwrap_or_else(|| first_cloud.to_owned()),
            span,
        });
        for subscription in of_word(&node.children, "subscription") {
            self.subscription(subscription, &name, ids);
        }
        for group in of_word(&node.children, "management-group") {
            self.management_group(group, &name);
        }
    }

    fn subscription(
        &mut self,
        node: &Checked<'_>,
        tenant: &str,
        ids: &mut Ids,
    ) {
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
            self.manifest.subscriptions.insert(name.clone(), subscription);
        }
        self.take_id(node, ids);
        let spot = subscription_spot(&name, tenant);
        self.children(node, &spot);
    }

    fn management_group(&mut self, node: &Checked<'_>, tenant: &str) {
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
        self.manifest.management_groups.insert(address.clone(), group);
        let spot = Spot {
            address,
            subscription: String::new(),
            tenant: tenant.to_owned(),
            path: Vec::new(),
        };
        self.children(node, &spot);
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
        self.take(&address, span, |first| ManifestProblem::Twice {
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
            Entry::Occupied(first) => self.found.push(ManifestProblem::SameId {
                title: node.form.title,
                first: *first.get(),
                second: declared.span,
            }),
        }
    }
}

/// The subscriptions that a top-level node can stand in.
struct Known {
    /// Spots by name, without case.
    spots: BTreeMap<String, Spot>,
    /// Whether one has no name, so that any reference may mean it.
    nameless: bool,
}

/// How many names are offered where a reference names none of them.
const MOST_OFFERED: usize = 100;

impl Known {
    fn of(manifest: &Manifest) -> Known {
        let spots = manifest.subscriptions.values().map(|subscription| {
            let spot = subscription_spot(&subscription.name, &subscription.tenant);
            (subscription.name.to_lowercase(), spot)
        });
        Known {
            spots: spots.collect(),
            nameless: manifest.subscriptions.keys().any(|name| name.starts_with(MADE_UP)),
        }
    }

    /// The spot that a node names, or the only one.
    fn spot(&self, node: &Checked<'_>) -> Option<Spot> {
        match named(node) {
            Some(name) => self.spots.get(&name.to_lowercase()).cloned(),
            None if self.spots.len() == 1 => self.spots.values().next().cloned(),
            None => None,
        }
    }

    /// Why a node has no spot, where that is not reported already.
    fn problem(&self, node: &Checked<'_>, of: &'static str) -> Option<ManifestProblem> {
        let names = self.spots.values().map(|spot| spot.subscription.clone());
        let known: Vec<String> = names.take(MOST_OFFERED).collect();
        let declared = node.values.get("subscription");
        match (declared, known.first()) {
            _ if self.nameless => None,
            (None, _) if node.head.has("subscription") => None,
            (Some(declared), None) => Some(ManifestProblem::NoSubscription {
                of,
                span: declared.span,
            }),
            (None, None) => Some(ManifestProblem::NoSubscription { of, span: node.span }),
            (Some(declared), Some(_)) => Some(ManifestProblem::UnknownSubscription {
                name: named(node).unwrap_or_default().to_owned(),
                known,
                span: declared.span,
            }),
            (None, Some(first)) => Some(ManifestProblem::WhichSubscription {
                of,
                line: node.head.with("subscription", &print::text(first)),
                known,
                span: node.span,
            }),
        }
    }
}

fn subscription_spot(name: &str, tenant: &str) -> Spot {
    Spot {
        address: Address::new("subscription", [name]),
        subscription: name.to_owned(),
        tenant: tenant.to_owned(),
        path: vec![name.to_owned()],
    }
}

fn of_word<'n, 'a>(
    nodes: &'n [Checked<'a>],
    word: &'static str,
) -> impl Iterator<Item = &'n Checked<'a>> {
    nodes.iter().filter(move |node| node.form.word == word)
}

/// The subscription that a node names.
fn named<'n>(node: &'n Checked<'_>) -> Option<&'n str> {
    node.values.get("subscription")?.value.as_text()
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
