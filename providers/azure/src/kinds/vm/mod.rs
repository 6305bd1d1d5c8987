//! Virtual machines: made where the manifest names an image, adopted otherwise. One reading of a machine tells of its identity and
//! its login too.

pub(crate) mod account;
mod advice;
pub(crate) mod image;
mod lacking;
mod live;
pub(crate) mod wire;
mod write;

#[cfg(test)]
mod tests;

use vmlogin_engine::diff::diff;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Change, Step};
use vmlogin_engine::problem::Problem;
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::made::{self, LOCATION};
use super::tagged::{self, PROTECT, TAGS};
use super::{
    Ask, AzureKind, Opinion, Seen, Write, arm_id, decode, is_id, located, refusal, versions,
};
use crate::arm::ArmId;
use crate::http::Request;

pub(crate) use live::{ahead, live};

/// The type of virtual machines.
const TYPE: &str = "Microsoft.Compute/virtualMachines";

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
        // Azure takes no other one once the machine is there (Compute 2024-07-01, OSProfile).
        setting("computer-name", Class::Fixed, Shape::Name),
        setting("image", Class::CreateOnly, Shape::Own(&image::IMAGE)),
        setting("size", Class::Changeable, Shape::Name),
        setting(
            "zone",
            Class::CreateOnly,
            Shape::Choice {
                words: &["1", "2", "3"],
                later: &[],
            },
        ),
        setting("admin", Class::CreateOnly, Shape::Own(&account::ADMIN)),
        detail("admin.password", Class::WriteOnly, Shape::Secret),
        detail(
            "admin.ssh-key",
            Class::WriteOnly,
            Shape::TextOrFile(&account::PUBLIC_KEY),
        ),
        detail(
            "os-disk.size-gb",
            Class::CreateOnly,
            Shape::Integer {
                least: 1,
                // The specs say 1023, Azure's pages on disks 4095 for the disk of a system: general knowledge, unverified
                // (2026-11-21). Between the two Azure judges.
                most: 4095,
            },
        ),
        detail(
            "os-disk.type",
            Class::CreateOnly,
            Shape::Choice {
                // Those of Compute 2024-07-01, StorageAccountType, without the two that are for data disks only.
                words: &[
                    "Standard_LRS",
                    "StandardSSD_LRS",
                    "StandardSSD_ZRS",
                    "Premium_LRS",
                    "Premium_ZRS",
                ],
                later: &[],
            },
        ),
        Attribute {
            name: "nic",
            class: Class::CreateOnly,
            shape: Shape::Reference {
                kinds: &["network-interface"],
                along: Some("-nic"),
            },
            written: Written::Node,
            default: None,
        },
        TAGS,
        PROTECT,
    ],
    later: &["use"],
    existence: Existence::MadeBy("image"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

/// A setting of a machine.
const fn setting(name: &'static str, class: Class, shape: Shape) -> Attribute {
    Attribute {
        name,
        class,
        shape,
        written: Written::Value,
        default: None,
    }
}

/// A detail of a setting.
const fn detail(name: &'static str, class: Class, shape: Shape) -> Attribute {
    Attribute {
        written: Written::Detail,
        ..setting(name, class, shape)
    }
}

impl Kind for Vm {
    fn located(&self, manifest: &Manifest, subscription: &str, names: &[&str]) -> Option<String> {
        located(manifest, subscription, TYPE, names)
    }

    fn is_id(&self, text: &str) -> bool {
        is_id(text, TYPE)
    }

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
        Some(arm_id(resource, scene.manifest)?.into())
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let mut complete = made::complete(resource, scene);
        if resource.get("computer-name").is_none() {
            let name = Value::from(resource.name.as_str());
            complete.insert("computer-name".to_owned(), name);
        }
        if let Some(os) = image::declared_os(resource) {
            complete.insert("system".to_owned(), os.into());
        }
        let live = scene.live_of(self, resource);
        let disks = live.and_then(|live| live.facts.get(write::DATA_DISKS));
        complete.extend(disks.map(|ids| (write::DATA_DISKS.to_owned(), ids.clone())));
        // A machine is made with its identities: what their node says is sent with it.
        let identity = resource.address.child("identity");
        if let Some(identity) = scene.manifest.resource(&identity) {
            complete.extend(identity.values());
        }
        complete
    }

    fn problems(&self, resource: &Resource, _: &Manifest) -> Vec<Problem> {
        lacking::problems(resource)
    }

    fn takes_along(&self, live: &Live) -> Vec<String> {
        live::texts(live.facts.get(live::DISKS))
            .map(str::to_owned)
            .collect()
    }

    fn loses(&self, live: &Live) -> Vec<String> {
        let ids = live::texts(live.facts.get(write::DATA_DISKS));
        ids.map(|id| id.rsplit('/').next().unwrap_or(id).to_owned())
            .collect()
    }

    fn leaves(&self, live: &Live) -> Option<String> {
        let lost: Vec<String> = self
            .loses(live)
            .iter()
            .map(|it| format!("`{it}`"))
            .collect();
        let lost = (!lost.is_empty()).then(|| {
            format!(
                "the data disks {} are DELETED with it, as they are marked",
                lost.join(", ")
            )
        });
        let both: Vec<String> = lost.into_iter().chain(live::device_left(live)).collect();
        (!both.is_empty()).then(|| both.join("; "))
    }

    /// General knowledge of Azure, which the specs are silent about: unverified, 2026-11-21.
    fn consequence(&self, change: &Change) -> Option<String> {
        (change.attribute == "size").then(|| {
            "Azure restarts a running machine to give it another size, and refuses one that its present host has not: \
             deallocate it then, and run again"
                .to_owned()
        })
    }
}

impl AzureKind for Vm {
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

    fn make_sense(&self, _: &Step, mut fault: Fault, _: &Seen) -> Result<Done, Fault> {
        if let Some(help) = advice::of(&fault) {
            fault.help = Some(help.to_owned());
        }
        Err(fault)
    }

    fn admits(&self, step: &Step, attribute: &str, text: &str) -> Result<(), String> {
        let misfit = match attribute {
            "admin.password" => {
                let os = step.write.get("system").and_then(Value::as_text);
                account::password_misfit(os.unwrap_or_default(), text)
            }
            "admin.ssh-key" => account::key_misfit(text),
            _ => None,
        };
        misfit.map_or(Ok(()), Err)
    }

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        let mut opinions = tagged::judge(step, seen);
        let writes_itself = step.action == Action::Create || write::changes_itself(step);
        if let (true, Seen::One(body)) = (writes_itself, seen) {
            let result = match decode::<wire::Machine>(step, body) {
                Ok(machine) => as_planned(step, &machine),
                Err(fault) => Proof::NotChecked(fault.message),
            };
            opinions.push(Opinion::new("it is made as planned", result));
        }
        opinions
    }
}

/// Whether what the step was to write of the machine itself is to be seen.
fn as_planned(step: &Step, machine: &wire::Machine) -> Proof {
    let found = live::attributes(machine);
    let planned = step
        .changes
        .iter()
        .filter(|change| step.action == Action::Create || change.class == Class::Changeable)
        .filter(|change| found.contains_key(&change.attribute))
        .map(|change| (change.attribute.clone(), change.after.clone()))
        .collect();
    match diff(&SCHEMA, &planned, &found).first() {
        None => Proof::Verified,
        Some(lost) => Proof::Wrong(format!("`{}` is {}", lost.attribute, lost.before)),
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
