//! Subnets, each a resource of its own: made where the manifest says their prefix, expected to exist otherwise. They carry no tags,
//! so that the stamp of their network counts for them: of a network that this estate made, it may delete the subnets that the
//! manifest names.

pub(crate) mod wire;
mod write;

#[cfg(test)]
mod tests;

use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, Literal, NameRule, Naming, Schema,
    Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::{
    Ask, AzureKind, Opinion, Place, Seen, Tags, Write, amended, arm_id, decode, health, is_id,
    located, made, refusal,
};

/// The kind `subnet`.
pub struct Subnet;

/// Its type as ARM spells it.
pub(crate) const TYPE: &str = "Microsoft.Network/virtualNetworks/subnets";

static SCHEMA: Schema = Schema {
    kind: "subnet",
    title: "subnet",
    stands_in: &["virtual-network"],
    naming: Naming::Names,
    attributes: &[
        Attribute {
            name: "prefix",
            class: Class::Changeable,
            shape: Shape::Network,
            written: Written::Value,
            default: None,
        },
        Attribute {
            name: "network-security-group",
            class: Class::Changeable,
            shape: Shape::Reference {
                kinds: &["network-security-group"],
                along: None,
            },
            written: Written::Value,
            default: None,
        },
        // "This property can only be set at the time of subnet creation and cannot be updated for an existing subnet"
        // (virtualNetwork.json 2024-03-01). It is said explicitly, since what holds without it depends on the API's version.
        Attribute {
            name: "default-outbound-access",
            class: Class::CreateOnly,
            shape: Shape::Bool,
            written: Written::Flag,
            default: Some(Literal::Bool(true)),
        },
    ],
    later: &[],
    existence: Existence::MadeBy("prefix"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: true,
    order: &[],
};

impl Kind for Subnet {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// 1 to 80 letters, digits, underscores, periods and hyphens; begins with a letter or digit, ends with one or an underscore:
    /// general knowledge, unverified against Azure (2026-11-21).
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 80,
            characters: Characters::AsciiAnd("-_."),
            not_first: "-_.",
            not_last: "-.",
        }
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(arm_id(resource, scene.manifest)?.into())
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn located(&self, manifest: &Manifest, subscription: &str, names: &[&str]) -> Option<String> {
        located(manifest, subscription, TYPE, names)
    }

    fn is_id(&self, text: &str) -> bool {
        is_id(text, TYPE)
    }

    fn complete(&self, _: &Resource, scene: &Scene<'_>) -> Attributes {
        Attributes::from([(
            "estate".to_owned(),
            Value::from(scene.manifest.estate.as_str()),
        )])
    }
}

impl AzureKind for Subnet {
    /// Before a deletion the network is read, which bears the stamp and tells of its subnets too.
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Update => made::fresh(step),
            Action::Delete => {
                let network = refusal::id(step)?.parent();
                Ok(Ask::One(made::read(&network, refusal::attempted(step))))
            }
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => write::create(step, fresh),
            Action::Update => write::update(step, fresh),
            Action::Delete => write::delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    /// A network takes one write at a time; others are answered with 429 and `RetryableErrorDueToAnotherOperation` (FACTS 6).
    fn alone(&self, step: &Step) -> Option<Key> {
        let id = refusal::id(step).ok()?;
        Some(id.parent().into())
    }

    fn look(&self, step: &Step) -> Ask {
        match refusal::id(step) {
            Ok(id) => Ask::One(made::read(&id, refusal::looking(step))),
            Err(_) => Ask::Nothing,
        }
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        if step.action.removes() {
            return vec![Opinion::gone(seen)];
        }
        let Seen::One(body) = seen else {
            return vec![Opinion::exists(seen)];
        };
        let result = match decode::<wire::Subnet>(step, body) {
            Ok(subnet) => amended::as_planned(step, &SCHEMA, &subnet.attributes()),
            Err(fault) => Proof::NotChecked(fault.message),
        };
        vec![Opinion::new("it is as planned", result)]
    }
}

/// Makes a subnet, as it stands in the answer of its network, into values.
pub(crate) fn live(subnet: &wire::Subnet, network: &Tags, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(subnet.id.as_deref());
    live.attributes = subnet.attributes();
    live.stamp = network.estate();
    live.protected = network.is_protected();
    live.health = health(&subnet.properties.provisioning_state, || None);
    live
}
