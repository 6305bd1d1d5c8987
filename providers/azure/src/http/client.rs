//! The one file that sends and sleeps. When it sends again it is told by [`super::retry`], how fast by [`super::pace`], what an
//! operation needs by [`crate::arm::operation`]; here is only the obeying.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::pace::{Lane, Pace};
use super::page::{Links, page};
use super::reply::{Headers, Reply};
use super::request::{Class, Method, Request};
use super::retry::{self, Attempt, Budget, Decision, Outcome, Reason};
use super::stop::{Grade, Stop};
use super::trace::{Counts, Trace, shown};
use super::transport::innermost;
use crate::arm::fault::{self, Fault, FaultKind, fault};
use crate::arm::operation::{Next, Now, Operation, Progress};
use crate::cloud::Cloud;
use crate::credential;

/// Sends requests to one tenant's ARM and directory. Clones share everything.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

/// What a client is made of.
pub struct ClientOptions {
    /// The hosts.
    pub cloud: Cloud,
    /// Who asks; see [`crate::credential::credential`].
    pub credential: Arc<dyn TokenCredential>,
    /// The connection, from [`super::transport::connect`]: it must not follow redirects by itself.
    pub http: reqwest::Client,
    /// Requests in flight, at least 1.
    pub max_requests_at_once: usize,
    /// The longest that everything may take, from the making of the client.
    pub deadline: Option<Duration>,
    /// Told about every attempt, for `-v`.
    pub trace: Option<Tracer>,
    /// Ends waits and retries when raised.
    pub stop: Stop,
    /// The wall clock.
    pub clock: Clock,
    /// Chance, for jitter and for the ids of requests. Runs at the same time should have different ones.
    pub seed: u64,
}

/// Told about every attempt.
pub type Tracer = Arc<dyn Fn(&Trace) + Send + Sync>;

/// The wall clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A write and its operation, ended well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The first answer.
    pub reply: Reply,
    /// The final body, where one was given: the resource, or what an action put out. Not a substitute for reading it back.
    pub resource: Option<Value>,
}

impl ClientOptions {
    /// Options with room for 16 requests at once, no deadline and nobody watching.
    pub fn new(
        cloud: Cloud,
        credential: Arc<dyn TokenCredential>,
        http: reqwest::Client,
        seed: u64,
    ) -> ClientOptions {
        ClientOptions {
            cloud,
            credential,
            http,
            max_requests_at_once: 16,
            deadline: None,
            trace: None,
            stop: Stop::new(),
            clock: Arc::new(Timestamp::now),
            seed,
        }
    }
}

impl Client {
    /// Makes a client; its deadline starts now.
    #[must_use]
    pub fn new(options: ClientOptions) -> Client {
        Client(Arc::new(Inner {
            gate: Semaphore::new(options.max_requests_at_once.max(1)),
            started: Instant::now(),
            state: Mutex::new(State {
                pace: Pace::default(),
                budget: Budget::new(),
                counts: Counts::default(),
                drawn: 0,
            }),
            options,
        }))
    }

    /// The cloud it talks to.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.0.options.cloud
    }

    /// Sends a request, again where that may help, and returns the successful answer.
    ///
    /// # Errors
    /// The last fault when the answer is no success and repeating cannot help, or helped too often; a missing thing is
    /// [`FaultKind::NotFound`]. [`FaultKind::Interrupted`] when stopped, [`FaultKind::TimedOut`] at the deadline.
    pub async fn send(&self, request: Request) -> Result<Reply, Fault> {
        Ok(self.0.deliver(&request, Repeats::AsDecided).await?.reply)
    }

    /// Reads a whole list, following its links.
    ///
    /// # Errors
    /// As [`Client::send`]; [`FaultKind::Untrusted`] for a link to another host, [`FaultKind::Malformed`] for pages that go in a
    /// circle or that are none.
    pub async fn list<T: DeserializeOwned>(&self, request: Request) -> Result<Vec<T>, Fault> {
        let mut request = request;
        let mut links = Links::default();
        let mut all = Vec::new();
        loop {
            let delivered = self.0.deliver(&request, Repeats::AsDecided).await?;
            let (values, link) = page(&delivered.reply)?;
            all.extend(values);
            let Some(link) = link else { return Ok(all) };
            let next = links.check(&request, &delivered.url, &link, self.cloud())?;
            request = request.at(next);
        }
    }

    /// Sends a write and follows its operation to the end, telling `poll` before each wait. Deleting what is not there ends well,
    /// with the 404 as the reply.
    ///
    /// # Errors
    /// As [`Client::send`], and the fault with which the operation ended. Where it may still be running the fault has its URL.
    pub async fn carry_out(
        &self,
        request: Request,
        mut poll: impl FnMut(&Progress),
    ) -> Result<Finished, Fault> {
        let inner = &self.0;
        let delivered = match inner.deliver(&request, Repeats::AsDecided).await {
            Ok(delivered) => delivered,
            Err(failed) => return failed.gone(&request),
        };
        let Delivered { url, reply } = delivered;
        let (mut operation, mut next) = Operation::begin(
            &request,
            &url,
            &reply,
            self.cloud(),
            inner.options.deadline,
            inner.now(),
        );
        loop {
            match next {
                Next::Done(resource) => return Ok(Finished { reply, resource }),
                Next::Failed(failed) => return Err(*failed),
                Next::Poll { url, wait } => {
                    poll(&operation.progress(wait, inner.now()));
                    next = inner.ask(&request, &mut operation, url, wait).await?;
                }
            }
        }
    }

    /// How much was sent so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.state().counts
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("cloud", &self.0.options.cloud.name)
            .finish_non_exhaustive()
    }
}

struct Inner {
    options: ClientOptions,
    gate: Semaphore,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    pace: Pace,
    budget: Budget,
    counts: Counts,
    /// How many numbers were drawn from the seed.
    drawn: u64,
}

struct Delivered {
    /// Where the answer came from, after redirects.
    url: Url,
    reply: Reply,
}

/// Who decides about repeating.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeats {
    /// [`retry::decide`].
    AsDecided,
    /// The operation does; only a stale token is replaced here.
    ForTheToken,
}

/// A delivery that failed: the fault and, where there was one, the answer.
struct Undelivered {
    fault: Box<Fault>,
    reply: Option<Box<Reply>>,
}

/// No answer.
struct Unanswered {
    outcome: Outcome<'static>,
    fault: Fault,
    is_final: bool,
}

impl Inner {
    async fn deliver(&self, request: &Request, repeats: Repeats) -> Result<Delivered, Undelivered> {
        let cloud = &self.options.cloud;
        let mut url = request.url(cloud)?;
        let mut number = 0;
        let mut redirects = 0;
        let mut refused_token: Option<Secret> = None;
        loop {
            number += 1;
            self.go_ahead(request, number).await?;
            let token = self.token(request, &url, refused_token.as_ref()).await?;
            let answer = self.attempt(request, &url, &token, number).await?;
            let attempt = Attempt {
                request,
                number,
                token_renewed: refused_token.is_some(),
                now: (self.options.clock)(),
                seed: self.draw(),
            };
            let (decision, failed) = match answer {
                Ok(reply) if reply.is_success() => {
                    self.state().budget.earn();
                    self.tell(request, &url, number, Some(&reply), None);
                    return Ok(Delivered { url, reply });
                }
                Ok(reply) if redirect(request, &reply).is_some() => {
                    self.tell(
                        request,
                        &url,
                        number,
                        Some(&reply),
                        Some((Duration::ZERO, "redirected")),
                    );
                    redirects += 1;
                    url = followed(request, &url, &reply, redirects, cloud)?;
                    number -= 1;
                    continue;
                }
                Ok(reply) => {
                    let decision = retry::decide(&attempt, &Outcome::Refused(&reply));
                    self.close_lane(request, &reply, attempt.now);
                    let fault = fault::from_reply(&request.attempted, &reply);
                    (
                        decision,
                        Undelivered {
                            fault: Box::new(fault),
                            reply: Some(Box::new(reply)),
                        },
                    )
                }
                Err(unanswered) => {
                    let decision = if unanswered.is_final {
                        Decision::GiveUp
                    } else {
                        retry::decide(&attempt, &unanswered.outcome)
                    };
                    (
                        decision,
                        Undelivered {
                            fault: Box::new(unanswered.fault),
                            reply: None,
                        },
                    )
                }
            };
            let (wait, reason) = match decision {
                Decision::Retry { wait, reason }
                    if repeats == Repeats::AsDecided || reason == Reason::StaleToken =>
                {
                    (wait, reason)
                }
                Decision::Retry { .. } | Decision::GiveUp => {
                    self.tell(request, &url, number, failed.reply.as_deref(), None);
                    return Err(failed.after(number));
                }
            };
            if reason.uses_budget() && !self.state().budget.spend() {
                self.tell(request, &url, number, failed.reply.as_deref(), None);
                return Err(failed.with_help(
                    "this run has repeated too many requests already: run again later",
                ));
            }
            self.tell(
                request,
                &url,
                number,
                failed.reply.as_deref(),
                Some((wait, reason.as_str())),
            );
            if reason == Reason::StaleToken {
                refused_token = Some(token.token);
            }
            if self.is_too_late_after(wait) {
                return Err(failed.with_help(
                    "the next try would come after the deadline: allow more time with `--timeout`",
                ));
            }
            self.pause(request, wait).await?;
        }
    }

    /// One question about an operation; it decides itself what an answer, or none, means.
    async fn ask(
        &self,
        request: &Request,
        operation: &mut Operation,
        url: Url,
        wait: Duration,
    ) -> Result<Next, Fault> {
        let mut question = request.clone().at(url);
        question.method = Method::GET;
        question.class = Class::Poll;
        question.headers.clear();
        question.body = None;
        let with_url = |mut fault: Fault| {
            fault.operation_url = Some(operation.url().to_string());
            fault
        };
        self.pause(&question, wait).await.map_err(with_url)?;
        match self.deliver(&question, Repeats::ForTheToken).await {
            Ok(delivered) => Ok(operation.feed(&delivered.reply, self.now())),
            Err(Undelivered {
                reply: Some(reply), ..
            }) => Ok(operation.feed(&reply, self.now())),
            Err(Undelivered { fault, reply: None }) if fault.kind == FaultKind::Interrupted => {
                Err(with_url(*fault))
            }
            Err(Undelivered { fault, reply: None }) => Ok(operation.lost(*fault, self.now())),
        }
    }

    /// Waits for a place in the queue, then checks that sending is still wanted.
    async fn go_ahead(&self, request: &Request, number: u32) -> Result<(), Fault> {
        let lane = Lane::of(request);
        loop {
            let (place, now) = {
                let now = self.elapsed();
                (self.state().pace.queue(&lane, now), now)
            };
            let wait = place.at.saturating_sub(now);
            if wait >= Duration::from_secs(1) {
                let url = request.url(&self.options.cloud)?;
                self.tell(
                    request,
                    &url,
                    number,
                    None,
                    Some((wait, "keeping to the pace")),
                );
            }
            self.pause(request, wait).await?;
            if self.state().pace.holds(&lane, place) {
                break;
            }
        }
        self.state().counts.add(request.class, number > 1);
        Ok(())
    }

    async fn token(
        &self,
        request: &Request,
        url: &Url,
        refused: Option<&Secret>,
    ) -> Result<AccessToken, Fault> {
        // Every URL is one of the cloud's own by now; this is the last door, for whatever path led here.
        if self.options.cloud.is_own_host(url) != Some(request.audience) {
            return Err(fault::untrusted(&request.attempted, url));
        }
        let scopes = [self.options.cloud.scope(request.audience)];
        let options = refused.map(credential::refused);
        let token = self.options.credential.get_token(&scopes, options);
        self.bounded(request, "waiting for a token", token)
            .await?
            .map_err(|error| credential::sign_in_fault(&request.attempted, &error))
    }

    /// Sends once. The outer error ends the matter, the inner one is no answer.
    async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        token: &AccessToken,
        number: u32,
    ) -> Result<Result<Reply, Unanswered>, Fault> {
        let place = self
            .bounded(request, "waiting for other requests", self.gate.acquire())
            .await?;
        let mut sending = self
            .options
            .http
            .request(request.method.clone(), url.clone())
            .bearer_auth(token.token.secret())
            .header("accept", "application/json")
            .header(
                "x-ms-client-request-id",
                Uuid::from_u64_pair(self.draw(), u64::from(number)).to_string(),
            );
        for (name, value) in &request.headers {
            sending = sending.header(*name, value);
        }
        if let Some(body) = &request.body {
            sending = sending.json(body);
        }
        let exchange = async {
            let response = sending.send().await?;
            read(response, &request.attempted).await
        };
        let answer = self
            .bounded(
                request,
                "waiting for the answer; whether it took effect is not known",
                exchange,
            )
            .await?;
        drop(place);
        if let Ok(Ok(reply)) = &answer {
            let now = self.elapsed();
            self.state()
                .pace
                .observe(&Lane::of(request), &reply.headers, now);
        }
        match answer {
            Ok(reply) => reply.map(Ok),
            Err(error) => Ok(Err(unanswered(request, url, &error))),
        }
    }

    /// A refusal that concerns the whole lane closes it; one that concerns a machine, or a lock, does not.
    fn close_lane(&self, request: &Request, reply: &Reply, wall: Timestamp) {
        if reply.status != 429 || !is_for_the_lane(request, reply) {
            return;
        }
        if let Some(wait) = retry::named_wait(reply, wall) {
            let now = self.elapsed();
            self.state().pace.close(&Lane::of(request), wait, now);
        }
    }

    /// Sleeps, unless the run is stopped or its deadline comes first.
    async fn pause(&self, request: &Request, wait: Duration) -> Result<(), Fault> {
        let grade = if request.class == Class::Poll {
            Grade::AtOnce
        } else {
            Grade::Orderly
        };
        if self.options.stop.grade() >= grade {
            return Err(interrupted(
                request,
                "the run was stopped before it was sent",
            ));
        }
        if self.is_too_late_after(Duration::ZERO) {
            return Err(late(request, "the deadline passed before it was sent"));
        }
        if wait.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.options.stop.reached(grade) => Err(interrupted(request, "the run was stopped while it waited to be sent")),
            () = self.deadline() => Err(late(request, "the deadline passed before it was sent")),
        }
    }

    /// Awaits something else than a wait of ours, until the run is to be left at once or its deadline comes.
    async fn bounded<T>(
        &self,
        request: &Request,
        doing: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        tokio::select! {
            done = work => Ok(done),
            () = self.options.stop.reached(Grade::AtOnce) => Err(interrupted(request, &format!("the run was stopped while {doing}"))),
            () = self.deadline() => Err(late(request, &format!("the deadline passed while {doing}"))),
        }
    }

    async fn deadline(&self) {
        match self.options.deadline {
            Some(deadline) => tokio::time::sleep_until(self.started + deadline).await,
            None => std::future::pending().await,
        }
    }

    fn is_too_late_after(&self, wait: Duration) -> bool {
        self.options
            .deadline
            .is_some_and(|deadline| self.elapsed() + wait >= deadline)
    }

    fn tell(
        &self,
        request: &Request,
        url: &Url,
        attempt: u32,
        reply: Option<&Reply>,
        wait: Option<(Duration, &str)>,
    ) {
        if let Some(trace) = &self.options.trace {
            trace(&Trace {
                method: request.method.clone(),
                url: shown(url),
                attempt,
                status: reply.map(|reply| reply.status),
                wait: wait.map(|(wait, _)| wait),
                reason: wait.map(|(_, reason)| reason.to_owned()),
                request_id: reply
                    .and_then(|reply| reply.headers.request_id())
                    .map(str::to_owned),
            });
        }
    }

    fn now(&self) -> Now {
        Now {
            elapsed: self.elapsed(),
            wall: (self.options.clock)(),
        }
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn draw(&self) -> u64 {
        let mut state = self.state();
        state.drawn += 1;
        retry::mix(self.options.seed ^ retry::mix(state.drawn))
    }

    /// No code panics while it holds the lock, so a poisoned one is still whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Undelivered {
    fn after(mut self, attempts: u32) -> Undelivered {
        if attempts > 1 && self.fault.help.is_none() {
            self.fault.help = Some(format!("{attempts} attempts were made: run again later"));
        }
        self
    }

    fn with_help(mut self, help: &str) -> Undelivered {
        self.fault.help.get_or_insert_with(|| help.to_owned());
        self
    }

    /// Every 404 to a deletion means that the thing is gone already, but for a subscription that was never there.
    fn gone(self, request: &Request) -> Result<Finished, Fault> {
        match self.reply {
            Some(reply)
                if request.method == Method::DELETE
                    && reply.status == 404
                    && self.fault.code.as_deref() != Some("SubscriptionNotFound") =>
            {
                Ok(Finished {
                    reply: *reply,
                    resource: None,
                })
            }
            _ => Err(*self.fault),
        }
    }
}

impl From<Fault> for Undelivered {
    fn from(fault: Fault) -> Undelivered {
        Undelivered {
            fault: Box::new(fault),
            reply: None,
        }
    }
}

impl From<Undelivered> for Fault {
    fn from(undelivered: Undelivered) -> Fault {
        *undelivered.fault
    }
}

/// Answers of ARM are at most 8 MB; more than this is no answer of Azure's.
const MOST_BYTES: usize = 64 << 20;
const MOST_REDIRECTS: u32 = 5;

async fn read(
    mut response: reqwest::Response,
    attempted: &str,
) -> reqwest::Result<Result<Reply, Fault>> {
    let status = response.status().as_u16();
    let headers: Headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Ok(Err(fault(
                FaultKind::Malformed,
                attempted,
                "the answer is larger than any of Azure's",
            )));
        }
        body.extend_from_slice(&chunk);
    }
    let mut reply = Reply::new(status, headers, body);
    reply.attempted = attempted.to_owned();
    Ok(Ok(reply))
}

fn redirect<'a>(request: &Request, reply: &'a Reply) -> Option<&'a str> {
    let keeps_the_verb = matches!(reply.status, 307 | 308);
    let is_reading = matches!(request.method, Method::GET | Method::HEAD);
    let follows = keeps_the_verb || (is_reading && matches!(reply.status, 301..=303));
    reply.headers.location().filter(|_| follows)
}

fn followed(
    request: &Request,
    from: &Url,
    reply: &Reply,
    redirects: u32,
    cloud: &Cloud,
) -> Result<Url, Fault> {
    let link = reply.headers.location().unwrap_or_default();
    let malformed = |why: String| fault(FaultKind::Malformed, &request.attempted, why);
    if redirects > MOST_REDIRECTS {
        return Err(malformed(format!(
            "it was redirected more than {MOST_REDIRECTS} times"
        )));
    }
    let url = from
        .join(link)
        .map_err(|error| malformed(format!("it was redirected to what is no URL: {error}")))?;
    if cloud.is_own_host(&url) == Some(request.audience) {
        Ok(url)
    } else {
        Err(fault::untrusted(&request.attempted, &url))
    }
}

/// ARM's own throttling counts a subscription's requests, the directory's an application's; both say so. A provider's 429 is
/// about one machine, one sort of list, or one locked network.
fn is_for_the_lane(request: &Request, reply: &Reply) -> bool {
    let throttled = || {
        let envelope = reply
            .value()
            .and_then(|body| fault::envelope(&body))
            .unwrap_or_default();
        envelope
            .codes
            .iter()
            .any(|code| code.ends_with("RequestsThrottled"))
    };
    request.audience == crate::cloud::Audience::Directory
        || reply.headers.is_from_gateway()
        || throttled()
}

fn unanswered(request: &Request, url: &Url, error: &reqwest::Error) -> Unanswered {
    let host = url.host_str().unwrap_or_default();
    let cause = innermost(error);
    let mut unanswered = Unanswered {
        outcome: if error.is_connect() {
            Outcome::NotSent
        } else {
            Outcome::Broken
        },
        fault: fault(
            FaultKind::Network,
            &request.attempted,
            format!("no answer from `{host}`: {cause}"),
        ),
        is_final: error.is_builder(),
    };
    if error.is_connect() {
        unanswered.fault.message = format!("no connection to `{host}`: {cause}");
    } else if error.is_timeout() {
        unanswered.fault.kind = FaultKind::TimedOut;
    }
    if is_about_a_certificate(error) {
        unanswered.is_final = true;
        unanswered.fault.help = Some(
            "the other side is not trusted: name its certificate authority with `--ca FILE`"
                .to_owned(),
        );
    }
    unanswered
}

fn is_about_a_certificate(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(source) = next {
        let inner = source
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        let tls = inner
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .or(source.downcast_ref());
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        next = source.source();
    }
    false
}

fn interrupted(request: &Request, why: &str) -> Fault {
    fault(FaultKind::Interrupted, &request.attempted, why)
}

fn late(request: &Request, why: &str) -> Fault {
    let mut late = fault(FaultKind::TimedOut, &request.attempted, why);
    late.help = Some("allow more time with `--timeout`".to_owned());
    late
}
