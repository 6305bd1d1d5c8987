//! What waits before it is sent, and why, so that whoever looks at a quiet run can be told. Pure: the time is an input.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::pace::Quota;
use super::retry::Reason;

/// Requests that wait for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The reason.
    pub why: Why,
    /// How many wait.
    pub requests: usize,
    /// Until the last of them leaves.
    pub longest: Duration,
}

/// Why a request waits before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Azure allows only so many of its sort.
    Limit(Quota),
    /// Azure refused one of its sort, and named a time.
    Refused(Quota),
    /// This run allows itself no more a second.
    Cap,
    /// It is sent again.
    Again(Reason),
}

/// All requests of one client that wait.
#[derive(Debug, Default)]
pub(super) struct Holds {
    given: u64,
    waiting: BTreeMap<u64, (Why, Duration)>,
}

/// The requests of several clients that wait, by their reason.
pub(crate) fn sum(all: impl IntoIterator<Item = Held>) -> Vec<Held> {
    let mut by_reason: BTreeMap<Why, Held> = BTreeMap::new();
    for held in all {
        by_reason
            .entry(held.why)
            .and_modify(|sum| {
                sum.requests += held.requests;
                sum.longest = sum.longest.max(held.longest);
            })
            .or_insert(held);
    }
    by_reason.into_values().collect()
}

impl Holds {
    /// Notes that a request waits until then, in time since the start of the run; the number is for [`Holds::release`].
    pub(super) fn add(&mut self, why: Why, until: Duration) -> u64 {
        self.given += 1;
        self.waiting.insert(self.given, (why, until));
        self.given
    }

    /// Notes that it waits no more.
    pub(super) fn release(&mut self, number: u64) {
        self.waiting.remove(&number);
    }

    /// What waits now.
    pub(super) fn held(&self, now: Duration) -> Vec<Held> {
        sum(self.waiting.values().map(|(why, until)| Held {
            why: *why,
            requests: 1,
            longest: until.saturating_sub(now),
        }))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Limit(quota) => write!(f, "Azure's limit of {}", quota.as_str()),
            Why::Refused(quota) => write!(f, "Azure takes no {} for now", quota.as_str()),
            Why::Cap => f.write_str("`--max-rps`"),
            Why::Again(reason) => f.write_str(reason.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_waits_is_told_by_its_reason_until_it_leaves() {
        let mut holds = Holds::default();
        let writes = Why::Limit(Quota::Writes);
        let first = holds.add(writes, at(12));
        holds.add(writes, at(15));
        holds.add(Why::Again(Reason::Busy), at(40));
        let told = |holds: &Holds, now| -> Vec<String> {
            let held = holds.held(at(now));
            held.iter()
                .map(|it| format!("{} {} {}", it.why, it.requests, it.longest.as_secs()))
                .collect()
        };
        assert_eq!(
            told(&holds, 10),
            [
                "Azure's limit of writes 2 5",
                "another operation is in progress 1 30"
            ]
        );
        holds.release(first);
        holds.release(first);
        assert_eq!(told(&holds, 16)[0], "Azure's limit of writes 1 0");
    }

    #[test]
    fn clients_are_told_together() {
        let reads = Why::Refused(Quota::Reads);
        let held = |requests, seconds| Held {
            why: reads,
            requests,
            longest: at(seconds),
        };
        assert_eq!(sum([held(3, 7), held(2, 9)]), [held(5, 9)]);
        assert_eq!(reads.to_string(), "Azure takes no reads for now");
        assert_eq!(sum([]), []);
    }
}
