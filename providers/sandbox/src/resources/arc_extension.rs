//! Extensions of Arc machines: writes are answered 202 and empty, the model tells the version that runs, and the agent's
//! word is one status instead of a list (arm/OBSERVED.md 1, 2, 7).

use serde_json::{Map, Value, json};

use super::extension::{self, text};
use super::tags_of;
use super::{arc, extension_image, handler, method_not_allowed, not_found, page, resource_group};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::state::Extension;

/// Everything at `{machine}/extensions`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, machine: &str, rest: &[&str]) -> Answer {
    if !call.world.arcs.contains_key(machine) {
        let parent = format!("/{}", call.request.segments[..8].join("/"));
        return Err(extension::parent_not_found(
            call,
            &parent,
            "machines/extensions",
        ));
    }
    match (call.request.method.as_str(), rest) {
        ("GET", []) => Ok(list(call, machine)),
        (method, [name]) => {
            let key = format!("{machine}/extensions/{name}");
            match method {
                "GET" => get(call, &key),
                "PUT" => put(call, machine, &key),
                "PATCH" => patch(call, machine, &key),
                "DELETE" => delete(call, &key),
                _ => Err(method_not_allowed(call)),
            }
        }
        (_, [_, ..]) => Err(not_found(&format!("/{}", call.request.segments.join("/")))),
        _ => Err(method_not_allowed(call)),
    }
}

/// An extension as answered, the agent's word always with it. That a failed one has its exit code there and the level
/// `Error` is unverified against Azure, 2026-11-21.
pub(crate) fn shown(extension: &Extension) -> Value {
    let mut properties = extension.properties.clone();
    properties.insert(
        "provisioningState".to_owned(),
        json!(extension.provisioning_state),
    );
    if let Some(view) = &extension.view {
        let (code, level) = match &view.failure {
            None => ("0", "Information"),
            Some(code) => (code.as_str(), "Error"),
        };
        let view = json!({"name": extension.name, "type": text(&extension.properties, "type"),
            "typeHandlerVersion": view.version, "status": {"code": code, "level": level,
            "message": format!("Extension Message: {}", view.message)}});
        properties.insert("instanceView".to_owned(), view);
    }
    let mut shown = json!({"id": extension.id, "name": extension.name, "type": format!("{}/extensions", arc::TYPE),
        "location": extension.location, "properties": properties});
    if let Some(tags) = &extension.tags {
        shown["tags"] = json!(tags);
    }
    shown
}

fn list(call: &mut Call<'_>, machine: &str) -> Reply {
    let keys: Vec<String> = call
        .world
        .extensions_of(machine)
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        operation::look_at(call.world, &key, &call.pace);
    }
    page::page(call, call.world.extensions_of(machine), shown)
}

fn get(call: &mut Call<'_>, key: &str) -> Answer {
    operation::look_at(call.world, key, &call.pace);
    match call.world.extensions.get(key) {
        Some(extension) => Ok(Reply::json(200, shown(extension))),
        None => Err(not_found(&format!("/{}", call.request.segments.join("/")))),
    }
}

/// One extension a handler, as on machines of Azure. Code and text are unverified against it, 2026-11-21: the code has the form
/// of Arc's own.
fn check_handler(
    call: &Call<'_>,
    machine: &str,
    key: &str,
    properties: &Map<String, Value>,
) -> Result<(), Reply> {
    let handler = extension::handler_of(properties);
    let mut others = call.world.extensions_of(machine);
    let other = others.find(|(other, it)| {
        *other != key && extension::handler_of(&it.properties).eq_ignore_ascii_case(&handler)
    });
    match other {
        None => Ok(()),
        Some((_, other)) => Err(error::provider(
            409,
            "HCRP409",
            format!(
                "An extension of type '{}' and publisher '{}' already exists on the machine as '{}'.",
                text(properties, "type"),
                text(properties, "publisher"),
                other.name
            ),
        )),
    }
}

fn put(call: &mut Call<'_>, machine: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, key)?;
    let mut properties = extension::settable(&body["properties"]);
    for needed in ["publisher", "type"] {
        if text(&properties, needed).is_empty() {
            // The code is Arc's own for something that is missing (arm/FACTS.md 7).
            return Err(error::provider(
                400,
                "HCRP400",
                format!("The property '{needed}' is required."),
            ));
        }
    }
    handler::check_version(&properties)?;
    check_handler(call, machine, key, &properties)?;
    fill_in(&mut properties);
    let known = call.world.extensions.get(key);
    let held = &call.world.arcs[machine].machine;
    let extension = Extension {
        id: known.map_or_else(
            || format!("{}/extensions/{}", held.id, call.request.segments[9]),
            |it| it.id.clone(),
        ),
        name: known.map_or_else(|| call.request.segments[9].clone(), |it| it.name.clone()),
        location: held.location.clone(),
        tags: tags_of(body)?,
        properties,
        provisioning_state: if known.is_some() {
            "Updating"
        } else {
            "Creating"
        }
        .to_owned(),
        view: known.and_then(|it| it.view.clone()),
    };
    Ok(accept(call, key, extension))
}

/// What the service fills in: the newest version, no minor upgrades, and automatic ones, contrary to virtual machines.
fn fill_in(properties: &mut Map<String, Value>) {
    let kind = text(properties, "type").to_owned();
    if text(properties, "typeHandlerVersion").is_empty() {
        let newest = extension_image::newest(&kind).unwrap_or("1.0.0.1");
        properties.insert("typeHandlerVersion".to_owned(), json!(newest));
    }
    properties
        .entry("autoUpgradeMinorVersion")
        .or_insert(json!(false));
    properties
        .entry("enableAutomaticUpgrade")
        .or_insert(json!(true));
}

fn patch(call: &mut Call<'_>, machine: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    resource_group::check_stays(call.world, machine)?;
    let Some(mut extension) = call.world.extensions.get(key).cloned() else {
        return Err(not_found(&format!("/{}", call.request.segments.join("/"))));
    };
    extension
        .properties
        .extend(extension::settable(&body["properties"]));
    handler::check_version(&extension.properties)?;
    if let Some(tags) = tags_of(body)? {
        extension.tags = Some(tags);
    }
    extension.provisioning_state = "Updating".to_owned();
    Ok(accept(call, key, extension))
}

fn accept(call: &mut Call<'_>, key: &str, extension: Extension) -> Reply {
    let place = extension.location.clone();
    let operation = operation::begin(call, key, &place, Work::ExtensionInstall { run: true });
    call.world.extensions.insert(key.to_owned(), extension);
    let reply = operation::hybrid::announce(call, &operation, Reply::empty(202));
    with_wait(reply, call.pace.wait(None))
}

fn delete(call: &mut Call<'_>, key: &str) -> Answer {
    let Some(extension) = call.world.extensions.get_mut(key) else {
        return Ok(Reply::empty(204));
    };
    extension.provisioning_state = "Deleting".to_owned();
    let place = extension.location.clone();
    let operation = operation::begin(call, key, &place, Work::ExtensionDelete);
    let reply = operation::hybrid::announce(call, &operation, Reply::empty(202));
    Ok(with_wait(reply, call.pace.wait(None)))
}
