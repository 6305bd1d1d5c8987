//! References of a manifest: which resource an attribute points at, and whether a node declares that.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::kind::Catalogue;
use crate::manifest::{Declared, Manifest, Resource};
use crate::schema::{Attribute, Schema, Shape};
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
    let pointing = Pointing::of(catalogue);
    let resources = manifest.resources.values();
    let references = resources.flat_map(|resource| of(resource, &pointing));
    let mut references: Vec<Reference<'a>> = references.collect();
    let declared = declared(manifest, catalogue, &references);
    for reference in &mut references {
        reference.to = declared.get(&reference.id.to_lowercase()).copied();
    }
    references
}

/// The references of one resource; whether a node declares what they point at is not looked at.
fn of<'a>(resource: &'a Resource, pointing: &Pointing) -> impl Iterator<Item = Reference<'a>> {
    let said = pointing.said(resource);
    said.flat_map(move |(attribute, kinds, said)| {
        texts(&said.value).into_iter().map(move |id| Reference {
            from: resource,
            attribute,
            kinds,
            id,
            span: said.span,
            to: None,
        })
    })
}

/// An attribute that refers to something, with the kinds that it may name.
type Pointer = (&'static Attribute, &'static [&'static str]);

/// The attributes of a kind that refer to something.
pub(crate) fn pointers(schema: &'static Schema) -> impl Iterator<Item = Pointer> {
    let attributes = schema.attributes.iter();
    attributes.filter_map(|attribute| match attribute.shape {
        Shape::Reference { kinds, .. } => Some((attribute, kinds)),
        _ => None,
    })
}

/// The attributes of each kind that refer to something; most kinds have none. Every resource is asked about them.
pub(crate) struct Pointing(Vec<(&'static str, Vec<Pointer>)>);

impl Pointing {
    pub(crate) fn of(catalogue: &Catalogue) -> Pointing {
        let schemas = catalogue.kinds.iter().map(|kind| kind.schema());
        let pointing = schemas.map(|schema| {
            let pointers = pointers(schema);
            (schema.kind, pointers.collect::<Vec<_>>())
        });
        Pointing(pointing.filter(|(_, all)| !all.is_empty()).collect())
    }

    /// The attributes of a resource that refer to something, with what is said of each.
    pub(crate) fn said<'r>(
        &self,
        resource: &'r Resource,
    ) -> impl Iterator<Item = (&'static Attribute, &'static [&'static str], &'r Declared)> {
        let of_kind = self.0.iter().find(|(kind, _)| *kind == resource.kind);
        let pointers = of_kind.map_or(&[][..], |(_, pointers)| pointers);
        pointers.iter().filter_map(|(attribute, kinds)| {
            Some((*attribute, *kinds, resource.attributes.get(attribute.name)?))
        })
    }
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

/// Declared resources of the kinds that these references may point at, by their id in lower case: most estates refer to few of
/// their things, and an id is long.
fn declared<'a>(
    manifest: &'a Manifest,
    catalogue: &Catalogue,
    references: &[Reference<'_>],
) -> IndexMap<String, &'a Resource> {
    let kinds: BTreeSet<&str> = references
        .iter()
        .flat_map(|reference| reference.kinds)
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
