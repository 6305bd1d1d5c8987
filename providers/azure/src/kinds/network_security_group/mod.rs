//! Network security groups: made where they are missing. Their rules are resources of their own and never part of a write here.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::json;
use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{Adoption, Characters, Existence, Lifetime, NameRule, Naming, Schema};
use vmlogin_engine::value::Attributes;

use super::made::{self, LOCATION};
use super::tagged::{self, PROTECT, TAGS};
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, health, is_id, located, refusal,
    refuse, security_rule, versions,
};
use crate::http::Request;

/// The kind `network-security-group`.
pub struct NetworkSecurityGroup;

/// The type in ids.
pub(crate) const TYPE: &str = "Microsoft.Network/networkSecurityGroups";

static SCHEMA: Schema = Schema {
    kind: "network-security-group",
    title: "network security group",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[LOCATION, TAGS, PROTECT],
    later: &[],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: true,
    repaired: false,
    order: &[],
};

impl Kind for NetworkSecurityGroup {
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
}

impl AzureKind for NetworkSecurityGroup {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Delete => made::fresh(step),
            Action::Update => tagged::fresh(step),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => create(step, fresh),
            Action::Update => Ok(Write::Send(tagged::requests(step, fresh)?)),
            Action::Delete => delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    /// Its rules are written one after the other, and it goes after all of them.
    fn alone(&self, step: &Step) -> Option<Key> {
        let id = refusal::id(step).ok()?;
        Some(Key(id.key().to_owned()))
    }

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        tagged::judge(step, seen)
    }
}

/// Makes a group's answer into values: the group, then each of its rules.
pub(crate) fn lives(group: &wire::NetworkSecurityGroup, place: &Place) -> Vec<Live> {
    let rules = group.rules();
    std::iter::once(live(group, place))
        .chain(rules.map(|rule| security_rule::live(rule, place)))
        .collect()
}

fn live(group: &wire::NetworkSecurityGroup, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(group.id.as_deref());
    live.attributes = tagged::attributes(&group.tags);
    let region = same::region(&group.location);
    live.attributes.insert("location".to_owned(), region.into());
    live.stamp = group.tags.estate();
    live.protected = group.tags.is_protected();
    live.health = health(&group.properties.provisioning_state, || None);
    live
}

/// A new group has no rules but those that Azure gives each.
fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let body = json!({
        "location": refusal::text(step, "location")?,
        "tags": tagged::new_tags(step)?,
        "properties": {},
    });
    Ok(Write::Send(vec![Request::put(
        refusal::id(step)?.path(),
        versions::NETWORK,
        body,
        refusal::attempted(step),
    )]))
}

/// A group with rules of others stays: what they keep open or shut is not this estate's to decide.
fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    if let Seen::One(body) = fresh {
        let group: wire::NetworkSecurityGroup = decode(step, body)?;
        let estate = refusal::text(step, "estate")?;
        let foreign: Vec<String> = group
            .rules()
            .filter(|rule| rule.estate() != Some(estate))
            .map(|rule| format!("`{}`", rule.name))
            .collect();
        if !foreign.is_empty() {
            return Err(refuse(
                step,
                format!("it holds rules of others: {}", foreign.join(", ")),
                "delete them, or leave the group as it is",
            ));
        }
    }
    made::delete(step, fresh)
}
