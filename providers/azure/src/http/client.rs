//! The one file that sends and sleeps. What is sent when is decided elsewhere: here is only the obeying, and the ends that cut
//! it short (the run is stopped, its deadline passes).

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;
use uuid::Uuid;

use super::delivery::{Delivered, Delivery, Repeats};
use super::holds::{Held, Holds};
use super::link::check;
use super::options::ClientOptions;
use super::pace::{Lane, Pace};
use super::page::{Links, page};
use super::reply::{Headers, Reply};
use super::request::Request;
use super::retry::{self, Budget};
use super::stop::Grade;
use super::trace::{Counts, Trace};
use super::undelivered::{UNSENT, Unanswered, Undelivered, interrupted, late};
use crate::arm::fault::{Fault, FaultKind, fault};
use crate::arm::operation::Now;
use crate::cloud::Cloud;
use crate::credential;

/// Sends requests to one tenant's ARM and directory. Clones share everything.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

impl Client {
    /// Makes a client; its deadline starts now.
    #[must_use]
    pub fn new(options: ClientOptions) -> Client {
        Client(Arc::new(Inner {
            gate: Semaphore::new(options.max_requests_at_once.max(1)),
            started: Instant::now(),
            state: Mutex::new(State {
                pace: Pace::at_most(options.max_requests_a_second),
                ..State::default()
            }),
            options,
        }))
    }

    /// The cloud it talks to.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        self.0.cloud()
    }

    /// Sends a request, again where that may help, and returns the successful answer.
    ///
    /// # Errors
    /// The last fault when the answer is no success and repeating cannot help, or helped too often; a missing thing is
    /// [`FaultKind::NotFound`]. [`FaultKind::Interrupted`] when stopped, [`FaultKind::TimedOut`] at the deadline.
    pub async fn send(&self, request: Request) -> Result<Reply, Fault> {
        Ok(self.0.deliver(&request, Repeats::AsDecided).await?.reply)
    }

    /// The object id of whoever asks, lower-case, as the token for a request says; `None` where it does not. Nothing is sent but
    /// to the token service.
    ///
    /// # Errors
    /// As [`Client::send`], where no token comes.
    pub(crate) async fn caller(&self, request: &Request) -> Result<Option<String>, Fault> {
        let url = request.url(self.cloud())?;
        let token = self.0.token(request, &url, None).await?;
        Ok(credential::caller(&token.token))
    }

    /// Reads a whole list, following its links.
    ///
    /// # Errors
    /// As [`Client::send`]; [`FaultKind::Untrusted`] for a link to another host, [`FaultKind::Malformed`] for pages that go in a
    /// circle or that are none.
    pub async fn list<T: DeserializeOwned>(&self, request: Request) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        self.pages(request, |reply| {
            let (rows, link) = page(reply)?;
            all.extend(rows);
            Ok(link)
        })
        .await?;
        Ok(all)
    }

    /// Reads a whole list of which little may be wanted: `keep` sees each row as it was sent and says what to keep of it. A page is
    /// let go before the next one is asked for.
    ///
    /// # Errors
    /// As [`Client::list`]; [`FaultKind::Malformed`] where `keep` cannot read a row.
    pub async fn sift<T>(
        &self,
        request: Request,
        mut keep: impl FnMut(&RawValue, &mut Vec<T>) -> serde_json::Result<()>,
    ) -> Result<Vec<T>, Fault> {
        let mut kept = Vec::new();
        self.pages(request, |reply| {
            let (rows, link) = page::<&RawValue>(reply)?;
            for row in rows {
                keep(row, &mut kept).map_err(|error| reply.malformed(&error))?;
            }
            Ok(link)
        })
        .await?;
        Ok(kept)
    }

    /// Reads page after page; `read` takes what it wants of each and gives back the link to the next one.
    async fn pages(
        &self,
        request: Request,
        mut read: impl FnMut(&Reply) -> Result<Option<String>, Fault>,
    ) -> Result<(), Fault> {
        let mut request = request;
        let mut links = Links::default();
        loop {
            let Delivered { url, reply } = self.0.deliver(&request, Repeats::AsDecided).await?;
            let Some(link) = read(&reply)? else {
                return Ok(());
            };
            let next = links.check(&request, &url, &link, self.cloud())?;
            request = request.at(next);
        }
    }

    /// Waits for something that no operation tells of, before it is looked at again.
    ///
    /// # Errors
    /// [`FaultKind::Interrupted`] when the run is stopped, [`FaultKind::TimedOut`] at the deadline.
    pub async fn wait(&self, wait: Duration, attempted: &str) -> Result<(), Fault> {
        self.0
            .pause(&Request::directory("/", attempted), wait)
            .await
    }

    /// What waits before it is sent, and why.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        let now = self.0.now().elapsed;
        self.0.state().holds.held(now)
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
            .field("cloud", &self.cloud().name)
            .finish_non_exhaustive()
    }
}

/// Asks a service of this machine once, without a token. Silence, or anything but an answer, is none.
pub(crate) async fn probe(
    http: &reqwest::Client,
    url: Url,
    header: (&'static str, &'static str),
    patience: Duration,
) -> Option<Reply> {
    let sending = http.get(url).header(header.0, header.1).timeout(patience);
    read(sending.send().await.ok()?, "probe this machine")
        .await
        .ok()?
        .ok()
}

/// What all clones of a client share.
pub(super) struct Inner {
    pub(super) options: ClientOptions,
    gate: Semaphore,
    started: Instant,
    state: Mutex<State>,
}

/// What changes while a client is used.
#[derive(Default)]
pub(super) struct State {
    pub(super) pace: Pace,
    pub(super) budget: Budget,
    pub(super) counts: Counts,
    pub(super) holds: Holds,
    /// How many numbers were drawn from the seed.
    drawn: u64,
}

impl Inner {
    pub(super) async fn deliver(
        &self,
        request: &Request,
        repeats: Repeats,
    ) -> Result<Delivered, Undelivered> {
        Delivery::new(self, request, repeats)?.run().await
    }

    /// A token for the service that a URL belongs to; not `refused`, if that was given.
    pub(super) async fn token(
        &self,
        request: &Request,
        url: &Url,
        refused: Option<&Secret>,
    ) -> Result<AccessToken, Fault> {
        // Every link was checked when it was read; this is the last door, whatever path led here.
        check(&request.attempted, request.audience, url, self.cloud())?;
        let scopes = [self.cloud().scope(request.audience)];
        let token = self
            .options
            .credential
            .get_token(&scopes, refused.map(credential::refused));
        self.bounded(request, "while it waited for a token", token)
            .await?
            .map_err(|error| credential::sign_in_fault(&request.attempted, &error))
    }

    /// Sends once, and says how long it took. The outer error ends the matter, the inner one is no answer.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        token: &AccessToken,
    ) -> Result<(Result<Reply, Unanswered>, Duration), Fault> {
        let _place = self
            .bounded(
                request,
                "while it waited for other requests",
                self.gate.acquire(),
            )
            .await?;
        // A token may have taken seconds, and so may the way to this place: nothing new leaves once a stop was asked for.
        self.still_wanted(request, Grade::against(request))?;
        let mut sending = self
            .options
            .http
            .request(request.method.clone(), url.clone())
            .bearer_auth(token.token.secret())
            .header("accept", "application/json")
            .header(
                "x-ms-client-request-id",
                Uuid::from_u64_pair(self.draw(), self.draw()).to_string(),
            );
        for (name, value) in &request.headers {
            sending = sending.header(*name, value);
        }
        if let Some(body) = &request.body {
            sending = sending.json(body);
        }
        let exchange = async { read(sending.send().await?, &request.attempted).await };
        let when = "while it was on its way: whether it took effect is not known";
        let sent = Instant::now();
        let answer = match self.bounded(request, when, exchange).await? {
            Ok(reply) => Ok(reply?),
            Err(error) => Err(Unanswered::new(request, url, &error)),
        };
        Ok((answer, sent.elapsed()))
    }

    /// Lets an answer slow down, or close, the lane it came by.
    pub(super) fn observe(&self, lane: &Lane, reply: &Reply) {
        let now = self.now();
        let pace = &mut self.state().pace;
        pace.observe(lane, &reply.headers, now.elapsed);
        let closed = retry::named_wait(reply, now.wall).filter(|_| lane.is_closed_by(reply));
        // Behind a longer closure nobody would be heard of again: everyone is to be refused for himself, and end.
        if let Some(wait) = closed.filter(|wait| retry::is_obeyed(*wait)) {
            pace.close(lane, wait, now.elapsed);
        }
    }

    /// Sleeps, unless the run is stopped or its deadline comes first.
    pub(super) async fn pause(&self, request: &Request, wait: Duration) -> Result<(), Fault> {
        let grade = Grade::against(request);
        self.still_wanted(request, grade)?;
        if wait.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = sleep(wait) => Ok(()),
            () = self.options.stop.reached(grade) => Err(interrupted(request, UNSENT)),
            () = self.deadline() => Err(late(request, UNSENT)),
        }
    }

    /// Awaits what is no wait of ours, until the run is to be left at once or its deadline comes.
    async fn bounded<T>(
        &self,
        request: &Request,
        when: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        self.still_wanted(request, Grade::AtOnce)?;
        tokio::select! {
            // An answer that is there is taken, whatever came at the same moment.
            biased;
            done = work => Ok(done),
            () = self.options.stop.reached(Grade::AtOnce) => Err(interrupted(request, when)),
            () = self.deadline() => Err(late(request, when)),
        }
    }

    fn still_wanted(&self, request: &Request, grade: Grade) -> Result<(), Fault> {
        if self.options.stop.grade() >= grade {
            Err(interrupted(request, UNSENT))
        } else if self.is_too_late_after(Duration::ZERO) {
            Err(late(request, UNSENT))
        } else {
            Ok(())
        }
    }

    async fn deadline(&self) {
        match self.options.deadline {
            Some(deadline) => sleep_until(self.started + deadline).await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn is_too_late_after(&self, wait: Duration) -> bool {
        self.options
            .deadline
            .is_some_and(|deadline| self.started.elapsed() + wait >= deadline)
    }

    pub(super) fn tell(&self, trace: impl FnOnce() -> Trace) {
        if let Some(tracer) = &self.options.trace {
            tracer(&trace());
        }
    }

    pub(super) fn cloud(&self) -> &Cloud {
        &self.options.cloud
    }

    pub(super) fn now(&self) -> Now {
        Now {
            elapsed: self.started.elapsed(),
            wall: (self.options.clock)(),
        }
    }

    /// The next number of chance.
    pub(super) fn draw(&self) -> u64 {
        let mut state = self.state();
        state.drawn += 1;
        retry::mix(self.options.seed ^ retry::mix(state.drawn))
    }

    /// No code panics while it holds the lock, so a poisoned one is still whole.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers of ARM are at most 8 MB; more than this is no answer of Azure's.
const MOST_BYTES: usize = 64 << 20;

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
    Ok(Ok(Reply {
        attempted: attempted.to_owned(),
        ..Reply::new(status, headers, body)
    }))
}

#[cfg(test)]
mod tests;
