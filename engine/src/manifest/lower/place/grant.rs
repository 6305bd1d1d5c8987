//! Grants, once for each principal: in what they stand in, or at something elsewhere that they name.

use std::borrow::Cow;

use super::spot::Spot;
use super::{Item, Placing, argument, declared};
use crate::address::Address;
use crate::manifest::Declared;
use crate::manifest::check::{self, MOST_DESCRIPTION, Misfit};
use crate::manifest::lower::walk::Checked;
use crate::manifest::problem::{ManifestProblem, Rule};
use crate::schema::{Attribute, Schema, Shape, Written};
use crate::source::Span;
use crate::value::{Principal, PrincipalKind, Value};

impl Placing<'_> {
    /// Places the grants of one node.
    pub(super) fn granted(
        &mut self,
        item: Item<'_, '_>,
        role: &Declared,
        principals: Vec<(Principal, Span)>,
    ) {
        self.notes_fit(item.node, item.schema);
        let Some((spot, stem)) = self.elsewhere(item) else {
            return;
        };
        let item = Item {
            spot: &spot,
            ..item
        };
        for (principal, span) in principals {
            self.grant(item, stem.as_ref(), role, principal, span);
        }
    }

    fn grant(
        &mut self,
        item: Item<'_, '_>,
        stem: Option<&Address>,
        role: &Declared,
        principal: Principal,
        span: Span,
    ) {
        let Item { schema, spot, node } = item;
        let word = role.value.as_text().unwrap_or_default();
        let address = match stem {
            Some(stem) => stem.below([word, &principal.to_string()]),
            None => spot.grant(schema.kind, word, &principal.to_string()),
        };
        let twice = |first| ManifestProblem::GrantTwice {
            role: word.to_owned(),
            principal: principal.clone(),
            first,
            second: span,
        };
        if !self.take(&address, span, node.absent, twice) {
            return;
        }
        let is_principal = |attribute: &Attribute| attribute.shape == Shape::Principal;
        let role =
            argument(schema, |attribute| !is_principal(attribute)).map(|name| (name, role.clone()));
        let identity = identity(schema, &principal).map(|name| {
            let named = declared(principal.name.as_str(), span);
            (name, named)
        });
        let who = Value::Principal(principal);
        let who = argument(schema, is_principal).map(|name| (name, declared(who, span)));
        let given = role.into_iter().chain(who).chain(identity);
        self.insert(item, address, "", span, node.values.clone(), given);
    }

    /// The spot of a node that may be for something elsewhere, and what its address begins with where it is. `None` where that
    /// is reported.
    fn elsewhere<'n>(&mut self, item: Item<'n, '_>) -> Option<(Cow<'n, Spot>, Option<Address>)> {
        let Item { node, schema, spot } = item;
        let attributes = schema.attributes.iter();
        let attribute = attributes
            .filter(|attribute| attribute.shape == Shape::Elsewhere)
            .find_map(|attribute| node.values.get(attribute.name));
        let Some(declared) = attribute else {
            return Some((Cow::Borrowed(spot), None));
        };
        let (written, span) = (declared.value.as_text().unwrap_or_default(), declared.span);
        let kind = self.catalogue.kind(schema.kind);
        let Some(place) = kind.and_then(|kind| kind.elsewhere(written)) else {
            let problem = ManifestProblem::BadText {
                what: "the id of a thing in a subscription".to_owned(),
                written: written.to_owned(),
                misfit: Misfit::NoId,
                rule: Rule::Elsewhere,
                span,
            };
            self.placed.found.push_pair(span, span, problem);
            return None;
        };
        let mut known = self.scopes.subscriptions.values();
        let subscription = known.find(|subscription| {
            subscription.id == place.subscription && subscription.tenant == *spot.tenant
        });
        let Some(subscription) = subscription else {
            let problem = ManifestProblem::ForeignScope {
                subscription: place.subscription,
                tenant: spot.tenant.to_string(),
                span,
            };
            self.placed.found.push_pair(span, span, problem);
            return None;
        };
        let stem = place.address(schema.kind, &subscription.name);
        let spot = spot.for_subscription(&subscription.name);
        Some((Cow::Owned(spot), Some(stem)))
    }

    /// Refuses a note that would not come back from Azure as it is: behind the stamp, both are one description there.
    fn notes_fit(&mut self, node: &Checked<'_>, schema: &Schema) {
        let stamp = "vmlogin: ".len() + self.scopes.estate.chars().count();
        let most = MOST_DESCRIPTION.saturating_sub(stamp);
        let notes = schema.attributes.iter().filter(|attribute| {
            attribute.shape == Shape::Text && attribute.written == Written::Property
        });
        for note in notes {
            let Some(declared) = node.values.get(note.name) else {
                continue;
            };
            let text = declared.value.as_text().unwrap_or_default();
            if let Err(misfit) = check::note(text) {
                let problem = ManifestProblem::BadText {
                    what: format!("the value of `{}`", note.name),
                    written: text.to_owned(),
                    misfit,
                    rule: Rule::Note,
                    span: declared.span,
                };
                self.placed
                    .found
                    .push_pair(declared.span, declared.span, problem);
                continue;
            }
            let has = text.chars().count();
            if has > most {
                let problem = ManifestProblem::TooLongForStamp {
                    word: note.name,
                    most,
                    has,
                    span: declared.span,
                };
                self.placed
                    .found
                    .push_pair(declared.span, declared.span, problem);
            }
        }
    }
}

/// The attribute that refers to the thing whose identity a grant is to.
fn identity(schema: &Schema, principal: &Principal) -> Option<&'static str> {
    let attribute = schema.attributes.iter().find(|attribute| {
        matches!(attribute.shape, Shape::Reference { .. }) && attribute.written == Written::Nowhere
    })?;
    (principal.kind == PrincipalKind::Identity).then_some(attribute.name)
}
