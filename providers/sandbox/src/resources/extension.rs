//! Extensions of virtual machines.

use serde_json::{Map, Value, json};

use super::handler;
use super::machine_answer::Casing;
use super::{method_not_allowed, not_found, page, resource_group, tags_of};
use crate::fault::Doom;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation::{self, Work, with_wait};
use crate::seed::Power;
use crate::state::{Extension, HandlerView, World};

/// Properties that a body may set. Protected settings are taken and never kept.
const SETTABLE: [&str; 10] = [
    "publisher",
    "type",
    "typeHandlerVersion",
    "autoUpgradeMinorVersion",
    "enableAutomaticUpgrade",
    "settings",
    "forceUpdateTag",
    "suppressFailures",
    "provisionAfterExtensions",
    "protectedSettingsFromKeyVault",
];

/// Everything at `{machine}/extensions`; `rest` is what follows.
pub(crate) fn answer(call: &mut Call<'_>, machine: &str, rest: &[&str]) -> Answer {
    let parent = format!("/{}", call.request.segments[..8].join("/"));
    if !call.world.machines.contains_key(machine) {
        return Err(parent_not_found(
            call,
            &parent,
            "virtualMachines/extensions",
        ));
    }
    let Some(name) = rest.first() else {
        return match call.request.method.as_str() {
            "GET" => Ok(list(call, machine)),
            _ => Err(method_not_allowed(call)),
        };
    };
    if rest.len() > 1 {
        return Err(not_found(&format!("/{}", call.request.segments.join("/"))));
    }
    let key = format!("{machine}/extensions/{name}");
    match call.request.method.as_str() {
        "GET" => get(call, &key),
        "PUT" => put(call, machine, &key),
        "PATCH" => patch(call, machine, &key),
        "DELETE" => delete(call, machine, &key),
        _ => Err(method_not_allowed(call)),
    }
}

/// An extension as answered.
pub(crate) fn shown(extension: &Extension, casing: Casing<'_>, view: bool) -> Value {
    let mut properties = extension.properties.clone();
    properties.insert(
        "provisioningState".to_owned(),
        json!(extension.provisioning_state),
    );
    if let Some(view) = instance_view(extension).filter(|_| view) {
        properties.insert("instanceView".to_owned(), view);
    }
    let mut shown = json!({"name": extension.name, "id": casing.apply(&extension.id),
        "type": "Microsoft.Compute/virtualMachines/extensions", "location": extension.location,
        "properties": properties});
    if let Some(tags) = &extension.tags {
        shown["tags"] = json!(tags);
    }
    shown
}

/// What the agent says about it; nothing before its handler ran.
pub(crate) fn instance_view(extension: &Extension) -> Option<Value> {
    let view = extension.view.as_ref()?;
    let status = match &view.failure {
        None => json!({"code": "ProvisioningState/succeeded", "level": "Info",
            "displayStatus": "Provisioning succeeded", "message": view.message}),
        Some(code) => json!({"code": format!("ProvisioningState/failed/{code}"), "level": "Error",
            "displayStatus": "Provisioning failed", "message": view.message}),
    };
    Some(
        json!({"name": extension.name, "type": handler_of(&extension.properties),
        "typeHandlerVersion": view.version, "statuses": [status]}),
    )
}

/// The handler has run, or there was nothing for it to do.
pub(crate) fn install_ended(
    world: &mut World,
    key: &str,
    run: bool,
    doom: Option<Doom>,
    now: jiff::Timestamp,
) -> Option<Doom> {
    let extension = world.extensions.get(key)?.clone();
    let view = match (&doom, run) {
        (Some(doom), _) => HandlerView {
            version: handler::running_version(
                text(&extension.properties, "type"),
                text(&extension.properties, "typeHandlerVersion"),
            ),
            failure: Some("1".to_owned()),
            message: doom.message.clone(),
        },
        (None, true) => handler::run(world, key, &extension, now),
        // Nothing was changed, so the handler is not run again and its last word stands: unverified against Azure,
        // 2026-11-21.
        (None, false) => extension.view.clone()?,
    };
    let failure = doom.or_else(|| {
        view.failure.as_ref().map(|_| Doom {
            code: handler::operation_code(&view).to_owned(),
            message: handler::operation_message(&extension, &view),
        })
    });
    let on_arc = handler::arc_of(world, key).is_some();
    if let Some(extension) = world.extensions.get_mut(key) {
        extension.provisioning_state = match failure {
            None => "Succeeded",
            Some(_) => "Failed",
        }
        .to_owned();
        if on_arc {
            // The model tells what runs (arm/OBSERVED.md 7).
            let version = view.version.clone();
            let properties = &mut extension.properties;
            properties.insert("typeHandlerVersion".to_owned(), json!(version));
        }
        extension.view = Some(view);
    }
    failure
}

/// The extension is gone, and a joined machine with it from the directory; or it stays.
pub(crate) fn delete_ended(world: &mut World, key: &str, doom: Option<Doom>) -> Option<Doom> {
    if doom.is_some() {
        if let Some(extension) = world.extensions.get_mut(key) {
            extension.provisioning_state = "Failed".to_owned();
        }
        return doom;
    }
    if let Some(extension) = world.extensions.remove(key)
        && handler::is_login(&extension.properties)
    {
        handler::leave(world, key);
    }
    None
}

/// `Publisher.Type`, as instance views name a handler.
pub(crate) fn handler_of(properties: &Map<String, Value>) -> String {
    format!(
        "{}.{}",
        text(properties, "publisher"),
        text(properties, "type")
    )
}

/// A property that is text; empty where it is not there.
pub(crate) fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> &'a str {
    properties
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
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
    let view = call.request.expands("instanceView");
    let casing = Casing::Asked(&call.request.segments[3]);
    page::page(call, call.world.extensions_of(machine), |it| {
        shown(it, casing, view)
    })
}

fn get(call: &mut Call<'_>, key: &str) -> Answer {
    operation::look_at(call.world, key, &call.pace);
    match call.world.extensions.get(key) {
        Some(extension) => {
            let view = call.request.expands("instanceView");
            let casing = Casing::Asked(&call.request.segments[3]);
            Ok(Reply::json(200, shown(extension, casing, view)))
        }
        None => Err(error::targeted(
            404,
            "NotFound",
            "The entity was not found in this Azure location.",
            "extensionName",
        )),
    }
}

fn put(call: &mut Call<'_>, machine: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    check_running(call.world, machine)?;
    resource_group::check_stays(call.world, key)?;
    let properties = settable(&body["properties"]);
    for needed in ["publisher", "type", "typeHandlerVersion"] {
        if text(&properties, needed).is_empty() {
            return Err(error::targeted(
                400,
                "InvalidParameter",
                format!("Required parameter '{needed}' is missing (null)."),
                needed,
            ));
        }
    }
    let held = &call.world.machines[machine];
    let place = held.location.clone();
    if body["location"]
        .as_str()
        .is_none_or(|it| super::location::canonical(it) != place)
    {
        return Err(error::gateway(
            400,
            "LocationRequired",
            format!(
                "The location property is required for this definition and is '{place}' for this machine."
            ),
        ));
    }
    handler::check_version(&properties)?;
    check_others(call.world, machine, key, &properties)?;
    let mut properties = properties;
    // Left out, it comes back as false (arm/OBSERVED.md 7).
    properties
        .entry("autoUpgradeMinorVersion")
        .or_insert(json!(false));
    let known = call.world.extensions.get(key);
    if let Some(known) = known
        && !handler_of(&known.properties).eq_ignore_ascii_case(&handler_of(&properties))
    {
        return Err(error::targeted(
            409,
            "PropertyChangeNotAllowed",
            "Changing property 'publisher' or 'type' of an extension is not allowed.",
            "publisher",
        ));
    }
    let (status, state) = match known {
        Some(_) => (200, "Updating"),
        None => (201, "Creating"),
    };
    // Protected settings are unknown afterwards, so sending some counts as a change.
    let secret = body["properties"]["protectedSettings"].is_object();
    let run = secret || known.is_none_or(|it| it.properties != properties || it.view.is_none());
    let extension = Extension {
        id: known.map_or_else(
            || format!("{}/extensions/{}", held.id, call.request.segments[9]),
            |it| it.id.clone(),
        ),
        name: known.map_or_else(|| call.request.segments[9].clone(), |it| it.name.clone()),
        location: place,
        tags: tags_of(body)?,
        properties,
        provisioning_state: state.to_owned(),
        view: known.and_then(|it| it.view.clone()),
    };
    Ok(accept(call, key, status, extension, run))
}

fn patch(call: &mut Call<'_>, machine: &str, key: &str) -> Answer {
    let body = call.request.object()?;
    check_running(call.world, machine)?;
    let Some(known) = call.world.extensions.get(key) else {
        return Err(not_found(&format!("/{}", call.request.segments.join("/"))));
    };
    let mut extension = known.clone();
    extension.properties.extend(settable(&body["properties"]));
    handler::check_version(&extension.properties)?;
    check_others(call.world, machine, key, &extension.properties)?;
    let run = extension.properties != known.properties;
    if let Some(tags) = tags_of(body)? {
        extension.tags = Some(tags);
    }
    extension.provisioning_state = "Updating".to_owned();
    Ok(accept(call, key, 200, extension, run))
}

fn accept(call: &mut Call<'_>, key: &str, status: u16, extension: Extension, run: bool) -> Reply {
    let reply = Reply::json(status, shown(&extension, Casing::Stored, false));
    let place = extension.location.clone();
    let operation = operation::begin(call, key, &place, Work::ExtensionInstall { run });
    call.world.extensions.insert(key.to_owned(), extension);
    let reply = operation::announce(call, &operation, false, reply);
    with_wait(reply, call.pace.wait(None))
}

fn delete(call: &mut Call<'_>, machine: &str, key: &str) -> Answer {
    let Some(extension) = call.world.extensions.get(key) else {
        return Ok(Reply::empty(204));
    };
    let place = extension.location.clone();
    check_running(call.world, machine)?;
    let operation = operation::begin(call, key, &place, Work::ExtensionDelete);
    if let Some(extension) = call.world.extensions.get_mut(key) {
        extension.provisioning_state = "Deleting".to_owned();
    }
    let reply = operation::announce(call, &operation, true, Reply::empty(202));
    Ok(with_wait(reply, call.pace.wait(None)))
}

pub(super) fn settable(sent: &Value) -> Map<String, Value> {
    SETTABLE
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), sent.get(*name)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .collect()
}

fn check_running(world: &World, machine: &str) -> Result<(), Reply> {
    match world.machines[machine].power {
        Power::Running => Ok(()),
        _ => Err(error::provider(
            409,
            "OperationNotAllowed",
            "Cannot modify extensions in the VM when the VM is not running.",
        )),
    }
}

/// One extension a handler, and none while another one is failed.
fn check_others(
    world: &World,
    machine: &str,
    key: &str,
    properties: &Map<String, Value>,
) -> Result<(), Reply> {
    let handler = handler_of(properties);
    for (_, other) in world
        .extensions_of(machine)
        .filter(|(other, _)| *other != key)
    {
        if handler_of(&other.properties).eq_ignore_ascii_case(&handler) {
            let os = match world.machines[machine].os {
                crate::seed::Os::Windows => "Windows",
                crate::seed::Os::Linux => "Linux",
            };
            return Err(error::provider(
                400,
                "BadRequest",
                format!(
                    "Multiple VMExtensions per handler not supported for OS type '{os}'. VMExtension '{}' with handler \
                     '{handler}' already added or specified in input.",
                    other.name
                ),
            ));
        }
    }
    let failed = world
        .extensions_of(machine)
        .find(|(other, it)| *other != key && it.provisioning_state == "Failed");
    match failed {
        None => Ok(()),
        // Composed after the documented template (arm/FACTS.md 7): the whole text has not been seen.
        Some((_, failed)) => Err(error::provider(
            409,
            "OperationNotAllowed",
            format!(
                "Operation on VM extension '{}' is not allowed since VM has extension '{}' in failed state.",
                key.rsplit('/').next().unwrap_or_default(),
                failed.name
            ),
        )),
    }
}

pub(super) fn parent_not_found(call: &Call<'_>, machine: &str, kind: &str) -> Reply {
    let verb = match call.request.method.as_str() {
        "GET" => "read",
        "DELETE" => "delete",
        _ => "write",
    };
    error::gateway(
        404,
        "ParentResourceNotFound",
        format!(
            "Failed to perform '{verb}' on resource(s) of type '{kind}', because the parent \
             resource '{machine}' could not be found."
        ),
    )
}
