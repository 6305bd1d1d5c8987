//! How fast requests may leave: a token bucket per subscription and class, begun at ARM's published figures and tightened by
//! what the answers say. Pure: the time since the start of the run is an input, and nobody sleeps here.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use super::holds::Why;
use super::reply::{Headers, Remaining, Reply};
use super::request::{Class, Request};
use crate::arm::fault::envelope;
use crate::cloud::Audience;

/// All buckets of one client.
#[derive(Debug, Default)]
pub struct Pace {
    buckets: BTreeMap<Lane, Bucket>,
    /// What every request passes besides, whatever its lane.
    cap: Option<Bucket>,
}

/// Whose quota a request uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    /// Lower case; none at tenant level and in the directory.
    subscription: Option<String>,
    quota: Quota,
}

/// Where Resource Graph is asked.
const SWEEP: &str = "/providers/Microsoft.ResourceGraph/";

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When the request may leave, in time since the start.
    pub at: Duration,
    /// What it waits for, where it has to.
    pub why: Why,
    /// The queue was emptied since if this differs.
    epoch: u32,
}

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quota {
    /// What changes nothing, questions about operations among it.
    Reads,
    /// What makes or changes.
    Writes,
    /// What removes.
    Deletes,
    /// Whatever is asked of the directory.
    Directory,
    /// Resource Graph, which counts a caller's queries.
    Sweep,
}

impl Lane {
    /// The lane of a request. Questions about operations count as reads.
    #[must_use]
    pub fn of(request: &Request) -> Lane {
        let quota = match (request.audience, request.class) {
            _ if request.path.starts_with(SWEEP) => Quota::Sweep,
            (Audience::Directory, _) => Quota::Directory,
            (_, Class::Write) => Quota::Writes,
            (_, Class::Delete) => Quota::Deletes,
            (_, Class::Read | Class::Poll | Class::Directory) => Quota::Reads,
        };
        let subscription = if quota == Quota::Directory {
            None
        } else {
            request.subscription()
        };
        Lane {
            subscription,
            quota,
        }
    }

    /// Whether a refusal concerns everything in this lane. ARM's own throttling counts a subscription's requests, the directory's
    /// an application's, and both say so. A provider's 429 is about one machine, one sort of list or one locked network.
    #[must_use]
    pub fn is_closed_by(&self, reply: &Reply) -> bool {
        let counts_requests = || {
            let envelope = reply
                .value()
                .and_then(|body| envelope(&body))
                .unwrap_or_default();
            envelope
                .codes
                .iter()
                .any(|code| code.ends_with("RequestsThrottled"))
        };
        reply.status == 429
            && (matches!(self.quota, Quota::Directory | Quota::Sweep)
                || reply.headers.is_from_gateway()
                || counts_requests())
    }
}

impl Pace {
    /// A pace that is never faster than so many requests a second.
    #[must_use]
    pub fn at_most(a_second: Option<NonZeroU32>) -> Pace {
        Pace {
            cap: a_second.map(|rate| Bucket::of(Some((1.0, rate.get().into())))),
            ..Pace::default()
        }
    }

    /// Takes the next place in a lane's queue.
    pub fn queue(&mut self, lane: &Lane, now: Duration) -> Place {
        let bucket = self.bucket(lane);
        let closed = bucket.is_closed(now);
        let (at, epoch) = (bucket.queue(now), bucket.epoch);
        let capped = self.cap.as_mut().map(|cap| cap.queue(now));
        let (at, why) = match capped {
            Some(capped) if capped > at => (capped, Why::Cap),
            _ if closed => (at, Why::Refused(lane.quota)),
            _ => (at, Why::Limit(lane.quota)),
        };
        Place { at, why, epoch }
    }

    /// Whether a place is still good; a closed lane sends everybody back to the end of the queue.
    #[must_use]
    pub fn holds(&self, lane: &Lane, place: Place) -> bool {
        self.buckets
            .get(lane)
            .is_none_or(|bucket| bucket.epoch == place.epoch)
    }

    /// Lowers a lane to what an answer says is left.
    pub fn observe(&mut self, lane: &Lane, headers: &Headers, now: Duration) {
        let quota = lane.quota;
        if quota == Quota::Sweep
            && let Some(wait) = headers.sweep_resumes_after()
        {
            self.close(lane, wait, now);
        }
        let left = headers
            .remaining()
            .into_iter()
            .filter(|counter| quota.is_counted_by(counter))
            .map(|c| c.left)
            .min();
        if let Some(left) = left {
            self.bucket(lane).lower_to(left, now);
        }
    }

    /// Closes a lane: the service refuses everything in it for this long.
    pub fn close(&mut self, lane: &Lane, wait: Duration, now: Duration) {
        self.bucket(lane).close(now + wait, now);
    }

    fn bucket(&mut self, lane: &Lane) -> &mut Bucket {
        self.buckets
            .entry(lane.clone())
            .or_insert_with(|| Bucket::new(lane.quota))
    }
}

impl Quota {
    /// Tokens held, and tokens a second: ARM's figures since 2024, per subscription and principal. Graph publishes none that
    /// would hold for every tenant, so its lane is only ever closed by an answer.
    fn figures(self) -> Option<(f64, f64)> {
        match self {
            Quota::Reads => Some((250.0, 25.0)),
            Quota::Writes | Quota::Deletes => Some((200.0, 10.0)),
            Quota::Directory => None,
            // An example figure of Microsoft's page on throttled queries, which says that it may change; answers tell what is left.
            Quota::Sweep => Some((15.0, 3.0)),
        }
    }

    /// The word for the screen.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Quota::Reads => "reads",
            Quota::Writes => "writes",
            Quota::Deletes => "deletions",
            Quota::Directory => "directory queries",
            Quota::Sweep => "Resource Graph queries",
        }
    }

    /// Whether a counter of an answer limits this lane as a whole. Those of a single machine do not.
    fn is_counted_by(self, counter: &Remaining) -> bool {
        let name = counter.counter.to_ascii_lowercase();
        match self {
            Quota::Reads => name.ends_with("-reads") || name.ends_with("getsubscriptionmaximum"),
            Quota::Writes => {
                name.ends_with("-writes")
                    || name == "subscription-resource-requests"
                    || name.ends_with("vmsubscriptionmaximum")
            }
            Quota::Deletes => name.ends_with("-deletes") || name.ends_with("vmsubscriptionmaximum"),
            Quota::Directory | Quota::Sweep => false,
        }
    }
}

#[derive(Debug)]
struct Bucket {
    figures: Option<(f64, f64)>,
    /// Below zero: that many are queued.
    level: f64,
    /// When `level` was true.
    at: Duration,
    epoch: u32,
}

impl Bucket {
    fn new(quota: Quota) -> Bucket {
        Bucket::of(quota.figures())
    }

    fn of(figures: Option<(f64, f64)>) -> Bucket {
        Bucket {
            figures,
            level: figures.map_or(0.0, |(size, _)| size),
            at: Duration::ZERO,
            epoch: 0,
        }
    }

    /// When the next one may leave.
    fn queue(&mut self, now: Duration) -> Duration {
        self.refill(now);
        let Some((_, rate)) = self.figures else {
            return now.max(self.at);
        };
        self.level -= 1.0;
        now.max(self.at) + Duration::from_secs_f64((-self.level).max(0.0) / rate)
    }

    fn is_closed(&self, now: Duration) -> bool {
        self.at > now
    }

    fn lower_to(&mut self, left: u64, now: Duration) {
        self.refill(now);
        // Counters of millions lose precision as floats, far above any size that matters here.
        self.level = self.level.min(left as f64);
    }

    fn close(&mut self, until: Duration, now: Duration) {
        self.refill(now);
        if until >= self.at {
            self.at = until;
            self.level = 0.0;
            self.epoch += 1;
        }
    }

    /// A closed bucket has `at` in the future and fills from there.
    fn refill(&mut self, now: Duration) {
        let Some((size, rate)) = self.figures else {
            return;
        };
        if let Some(passed) = now.checked_sub(self.at) {
            self.level = (self.level + passed.as_secs_f64() * rate).min(size);
            self.at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn lane(request: &Request) -> Lane {
        Lane::of(request)
    }

    fn write(subscription: &str) -> Lane {
        lane(&Request::put(
            format!("/subscriptions/{subscription}/x"),
            "1",
            json!({}),
            "",
        ))
    }

    fn waits(pace: &mut Pace, lane: &Lane, now: Duration, count: usize) -> Vec<f64> {
        (0..count)
            .map(|_| pace.queue(lane, now).at.saturating_sub(now).as_secs_f64())
            .collect()
    }

    #[test]
    fn a_full_bucket_of_writes_holds_two_hundred() {
        let mut pace = Pace::default();
        let waits = waits(&mut pace, &write("s"), NOW, 212);
        assert!(waits[..200].iter().all(|wait| *wait == 0.0));
        assert_eq!(waits[200], 0.1);
        assert_eq!(waits[211], 1.2);
    }

    #[test]
    fn reads_refill_at_twenty_five_a_second() {
        let mut pace = Pace::default();
        let read = lane(&Request::get("/subscriptions/s/x", "1", ""));
        waits(&mut pace, &read, NOW, 250);
        let later = waits(&mut pace, &read, NOW + Duration::from_secs(2), 51);
        assert!(later[..50].iter().all(|wait| *wait == 0.0));
        assert_eq!(later[50], 0.04);
    }

    #[test]
    fn subscriptions_and_classes_do_not_share() {
        let mut pace = Pace::default();
        waits(&mut pace, &write("one"), NOW, 300);
        assert_eq!(waits(&mut pace, &write("two"), NOW, 1), [0.0]);
        assert_eq!(
            waits(
                &mut pace,
                &lane(&Request::delete("/subscriptions/one/x", "1", "")),
                NOW,
                1
            ),
            [0.0]
        );
        assert!(waits(&mut pace, &write("ONE"), NOW, 1)[0] > 0.0);
    }

    #[test]
    fn polls_use_the_quota_of_reads() {
        let mut poll = Request::get("/subscriptions/s/operations/o", "1", "");
        poll.class = Class::Poll;
        assert_eq!(
            lane(&poll),
            lane(&Request::get("/subscriptions/s/y", "1", ""))
        );
    }

    #[test]
    fn an_answer_can_only_tighten() {
        let mut pace = Pace::default();
        let left = |counter: &str, left: &str| {
            Headers::from_iter([(format!("x-ms-ratelimit-remaining-{counter}"), left)])
        };
        pace.observe(&write("s"), &left("subscription-writes", "2"), NOW);
        assert_eq!(waits(&mut pace, &write("s"), NOW, 3), [0.0, 0.0, 0.1]);
        pace.observe(
            &write("s"),
            &left("subscription-global-writes", "11999"),
            NOW,
        );
        assert!(waits(&mut pace, &write("s"), NOW, 1)[0] > 0.1);
    }

    #[test]
    fn the_counter_of_one_machine_does_not_slow_the_others() {
        let mut pace = Pace::default();
        let headers = Headers::from_iter([(
            "x-ms-ratelimit-remaining-resource",
            "Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;0",
        )]);
        pace.observe(&write("s"), &headers, NOW);
        assert_eq!(waits(&mut pace, &write("s"), NOW, 1), [0.0]);
        let headers = Headers::from_iter([(
            "x-ms-ratelimit-remaining-resource",
            "Microsoft.Compute/UpdateVMSubscriptionMaximum;0",
        )]);
        pace.observe(&write("s"), &headers, NOW);
        assert_eq!(waits(&mut pace, &write("s"), NOW, 1), [0.1]);
    }

    #[test]
    fn a_closed_lane_sends_everybody_back() {
        let mut pace = Pace::default();
        let place = pace.queue(&write("s"), NOW);
        assert!(pace.holds(&write("s"), place));
        pace.close(&write("s"), Duration::from_secs(30), NOW);
        assert!(!pace.holds(&write("s"), place));
        assert_eq!(waits(&mut pace, &write("s"), NOW, 2), [30.1, 30.2]);
        let after = NOW + Duration::from_secs(31);
        assert_eq!(waits(&mut pace, &write("s"), after, 9)[7], 0.0);
    }

    /// Azure's bucket beside ours: a hundred writes are always queued, each answer says what is left, and a new one comes for it.
    #[test]
    fn a_long_queue_takes_all_that_azure_gives_and_no_more() {
        let lane = write("s");
        let way = Duration::from_millis(20);
        let (mut pace, mut azure) = (Pace::default(), Bucket::new(Quota::Writes));
        let mut queued: std::collections::VecDeque<Duration> =
            (0..100).map(|_| pace.queue(&lane, NOW).at).collect();
        let mut left_at = NOW;
        for number in 0..1500 {
            left_at = queued.pop_front().unwrap();
            azure.refill(left_at + way);
            azure.level -= 1.0;
            assert!(azure.level > -1e-6, "{number}: {}", azure.level);
            let left = azure.level.max(0.0).floor().to_string();
            let told = [("x-ms-ratelimit-remaining-subscription-writes", left)];
            let answered = left_at + 2 * way;
            pace.observe(&lane, &Headers::from_iter(told), answered);
            queued.push_back(pace.queue(&lane, answered).at);
        }
        // (1500 - 200) / 10
        let took = (left_at - NOW).as_secs_f64();
        assert!((129.9..131.0).contains(&took), "{took}");
    }

    #[test]
    fn what_a_request_waits_for_is_told() {
        let mut pace = Pace::default();
        let limited = pace.queue(&write("s"), NOW);
        assert_eq!(limited.why, Why::Limit(Quota::Writes));
        pace.close(&write("s"), Duration::from_secs(30), NOW);
        let refused = pace.queue(&write("s"), NOW);
        assert_eq!(refused.why, Why::Refused(Quota::Writes));
        let open_again = pace.queue(&write("s"), NOW + Duration::from_secs(31));
        assert_eq!(open_again.why, Why::Limit(Quota::Writes));
        let mut pace = Pace::at_most(NonZeroU32::new(1));
        let whys = [(); 2].map(|()| pace.queue(&write("s"), NOW).why);
        assert_eq!(whys, [Why::Limit(Quota::Writes), Why::Cap]);
        pace.close(&write("s"), Duration::from_secs(30), NOW);
        let refused = pace.queue(&write("s"), NOW);
        assert_eq!(refused.why, Why::Refused(Quota::Writes));
    }

    #[test]
    fn the_directory_is_slowed_only_by_its_answers() {
        let mut pace = Pace::default();
        let directory = lane(&Request::directory("/v1.0/users", ""));
        assert!(
            waits(&mut pace, &directory, NOW, 5000)
                .iter()
                .all(|wait| *wait == 0.0)
        );
        pace.close(&directory, Duration::from_secs(5), NOW);
        assert_eq!(waits(&mut pace, &directory, NOW, 1), [5.0]);
        assert_eq!(
            waits(&mut pace, &directory, NOW + Duration::from_secs(6), 1),
            [0.0]
        );
    }

    #[test]
    fn a_shorter_closure_does_not_reopen() {
        let mut pace = Pace::default();
        pace.close(&write("s"), Duration::from_secs(30), NOW);
        pace.close(&write("s"), Duration::from_secs(1), NOW);
        assert_eq!(waits(&mut pace, &write("s"), NOW, 1), [30.1]);
    }

    #[test]
    fn a_cap_spaces_all_lanes_together() {
        let mut pace = Pace::at_most(NonZeroU32::new(10));
        let directory = lane(&Request::directory("/v1.0/users", ""));
        assert_eq!(waits(&mut pace, &write("s"), NOW, 2), [0.0, 0.1]);
        assert_eq!(waits(&mut pace, &directory, NOW, 2), [0.2, 0.3]);
        let later = NOW + Duration::from_secs(60);
        assert_eq!(waits(&mut pace, &write("s"), later, 2), [0.0, 0.1]);
    }

    #[test]
    fn the_sweep_waits_until_its_quota_is_there_again() {
        let mut pace = Pace::default();
        let sweep = lane(&Request::post(
            "/providers/Microsoft.ResourceGraph/resources",
            "1",
            "",
        ));
        let left = |left: &str| {
            Headers::from_iter([
                ("x-ms-user-quota-remaining", left),
                ("x-ms-user-quota-resets-after", "00:00:05"),
            ])
        };
        pace.observe(&sweep, &left("14"), NOW);
        assert_eq!(waits(&mut pace, &sweep, NOW, 1), [0.0]);
        pace.observe(&sweep, &left("0"), NOW);
        assert!(waits(&mut pace, &sweep, NOW, 1)[0] > 5.0);
        assert_eq!(waits(&mut pace, &write("s"), NOW, 1), [0.0]);
    }
}
