//! What stands around machines once a plan is carried out: what was seen, with what the manifest declares of it on top; of a thing
//! that the plan makes, what its node says.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use vmlogin_engine::inventory::{Inventory, Sight};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::value::{Attributes, Value};

use crate::kinds::{arm_id, catalogue, live_of};

/// The declared kinds that stand around machines.
const KINDS: [&str; 3] = ["network-interface", "subnet", "network-security-group"];

/// The surroundings of all machines of a manifest.
pub(crate) struct Planned<'a> {
    scene: Scene<'a>,
    declared: Declared<'a>,
}

/// What a manifest says of the surroundings of its machines. To find it takes long; it is shared, not copied.
#[derive(Clone)]
pub(crate) struct Declared<'a>(Arc<Found<'a>>);

struct Found<'a> {
    manifest: &'a Manifest,
    /// What is declared of them, by id in lower case.
    by_id: BTreeMap<String, &'a Resource>,
    rules: Rules<'a>,
    absent_rules: Rules<'a>,
}

/// Rules by the id of their group.
type Rules<'a> = BTreeMap<String, Vec<&'a Resource>>;

impl<'a> Declared<'a> {
    /// Finds what is declared, once for all machines.
    pub(crate) fn of(manifest: &'a Manifest) -> Declared<'a> {
        let all = KINDS.into_iter().flat_map(|kind| manifest.of_kind(kind));
        let by_id = all.filter_map(|it| Some((arm_id(it, manifest)?.key().to_owned(), it)));
        Declared(Arc::new(Found {
            manifest,
            by_id: by_id.collect(),
            rules: rules(manifest, manifest.resources.values()),
            absent_rules: rules(manifest, manifest.absent.values()),
        }))
    }

    /// The surroundings as they are planned, by what was read until now.
    pub(crate) fn over<'b>(&self, inventory: &'b Inventory) -> Planned<'b>
    where
        'a: 'b,
    {
        Planned {
            scene: Scene::of(self.0.manifest, inventory),
            declared: self.clone(),
        }
    }

    fn at(&self, id: &str) -> Option<&'a Resource> {
        self.0.by_id.get(id).copied()
    }
}

impl<'a> Planned<'a> {
    /// Finds what is declared, and sees it over what was read.
    pub(crate) fn of(manifest: &'a Manifest, inventory: &'a Inventory) -> Planned<'a> {
        Declared::of(manifest).over(inventory)
    }

    /// The declared rules of the security group at an id.
    pub(crate) fn rules_of(&self, id: &str) -> &[&'a Resource] {
        of_group(&self.declared.0.rules, id)
    }

    /// Those that are to be absent.
    pub(crate) fn absent_rules_of(&self, id: &str) -> &[&'a Resource] {
        of_group(&self.declared.0.absent_rules, id)
    }

    /// The id of the network interface that a machine has or gets.
    pub(crate) fn interface_of(&self, machine: &'a Resource) -> Option<&'a str> {
        match live_of(machine, &self.scene) {
            Some(live) => live.facts.get("interface")?.as_text(),
            None => machine.get("nic")?.as_text(),
        }
    }

    /// Whether the plan makes what is at an id.
    pub(crate) fn is_new(&self, id: &str) -> bool {
        let declared = self.declared.at(&id.to_lowercase());
        declared.is_some_and(|it| is_made(it) && !self.is_live(it))
    }

    /// What a thing will say, or why that is not known. `what` is what to call it.
    ///
    /// # Errors
    ///
    /// With a clause that ends a sentence.
    pub(crate) fn says(&self, what: &str, id: &str) -> Result<Cow<'a, Attributes>, String> {
        let key = id.to_lowercase();
        let declared = self.declared.at(&key);
        let name = id.rsplit('/').next().unwrap_or(id);
        match (self.scene.inventory.surroundings.get(&Key(key)), declared) {
            (Some(Sight::Unread(fault)), _) => Err(fault.to_string()),
            (Some(Sight::Seen(says)), None) => Ok(Cow::Borrowed(says)),
            (Some(Sight::Seen(says)), Some(declared)) => Ok(Cow::Owned(changed(says, declared))),
            (_, Some(declared)) if self.is_new(id) => Ok(Cow::Owned(made(declared))),
            (Some(Sight::Absent), _) => Err(format!("its {what} `{name}` is not there")),
            (None, _) => Err(format!("its {what} `{name}` was not read")),
        }
    }

    fn is_live(&self, resource: &Resource) -> bool {
        live_of(resource, &self.scene).is_some()
    }
}

fn rules<'a>(manifest: &Manifest, all: impl Iterator<Item = &'a Resource>) -> Rules<'a> {
    let mut rules: Rules<'a> = BTreeMap::new();
    for rule in all.filter(|it| it.kind == "rule") {
        if let Some(id) = arm_id(rule, manifest) {
            let group = id.parent().key().to_owned();
            rules.entry(group).or_default().push(rule);
        }
    }
    rules
}

fn of_group<'a, 'b>(rules: &'b Rules<'a>, id: &str) -> &'b [&'a Resource] {
    rules.get(&id.to_lowercase()).map_or(&[], Vec::as_slice)
}

fn is_made(resource: &Resource) -> bool {
    let kind = catalogue().kind(resource.kind);
    kind.is_some_and(|kind| kind.schema().existence.makes(resource))
}

/// A thing of which nothing else is known, in the words of [`super::interface`], [`super::subnet`] and [`super::security_group`].
/// The rules of a new group are those of its nodes; the ones that Azure adds let traffic out (FACTS 16).
fn made(declared: &Resource) -> Attributes {
    let own = |name: &str| declared.get(name).cloned().unwrap_or(Value::Null);
    let access = match own("default-outbound-access") {
        Value::Null => true.into(),
        access => access,
    };
    let says = match declared.kind {
        "network-interface" => vec![
            ("subnet", own("subnet")),
            ("public-ip", false.into()),
            ("balanced", false.into()),
        ],
        "subnet" => vec![
            ("nat-gateway", false.into()),
            ("default-outbound-access", access),
        ],
        _ => vec![("rules", Value::List(Vec::new()))],
    };
    let says = says
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    changed(&says.collect(), declared)
}

/// What the plan changes of a thing.
fn changed(says: &Attributes, declared: &Resource) -> Attributes {
    let mut says = says.clone();
    if let Some(group) = declared.get("network-security-group") {
        says.insert("security-group".to_owned(), group.clone());
    }
    if let Some(address) = declared.get("public-ip") {
        says.insert("public-ip".to_owned(), (*address != Value::Null).into());
    }
    says
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::scenes::{self, around};

    const SUBNET: &str = "subnet:core/rg-web/vnet-web/servers";

    fn told(manifest: &Manifest, inventory: &Inventory, id: &str) -> Result<String, String> {
        let planned = Planned::of(manifest, inventory);
        let says = planned.says("subnet", id)?;
        Ok(Value::Map(says.into_owned()).to_string())
    }

    #[test]
    fn a_thing_to_be_made_is_what_its_node_says() {
        let (mut manifest, mut inventory) = scenes::estate();
        inventory.live.clear();
        inventory.surroundings.clear();
        assert_eq!(
            told(&manifest, &inventory, around::SUBNET).unwrap(),
            "{default-outbound-access=true, nat-gateway=false}"
        );
        scenes::declare(
            &mut manifest,
            SUBNET,
            "default-outbound-access",
            false.into(),
        );
        scenes::declare(
            &mut manifest,
            SUBNET,
            "network-security-group",
            "/nsg".into(),
        );
        assert_eq!(
            told(&manifest, &inventory, around::SUBNET).unwrap(),
            "{default-outbound-access=false, nat-gateway=false, security-group=\"/nsg\"}"
        );
    }

    #[test]
    fn a_thing_that_is_there_is_what_was_seen_with_what_changes() {
        let (mut manifest, mut inventory) = scenes::estate();
        around::put(
            &mut inventory,
            json!({"defaultOutboundAccess": false}),
            json!([]),
            json!([]),
        );
        scenes::declare(
            &mut manifest,
            SUBNET,
            "network-security-group",
            "/nsg".into(),
        );
        // What can only be said when it is made changes nothing.
        scenes::declare(
            &mut manifest,
            SUBNET,
            "default-outbound-access",
            true.into(),
        );
        assert_eq!(
            told(&manifest, &inventory, around::SUBNET).unwrap(),
            "{default-outbound-access=false, nat-gateway=false, route-table=(none), security-group=\"/nsg\"}"
        );
    }

    #[test]
    fn what_was_not_read_is_never_taken_for_new() {
        let (manifest, inventory) = scenes::estate();
        assert_eq!(
            told(&manifest, &inventory, around::SUBNET).unwrap_err(),
            "its subnet `servers` was not read"
        );
    }
}
