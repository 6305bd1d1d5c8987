//! The network provider: types that are written at once, finished later, and refer to each other.
//!
//! What belongs to one of them (subnets, security rules, routes, IP configurations) is kept inside it, so that both carry
//! one etag, as recorded. What refers to it from elsewhere is never kept, but looked up when it is shown.

mod child;
mod frame;
mod interface;
mod nat_gateway;
pub(crate) mod prefix;
mod public_ip;
pub(crate) mod reference;
mod route_table;
mod security_group;
mod security_rule;
mod subnet;
mod virtual_network;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{method_not_allowed, page, plain};
use crate::fault::Doom;
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::operation;
use crate::state::{Resource, World};

pub(crate) use child::{delete_ended as child_delete_ended, write_ended as child_write_ended};
pub(crate) use frame::{delete_ended, write_ended};
pub(crate) use interface::{attached_to, sow_interface, touch};

/// The namespace, as answers spell it.
pub(crate) const NAMESPACE: &str = "Microsoft.Network";

/// The types that are more than plain resources.
const KINDS: [&Kind; 6] = [
    &virtual_network::KIND,
    &security_group::KIND,
    &public_ip::KIND,
    &interface::KIND,
    &route_table::KIND,
    &nat_gateway::KIND,
];

/// What one type does in its own way.
struct Kind {
    /// Its name without the namespace, as answers spell it.
    name: &'static str,
    /// What belongs to its resources.
    child: Option<&'static Child>,
    /// `Retry-After` of a PUT, as recorded.
    wait: Option<u32>,
    /// State of a resource that was just written: some are finished in their first answer, as recorded.
    written: &'static str,
    /// Checks what was sent and adds what the service adds.
    fill: fn(&World, &mut Draft<'_>) -> Result<(), Reply>,
    /// Refuses a deletion while something needs it.
    free: fn(&World, &Resource) -> Result<(), Reply>,
    /// Adds what others know of it.
    show: fn(&World, &Resource, Look, &mut Map<String, Value>),
    /// What only the end of a write brings.
    settle: fn(&World, &Resource) -> Map<String, Value>,
}

/// What one sort of part does in its own way.
struct Child {
    /// Its name in paths and in the properties of its parent.
    name: &'static str,
    /// Whether it is written for itself, or only with its parent.
    writable: bool,
    wait: Option<u32>,
    fill: FillPart,
    /// Checks all parts of one parent against each other.
    agree: fn(&World, Option<&Resource>, &Resource) -> Result<(), Reply>,
    free: fn(&World, &str, &str) -> Result<(), Reply>,
    show: fn(&World, &str, &str, Look, &mut Map<String, Value>),
}

/// Checks and fills a part: whose it is, its name, what was sent.
type FillPart = fn(&World, &Owner<'_>, &str, &mut Map<String, Value>) -> Result<(), Reply>;

/// A resource that is about to be written.
struct Draft<'a> {
    /// As it was.
    held: Option<&'a Resource>,
    /// As it is to be.
    made: Resource,
    api_version: &'a str,
}

/// Whom a part belongs to.
struct Owner<'a> {
    id: &'a str,
    location: &'a str,
}

/// Which answer shows a thing: those to a GET spell what refers to it in capitals (arm/OBSERVED.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Written,
    Read,
}

/// Everything at `{group}/providers/Microsoft.Network/{type}`; `rest` is what follows the type.
pub(crate) fn answer(call: &mut Call<'_>, word: &str, rest: &[&str]) -> Answer {
    let Some(kind) = kind(word) else {
        return plain::answer(call);
    };
    if rest.is_empty() {
        let group = format!("/{}/", call.request.lower[..4].join("/"));
        return list(call, kind.name, group);
    }
    let key = format!("/{}", call.request.lower[..8].join("/"));
    operation::look_at(call.world, &key, &call.pace);
    if call.request.method == Method::GET {
        call.world.know_users();
    }
    match (rest, kind.child) {
        ([_], _) => frame::answer(call, kind, &key),
        ([_, "defaultsecurityrules", rest @ ..], _) if kind.name == security_group::KIND.name => {
            security_group::defaults(call, &key, rest)
        }
        ([_, collection, rest @ ..], Some(child))
            if child.name.eq_ignore_ascii_case(collection) =>
        {
            child::answer(call, child, &key, rest)
        }
        (_, _) => Err(error::not_emulated(&format!(
            "`{}` of `{NAMESPACE}/{}`",
            rest.get(1).copied().unwrap_or_default(),
            kind.name
        ))),
    }
}

/// The list of a subscription.
pub(crate) fn list_all(call: &mut Call<'_>, subscription: &str, word: &str) -> Answer {
    let prefix = format!("/subscriptions/{subscription}/");
    match kind(word) {
        Some(kind) => list(call, kind.name, prefix),
        None => plain::list_all(call, subscription),
    }
}

/// A resource of this provider as a GET answers it.
pub(crate) fn shown(world: &World, it: &Resource) -> Value {
    frame::shown(world, it, Look::Read)
}

/// Whether a thing of this provider exists, by its key; parts are looked for in what they belong to.
pub(crate) fn exists(world: &World, key: &str) -> bool {
    if world.resources.contains_key(key) {
        return true;
    }
    let Some((parent, [collection, name])) = split_part(key) else {
        return false;
    };
    world
        .resources
        .get(&parent)
        .is_some_and(|held| part(held, collection, name).is_some())
}

/// A resource of a seed, as if it had been written and finished.
pub(crate) fn sown(world: &World, made: Resource) -> Result<Resource, String> {
    let (namespace, word) = made.kind.split_once('/').unwrap_or_default();
    let Some(kind) = kind(word).filter(|_| namespace.eq_ignore_ascii_case(NAMESPACE)) else {
        return Ok(made);
    };
    let mut draft = Draft {
        held: None,
        made,
        api_version: "2024-03-01",
    };
    (kind.fill)(world, &mut draft).map_err(|refusal| message(&refusal))?;
    let mut made = draft.made;
    if let Some(child) = kind.child {
        (child.agree)(world, None, &made).map_err(|refusal| message(&refusal))?;
    }
    frame::set_states(&mut made, "Succeeded");
    let settled = (kind.settle)(world, &made);
    made.properties.extend(settled);
    Ok(made)
}

/// An error of this provider, with the empty details that it has.
fn refusal(status: u16, code: &str, message: impl AsRef<str>) -> Reply {
    Reply::json(
        status,
        json!({"error": {"code": code, "message": message.as_ref(), "details": []}}),
    )
}

fn kind(word: &str) -> Option<&'static Kind> {
    KINDS
        .into_iter()
        .find(|kind| kind.name.eq_ignore_ascii_case(word))
}

fn list(call: &mut Call<'_>, name: &str, prefix: String) -> Answer {
    if call.request.method != Method::GET {
        return Err(method_not_allowed(call));
    }
    let wanted = format!("{NAMESPACE}/{name}");
    call.world.know_users();
    let world = &*call.world;
    let rows = page::beneath(call, &world.resources, prefix).filter(|(_, it)| it.kind == wanted);
    Ok(page::page(call, rows, |it| {
        frame::shown(world, it, Look::Read)
    }))
}

/// The parts of a resource in one of its collections.
fn parts<'a>(held: &'a Resource, collection: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let member = held
        .properties
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(collection));
    member
        .and_then(|(_, parts)| parts.as_array())
        .into_iter()
        .flatten()
        .filter_map(|part| Some((part["name"].as_str()?, part)))
}

fn part<'a>(held: &'a Resource, collection: &str, name: &str) -> Option<&'a Value> {
    parts(held, collection)
        .find(|(held, _)| held.eq_ignore_ascii_case(name))
        .map(|(_, part)| part)
}

/// The key of a part, taken apart: whose it is, its collection and name.
fn split_part(key: &str) -> Option<(String, [&str; 2])> {
    let segments: Vec<&str> = key.split('/').collect();
    let [parent @ .., collection, name] = segments.as_slice() else {
        return None;
    };
    Some((parent.join("/"), [collection, name]))
}

fn message(refusal: &Reply) -> String {
    let error = refusal.body.as_ref().map(|it| &it["error"]["message"]);
    error.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Why a write or deletion failed, if the seed has a fault for it.
type Ended = Option<Doom>;
