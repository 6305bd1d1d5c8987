//! The login extension of a Windows machine, AADLoginForWindows: found by its handler whatever its resource is called, made where
//! it is missing, tried again where it failed.

mod advice;
mod deferral;
mod live;
pub(crate) mod wire;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Hindrance, Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Class, Existence, Lifetime, Literal, Naming, Need, Order, Place as Where,
    Schema, Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::place::part_key;
use super::vm::wire::Machine;
use super::{Ask, AzureKind, Opinion, Seen, Write, arm_id, decode, refusal, versions, vm};
use crate::http::Request;

pub(crate) use deferral::DEFERRALS;
pub(crate) use live::Joining;
pub(crate) use live::{joining, live};

/// The kind `login`.
pub struct Login;

/// Who publishes the handler.
pub(crate) const PUBLISHER: &str = "Microsoft.Azure.ActiveDirectory";
/// The handler for Windows.
pub(crate) const HANDLER: &str = "AADLoginForWindows";
/// What the extension's resource is called, unless another handler has taken that name.
const NAMES: [&str; 3] = ["AADLoginForWindows", "AADLogin", "vmlogin"];

static SCHEMA: Schema = Schema {
    kind: "login",
    title: "login extension",
    stands_in: &["vm"],
    naming: Naming::Unnamed,
    attributes: &[
        Attribute {
            name: "version",
            class: Class::Changeable,
            shape: Shape::Floor,
            written: Written::Nowhere,
            default: Some(Literal::Text("1.0")),
        },
        Attribute {
            name: "auto-upgrade-minor-version",
            class: Class::Changeable,
            shape: Shape::Bool,
            written: Written::Nowhere,
            default: Some(Literal::Bool(true)),
        },
        // Newer handlers fail without the setting, and its empty value means "no device management": FACTS 8.
        Attribute {
            name: "mdm-id",
            class: Class::Changeable,
            shape: Shape::Text,
            written: Written::Nowhere,
            default: Some(Literal::Text("")),
        },
    ],
    later: &[
        "version",
        "auto-upgrade-minor-version",
        "enable-automatic-upgrade",
        "mdm-id",
    ],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: true,
    order: &[Order {
        after: "identity",
        place: Where::Sibling,
        need: Need::Success,
        reason: "the extension joins the directory with the machine's own identity",
    }],
};

impl Kind for Login {
    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(part_key(&arm_id(resource, scene.manifest)?, SCHEMA.kind))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        let machine = arm_id(resource, scene.manifest)?;
        if let Some(live) = scene
            .inventory
            .get(SCHEMA.kind, &part_key(&machine, SCHEMA.kind))
        {
            return Some(live.id.clone());
        }
        let taken =
            machine_of(resource, scene).and_then(|live| live.facts.get("extensions")?.as_map());
        Some(machine.child("extensions", free_name(taken)).to_string())
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let mut complete =
            Attributes::from([("estate".to_owned(), scene.manifest.estate.as_str().into())]);
        let region = machine_of(resource, scene).and_then(|live| live.facts.get("location"));
        complete.extend(region.map(|region| ("region".to_owned(), region.clone())));
        complete
    }

    /// Extensions of a machine that does not run, or whose agent does not answer, can neither be made nor changed nor deleted.
    fn hindrance(
        &self,
        resource: &Resource,
        _live: Option<&Live>,
        scene: &Scene<'_>,
    ) -> Option<Hindrance> {
        let machine = machine_of(resource, scene)?;
        let name = scene
            .manifest
            .parent_of(resource)
            .map_or("", |machine| machine.name.as_str());
        deferral::of(machine, name)
    }
}

impl AzureKind for Login {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        let id = refusal::id(step)?;
        match step.action {
            Action::Create => {
                let path = format!("{}/extensions", id.parent().path());
                Ok(Ask::All(Request::get(
                    path,
                    versions::COMPUTE,
                    refusal::attempted(step),
                )))
            }
            Action::Update | Action::Delete => Ok(Ask::One(Request::get(
                id.path(),
                versions::COMPUTE,
                refusal::attempted(step),
            ))),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => write::create(step, fresh),
            Action::Update => write::repair(step, fresh),
            Action::Delete => write::uninstall(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn make_sense(&self, _step: &Step, mut fault: Fault, _seen: &Seen) -> Result<Done, Fault> {
        if let Some(help) = advice::of(&fault.message) {
            fault.help = Some(help.to_owned());
        }
        Err(fault)
    }

    /// The machine rather than the extension: it tells the running version and the machine's name too.
    fn look(&self, step: &Step) -> Ask {
        match refusal::id(step) {
            Ok(id) => Ask::One(vm::read(&id.parent(), refusal::looking(step))),
            Err(_) => Ask::Nothing,
        }
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        let Seen::One(body) = seen else {
            return vec![if step.action.removes() {
                Opinion::gone(seen)
            } else {
                Opinion::exists(seen)
            }];
        };
        match decode::<Machine>(step, body) {
            Ok(machine) if step.action.removes() => vec![live::gone(&machine)],
            Ok(machine) => live::reports(&machine),
            Err(fault) => vec![Opinion::new(
                live::REPORTS,
                Proof::NotChecked(fault.message),
            )],
        }
    }
}

/// The machine that a login stands in, as it was read.
fn machine_of<'a>(resource: &Resource, scene: &Scene<'a>) -> Option<&'a Live> {
    let machine = arm_id(resource, scene.manifest)?;
    scene.inventory.get("vm", &Key(machine.key().to_owned()))
}

/// A name that no extension of another handler has.
fn free_name(taken: Option<&BTreeMap<String, Value>>) -> &'static str {
    let is_taken = |name: &&&str| {
        taken.is_some_and(|taken| taken.keys().any(|own| own.eq_ignore_ascii_case(name)))
    };
    NAMES
        .iter()
        .find(|name| !is_taken(name))
        .copied()
        .unwrap_or(NAMES[0])
}
