//! Network interfaces that come along with a machine: `nic subnet=servers` in `vm web01` is `web01-nic`.

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
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    Written,
};
use vmlogin_engine::value::Attributes;

use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, amended, arm_id, decode, health, is_id, located,
    made, refusal, tagged,
};

/// The kind `network-interface`.
pub struct NetworkInterface;

/// Its type as ARM spells it.
pub(crate) const TYPE: &str = "Microsoft.Network/networkInterfaces";

static SCHEMA: Schema = Schema {
    kind: "network-interface",
    title: "network interface",
    stands_in: &["resource-group"],
    naming: Naming::Along,
    attributes: &[
        // Azure could move one within its network, while its machine is off the air for it; that is never done unasked.
        Attribute {
            class: Class::CreateOnly,
            ..reference("subnet", &["subnet"], None)
        },
        reference("public-ip", &["public-ip"], Some("-pip")),
        reference("network-security-group", &["network-security-group"], None),
    ],
    later: &[],
    existence: Existence::MadeBy("subnet"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: true,
    order: &[],
};

const fn reference(
    name: &'static str,
    kinds: &'static [&'static str],
    along: Option<&'static str>,
) -> Attribute {
    Attribute {
        name,
        class: Class::Changeable,
        shape: Shape::Reference { kinds, along },
        written: Written::Property,
        default: None,
    }
}

impl Kind for NetworkInterface {
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

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        made::complete(resource, scene)
    }

    fn used_by(&self, live: &Live) -> Option<String> {
        Some(live.facts.get(USER)?.as_text()?.to_lowercase())
    }
}

impl AzureKind for NetworkInterface {
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

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        let mut opinions = tagged::judge(step, seen);
        if let (false, Seen::One(body)) = (step.action.removes(), seen) {
            let result = match decode::<wire::Interface>(step, body) {
                Ok(interface) => amended::as_planned(step, &SCHEMA, &interface.attributes()),
                Err(fault) => Proof::NotChecked(fault.message),
            };
            opinions.push(Opinion::new("it is connected as planned", result));
        }
        opinions
    }
}

/// The fact that tells the id of the machine that has it.
const USER: &str = "machine";

/// Makes an answer into values.
pub(crate) fn live(interface: &wire::Interface, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(interface.id.as_deref());
    live.attributes = interface.attributes();
    live.stamp = interface.tags.estate();
    live.protected = interface.tags.is_protected();
    live.health = health(&interface.properties.provisioning_state, || None);
    let user = interface
        .machine_id()
        .map(|id| (USER.to_owned(), id.into()));
    live.facts = user.into_iter().collect();
    live
}
