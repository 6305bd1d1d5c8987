//! What waits before it is sent, and why, as lines and as events: said when it begins, and again now and then while it lasts.

use std::collections::BTreeMap;
use std::time::Duration;

use vmlogin_azure::http::Held;
use vmlogin_engine::event::Event;

use super::seconds;

/// How long the same reason is not told again.
const AGAIN: Duration = Duration::from_secs(60);

/// Which reasons were told, and when.
#[derive(Debug, Default)]
pub(crate) struct Notices(BTreeMap<String, Duration>);

impl Notices {
    /// What of all that waits is to be told now, which is then told.
    pub(crate) fn due(&mut self, held: &[Held], now: Duration) -> Vec<Held> {
        let is_due = |held: &&Held| {
            let told = self.0.get(&held.why.to_string());
            told.is_none_or(|told| now.saturating_sub(*told) >= AGAIN)
        };
        let due: Vec<Held> = held.iter().filter(is_due).copied().collect();
        self.0
            .extend(due.iter().map(|held| (held.why.to_string(), now)));
        due
    }
}

/// `Azure's limit of writes: 118 requests wait, 13 s`
pub(crate) fn text(held: &Held) -> String {
    let longest = seconds(held.longest);
    match held.requests {
        1 => format!("{}: 1 request waits, {longest}", held.why),
        more => format!("{}: {more} requests wait, {longest}", held.why),
    }
}

/// The same for programs.
pub(crate) fn event(held: &Held) -> Event {
    Event::Held {
        why: held.why.to_string(),
        requests: held.requests,
        seconds: held.longest.as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use vmlogin_azure::http::holds::Why;
    use vmlogin_azure::http::pace::Quota;
    use vmlogin_azure::http::retry::Reason;

    use super::*;

    fn held(why: Why, requests: usize, seconds: u64) -> Held {
        Held {
            why,
            requests,
            longest: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn a_line_says_why_how_many_and_how_long() {
        let limit = held(Why::Limit(Quota::Writes), 118, 13);
        let busy = held(Why::Again(Reason::Busy), 1, 74);
        assert_eq!(
            text(&limit),
            "Azure's limit of writes: 118 requests wait, 13 s"
        );
        assert_eq!(
            text(&busy),
            "another operation is in progress: 1 request waits, 1 min 14 s"
        );
    }

    #[test]
    fn a_reason_is_told_when_it_begins_and_each_minute() {
        let mut notices = Notices::default();
        let writes = held(Why::Limit(Quota::Writes), 3, 2);
        let refused = held(Why::Refused(Quota::Writes), 9, 17);
        let mut told = |held: &[Held], now| {
            let due = notices.due(held, Duration::from_secs(now));
            due.iter().map(|it| it.why).collect::<Vec<_>>()
        };
        assert_eq!(told(&[writes], 1), [writes.why]);
        assert_eq!(told(&[writes], 2), []);
        assert_eq!(told(&[], 3), []);
        assert_eq!(told(&[writes, refused], 4), [refused.why]);
        assert_eq!(told(&[writes, refused], 61), [writes.why]);
    }
}
