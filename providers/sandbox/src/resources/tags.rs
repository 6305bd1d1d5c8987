//! `Microsoft.Resources/tags/default`: the tags of whatever it is asked of.

use axum::http::Method;
use serde_json::json;

use super::{Scope, method_not_allowed, resource_group, tags_of};
use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::state::{Tags, World};

/// Tags that a thing can carry (arm/FACTS.md 15).
const MOST: usize = 50;

/// Everything at `{scope}/providers/Microsoft.Resources/tags/default`.
pub(crate) fn answer(call: &mut Call<'_>, scope: &Scope) -> Answer {
    if held(call.world, &scope.key, false).is_none() {
        return Err(error::not_emulated(&format!("tags of `{}`", scope.id)));
    }
    let method = call.request.method.clone();
    if method != Method::GET {
        resource_group::check_stays(call.world, &scope.key)?;
    }
    let Some(tags) = held(call.world, &scope.key, method != Method::GET) else {
        return Err(super::not_found(&scope.id));
    };
    match method {
        Method::GET => {}
        Method::PUT => *tags = Some(sent(call.request.object()?)?),
        Method::PATCH => {
            let body = call.request.object()?;
            patch(
                tags,
                body["operation"].as_str().unwrap_or_default(),
                sent(body)?,
            )?;
        }
        Method::DELETE => *tags = None,
        _ => return Err(method_not_allowed(call)),
    }
    let body = shown(scope, tags);
    if method != Method::GET {
        call.world.touch();
    }
    Ok(match method {
        Method::DELETE => Reply::empty(200),
        _ => Reply::json(200, body),
    })
}

/// Names match without case and keep the case they have; values match exactly.
fn patch(tags: &mut Option<Tags>, operation: &str, sent: Tags) -> Result<(), Reply> {
    let mut merged = tags.clone().unwrap_or_default();
    match operation.to_lowercase().as_str() {
        "merge" => {
            for (name, value) in sent {
                let name = merged
                    .keys()
                    .find(|it| it.eq_ignore_ascii_case(&name))
                    .cloned()
                    .unwrap_or(name);
                merged.insert(name, value);
            }
        }
        "replace" => merged = sent,
        "delete" => merged.retain(|name, value| {
            !sent
                .iter()
                .any(|(gone, old)| gone.eq_ignore_ascii_case(name) && old == value)
        }),
        _ => {
            return Err(error::gateway(
                400,
                "InvalidTagsPatchOperation",
                format!(
                    "The tags operation '{operation}' is invalid: Merge, Replace or Delete is expected."
                ),
            ));
        }
    }
    if merged.len() > MOST {
        // The code is unverified against Azure, 2026-11-21.
        return Err(error::gateway(
            400,
            "TagsLimitExceeded",
            format!(
                "The tags count of {} exceeds the maximum of {MOST}.",
                merged.len()
            ),
        ));
    }
    *tags = Some(merged);
    Ok(())
}

fn sent(body: &serde_json::Value) -> Result<Tags, Reply> {
    Ok(tags_of(&body["properties"])?.unwrap_or_default())
}

fn held<'a>(world: &'a mut World, key: &str, writes: bool) -> Option<&'a mut Option<Tags>> {
    let subscription = key.strip_prefix("/subscriptions/").unwrap_or_default();
    if let Some(found) = world.subscriptions.get_mut(subscription) {
        return Some(&mut found.tags);
    }
    if let Some(found) = world.groups.get_mut(key) {
        return Some(&mut found.tags);
    }
    if let Some(found) = world.machines.get_mut(key) {
        return Some(&mut found.tags);
    }
    if let Some(found) = world.arcs.get_mut(key) {
        return Some(&mut found.machine.tags);
    }
    if let Some(found) = world.resources.get_mut(key) {
        found.version += u64::from(writes);
        return Some(&mut found.tags);
    }
    world.extensions.get_mut(key).map(|it| &mut it.tags)
}

fn shown(scope: &Scope, tags: &Option<Tags>) -> serde_json::Value {
    json!({"id": format!("{}/providers/Microsoft.Resources/tags/default", scope.id), "name": "default",
        "type": "Microsoft.Resources/tags", "properties": {"tags": tags.clone().unwrap_or_default()}})
}
