//! Things that come along with another: `nic` in `vm web01` describes the network interface `web01-nic`, and `public-ip=#true`
//! in that asks for the public address `web01-pip`. They stand where the thing around them stands.

use super::spot::Spot;
use super::{Placing, declared, refers};
use crate::address::Address;
use crate::manifest::lower::walk::Checked;
use crate::manifest::problem::ManifestProblem;
use crate::manifest::{Resource, Settings};
use crate::schema::{Attribute, Schema, Shape, Written};
use crate::source::Span;
use crate::value::Value;

/// The thing that brings others along.
pub(super) struct Bearer {
    /// Its address.
    address: Address,
    /// The name after which they are called.
    name: String,
    /// Where it stands in the list of what should be, if it does.
    number: Option<usize>,
}

impl Bearer {
    /// The thing around a spot.
    pub(super) fn new(inner: &Spot, number: Option<usize>) -> Bearer {
        Bearer {
            address: inner.address.clone(),
            name: inner.name().to_owned(),
            number,
        }
    }
}

impl Placing<'_> {
    /// Places what comes along with a named thing, which itself stands at `outer`.
    pub(super) fn all_along<'n, 'a: 'n>(
        &mut self,
        schema: &'static Schema,
        nodes: impl Iterator<Item = &'n mut Checked<'a>>,
        bearer: &Bearer,
        outer: &Spot,
    ) {
        self.asked_for(bearer, schema, outer);
        for child in nodes {
            if let (Some(attribute), Some(schema)) = (child.form.along, child.form.schema) {
                let values = std::mem::take(&mut child.values);
                let made = self.along(bearer, attribute, schema, outer, child.span, values);
                self.asked_for(&made, schema, outer);
            }
        }
    }

    /// Places what the properties of a thing ask for by `#true`.
    fn asked_for(&mut self, bearer: &Bearer, schema: &'static Schema, outer: &Spot) {
        for attribute in schema.attributes {
            let Some(schema) = self.first_kind(attribute) else {
                continue;
            };
            let bearing = bearer.number.map(|number| &self.placed.resources[number]);
            let asked = bearing.and_then(|resource| resource.attributes.get(attribute.name));
            let asked = asked.filter(|declared| declared.value == Value::Bool(true));
            if let Some(span) = asked.map(|declared| declared.span) {
                self.along(bearer, attribute, schema, outer, span, Settings::new());
            }
        }
    }

    /// Places one thing, and has the bearer refer to it.
    fn along(
        &mut self,
        bearer: &Bearer,
        attribute: &'static Attribute,
        schema: &'static Schema,
        outer: &Spot,
        span: Span,
        mut values: Settings,
    ) -> Bearer {
        let suffix = match attribute.shape {
            Shape::Reference { along, .. } => along.unwrap_or_default(),
            _ => "",
        };
        let name = format!("{}{suffix}", bearer.name);
        let address = outer.named(schema.kind, &name);
        values.retain(|name, _| schema.attribute(name).is_some());
        if refers(&values, schema) {
            self.placed.referring.push(address.clone());
        }
        let resource = Resource {
            address: address.clone(),
            kind: schema.kind,
            name: name.clone(),
            parent: outer.address.clone(),
            subscription: outer.subscription.clone(),
            tenant: outer.tenant.clone(),
            along: Some(bearer.address.clone()),
            attributes: values,
            span,
        };
        let twice = |first| ManifestProblem::Twice {
            title: schema.title,
            name: name.clone(),
            first,
            second: span,
        };
        let number = self.take(&address, span, false, twice).then(|| {
            self.placed.resources.push(resource);
            self.placed.resources.len() - 1
        });
        if let Some(refers) = bearer.number {
            let value = declared(name.as_str(), span);
            let refers = &mut self.placed.resources[refers];
            refers.attributes.insert(attribute.name, value);
            self.placed.referring.push(bearer.address.clone());
        }
        Bearer {
            address,
            name: bearer.name.clone(),
            number,
        }
    }

    /// Names in `absent` too what came along with a thing that should be absent, by the name that vmlogin gives it. Whether it is
    /// declared by itself is looked at in the end; whether it is there, and who made it, the plan sees.
    pub(super) fn came_along(
        &mut self,
        inner: &Spot,
        schema: &'static Schema,
        outer: &Spot,
        span: Span,
    ) {
        let mut bearer = Bearer::new(inner, None);
        let mut schema = schema;
        while let Some((next, suffix)) = self.brought_along(schema) {
            let name = format!("{}{suffix}", bearer.name);
            let address = outer.named(next.kind, &name);
            let resource = Resource {
                address: address.clone(),
                kind: next.kind,
                name,
                parent: outer.address.clone(),
                subscription: outer.subscription.clone(),
                tenant: outer.tenant.clone(),
                along: Some(bearer.address.clone()),
                attributes: Settings::new(),
                span,
            };
            self.placed.absent.push(resource);
            bearer.address = address;
            schema = next;
        }
    }

    /// What comes along with things of a kind, and how its name ends.
    fn brought_along(&self, schema: &Schema) -> Option<(&'static Schema, &'static str)> {
        schema
            .attributes
            .iter()
            .find_map(|attribute| match attribute.shape {
                Shape::Reference {
                    kinds,
                    along: Some(suffix),
                } => Some((self.catalogue.kind(kinds.first()?)?.schema(), suffix)),
                _ => None,
            })
    }

    /// The schema of what an attribute brings along when it is asked for.
    fn first_kind(&self, attribute: &Attribute) -> Option<&'static Schema> {
        match attribute.shape {
            Shape::Reference {
                kinds,
                along: Some(_),
            } if attribute.written != Written::Node => {
                Some(self.catalogue.kind(kinds.first()?)?.schema())
            }
            _ => None,
        }
    }
}
