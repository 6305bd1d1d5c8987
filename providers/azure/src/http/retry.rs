//! When a request is sent again, and after how long. Pure: the attempt, what came of it, the time and the seed go in, a decision
//! comes out. What cannot succeed is not repeated.

use std::time::Duration;

use jiff::Timestamp;

use super::reply::{Reply, until};
use super::request::Request;
use crate::arm::fault::{Envelope, envelope};

/// What one attempt came to, when it was no success.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// An answer that is no success.
    Refused(&'a Reply),
    /// The request never left: no connection could be made.
    NotSent,
    /// The connection broke, or no answer came in time: nobody knows whether the request took effect.
    Broken,
    /// It went wrong in a way in which it would go wrong again: a certificate that is not trusted.
    Hopeless,
}

/// Where in the life of a request a decision is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// What is being sent.
    pub request: &'a Request,
    /// Attempts made so far, this one included; starts at 1.
    pub number: u32,
    /// Whether a fresh token was already asked for on behalf of this request.
    pub token_renewed: bool,
    /// The wall clock, for answers that name a moment.
    pub now: Timestamp,
    /// Chance, for jitter: any number, the same one gives the same wait.
    pub seed: u64,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send it again after this long.
    Retry {
        /// How long to wait first.
        wait: Duration,
        /// Why there is hope.
        reason: Reason,
    },
    /// Report the fault.
    GiveUp,
}

/// Why a request may succeed when it is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Too many requests.
    Throttled,
    /// Another operation holds the resource.
    Busy,
    /// The group, or the resource, is going away first.
    BeingDeleted,
    /// The service had a failure of its own.
    ServerError,
    /// No connection.
    NoConnection,
    /// The connection broke.
    BrokenConnection,
    /// The token had expired; a fresh one is used.
    StaleToken,
    /// The directory does not know a new principal everywhere yet.
    NewPrincipal,
    /// The service asked for it by `Retry-After`.
    Asked,
}

/// Decides what follows an attempt that was no success.
#[must_use]
pub fn decide(attempt: &Attempt<'_>, outcome: &Outcome<'_>) -> Decision {
    let Some(reason) = reason(attempt, outcome) else {
        return Decision::GiveUp;
    };
    let allowance = reason.allowance();
    if attempt.number >= allowance.attempts {
        return Decision::GiveUp;
    }
    let named = match outcome {
        Outcome::Refused(reply) => named_wait(reply, attempt.now),
        Outcome::NotSent | Outcome::Broken | Outcome::Hopeless => None,
    };
    match named {
        // Sending earlier than asked is refused again, so a wait that is too long ends the matter.
        Some(wait) if !is_obeyed(wait) => Decision::GiveUp,
        Some(wait) => Decision::Retry { wait, reason },
        None => Decision::Retry {
            wait: allowance.back_off(attempt.number, attempt.seed),
            reason,
        },
    }
}

/// How long an answer asks to be left alone: its `Retry-After`, else the moment in prose such as
/// `retry after '2023-11-27T09:04:57Z'` (plain-text 429 of Arc operations, which have no header).
#[must_use]
pub fn named_wait(reply: &Reply, now: Timestamp) -> Option<Duration> {
    reply.headers.retry_after(now).or_else(|| {
        let text = (reply.status == 429)
            .then(|| std::str::from_utf8(&reply.body).ok())
            .flatten()?;
        let start = text.to_ascii_lowercase().find("retry after '")? + "retry after '".len();
        let moment: Timestamp = text[start..].split('\'').next()?.parse().ok()?;
        Some(until(moment, now))
    })
}

/// Whether a named wait is short enough to be waited for, by the refused request and by those behind it.
#[must_use]
pub fn is_obeyed(wait: Duration) -> bool {
    wait <= LONGEST_NAMED
}

impl Reason {
    /// The words for the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Throttled => "throttled",
            Reason::Busy => "another operation is in progress",
            Reason::BeingDeleted => "waiting for a deletion",
            Reason::ServerError => "the service failed",
            Reason::NoConnection => "no connection",
            Reason::BrokenConnection => "the connection broke",
            Reason::StaleToken => "the token had expired",
            Reason::NewPrincipal => "the principal is not known everywhere yet",
            Reason::Asked => "the service asked for a later try",
        }
    }

    /// Whether repeating for this reason uses up the run's budget. Waiting for others, or one fresh token, is no sign that the
    /// service is in trouble.
    #[must_use]
    pub fn uses_budget(self) -> bool {
        !matches!(
            self,
            Reason::Busy | Reason::BeingDeleted | Reason::StaleToken
        )
    }

    fn allowance(self) -> Allowance {
        let (attempts, first, longest) = match self {
            Reason::Throttled => (10, 2, 60),
            // An extension may hold its machine for minutes.
            Reason::Busy => (20, 2, 30),
            Reason::BeingDeleted => (20, 10, 60),
            Reason::ServerError | Reason::BrokenConnection | Reason::Asked => (6, 1, 30),
            Reason::NoConnection => (4, 1, 8),
            Reason::StaleToken => (u32::MAX, 0, 0),
            // Recorded clients needed 5 to 22 repeats at their own pace, all of them without principalType.
            Reason::NewPrincipal => (12, 2, 20),
        };
        Allowance {
            attempts,
            first: Duration::from_secs(first),
            longest: Duration::from_secs(longest),
        }
    }
}

/// How often a run may repeat in all: a reserve, and a share of what succeeded. Without it an outage is answered with a multiple
/// of the usual traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// In halves of a retry.
    left: u32,
}

impl Budget {
    const RESERVE: u32 = 200;

    /// A full reserve.
    #[must_use]
    pub fn new() -> Budget {
        Budget {
            left: Budget::RESERVE * 2,
        }
    }

    /// Notes a success, which earns half a retry, up to the reserve.
    pub fn earn(&mut self) {
        self.left = (self.left + 1).min(Budget::RESERVE * 2);
    }

    /// Takes one retry, if there is one left.
    pub fn spend(&mut self) -> bool {
        let rest = self.left.checked_sub(2);
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new()
    }
}

/// The longest `Retry-After` that is obeyed: one high-cost read quota of compute, which names 1,200 s, would otherwise hold a
/// run for 20 minutes without a word.
const LONGEST_NAMED: Duration = Duration::from_secs(300);

struct Allowance {
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl Allowance {
    /// Doubles from the first wait to the longest; the actual wait is drawn between half of it and all of it.
    fn back_off(&self, number: u32, seed: u64) -> Duration {
        let doubled = self.first.saturating_mul(
            1_u32
                .checked_shl(number.saturating_sub(1))
                .unwrap_or(u32::MAX),
        );
        let most = doubled.min(self.longest);
        let share = (mix(seed ^ u64::from(number)) >> 11) as f64 / (1_u64 << 53) as f64;
        most.mul_f64(0.5 + share / 2.0)
    }
}

/// One step of splitmix64: evenly spread bits from any number.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

fn reason(attempt: &Attempt<'_>, outcome: &Outcome<'_>) -> Option<Reason> {
    match outcome {
        Outcome::Hopeless => None,
        Outcome::NotSent => Some(Reason::NoConnection),
        Outcome::Broken => attempt
            .request
            .is_repeatable()
            .then_some(Reason::BrokenConnection),
        Outcome::Refused(reply) => {
            let envelope = reply
                .value()
                .and_then(|body| envelope(&body))
                .unwrap_or_default();
            refused(attempt, reply, &envelope)
        }
    }
}

fn refused(attempt: &Attempt<'_>, reply: &Reply, envelope: &Envelope) -> Option<Reason> {
    let has = |code: &str| {
        envelope
            .codes
            .iter()
            .any(|own| own.eq_ignore_ascii_case(code))
    };
    let says_busy = || {
        envelope.message.as_deref().is_some_and(|message| {
            let message = message.to_ascii_lowercase();
            message.contains("another operation is in progress")
                || message.contains("concurrent request")
        })
    };
    // A zero asks for nothing: some recorders, and the sandbox, send it with everything.
    let asked = named_wait(reply, attempt.now).is_some_and(|wait| !wait.is_zero());
    match reply.status {
        401 => (!attempt.token_renewed && !has("InvalidAuthenticationTokenTenant"))
            .then_some(Reason::StaleToken),
        409 | 429
            if has("AnotherOperationInProgress") || has("RetryableErrorDueToAnotherOperation") =>
        {
            Some(Reason::Busy)
        }
        // Network's own word for a lock, with other details inside (`ReferencedResourceNotProvisioned`).
        429 if has("RetryableError") => Some(Reason::Busy),
        429 => Some(Reason::Throttled),
        409 if has("ResourceGroupBeingDeleted") => Some(Reason::BeingDeleted),
        409 if says_busy()
            || has("ResourceUpdateBlockedOnPlatformUpdate")
            || has("RetryableError") =>
        {
            Some(Reason::Busy)
        }
        400 | 404 if has("PrincipalNotFound") => Some(Reason::NewPrincipal),
        // Not carried out, whatever the verb.
        408 | 503 => Some(Reason::ServerError),
        500..=599 => attempt
            .request
            .is_repeatable()
            .then_some(Reason::ServerError),
        // These are answers, not accidents: asking again gives them again.
        300..=399 | 403 | 404 | 405 | 410 | 412 => None,
        _ if asked => Some(Reason::Asked),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
