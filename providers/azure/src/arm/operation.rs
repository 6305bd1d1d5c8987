//! Azure's long-running operations as a state machine: replies and the time go in, what to ask next comes out. Whether something
//! has ended is read from the answers only as ARM's contract and recorded traffic have it:
//!
//! - 200 with `Azure-AsyncOperation` is not finished; that header is preferred to `Location`, and the newest one wins, since its
//!   signature may be fresher;
//! - only `Succeeded`, `Failed` and `Canceled` end an operation, whatever else its words are;
//! - an error status on a status URL says that the status could not be read, not that the operation failed;
//! - a `Location` answers 202 while running, and then what the call itself would have answered.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::fault::{self, Fault, FaultKind, fault, member};
use crate::cloud::{Audience, Cloud};
use crate::http::link::follow;
use crate::http::reply::Reply;
use crate::http::request::{Method, Request};
use crate::http::retry::named_wait;

/// One operation, from the answer that began it.
#[derive(Debug, Clone)]
pub struct Operation {
    attempted: String,
    method: Method,
    audience: Audience,
    cloud: Cloud,
    /// Where the request itself went: the resource.
    resource: Url,
    way: Way,
    /// What is asked next.
    url: Url,
    polls: u32,
    /// Answers in a row that told nothing.
    unread: u32,
    started: Duration,
    deadline: Option<Duration>,
    status: String,
    percent: Option<f64>,
}

/// What to do next about an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Ask this URL after this long, and feed the answer.
    Poll {
        /// On one of the cloud's own hosts.
        url: Url,
        /// How long to wait first.
        wait: Duration,
    },
    /// It ended well; the final body where one was given.
    Done(Option<Value>),
    /// It ended badly, or nobody can tell how it ended; then the fault has the operation's URL.
    Failed(Box<Fault>),
}

/// How an operation is getting on.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What is being done; see [`Request::attempted`].
    pub attempted: String,
    /// Azure's own word: `InProgress`, `Updating`.
    pub status: String,
    /// Per cent done, where the service says so.
    pub percent: Option<f64>,
    /// How often it was asked about.
    pub polls: u32,
    /// Since it began.
    pub elapsed: Duration,
    /// Until it is asked about again.
    pub wait: Duration,
    /// Where it can be watched.
    pub url: Url,
}

/// The time, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Since the start of the run.
    pub elapsed: Duration,
    /// By the wall clock.
    pub wall: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `Azure-AsyncOperation`: a status document.
    Status,
    /// `Location`: what the call itself would have answered.
    Result,
    /// The resource and its `provisioningState`.
    Resource,
}

impl Operation {
    /// Begins with the successful answer to a write; `sent_to` is the URL the request went to, `deadline` in time since the start
    /// of the run.
    #[must_use]
    pub fn begin(
        request: &Request,
        sent_to: &Url,
        reply: &Reply,
        cloud: &Cloud,
        deadline: Option<Duration>,
        now: Now,
    ) -> (Operation, Next) {
        let mut operation = Operation {
            attempted: request.attempted.clone(),
            method: request.method.clone(),
            audience: request.audience,
            cloud: cloud.clone(),
            resource: sent_to.clone(),
            way: Way::Resource,
            url: sent_to.clone(),
            polls: 0,
            unread: 0,
            started: now.elapsed,
            deadline,
            status: "Accepted".to_owned(),
            percent: None,
        };
        let next = operation.first(reply, now);
        (operation, next)
    }

    /// Takes the answer to a poll.
    pub fn feed(&mut self, reply: &Reply, now: Now) -> Next {
        self.polls += 1;
        if reply.is_success()
            && let Err(refused) = self.follow_newest(reply)
        {
            return self.failed(refused);
        }
        let read = match self.way {
            Way::Status => self.read_status(reply),
            Way::Result => self.read_result(reply),
            Way::Resource => self.read_resource(reply),
        };
        match read {
            Read::Running => {
                self.unread = 0;
                self.again(named_wait(reply, now.wall), now)
            }
            Read::Done(resource) => Next::Done(resource),
            Read::Failed(fault) => Next::Failed(Box::new(fault)),
            Read::Unread => self.unread(
                Unread {
                    patience: patience(reply.status),
                    fault: fault::from_reply(&self.attempted, reply),
                },
                named_wait(reply, now.wall),
                now,
            ),
        }
    }

    /// Notes that a poll got no answer at all, and why.
    pub fn lost(&mut self, lost: Fault, now: Now) -> Next {
        self.polls += 1;
        let patience = match lost.kind {
            FaultKind::Network | FaultKind::TimedOut => PATIENCE,
            FaultKind::SignIn => 2,
            _ => return self.failed(lost),
        };
        self.unread(
            Unread {
                patience,
                fault: lost,
            },
            None,
            now,
        )
    }

    /// How it is getting on, with the wait that [`Next::Poll`] named.
    #[must_use]
    pub fn progress(&self, wait: Duration, now: Now) -> Progress {
        Progress {
            attempted: self.attempted.clone(),
            status: self.status.clone(),
            percent: self.percent,
            polls: self.polls,
            elapsed: now.elapsed.saturating_sub(self.started),
            wait,
            url: self.url.clone(),
        }
    }

    /// Where it can be watched.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    fn first(&mut self, reply: &Reply, now: Now) -> Next {
        match self.follow_first(reply) {
            Err(refused) => return self.failed(refused),
            Ok(true) => {}
            Ok(false) => {
                let state = state(reply);
                // A 202 promises more than is there; everything else without a header is as it says. `Failed` here may be what
                // an earlier operation left behind, so it is left to whoever reads the resource.
                let running = match (&self.method, reply.status) {
                    (&Method::POST, _) => false,
                    (_, 202) => true,
                    (&Method::DELETE, _) => false,
                    _ => state.as_deref().is_some_and(is_running),
                };
                if !running {
                    return Next::Done(reply.value());
                }
            }
        }
        if let Some(state) = state(reply) {
            self.status = state;
        }
        self.again(named_wait(reply, now.wall), now)
    }

    /// The headers of the answer that began it. `Location` counts under 202 only: 200 and 201 name the resource by it.
    fn follow_first(&mut self, reply: &Reply) -> Result<bool, Fault> {
        let header = match (reply.headers.async_operation(), reply.headers.location()) {
            (Some(status), _) => Some((Way::Status, status)),
            (None, Some(result)) if reply.status == 202 => Some((Way::Result, result)),
            _ => None,
        };
        let Some((way, link)) = header else {
            return Ok(false);
        };
        self.url = self.own(link)?;
        self.way = way;
        Ok(true)
    }

    fn follow_newest(&mut self, reply: &Reply) -> Result<(), Fault> {
        let newest = match (
            self.way,
            reply.headers.async_operation(),
            reply.headers.location(),
        ) {
            (Way::Status | Way::Result, Some(status), _) => Some((Way::Status, status)),
            (Way::Result, None, Some(result)) if reply.status == 202 => Some((Way::Result, result)),
            _ => None,
        };
        if let Some((way, link)) = newest {
            self.url = self.own(link)?;
            self.way = way;
        }
        Ok(())
    }

    fn own(&self, link: &str) -> Result<Url, Fault> {
        follow(
            &self.attempted,
            self.audience,
            &self.resource,
            link,
            &self.cloud,
        )
    }

    fn read_status(&mut self, reply: &Reply) -> Read {
        if !reply.is_success() {
            return Read::Unread;
        }
        let Some(body) = reply.value() else {
            return if reply.status == 202 {
                Read::Running
            } else {
                Read::Unread
            };
        };
        let Some(status) = member(&body, "status").and_then(Value::as_str) else {
            // Some providers answer with the resource instead of a status document.
            return match state(reply) {
                Some(state) => self.judge(&state, reply, &body, Some(body.clone())),
                None if reply.status == 202 => Read::Running,
                None => Read::Unread,
            };
        };
        self.percent = member(&body, "percentComplete").and_then(Value::as_f64);
        // HybridCompute hands over the finished resource, or an empty list where there is none.
        let resource = member(&body, "properties")
            .filter(|given| given.is_object())
            .cloned();
        self.judge(status, reply, &body, resource)
    }

    fn read_result(&mut self, reply: &Reply) -> Read {
        match reply.status {
            202 => Read::Running,
            200..=299 => match reply.value() {
                // Update operations of Arc end with a document whose own status is the outcome.
                Some(body) => match member(&body, "status")
                    .and_then(Value::as_str)
                    .filter(|status| has_failed(status))
                {
                    Some(_) => Read::Failed(fault::from_operation(
                        &self.attempted,
                        &body,
                        reply.headers.request_id(),
                    )),
                    None => Read::Done(Some(body)),
                },
                None => Read::Done(None),
            },
            // Gone is what a deletion wants; for the rest the record may just have expired.
            404 if self.method == Method::DELETE => Read::Done(None),
            400 | 409 | 412 | 422 => Read::Failed(fault::from_reply(&self.attempted, reply)),
            _ => Read::Unread,
        }
    }

    fn read_resource(&mut self, reply: &Reply) -> Read {
        let is_deletion = self.method == Method::DELETE;
        match reply.status {
            404 if is_deletion => Read::Done(None),
            200..=299 if is_deletion => {
                self.status = state(reply).unwrap_or_else(|| "Deleting".to_owned());
                Read::Running
            }
            200..=299 => match reply.value() {
                Some(body) => match state(reply) {
                    Some(state) => self.judge(&state, reply, &body, Some(body.clone())),
                    None => Read::Done(Some(body)),
                },
                None => Read::Unread,
            },
            _ => Read::Unread,
        }
    }

    fn judge(
        &mut self,
        status: &str,
        reply: &Reply,
        body: &Value,
        resource: Option<Value>,
    ) -> Read {
        if status.eq_ignore_ascii_case("Succeeded") {
            Read::Done(resource)
        } else if has_failed(status) {
            Read::Failed(fault::from_operation(
                &self.attempted,
                body,
                reply.headers.request_id(),
            ))
        } else {
            self.status = fault::bounded(status.to_owned(), 64);
            Read::Running
        }
    }

    /// Patience first, then the resource itself, then the fault.
    fn unread(&mut self, unread: Unread, named: Option<Duration>, now: Now) -> Next {
        self.unread += 1;
        if self.unread <= unread.patience {
            return self.again(named, now);
        }
        if self.way != Way::Resource
            && self.method != Method::POST
            && unread.fault.kind != FaultKind::SignIn
        {
            self.way = Way::Resource;
            self.url = self.resource.clone();
            self.unread = 0;
            return self.again(named, now);
        }
        let mut fault = unread.fault;
        fault.message = fault::bounded(
            format!(
                "it began, but how it is getting on cannot be read: {}",
                fault.message
            ),
            4096,
        );
        self.failed(fault)
    }

    fn again(&mut self, named: Option<Duration>, now: Now) -> Next {
        let mut wait = named.unwrap_or_else(|| self.default_wait());
        if self.polls >= MANY_POLLS {
            wait = wait.max(Duration::from_secs(1));
        }
        if let Some(deadline) = self.deadline {
            if now.elapsed >= deadline {
                let waited = now.elapsed.saturating_sub(self.started).as_secs();
                let mut late = fault(
                    FaultKind::TimedOut,
                    &self.attempted,
                    format!("after {waited} s Azure still says `{}`", self.status),
                );
                late.help = Some("it goes on in Azure: run again later to see how it ended, or allow more time with `--timeout`".to_owned());
                return self.failed(late);
            }
            wait = wait.min(deadline.saturating_sub(now.elapsed));
        }
        Next::Poll {
            url: self.url.clone(),
            wait,
        }
    }

    /// Compute answers a VM PATCH or extension PUT without `Retry-After`, and allows 15 questions a minute about one machine, so
    /// 4 s is the fastest; most identity changes take 5 to 7 s, extensions minutes.
    fn default_wait(&self) -> Duration {
        let seconds = match self.way {
            Way::Result => 10,
            Way::Status | Way::Resource => (4 + u64::from(self.polls.saturating_sub(5))).min(15),
        };
        Duration::from_secs(seconds)
    }

    fn failed(&self, mut fault: Fault) -> Next {
        if fault.kind != FaultKind::Untrusted {
            fault.operation_url = Some(self.url.to_string());
        }
        Next::Failed(Box::new(fault))
    }
}

enum Read {
    Running,
    Done(Option<Value>),
    Failed(Fault),
    Unread,
}

struct Unread {
    patience: u32,
    fault: Fault,
}

/// Unreadable answers in a row before another way is tried.
const PATIENCE: u32 = 10;
/// From here on a service that always says `Retry-After: 0` is asked once a second.
const MANY_POLLS: u32 = 50;

/// A service in trouble gets time; a status URL that is not there, or not for us, is given up soon.
fn patience(status: u16) -> u32 {
    match status {
        401 => 0,
        400 | 403 | 404 | 410 => 2,
        _ => PATIENCE,
    }
}

/// The `provisioningState` of a resource in an answer.
fn state(reply: &Reply) -> Option<String> {
    let body = reply.value()?;
    let state = member(member(&body, "properties")?, "provisioningState")?.as_str()?;
    Some(state.to_owned())
}

fn is_running(state: &str) -> bool {
    !state.eq_ignore_ascii_case("Succeeded") && !has_failed(state)
}

fn has_failed(status: &str) -> bool {
    ["Failed", "Canceled", "Cancelled"]
        .iter()
        .any(|ended| status.eq_ignore_ascii_case(ended))
}

#[cfg(test)]
mod tests;
