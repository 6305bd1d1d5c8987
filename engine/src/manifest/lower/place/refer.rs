//! References: makes an id of every name that an attribute uses for another thing.
//!
//! Names refer outwards. `servers` is what the node's own group has of that name, `vnet-web/servers` says in what it lies, and
//! `rg-hub/vnet-hub/servers` begins with a group: one of the same subscription, or else the only one of that name in the tenant.
//! What no node declares must exist in the cloud, which is looked at when a plan is made.

mod index;

use std::collections::BTreeMap;

use crate::address::Address;
use crate::kind::{Catalogue, Kind};
use crate::manifest::check;
use crate::manifest::lower::found::Found;
use crate::manifest::problem::{ManifestProblem, Rule};
use crate::manifest::{Manifest, Resource};
use crate::reference::Pointing;
use crate::schema::TOP;
use crate::source::Span;
use crate::value::Value;
use index::Index;

/// Replaces every reference by an id; what names nothing is reported.
pub(super) fn refer(
    manifest: &mut Manifest,
    mut referring: Vec<Address>,
    catalogue: &Catalogue,
    found: &mut Found,
) {
    if referring.is_empty() {
        return;
    }
    // In one order, whatever that of the nodes: of mistakes in one place the first is told.
    referring.sort();
    referring.dedup();
    let pointing = Pointing::of(catalogue);
    let mut ids = Vec::new();
    let index = Index::of(manifest);
    let ids_of = Referring {
        manifest,
        catalogue,
        index: &index,
    };
    let (declared, absent) = (&manifest.resources, &manifest.absent);
    let find = |address: &Address| declared.get(address).or_else(|| absent.get(address));
    for resource in referring.iter().filter_map(find) {
        // What stands in no known subscription is reported already.
        if !manifest.subscriptions.contains_key(&*resource.subscription) {
            continue;
        }
        for (attribute, kinds, declared) in pointing.said(resource) {
            let named = Named {
                resource,
                kinds,
                span: declared.span,
            };
            match ids_of.value(&named, &declared.value) {
                Ok(value) => ids.push((resource.address.clone(), attribute.name, value)),
                Err(problem) => found.push_pair(declared.span, declared.span, *problem),
            }
        }
    }
    for (address, name, value) in ids {
        let resource = match manifest.resources.get_mut(&address) {
            Some(resource) => Some(resource),
            None => manifest.absent.get_mut(&address),
        };
        if let Some(resource) = resource
            && let Some(declared) = resource.attributes.get_mut(name)
        {
            declared.value = value;
        }
    }
    refuse_the_absent(manifest, catalogue, found);
}

/// Reports what is declared and points at something that `absent` takes away, or at something in that.
fn refuse_the_absent(manifest: &Manifest, catalogue: &Catalogue, found: &mut Found) {
    if manifest.absent.is_empty() {
        return;
    }
    let whole = manifest.with_absent();
    let absent: BTreeMap<String, &Resource> = manifest
        .absent
        .values()
        .filter_map(|gone| {
            let id = crate::reference::id_of(&whole, catalogue, gone)?;
            Some((id.to_lowercase(), gone))
        })
        .collect();
    for reference in crate::reference::all(manifest, catalogue) {
        let id = reference.id.to_lowercase();
        let around = id.match_indices('/').map(|(end, _)| &id[..end]);
        if let Some(gone) = around.chain([id.as_str()]).find_map(|id| absent.get(id)) {
            let problem = ManifestProblem::AbsentReferred {
                address: gone.address.to_string(),
                from: reference.from.address.to_string(),
                referring: reference.span,
                absent: gone.span,
            };
            found.push_pair(gone.span, reference.span, problem);
        }
    }
}

/// One reference.
struct Named<'a> {
    resource: &'a Resource,
    kinds: &'static [&'static str],
    span: Span,
}

struct Referring<'a> {
    manifest: &'a Manifest,
    catalogue: &'a Catalogue,
    index: &'a Index<'a>,
}

impl Referring<'_> {
    fn value(&self, named: &Named<'_>, value: &Value) -> Result<Value, Box<ManifestProblem>> {
        match value {
            Value::Text(text) => self.id(named, text).map(Value::Text),
            Value::List(values) => {
                let values = values.iter().map(|value| self.value(named, value));
                values.collect::<Result<_, _>>().map(Value::List)
            }
            other => Ok(other.clone()),
        }
    }

    fn id(&self, named: &Named<'_>, text: &str) -> Result<String, Box<ManifestProblem>> {
        let kinds = named.kinds.iter();
        let kinds: Vec<&dyn Kind> = kinds.filter_map(|name| self.catalogue.kind(name)).collect();
        let Some(first) = kinds.first().copied() else {
            return Ok(text.to_owned());
        };
        if text.starts_with('/') {
            return match kinds.iter().any(|kind| kind.is_id(text)) {
                true => Ok(text.to_owned()),
                false => Err(self.no_reference(named, first, text)),
            };
        }
        if let Some(along) = self.index.along(named.resource, named.kinds, text) {
            return self.id_of(named, first, along, text);
        }
        let parts: Vec<&str> = text.split('/').collect();
        let depth = self.depth(first);
        if parts.len() > depth + 1 || parts.iter().any(|part| part.is_empty()) {
            return Err(self.no_reference(named, first, text));
        }
        let (subscription, group, parts) = match parts.split_first() {
            Some((group, rest)) if parts.len() == depth + 1 => {
                let subscription = self.subscription_of(named, group, text)?;
                (subscription, *group, rest.to_vec())
            }
            // What stands in no group says in which it means.
            _ if self.group(named.resource).is_empty() => {
                return Err(self.no_reference(named, first, text));
            }
            _ => (
                &*named.resource.subscription,
                self.group(named.resource),
                parts,
            ),
        };
        let declared = self
            .index
            .declared(subscription, group, named.kinds, &parts);
        match declared[..] {
            [one] => self.id_of(named, first, one, text),
            [one, other, ..] => Err(Box::new(ManifestProblem::AmbiguousReference {
                title: first.schema().title,
                written: text.to_owned(),
                paths: declared.iter().map(|one| self.path(one)).collect(),
                span: named.span,
                first: one.span,
                second: other.span,
            })),
            [] => self.undeclared(named, first, (subscription, group), &parts, text),
        }
    }

    /// The id of something that no node declares. What it lies in has to be told, or to be the only thing it could be.
    fn undeclared(
        &self,
        named: &Named<'_>,
        kind: &dyn Kind,
        (subscription, group): (&str, &str),
        parts: &[&str],
        text: &str,
    ) -> Result<String, Box<ManifestProblem>> {
        let missing = self.depth(kind) - parts.len();
        let around: Option<Vec<&str>> = match missing {
            0 => Some(Vec::new()),
            1 => {
                let outer = kind.schema().stands_in;
                let parents = self.index.in_group(subscription, group, outer);
                match parents[..] {
                    [parent] => Some(vec![parent.name.as_str()]),
                    _ => None,
                }
            }
            _ => None,
        };
        let Some(around) = around else {
            return Err(Box::new(ManifestProblem::UnknownReference {
                title: kind.schema().title,
                written: text.to_owned(),
                known: self.known(named),
                form: self.form(kind),
                span: named.span,
            }));
        };
        let own = parts.last().copied().unwrap_or_default();
        if let Err(misfit) = check::name(kind.names(), own) {
            return Err(Box::new(ManifestProblem::BadText {
                what: format!("the name of a {}", kind.schema().title),
                written: own.to_owned(),
                misfit,
                rule: Rule::Name(*kind.names()),
                span: named.span,
            }));
        }
        let names: Vec<&str> = std::iter::once(group)
            .chain(around)
            .chain(parts.iter().copied())
            .collect();
        kind.located(self.manifest, subscription, &names)
            .ok_or_else(|| self.no_reference(named, kind, text))
    }

    fn id_of(
        &self,
        named: &Named<'_>,
        first: &dyn Kind,
        resource: &Resource,
        text: &str,
    ) -> Result<String, Box<ManifestProblem>> {
        crate::reference::id_of(self.manifest, self.catalogue, resource)
            .ok_or_else(|| self.no_reference(named, first, text))
    }

    /// The subscription of a group: the reference's own where it has the group or nobody has, else the only one that has it.
    fn subscription_of(
        &self,
        named: &Named<'_>,
        group: &str,
        text: &str,
    ) -> Result<&str, Box<ManifestProblem>> {
        let resource = named.resource;
        let own = self
            .manifest
            .subscriptions
            .get_key_value(&*resource.subscription);
        let own = own.map_or("", |(name, _)| name.as_str());
        let groups = self.index.groups(&resource.tenant, group);
        if groups.iter().any(|one| &*one.subscription == own) {
            return Ok(own);
        }
        match groups[..] {
            [] => Ok(own),
            [one] => Ok(&one.subscription),
            [one, other, ..] => Err(Box::new(ManifestProblem::AmbiguousReference {
                title: "resource group",
                written: text.to_owned(),
                paths: groups
                    .iter()
                    .map(|group| group.address.to_string())
                    .collect(),
                span: named.span,
                first: one.span,
                second: other.span,
            })),
        }
    }

    /// The name of the outermost resource around one.
    fn group<'r>(&'r self, resource: &'r Resource) -> &'r str {
        let outermost = self.manifest.around(resource).last();
        outermost.map_or("", |group| group.name.as_str())
    }

    /// How a reference would name a declared thing from another group.
    fn path(&self, resource: &Resource) -> String {
        let around = self.manifest.around(resource);
        let mut names: Vec<&str> = around.map(|around| around.name.as_str()).collect();
        names.reverse();
        names.join("/")
    }

    /// How references name all declared things that this one could have meant: by name in its own group, by path elsewhere.
    fn known(&self, named: &Named<'_>) -> Vec<String> {
        let resource = named.resource;
        let group = self.group(resource);
        let own = self
            .index
            .in_group(&resource.subscription, group, named.kinds);
        let all = self.index.in_tenant(&resource.tenant, named.kinds);
        let own = own.into_iter().map(|one| one.name.clone());
        own.chain(all.into_iter().map(|one| self.path(one)))
            .collect()
    }

    fn no_reference(&self, named: &Named<'_>, kind: &dyn Kind, text: &str) -> Box<ManifestProblem> {
        Box::new(ManifestProblem::NoReference {
            title: kind.schema().title,
            written: text.to_owned(),
            form: self.form(kind),
            span: named.span,
        })
    }

    /// How a thing of a kind is named from anywhere: `RESOURCE-GROUP/VIRTUAL-NETWORK/SUBNET`.
    fn form(&self, kind: &dyn Kind) -> String {
        let mut words: Vec<String> = self
            .chain(kind)
            .iter()
            .map(|schema| schema.kind.to_uppercase())
            .collect();
        words.reverse();
        words.join("/")
    }

    /// How many names lie between a group and a thing of this kind, its own included.
    fn depth(&self, kind: &dyn Kind) -> usize {
        self.chain(kind).len() - 1
    }

    /// The schema of a kind and of those that it stands in, up to one of the top level.
    fn chain(&self, kind: &dyn Kind) -> Vec<&'static crate::schema::Schema> {
        let around = |schema: &&'static crate::schema::Schema| {
            let outer = schema.stands_in.iter().find(|word| **word != TOP)?;
            Some(self.catalogue.kind(outer)?.schema())
        };
        std::iter::successors(Some(kind.schema()), around).collect()
    }
}
