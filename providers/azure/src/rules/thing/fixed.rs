//! VML221: an attribute that can never change differs, so the declared and the live thing are not the same thing.

use vmlogin_engine::diff::same::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::{Declared, Resource};
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::schema::{Attribute, Class, Existence, Written};
use vmlogin_engine::value::Value;

use crate::kinds::catalogue;

pub(in crate::rules) struct Fixed;

/// The rule's id: what is made anew differs in just this.
pub const SETTLED: &str = "VML221";

static CARD: Card = Card {
    id: SETTLED,
    title: "an attribute that never changes is not as declared",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "Some attributes are settled when a thing is made: the region of a group or a machine, the operating system of a \
        machine. Where the manifest says one thing and Azure another, the two are not the same thing, and going on would set up \
        sign-in on a machine that was not meant. vmlogin never replaces a thing unasked.\n\n\
        Correct the manifest, or leave the attribute out: what is not declared is not compared.",
    source: "DESIGN.md, Attributes; Azure Resource Manager refuses to change `location` (common contract, resource properties)",
    checked: "2026-11-21",
};

impl Rule for Fixed {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let all = scene.manifest.resources.values();
        all.flat_map(|resource| opinions(scene, resource)).collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some(
            "the declared and the live thing are not the same one, and the plan would change one that was not meant",
        )
    }
}

fn opinions(scene: &Scene<'_>, resource: &Resource) -> Vec<Finding> {
    let Some(kind) = catalogue().kind(resource.kind) else {
        return Vec::new();
    };
    let Some(live) = scene.live_of(kind, resource) else {
        return Vec::new();
    };
    let is_made = match kind.schema().existence {
        Existence::Made => true,
        Existence::MadeBy(attribute) => resource.get(attribute).is_some(),
        Existence::Expected => false,
    };
    let ours = live.stamp.as_deref() == Some(scene.manifest.estate.as_str());
    let can_be_made_anew = is_made && ours && kind.never_replaced().is_none();
    let attributes = kind.schema().attributes.iter();
    attributes
        .filter(|attribute| attribute.class == Class::Fixed)
        .filter_map(|attribute| {
            opinion(
                resource,
                live,
                attribute,
                resource.attributes.get(attribute.name)?,
                can_be_made_anew,
            )
        })
        .collect()
}

fn opinion(
    resource: &Resource,
    live: &Live,
    attribute: &Attribute,
    declared: &Declared,
    can_be_made_anew: bool,
) -> Option<Finding> {
    let (address, name, span) = (resource.address.clone(), attribute.name, declared.span);
    let found = live.attributes.get(name).unwrap_or(&Value::Null);
    if *found == Value::Null {
        let message = format!("Azure does not tell the `{name}` of `{}`", resource.name);
        return Some(Finding::not_checked(&CARD, address, span, message));
    }
    if same(attribute.shape, &declared.value, found) {
        return None;
    }
    let (wanted, found) = (plain(&declared.value), plain(found));
    let message = format!(
        "`{}` has {name} `{found}`, and the manifest says `{wanted}`",
        resource.name
    );
    let line = match attribute.written {
        Written::Property => format!("{name}={found}"),
        _ => format!("{name} {found}"),
    };
    let mut help =
        format!("write `{line}` if this is the thing that you mean, or correct its name");
    if can_be_made_anew {
        help.push_str(&format!(
            "; `--accept replace={address}` deletes it and makes it anew"
        ));
    }
    Some(Finding::hit(&CARD, address, span, message, help))
}

/// A value as a manifest writes it, without the quotes.
fn plain(value: &Value) -> String {
    value
        .as_text()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    #[test]
    fn a_machine_elsewhere_is_another_machine() {
        let (mut manifest, inventory) = scenes::estate();
        scenes::declare(
            &mut manifest,
            "vm:core/rg-web/web01",
            "location",
            "North Europe".into(),
        );
        let scene = Scene::of(&manifest, &inventory);
        assert_eq!(
            shown(&Fixed.check(&scene)),
            "VML221 vm:core/rg-web/web01 error: `web01` has location `westeurope`, and the manifest says `North Europe`\n  help: write `location=westeurope` if this is the thing that you mean, or correct its name\n"
        );
    }

    #[test]
    fn a_region_may_be_spelt_either_way() {
        let (mut manifest, inventory) = scenes::estate();
        scenes::declare(
            &mut manifest,
            "vm:core/rg-web/web01",
            "location",
            "West Europe".into(),
        );
        scenes::declare(
            &mut manifest,
            "vm:core/rg-web/web01",
            "os",
            "windows".into(),
        );
        assert_eq!(Fixed.check(&Scene::of(&manifest, &inventory)), []);
    }

    #[test]
    fn what_azure_does_not_tell_is_not_checked() {
        let (mut manifest, mut inventory) = scenes::estate();
        scenes::declare(
            &mut manifest,
            "vm:core/rg-web/web01",
            "os",
            "windows".into(),
        );
        for live in inventory.live.values_mut() {
            live.attributes.insert("os".to_owned(), Value::Null);
        }
        assert_eq!(
            shown(&Fixed.check(&Scene::of(&manifest, &inventory))),
            "VML221 vm:core/rg-web/web01 not checked: Azure does not tell the `os` of `web01`\n"
        );
    }
}
