//! Microsoft Graph v1.0: the few shapes of path that a client of users, groups, service principals and devices needs.
//!
//! There is no OpenAPI file of it among the specs; paths follow OData and are held against the entity types of
//! `types.json`. What a shape below does not name is refused, so that a new kind of call is looked at first.

use serde_json::{Map, Value};

use super::Flaw;
use super::directory_types::DirectoryTypes;
use super::filter::{filter_flaws, is_advanced};
use super::log::{Given, Row};
use super::paths::{decode, segments};

/// Most parts of one batch, and most ids of one getByIds (FACTS.md 19).
const BATCH: usize = 20;
const IDS: usize = 1000;

/// What is wrong with a request, and with each part of a batch.
pub(crate) fn request_flaws(types: &DirectoryTypes, row: &Row, given: &Given) -> Vec<Flaw> {
    let target = match Target::of(types, &row.path()) {
        Ok(target) => target,
        Err(what) => return vec![Flaw::at("path", what)],
    };
    if !target.verbs().contains(&row.method.as_str()) {
        return vec![Flaw::at("method", format!("this path has only {}", target.verbs().join(", ")))];
    }
    let mut found = Vec::new();
    if !given.is_page(&row.url) {
        found.extend(query_flaws(types, &target, row));
    }
    found.extend(body_flaws(types, &target, row));
    if let Target::Batch = target {
        for (place, part) in parts(row) {
            let flaws = part.map_or_else(|flaw| vec![flaw], |part| request_flaws(types, &part, given));
            found.extend(flaws.into_iter().map(|flaw| flaw.within(&format!("{place} "))));
        }
    }
    found
}

/// What is wrong with an answer, and with each part of a batch.
pub(crate) fn answer_flaws(types: &DirectoryTypes, row: &Row) -> Vec<Flaw> {
    let Ok(target) = Target::of(types, &row.path()) else { return Vec::new() };
    let found = match &row.response {
        answer if row.status >= 400 => error_flaws(answer.as_ref()),
        answer if row.status != target.status(&row.method) => {
            let _ = answer;
            vec![Flaw::at("status", format!("is {}, this call answers {}", row.status, target.status(&row.method)))]
        }
        None if row.status == 204 => Vec::new(),
        Some(_) if row.status == 204 => vec![Flaw::at("answer body", "is not empty")],
        Some(Value::Object(answer)) => object_answer_flaws(types, &target, row, answer),
        _ => vec![Flaw::at("answer body", "is no object")],
    };
    found
}

/// What a path of the directory leads to, with the name of the entity type there.
#[derive(Debug, PartialEq, Eq)]
enum Target<'a> {
    Batch,
    GetByIds,
    Collection(&'a str),
    Entity(&'a str),
    /// The objects behind a navigation property.
    Related,
    /// `…/$ref`: the link to another object, not the object.
    Link,
}

/// Collections by their path, and the type of what is in them.
const COLLECTIONS: &[(&str, &str)] = &[
    ("users", "user"),
    ("groups", "group"),
    ("servicePrincipals", "servicePrincipal"),
    ("applications", "application"),
    ("devices", "device"),
    ("directoryObjects", "directoryObject"),
];

/// Navigation that leads to directory objects; others lead to types outside `types.json`, which could not be checked.
const TO_DIRECTORY_OBJECTS: &[&str] =
    &["memberOf", "transitiveMemberOf", "members", "transitiveMembers", "owners", "registeredOwners", "registeredUsers"];

impl<'a> Target<'a> {
    fn of(types: &DirectoryTypes, path: &str) -> Result<Target<'a>, String> {
        let segments: Vec<String> = segments(path).into_iter().map(decode).collect();
        let segments: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
        let entity = |name: &str| COLLECTIONS.iter().find(|(collection, _)| *collection == name).map(|(_, entity)| *entity);
        let unknown = || Err("is no path of the directory that this check knows".to_owned());
        let (entity, rest) = match segments.as_slice() {
            ["$batch"] => return Ok(Target::Batch),
            ["directoryObjects", "getByIds"] => return Ok(Target::GetByIds),
            ["identity", "conditionalAccess", "policies"] => return Ok(Target::Collection("conditionalAccessPolicy")),
            ["identity", "conditionalAccess", "policies", _] => return Ok(Target::Entity("conditionalAccessPolicy")),
            ["me", rest @ ..] => ("user", rest),
            [keyed, rest @ ..] if keyed.contains('(') => (keyed_entity(types, keyed, entity)?, rest),
            [collection] => return entity(collection).map_or_else(unknown, |entity| Ok(Target::Collection(entity))),
            [collection, id, rest @ ..] if !id.is_empty() => match entity(collection) {
                Some(entity) => (entity, rest),
                None => return unknown(),
            },
            _ => return unknown(),
        };
        match rest {
            [] => Ok(Target::Entity(entity)),
            [navigation, ..] if !types.has_navigation(entity, navigation) => {
                Err(format!("`{navigation}` leads nowhere from `{entity}`"))
            }
            [navigation, ..] if !TO_DIRECTORY_OBJECTS.contains(navigation) => {
                Err(format!("`{navigation}` leads to a type that types.json does not have"))
            }
            [_] => Ok(Target::Related),
            [_, "$ref"] | [_, _, "$ref"] => Ok(Target::Link),
            _ => unknown(),
        }
    }

    fn verbs(&self) -> &'static [&'static str] {
        match self {
            Target::Batch | Target::GetByIds => &["POST"],
            Target::Collection(_) => &["GET", "POST"],
            Target::Entity(_) => &["GET", "PATCH", "DELETE"],
            Target::Related => &["GET"],
            Target::Link => &["GET", "POST", "DELETE"],
        }
    }

    /// The status of success.
    fn status(&self, verb: &str) -> u16 {
        match (self, verb) {
            (Target::Batch | Target::GetByIds, _) | (_, "GET") => 200,
            (Target::Collection(_), "POST") => 201,
            _ => 204,
        }
    }

    /// The type whose properties `$select` and `$filter` may name.
    fn entity(&self) -> Option<&'a str> {
        match self {
            Target::Collection(entity) | Target::Entity(entity) => Some(entity),
            Target::GetByIds | Target::Related => Some("directoryObject"),
            Target::Batch | Target::Link => None,
        }
    }
}

/// `users('a@b')` or `servicePrincipals(appId='…')`.
fn keyed_entity<'a>(types: &DirectoryTypes, keyed: &str, entity: impl Fn(&str) -> Option<&'a str>) -> Result<&'a str, String> {
    let (collection, key) = keyed.split_once('(').unwrap_or((keyed, ""));
    let entity = entity(collection).ok_or_else(|| format!("`{collection}` is no collection that this check knows"))?;
    let key = key.strip_suffix(')').ok_or("has a parenthesis that is not closed")?;
    let (property, value) = if key.starts_with('\'') { ("id", key) } else { key.split_once('=').unwrap_or((key, "")) };
    if !types.is_key(entity, property) {
        return Err(format!("`{property}` is no key of `{entity}`"));
    }
    let quoted = value.len() >= 2 && value.starts_with('\'') && value.ends_with('\'');
    if quoted { Ok(entity) } else { Err(format!("the key `{property}` is not quoted")) }
}

fn query_flaws(types: &DirectoryTypes, target: &Target<'_>, row: &Row) -> Vec<Flaw> {
    let mut found = Vec::new();
    let sent = row.query();
    let eventual = row.header("consistencylevel") == Some("eventual");
    let counted = sent.iter().any(|(name, value)| name == "$count" && value == "true");
    for (at, (name, value)) in sent.iter().enumerate() {
        let place = format!("query `{name}`");
        if sent[..at].iter().any(|(earlier, _)| earlier == name) {
            found.push(Flaw::at(&place, "is given twice"));
        }
        let Some(entity) = target.entity().filter(|_| row.method == "GET" || *target == Target::GetByIds) else {
            found.push(Flaw::at(place, "is not an option of this call"));
            continue;
        };
        let one = |property: &str| match types.property(entity, property) {
            Some(_) => None,
            None => Some(Flaw::at(&place, format!("`{property}` is not a property of `{entity}`"))),
        };
        let listed = !matches!(target, Target::Entity(_));
        match name.as_str() {
            "$select" => found.extend(value.split(',').filter(|property| *property != "*").filter_map(one)),
            "$orderby" if listed => {
                found.extend(value.split(',').filter_map(|term| one(term.split_whitespace().next().unwrap_or_default())));
            }
            "$filter" if listed => {
                found.extend(filter_flaws(types, entity, value).into_iter().map(|what| Flaw::at(&place, what)));
                if is_advanced(value) && !(eventual && counted) {
                    found.push(Flaw::at(&place, "needs `ConsistencyLevel: eventual` and `$count=true`"));
                }
            }
            "$search" if listed && !eventual => found.push(Flaw::at(&place, "needs `ConsistencyLevel: eventual`")),
            "$search" if listed => {}
            "$top" if listed && value.parse::<u16>().is_ok_and(|top| top > 0) => {}
            "$count" if listed && ["true", "false"].contains(&value.as_str()) => {}
            "$expand" => {
                let names = value.split(',').map(|term| term.split('(').next().unwrap_or_default());
                let strangers = names.filter(|name| !types.has_navigation(entity, name));
                found.extend(strangers.map(|name| Flaw::at(&place, format!("`{name}` leads nowhere from `{entity}`"))));
            }
            "$top" | "$count" if listed => found.push(Flaw::at(&place, format!("cannot be `{value}`"))),
            _ => found.push(Flaw::at(&place, "is not an option of this call")),
        }
    }
    found
}

fn body_flaws(types: &DirectoryTypes, target: &Target<'_>, row: &Row) -> Vec<Flaw> {
    let body = match (&row.body, row.method.as_str()) {
        (None, "GET" | "DELETE") => return Vec::new(),
        (Some(_), "GET" | "DELETE") => return vec![Flaw::at("body", "is not declared for this call")],
        (Some(Value::Object(body)), _) => body,
        (Some(_), _) => return vec![Flaw::at("body", "is no object")],
        (None, _) => return vec![Flaw::at("body", "is missing")],
    };
    match target {
        Target::Collection(entity) | Target::Entity(entity) => types.object_flaws(entity, body, ""),
        Target::GetByIds => ids_flaws(types, body),
        Target::Batch => batch_flaws(body),
        Target::Link => match body.get("@odata.id") {
            Some(Value::String(_)) if body.len() == 1 => Vec::new(),
            _ => vec![Flaw::at("body", "is not `@odata.id` alone")],
        },
        Target::Related => Vec::new(),
    }
}

fn ids_flaws(types: &DirectoryTypes, body: &Map<String, Value>) -> Vec<Flaw> {
    let strings = |name: &str| -> Option<Vec<&str>> { body.get(name)?.as_array()?.iter().map(Value::as_str).collect() };
    let mut found = unknown_members(body, &["ids", "types"], "");
    match strings("ids") {
        None => found.push(Flaw::at("/ids", "is no list of ids")),
        Some(ids) if ids.is_empty() || ids.len() > IDS => {
            found.push(Flaw::at("/ids", format!("has {} ids, allowed are 1 to {IDS}", ids.len())));
        }
        Some(_) => {}
    }
    let kinds = strings("types");
    if kinds.is_none() && body.contains_key("types") {
        found.push(Flaw::at("/types", "is no list of types"));
    }
    for kind in kinds.unwrap_or_default() {
        // Partner references are outside types.json; az asks for them (CLIENTS.md 1).
        let known = types.directory_objects().any(|known| known == kind) || kind == "directoryObjectPartnerReference";
        if !known {
            found.push(Flaw::at("/types", format!("`{kind}` is no kind of directory object")));
        }
    }
    found
}

fn batch_flaws(body: &Map<String, Value>) -> Vec<Flaw> {
    let mut found = unknown_members(body, &["requests"], "");
    let Some(requests) = body.get("requests").and_then(Value::as_array) else {
        found.push(Flaw::at("/requests", "is no list of requests"));
        return found;
    };
    if requests.is_empty() || requests.len() > BATCH {
        found.push(Flaw::at("/requests", format!("has {} parts, allowed are 1 to {BATCH}", requests.len())));
    }
    let ids: Vec<Option<&str>> = requests.iter().map(|request| request["id"].as_str()).collect();
    for (at, request) in requests.iter().enumerate() {
        let place = format!("/requests/{at}");
        let members = ["id", "method", "url", "headers", "body", "dependsOn"];
        found.extend(request.as_object().map(|request| unknown_members(request, &members, &place)).unwrap_or_default());
        match ids[at] {
            None | Some("") => found.push(Flaw::at(format!("{place}/id"), "is missing or no string")),
            id if ids[..at].contains(&id) => found.push(Flaw::at(format!("{place}/id"), "is given twice")),
            _ => {}
        }
        let others = request["dependsOn"].as_array().into_iter().flatten();
        if others.into_iter().any(|other| other.is_null() || !ids.contains(&other.as_str())) {
            found.push(Flaw::at(format!("{place}/dependsOn"), "names no other part"));
        }
    }
    found
}

/// The parts of a batch as rows of their own, with their answers where there are some.
fn parts(row: &Row) -> Vec<(String, Result<Row, Flaw>)> {
    let requests = row.body.as_ref().and_then(|body| body["requests"].as_array());
    let numbered = requests.into_iter().flatten().enumerate();
    numbered.map(|(at, request)| (format!("/requests/{at}"), part(row, request))).collect()
}

fn part(row: &Row, request: &Value) -> Result<Row, Flaw> {
    let method = request["method"].as_str().ok_or_else(|| Flaw::at("/method", "is missing or no string"))?;
    let url = request["url"].as_str().filter(|url| url.starts_with('/') && *url != "/$batch");
    let url = url.ok_or_else(|| Flaw::at("/url", "is no address below the version, such as `/users`"))?;
    let body = request.get("body").filter(|body| !body.is_null()).cloned();
    if body.is_some() && !has_content_type(&request["headers"]) {
        return Err(Flaw::at("/headers", "lacks `Content-Type`, which a part with a body needs"));
    }
    let mut part = row.part(method, format!("/v1.0{url}"), &request["headers"], body);
    let answers = row.response.as_ref().and_then(|answer| answer["responses"].as_array());
    if let Some(answer) = answers.into_iter().flatten().find(|answer| answer["id"] == request["id"]) {
        part.status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        part.response = answer.get("body").filter(|body| !body.is_null()).cloned();
    }
    Ok(part)
}

fn has_content_type(headers: &Value) -> bool {
    headers.as_object().into_iter().flatten().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
}

fn object_answer_flaws(types: &DirectoryTypes, target: &Target<'_>, row: &Row, answer: &Map<String, Value>) -> Vec<Flaw> {
    if let Target::Batch = target {
        return batch_answer_flaws(types, row, answer);
    }
    let typed = |object: &Map<String, Value>, otherwise: &str| {
        let named = object.get("@odata.type").and_then(Value::as_str);
        named.and_then(|named| named.strip_prefix("#microsoft.graph.")).unwrap_or(otherwise).to_owned()
    };
    let entity = target.entity().unwrap_or("directoryObject");
    let one = matches!(target, Target::Entity(_)) || row.method == "POST" && matches!(target, Target::Collection(_));
    if one {
        return types.object_flaws(&typed(answer, entity), answer, "answer ");
    }
    let Some(values) = answer.get("value").and_then(Value::as_array) else {
        return vec![Flaw::at("answer /value", "is missing or no list")];
    };
    let mut found = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let place = format!("answer /value/{at}");
        match value.as_object() {
            None => found.push(Flaw::at(place, "is no object")),
            Some(object) if entity == "directoryObject" && !object.contains_key("@odata.type") => {
                found.push(Flaw::at(place, "lacks `@odata.type`"));
            }
            Some(object) => found.extend(types.object_flaws(&typed(object, entity), object, &place)),
        }
    }
    found
}

fn batch_answer_flaws(types: &DirectoryTypes, row: &Row, answer: &Map<String, Value>) -> Vec<Flaw> {
    let Some(responses) = answer.get("responses").and_then(Value::as_array) else {
        return vec![Flaw::at("answer /responses", "is missing or no list")];
    };
    let asked = parts(row);
    let mut found = Vec::new();
    if responses.len() != asked.len() {
        found.push(Flaw::at("answer /responses", format!("has {} parts, asked were {}", responses.len(), asked.len())));
    }
    for (place, part) in asked {
        let Ok(part) = part else { continue };
        let flaws = if part.status == 0 { vec![Flaw::at("answer", "is missing")] } else { answer_flaws(types, &part) };
        found.extend(flaws.into_iter().map(|flaw| flaw.within(&format!("{place} "))));
    }
    found
}

/// `{"error":{"code","message",…}}` (FACTS.md 19).
fn error_flaws(answer: Option<&Value>) -> Vec<Flaw> {
    let error = answer.map(|answer| &answer["error"]);
    let text = |name: &str| error.is_some_and(|error| error[name].is_string());
    if text("code") && text("message") { Vec::new() } else { vec![Flaw::at("answer /error", "lacks `code` or `message`")] }
}

fn unknown_members(object: &Map<String, Value>, known: &[&str], place: &str) -> Vec<Flaw> {
    let strangers = object.keys().filter(|name| !known.contains(&name.as_str()));
    strangers.map(|name| Flaw::at(format!("{place}/{name}"), "is not a property of this call")).collect()
}

#[cfg(test)]
mod tests;
