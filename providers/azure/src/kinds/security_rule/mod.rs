//! Rules of network security groups, each a resource of its own: `rule allow-rdp { … }`. They have no tags; the stamp of the estate
//! that made one stands in its description.

pub(crate) mod wire;
mod write;

#[cfg(test)]
mod tests;

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, amended, arm_id, decode, health, made, refusal,
};

/// The kind `rule`.
pub struct SecurityRule;

static SCHEMA: Schema = Schema {
    kind: "rule",
    title: "security rule",
    stands_in: &["network-security-group"],
    naming: Naming::Names,
    attributes: &[
        setting(
            "priority",
            Written::Value,
            Shape::Integer {
                least: 100,
                most: 4096,
            },
        ),
        setting(
            "direction",
            Written::Value,
            choice(&["inbound", "outbound"]),
        ),
        setting("access", Written::Value, choice(&["allow", "deny"])),
        setting(
            "protocol",
            Written::Value,
            choice(&["tcp", "udp", "icmp", "any"]),
        ),
        setting("from", Written::Values, Shape::Peers),
        setting("to", Written::Values, Shape::Peers),
        setting("ports", Written::Values, Shape::Ports),
    ],
    later: &[],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

const fn setting(name: &'static str, written: Written, shape: Shape) -> Attribute {
    Attribute {
        name,
        class: Class::Changeable,
        shape,
        written,
        default: None,
    }
}

const fn choice(words: &'static [&'static str]) -> Shape {
    Shape::Choice { words, later: &[] }
}

impl Kind for SecurityRule {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// Up to 80 characters (FACTS 15); which ones is general knowledge, unverified against Azure (2026-11-21).
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 80,
            characters: Characters::AsciiAnd("-_."),
            not_first: "-_.",
            not_last: "-.",
        }
    }

    /// All of them: what a rule that is silent lets through would be anybody's guess.
    fn required(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("priority", "priority 100"),
            ("direction", "direction inbound"),
            ("access", "access allow"),
            ("protocol", "protocol tcp"),
            ("from", "from VirtualNetwork"),
            ("to", "to any"),
            ("ports", "ports 3389"),
        ]
    }

    fn apart(&self) -> &'static [&'static str] {
        &["priority", "direction"]
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(arm_id(resource, scene.manifest)?.into())
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn complete(&self, _: &Resource, scene: &Scene<'_>) -> Attributes {
        Attributes::from([(
            "estate".to_owned(),
            Value::from(scene.manifest.estate.as_str()),
        )])
    }
}

impl AzureKind for SecurityRule {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Update | Action::Delete => made::fresh(step),
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

    /// The etag of a rule is its group's (recorded 2024): each write makes what was read of the others stale.
    fn alone(&self, step: &Step) -> Option<Key> {
        let id = refusal::id(step).ok()?;
        Some(id.parent().into())
    }

    fn make_sense(&self, step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
        let _ = seen;
        Err(write::explained(step, fault))
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
        let result = match decode::<wire::SecurityRule>(step, body) {
            Ok(rule) => amended::as_planned(step, &SCHEMA, &rule.attributes()),
            Err(fault) => Proof::NotChecked(fault.message),
        };
        vec![Opinion::new("it is as planned", result)]
    }
}

/// Makes a rule, as it stands in the answer of its group, into values.
pub(crate) fn live(rule: &wire::SecurityRule, group: &Place) -> Live {
    let place = Place {
        subscription: group.subscription.clone(),
        address: Address::new(
            SCHEMA.kind,
            group.address.segments().chain([rule.name.as_str()]),
        ),
        name: rule.name.clone(),
        id: group.id.clone().child("securityRules", &rule.name),
    };
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(rule.id.as_deref());
    live.attributes = rule.attributes();
    live.stamp = rule.estate().map(str::to_owned);
    live.health = health(&rule.properties.provisioning_state, || None);
    live
}
