//! Requests that came to nothing: an attempt without an answer, a delivery that ended in a fault, and one that was cut short.

use url::Url;

use super::reply::Reply;
use super::request::{Method, Request};
use super::retry::Outcome;
use super::transport::{distrust, innermost};
use crate::arm::fault::{Fault, FaultKind, fault, from_reply, is_absence};

/// An attempt without an answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) outcome: Outcome<'static>,
    pub(super) fault: Fault,
}

impl Unanswered {
    /// Judges the error of the HTTP library. Its own words repeat the URL, so only the innermost cause is kept.
    pub(super) fn new(request: &Request, url: &Url, error: &reqwest::Error) -> Unanswered {
        let host = url.host_str().unwrap_or_default();
        let distrust = distrust(error);
        let outcome = if distrust.is_some() || error.is_builder() {
            Outcome::Hopeless
        } else if error.is_connect() {
            Outcome::NotSent
        } else {
            Outcome::Broken
        };
        let (kind, what) = match (error.is_connect(), error.is_timeout()) {
            (true, _) => (FaultKind::Network, "no connection to"),
            (false, true) => (FaultKind::TimedOut, "no answer in time from"),
            (false, false) => (FaultKind::Network, "no answer from"),
        };
        let mut fault = fault(
            kind,
            &request.attempted,
            format!("{what} `{host}`: {}", innermost(error)),
        );
        fault.help = distrust.map(str::to_owned);
        Unanswered { outcome, fault }
    }
}

/// A delivery that failed: the fault and, where there was one, the answer.
#[derive(Debug)]
pub(super) struct Undelivered {
    pub(super) fault: Box<Fault>,
    pub(super) reply: Option<Box<Reply>>,
}

impl Undelivered {
    /// An answer that is no success.
    pub(super) fn refused(request: &Request, reply: &Reply) -> Undelivered {
        let fault = from_reply(&request.attempted, reply);
        Undelivered {
            fault: Box::new(fault),
            reply: Some(Box::new(reply.clone())),
        }
    }

    /// Says how often it was tried, where nothing better can be advised.
    pub(super) fn after(self, attempts: u32) -> Undelivered {
        if attempts > 1 {
            self.with_help(&format!("{attempts} attempts were made: run again later"))
        } else {
            self
        }
    }

    /// Adds advice, where there is none yet.
    pub(super) fn with_help(mut self, help: &str) -> Undelivered {
        self.fault.help.get_or_insert_with(|| help.to_owned());
        self
    }

    /// The answer that says that what was to be deleted is gone already.
    pub(super) fn gone(self, request: &Request) -> Result<Reply, Fault> {
        match self.reply {
            Some(reply) if request.method == Method::DELETE && is_absence(&self.fault) => {
                Ok(*reply)
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

/// When a request was cut short that nothing came of.
pub(super) const UNSENT: &str = "before it was sent";

/// A request that was cut short as the run was stopped.
pub(super) fn interrupted(request: &Request, when: &str) -> Fault {
    let mut interrupted = fault(
        FaultKind::Interrupted,
        &request.attempted,
        format!("the run was stopped {when}"),
    );
    interrupted.unsent = when == UNSENT;
    interrupted
}

/// One that was cut short at the deadline.
pub(super) fn late(request: &Request, when: &str) -> Fault {
    let mut late = fault(
        FaultKind::TimedOut,
        &request.attempted,
        format!("the deadline passed {when}"),
    );
    late.help = Some("allow more time with `--timeout`".to_owned());
    late.unsent = when == UNSENT;
    late
}
