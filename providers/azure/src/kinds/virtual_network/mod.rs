//! Virtual networks: made where the manifest says their address space, expected to exist otherwise.

pub(crate) mod wire;
mod write;

#[cfg(test)]
mod tests;

use vmlogin_engine::diff::{diff, same};
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::made::{self, LOCATION};
use super::tagged::{self, PROTECT, TAGS};
use super::{Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, health, refusal};

/// The kind `virtual-network`.
pub struct VirtualNetwork;

static SCHEMA: Schema = Schema {
    kind: "virtual-network",
    title: "virtual network",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[
        LOCATION,
        Attribute {
            name: "address-space",
            class: Class::Changeable,
            shape: Shape::Networks,
            written: Written::Values,
            default: None,
        },
        Attribute {
            name: "dns",
            class: Class::Changeable,
            shape: Shape::Addresses,
            written: Written::Values,
            default: None,
        },
        TAGS,
        PROTECT,
    ],
    later: &[],
    existence: Existence::MadeBy("address-space"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: true,
    repaired: true,
    order: &[],
};

impl Kind for VirtualNetwork {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// 2 to 64 letters, digits, underscores, periods and hyphens; begins with a letter or digit, ends with one or an underscore:
    /// general knowledge, unverified against Azure (2026-11-21).
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 64,
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

    /// Its subnets: Azure deletes them with it, and refuses where one is in use.
    fn holds_parts(&self) -> bool {
        true
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        made::complete(resource, scene)
    }
}

impl AzureKind for VirtualNetwork {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Delete => made::fresh(step),
            Action::Update if write::changes_itself(step) => made::fresh(step),
            Action::Update => tagged::fresh(step),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => write::create(step, fresh),
            Action::Update if write::changes_itself(step) => write::update(step, fresh),
            Action::Update => Ok(Write::Send(tagged::requests(step, fresh)?)),
            Action::Delete => write::delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    /// The same as for its subnets.
    fn alone(&self, step: &Step) -> Option<Key> {
        let id = refusal::id(step).ok()?;
        Some(Key(id.key().to_owned()))
    }

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        let mut opinions = tagged::judge(step, seen);
        if let (false, Seen::One(body)) = (step.action.removes(), seen) {
            let result = match decode::<wire::VirtualNetwork>(step, body) {
                Ok(network) => as_planned(step, &network),
                Err(fault) => Proof::NotChecked(fault.message),
            };
            opinions.push(Opinion::new("its addresses are as planned", result));
        }
        opinions
    }
}

/// Makes a network's answer into values. The names of its subnets become the fact `subnets`.
pub(crate) fn live(network: &wire::VirtualNetwork, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(network.id.as_deref());
    live.attributes = tagged::attributes(&network.tags);
    live.attributes.extend(addresses(network));
    let region = same::region(&network.location);
    live.attributes.insert("location", region.into());
    live.stamp = network.tags.estate();
    live.protected = network.tags.is_protected();
    live.health = health(&network.properties.provisioning_state, || None);
    let subnets = network.subnets().map(|name| name.into()).collect();
    live.facts.insert("subnets", Value::List(subnets));
    live
}

/// What a network shows of its own declared attributes.
fn addresses(network: &wire::VirtualNetwork) -> Attributes {
    let list = |texts: &[String]| match texts {
        [] => Value::Null,
        texts => Value::List(texts.iter().map(|text| text.as_str().into()).collect()),
    };
    Attributes::from([
        ("address-space", list(network.ranges())),
        ("dns", list(network.name_servers())),
    ])
}

/// Whether the addresses that the step was to write are to be seen.
fn as_planned(step: &Step, network: &wire::VirtualNetwork) -> Proof {
    let found = addresses(network);
    let planned = step
        .changes
        .iter()
        .filter(|change| found.contains_key(&change.attribute))
        .map(|change| (change.attribute.clone(), change.after.clone()))
        .collect();
    match diff(&SCHEMA, &planned, &found).first() {
        None => Proof::Verified,
        Some(lost) => Proof::Wrong(format!("`{}` is {}", lost.attribute, lost.before)),
    }
}
