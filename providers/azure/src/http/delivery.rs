//! One request on its way: queued, sent, redirected and repeated until there is an answer worth handing on. It decides nothing
//! and neither sends nor sleeps itself: [`super::retry`] says when to repeat, [`super::pace`] when to leave, the client does both.

use std::time::Duration;

use azure_core::credentials::Secret;
use url::Url;

use super::client::Inner;
use super::holds::Why;
use super::link::{follow, redirect};
use super::pace::Lane;
use super::reply::Reply;
use super::request::Request;
use super::retry::{self, Attempt, Decision, Outcome, Reason};
use super::trace::{Trace, shown};
use super::undelivered::{Unanswered, Undelivered};
use crate::arm::fault::Fault;

/// A request that is being delivered.
pub(super) struct Delivery<'a> {
    inner: &'a Inner,
    request: &'a Request,
    lane: Lane,
    repeats: Repeats,
    url: Url,
    /// The attempt under way, from 1.
    number: u32,
    redirects: u32,
    /// The token that was refused, once.
    refused: Option<Secret>,
    /// How long the attempt under way took.
    took: Duration,
}

/// A successful answer.
pub(super) struct Delivered {
    /// Where it came from, after redirects.
    pub(super) url: Url,
    pub(super) reply: Reply,
}

/// Who decides about repeating.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    /// [`retry::decide`].
    AsDecided,
    /// The operation that is being followed; only a stale token is replaced here.
    ForTheToken,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(
        inner: &'a Inner,
        request: &'a Request,
        repeats: Repeats,
    ) -> Result<Delivery<'a>, Fault> {
        let url = request.url(inner.cloud())?;
        let lane = Lane::of(request);
        Ok(Delivery {
            inner,
            request,
            lane,
            repeats,
            url,
            number: 0,
            redirects: 0,
            refused: None,
            took: Duration::ZERO,
        })
    }

    pub(super) async fn run(mut self) -> Result<Delivered, Undelivered> {
        self.attempts().await.map_err(|mut undelivered| {
            // What is cut short while it waits to be repeated was sent before, and may have had its effect.
            undelivered.fault.unsent &= self.number <= 1;
            undelivered
        })
    }

    async fn attempts(&mut self) -> Result<Delivered, Undelivered> {
        let (inner, request) = (self.inner, self.request);
        loop {
            self.number += 1;
            self.took = Duration::ZERO;
            self.queue().await?;
            let token = inner
                .token(request, &self.url, self.refused.as_ref())
                .await?;
            inner.state().counts.add(request.class, self.number > 1);
            let (answer, took) = inner.attempt(request, &self.url, &token).await?;
            self.took = took;
            if let Ok(reply) = &answer {
                inner.observe(&self.lane, reply);
                if self.redirect(reply)? {
                    continue;
                }
            }
            let (wait, reason) = match answer {
                Ok(reply) if reply.is_success() => return Ok(self.delivered(reply)),
                Ok(reply) => self.judge(Outcome::Refused(&reply), || {
                    Undelivered::refused(request, &reply)
                })?,
                Err(Unanswered { outcome, fault }) => self.judge(outcome, || fault.into())?,
            };
            if reason == Reason::StaleToken {
                self.refused = Some(token.token);
            }
            self.hold(Why::Again(reason), wait).await?;
        }
    }

    /// Waits for a place in the lane's queue, again if the lane was closed meanwhile.
    async fn queue(&self) -> Result<(), Fault> {
        loop {
            let now = self.inner.now().elapsed;
            let place = self.inner.state().pace.queue(&self.lane, now);
            let wait = place.at.saturating_sub(now);
            if wait >= WORTH_TELLING {
                self.tell(None, Some((wait, "keeping to the pace")));
            }
            self.hold(place.why, wait).await?;
            if self.inner.state().pace.holds(&self.lane, place) {
                return Ok(());
            }
        }
    }

    /// Waits, and is counted among what waits where that takes long enough to be told.
    async fn hold(&self, why: Why, wait: Duration) -> Result<(), Fault> {
        let _held = (wait >= WORTH_TELLING).then(|| self.inner.holding(why, wait));
        self.inner.pause(self.request, wait).await
    }

    /// Goes where the answer points, if it is a redirect to one of the cloud's own hosts.
    fn redirect(&mut self, reply: &Reply) -> Result<bool, Fault> {
        let Some(link) = redirect(self.request, reply).filter(|_| self.redirects < MOST_REDIRECTS)
        else {
            return Ok(false);
        };
        self.tell(Some(reply), Some((Duration::ZERO, "redirected")));
        self.url = follow(
            &self.request.attempted,
            self.request.audience,
            &self.url,
            link,
            self.inner.cloud(),
        )?;
        self.redirects += 1;
        self.number -= 1;
        Ok(true)
    }

    /// Whether, when and why to send it again; else what to report.
    fn judge(
        &self,
        outcome: Outcome<'_>,
        failed: impl FnOnce() -> Undelivered,
    ) -> Result<(Duration, Reason), Undelivered> {
        let attempt = Attempt {
            request: self.request,
            number: self.number,
            token_renewed: self.refused.is_some(),
            now: self.inner.now().wall,
            seed: self.inner.draw(),
        };
        let reply = match outcome {
            Outcome::Refused(reply) => Some(reply),
            Outcome::NotSent | Outcome::Broken | Outcome::Hopeless => None,
        };
        let (wait, reason) = match retry::decide(&attempt, &outcome) {
            Decision::Retry { wait, reason }
                if self.repeats == Repeats::AsDecided || reason == Reason::StaleToken =>
            {
                (wait, reason)
            }
            Decision::Retry { .. } | Decision::GiveUp => {
                self.tell(reply, None);
                return Err(failed().after(self.number));
            }
        };
        let hindrance = if self.inner.is_too_late_after(wait) {
            Some("the next try would come after the deadline: allow more time with `--timeout`")
        } else if reason.uses_budget() && !self.inner.state().budget.spend() {
            Some("this run has repeated too many requests already: run again later")
        } else {
            None
        };
        self.tell(
            reply,
            hindrance.is_none().then_some((wait, reason.as_str())),
        );
        match hindrance {
            Some(hindrance) => Err(failed().with_help(hindrance)),
            None => Ok((wait, reason)),
        }
    }

    fn delivered(&self, reply: Reply) -> Delivered {
        self.inner.state().budget.earn();
        self.tell(Some(&reply), None);
        Delivered {
            url: self.url.clone(),
            reply,
        }
    }

    fn tell(&self, reply: Option<&Reply>, wait: Option<(Duration, &str)>) {
        self.inner.tell(|| Trace {
            method: self.request.method.clone(),
            url: shown(&self.url),
            attempt: self.number,
            status: reply.map(|reply| reply.status),
            took: self.took,
            wait: wait.map(|(wait, _)| wait),
            reason: wait.map(|(_, reason)| reason.to_owned()),
            request_id: reply
                .and_then(|reply| reply.headers.request_id())
                .map(str::to_owned),
        });
    }
}

const MOST_REDIRECTS: u32 = 5;
const WORTH_TELLING: Duration = Duration::from_secs(1);
