//! The server: takes a request apart, lets the emulated services answer, keeps the state and the log.
//!
//! Routes are not axum's: ids match without case and scopes nest, so the services match on the path themselves.

pub(crate) mod base64;
pub(crate) mod error;
mod log;
pub(crate) mod reply;
pub(crate) mod request;
mod tls;
mod token;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use serde_json::json;

pub(crate) use log::Log;
pub(crate) use tls::{Authority, TlsListener};
pub(crate) use token::{Audience, Bearer};

use crate::directory;
use crate::fault;
use crate::operation::Pace;
use crate::problem::SandboxError;
use crate::quota;
use crate::resources;
use crate::state::clock::{self, Clock};
use crate::state::file::{self, StateFile};
use crate::state::{World, named_guid};
use crate::sweep;
use reply::{Answer, Reply};
use request::Request;

/// Everything that a request may touch.
#[derive(Debug)]
pub(crate) struct Server {
    pub world: Mutex<World>,
    pub clock: Clock,
    pub latency: Option<Duration>,
    pub file: Option<StateFile>,
    pub log: Option<Log>,
    /// Origin at which the server was started.
    pub url: String,
    /// The first thing that could not be written while serving; told when the server stops.
    pub trouble: Mutex<Option<SandboxError>>,
}

/// One request on its way through the services.
pub(crate) struct Call<'a> {
    pub world: &'a mut World,
    pub request: &'a Request,
    pub bearer: Bearer,
    pub pace: Pace,
    /// An error in which the operation that this call starts is to end.
    pub doom: Option<fault::Doom>,
}

impl Server {
    pub(crate) fn router(self: Arc<Server>) -> Router {
        Router::new().fallback(serve).with_state(self)
    }

    /// Writes the state as it is now.
    pub(crate) fn save(&self) -> Result<(), SandboxError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let wanted = self.world().generation;
        file.save(wanted, || {
            let world = self.world();
            (world.generation, file::encoded(&world))
        })
    }

    /// Writes the state for the last time, changed or not, since what was counted is kept too; then gives the file
    /// free.
    pub(crate) fn save_last(&self) -> Result<(), SandboxError> {
        self.world().touch();
        let saved = self.save();
        match &self.file {
            Some(file) => saved.and(file.release()),
            None => saved,
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, trouble: SandboxError) {
        let mut first = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(trouble);
    }

    /// Answers a request and says whether the state is to be written before the answer goes out.
    fn answer(&self, request: &Request) -> (u64, Reply, bool) {
        let mut world = self.world();
        let world = &mut *world;
        world.requests += 1;
        let n = world.requests;
        let before = world.generation;
        if request.method != Method::GET {
            world.users = None;
        }
        let pace = Pace {
            now: self.clock.now(),
            latency: self.latency,
        };
        crate::operation::settle(world, &pace);
        sweep::remember(world, false);
        let reply = either(dispatch(world, request, pace));
        sweep::remember(world, world.generation != before);
        let reply = dress(world, request, &pace, n, reply);
        let changed = world.generation != before;
        let is_due = |file: &StateFile| file.is_due(world, pace.now);
        let to_write = changed && self.file.as_ref().is_some_and(is_due);
        (n, reply, to_write)
    }
}

async fn serve(
    State(server): State<Arc<Server>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<HttpBody> {
    let base = base_of(&uri, &headers, &server.url);
    let request = Request::new(method, &uri, headers, &body, base);
    let head = request.method == Method::HEAD;
    // Files are written in between, which would hold up the other connections of this thread.
    let reply = tokio::task::spawn_blocking(move || {
        let (n, mut reply, to_write) = server.answer(&request);
        if to_write && let Err(trouble) = server.save() {
            reply = error::gateway(500, "StateNotWritten", trouble.to_string());
            server.remember(trouble);
        }
        if let Some(log) = &server.log
            && let Err(trouble) = log.row(n, &request, &reply)
        {
            server.remember(trouble);
        }
        reply
    })
    .await
    .unwrap_or_else(|cause| error::gateway(500, "InternalServerError", cause.to_string()));
    respond(reply, head)
}

/// Which service a path belongs to, and whether the caller may ask it.
fn dispatch(world: &mut World, request: &Request, pace: Pace) -> Answer {
    let lower: Vec<&str> = request.lower.iter().map(String::as_str).collect();
    match (request.method.as_str(), lower.as_slice()) {
        ("GET", ["metadata", "endpoints"]) => return token::metadata(request),
        ("GET", [_, "v2.0", ".well-known", "openid-configuration"]) => {
            return token::openid(world, request);
        }
        ("POST", [_, "oauth2", "v2.0", "token"]) => {
            return match fault::met(world, &request.method, request.path()) {
                Some(fault) => Err(fault.reply(Audience::Directory)),
                None => token::token(world, request, pace.now),
            };
        }
        _ => {}
    }
    let service = match lower.as_slice() {
        ["v1.0", ..] | ["graph", "v1.0", ..] => Audience::Directory,
        _ => Audience::Arm,
    };
    let bearer = token::check(world, request, service, pace.now)?;
    let left = match (service, world.quota.as_mut()) {
        (Audience::Directory, _) => Vec::new(),
        (Audience::Arm, None) => quota::full(request),
        (Audience::Arm, Some(quota)) => quota.take(request, &bearer.object_id, pace.now)?,
    };
    let call = Call {
        world,
        request,
        bearer,
        pace,
        doom: None,
    };
    let reply = either(with_faults(call, service));
    Ok(left
        .into_iter()
        .fold(reply, |reply, (name, value)| reply.header(name, value)))
}

/// Lets the service answer, unless a fault of the seed says otherwise. Parts of a batch pass through here too.
pub(crate) fn with_faults(mut call: Call<'_>, service: Audience) -> Answer {
    let answer = |call: &mut Call<'_>| match service {
        Audience::Arm => resources::answer(call),
        Audience::Directory => directory::answer(call),
    };
    let Some(fault) = fault::met(call.world, &call.request.method, call.request.path()) else {
        return answer(&mut call);
    };
    if !fault.rule.ends_failed {
        if fault.rule.effect {
            answer(&mut call)?;
        }
        return Err(fault.reply(service));
    }
    call.doom = Some(fault.doom());
    let reply = answer(&mut call)?;
    match call.doom {
        None => Ok(reply),
        // Nothing ran in the background that could have failed.
        Some(_) => Err(fault.reply(service)),
    }
}

fn either(answer: Answer) -> Reply {
    answer.unwrap_or_else(|refusal| refusal)
}

/// What every answer carries.
fn dress(world: &World, request: &Request, pace: &Pace, n: u64, mut reply: Reply) -> Reply {
    let id = named_guid(&world.born.to_string(), &format!("request {n}"));
    let directory = request.lower.iter().take(2).any(|it| it == "v1.0");
    let kind = match directory {
        true => {
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
        }
        false => "application/json; charset=utf-8",
    };
    if reply.body.is_some() {
        reply
            .headers
            .push(("content-type".to_owned(), kind.to_owned()));
    }
    if !reply
        .headers
        .iter()
        .any(|(name, _)| name == "cache-control")
    {
        reply = reply.header("cache-control", "no-cache");
    }
    if let Some(inner) = reply
        .body
        .as_mut()
        .and_then(|body| body.pointer_mut("/error/innerError"))
    {
        *inner = json!({"date": clock::whole_seconds(pace.now).trim_end_matches('Z'), "request-id": id,
            "client-request-id": request.header("client-request-id").unwrap_or(&id)});
    }
    if directory {
        return reply
            .header("request-id", id)
            .header("odata-version", "4.0");
    }
    reply
        .header(
            "x-ms-correlation-request-id",
            named_guid(&id, "correlation"),
        )
        .header("x-ms-request-id", id)
}

/// The origin as the client spells it, if it is a name of this machine: links then lead where its certificate holds.
fn base_of(uri: &Uri, headers: &HeaderMap, url: &str) -> String {
    let scheme = url.split("://").next().unwrap_or("http");
    // HTTP/2 has the host in the URI, HTTP/1.1 in a header.
    let host = uri.authority().map(|it| it.as_str());
    host.or_else(|| headers.get("host").and_then(|it| it.to_str().ok()))
        .map(str::to_lowercase)
        .filter(|host| {
            let name = host
                .rsplit_once(':')
                .map_or(host.as_str(), |(name, _)| name);
            ["localhost", "127.0.0.1", "[::1]"].contains(&name)
        })
        .map_or_else(|| url.to_owned(), |host| format!("{scheme}://{host}"))
}

fn respond(reply: Reply, head: bool) -> Response<HttpBody> {
    let body = match &reply.body {
        Some(body) if !head => HttpBody::from(body.to_string()),
        _ => HttpBody::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
