//! References of a manifest: which resource an attribute points at, and whether a node declares that.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::Catalogue;
use crate::manifest::{Manifest, Resource};
use crate::schema::{Attribute, Shape};
use crate::source::Span;
use crate::value::Value;

/// One resource pointing at another.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// What points.
    pub from: &'a Resource,
    /// Its attribute.
    pub attribute: &'static Attribute,
    /// The kinds that it may point at.
    pub kinds: &'static [&'static str],
    /// The id of what it points at.
    pub id: &'a str,
    /// Where the manifest says so.
    pub span: Span,
    /// What it points at, where a node declares that. What no node declares has to exist.
    pub to: Option<&'a Resource>,
}

/// All references of a manifest, by the address of what points and then in the order of its schema.
pub fn all<'a>(manifest: &'a Manifest, catalogue: &Catalogue) -> Vec<Reference<'a>> {
    let declared = declared(manifest, catalogue);
    let mut references = Vec::new();
    for resource in manifest.resources.values() {
        let Some(kind) = catalogue.kind(resource.kind) else {
            continue;
        };
        for attribute in kind.schema().attributes {
            let (Shape::Reference { kinds, .. }, Some(said)) =
                (attribute.shape, resource.attributes.get(attribute.name))
            else {
                continue;
            };
            references.extend(texts(&said.value).into_iter().map(|id| Reference {
                from: resource,
                attribute,
                kinds,
                id,
                span: said.span,
                to: declared.get(&id.to_lowercase()).copied(),
            }));
        }
    }
    references
}

/// The id by which references name a declared resource.
pub(crate) fn id_of(
    manifest: &Manifest,
    catalogue: &Catalogue,
    resource: &Resource,
) -> Option<String> {
    let around = manifest.around(resource);
    let mut names: Vec<&str> = around.map(|around| around.name.as_str()).collect();
    names.reverse();
    catalogue
        .kind(resource.kind)?
        .located(manifest, &resource.subscription, &names)
}

/// Declared resources of the kinds that anything may point at, by their id in lower case.
fn declared<'a>(manifest: &'a Manifest, catalogue: &Catalogue) -> BTreeMap<String, &'a Resource> {
    let attributes = catalogue
        .kinds
        .iter()
        .flat_map(|kind| kind.schema().attributes);
    let kinds: BTreeSet<&str> = attributes
        .filter_map(|attribute| match attribute.shape {
            Shape::Reference { kinds, .. } => Some(kinds),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    let resources = manifest.resources.values();
    resources
        .filter(|resource| kinds.contains(resource.kind))
        .filter_map(|resource| {
            let id = id_of(manifest, catalogue, resource)?;
            Some((id.to_lowercase(), resource))
        })
        .collect()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(values) => values.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}
