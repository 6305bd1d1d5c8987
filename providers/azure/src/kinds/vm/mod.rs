//! Virtual machines: adopted, never made in this version. One reading of a machine tells of its identity and its login too.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::{Inventory, Live};
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::login::{self, Host};
use super::made::{self, LOCATION};
use super::tagged::{self, PROTECT, TAGS};
use super::{Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, health, refusal, versions};
use crate::arm::ArmId;
use crate::http::Request;

/// The kind `vm`.
pub struct Vm;

static SCHEMA: Schema = Schema {
    kind: "vm",
    title: "virtual machine",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[
        Attribute {
            name: "os",
            class: Class::Fixed,
            shape: Shape::Choice {
                words: &["windows", "linux"],
                later: &[],
            },
            written: Written::Property,
            default: None,
        },
        LOCATION,
        TAGS,
        PROTECT,
    ],
    later: &[
        "computer-name",
        "image",
        "size",
        "zone",
        "admin",
        "os-disk",
        "nic",
        "use",
    ],
    existence: Existence::Expected,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

impl Kind for Vm {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// FACTS 15. That the host name of a Windows machine has at most 15 letters is no matter of its resource's name.
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 64,
            characters: Characters::AllBut(r#"\/"[]:|<>+=;,?*@&"#),
            not_first: "_",
            not_last: ".-",
        }
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(Key(arm_id(resource, scene.manifest)?.key().to_owned()))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn complete(&self, _resource: &Resource, scene: &Scene<'_>) -> Attributes {
        Attributes::from([("estate".to_owned(), scene.manifest.estate.as_str().into())])
    }
}

impl AzureKind for Vm {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Update => tagged::fresh(step),
            Action::Delete => made::fresh(step),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Update => Ok(Write::Send(tagged::requests(step, fresh)?)),
            Action::Delete => made::delete(step, fresh),
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

/// Reads a machine with its identity, its extensions and how all of them run.
pub(crate) fn read(id: &ArmId, attempted: String) -> Request {
    Request::get(id.path(), versions::COMPUTE, attempted).with_query("$expand", "instanceView")
}

/// Lists the machines of a group.
pub(crate) fn list(group: &ArmId, attempted: String) -> Request {
    let path = format!(
        "{}/providers/Microsoft.Compute/virtualMachines",
        group.path()
    );
    Request::get(path, versions::COMPUTE, attempted)
}

/// The live machine that a node means.
pub(crate) fn live_of<'a>(
    machine: &Resource,
    manifest: &Manifest,
    inventory: &'a Inventory,
) -> Option<&'a Live> {
    let key = Key(arm_id(machine, manifest)?.key().to_owned());
    inventory.get(SCHEMA.kind, &key)
}

/// Makes a machine's answer into values.
pub(crate) fn live(machine: &wire::Machine, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(machine.id.as_deref());
    live.attributes = tagged::attributes(&machine.tags);
    live.attributes.extend([
        (
            "os".to_owned(),
            machine.os().map_or(Value::Null, Value::Text),
        ),
        (
            "location".to_owned(),
            same::region(&machine.location).into(),
        ),
    ]);
    live.stamp = machine.tags.estate();
    live.protected = machine.tags.is_protected();
    live.health = health(&machine.properties.provisioning_state, || machine.failure());
    live.facts = facts(machine);
    live
}

/// What a machine tells besides, by the names under which rules and screens ask for it; absent ones are not known.
fn facts(machine: &wire::Machine) -> Attributes {
    let view = &machine.properties.instance_view;
    let texts = [
        ("power", machine.power()),
        ("agent", Some(machine.agent().to_owned())),
        ("os", machine.os()),
        ("interface", machine.interface()),
        ("os-name", view.os_name.clone()),
        ("os-version", view.os_version.clone()),
        ("computer-name", machine.computer_name()),
        (
            "principal-id",
            machine
                .identity
                .principal_id
                .as_ref()
                .map(|id| id.to_lowercase()),
        ),
        (
            "tenant-id",
            machine
                .identity
                .tenant_id
                .as_ref()
                .map(|id| id.to_lowercase()),
        ),
        ("location", Some(machine.location.clone())),
        ("image", machine.image()),
        ("own-image", machine.own_image()),
        (
            "extension-operations",
            machine.extension_operations().map(str::to_owned),
        ),
    ];
    let mut facts: Attributes = texts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::Text(value?))))
        .collect();
    facts.extend(login::neighbours(machine));
    facts.extend(machine.handlers().map(|handlers| {
        let handlers = handlers.into_iter().map(Value::from).collect();
        ("agent-handlers".to_owned(), Value::List(handlers))
    }));
    facts
}
