//! Azure Resource Graph: one POST that reads across subscriptions, by a small part of its query language.
//!
//! What is not evaluated is refused by name, never answered with other rows than Azure would (arm/FACTS.md 4, 5).

mod answer;
mod evaluate;
mod expression;
mod parse;
mod rows;
mod scope;
mod token;

use std::collections::VecDeque;
use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use crate::http::Call;
use crate::http::reply::{Answer, Reply};
use crate::resources::method_not_allowed;
use crate::state::World;
use answer::Options;
use evaluate::Table;
use scope::Scopes;

/// Results that are remembered, so that a next page costs no other look at everything.
const REMEMBERED: usize = 4;

/// What is known from earlier requests. No part of the state: a restart looks anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sweep {
    results: VecDeque<Remembered>,
    /// The world as it was, by the request after which it was so; only where rows are late.
    past: VecDeque<(u64, Arc<World>)>,
}

#[derive(Debug, Clone)]
struct Remembered {
    /// Query, scopes and reader.
    question: String,
    generation: u64,
    table: Arc<Table>,
}

/// `POST /providers/Microsoft.ResourceGraph/resources`.
pub(crate) fn answer(call: &mut Call<'_>) -> Answer {
    if call.request.method != Method::POST {
        return Err(method_not_allowed(call));
    }
    let (left, resets) = quota(call)?;
    let body = call.request.object()?;
    let options = Options::read(body)?;
    let scopes = Scopes::read(call, body)?;
    let table = match late(call.world) {
        None => result(call, &body["query"], &scopes)?,
        Some(past) => {
            let mut past = (*past).clone();
            let mut then = Call {
                world: &mut past,
                request: call.request,
                bearer: call.bearer.clone(),
                pace: call.pace,
                doom: None,
            };
            Arc::new(evaluated(&mut then, &body["query"], &scopes)?)
        }
    };
    Ok(with_quota(options.page(&table), left, resets))
}

/// Remembers the world as a request left it, where rows are late.
pub(crate) fn remember(world: &mut World, changed: bool) {
    let lag = world.behaviour.sweep_lag;
    if lag == 0 || !(changed || world.sweep.past.is_empty()) {
        return;
    }
    let mut now = world.clone();
    now.sweep = Sweep::default();
    world.sweep.past.push_back((world.requests, Arc::new(now)));
}

/// The world that rows tell of where they are late: time is counted in requests here.
fn late(world: &mut World) -> Option<Arc<World>> {
    let lag = world.behaviour.sweep_lag;
    if lag == 0 {
        return None;
    }
    let seen = world.requests.saturating_sub(lag);
    let past = &mut world.sweep.past;
    while past.get(1).is_some_and(|(then, _)| *then <= seen) {
        past.pop_front();
    }
    past.front().map(|(_, world)| world.clone())
}

/// The rows of a query, as remembered where nothing has changed since.
fn result(call: &mut Call<'_>, query: &Value, scopes: &Scopes) -> Result<Arc<Table>, Reply> {
    let question = format!("{query}\n{scopes:?}\n{}", call.bearer.object_id);
    let generation = call.world.generation;
    let results = &mut call.world.sweep.results;
    results.retain(|it| it.generation == generation);
    if let Some(known) = results.iter().find(|it| it.question == question) {
        return Ok(known.table.clone());
    }
    let table = Arc::new(evaluated(call, query, scopes)?);
    let results = &mut call.world.sweep.results;
    if results.len() == REMEMBERED {
        results.pop_front();
    }
    results.push_back(Remembered {
        question,
        generation,
        table: table.clone(),
    });
    Ok(table)
}

fn evaluated(call: &mut Call<'_>, query: &Value, scopes: &Scopes) -> Result<Table, Reply> {
    let Some(text) = query.as_str().filter(|it| !it.trim().is_empty()) else {
        return Err(answer::refusal("InvalidQuery", "A query is required."));
    };
    let query = parse::parse(text).map_err(|said| answer::refusal("InvalidQuery", &said))?;
    call.world.know_users();
    let rows = rows::of(call, &query, scopes);
    evaluate::run(&query, rows).map_err(|said| answer::refusal("InvalidQuery", &said))
}

/// Queries that are left and the seconds until there are as many as ever; a refusal where there is none. Its code and text are unverified
/// against Azure, 2026-11-21.
fn quota(call: &mut Call<'_>) -> Result<(u32, i64), Reply> {
    let Some(quota) = call.world.quota.as_mut() else {
        return Ok((14, 5));
    };
    match quota.query(&call.bearer.object_id, call.pace.now) {
        (Some(left), resets) => Ok((left, resets)),
        (None, resets) => {
            let said = "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed.";
            let reply = answer::refused(429, "RateLimiting", said);
            Err(with_quota(
                reply.header("retry-after", resets.to_string()),
                0,
                resets,
            ))
        }
    }
}

fn with_quota(reply: Reply, left: u32, resets: i64) -> Reply {
    reply
        .header("x-ms-user-quota-remaining", left.to_string())
        .header("x-ms-user-quota-resets-after", format!("00:00:{resets:02}"))
}

/// An empty result of a list of facets.
fn no_facets() -> Value {
    json!([])
}
