//! Public addresses that come along with a network interface: `public-ip=#true`. What `az vm create` makes is made: static, of the
//! Standard SKU, which lets nothing in that no security group allows.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use serde_json::json;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{Adoption, Characters, Existence, Lifetime, NameRule, Naming, Schema};
use vmlogin_engine::value::Attributes;

use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, amended, arm_id, decode, health, is_id, located,
    made, refusal, refuse, tagged,
};

/// The kind `public-ip`.
pub struct PublicIp;

/// Its type as ARM spells it.
pub(crate) const TYPE: &str = "Microsoft.Network/publicIPAddresses";

static SCHEMA: Schema = Schema {
    kind: "public-ip",
    title: "public address",
    stands_in: &["resource-group"],
    naming: Naming::Along,
    attributes: &[],
    later: &[],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

impl Kind for PublicIp {
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

impl AzureKind for PublicIp {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Create | Action::Delete => made::fresh(step),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => create(step, fresh),
            Action::Delete => delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        tagged::judge(step, seen)
    }
}

fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    made::still_missing(step, fresh)?;
    let mut body = wire::new();
    body["location"] = json!(refusal::text(step, "location")?);
    body["tags"] = tagged::new_tags(step)?;
    Ok(Write::Send(vec![amended::put(step, body)?]))
}

/// Deletes an address that nothing holds any more.
fn delete(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    if let Seen::One(body) = fresh {
        let address: wire::PublicIp = decode(step, body)?;
        if let Some(user) = address.user() {
            return Err(refuse(
                step,
                format!("`{user}` still has it"),
                "take it from what has it, or leave it as it is",
            ));
        }
    }
    made::delete(step, fresh)
}

/// The fact that tells the id of what has it.
const USER: &str = "user";

/// Makes an answer into values.
pub(crate) fn live(address: &wire::PublicIp, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(address.id.as_deref());
    live.stamp = address.tags.estate();
    live.protected = address.tags.is_protected();
    live.health = health(&address.properties.provisioning_state, || None);
    let user = address.user_id().map(|id| (USER.to_owned(), id.into()));
    live.facts = user.into_iter().collect();
    live
}
