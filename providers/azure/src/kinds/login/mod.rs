//! The login extension of a Windows machine, AADLoginForWindows: found by its handler whatever its resource is called, made where
//! it is missing, tried again where it failed.

mod advice;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::{Health, Live};
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
use super::resource_group::looking;
use super::vm::wire::Machine;
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, decode, estate_of, health, refusal,
    refuse, tags, versions, vm,
};
use crate::arm::ArmId;
use crate::http::Request;

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
        let fact = |name: &str| machine.facts.get(name).and_then(Value::as_text);
        let name = scene
            .manifest
            .parent_of(resource)
            .map_or("", |machine| machine.name.as_str());
        match (fact("power"), fact("agent")) {
            (Some(power), _) if power != "running" => Some(Hindrance {
                reason: format!(
                    "`{name}` is {power}, and extensions change only while a machine runs"
                ),
                help: format!("start `{name}` and run again"),
            }),
            (_, Some("not-ready")) => Some(Hindrance {
                reason: format!("the agent of `{name}` is not ready"),
                help: format!(
                    "wait until the agent of `{name}` is ready, or restart the machine, and run again"
                ),
            }),
            _ => None,
        }
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
            Action::Create => create(step, fresh),
            Action::Update => repair(step, fresh),
            Action::Delete => uninstall(step, fresh),
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
            Ok(id) => Ask::One(vm::read(&id.parent(), looking(step))),
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
            Ok(machine) if step.action.removes() => vec![gone(&machine)],
            Ok(machine) => reports(&machine),
            Err(fault) => vec![Opinion::new(REPORTS, Proof::NotChecked(fault.message))],
        }
    }
}

/// The login extension of a machine, where it has one.
pub(crate) fn live(machine: &Machine, place: &Place) -> Option<Live> {
    let extension = of(machine)?;
    let mut live = place.part(SCHEMA.kind, SCHEMA.title);
    live.id = extension.id.clone();
    live.attributes = attributes(&extension.properties);
    live.stamp = estate_of(&extension.tags);
    live.protected = super::is_protected(&extension.tags);
    let view = machine.extension_view(extension.name());
    live.health = health(&extension.properties.provisioning_state, || view?.failure());
    let running = view.and_then(|view| view.type_handler_version.clone());
    live.facts
        .extend(running.map(|version| ("running-version".to_owned(), Value::Text(version))));
    Some(live)
}

/// The machine's extension of this handler.
fn of(machine: &Machine) -> Option<&wire::Extension> {
    machine
        .resources
        .iter()
        .flatten()
        .find(|extension| extension.is_login())
}

fn attributes(properties: &wire::Properties) -> Attributes {
    let mdm_id = properties
        .settings
        .as_ref()
        .and_then(|settings| settings.get("mdmId"))
        .and_then(Json::as_str);
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    Attributes::from([
        (
            "version".to_owned(),
            text(properties.type_handler_version.as_deref()),
        ),
        // Left out it is off: it comes back as `false`.
        (
            "auto-upgrade-minor-version".to_owned(),
            properties
                .auto_upgrade_minor_version
                .unwrap_or(false)
                .into(),
        ),
        ("mdm-id".to_owned(), text(mdm_id)),
    ])
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

fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::All(rows) = fresh else {
        return Err(refuse(
            step,
            "its machine is gone".to_owned(),
            "run again: the plan then says what is missing",
        ));
    };
    let id = refusal::id(step)?;
    for row in rows {
        let extension: wire::Extension = decode(step, row)?;
        if extension.is_login() {
            return already_there(step, &extension);
        }
        if extension.name().eq_ignore_ascii_case(id.name()) {
            return Err(refuse(
                step,
                format!(
                    "an extension of another handler is called `{}` meanwhile",
                    extension.name()
                ),
                "run again: the plan then chooses another name",
            ));
        }
    }
    let body = json!({
        "location": refusal::text(step, "region")?,
        "tags": tags::new_tags(step)?,
        "properties": {
            "publisher": PUBLISHER,
            "type": HANDLER,
            "typeHandlerVersion": refusal::text(step, "version")?,
            "autoUpgradeMinorVersion": step.write.get("auto-upgrade-minor-version").and_then(Value::as_bool),
            "settings": {"mdmId": refusal::text(step, "mdm-id")?},
        },
    });
    Ok(Write::Send(vec![put(step, &id, body)]))
}

/// Somebody installed it between the plan and now. One that works is what was wanted; it is left as it is.
fn already_there(step: &Step, extension: &wire::Extension) -> Result<Write, Fault> {
    match health(&extension.properties.provisioning_state, || None) {
        Health::Good => Ok(Write::Nothing(format!(
            "it was installed meanwhile, as `{}`",
            extension.name()
        ))),
        _ => Err(refuse(
            step,
            format!("it is being installed meanwhile, as `{}`", extension.name()),
            "run again when that has ended",
        )),
    }
}

/// Writes a failed extension again as it is, so that its handler runs once more: only a changed `forceUpdateTag` makes it.
fn repair(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone meanwhile".to_owned(),
            "run again: the plan then makes it",
        ));
    };
    let extension: wire::Extension = decode(step, body)?;
    match health(&extension.properties.provisioning_state, || None) {
        Health::Failed { .. } => {}
        Health::Good => return Ok(Write::Nothing("it succeeded meanwhile".to_owned())),
        Health::Busy => {
            return Err(refuse(
                step,
                "another operation is running on it".to_owned(),
                "run again when that has ended",
            ));
        }
    }
    let next = next_tag(extension.properties.force_update_tag.as_deref());
    let body = wire::writable(body, &next);
    Ok(Write::Send(vec![put(step, &refusal::id(step)?, body)]))
}

/// Uninstalls what this estate installed. Somebody may have taken it over, or away, since the plan was made.
fn uninstall(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    let extension: wire::Extension = decode(step, body)?;
    if !extension.is_login()
        || estate_of(&extension.tags).as_deref() != Some(refusal::text(step, "estate")?)
    {
        return Err(refuse(
            step,
            "the stamp of this estate is no longer on it".to_owned(),
            "run again: the plan then keeps it as it is",
        ));
    }
    Ok(Write::Send(vec![Request::delete(
        refusal::id(step)?.path(),
        versions::COMPUTE,
        refusal::attempted(step),
    )]))
}

/// A tag that differs from the old one, made without a clock: `vmlogin-1`, `vmlogin-2`, …
fn next_tag(old: Option<&str>) -> String {
    let count: u64 = old
        .and_then(|old| old.strip_prefix("vmlogin-")?.parse().ok())
        .unwrap_or(0);
    format!("vmlogin-{}", count.wrapping_add(1))
}

fn put(step: &Step, id: &ArmId, body: Json) -> Request {
    Request::put(id.path(), versions::COMPUTE, body, refusal::attempted(step))
}

const REPORTS: &str = "the extension reports success";

/// What the machine shows after the extension was written.
fn reports(machine: &Machine) -> Vec<Opinion> {
    let Some(extension) = of(machine) else {
        return vec![Opinion::new(
            REPORTS,
            Proof::Wrong("the machine has no such extension".to_owned()),
        )];
    };
    let view = machine.extension_view(extension.name());
    let result = match (
        health(&extension.properties.provisioning_state, || view?.failure()),
        view,
    ) {
        (Health::Failed { message }, _) => Proof::Wrong(message),
        (Health::Busy, _) => Proof::NotChecked("an operation is running on it".to_owned()),
        (_, Some(view)) if view.succeeded() => Proof::Verified,
        (_, Some(view)) => match view.failure() {
            Some(message) => Proof::Wrong(message),
            None => Proof::NotChecked("the extension has not reported yet".to_owned()),
        },
        (_, None) => Proof::NotChecked("the machine's agent has not reported yet".to_owned()),
    };
    let mut opinions = vec![Opinion::new(REPORTS, result)];
    if let Some(version) = view.and_then(|view| view.type_handler_version.as_ref()) {
        opinions.push(Opinion::new(
            &format!("version {version} runs"),
            Proof::Verified,
        ));
    }
    opinions
}

fn gone(machine: &Machine) -> Opinion {
    Opinion::gone(&match of(machine) {
        Some(_) => Seen::All(Vec::new()),
        None => Seen::Missing,
    })
}

/// A machine that a finished step made join the directory.
#[derive(Debug)]
pub(crate) struct Joining {
    /// The machine.
    pub(crate) machine: ArmId,
    /// What it calls itself.
    pub(crate) computer_name: Option<String>,
}

/// The machine that a finished step made join, from what was read to verify it.
pub(crate) fn joining(step: &Step, seen: &Seen) -> Option<Joining> {
    let Seen::One(body) = seen else {
        return None;
    };
    if step.kind != SCHEMA.kind || step.action.removes() {
        return None;
    }
    let machine: Machine = decode(step, body).ok()?;
    Some(Joining {
        machine: refusal::id(step).ok()?.parent(),
        computer_name: machine.computer_name(),
    })
}
