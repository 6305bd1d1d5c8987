//! The login extension of a machine, AADLoginForWindows or AADSSHLoginForLinux by what the machine runs: found by its handler
//! whatever its resource is called, made where it is missing, tried again where it failed.

mod advice;
mod deferral;
mod handler;
mod host;
mod live;
mod reinstall;
pub(crate) mod wire;
mod write;

#[cfg(test)]
mod arc_tests;
#[cfg(test)]
mod reinstall_tests;
#[cfg(test)]
mod tests;

use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Hindrance, Key, Kind, Reinstall, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::{Done, Fault, Proof};
use vmlogin_engine::schema::{
    Adoption, Attribute, Class, Existence, Lifetime, Literal, Naming, Need, Order, Place as Where,
    Schema, Shape, Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::place::part_key;
use super::vm::image::declared_os;
use super::{Ask, AzureKind, Opinion, Seen, Write, arm_id, live_of, made, refusal, versions};
use crate::http::Request;
use crate::tables::endpoints;

pub(crate) use deferral::DEFERRALS;
pub(crate) use handler::{Handler, PUBLISHER};
pub(crate) use host::{Host, neighbours};
pub(crate) use live::Joining;
pub(crate) use live::{joining, live};

/// The kind `login`.
pub struct Login;

/// Intune's app, which `intune` stands for.
pub(crate) const INTUNE: &str = "0000000a-0000-0000-c000-000000000000";

static SCHEMA: Schema = Schema {
    kind: "login",
    title: "login extension",
    stands_in: &["vm", "arc-machine"],
    naming: Naming::Unnamed,
    attributes: &[
        Attribute {
            // What is sent where it is not declared depends on the machine and the handler: see `complete`. So for `mdm-id`.
            name: "version",
            class: Class::Changeable,
            shape: Shape::Floor,
            written: Written::Property,
            default: None,
        },
        Attribute {
            name: "auto-upgrade-minor-version",
            class: Class::Changeable,
            shape: Shape::Bool,
            written: Written::Property,
            default: Some(Literal::Bool(true)),
        },
        // Without a default: its effect on these handlers is not documented, so it is sent only where it is declared.
        Attribute {
            name: "enable-automatic-upgrade",
            class: Class::Changeable,
            shape: Shape::Bool,
            written: Written::Property,
            default: None,
        },
        Attribute {
            name: "mdm-id",
            class: Class::Changeable,
            shape: Shape::Alias {
                word: "intune",
                means: INTUNE,
            },
            written: Written::Property,
            default: None,
        },
    ],
    later: &[],
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
        if let Some(live) = scene.live_of(self, resource) {
            return Some(live.id.clone());
        }
        let machine = arm_id(resource, scene.manifest)?;
        let taken =
            machine_of(resource, scene).and_then(|live| live.facts.get("extensions")?.as_map());
        let handler = handler_for(resource, scene)?;
        Some(
            machine
                .child("extensions", free_name(handler, taken))
                .to_string(),
        )
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let mut complete =
            Attributes::from([("estate".to_owned(), scene.manifest.estate.as_str().into())]);
        let live = machine_of(resource, scene).and_then(|live| live.facts.get("location"));
        let declared = || made::region(scene.manifest.parent_of(resource)?, scene);
        let region = live.cloned().or_else(declared);
        complete.extend(region.map(|region| ("region".to_owned(), region)));
        if let Some(handler) = handler_for(resource, scene) {
            complete.insert("handler".to_owned(), handler.kind.into());
            if handler.joins {
                complete.extend(hosts(resource, scene).map(|it| ("join-hosts".to_owned(), it)));
            }
            let on_arc = arm_id(resource, scene.manifest).is_some_and(|id| host::is_arc(&id));
            if let (None, Some(version)) = (resource.get("version"), handler.first_version(on_arc))
            {
                complete.insert("version".to_owned(), version.into());
            }
            // Newer handlers fail without the setting, and its empty value means "no device management": FACTS 8.
            if handler.managed && resource.get("mdm-id").is_none() {
                complete.insert("mdm-id".to_owned(), "".into());
            }
        }
        complete
    }

    fn reinstall(&self, resource: &Resource, live: &Live, scene: &Scene<'_>) -> Option<Reinstall> {
        reinstall::asked(resource, live, scene)
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
                let version = versions::of(&id);
                Ok(Ask::All(Request::get(
                    path,
                    version,
                    refusal::attempted(step),
                )))
            }
            Action::Update | Action::Delete => Ok(Ask::One(Request::get(
                id.path(),
                versions::of(&id),
                refusal::attempted(step),
            ))),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Create => write::create(step, fresh),
            Action::Update => write::update(step, fresh),
            Action::Delete => write::uninstall(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn make_sense(&self, step: &Step, mut fault: Fault, _seen: &Seen) -> Result<Done, Fault> {
        let handler = step.write.get("handler").and_then(Value::as_text);
        let on_arc = refusal::id(step).is_ok_and(|id| host::is_arc(&id.parent()));
        let handler = handler.unwrap_or_default();
        if let Some(help) = advice::of(handler, on_arc, &fault.message) {
            let hosts = step.write.get("join-hosts").and_then(Value::as_text);
            fault.help = Some(advice::with_hosts(help, hosts));
        }
        Err(fault)
    }

    /// The machine rather than the extension: it tells the running version and the machine's name too.
    fn look(&self, step: &Step) -> Ask {
        match refusal::id(step) {
            Ok(id) => Ask::One(host::read(&id.parent(), refusal::looking(step))),
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
        match host::of(step, body) {
            Ok(machine) if step.action.removes() => vec![live::gone(machine.as_ref())],
            Ok(machine) => live::reports(step, machine.as_ref()),
            Err(fault) => vec![Opinion::new(
                live::REPORTS,
                Proof::NotChecked(fault.message),
            )],
        }
    }
}

/// The machine that a login stands in, as it was read.
fn machine_of<'a>(resource: &Resource, scene: &Scene<'a>) -> Option<&'a Live> {
    live_of(scene.manifest.parent_of(resource)?, scene)
}

/// The hosts that a machine of the manifest's cloud talks to when it joins, for the help of a failure.
fn hosts(login: &Resource, scene: &Scene<'_>) -> Option<Value> {
    let cloud = &scene.manifest.tenants.get(&*login.tenant)?.cloud;
    let needed = endpoints::needed(cloud, handler_for(login, scene)?.os);
    let hosts: Vec<&str> = needed
        .filter(|endpoint| endpoint.port == 443)
        .map(|endpoint| endpoint.host)
        .collect();
    Some(Value::Text(hosts.join(", ")))
}

/// The handler for what the machine runs: by what Azure tells, else by what the manifest says.
pub(crate) fn handler_for(login: &Resource, scene: &Scene<'_>) -> Option<&'static Handler> {
    let live = machine_of(login, scene).and_then(|live| live.facts.get("os"));
    let declared = || declared_os(scene.manifest.parent_of(login)?);
    Handler::for_os(live.and_then(Value::as_text).or_else(declared)?)
}

/// A name that no extension of another handler has.
fn free_name(handler: &Handler, taken: Option<&Attributes>) -> &'static str {
    let is_taken = |name: &&&str| {
        taken.is_some_and(|taken| taken.keys().any(|own| own.eq_ignore_ascii_case(name)))
    };
    let names = &handler.names;
    names
        .iter()
        .find(|name| !is_taken(name))
        .copied()
        .unwrap_or(names[0])
}
