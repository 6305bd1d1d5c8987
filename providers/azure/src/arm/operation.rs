//! Azure's long-running operations as a state machine: replies and the time go in, what to ask next comes out. Whether something
//! has ended is read from the answers, by `answer.rs`, only as ARM's contract and recorded traffic have it:
//!
//! - 200 with `Azure-AsyncOperation` is not finished; that header is preferred to `Location`, and the newest one wins, since its
//!   signature may be fresher;
//! - only `Succeeded`, `Failed` and `Canceled` end an operation, whatever else its words are;
//! - an error status on a status URL says that the status could not be read, not that the operation failed;
//! - a `Location` answers 202 while running, and then what the call itself would have answered.

mod answer;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use self::answer::{Answer, is_running, state};
use super::fault::{self, Fault, FaultKind, fault};
use crate::cloud::{Audience, Cloud};
use crate::http::link::follow;
use crate::http::reply::Reply;
use crate::http::request::{Method, Request};
use crate::http::retry::named_wait;
use crate::http::trace::shown;

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
    /// The id under which the activity log has the write.
    correlation: Option<String>,
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
            correlation: fault::correlation(reply),
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
        let named = named_wait(reply, now.wall);
        match answer::read(self.way, &self.attempted, &self.method, reply) {
            Answer::Running { status, percent } => {
                self.unread = 0;
                self.status = status.unwrap_or_else(|| self.status.clone());
                self.percent = percent;
                self.again(named, now)
            }
            Answer::Done(resource) => Next::Done(resource),
            Answer::Failed(fault) => self.of_the_write(fault),
            Answer::Unread(fault) => self.unread(fault, patience(reply.status), named, now),
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
        self.unread(lost, patience, None, now)
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

    /// Patience first, then the resource itself, then the fault.
    fn unread(
        &mut self,
        mut fault: Fault,
        patience: u32,
        named: Option<Duration>,
        now: Now,
    ) -> Next {
        self.unread += 1;
        if self.unread <= patience {
            return self.again(named, now);
        }
        let has_resource = self.way != Way::Resource && self.method != Method::POST;
        if has_resource && fault.kind != FaultKind::SignIn {
            self.way = Way::Resource;
            self.url = self.resource.clone();
            self.unread = 0;
            return self.again(named, now);
        }
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
        let mut wait = named
            .unwrap_or_else(|| self.default_wait())
            .min(LONGEST_WAIT);
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
    /// 4 s is the fastest. The first question is left until it is likely to be the last: of recorded changes of identities that
    /// took any time at all none was over within 4 s and most within 7, and extensions end soon after every tenth second, of which
    /// 11 and 31 lie on the way. Asked too early, Compute and Network name 30 and 10 s to wait, and each question is a read.
    fn default_wait(&self) -> Duration {
        let seconds = match (self.way, self.polls) {
            (Way::Result, _) => 10,
            (Way::Status | Way::Resource, 0) => 7,
            (Way::Status | Way::Resource, polls) => {
                (4 + u64::from(polls.saturating_sub(6))).min(15)
            }
        };
        Duration::from_secs(seconds)
    }

    fn failed(&self, mut fault: Fault) -> Next {
        if fault.kind != FaultKind::Untrusted {
            fault.operation_url = Some(shown(&self.url));
        }
        self.of_the_write(fault)
    }

    /// A poll may have an id of its own; the activity log has what failed under that of the write.
    fn of_the_write(&self, fault: Fault) -> Next {
        let correlation_id = self.correlation.clone().or(fault.correlation_id);
        Next::Failed(Box::new(Fault {
            correlation_id,
            ..fault
        }))
    }
}

/// Unreadable answers in a row before another way is tried.
const PATIENCE: u32 = 10;
/// ARM's contract has services name between 10 s and 10 min; more would only be a run that seems to hang.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
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

#[cfg(test)]
mod tests;
